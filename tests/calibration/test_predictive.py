"""What is drawn where nothing was learnt from has the exact conditional distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from calibration_helpers import PERSISTENCE, SAVED, SIZE, Linear, Scores, series_of

from twintrack.calibration.ahead import Errors
from twintrack.calibration.discrepancy import Grid, covariances
from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.predictive import Predicted, Sample, predict, with_walks
from twintrack.calibration.strands import Strand, strands
from twintrack.equations.structure import Array

DRAWS = 100_000
WALKING = Grid(walks=(0.0, 2.0), shares=(0.5,), sizes=1, persistences=1, steps=1)
"""For each value of lambda the covariance is known."""


def strand_of_two() -> Strand:
    history = [
        series_of([2018, 2019, 2021], [1.0, -0.5, 2.0], name="one", error=0.2),
        series_of([2020.5, 2023], [0.3, 1.5], name="two", error=0.1),
    ]
    (strand,) = strands(observations(history, SAVED))
    return strand


def agrees(sample: Array, mean: Array, covariance: Array) -> None:
    """Hold moments against the exact ones, within five standard errors of Monte Carlo."""
    spread, draws = np.sqrt(np.diag(covariance)), sample.shape[1]
    assert np.abs((sample.mean(axis=1) - mean) / spread).max() < 5 / np.sqrt(draws)
    found = np.atleast_2d(np.cov(sample))
    errors = np.sqrt((covariance**2 + np.outer(spread**2, spread**2)) / draws)
    assert np.abs((found - covariance) / errors).max() < 5


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [1, 4, 0, 2, 3]])
@pytest.mark.parametrize("known", [0, 2, 4])
def test_draws_given_known_residuals_have_the_exact_mean_and_covariance(order: list[int], known: int) -> None:
    strand = strand_of_two().taken(np.array(order))
    walks = np.arange(DRAWS) % 2
    residuals = np.repeat(strand.values[:known, None], DRAWS, axis=1)
    found = Errors(WALKING, walks, 0.5).ahead(strand, known, residuals, np.random.default_rng(1))
    for value in (0, 1):
        (whole,) = covariances(strand, WALKING.nodes[value])
        between = whole[known:, :known] @ np.linalg.inv(whole[:known, :known])
        spread = whole[known:, known:] - between @ whole[:known, known:]
        agrees(found[:, walks == value], between @ strand.values[:known], spread)


def test_the_past_that_happens_again_has_the_covariance_of_residuals() -> None:
    strand = strand_of_two()
    residuals = np.full((3, DRAWS), 9.0)
    errors = Errors(WALKING, np.ones(DRAWS, dtype=np.int64), 0.5)
    found = errors.anew(strand, 3, residuals, np.random.default_rng(1))
    (whole,) = covariances(strand, WALKING.nodes[1])
    agrees(found, np.zeros(3), whole[:3, :3])


def test_what_is_known_says_how_large_the_discrepancy_is() -> None:
    strand = strand_of_two()
    errors = Errors(Grid(walks=(0.0,)), np.zeros(4000, dtype=np.int64), 0.5)
    far, near = (
        errors.ahead(strand, 4, np.full((4, 4000), 1.0) * size, np.random.default_rng(1))
        for size in (np.array([[3.0], [-3.0], [3.0], [-3.0]]), np.zeros((4, 1)))
    )
    assert far.std() > 1.5 * near.std()


def two_series(**changes: Any) -> Linear:
    history = [
        series_of([2018, 2020, 2022], [2.0, 2.2, 2.1], name="long", discrepancy=0.5, error=0.05, **changes),
        series_of([2021], [1.0], name="short", variable="other", discrepancy=3.0, error=0.5),
    ]
    slopes = np.array([[0.0], [0.0], [0.0], [1.0]])
    return Linear(Scores(["one"]), observations(history, SAVED), slopes)


def learnt_from(target: Linear, observed: Observations, rows: list[int]) -> Linear:
    return replace(target, observed=observed, slopes=target.slopes[rows])


def predicted(target: Linear, learnt: Linear, runs: int = 20_000) -> Predicted:
    scores = np.random.default_rng(5).standard_normal((1, runs))
    sample = Sample(scores, np.zeros(runs, dtype=np.int64))
    return predict(target.as_target(), learnt.as_target(), sample, (1, 2))


def test_a_later_point_goes_on_from_residuals_that_are_known() -> None:
    target = two_series()
    found = predicted(target, learnt_from(target, target.observed.until(2020), [0, 1]))
    assert found.known.tolist() == [True, True, False, False]
    times = np.array([2018.0, 2020, 2022])
    size = 0.5 * SIZE
    whole = size**2 * PERSISTENCE ** np.abs(times[:, None] - times) + 0.05**2 * np.eye(3)
    weights = whole[2, :2] @ np.linalg.inv(whole[:2, :2])
    assert (found.said[:3] == 0).all()
    assert found.expected[2].mean() == pytest.approx(weights @ [2.0, 2.2], abs=5 * size / np.sqrt(20_000))
    wanted = np.sqrt(whole[2, 2] - weights @ whole[:2, 2])
    assert found.expected[2].std() == pytest.approx(wanted, rel=0.03)
    assert found.expected[:2].mean() == pytest.approx(0, abs=0.02)  # as if the past happened again


def test_a_strand_that_was_not_learnt_from_has_the_discrepancy_of_the_prior() -> None:
    target = replace(two_series(), grid=Grid(walks=(0.0,)))
    found = predicted(target, learnt_from(target, target.observed.without("short"), [0, 1, 2]))
    # Half-normal sizes of scale 3 have the mean square 9; the measurement adds 0.25.
    errors = found.expected[3] - found.said[3]
    assert errors.std() == pytest.approx(np.sqrt(9.25), rel=0.04)
    assert found.known.tolist() == [True, True, True, False]


def test_a_series_of_the_same_variable_goes_on_from_what_the_other_shows() -> None:
    history = [
        series_of([2018, 2022], [1.0, 1.0], name="known", error=1e-4),
        series_of([2018, 2022.25], [0.0, 0.0], name="unknown", error=1e-4),
    ]
    target = Linear(Scores(["one"]), observations(history, SAVED), np.zeros((4, 1)))
    found = predicted(target, learnt_from(target, target.observed.without("unknown"), [0, 1]))
    assert found.expected[2:].mean(axis=1) == pytest.approx([1, PERSISTENCE**0.25], abs=0.01)


class Near(Linear):
    """Says much the same at all points."""

    values = np.array([2.0, 2.2, 2.1, 1.0])

    def said(self, worlds: Mapping[str, Array], runs: int) -> Array:
        return np.repeat(self.values[: len(self.slopes), None], runs, axis=1)


class Growing(Near):
    """Says a total that grows by one from point to point."""

    values = np.log(np.array([2.0, 3.0, 4.0, 1.0]))


def test_what_never_falls_does_not_fall_on_what_is_passed() -> None:
    two = two_series(course="maximum")
    target = Near(two.unknowns, two.observed, two.slopes)
    found = predicted(target, learnt_from(target, target.observed.until(2020), [0, 1]))
    assert found.expected[2].min() == pytest.approx(2.2)  # the largest so far
    assert 0.1 < (found.expected[2] == found.expected[2].min()).mean() < 1
    total = two_series(reading="total", scale="log", since=2017.0)
    growing = Growing(total.unknowns, total.observed, total.slopes)
    later = predicted(growing, learnt_from(growing, growing.observed.until(2020), [0, 1])).expected[2]
    assert later.min() > np.log(2.2)  # what was published, to which a step is added
    assert np.median(np.exp(later) - 2.2) == pytest.approx(1.0, rel=0.5)


def test_a_bound_has_neither_discrepancy_nor_measurement() -> None:
    target = two_series(bound="upper")
    found = predicted(target, target)
    assert (found.expected[:3] == found.said[:3]).all()
    assert (found.expected[3] != found.said[3]).all()


def test_how_far_the_discrepancy_walks_is_drawn_by_the_likelihood() -> None:
    target = replace(two_series(), grid=Grid(walks=(0.0, 4.0)))
    sample = with_walks(target.as_target(), np.zeros((1, 40_000)), (1,))
    wanted = target.likelihood.walk_shares(np.zeros((4, 1)))[:, 0]
    assert np.bincount(sample.walks) / 40_000 == pytest.approx(wanted, abs=4 * np.sqrt(0.25 / 40_000))
    half = replace(target, power=0.5)  # errors are learnt in full, whatever the power
    assert (with_walks(half.as_target(), np.zeros((1, 40_000)), (1,)).walks == sample.walks).all()


def test_the_same_seed_draws_the_same_and_another_one_does_not() -> None:
    target = two_series().as_target()
    sample = Sample(np.zeros((1, 4)), np.zeros(4, dtype=np.int64))
    first, again, other = (predict(target, target, sample, (seed,)).expected for seed in (1, 1, 2))
    assert (first == again).all() and (first != other).any()
