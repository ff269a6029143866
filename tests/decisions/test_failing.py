"""Where strategies fail: one question at a time, each with a box or none."""

from __future__ import annotations

import numpy as np
import pandas as pd
from compared_helpers import compared

from twintrack.decisions.compared import Compared
from twintrack.decisions.failing import BELOW_BASELINE, MISSED, NOT_BEST, failing_tables


def results(**changes: object) -> Compared:
    rng = np.random.default_rng(4)
    drawn = {f"p{place}": rng.uniform(size=600) for place in range(30)}
    base = rng.normal(size=600)
    speeds = {"baseline": base, "bold": base + drawn["p2"] - 0.7, "calm": base + 0.05 + 0 * base}
    values = {name: list(speed) for name, speed in speeds.items()}
    return compared({"speed": ("higher", values)}, drawn, **changes)


def asked(table: pd.DataFrame, strategy: str, kind: str) -> pd.DataFrame:
    return table[(table["strategy"] == strategy) & (table["kind"] == kind)]


def test_the_box_of_a_failure_is_that_of_the_difference() -> None:
    table = failing_tables(results())["boxes"]
    # Bold is better than calm where p2 > .75: that is where calm fails, and where bold does not.
    bold = asked(table, "bold", NOT_BEST).iloc[0]
    assert (bold["rival"], bold["parameter"]) == ("calm", "p2")
    assert abs(bold["high"] - 0.75) < 0.06 and np.isnan(bold["low"])
    assert bold["density"] > 0.9 and bold["coverage"] > 0.8
    below = asked(table, "bold", BELOW_BASELINE).iloc[0]
    assert below["rival"] == "baseline" and abs(below["high"] - 0.7) < 0.06


def test_what_never_happens_has_no_box_and_says_how_often_it_did() -> None:
    table = failing_tables(results())["boxes"]
    calm = asked(table, "calm", BELOW_BASELINE).iloc[0]
    assert calm["base"] == 0 and calm["parameter"] == "" and np.isnan(calm["density"])


def test_a_target_is_missed_where_it_is_not_reached() -> None:
    table = failing_tables(results(targets={"speed": {2040.0: 0.0}}))["boxes"]
    missed = asked(table, "calm", MISSED)
    assert set(missed["strategy"]) == {"calm"} and missed["target"].iloc[0] == 0
    assert abs(missed["base"].iloc[0] - 0.48) < 0.07  # a normal value with mean .05
    assert missed["parameter"].iloc[0] == ""  # which no parameter says


def test_too_few_worlds_are_not_searched() -> None:
    few = compared({"speed": ("higher", {"a": [1.0] * 50, "b": [0.0] * 50})})
    assert failing_tables(few) == {}
