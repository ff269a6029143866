"""The likelihood is that of normal distributions, summed over what is not known of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from calibration_helpers import ONE, PERSISTENCE, SAVED, SIZE, linear, point, series, series_of
from scipy.special import logsumexp
from scipy.stats import multivariate_normal, norm

from twintrack.calibration.discrepancy import Grid, beta_2_2, gaussian, half_normal
from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.strands import strands
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistorySeries

RUNS = 5
YEARS = [2017.0, 2018.25, 2018.75, 2023.0]
GRID = Grid(walks=(0.0, 1.0, 4.0), sizes=3, persistences=2, steps=2)


def likelihood_of(history: Iterable[HistorySeries], grid: Grid = GRID) -> tuple[Likelihood, Observations]:
    observed = observations(history, SAVED)
    return Likelihood(strands(observed), observed, grid), observed


def by_hand(times: Array, owners: Array, errors: Array, residuals: Array, scale: float, walk: float) -> float:
    """Sum normal densities over the grid one by one."""
    axes = [
        [*zip(*gaussian(half_normal, GRID.sizes), strict=True)],
        [(share, 1 / len(GRID.shares)) for share in GRID.shares],
        [*zip(*gaussian(beta_2_2, GRID.persistences), strict=True)],
        [*zip(*gaussian(half_normal, GRID.steps), strict=True)],
    ]
    apart, since = np.abs(times[:, None] - times), times - times.min()
    same = owners[:, None] == owners
    logs = []
    for (size, one), (share, two), (persistence, three), (step, four) in product(*axes):
        stays = (scale * size) ** 2 * (share * same + (1 - share) * persistence**apart)
        wanders = (scale * walk * step) ** 2 * np.minimum(since[:, None], since)
        spread = stays + wanders + np.diag(errors**2)
        density = multivariate_normal(np.zeros(len(times)), spread).logpdf(residuals)
        logs.append(np.log(one * two * three * four) + density)
    return float(logsumexp(logs))


def test_it_is_the_sum_over_all_nodes_of_products_of_normal_densities() -> None:
    stream = np.random.default_rng(7)
    history = [
        series_of(YEARS, stream.standard_normal(4).tolist(), error=0.2),
        series([point(2020, 1.5), point(2021, 1.2, 0.4, 2.0)], name="second publisher", error=0.6),
        series_of([2019.0], [0.7], name="other", variable="other", discrepancy=0.8),
    ]
    likelihood, observed = likelihood_of(history)
    said = stream.standard_normal((7, RUNS))
    one, alone = likelihood.strands
    assert [len(one.times), len(alone.times)] == [6, 1]
    values = np.concatenate([item.values for item in observed.series])
    errors = np.concatenate([item.errors for item in observed.series])
    times = np.concatenate([item.times for item in observed.series])
    owners = np.repeat([0, 1, 2], [4, 2, 1])
    wanted = np.zeros((3, RUNS))
    for row, walk in enumerate(GRID.walks):
        for run in range(RUNS):
            for part, scale in ((slice(0, 6), 0.3), (slice(6, 7), 0.8)):
                left = (values - said[:, run])[part]
                wanted[row, run] += by_hand(times[part], owners[part], errors[part], left, scale, walk)
    assert likelihood.of_walks(said) == pytest.approx(wanted, rel=1e-6, abs=1e-4)
    together = logsumexp(wanted, axis=0) - np.log(3)  # lambda is one number for all strands
    assert likelihood.whole(said) == pytest.approx(together, rel=1e-6, abs=1e-4)
    shares = np.exp(wanted - logsumexp(wanted, axis=0))
    assert likelihood.walk_shares(said) == pytest.approx(shares, abs=1e-4)


def test_nodes_are_weighed_by_how_likely_they_make_a_run() -> None:
    likelihood, _ = likelihood_of([series_of(YEARS, [0.1, 2.0, -1.0, 3.0], error=0.2)])
    ((part, shares),) = likelihood.node_shares(np.zeros((4, 2)))
    assert shares.sum(axis=0) == pytest.approx([1, 1])
    sizes = [len(nodes.weights) for nodes in GRID.nodes]
    by_walk = np.add.reduceat(shares, np.cumsum([0, *sizes[:-1]]))
    assert by_walk == pytest.approx(likelihood.walk_shares(np.zeros((4, 2))), abs=1e-4)
    best = int(np.argmax(shares[:, 0] / np.concatenate([nodes.weights for nodes in GRID.nodes])))
    spread = np.linalg.inv(part.precisions)
    densities = [multivariate_normal(np.zeros(4), one).logpdf([0.1, 2.0, -1.0, 3.0]) for one in spread]
    # The weights of values of lambda are alike, so that the likeliest node is so after all.
    assert densities[best] == pytest.approx(max(densities))


def test_totals_are_compared_by_their_steps() -> None:
    total = series_of(
        [2018.0, 2019.0], [4.0, 10.0], reading="total", scale="log", since=2017.0, variable="total"
    )
    likelihood, _ = likelihood_of([total], ONE)
    said = np.log(np.array([[2.0], [5.0]]))
    residuals = np.log([4 / 2, 6 / 3])
    size = np.sqrt(2 / np.pi) * 0.3
    spread = size**2 * 0.5 ** np.abs(np.subtract.outer([0, 1], [0, 1])) + 0.01 * np.eye(2)
    wanted = multivariate_normal([0, 0], spread).logpdf(residuals)
    assert likelihood.whole(said) == pytest.approx([wanted], rel=1e-5)


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_a_power_of_one_half_halves_the_logarithm(small_target: Target, power: float) -> None:
    scores = np.random.default_rng(3).standard_normal((small_target.unknowns.size, 50))
    said = small_target.said(small_target.unknowns.worlds(scores), 50)
    whole = small_target.likelihood.whole(said)
    found = replace(small_target, power=power).log_likelihood(scores)
    assert np.isfinite(whole).any()
    assert (found == power * whole).all()
    assert small_target.power == 0.5  # unless another one is asked for


def test_a_single_node_is_the_mean_of_what_is_summed_over() -> None:
    assert pytest.approx((np.sqrt(2 / np.pi), 0.5), rel=1e-4) == (SIZE, PERSISTENCE)


def test_with_a_known_discrepancy_it_is_that_of_the_linear_model() -> None:
    target = linear(5, 3)
    scores = np.random.default_rng(1).standard_normal((5, 20))
    values = np.concatenate([item.values for item in target.observed.series])
    wanted = multivariate_normal(np.zeros(len(values)), target.covariance).logpdf(
        (values[:, None] - target.slopes @ scores).T
    )
    assert target.log_likelihood(scores) == pytest.approx(wanted, rel=1e-5)


def test_a_bound_counts_by_how_likely_it_lies_above_the_model() -> None:
    likelihood, _ = likelihood_of([series_of([2020, 2021], [1.0, 2.0], bound="upper", error=0.5)])
    said = np.array([[0.0, 1.0, 40.0], [0.0, 2.5, 0.0]])
    found = likelihood.whole(said)
    assert found[:2] == pytest.approx(
        [norm.logcdf(2.0) + norm.logcdf(4.0), norm.logcdf(0.0) + norm.logcdf(-1.0)], rel=1e-12
    )
    assert found[2] == pytest.approx(norm.logcdf(-78) + norm.logcdf(4), rel=1e-9)  # no underflow to zero


@pytest.mark.parametrize("bound", [None, "upper"])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_run_that_says_no_number_has_no_likelihood(bound: str | None, wrong: float) -> None:
    likelihood, _ = likelihood_of([series_of([2020, 2021], [1.0, 2.0], bound=bound)])
    said = np.array([[1.0, wrong], [2.0, 2.0]])
    found = likelihood.whole(said)
    if bound == "upper" and wrong == -np.inf:
        assert np.isfinite(found[1])  # an upper bound says nothing against it
    else:
        assert found[1] == -np.inf
        assert likelihood.walk_shares(said)[:, 1] == pytest.approx(np.full(3, 1 / 3))
    assert np.isfinite(found[0])
    assert all(np.isfinite(shares).all() for _, shares in likelihood.node_shares(said))


def test_a_residual_beyond_all_measure_has_no_likelihood() -> None:
    likelihood, _ = likelihood_of([series_of([2020, 2021], [1.0, 2.0])])
    found = likelihood.whole(np.array([[1.0, 1e30], [2.0, -1e30]]))
    assert np.isfinite(found[0]) and found[1] == -np.inf


def test_without_series_nothing_is_said() -> None:
    likelihood, _ = likelihood_of([])
    assert likelihood.whole(np.empty((0, 3))) == pytest.approx([0, 0, 0])
