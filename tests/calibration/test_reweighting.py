"""Worlds of the prior, weighed, are those of the posterior where that is known exactly."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_helpers import linear

from twintrack.calibration.reweighting import (
    BATCH,
    effective_size,
    prior_runs,
    unweighed,
    weighed,
)
from twintrack.calibration.target import Target

RUNS = 200_000


def quiet(_: str) -> None:
    pass


@pytest.mark.parametrize("power", [1.0, 0.5])
def test_weighed_worlds_have_the_exact_mean_and_spread(power: float) -> None:
    target = linear(2, 2, error=1.5)
    scores = np.random.default_rng(1).standard_normal((target.unknowns.size, RUNS))
    found = weighed(target.log_likelihood(scores)[None], power)
    told = power * target.slopes.T @ np.linalg.inv(target.covariance)
    values = np.concatenate([item.values for item in target.observed.series])
    spread = np.linalg.inv(np.eye(2) + told @ target.slopes)
    weights, worlds = found.weights[0], scores[:2]
    mean = worlds @ weights
    assert mean == pytest.approx(spread @ told @ values, abs=5 / np.sqrt(found.effective))
    assert np.cov(worlds, aweights=weights) == pytest.approx(spread, abs=10 / np.sqrt(found.effective))
    if power == 1.0:
        assert spread == pytest.approx(target.posterior[1])


def test_picked_worlds_come_as_often_as_they_weigh() -> None:
    likelihoods = np.log([[0.1, 0.3, 0.0001], [0.2, 0.0001, 0.6]])
    found = weighed(likelihoods)
    assert found.walks == pytest.approx(np.array([0.4001, 0.8001]) / 1.2002)
    assert found.weights.sum() == pytest.approx(1)
    assert found.weights.sum(axis=1) == pytest.approx(found.walks)
    numbers, worlds = found.picked(100_000, np.random.default_rng(1))
    counts = np.zeros((2, 3))
    np.add.at(counts, (numbers, worlds), 1e-5)
    assert counts == pytest.approx(found.weights, abs=1e-4)


def test_worlds_are_weighed_by_the_power_and_values_of_lambda_in_full_given_a_world() -> None:
    likelihoods = np.log([[0.1, 0.6], [0.3, 0.4], [0.5, 0.5]])
    found = weighed(likelihoods, 0.5)
    assert found.weights.sum(axis=0) == pytest.approx(np.sqrt([0.3, 0.5]) / np.sqrt([0.3, 0.5]).sum())
    assert found.weights[:, 0] / found.weights[:, 0].sum() == pytest.approx([1 / 9, 3 / 9, 5 / 9])
    assert found.weights[:, 1] / found.weights[:, 1].sum() == pytest.approx([6 / 15, 4 / 15, 5 / 15])
    assert found.walks == pytest.approx(found.weights.sum(axis=1))


def test_weights_are_those_that_the_sampler_gives(small_target: Target) -> None:
    scores = np.random.default_rng(1).standard_normal((small_target.unknowns.size, 200))
    said = small_target.said(small_target.unknowns.worlds(scores), 200)
    found = weighed(small_target.likelihood.of_walks(said), small_target.power)
    height = np.exp(small_target.log_likelihood(scores))
    assert found.weights.sum(axis=0) == pytest.approx(height / height.sum())
    assert found.weights == pytest.approx(small_target.likelihood.walk_shares(said) * height / height.sum())


def test_a_world_or_a_value_without_likelihood_has_no_weight() -> None:
    found = weighed(np.array([[-np.inf, -2000.0, -2001.0], [-np.inf] * 3]))
    assert found.walks == pytest.approx([1, 0])
    assert (found.weights[1] == 0).all() and found.weights[0, 0] == 0
    assert found.weights[0, 1:] == pytest.approx(np.array([1, np.exp(-1)]) / (1 + np.exp(-1)))
    with pytest.raises(ValueError, match="no world of the prior agrees"):
        weighed(np.full((2, 3), -np.inf))


def test_the_effective_number_is_that_of_equal_weights() -> None:
    assert effective_size(np.full(7, 0.3)) == pytest.approx(7)
    assert effective_size(np.array([1.0, 0, 0])) == 1
    assert unweighed(50).effective == pytest.approx(50)


def test_runs_of_the_prior_are_made_in_batches_and_do_not_depend_on_what_was_observed(
    small_target: Target,
) -> None:
    shown: list[str] = []
    runs = 2 * BATCH + 100
    said = prior_runs(small_target, runs, 3, 1, quiet, shown.append)
    assert said.shape == (7, runs) and shown == [f"runs of the prior: {runs:,} of {runs:,}"]
    less = small_target.with_observed(small_target.observed.until(2021.0))
    again = prior_runs(less, runs, 3, 1, quiet, quiet)
    assert (again[:2] == said[:2]).all()  # 2018 and 2020 of the first series
    assert len(np.unique(said[0])) == runs  # no batch is drawn twice
    other = prior_runs(less, 10, 4, 1, quiet, quiet)
    assert (other != again[:, :10]).any()
