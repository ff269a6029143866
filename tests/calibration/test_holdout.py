"""What is held out is predicted by the rest, and held against the prior and a naive rival."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibration_helpers import here, linear

from twintrack.calibration.discrepancy import Grid
from twintrack.calibration.holdout import (
    SeriesPrediction,
    before_years,
    learn,
    predictions,
    teachers,
    without_each_series,
)
from twintrack.calibration.observations import Observations
from twintrack.calibration.predictive import with_walks
from twintrack.calibration.sampler import Settings
from twintrack.calibration.target import Target

QUICK = Settings(members=512, rounds=1, moves=4, last_rounds=2)


def quiet(_: str) -> None:
    pass


def prior(target: Target, runs: int = 2000) -> np.ndarray:
    return np.random.default_rng(1).standard_normal((target.unknowns.size, runs))


def predicted(target: Target, learnt: Target, **only: str) -> dict[str, SeriesPrediction]:
    return {item.name: item for item in predictions(target, learnt, prior(learnt), (1,), **only)}


def test_only_points_that_were_not_learnt_from_are_predicted(small_target: Target) -> None:
    learnt = small_target.with_observed(small_target.observed.until(2022.0))
    found = predicted(small_target, learnt)
    assert {name: [point.year for point in item.points] for name, item in found.items()} == {
        "gap": [2024],
        "gap_of_the_year": [2023],
    }
    assert (found["gap"].known, found["gap_of_the_year"].known) == (3, 1)
    assert predicted(small_target, small_target) == {}
    assert list(predicted(small_target, learnt, only="gap")) == ["gap"]


def test_the_naive_rival_goes_on_from_all_that_is_known(small_target: Target) -> None:
    learnt = small_target.with_observed(small_target.observed.until(2022.0))
    found = predicted(small_target, learnt)
    gap, mean = found["gap"], found["gap_of_the_year"]
    # 20 in 2020 and 17 in 2022, which holds at the very date from which it is held out: 14 in 2024.
    assert gap.points[0].naive == pytest.approx(14)
    assert gap.error_naive == pytest.approx(0.5)  # 13.5 was observed
    assert mean.points[0].naive == pytest.approx(20.5)  # a single value is held, in its unit
    assert mean.error_naive == pytest.approx(np.log(20.5 / 15))  # errors are on the scale


def test_without_a_known_point_there_is_no_naive_rival(small_target: Target) -> None:
    learnt = small_target.with_observed(small_target.observed.without("gap"))
    item = predicted(small_target, learnt, only="gap")["gap"]
    assert item.known == 0 and item.error_naive is None and len(item.points) == 4
    assert all(point.naive is None for point in item.points)


def test_a_sample_of_the_prior_predicts_no_better_than_the_prior(small_target: Target) -> None:
    still = replace(small_target, grid=Grid(walks=(0.0,)))  # as that of the prior is
    found = predicted(still, still.with_observed(Observations(())))
    assert list(found) == ["gap", "gap_of_the_year", "most"]
    item = found["gap"]
    assert item.crps == pytest.approx(item.crps_prior, rel=0.1)
    assert item.points[0].expected.p50 == pytest.approx(item.points[0].prior.p50, rel=0.05)
    assert not item.bound and found["most"].bound


def test_where_nothing_is_learnt_it_is_open_how_far_the_discrepancy_walks(small_target: Target) -> None:
    nothing = small_target.with_observed(Observations(()))
    item = predicted(small_target, nothing)["gap"]
    assert item.crps > item.crps_prior
    walks = with_walks(nothing, prior(nothing), (1,)).walks
    assert np.bincount(walks) / len(walks) == pytest.approx([0.2] * 5, abs=4 * np.sqrt(0.16 / len(walks)))


def test_counts_and_errors_are_those_of_the_bands(small_target: Target) -> None:
    item = predicted(small_target, small_target.with_observed(Observations(())))["gap"]
    for kind, count in (("said", item.inside_said), ("expected", item.inside_expected)):
        bands = [(getattr(point, kind), point.observed) for point in item.points]
        assert count == sum(band.p05 <= value <= band.p95 for band, value in bands)
    assert item.error == pytest.approx(
        np.mean([abs(point.expected.p50 - point.observed) for point in item.points]), rel=1e-9
    )
    assert item.error_prior == pytest.approx(
        np.mean([abs(point.prior.p50 - point.observed) for point in item.points]), rel=1e-9
    )


def test_each_series_is_predicted_by_the_others(small_target: Target) -> None:
    shown: list[str] = []
    found, spreads = without_each_series(small_target, QUICK, 1, 1, quiet, shown.append)
    assert [item.name for item in found] == list(spreads) == small_target.observed.names
    assert all(item.known == 0 for item in found)
    assert shown == [
        "without gap (1 of 3)", "without gap_of_the_year (2 of 3)", "without most (3 of 3)",
    ]  # fmt: skip
    gap = found[0]
    assert gap.crps < gap.crps_prior  # the means of years tell of it
    assert {len(widths) for widths in spreads.values()} == {2}
    again, _ = without_each_series(small_target, QUICK, 1, 1, quiet, quiet)
    assert [item.crps for item in again] == [item.crps for item in found]


def test_later_years_are_predicted_by_those_before(small_target: Target) -> None:
    found = {item.name: item for item in before_years(small_target, QUICK, 1, 1, quiet)}
    assert {name: len(item.points) for name, item in found.items()} == {"gap": 1, "gap_of_the_year": 1}
    assert found["gap"].error < found["gap"].error_prior
    early = before_years(small_target, QUICK, 1, 1, quiet, until=2019.0)
    assert {item.name: item.known for item in early} == {"gap": 1, "gap_of_the_year": 0, "most": 0}


def test_learning_ends_with_the_posterior(small_target: Target) -> None:
    assert learn(here(one=small_target), "one", small_target, QUICK, (1,)).finished


def test_the_teacher_of_a_parameter_is_the_series_without_which_it_is_widest() -> None:
    target = linear(3, 3)
    scores = np.random.default_rng(1).standard_normal((target.unknowns.size, 500))
    scores[:3] *= np.array([[0.5], [0.1], [0.3]])
    spreads = {
        "a": np.array([0.6, 0.9, 0.4]), "b": np.array([0.7, 0.2, 0.4]), "c": np.array([0.5, 0.3, 0.9]),
    }  # fmt: skip
    found = teachers(target.as_target(), scores, spreads, parameters=2, series=2)
    assert [item.parameter for item in found] == ["parameter 1", "parameter 2"]
    assert found[0].without == (("a", 0.9), ("c", 0.3)) and found[1].without[0] == ("c", 0.9)
    assert found[0].spread == pytest.approx(0.1, rel=0.1)
