"""Contests by paired differences, first places and dominance, by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from compared_helpers import compared

from twintrack.decisions import robustness
from twintrack.decisions.contests import contest_tables, contests, dominance, first_places
from twintrack.errors import TwinTrackError

FIVE = pd.DataFrame({"a": [1.0, 2, 3, 4, 10], "b": [0.0, 0, 0, 0, 20], "c": [1.0, 2, 3, 4, 10]})


def row(table: pd.DataFrame, first: str, second: str) -> dict[str, object]:
    return table[(table["first"] == first) & (table["second"] == second)].iloc[0].to_dict()


def test_the_bands_are_those_of_the_difference_in_the_same_world() -> None:
    found = row(contests(FIVE, "higher"), "a", "b")
    # Differences 1, 2, 3, 4, -10: their own quantiles, not the difference of quantiles (median 3 less 0).
    assert found["median"] == 2 and (found["low50"], found["high50"]) == (1, 3)
    assert found["low90"] == pytest.approx(-10 + 0.2 * 11) and found["high90"] == pytest.approx(3.8)
    assert (found["share"], found["ties"], found["worlds"], found["left_out"]) == (0.8, 0, 5, 0)
    assert found["verdict"] == "first"


def test_every_two_strategies_meet_once_and_equals_tie() -> None:
    table = contests(FIVE, "higher")
    assert list(zip(table["first"], table["second"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    found = row(table, "a", "c")
    assert (found["share"], found["ties"], found["verdict"], found["median"]) == (0.5, 5, "tie", 0)


def test_where_lower_is_better_the_lower_leads() -> None:
    found = row(contests(FIVE, "lower"), "a", "b")
    assert (found["median"], found["verdict"]) == (-2, "second")


def test_a_world_in_which_one_has_no_number_counts_for_nobody() -> None:
    holed = FIVE.assign(c=[math.nan, 2, 3, 4, 10])
    found = row(contests(holed, "higher"), "a", "b")
    assert (found["worlds"], found["left_out"], found["share"]) == (4, 1, 0.75)
    empty = contests(FIVE.assign(c=math.nan), "higher")
    assert empty["median"].isna().all() and set(empty["verdict"]) == {"tie"}


def test_contests_agree_with_the_measures_of_pairs() -> None:
    rng = np.random.default_rng(1)
    values = pd.DataFrame(rng.normal(size=(200, 4)), columns=list("abcd"))
    table, wins = contests(values, "lower"), robustness.win_shares(values, "lower")
    for one in table.to_dict("records"):
        assert one["share"] == pytest.approx(wins.loc[one["first"], one["second"]])


def test_the_first_place_is_told_with_shares_that_sum_to_one() -> None:
    table = first_places(FIVE[["a", "b"]], "higher").set_index("strategy")
    assert table["place"].to_dict() == {"a": "best", "b": ""}
    assert table["share_best"].to_dict() == {"a": 0.8, "b": 0.2}
    assert set(first_places(FIVE[["a", "c"]], "higher")["place"]) == {"same"}
    turns = pd.DataFrame({"a": [1.0, -1, 1, -1], "b": [-1.0, 1, -1, 1]})
    assert set(first_places(turns, "higher")["place"]) == {"shared"}


def test_who_is_better_in_one_outcome_and_worse_in_none_dominates() -> None:
    speed = pd.DataFrame({"a": [2.0, 2, 2, 2], "b": [1.0, 1, 1, 3]})
    cost = pd.DataFrame({"a": [5.0, 5, 5, 5], "b": [5.0, 5, 4, 5]})
    table = dominance({"speed": (speed, "higher"), "cost": (cost, "lower")})
    # a dominates in the worlds 1 and 2, b in none: in the third it is cheaper and slower, in the last both.
    assert row(table, "a", "b")["share"] == 0.5 and row(table, "b", "a")["share"] == 0.25
    assert row(table, "a", "b")["dominates"] and not row(table, "b", "a")["dominates"]
    dearer = cost.assign(a=[6.0, 6, 6, 6])
    table = dominance({"speed": (speed, "higher"), "cost": (dearer, "lower")})
    assert not row(table, "a", "b")["dominates"]
    with pytest.raises(TwinTrackError, match="at least one outcome"):
        dominance({})


def test_all_tables_name_the_case_first_and_the_discount_rate_has_bands() -> None:
    rates = np.linspace(0.005, 0.055, 6)
    faster = {"a": rates * 0 + 1, "b": np.where(rates < 0.02, 2.0, 0)}
    tables = contest_tables(compared({"speed": ("higher", faster)}, {"discount_rate": rates}))
    assert set(tables) == {"contests", "first_places", "dominance", "contests_by_discount_rate"}
    assert list(tables["contests"].columns[:4]) == ["cost", "scenario", "outcome", "year"]
    by_rate = tables["contests_by_discount_rate"].set_index("discount_rate")["share"]
    assert by_rate.to_dict() == {"0 to 0.02": 0, "0.02 to 0.04": 1, "0.04 to 0.06": 1}
    assert "contests_by_discount_rate" not in contest_tables(compared({"speed": ("higher", faster)}))
