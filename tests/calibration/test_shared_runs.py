"""A training run has one error of measurement, whichever numbers are of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from calibration_helpers import ONE, SAVED, point, series
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from twintrack.calibration.discrepancy import (
    OWN,
    Grid,
    Nodes,
    Summed,
    covariances,
    drawn_ahead,
    drawn_anew,
    drawn_together,
    joint_covariances,
    log_densities,
)
from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.strands import Strand, coupled, strands
from twintrack.calibration.target import Target
from twintrack.calibration.truths import made_up
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistorySeries


def table(
    name: str, rows: Sequence[tuple[float, float, str]], variable: str, error: float = 0.2
) -> HistorySeries:
    points = [replace(point(year, value), run=run) for year, value, run in rows]
    return series(points, name, variable=variable, error=error, discrepancy=0.5)


COSTS = table("costs", [(2018, 0.3, "a"), (2020, -0.2, "b"), (2023, 0.9, "")], "cost")
SIZES = table("sizes", [(2019, 0.8, "a"), (2020, 0.8, "a"), (2022, 1.4, "c")], "size", 0.3)
STAFF = table("staff", [(2023, 0.1, "c")], "staff", 0.4)
OTHERS = table("others", [(2018, 0.4, "d"), (2021, 1.4, "")], "other")


def without_names(*tables: HistorySeries) -> list[HistorySeries]:
    return [
        one.model_copy(update={"points": tuple(replace(row, run="") for row in one.points)}) for one in tables
    ]


def block(*tables: HistorySeries) -> tuple[Strand, ...]:
    (found,) = coupled(strands(observations(tables, SAVED)))
    return found


def likelihood(history: Sequence[HistorySeries], grid: Grid) -> tuple[Likelihood, Observations]:
    observed = observations(history, SAVED)
    return Likelihood(strands(observed), observed, grid), observed


def node(size: float, share: float, persistence: float, walk: float) -> Nodes:
    return Nodes(*(np.array([value]) for value in (size, share, persistence, walk, 1.0)))


def dense(members: Sequence[Strand], nodes: Sequence[Nodes], number: int) -> Array:
    """The covariance that the module states, entry by entry, at one node."""
    rows = [(which, place) for which, one in enumerate(members) for place in range(len(one.times))]
    found = np.zeros((len(rows), len(rows)))
    for i, (first, here) in enumerate(rows):
        for j, (second, there) in enumerate(rows):
            one, other = members[first], members[second]
            if i == j:
                found[i, j] = one.errors[here] ** 2
            elif one.runs[here] and one.runs[here] == other.runs[there]:
                found[i, j] = (1 - OWN) * one.errors[here] * other.errors[there]
            if first == second:
                own, t, u = nodes[first], one.times[here], one.times[there]
                size, share = one.size * own.sizes[number], own.shares[number]
                same = one.owners[here] == one.owners[there]
                found[i, j] += share * size**2 * same
                found[i, j] += (1 - share) * size**2 * own.persistences[number] ** abs(t - u)
                found[i, j] += (one.size * own.walks[number]) ** 2 * (min(t, u) - one.start)
    return found


def test_two_series_of_one_run_have_its_error_in_common() -> None:
    cost = table("costs", [(2018, 0.0, "a"), (2020, 0.0, "b")], "cost", 0.2)
    size = table("sizes", [(2019, 0.0, "b")], "size", 0.3)
    still = node(1.0, 0.0, 0.25, 0.0)
    found = joint_covariances(block(cost, size), (still, node(2.0, 0.0, 0.25, 0.0)))[0]
    # Discrepancies of 0.5 and 1, half as alike for each year; 0.06 is 0.2 times 0.3.
    wanted = [[0.25 + 0.04, 0.015625, 0.0], [0.015625, 0.29, 0.99 * 0.06], [0.0, 0.99 * 0.06, 1.09]]
    assert found == pytest.approx(np.array(wanted), rel=1e-12)


def test_a_maximum_that_stands_still_has_one_error() -> None:
    (sizes,) = strands(observations([SIZES], SAVED))
    found = covariances(sizes, node(0.0, 0.0, 0.5, 0.0))[0]
    assert found == pytest.approx(0.09 * np.array([[1, 0.99, 0], [0.99, 1, 0], [0, 0, 1]]), rel=1e-12)


def test_densities_of_a_block_are_those_of_the_normal_distribution() -> None:
    members, grid = block(COSTS, SIZES, STAFF), Grid(walks=(0.0, 2.0), sizes=2)
    residuals = np.random.default_rng(1).standard_normal((7, 6))
    summed = Summed(members, grid)
    wanted = np.empty((2, 6))
    for row, nodes in enumerate(grid.joint(3)):
        assert [len(one.weights) for one in nodes] == [2**3 * 2 * 3 * (3 if row else 1)] * 3
        found = log_densities(joint_covariances(members, nodes), residuals)
        exact = np.stack(
            [
                multivariate_normal(np.zeros(7), dense(members, nodes, number)).logpdf(residuals.T)
                for number in range(len(found))
            ]
        )
        assert found == pytest.approx(exact, rel=1e-10)
        wanted[row] = logsumexp(exact, axis=0, b=nodes[0].weights[:, None])
    assert summed.log_marginal(residuals) == pytest.approx(wanted, abs=1e-4)  # sums of 32-bit numbers


def test_sizes_of_a_block_are_their_own_and_each_has_the_moments_of_one_strand() -> None:
    one, other = Grid(walks=(1.0,)).joint(2)[0]
    assert one.weights.sum() == pytest.approx(1)
    for nodes in (one, other):
        assert nodes.weights @ nodes.sizes**2 == pytest.approx(1, rel=0.001)
    assert one.weights @ (one.sizes * other.sizes) == pytest.approx(2 / np.pi, rel=0.001)  # independent
    assert (one.walks == other.walks).all() and (one.persistences == other.persistences).all()
    many = Grid(walks=(1.0,)).joint(6)[0]
    assert len(many[0].weights) <= 64 * 2 * 3 * 3


def test_strands_are_coupled_by_the_runs_that_they_name() -> None:
    def names(*tables: HistorySeries, joined: bool = True) -> list[list[str]]:
        found = coupled(strands(observations(tables, SAVED), joined=joined))
        return [[one.variable for one in members] for members in found]

    assert names(COSTS, OTHERS, SIZES) == [["other"], ["cost", "size"]]
    # Costs and staff name no run in common; sizes, which come last, do with both.
    assert names(COSTS, STAFF, SIZES) == [["cost", "staff", "size"]]
    assert names(COSTS, OTHERS) == [["cost"], ["other"]]
    assert names(COSTS, SIZES, joined=False) == [["cost"], ["size"]]
    assert names(*without_names(COSTS, SIZES)) == [["cost"], ["size"]]


def test_names_that_are_not_shared_change_nothing() -> None:
    said = np.random.default_rng(2).standard_normal((5, 8))
    found = [likelihood(made, Grid())[0] for made in ([COSTS, OTHERS], without_names(COSTS, OTHERS))]
    assert (found[0].of_walks(said) == found[1].of_walks(said)).all()
    parts = [Summed((one,), Grid()) for one in found[0].strands]
    assert (found[0].of_walks(said) == sum(part.log_marginal(part.residuals(said)) for part in parts)).all()


@pytest.mark.parametrize("variable", ["cost", "twin"])
def test_a_twin_with_the_same_error_tells_nearly_nothing_new(variable: str) -> None:
    """Information about a level that all tables tell: of one number, of two of one run, and of two runs.

    The model hardly errs (discrepancy 0.001), so that measurement alone limits what is known.
    """

    def told(*tables: HistorySeries) -> float:
        exact = [one.model_copy(update={"discrepancy": 1e-3}) for one in tables]
        whole, observed = likelihood(exact, ONE)
        levels = np.ones((observed.points, 1)) * [-0.5, 0.0, 0.5]
        low, middle, high = whole.whole(levels)
        return float(-(low - 2 * middle + high) / 0.25)

    first = table("first", [(2020, 0.0, "a")], "cost")
    twin = table("second", [(2020, 0.0, "a")], variable)
    alone, same = told(first), told(first, twin)
    assert alone == pytest.approx(25, rel=1e-3)
    assert alone < same < 1.01 * alone
    assert told(*without_names(first, twin)) == pytest.approx(2 * alone, rel=1e-3)


def test_draws_of_a_block_have_its_covariance() -> None:
    members, runs = block(COSTS, SIZES), 100_000
    nodes = node(0.8, 0.5, 0.4, 0.0), node(0.3, 0.5, 0.4, 0.0)
    drawn = drawn_together(members, nodes, runs, np.random.default_rng(3))
    assert np.cov(drawn) == pytest.approx(dense(members, nodes, 0), rel=0.03, abs=0.003)


def test_of_which_run_a_later_point_is_is_not_known_before() -> None:
    (sizes,) = strands(observations([SIZES], SAVED))
    (bare,) = strands(observations(without_names(SIZES), SAVED))
    residuals, nodes = np.full((1, 50), 0.4), node(0.5, 0.5, 0.5, 0.5)
    drawn = [drawn_ahead(one, 1, residuals, nodes, np.random.default_rng(4)) for one in (sizes, bare)]
    assert (drawn[0] == drawn[1]).all()
    assert sizes.forgetting(2).runs.tolist() == ["a", "a", ""]
    # What is known of one run counts once.
    known = np.repeat([[0.4], [0.5]], 100_000, axis=1)
    later = drawn_ahead(sizes, 2, known, nodes, np.random.default_rng(5))
    whole = dense((sizes,), (nodes,), 0)
    between = whole[2:, :2] @ np.linalg.inv(whole[:2, :2])
    assert later.mean() == pytest.approx((between @ [0.4, 0.5])[0], abs=0.01)
    assert later.var() == pytest.approx((whole[2:, 2:] - between @ whole[:2, 2:])[0, 0], rel=0.02)
    again = drawn_anew(sizes, 2, known, node(0.0, 0.0, 0.5, 0.0), np.random.default_rng(6))
    assert np.corrcoef(again)[0, 1] == pytest.approx(1 - OWN, abs=0.001)


@pytest.mark.slow
def test_made_up_histories_have_one_error_a_run(target: Target) -> None:
    """Where the model hardly errs, what is left of two numbers of one run is nearly the same."""
    exact = Observations(
        tuple(
            replace(item, series=item.series.model_copy(update={"discrepancy": 1e-3}))
            for item in target.observed.series
        )
    )
    alone, stream = replace(target.with_observed(exact), grid=ONE), np.random.default_rng(7)
    left: dict[str, list[float]] = {"frontier_run_cost": [], "development_cost": []}
    for _ in range(40):
        made = made_up(alone, stream)
        said = made.target.said(made.target.unknowns.worlds(made.truth[:, None]), 1)[:, 0]
        for item, place in made.target.observed.placed:
            if item.name in left:
                row = [one.run for one in item.series.points].index("GPT-4")
                left[item.name].append(float(item.values[row] - said[place][row]))
    assert np.corrcoef(*left.values())[0, 1] > 0.95
    assert np.std(left["frontier_run_cost"]) == pytest.approx(0.3, rel=0.35)
