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
    Summed,
    covariances,
    drawn_ahead,
    log_densities,
)
from twintrack.calibration.likelihood import Likelihood
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
    return Nodes(*(np.array([value]) for value in (size, share, persistence, walk, 1.0)))


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


def test_nodes_have_the_moments_of_their_distributions() -> None:
    grid = Grid(walks=(0.0, 2.0), shares=(0.0, 0.5), sizes=8, persistences=7, steps=6)
    still, moving = grid.nodes
    assert [len(one.sizes) for one in grid.nodes] == [2 * 8 * 7, 2 * 8 * 7 * 6]
    assert (still.walks == 0).all()
    for nodes in grid.nodes:
        assert nodes.weights.sum() == pytest.approx(1) and (nodes.weights > 0).all()
    # A rule of Gauss of n nodes is exact for powers up to 2 n - 1; the nodes stand on quantiles in rows.
    for power in range(1, 9):
        tolerance = 0.002 * 1.5**power
        assert still.weights @ still.sizes**power == pytest.approx(halfnorm.moment(power), rel=tolerance)
        assert still.weights @ still.persistences**power == pytest.approx(
            beta(2, 2).moment(power), rel=tolerance
        )
        assert moving.weights @ moving.walks**power == pytest.approx(
            2**power * halfnorm.moment(power), rel=tolerance
        )
    halves = [moving.weights[moving.shares == share].sum() for share in (0.0, 0.5)]
    assert halves == pytest.approx([0.5, 0.5])


def test_the_default_nodes_keep_mean_and_variance() -> None:
    for nodes, walk in zip(Grid().nodes, Grid().walks, strict=True):
        assert nodes.weights @ nodes.sizes == pytest.approx(halfnorm.mean(), rel=0.001)
        assert nodes.weights @ nodes.sizes**2 == pytest.approx(1, rel=0.001)
        assert nodes.weights @ nodes.walks**2 == pytest.approx(walk**2, rel=0.001)
        assert nodes.weights @ nodes.persistences**2 == pytest.approx(beta(2, 2).moment(2), rel=0.001)


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
    nodes = Nodes(sizes, shares, persistences, walk * walks, np.full(draws, 1 / draws))
    matrices = covariances(replace(one, size=1.0), nodes)
    wanted = logsumexp(log_densities(matrices, residuals), axis=0) - np.log(draws)
    assert Summed((one,), grid).log_marginal(residuals)[0] == pytest.approx(wanted, abs=0.03)
    few = Summed((one,), Grid(walks=(walk,))).log_marginal(residuals)[0]
    assert few == pytest.approx(wanted, abs=0.25)  # the product's grid


def test_without_offset_and_walk_and_at_one_node_each_series_has_an_error_that_persists() -> None:
    observed, said = straight(3, runs=50)
    size, persistence = 0.8, 0.35
    wanted = np.zeros(50)
    for item, place in observed.placed:
        apart = np.abs(item.times[:, None] - item.times)
        spread = (size * 0.3) ** 2 * persistence**apart + np.diag(item.errors**2)
        wanted += multivariate_normal(np.zeros(len(apart)), spread).logpdf(
            (item.values[:, None] - said[place]).T
        )
    found = sum(
        log_densities(covariances(one, node(size, 0.0, persistence, 0.0)), one.residuals(said))[0]
        for one in strands(observed)
    )
    assert found == pytest.approx(wanted, rel=1e-9)


def test_runs_that_say_no_number_have_no_likelihood_and_change_no_other() -> None:
    observed, said = straight(2, runs=30)
    likelihood = Likelihood(strands(observed), observed, Grid())
    whole = likelihood.of_walks(said)
    said[3, 4] = np.nan
    found = likelihood.of_walks(said)
    assert (found[:, 4] == -np.inf).all() and whole.shape == (5, 30)
    kept = np.arange(30) != 4
    assert found[:, kept] == pytest.approx(whole[:, kept], rel=1e-6)  # sums of 32-bit numbers


def test_a_bound_counts_for_every_value_of_lambda_alike() -> None:
    observed = observations([series_of([2020, 2021], [1.0, 2.0], bound="upper", error=0.5)], SAVED)
    found = Likelihood(strands(observed), observed, Grid()).of_walks(np.array([[0.0], [2.5]]))
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
    nodes = Nodes(*np.array([[*pair] for pair in zip(small, large, strict=True)]), np.full(2, 0.5))
    far = drawn_ahead(one, 2, np.full((2, runs), 4.0), nodes, np.random.default_rng(4))
    near = drawn_ahead(one, 2, np.zeros((2, runs)), nodes, np.random.default_rng(4))
    assert far[1].std() > 0.8 and near[1].std() < 0.35


def test_nothing_known_leaves_the_prior_of_the_discrepancy() -> None:
    one, runs, still = strand(), 100_000, Grid(walks=(0.0,)).nodes[0]
    drawn = drawn_ahead(one.taken(slice(3, None)), 0, np.zeros((0, runs)), still, np.random.default_rng(5))
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
