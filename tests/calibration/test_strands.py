"""One variable is one strand: twins are joined, totals become steps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibration_helpers import SAVED, series_of

from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.strands import chosen_rows, strands, unit_of


def twins() -> Observations:
    return observations(
        [
            series_of([2018, 2020, 2023], [1.0, 2.0, 5.0], name="one", discrepancy=0.3),
            series_of([2019, 2021], [7.0, 8.0], name="other", variable="width"),
            series_of([2019, 2022], [1.5, 4.0], name="two", discrepancy=0.6, error=0.2),
            series_of([2020], [3.0], name="most", bound="upper"),
        ],
        SAVED,
    )


def test_twins_are_one_strand_in_the_order_of_time_with_a_publisher_each() -> None:
    first, second = strands(twins())
    assert [item.name for item in first.series] == ["one", "two"] and second.variable == "width"
    assert first.ends.tolist() == [2018, 2019, 2020, 2022, 2023]
    assert first.values.tolist() == [1.0, 1.5, 2.0, 4.0, 5.0]
    assert first.owners.tolist() == [0, 1, 0, 1, 0]
    assert first.errors.tolist() == [0.1, 0.2, 0.1, 0.2, 0.1]
    assert first.size == 0.6 and first.start == 2018
    said = np.arange(8.0)[:, None] * np.ones(2)
    assert first.learned(said)[:, 0].tolist() == [0, 5, 1, 6, 2]  # rows of "one" are 0-2, of "two" 5 and 6
    assert first.residuals(said)[:, 1].tolist() == [1, -3.5, 1, -2, 3]


def test_apart_each_series_is_a_strand() -> None:
    assert [one.series[0].name for one in strands(twins(), joined=False)] == ["one", "other", "two"]


def test_series_of_other_scales_or_windows_are_no_twins() -> None:
    made = observations(
        [
            series_of([2018], [1.0], name="one"),
            series_of([2018], [1.0], name="log", scale="log"),
            series_of([2018], [1.0], name="mean", reading="mean", window=1.0),
            series_of([2018], [1.0], name="factor", factor=2.0),
        ],
        SAVED,
    )
    assert len(strands(made)) == 4


@pytest.mark.parametrize("changes", [{"reading": "total", "since": 2020.0}, {"course": "count"}])
def test_totals_and_counts_are_compared_by_their_steps(changes: dict[str, object]) -> None:
    item = series_of([2021, 2022, 2023], [10.0, 30.0, 35.0], scale="log", **changes)
    (one,) = strands(observations([item], SAVED))
    assert np.exp(one.values) == pytest.approx([10, 20, 5])
    assert one.times.tolist() == [2020.5, 2021.5, 2022.5] and one.ends.tolist() == [2021, 2022, 2023]
    said = np.log([[1.0, 2.0], [3.0, 1.0], [7.0, 9.0]])
    assert np.exp(one.learned(said)[:, 0]) == pytest.approx([1, 2, 4])
    assert not np.isfinite(one.learned(said)[1, 1])  # a total that fell
    (level,) = strands(observations([item], SAVED), joined=False)
    assert np.exp(level.values) == pytest.approx([10, 30, 35])


def test_a_walk_begins_with_the_first_known_point_or_else_at_the_origin() -> None:
    first, second = strands(twins(), start=2018.5)
    assert (first.start, second.start) == (2018, 2018.5)


def test_rows_are_those_of_the_points_between_two_dates() -> None:
    made = twins()
    assert chosen_rows(made, -np.inf, 2019).tolist() == [0, 3, 5]
    assert chosen_rows(made, 2021, 2023).tolist() == [2, 6]


def test_later_points_stand_alone() -> None:
    (one, _) = strands(twins())
    later = one.taken(slice(3, None))
    assert later.ends.tolist() == [2022, 2023] and later.owners.tolist() == [1, 0]
    assert later.size == one.size and later.start == one.start


def test_only_plain_numbers_have_a_unit_of_scores() -> None:
    item = twins().series[0]
    assert unit_of(item) == pytest.approx(0.6)
    logarithms = replace(item, series=item.series.model_copy(update={"scale": "log"}))
    assert unit_of(logarithms) == 1
