"""The likelihood is the integral that the module states, and what is drawn has the exact distribution."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from calibration_helpers import SAVED, series_of, straight
from scipy.special import logsumexp
from scipy.stats import beta, halfnorm, multivariate_normal, norm

from twintrack.calibration.discrepancy import (
    Grid,
    Nodes,
    covariances,
    drawn_ahead,
    log_densities,
    log_likelihoods,
    log_marginal,
)
from twintrack.calibration.likelihood import log_likelihood
from twintrack.calibration.observations import observations
from twintrack.calibration.strands import Strand, strands


def strand() -> Strand:
    """Two publishers of one variable."""
    history = [
        series_of([2018, 2020, 2023], [0.3, -0.2, 0.9], name="one", discrepancy=0.5, error=0.2),
        series_of([2021], [0.8], name="two", discrepancy=0.4, error=0.3),
    ]
    return strands(observations(history, SAVED))[0]


def node(size: float, share: float, persistence: float, walk: float) -> Nodes:
    return Nodes(*(np.array([value]) for value in (size, share, persistence, walk)))


def dense(one: Strand, size: float, share: float, persistence: float, walk: float) -> np.ndarray:
    """The covariance that the module states, entry by entry; size and walk on the strand's scale."""
    found = np.empty((len(one.times), len(one.times)))
    for i, t in enumerate(one.times):
        for j, u in enumerate(one.times):
            same = one.owners[i] == one.owners[j]
            found[i, j] = size**2 * (share * same + (1 - share) * persistence ** abs(t - u))
            found[i, j] += walk**2 * (min(t, u) - one.times[0])
            found[i, j] += one.errors[i] ** 2 * (i == j)
    return found


def test_nodes_are_equally_likely_values_of_their_distributions() -> None:
    nodes = Grid(walks=(0.0, 2.0), shares=(0.0, 0.5), sizes=40, persistences=30, steps=40).nodes
    assert [len(one.sizes) for one in nodes] == [2 * 40 * 30, 2 * 40 * 30 * 40]
    assert (nodes[0].walks == 0).all()
    shares = np.linspace(0.05, 0.9, 18)
    assert np.mean(nodes[0].sizes ** 2) == pytest.approx(1, rel=0.001)
    assert np.quantile(nodes[0].sizes, shares) == pytest.approx(halfnorm.ppf(shares), abs=0.06)
    assert np.quantile(nodes[0].persistences, shares) == pytest.approx(beta(2, 2).ppf(shares), abs=0.03)
    assert np.quantile(nodes[1].walks, shares) == pytest.approx(2 * halfnorm.ppf(shares), abs=0.12)
    assert np.unique(nodes[1].shares, return_counts=True)[1].tolist() == [48_000, 48_000]


def test_the_covariance_is_offset_persistence_walk_and_measurement() -> None:
    one = strand()
    found = covariances(one, node(1.2, 0.3, 0.6, 0.7))[0]
    assert found == pytest.approx(dense(one, 1.2 * 0.5, 0.3, 0.6, 0.7 * 0.5), rel=1e-12)


def test_densities_at_nodes_are_those_of_the_normal_distribution() -> None:
    one, stream = strand(), np.random.default_rng(1)
    residuals = 3 * stream.standard_normal((4, 6))
    nodes = Grid().nodes[2]
    found = log_densities(covariances(one, nodes), residuals)
    assert found.shape == (len(nodes.sizes), 6)
    for number in (0, 17, 71):
        wanted = multivariate_normal(np.zeros(4), covariances(one, nodes)[number]).logpdf(residuals.T)
        assert found[number] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("walk", [0.0, 2.0])
def test_the_likelihood_is_the_integral_over_sizes_persistence_and_walk(walk: float) -> None:
    one, stream = strand(), np.random.default_rng(2)
    residuals = one.values[:, None] + np.array([[0.0, 0.4, -1.0]])
    grid = Grid(walks=(walk,), sizes=20, persistences=10, steps=20)
    draws = 40_000
    sizes, walks = halfnorm.rvs(scale=0.5, size=(2, draws), random_state=stream)
    persistences, shares = beta(2, 2).rvs(draws, random_state=stream), stream.choice([0.0, 0.5], draws)
    matrices = covariances(replace(one, size=1.0), Nodes(sizes, shares, persistences, walk * walks))
    wanted = logsumexp(log_densities(matrices, residuals), axis=0) - np.log(draws)
    assert log_marginal(one, residuals, grid)[0] == pytest.approx(wanted, abs=0.03)
    few = log_marginal(one, residuals, Grid(walks=(walk,)))[0]
    assert few == pytest.approx(wanted, abs=0.25)  # the product's grid


def test_without_offset_and_walk_and_at_one_node_it_is_the_likelihood_of_the_calibration() -> None:
    observed, said = straight(3, runs=50)
    size, persistence = 0.8, 0.35
    wanted = log_likelihood(observed, said, np.full((3, 50), size * 0.3), np.full((3, 50), persistence))
    found = sum(
        log_densities(covariances(one, node(size, 0.0, persistence, 0.0)), one.residuals(said))[0]
        for one in strands(observed)
    )
    assert found == pytest.approx(wanted, rel=1e-9)


def test_runs_that_say_no_number_have_no_likelihood_and_change_no_other() -> None:
    observed, said = straight(2, runs=30)
    parts, grid = strands(observed), Grid()
    whole = log_likelihoods(parts, observed, said, grid)
    said[3, 4] = np.nan
    found = log_likelihoods(parts, observed, said, grid)
    assert (found[:, 4] == -np.inf).all() and whole.shape == (5, 30)
    kept = np.arange(30) != 4
    assert found[:, kept] == pytest.approx(whole[:, kept], rel=1e-12)


def test_a_bound_counts_as_it_does_in_the_calibration() -> None:
    observed = observations([series_of([2020, 2021], [1.0, 2.0], bound="upper", error=0.5)], SAVED)
    found = log_likelihoods(strands(observed), observed, np.array([[0.0], [2.5]]), Grid())
    assert found[:, 0] == pytest.approx(np.full(5, norm.logcdf(2.0) + norm.logcdf(-1.0)), rel=1e-12)


def test_draws_ahead_have_the_exact_mean_and_covariance_given_what_is_known() -> None:
    one, runs = strand(), 100_000
    nodes = node(1.2, 0.3, 0.6, 0.7)
    residuals = np.repeat(np.array([[0.5], [-0.4]]), runs, axis=1)
    drawn = drawn_ahead(one, 2, residuals, nodes, np.random.default_rng(3))
    whole = covariances(one, nodes)[0]
    between = whole[2:, :2] @ np.linalg.inv(whole[:2, :2])
    wanted = whole[2:, 2:] - between @ whole[:2, 2:]
    assert drawn.mean(axis=1) == pytest.approx(between @ [0.5, -0.4], abs=5 * 0.9 / np.sqrt(runs))
    assert np.cov(drawn) == pytest.approx(wanted, rel=0.03, abs=0.01)


def test_draws_ahead_take_the_node_that_makes_what_is_known_likely() -> None:
    one, runs = strand(), 2000
    small, large = (0.01, 0.5, 0.5, 0.0), (4.0, 0.5, 0.5, 0.0)
    nodes = Nodes(*np.array([[*pair] for pair in zip(small, large, strict=True)]))
    far = drawn_ahead(one, 2, np.full((2, runs), 4.0), nodes, np.random.default_rng(4))
    near = drawn_ahead(one, 2, np.zeros((2, runs)), nodes, np.random.default_rng(4))
    assert far[1].std() > 0.8 and near[1].std() < 0.35


def test_nothing_known_leaves_the_prior_of_the_discrepancy() -> None:
    one, runs, still = strand(), 100_000, Grid(walks=(0.0,)).nodes[0]
    drawn = drawn_ahead(one.later(3), 0, np.zeros((0, runs)), still, np.random.default_rng(5))
    assert drawn.std() == pytest.approx(np.sqrt(0.5**2 + 0.2**2), rel=0.02)  # half-normal: mean square one


@pytest.mark.parametrize("walk", [1.0, 2.0, 4.0])
def test_a_walk_is_half_as_wide_again_after_three_years(walk: float) -> None:
    history = [series_of(np.arange(2017, 2026), [0.0] * 9, discrepancy=0.5, error=0.05)]
    (one,) = strands(observations(history, SAVED))
    # What is known has walked as far as the walk says.
    steps = np.random.default_rng(6).standard_normal((6, 4000)) * walk * 0.5
    nodes = Grid(walks=(walk,)).nodes[0]
    drawn = drawn_ahead(one, 6, steps.cumsum(axis=0), nodes, np.random.default_rng(7))
    errors = drawn - steps.sum(axis=0)
    low, high = np.quantile(errors, [0.05, 0.95], axis=1)
    assert (high - low)[2] >= 1.5 * (high - low)[0]
    still = drawn_ahead(one, 6, np.zeros((6, 4000)), Grid(walks=(0.0,)).nodes[0], np.random.default_rng(7))
    low, high = np.quantile(still, [0.05, 0.95], axis=1)
    assert (high - low)[2] < 1.4 * (high - low)[0]
