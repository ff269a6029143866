"""Contrasts: one choice in several cells, each judged as a contest of two."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from twintrack.decisions import contrasts
from twintrack.decisions.contests import contests
from twintrack.decisions.contrasts import effect, nearby_share, verdict


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("shift", [-2.0, -0.3, 0.0, 0.2, 3.0])
def test_a_cell_is_judged_as_a_contest_of_two(better: str, shift: float) -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"a": 10 + shift + rng.normal(size=80), "b": 10 + rng.normal(size=80)})
    table.loc[:9, "a"] = table.loc[:9, "b"]
    table.loc[10, "a"] = np.nan
    row, found = contests(table, better).iloc[0], effect(table, better, [("a", "b")])
    assert found.shares == (pytest.approx(row["share"]),)
    turn = 1 if better == "higher" else -1
    assert found.medians == (pytest.approx(turn * row["median"]),)
    words = {"first": contrasts.AHEAD, "second": contrasts.BEHIND, "tie": contrasts.LEVEL}
    assert found.verdict == words[row["verdict"]]


def test_cells_together_say_partly_or_mixed() -> None:
    assert verdict(["first", "first"]) == contrasts.AHEAD
    assert verdict(["first", "tie"]) == contrasts.PARTLY_AHEAD
    assert verdict(["tie", "second"]) == contrasts.PARTLY_BEHIND
    assert verdict(["first", "second", "tie"]) == contrasts.MIXED


def test_what_is_not_touched_is_the_same_and_what_has_no_number_is_unknown() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0], "c": [np.nan, np.nan]})
    assert effect(table, "higher", [("a", "b")]).verdict == contrasts.SAME
    assert effect(table, "higher", [("a", "b"), ("a", "c")]).verdict == contrasts.UNKNOWN


def test_shares_of_nearby_worlds_are_theirs() -> None:
    points = np.array([[0.1, 0.1], [0.9, 0.9]])
    near = nearby_share(points, np.array([1.0, 0.0]), np.array([[0.1, 0.1], [0.9, 0.9], [0.5, 0.5]]), 0.1)
    assert near == pytest.approx([1.0, 0.0, 0.5])
