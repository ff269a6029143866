"""How likely strands are, given what a run says, with the model's discrepancy summed out.

The residual of a strand is the offset of each publisher, a part that persists from year to year, a random
walk of the level, and the error of measurement:

    r_i ~ N(0, a s^2 [same series] + (1 - a) s^2 rho^|t-u| + w^2 min(t - t0, u - t0) + e_i e_j [same run])

Size s is half-normal with the scale that the history gives, persistence rho is Beta(2, 2), and the share a of
the offset is one of a few. The walk w, per root of a year, is half-normal with lambda times the scale of s:
lambda is one number for all strands, and the likelihood is given for each of its values. The rest is summed
over a grid of Gaussian nodes for each strand, so that nothing of it is an unknown of a sampler (an integral
over nuisance parameters; Kennedy and O'Hagan 2001, J. R. Stat. Soc. B 63; a discrepancy that may wander,
because only one with a realistic prior extrapolates: Brynjarsdottir and O'Hagan 2014, Inverse Problems 30).
The covariance does not depend on what a run of the model says: one factor at each node serves all of them.

A training run has one error, whichever numbers are of it: what its cost is misjudged by, its size is too.
That error has the variance of each number's own measurement, but for a small share by which tables differ.
Strands that name a training run in common are one block, whose covariance reaches over them. Each has a size
of its own; share, persistence and walk are one for the block, in units of each strand's scale, for their
grids would multiply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from math import log, pi

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.strands import Names, Strand
from twintrack.equations.structure import Array

_Short = NDArray[np.float32]

_BLOCK = 512
"""Runs that are taken at a time."""

_QUANTILES = 20_001
"""Equally likely values that stand for a distribution."""

OWN = 0.01
"""Share of the variance of an error that is a number's own where others are of the same training run.

What tables make of one run differs by rounding; without it two numbers of one time would have no density."""

_MOST_SIZES = 64
"""Nodes for the sizes of a block of strands, all combinations together."""


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
        """The nodes of one strand for each value of lambda."""
        return tuple(nodes for (nodes,) in self.joint(1))

    def joint(self, strands: int) -> tuple[tuple[Nodes, ...], ...]:
        """Give the nodes of so many strands of one block for each value of lambda, by strand.

        They differ by their sizes only. Sizes of many strands have fewer nodes each.
        """
        return tuple(self._nodes(walk, strands) for walk in self.walks)

    def _nodes(self, walk: float, strands: int) -> tuple[Nodes, ...]:
        sizes = self.sizes if strands == 1 else min(self.sizes, round(_MOST_SIZES ** (1 / strands)))
        axes = [
            *[gaussian(half_normal, sizes)] * strands,
            (np.array(self.shares), np.full(len(self.shares), 1 / len(self.shares))),
            gaussian(beta_2_2, self.persistences),
            gaussian(half_normal, self.steps) if walk else (np.zeros(1), np.ones(1)),
        ]
        values = np.meshgrid(*(places for places, _ in axes), indexing="ij")
        weights = np.meshgrid(*(shares for _, shares in axes), indexing="ij")
        *every, shares, persistences, walks = (part.ravel() for part in values)
        whole = np.prod(weights, axis=0).ravel()
        return tuple(Nodes(sizes, shares, persistences, walk * walks, whole) for sizes in every)


def half_normal(shares: Array) -> Array:
    """Give quantiles of the half-normal distribution of scale 1."""
    from scipy.special import ndtri

    quantiles: Array = ndtri((1 + shares) / 2)
    return quantiles


def beta_2_2(shares: Array) -> Array:
    """Give quantiles of Beta(2, 2), whose distribution function is 3 x^2 - 2 x^3: a cubic of real roots."""
    return 0.5 + np.cos((np.arccos(1 - 2 * shares) + 4 * np.pi) / 3)


@cache
def gaussian(quantiles: Callable[[Array], Array], count: int) -> tuple[Array, Array]:
    """Give nodes and weights, shape (count,) each, read-only, that integrate polynomials over a distribution.

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
    found = np.asarray(places), np.asarray(vectors[0] ** 2)
    for array in found:
        array.setflags(write=False)  # all who ask get the same
    return found


def covariances(strand: Strand, nodes: Nodes) -> Array:
    """Give the covariance of the residuals of a strand at each node, shape (nodes, points, points)."""
    return joint_covariances((strand,), (nodes,))


def joint_covariances(strands: Sequence[Strand], nodes: Sequence[Nodes]) -> Array:
    """Give the covariance of residuals of strands, one after the other, shape (nodes, points, points).

    `nodes` are those of each strand. Between strands there are only errors of runs that they have in common.
    """
    errors = np.concatenate([strand.errors for strand in strands])
    runs = np.concatenate([strand.runs for strand in strands])
    whole = np.tile(measurement(errors, runs), (len(nodes[0].weights), 1, 1))
    end = 0
    for strand, own in zip(strands, nodes, strict=True):
        start, end = end, end + len(strand.times)
        whole[:, start:end, start:end] += _missed(strand, own)
    return whole


def measurement(errors: Array, runs: Names) -> Array:
    """Give the covariance of errors of measurement, shape (points, points); a run has one for all."""
    same = (runs[:, None] == runs) & (runs != "")
    shared = (1 - OWN) * same * np.outer(errors, errors)
    np.fill_diagonal(shared, errors**2)
    return np.asarray(shared)


def _missed(strand: Strand, nodes: Nodes) -> Array:
    """Give the covariance of the discrepancy of a strand at each node, shape (nodes, points, points)."""
    apart = np.abs(strand.times[:, None] - strand.times)
    since = np.maximum(strand.times - strand.start, 0.0)
    same = strand.owners[:, None] == strand.owners
    variance = (strand.size * nodes.sizes[:, None, None]) ** 2
    share = nodes.shares[:, None, None]
    whole = variance * (share * same + (1 - share) * nodes.persistences[:, None, None] ** apart)
    whole += (strand.size * nodes.walks[:, None, None]) ** 2 * np.minimum(since[:, None], since)
    return np.asarray(whole)


def log_densities(covariance: Array, residuals: Array) -> Array:
    """Give the logarithm of normal densities at nodes, shape (nodes, runs).

    `covariance` has shape (nodes, points, points), `residuals` (points, runs).
    """
    packed, spread = _packed(covariance)
    density: Array = packed @ _products(residuals)
    np.negative(density, out=density)
    density -= spread[:, None]
    return density


def _packed(covariance: Array) -> tuple[Array, Array]:
    """Give what a quadratic form is by products of residuals, (nodes, pairs), and constants, (nodes,).

    With `_products`, all nodes and runs are one product of matrices.
    """
    points = covariance.shape[-1]
    factors = np.linalg.cholesky(covariance)
    inverses = np.linalg.inv(factors)
    precisions = inverses.transpose(0, 2, 1) @ inverses
    spread = np.log(np.diagonal(factors, axis1=1, axis2=2)).sum(axis=1) + 0.5 * points * log(2 * pi)
    first, second = np.triu_indices(points)
    return precisions[:, first, second] * np.where(first == second, 0.5, 1.0), spread


def _products(residuals: Array) -> Array:
    """Give the products of all pairs of residuals, shape (pairs, runs)."""
    first, second = np.triu_indices(len(residuals))
    return np.asarray(residuals[first] * residuals[second])


@dataclass(frozen=True)
class Summed:
    """A block of strands whose discrepancy is summed out; what does not depend on runs is prepared once.

    Points are those of the strands one after the other.
    """

    strands: tuple[Strand, ...]
    grid: Grid

    @cached_property
    def nodes(self) -> tuple[tuple[Nodes, ...], ...]:
        """The nodes for each value of lambda, by strand."""
        return self.grid.joint(len(self.strands))

    @cached_property
    def counts(self) -> list[int]:
        """Number of nodes of each value of lambda."""
        return [len(nodes[0].weights) for nodes in self.nodes]

    def learned(self, said: Array) -> Array:
        """Give what the model says on the strands' scales, shape (points, runs); see `Strand.learned`."""
        return np.concatenate([strand.learned(said) for strand in self.strands])

    def residuals(self, said: Array) -> Array:
        """Give values less what the model says, shape (points, runs)."""
        return np.concatenate([strand.residuals(said) for strand in self.strands])

    @cached_property
    def _whole(self) -> Array:
        """Covariances at the nodes of all values of lambda, one after the other."""
        return np.concatenate([joint_covariances(self.strands, nodes) for nodes in self.nodes])

    @cached_property
    def _merged(self) -> tuple[Array, Array, NDArray[np.int64]]:
        """Nodes with like covariances as one: covariances, logarithms of weights, first node of each lambda.

        A single point tells neither persistence from size nor an offset from what persists.
        """
        kept, weights, counts = [], [], []
        for nodes in self.nodes:
            own = joint_covariances(self.strands, nodes)
            flat = own.reshape(len(own), -1)
            _, first, number = np.unique(
                np.round(flat / flat.max(), 12), axis=0, return_index=True, return_inverse=True
            )
            kept.append(own[first])
            weights.append(np.log(np.bincount(number.ravel(), nodes[0].weights)))
            counts.append(len(first))
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]])
        return np.concatenate(kept), np.concatenate(weights), starts

    @cached_property
    def _prepared(self) -> tuple[_Short, _Short, NDArray[np.int64]]:
        """What `log_marginal` takes: packed precisions, constants of shape (nodes, 1), and starts."""
        covariance, weights, starts = self._merged
        packed, spread = _packed(covariance)
        return -packed.astype(np.float32), (weights - spread)[:, None].astype(np.float32), starts

    def log_marginal(self, residuals: Array) -> Array:
        """Give the logarithm of the likelihood for each value of lambda, shape (values, runs).

        `residuals` have shape (points, runs); where one of them is not finite, the result is -inf. It takes
        32-bit numbers, which is four times as fast and errs by less than 1e-4 where a run counts.
        """
        packed, constants, starts = self._prepared
        total = np.full((len(self.grid.walks), residuals.shape[1]), -np.inf)
        usable = np.flatnonzero(np.isfinite(residuals).all(axis=0))
        for start in range(0, len(usable), _BLOCK):
            runs = usable[start : start + _BLOCK]
            density = packed @ _products(residuals[:, runs]).astype(np.float32)
            density += constants
            total[:, runs] = _log_sums(density, starts)
        return total

    def shares(self, residuals: Array) -> Array:
        """Give how likely residuals make each node, given lambda, shape (nodes of all values, runs)."""
        density = log_densities(self._whole, residuals)
        density += np.log(np.concatenate([nodes[0].weights for nodes in self.nodes]))[:, None]
        for part in np.split(density, np.cumsum(self.counts)[:-1]):
            part -= part.max(axis=0)
            np.exp(part, out=part)
            part /= part.sum(axis=0)
        return density

    @cached_property
    def precisions(self) -> Array:
        """Inverses of the covariances at the nodes of all values of lambda, shape (nodes, points, points)."""
        return np.asarray(np.linalg.inv(self._whole))


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
    given the known ones (Rasmussen and Williams 2006, eq. 2.19). Of which training run a later point will be
    is not known.
    """
    return _drawn(covariances(strand.forgetting(known), nodes), nodes.weights, known, residuals, stream)


def drawn_together(
    strands: Sequence[Strand], nodes: Sequence[Nodes], runs: int, stream: np.random.Generator
) -> Array:
    """Draw the residuals of a block of strands, of which nothing is known, shape (points, runs).

    `nodes` are those of each strand; a training run has one error in all of them.
    """
    whole = joint_covariances(strands, nodes)
    return _drawn(whole, nodes[0].weights, 0, np.empty((0, runs)), stream)


def _drawn(whole: Array, weights: Array, known: int, residuals: Array, stream: np.random.Generator) -> Array:
    picks = _nodes(whole, known, residuals, weights, stream)
    noise = stream.standard_normal((whole.shape[-1] - known, residuals.shape[1]))
    factors = np.linalg.cholesky(whole)
    found = np.empty_like(noise)
    for node in np.unique(picks):
        own = picks == node
        factor = factors[node]
        whitened = np.linalg.solve(factor[:known, :known], residuals[:, own])
        found[:, own] = factor[known:, :known] @ whitened + factor[known:, known:] @ noise[:, own]
    return found


def drawn_anew(
    strand: Strand, known: int, residuals: Array, nodes: Nodes, stream: np.random.Generator
) -> Array:
    """Draw the residuals of the first points as if the past happened again, shape (known, runs).

    Each run draws a node by how likely it makes what is known, and then another path of the discrepancy and
    other errors of measurement. Arguments are those of `drawn_ahead`.
    """
    whole = covariances(strand, nodes)
    picks = _nodes(whole, known, residuals, nodes.weights, stream)
    found = stream.standard_normal((known, residuals.shape[1]))
    factors = np.linalg.cholesky(whole[:, :known, :known])
    for node in np.unique(picks):
        own = picks == node
        found[:, own] = factors[node] @ found[:, own]
    return found


def _nodes(
    covariance: Array, known: int, residuals: Array, weights: Array, stream: np.random.Generator
) -> NDArray[np.int64]:
    """Draw a node for each run by how likely it makes the known residuals, shape (runs,)."""
    runs = residuals.shape[1]
    chances = np.repeat(np.log(weights)[:, None], runs, axis=1)
    if known:
        chances += log_densities(covariance[:, :known, :known], residuals)
    return picked(np.exp(chances - chances.max(axis=0)), stream.random((runs,)))


def _log_sums(logarithms: _Short, starts: NDArray[np.int64]) -> Array:
    """Give logarithms of sums of groups of rows, shape (groups, runs); the rows are used up."""
    ends = [*starts[1:], len(logarithms)]
    sums = np.empty((len(starts), logarithms.shape[1]))
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        part = logarithms[start:end]
        largest = part.max(axis=0)
        part -= largest
        np.exp(part, out=part)
        sums[number] = np.log(part.sum(axis=0)) + largest
    return sums


def picked(chances: Array, places: Array) -> NDArray[np.int64]:
    """Give for each run a row, shape (runs,), by chances of shape (rows, runs) and places from 0 to 1."""
    heights = chances.cumsum(axis=0)
    picks = (places * heights[-1] >= heights).sum(axis=0)
    return np.asarray(np.minimum(picks, len(heights) - 1))
