"""Moves leave what they are meant to leave: the prior, or the posterior, whatever the reference is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from calibration_helpers import linear
from scipy.stats import multivariate_normal, norm

from twintrack.calibration.moves import Block, Moved, Reference, independent, moved
from twintrack.equations.structure import Array

SIZE, RUNS = 6, 20_000


@dataclass(frozen=True)
class Flat:
    """A target that is the prior."""

    def log_likelihood(self, scores: Array) -> Array:
        return np.zeros(scores.shape[1])


FLAT: Any = Flat()


def axes(size: int, *chosen: int) -> Array:
    return np.eye(size)[:, list(chosen)]


def rotated(size: int, directions: int, seed: int = 2) -> Array:
    """Some orthonormal columns."""
    return np.asarray(
        np.linalg.qr(np.random.default_rng(seed).standard_normal((size, size)))[0][:, :directions]
    )


def narrow() -> Reference:
    return Reference(0.3 * np.arange(SIZE), rotated(SIZE, 3), np.array([0.2, 0.5, 2.0]))


def covariance(reference: Reference) -> Array:
    along = reference.directions
    return np.asarray(np.eye(len(along)) + (along * (reference.variances - 1)) @ along.T)


def prior(runs: int, size: int = SIZE, seed: int = 1) -> Array:
    return np.random.default_rng(seed).standard_normal((size, runs))


def test_excess_is_the_log_density_of_the_prior_over_that_of_the_reference() -> None:
    reference, places = narrow(), prior(50)
    above = multivariate_normal(np.zeros(SIZE), np.eye(SIZE)).logpdf(places.T)
    below = multivariate_normal(reference.mean, covariance(reference)).logpdf(places.T)
    wanted = above - below
    found = reference.excess(places)
    assert found - found[0] == pytest.approx(wanted - wanted[0], abs=1e-9)


def test_a_reference_that_is_the_prior_needs_no_correction() -> None:
    nothing = Reference(np.zeros(SIZE), np.empty((SIZE, 0)), np.empty(0))
    assert nothing.excess(prior(50)) == pytest.approx(np.zeros(50), abs=1e-12)
    done = moved(FLAT, Block(prior(512), np.zeros(512)), nothing, 0.0, 0.7, 3, (1,))
    assert done.accepted == pytest.approx(1)


def test_in_its_subspace_a_reference_is_that_of_the_population_elsewhere_the_prior() -> None:
    scores = prior(RUNS) * 0.3 + 2.0
    reference = Reference.of(scores, axes(SIZE, 1, 4))
    assert reference.mean == pytest.approx([0, 2, 0, 0, 2, 0], abs=0.02)
    wanted = np.eye(SIZE)
    wanted[1, 1] = wanted[4, 4] = 0.09
    assert covariance(reference) == pytest.approx(wanted, abs=0.01)


def test_in_its_subspace_too_only_what_is_beyond_chance_is_the_populations_own() -> None:
    scores = prior(512, size=80)
    scores[3] = 0.2 * scores[3] + 1.0
    reference = Reference.of(scores, axes(80, *range(40)))
    assert len(reference.variances) == 1
    assert np.abs(reference.directions[3, 0]) > 0.9 and reference.variances[0] == pytest.approx(0.04, rel=0.3)
    assert np.flatnonzero(reference.mean).tolist() == [3]


def test_members_of_one_ancestor_count_as_one() -> None:
    scores = prior(100)
    assert independent(scores) == 100
    assert independent(np.repeat(scores, 5, axis=1)) == pytest.approx(100)
    uneven = np.concatenate([np.repeat(scores[:, :1], 50, axis=1), scores[:, 50:]], axis=1)
    assert independent(uneven) == pytest.approx(100**2 / (50**2 + 50))


def test_a_population_of_few_ancestors_has_no_spread_of_its_own() -> None:
    few = np.repeat(prior(16, size=40), 64, axis=1)
    assert (
        len(Reference.of(few, np.eye(40)).variances) == 0
        or covariance(Reference.of(few, np.eye(40))).min() > -1
    )
    assert (Reference.of(few, np.eye(40)).mean == 0).all()


@pytest.mark.parametrize("step", [0.1, 0.5, 1.0])
def test_at_power_zero_moves_leave_the_prior_whatever_the_reference(step: float) -> None:
    done = moved(FLAT, Block(prior(RUNS), np.zeros(RUNS)), narrow(), 0.0, step, 10, (3,))
    assert done.accepted < 0.95  # the correction is at work
    scores = done.block.scores
    assert np.abs(scores.mean(axis=1)).max() < 5 / np.sqrt(RUNS)
    assert np.abs(np.cov(scores) - np.eye(SIZE)).max() < 5 * np.sqrt(2 / RUNS)
    assert (np.abs(scores) < 1).mean(axis=1) == pytest.approx([2 * norm.cdf(1) - 1] * SIZE, abs=0.02)


@pytest.mark.parametrize("power", [0.3, 1.0])
def test_moves_leave_the_tempered_posterior(power: float) -> None:
    target = linear(SIZE, 3)
    told = target.slopes.T @ np.linalg.inv(target.covariance)
    spread = np.linalg.inv(np.eye(SIZE) + power * told @ target.slopes)
    mean = power * spread @ told @ np.concatenate([item.values for item in target.observed.series])
    scores = prior(RUNS, target.unknowns.size, seed=4)
    scores[:SIZE] = mean[:, None] + np.linalg.cholesky(spread) @ scores[:SIZE]
    start = Block(scores, target.log_likelihood(scores))
    reference = Reference.of(scores, axes(target.unknowns.size, *range(SIZE)))
    done = moved(target.as_target(), start, reference, power, 0.6, 12, (5,))
    found = done.block.scores
    assert 0.2 < done.accepted < 1 and (found[:SIZE] != scores[:SIZE]).mean() > 0.9
    sizes = np.sqrt(np.diag(spread))
    assert np.abs((found[:SIZE].mean(axis=1) - mean) / sizes).max() < 5 / np.sqrt(RUNS)
    errors = np.sqrt((spread**2 + np.outer(sizes**2, sizes**2)) / RUNS)
    assert np.abs((np.cov(found[:SIZE]) - spread) / errors).max() < 5
    assert done.block.likelihood == pytest.approx(target.log_likelihood(found))


def test_moves_go_to_the_posterior_from_anywhere() -> None:
    target = linear(2, 2)
    scores = np.full((target.unknowns.size, 4000), 3.0)
    block = Block(scores, target.log_likelihood(scores))
    nothing = Reference(np.zeros(len(scores)), np.empty((len(scores), 0)), np.empty(0))
    found = moved(target.as_target(), block, nothing, 1.0, 0.4, 150, (6,)).block.scores
    mean, spread = target.posterior
    sizes = np.sqrt(np.diag(spread))
    assert np.abs((found[:2].mean(axis=1) - mean) / sizes).max() < 0.1
    assert found[:2].std(axis=1) / sizes == pytest.approx([1, 1], abs=0.08)


def test_a_place_without_likelihood_is_never_taken() -> None:
    class Half(Flat):
        def log_likelihood(self, scores: Array) -> Array:
            return np.where(scores[0] > 0, 0.0, -np.inf)

    target: Any = Half()
    start = np.abs(prior(2000))
    done = moved(target, Block(start, np.zeros(2000)), narrow(), 1.0, 0.9, 5, (1,))
    assert (done.block.scores[0] > 0).all() and (done.block.likelihood == 0).all()


def test_the_same_arguments_give_the_same_members() -> None:
    def move(seed: int) -> Moved:
        return moved(FLAT, Block(prior(64), np.zeros(64)), narrow(), 0.0, 0.5, 2, (seed,))

    assert (move(1).block.scores == move(1).block.scores).all()
    assert (move(1).block.scores != move(2).block.scores).any()


MANY, FEW, REPEATS = 250, 1024, 2
ERROR = 1.5 * np.sqrt(2 / (MANY * FEW * REPEATS))
"""Standard error of a mean square over all of these; half as large again, for members come from others."""


def mean_square_after(subspace: Array) -> float:
    """Keep half of a population by chance, take a reference from it, and move, again and again."""
    found = []
    for repeat in range(REPEATS):
        stream = np.random.default_rng(repeat)
        scores = stream.standard_normal((MANY, FEW))
        for turn in range(8):
            scores = scores[:, stream.choice(FEW, FEW // 2, replace=False)].repeat(2, axis=1)
            reference = Reference.of(scores, subspace)
            block = Block(scores, np.zeros(FEW))
            scores = moved(FLAT, block, reference, 0.0, 0.7, 3, (repeat, turn)).block.scores
        found.append(np.mean(scores**2))
    return float(np.mean(found))


def test_references_from_the_population_again_and_again_do_not_narrow_the_prior() -> None:
    assert abs(mean_square_after(axes(MANY, *range(40))) - 1) < 4 * ERROR
