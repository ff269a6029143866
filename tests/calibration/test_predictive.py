"""What is drawn where nothing was learnt from has the exact conditional distribution."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import pytest
from calibration_helpers import SAVED, Linear, Scores, series_of

from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.predictive import Predicted, drawn_residuals, predict
from twintrack.calibration.target import Target

TIMES = np.array([2018.0, 2019.0, 2020.5, 2021.0, 2023.0])
ERRORS = np.array([0.2, 0.1, 0.3, 0.2, 0.4])
SIZE, PERSISTENCE = 0.8, 0.6
COVARIANCE = SIZE**2 * PERSISTENCE ** np.abs(TIMES[:, None] - TIMES) + np.diag(ERRORS**2)
DRAWS = 100_000


def draw(seen: list[bool], residuals: np.ndarray, seed: int = 1) -> np.ndarray:
    return drawn_residuals(
        TIMES,
        ERRORS,
        np.repeat(residuals[:, None], DRAWS, axis=1),
        np.array(seen),
        np.full(DRAWS, SIZE),
        np.full(DRAWS, PERSISTENCE),
        np.random.default_rng(seed),
    )


def agrees(sample: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> None:
    """Hold moments against the exact ones, within five standard errors of Monte Carlo."""
    spread = np.sqrt(np.diag(covariance))
    assert np.abs((sample.mean(axis=1) - mean) / spread).max() < 5 / np.sqrt(DRAWS)
    found = np.atleast_2d(np.cov(sample))
    errors = np.sqrt((covariance**2 + np.outer(spread**2, spread**2)) / DRAWS)
    assert np.abs((found - covariance) / errors).max() < 5


@pytest.mark.parametrize(
    "seen",
    [[True, True, True, False, False], [False, True, False, False, True], [True, False, True, True, True]],
)
def test_draws_given_known_residuals_have_the_exact_mean_and_covariance(seen: list[bool]) -> None:
    residuals = np.array([1.0, -0.5, 2.0, 0.3, 1.5])
    known, free = np.flatnonzero(seen), np.flatnonzero(~np.array(seen))
    between = COVARIANCE[np.ix_(free, known)] @ np.linalg.inv(COVARIANCE[np.ix_(known, known)])
    mean = between @ residuals[known]
    spread = COVARIANCE[np.ix_(free, free)] - between @ COVARIANCE[np.ix_(known, free)]
    agrees(draw(seen, residuals)[free], mean, spread)


def test_known_residuals_are_drawn_for_themselves() -> None:
    seen = [True, True, True, False, False]
    agrees(draw(seen, np.full(5, 9.0))[:3], np.zeros(3), COVARIANCE[:3, :3])


@pytest.mark.parametrize("all_or_none", [True, False])
def test_without_others_all_have_the_covariance_of_residuals(all_or_none: bool) -> None:
    agrees(draw([all_or_none] * 5, np.full(5, 9.0)), np.zeros(5), COVARIANCE)


def two_series(bound: str | None = None) -> Linear:
    history = [
        series_of([2018, 2020, 2022], [2.0, 2.2, 2.1], name="long", discrepancy=0.5, error=0.05, bound=bound),
        series_of([2021], [1.0], name="short", discrepancy=3.0, error=0.5),
    ]
    observed = observations(history, SAVED)
    unknowns = Scores(["one"], observed, np.array([0.4, 0.1]), np.array([0.9, 0.5]))
    return Linear(unknowns, np.array([[0.0], [0.0], [0.0], [1.0]]))


def learnt_from(target: Linear, observed: Observations, rows: list[int], number: list[int]) -> Any:
    unknowns = target.unknowns
    less = replace(
        unknowns, observed=observed, sizes=unknowns.sizes[number], persistences=unknowns.persistences[number]
    )
    return replace(target, unknowns=less, slopes=target.slopes[rows])


class Prior(Scores):
    """Errors of the series follow from the scores, as they do in `Unknowns`."""

    def discrepancy(self, scores: np.ndarray) -> np.ndarray:
        scales = np.array([[item.series.discrepancy] for item in self.observed.series])
        return np.asarray(scales * np.abs(scores[1 : 1 + len(scales)]))


def predicted(target: Linear, learnt: Linear, runs: int = 20_000) -> Predicted:
    scores = np.random.default_rng(5).standard_normal((learnt.unknowns.size, runs))
    return predict(cast(Target, target), cast(Target, learnt), scores, (1, 2))


def test_a_later_point_goes_on_from_residuals_that_are_known() -> None:
    target = two_series()
    learnt = learnt_from(target, target.observed.until(2020), [0, 1], [0])
    found = predicted(target, learnt)
    assert found.known.tolist() == [True, True, False, False]
    times = np.array([2018.0, 2020, 2022])
    whole = 0.4**2 * 0.9 ** np.abs(times[:, None] - times) + 0.05**2 * np.eye(3)
    weights = whole[2, :2] @ np.linalg.inv(whole[:2, :2])
    assert (found.said[:3] == 0).all()
    assert found.expected[2].mean() == pytest.approx(weights @ [2.0, 2.2], abs=5 * 0.2 / np.sqrt(20_000))
    wanted = np.sqrt(whole[2, 2] - weights @ whole[:2, 2])
    assert found.expected[2].std() == pytest.approx(wanted, rel=0.03)
    assert found.expected[:2].mean() == pytest.approx(0, abs=0.02)  # as if measured a second time


def test_a_series_that_was_not_learnt_from_has_the_discrepancy_of_the_prior() -> None:
    target = two_series()
    learnt = learnt_from(target, target.observed.without("short"), [0, 1, 2], [0])
    prior = Prior(target.unknowns.names, target.observed, target.unknowns.sizes, target.unknowns.persistences)
    found = predicted(replace(target, unknowns=prior), learnt)
    # Half-normal sizes of scale 3 have the mean square 9; the measurement adds 0.25.
    errors = found.expected[3] - found.said[3]
    assert errors.std() == pytest.approx(np.sqrt(9.25), rel=0.04)
    assert found.known.tolist() == [True, True, True, False]


def test_a_bound_has_neither_discrepancy_nor_measurement() -> None:
    target = two_series(bound="upper")
    found = predicted(target, target)
    assert (found.expected[:3] == found.said[:3]).all()
    assert (found.expected[3] != found.said[3]).all()


def test_the_same_seed_draws_the_same_and_another_one_does_not() -> None:
    target = two_series()
    scores = np.zeros((target.unknowns.size, 4))
    first, again, other = (
        predict(target.as_target(), target.as_target(), scores, (seed,)).expected for seed in (1, 1, 2)
    )
    assert (first == again).all() and (first != other).any()
