"""What history says about each parameter, and about which combinations of them.

Two measures, on normal scores: how much narrower a parameter has become, and the information that the
observations hold around the posterior mean, F = J' S^-1 J with the Jacobian of everything observed. An
eigenvalue of F above one is a direction in which history says more than the prior (Cui et al. 2014, Inverse
Problems 30; the prior's information is one in every direction).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twintrack.calibration.likelihood import cholesky, covariance
from twintrack.calibration.observations import Array
from twintrack.calibration.target import Target

LEARNT, MOVED = 0.05, 0.1
"""A parameter is as before when its variance has fallen by less than the one share, and its mean has moved by
less than the other, in standard deviations of the prior. Chance alone gives 0.03 and 0.02 in 2,000 worlds."""

_STEP = 0.05
"""Half the distance of central differences, in standard deviations of the prior."""

_SHOWN = 8
_PARTS = 4


@dataclass(frozen=True)
class Learnt:
    """One parameter.

    Attributes:
        name: Name of the world parameter.
        contraction: One less the posterior variance over the prior's, on normal scores.
        moved: Posterior mean in standard deviations of the prior.
        low: The 5 % point of its posterior, in its unit.
        median: Its median.
        high: The 95 % point.
        as_before: Whether its posterior equals its prior as far as the sample can tell.
    """

    name: str
    contraction: float
    moved: float
    low: float
    median: float
    high: float
    as_before: bool


@dataclass(frozen=True)
class Direction:
    """A combination of parameters: its information, and the parameters that weigh most in it."""

    information: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Identified:
    """Parameters, those that have been learnt most first, and the directions that observations inform.

    Attributes:
        parameters: All sampled parameters.
        informed: Number of directions whose information is above the prior's.
        directions: The first of them.
        observations: Number of observations that went into the information.
    """

    parameters: tuple[Learnt, ...]
    informed: int
    directions: tuple[Direction, ...]
    observations: int

    @property
    def as_before(self) -> list[str]:
        """Parameters whose posterior equals their prior."""
        return [item.name for item in self.parameters if item.as_before]


def identify(target: Target, scores: Array) -> Identified:
    """Compare a sample of the posterior, shape (size, worlds), with the prior."""
    names = target.unknowns.names
    values = target.unknowns.worlds(scores)
    parameters = [_learnt(name, scores[row], values[name]) for row, name in enumerate(names)]
    jacobian = whitened_jacobian(target, scores)
    information, vectors = np.linalg.eigh(jacobian.T @ jacobian)
    order = np.argsort(information)[::-1]
    return Identified(
        parameters=tuple(sorted(parameters, key=lambda item: -item.contraction)),
        informed=int((information > 1).sum()),
        directions=tuple(
            _direction(float(information[place]), vectors[:, place], names) for place in order[:_SHOWN]
        ),
        observations=len(jacobian),
    )


def whitened_jacobian(target: Target, scores: Array) -> Array:
    """Give the derivatives of what is observed by the scores of parameters, shape (points, parameters).

    Taken by central differences at the posterior mean, and divided by the Cholesky factor of the covariance
    of residuals, so that its square is the information. Series that are bounds have no place in it.
    """
    unknowns = target.unknowns
    center, count = scores.mean(axis=1), len(unknowns.names)
    steps = np.zeros((len(center), 2 * count))
    steps[np.arange(count), np.arange(count)] = _STEP
    steps[np.arange(count), count + np.arange(count)] = -_STEP
    around = center[:, None] + steps
    said = target.said(unknowns.worlds(around), 2 * count)
    slopes = (said[:, :count] - said[:, count:]) / (2 * _STEP)
    sizes, persistences = unknowns.discrepancy(center[:, None]), unknowns.persistence(center[:, None])
    rows = []
    for number, (item, place) in enumerate(zip(target.observed.series, target.observed.slices, strict=True)):
        if item.series.bound is None:
            matrix = covariance(item.times, item.errors, sizes[number], persistences[number])
            rows.append(cholesky(matrix, slopes[place])[1])
    return np.concatenate(rows)


def _learnt(name: str, scores: Array, values: Array) -> Learnt:
    contraction, moved = 1 - float(scores.var()), float(scores.mean())
    low, median, high = (float(value) for value in np.quantile(values, [0.05, 0.5, 0.95]))
    as_before = contraction < LEARNT and abs(moved) < MOVED
    return Learnt(name, contraction, moved, low, median, high, as_before)


def _direction(information: float, vector: Array, names: list[str]) -> Direction:
    largest = np.argsort(-np.abs(vector))[:_PARTS]
    sign = np.sign(vector[largest[0]])
    return Direction(information, tuple((names[place], float(sign * vector[place])) for place in largest))
