"""What is to be expected where nothing was learnt from: the model, its discrepancy, and measurement.

Where a series has points that were learnt from, the discrepancy goes on from them: it is drawn given the
residuals of the known points (Rasmussen and Williams 2006, eq. 2.19). A series that was not learnt from has
the prior's discrepancy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.likelihood import cholesky, covariance
from twintrack.calibration.observations import Observations
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array


@dataclass(frozen=True)
class Predicted:
    """Predictions of every point of a target, on the scales of its series.

    Attributes:
        said: What the model says, shape (points, runs).
        expected: The same with discrepancy and measurement, shape (points, runs).
        known: Whether a point was learnt from, shape (points,).
    """

    said: Array
    expected: Array
    known: NDArray[np.bool_]

    def part(self, rows: slice | NDArray[np.int64]) -> Predicted:
        """Give the predictions of some points."""
        return Predicted(self.said[rows], self.expected[rows], self.known[rows])


def predict(target: Target, learnt: Target, scores: Array, seed: Sequence[int]) -> Predicted:
    """Predict all points of a target by what was learnt from some of them.

    Args:
        target: All points.
        learnt: The points that were learnt from; its unknowns are those of `scores`.
        scores: A sample, shape (size, runs).
        seed: Seed of the draws of errors.

    Known points are predicted anew, as if they were measured a second time with another discrepancy. A series
    that is a bound has neither: what is expected is what the model says.
    """
    stream = np.random.default_rng(seed)
    said = target.said(learnt.unknowns.worlds(scores), scores.shape[1])
    sizes, persistences = learnt.unknowns.discrepancy(scores), learnt.unknowns.persistence(scores)
    teachers = {item.name: number for number, item in enumerate(learnt.observed.series)}
    expected, known = np.empty_like(said), np.zeros(len(said), dtype=bool)
    for item, place in target.observed.placed:
        number = teachers.get(item.name)
        if number is None:
            errors = _of_the_prior(target, item.name, scores.shape[1], stream)
            seen = np.zeros(len(item.values), dtype=bool)
        else:
            errors = sizes[number], persistences[number]
            seen = np.isin(item.years, learnt.observed.series[number].years)
        known[place] = seen
        residuals = item.values[:, None] - said[place]
        drawn = drawn_residuals(item.times, item.errors, residuals, seen, *errors, stream)
        expected[place] = said[place] + (drawn if item.series.bound is None else 0.0)
    return Predicted(said, expected, known)


def predict_by_prior(
    target: Target, runs: int, scores_seed: Sequence[int], errors_seed: Sequence[int]
) -> Predicted:
    """Predict all points of a target by so many worlds of the prior, as if nothing had been learnt from."""
    nothing = target.with_observed(Observations(()))
    scores = np.random.default_rng(scores_seed).standard_normal((nothing.unknowns.size, runs))
    return predict(target, nothing, scores, errors_seed)


def drawn_residuals(
    times: Array,
    errors: Array,
    residuals: Array,
    seen: NDArray[np.bool_],
    discrepancy: Array,
    persistence: Array,
    stream: np.random.Generator,
) -> Array:
    """Draw the residuals of a series, shape (points, runs).

    Args:
        times: When the points hold, in decimal years, shape (points,).
        errors: Standard deviations of measurement, shape (points,).
        residuals: What they are where they are known, shape (points, runs).
        seen: Which are known, shape (points,): the others are drawn given these, these for themselves.
        discrepancy: Standard deviation of the model's discrepancy, shape (runs,).
        persistence: Its correlation from year to year, shape (runs,).
        stream: Where random numbers come from.
    """
    noise = stream.standard_normal(residuals.shape)
    free, _ = cholesky(covariance(times, errors, discrepancy, persistence), noise)
    drawn = _product(free, noise)
    if seen.any() and not seen.all():
        order = np.argsort(~seen, kind="stable")
        known = int(seen.sum())
        given = np.where(seen[:, None], residuals, 0.0)[order]
        factor, whitened = cholesky(covariance(times[order], errors[order], discrepancy, persistence), given)
        whitened[known:] = noise[order[known:]]
        drawn[order[known:]] = _product(factor, whitened)[known:]
    return drawn


def _product(factor: list[list[Array]], noise: Array) -> Array:
    """Multiply lower triangles, as `cholesky` gives them, with noise of shape (points, runs)."""
    return np.stack([sum((value * noise[k] for k, value in enumerate(row)), np.zeros(())) for row in factor])


def _of_the_prior(target: Target, name: str, runs: int, stream: np.random.Generator) -> tuple[Array, Array]:
    number = target.observed.names.index(name)
    scores = stream.standard_normal((target.unknowns.size, runs))
    return target.unknowns.discrepancy(scores)[number], target.unknowns.persistence(scores)[number]
