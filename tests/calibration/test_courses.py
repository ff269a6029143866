"""No probability lies below what has been passed."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_helpers import SAVED, point, series, series_of

from twintrack.calibration.courses import chance_of_none, continued, floor_of
from twintrack.calibration.observations import Observed, observations

RUNS = 40_000


def made(course: str | None, values: list[float], **changes: object) -> Observed:
    years = [2018.0 + number for number in range(len(values))]
    return observations([series_of(years, values, scale="log", course=course, **changes)], SAVED).series[0]


def ahead(item: Observed, known: int, mean: float, none: float = 0.0) -> np.ndarray:
    stream = np.random.default_rng(1)
    later = len(item.values) - known
    drawn = mean + stream.standard_normal((later, RUNS))
    return continued(item, known, drawn, 1.0 + np.arange(later), none, stream)


@pytest.mark.parametrize(
    ("course", "changes"),
    [("maximum", {}), ("record", {}), ("count", {}), (None, {"reading": "total", "since": 2017.0})],
)
@pytest.mark.parametrize("mean", [-30.0, -1.0, 2.0])
def test_nothing_lies_below_what_has_been_passed(
    course: str | None, changes: dict[str, object], mean: float
) -> None:
    item = made(course, [1.0, 3.0, 5.0, 7.0], **changes)
    floor = floor_of(item, 2)
    assert floor == pytest.approx(np.log(3))
    found = ahead(item, 2, mean, none=0.3)
    assert found.shape == (2, RUNS) and np.isfinite(found).all()
    assert (found < floor).mean() == 0


def test_other_series_and_those_without_a_known_point_have_no_floor() -> None:
    assert floor_of(made(None, [1.0, 2.0]), 1) is None and floor_of(made("maximum", [1.0, 2.0]), 0) is None
    assert (ahead(made(None, [1.0, 2.0]), 1, -5.0) < 0).mean() > 0.9
    assert (ahead(made("record", [1.0, 2.0]), 0, -5.0) < 0).mean() > 0.9


def test_a_record_is_drawn_given_that_it_is_one() -> None:
    item = made("record", [1.0, 2.0])
    found = ahead(item, 1, 0.0)  # half of the draws lie above the last record
    assert found.mean() == pytest.approx(np.sqrt(2 / np.pi), rel=0.02)
    assert (ahead(item, 1, -90.0) == 0).all()  # nothing was drawn above it


def test_a_maximum_stands_still_as_often_as_years_without_record_and_keeps_its_mean() -> None:
    item = made("maximum", [1.0, 2.0, 4.0])
    found = ahead(item, 1, 9.0, none=0.4)
    assert (found == 0).mean(axis=1) == pytest.approx([0.4, 0.16], abs=0.01)
    assert found[0].mean() == pytest.approx(9.0, rel=0.01)
    assert (np.diff(found, axis=0) >= 0).all()


def test_a_standstill_is_at_the_middle_of_the_last_interval() -> None:
    points = [point(2018, 1.0, 1.0, 100.0), point(2019, 50.0)]
    item = observations([series(points, scale="log", course="maximum")], SAVED).series[0]
    found = ahead(item, 1, 9.0, none=0.4)
    assert np.isclose(found[0], np.log(10)).mean() == pytest.approx(0.4, abs=0.01)
    assert floor_of(item, 1) == 0


def test_a_total_goes_on_by_its_steps() -> None:
    item = made("count", [1.0, 3.0, 5.0, 7.0])
    drawn = np.log(np.array([[2.0], [4.0]]))
    found = continued(item, 2, drawn, np.array([1.0, 2.0]), 0.0, np.random.default_rng(1))
    assert np.exp(found[:, 0]) == pytest.approx([5, 9])
    every = np.log(np.full((4, 1), 2.0))
    found = continued(item, 0, every, np.arange(4.0), 0.0, np.random.default_rng(1))
    assert np.exp(found[:, 0]) == pytest.approx([2, 4, 6, 8])


def test_years_without_a_record_are_counted_over_all_maxima() -> None:
    assert chance_of_none([]) == 0.5
    one, two = made("maximum", [1.0, 1.0, 2.0, 2.0, 2.0]), made("maximum", [1.0, 2.0])
    other = made("record", [1.0, 1.0, 1.0])
    assert chance_of_none([one, other, two]) == pytest.approx((3 + 1) / (5 + 2))
