"""Moves that leave the tempered posterior as it is: generalised preconditioned Crank-Nicolson.

z' = m + sqrt(1 - b^2) (z - m) + b C^(1/2) x with x ~ N(0, I) leaves N(m, C) as it is, and is accepted by
what the posterior says beyond that (Cotter et al. 2013, Statistical Science 28(3); Pinski et al. 2015, SIAM
J. Sci. Comput. 37(6)). The reference m, C is the population's own only in a subspace, that of directions
about which the observations say something, and there only where the population says more than its size lets
chance say. In all other directions it is the prior's N(0, I), for which the move needs no correction (Cui,
Law and Marzouk 2016, J. Comput. Phys. 304). Two hundred directions of which history knows nothing then cost
no acceptance, and chance cannot make them narrower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twintrack.calibration.target import Target
from twintrack.equations.structure import Array

_SURE = 4.0
"""Standard errors that a mean must lie from zero to be taken for its own."""

_NARROWEST = 1e-6
"""Smallest variance of a reference."""


@dataclass(frozen=True)
class Reference:
    """A normal distribution: the prior's but for some directions.

    Attributes:
        mean: Shape (size,).
        directions: Orthonormal, as columns, shape (size, directions).
        variances: Variances along them, shape (directions,).
    """

    mean: Array
    directions: Array
    variances: Array

    @classmethod
    def of(cls, scores: Array, subspace: Array) -> Reference:
        """Give the reference of a population of shape (size, runs).

        `subspace` has orthonormal columns, shape (size, dimensions): in all other directions the reference is
        the prior. Eigenvalues of the covariance of independent scores lie within (1 +- sqrt(dimensions /
        runs))^2 (Marchenko and Pastur 1967); only those outside are the population's own.
        """
        if not subspace.shape[1]:
            return cls(np.zeros(len(scores)), subspace, np.zeros(0))
        inside = subspace.T @ scores
        runs = independent(scores)
        variances, directions = np.linalg.eigh(np.atleast_2d(np.cov(inside)))
        noise = np.sqrt(len(inside) / runs)
        own = (variances < max(1 - noise, 0) ** 2) | (variances > (1 + noise) ** 2)
        mean = inside.mean(axis=1)
        mean = np.where(np.abs(mean) > _SURE / np.sqrt(runs), mean, 0.0)
        axes = np.ascontiguousarray(subspace @ directions[:, own])
        return cls(subspace @ mean, axes, np.maximum(variances[own], _NARROWEST))

    def drawn(self, noise: Array) -> Array:
        """Turn standard normal noise into deviations from the mean, same shape."""
        along = self.directions.T @ noise
        return noise + self.directions @ ((np.sqrt(self.variances) - 1)[:, None] * along)

    def excess(self, scores: Array) -> Array:
        """Give log prior less log reference of scores, but for a constant, shape (runs,)."""
        away = scores - self.mean[:, None]
        along = self.directions.T @ away
        quadratic = (away**2).sum(axis=0) + ((1 / self.variances - 1)[:, None] * along**2).sum(axis=0)
        excess: Array = 0.5 * (quadratic - (scores**2).sum(axis=0))
        return excess


def independent(scores: Array) -> float:
    """Give the number of independent members that a population of shape (size, runs) is worth, at the least.

    Members that came from one by resampling and have not moved count as one.
    """
    _, copies = np.unique(scores[0], return_counts=True)
    return float(copies.sum() ** 2 / (copies**2).sum())


@dataclass(frozen=True, eq=False)
class Block:
    """Some members of a population: scores of shape (size, runs), log-likelihoods of shape (runs,)."""

    scores: Array
    likelihood: Array


@dataclass(frozen=True, eq=False)
class Moved:
    """A block after its moves, and the share of proposals that were accepted."""

    block: Block
    accepted: float


def moved(
    target: Target,
    block: Block,
    reference: Reference,
    power: float,
    step: float,
    moves: int,
    seed: Sequence[int],
) -> Moved:
    """Move the members of a block `moves` times by steps of size `step` (0 to 1).

    `power` is the exponent of the likelihood. The same arguments give the same result.
    """
    stream = np.random.default_rng(seed)
    scores, likelihood = block.scores, block.likelihood
    excess = reference.excess(scores)
    accepted = 0.0
    for _ in range(moves):
        noise = reference.drawn(stream.standard_normal(scores.shape))
        mean = reference.mean[:, None]
        proposed = mean + np.sqrt(1 - step**2) * (scores - mean) + step * noise
        new_likelihood, new_excess = target.log_likelihood(proposed), reference.excess(proposed)
        gain = power * (new_likelihood - likelihood) + new_excess - excess
        taken = np.log(stream.random(len(gain))) < gain
        scores = np.where(taken, proposed, scores)
        likelihood = np.where(taken, new_likelihood, likelihood)
        excess = np.where(taken, new_excess, excess)
        accepted += taken.mean() / moves
    return Moved(Block(scores, likelihood), accepted)
