"""How likely strands are, given what a run says, with the model's discrepancy summed out.

The residual of a strand is the offset of each publisher, a part that persists from year to year, a random
walk of the level, and the error of measurement:

    r_i ~ N(0, a s^2 [same series] + (1 - a) s^2 rho^|t-u| + w^2 min(t - t0, u - t0) + e_i^2 delta_ij)

Size s is half-normal with the scale that the history gives, persistence rho is Beta(2, 2), and the share a of
the offset is one of a few. The walk w, per root of a year, is half-normal with lambda times the scale of s:
lambda is one number for all strands, and the likelihood is given for each of its values. The rest is summed
over a grid of Gaussian nodes for each strand, so that nothing of it is an unknown of a sampler (an integral
over nuisance parameters; Kennedy and O'Hagan 2001, J. R. Stat. Soc. B 63; a discrepancy that may wander,
because only one with a realistic prior extrapolates: Brynjarsdottir and O'Hagan 2014, Inverse Problems 30).
The covariance does not depend on the run: one factor at each node serves all runs.

To learn by it, `Target.log_likelihood` would sum `log_likelihoods` of `strands(observed)` over the values of
lambda (`logsumexp` over its first axis, with the logarithm of their weights), times the power that is set;
`Unknowns` would lose the two numbers of every series; `predict` and `project` would draw by `drawn_ahead`;
`history_hash` would have to count `course`; and posteriors made before would be stale. What it does not do: a
training run that counts in several series still has an error of its own in each. That needs a column of the
tables that names the run, and a covariance that reaches over strands, whose grids would then multiply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log, pi

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.likelihood import above
from twintrack.calibration.observations import Observations
from twintrack.calibration.strands import Strand
from twintrack.equations.structure import Array

_BLOCK = 2048
"""Runs that are taken at a time."""

_QUANTILES = 20_001
"""Equally likely values that stand for a distribution."""


@dataclass(frozen=True)
class Nodes:
    """Nodes of a grid, shape (nodes,) each; sizes and walks are in units of a strand's scale."""

    sizes: Array
    shares: Array
    persistences: Array
    walks: Array
    weights: Array


@dataclass(frozen=True)
class Grid:
    """What is summed over.

    Attributes:
        walks: Values of lambda, of equal weight before learning; 0 is a discrepancy that does not walk.
        shares: Shares of the offset in the variance that does not walk, of equal weight.
        sizes: Number of nodes for the size.
        persistences: Number of nodes for the persistence.
        steps: Number of nodes for the walk.
    """

    walks: tuple[float, ...] = (0.0, 0.5, 1.0, 2.0, 4.0)
    shares: tuple[float, ...] = (0.0, 0.5)
    sizes: int = 4
    persistences: int = 3
    steps: int = 3

    @cached_property
    def nodes(self) -> tuple[Nodes, ...]:
        """The nodes for each value of lambda."""
        return tuple(self._nodes(walk) for walk in self.walks)

    def _nodes(self, walk: float) -> Nodes:
        axes = [
            gaussian(half_normal, self.sizes),
            (np.array(self.shares), np.full(len(self.shares), 1 / len(self.shares))),
            gaussian(beta_2_2, self.persistences),
            gaussian(half_normal, self.steps) if walk else (np.zeros(1), np.ones(1)),
        ]
        values = np.meshgrid(*(places for places, _ in axes), indexing="ij")
        weights = np.meshgrid(*(shares for _, shares in axes), indexing="ij")
        sizes, shares, persistences, walks = (part.ravel() for part in values)
        return Nodes(sizes, shares, persistences, walk * walks, np.prod(weights, axis=0).ravel())


def half_normal(shares: Array) -> Array:
    """Give quantiles of the half-normal distribution of scale 1."""
    from scipy.special import ndtri

    quantiles: Array = ndtri((1 + shares) / 2)
    return quantiles


def beta_2_2(shares: Array) -> Array:
    """Give quantiles of Beta(2, 2), whose distribution function is 3 x^2 - 2 x^3: a cubic of real roots."""
    return 0.5 + np.cos((np.arccos(1 - 2 * shares) + 4 * np.pi) / 3)


def gaussian(quantiles: Callable[[Array], Array], count: int) -> tuple[Array, Array]:
    """Give nodes and weights, shape (count,) each, that integrate polynomials against a distribution.

    The rule of Gauss for equally likely quantiles, exact to the degree 2 `count` - 1 for these: recursion
    coefficients by Stieltjes, nodes by the eigenvalues of their matrix (Golub and Welsch 1969, Math. Comp.
    23).
    """
    values = quantiles((np.arange(_QUANTILES) + 0.5) / _QUANTILES)
    before, now = np.zeros_like(values), np.ones_like(values)
    middles, norms = [], [1.0]
    for _ in range(count):
        middles.append(float((values * now**2).mean()))
        after = (values - middles[-1]) * now - (np.sqrt(norms[-1]) if len(norms) > 1 else 0.0) * before
        norms.append(float((after**2).mean()))
        before, now = now, after / np.sqrt(norms[-1])
    beside = np.sqrt(norms[1:count])
    places, vectors = np.linalg.eigh(np.diag(middles) + np.diag(beside, 1) + np.diag(beside, -1))
    return np.asarray(places), np.asarray(vectors[0] ** 2)


def covariances(strand: Strand, nodes: Nodes) -> Array:
    """Give the covariance of the residuals of a strand at each node, shape (nodes, points, points)."""
    apart = np.abs(strand.times[:, None] - strand.times)
    since = np.maximum(strand.times - strand.start, 0.0)
    same = strand.owners[:, None] == strand.owners
    variance = (strand.size * nodes.sizes[:, None, None]) ** 2
    share = nodes.shares[:, None, None]
    whole = variance * (share * same + (1 - share) * nodes.persistences[:, None, None] ** apart)
    whole += (strand.size * nodes.walks[:, None, None]) ** 2 * np.minimum(since[:, None], since)
    return np.asarray(whole + np.diag(strand.errors**2))


def log_densities(covariance: Array, residuals: Array) -> Array:
    """Give the logarithm of normal densities at nodes, shape (nodes, runs).

    `covariance` has shape (nodes, points, points), `residuals` (points, runs). A quadratic form is a product
    with the products of residuals, so that all nodes and runs are one product of matrices.
    """
    points = len(residuals)
    factors = np.linalg.cholesky(covariance)
    inverses = np.linalg.inv(factors)
    precisions = inverses.transpose(0, 2, 1) @ inverses
    spread = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1) + 0.5 * points * log(2 * pi)
    first, second = np.triu_indices(points)
    packed = precisions[:, first, second] * np.where(first == second, 0.5, 1.0)
    density: Array = packed @ (residuals[first] * residuals[second])
    np.negative(density, out=density)
    density -= spread[:, None]
    return density


def log_marginal(strand: Strand, residuals: Array, grid: Grid) -> Array:
    """Give the logarithm of the likelihood of a strand for each value of lambda, shape (values, runs).

    `residuals` have shape (points, runs); where one of them is not finite, the result is -inf.
    """
    whole = np.concatenate([covariances(strand, nodes) for nodes in grid.nodes])
    ends = np.cumsum([len(nodes.weights) for nodes in grid.nodes])
    total = np.full((len(grid.walks), residuals.shape[1]), -np.inf)
    usable = np.flatnonzero(np.isfinite(residuals).all(axis=0))
    for start in range(0, len(usable), _BLOCK):
        runs = usable[start : start + _BLOCK]
        parts = np.split(log_densities(whole, residuals[:, runs]), ends[:-1])
        for number, (part, nodes) in enumerate(zip(parts, grid.nodes, strict=True)):
            total[number, runs] = _log_mean(part, nodes.weights)
    return total


def log_likelihoods(parts: Sequence[Strand], observed: Observations, said: Array, grid: Grid) -> Array:
    """Give the logarithm of the likelihood of each run for each value of lambda, shape (values, runs).

    Args:
        parts: The strands of the series.
        observed: The series; those that only bound the model from above count as `likelihood.above` says.
        said: What the model says at every point, on its series' scale, shape (points, runs).
        grid: What is summed over.
    """
    total = np.zeros((len(grid.walks), said.shape[1]))
    with np.errstate(invalid="ignore", over="ignore"):
        for strand in parts:
            total += log_marginal(strand, strand.residuals(said), grid)
        for item, place in observed.placed:
            if item.series.bound == "upper":
                total += above(item, item.values[:, None] - said[place])
    return np.where(np.isnan(total), -np.inf, total)


def drawn_ahead(
    strand: Strand, known: int, residuals: Array, nodes: Nodes, stream: np.random.Generator
) -> Array:
    """Draw the residuals of the later points of a strand, given the first ones, shape (later points, runs).

    Args:
        strand: The strand, with its known points first.
        known: How many are known; of none, the later ones are drawn for themselves.
        residuals: Of the known points, shape (known, runs).
        nodes: The grid at the value of lambda that the runs have.
        stream: Where random numbers come from.

    Each run draws a node by how likely it makes what is known, and then the later points with measurement,
    given the known ones (Rasmussen and Williams 2006, eq. 2.19).
    """
    whole = covariances(strand, nodes)
    runs = residuals.shape[1]
    chances = np.repeat(np.log(nodes.weights)[:, None], runs, axis=1)
    if known:
        chances += log_densities(whole[:, :known, :known], residuals)
    picks = _picked(chances, stream.random((runs,)))
    noise = stream.standard_normal((len(strand.times) - known, runs))
    factors = np.linalg.cholesky(whole)
    found = np.empty_like(noise)
    for node in np.unique(picks):
        own = picks == node
        factor = factors[node]
        whitened = np.linalg.solve(factor[:known, :known], residuals[:, own])
        found[:, own] = factor[known:, :known] @ whitened + factor[known:, known:] @ noise[:, own]
    return found


def _log_mean(logarithms: Array, weights: Array) -> Array:
    """Give the logarithm of the weighted mean over the first axis, shape (runs,)."""
    largest = logarithms.max(axis=0)
    logarithms -= largest
    np.exp(logarithms, out=logarithms)
    mean: Array = np.log(weights @ logarithms) + largest
    return mean


def _picked(chances: Array, places: Array) -> NDArray[np.int64]:
    """Give for each run a node, shape (runs,), by logarithms of chances of shape (nodes, runs)."""
    shares = np.exp(chances - chances.max(axis=0)).cumsum(axis=0)
    picks = (places * shares[-1] >= shares).sum(axis=0)
    return np.asarray(np.minimum(picks, len(chances) - 1))
