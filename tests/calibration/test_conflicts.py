"""Two publishers who cannot both be right are told, and only they."""

from __future__ import annotations

from typing import Any

import pytest
from calibration_helpers import point, series, series_of

from twintrack.calibration.conflicts import calendar_year, conflicting
from twintrack.calibration.observations import Z90

YEARLY: dict[str, Any] = {"reading": "mean", "window": 1.0}


def test_intervals_that_do_not_meet_in_a_common_year_are_a_conflict() -> None:
    one = series_of([2019, 2020], [1.0, 2.0], name="one", **YEARLY)
    other = series_of([2020, 2021], [2.5, 9.0], name="other", **YEARLY)
    found = conflicting([one, other])
    (conflict,) = found.conflicts
    assert found.compared == 1
    assert (conflict.variable, conflict.year) == ("level", 2020)
    assert (conflict.first.series, conflict.second.series) == ("one", "other")
    assert (conflict.first.low, conflict.first.high) == pytest.approx((2 - 0.1 * Z90, 2 + 0.1 * Z90))
    assert conflict.apart == pytest.approx(0.5 / (0.1 * 2**0.5))


@pytest.mark.parametrize(("value", "count"), [(2.32, 0), (2.34, 1), (1.68, 0), (1.66, 1)])
def test_intervals_that_touch_are_none_whichever_lies_above(value: float, count: int) -> None:
    """Each reaches 0.1645 from its middle, which is 2 for the other."""
    pair = [series_of([2020], [2.0], name="one"), series_of([2020], [value], name="other")]
    assert len(conflicting(pair).conflicts) == len(conflicting(pair[::-1]).conflicts) == count


def test_an_interval_of_the_table_takes_the_place_of_the_error() -> None:
    one = series_of([2020], [2.0], name="one")
    wide = series([point(2020, 4.0, 1.5, 6.0)], name="wide")
    assert conflicting([one, wide]).conflicts == ()


def test_units_are_those_of_the_model() -> None:
    one = series_of([2020], [2.0], name="one", scale="log")
    same = series_of([2020], [14.0], name="same", scale="log", factor=7.0)
    other = series_of([2020], [2.0], name="other", scale="log", factor=7.0)
    assert conflicting([one, same]).conflicts == ()
    (conflict,) = conflicting([one, other]).conflicts
    assert conflict.second.value == 2 and conflict.apart == pytest.approx(1.9459 / (0.1 * 2**0.5), rel=1e-4)


@pytest.mark.parametrize(
    "changes",
    [{"variable": "width"}, {"bound": "upper"}, YEARLY, {"reading": "total", "since": 2019.0}],
    ids=["variable", "bound", "mean", "total"],
)
def test_what_speaks_of_something_else_is_not_compared(changes: dict[str, Any]) -> None:
    other = series_of([2020], [9.0], name="other", **changes)
    assert conflicting([series_of([2020], [2.0], name="one"), other]).compared == 0


@pytest.mark.parametrize(("date", "year"), [(2024.0, 2023), (2024.56, 2024), (2025.0, 2024)])
def test_the_first_of_january_ends_the_year_before(date: float, year: int) -> None:
    one = series_of([date], [1.0])
    assert calendar_year(one, one.points[0]) == year
    yearly = series_of([date], [1.0], **YEARLY)
    assert calendar_year(yearly, yearly.points[0]) == int(date)
