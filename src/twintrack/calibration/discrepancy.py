"""How likely strands are, given what a run says, with the model's discrepancy summed out.

The residual of a strand is the offset of each publisher, a part that persists from year to year, a random
walk of the level, and the error of measurement:

    r_i ~ N(0, a s^2 [same series] + (1 - a) s^2 rho^|t-u| + w^2 min(t - t0, u - t0) + e_i^2 delta_ij)

Size s is half-normal with the scale that the history gives, persistence rho is Beta(2, 2), and the share a of
the offset is one of a few. The walk w, per root of a year, is half-normal with lambda times the scale of s:
lambda is one number for all strands, and the likelihood is given for each of its values. The rest is summed
over a grid of equally likely values for each strand, so that nothing of it is an unknown of a sampler (an
integral over nuisance parameters; Kennedy and O'Hagan 2001, J. R. Stat. Soc. B 63; a discrepancy that may
wander, because only one with a realistic prior extrapolates: Brynjarsdottir and O'Hagan 2014, Inverse
Problems 30). The covariance does not depend on the run: one factor at each node serves all runs.

To learn by it, `Target.log_likelihood` would sum `log_likelihoods` of `strands(observed)` over the values of
lambda (`logsumexp` over its first axis, with the logarithm of their weights), times the power that is set;
`Unknowns` would lose the two numbers of every series; `predict` and `project` would draw by `drawn_ahead`;
`history_hash` would have to count `course`; and posteriors made before would be stale. What it does not do: a
training run that counts in several series still has an error of its own in each. That needs a column of the
tables that names the run, and a covariance that reaches over strands, whose grids would then multiply.
"""

from __future__ import annotations

from collections.abc import Sequence
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

_FINE = 1000
"""Quantiles of each part of a distribution that one value stands for."""


@dataclass(frozen=True)
class Nodes:
    """Equally likely nodes of a grid, shape (nodes,) each; sizes and walks are in units of a strand's own."""

    sizes: Array
    shares: Array
    persistences: Array
    walks: Array


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
    steps: int = 4

    @cached_property
    def nodes(self) -> tuple[Nodes, ...]:
        """The nodes for each value of lambda."""
        return tuple(self._nodes(walk) for walk in self.walks)

    def _nodes(self, walk: float) -> Nodes:
        axes = [
            half_normal(self.sizes),
            np.array(self.shares),
            beta_2_2(self.persistences),
            walk * half_normal(self.steps) if walk else np.zeros(1),
        ]
        return Nodes(*(part.ravel() for part in np.meshgrid(*axes, indexing="ij")))


def half_normal(count: int) -> Array:
    """Give equally likely values of a half-normal distribution of scale 1, shape (count,).

    Each stands for an equal part of the distribution by the root of its mean square: variances are kept.
    """
    from scipy.special import ndtri

    fine = ndtri((1 + _middles(count * _FINE)) / 2)
    return np.asarray(np.sqrt((fine.reshape(count, _FINE) ** 2).mean(axis=1)))


def beta_2_2(count: int) -> Array:
    """Give equally likely values of Beta(2, 2), shape (count,): the medians of equal parts of it.

    Its distribution function, 3 x^2 - 2 x^3, is a cubic of real roots.
    """
    return 0.5 + np.cos((np.arccos(1 - 2 * _middles(count)) + 4 * np.pi) / 3)


def _middles(count: int) -> Array:
    return (np.arange(count) + 0.5) / count


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
    ends = np.cumsum([len(nodes.sizes) for nodes in grid.nodes])
    total = np.full((len(grid.walks), residuals.shape[1]), -np.inf)
    usable = np.flatnonzero(np.isfinite(residuals).all(axis=0))
    for start in range(0, len(usable), _BLOCK):
        runs = usable[start : start + _BLOCK]
        parts = np.split(log_densities(whole, residuals[:, runs]), ends[:-1])
        for number, part in enumerate(parts):
            total[number, runs] = _log_mean(part)
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
    chances = log_densities(whole[:, :known, :known], residuals)
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


def _log_mean(logarithms: Array) -> Array:
    """Give the logarithm of the mean over the first axis, shape (runs,)."""
    largest = logarithms.max(axis=0)
    logarithms -= largest
    np.exp(logarithms, out=logarithms)
    mean: Array = np.log(logarithms.mean(axis=0)) + largest
    return mean


def _picked(chances: Array, places: Array) -> NDArray[np.int64]:
    """Give for each run a node, shape (runs,), by logarithms of chances of shape (nodes, runs)."""
    shares = np.exp(chances - chances.max(axis=0)).cumsum(axis=0)
    picks = (places * shares[-1] >= shares).sum(axis=0)
    return np.asarray(np.minimum(picks, len(chances) - 1))
