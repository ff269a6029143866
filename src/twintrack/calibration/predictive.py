"""What is to be expected where nothing was learnt from: the model, its discrepancy, and measurement.

The discrepancy of a strand goes on from the points that were learnt from (`ahead`). A strand that was not
learnt from has the prior's discrepancy.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.ahead import Errors
from twintrack.calibration.courses import chance_of_none
from twintrack.calibration.discrepancy import picked
from twintrack.calibration.observations import Observations
from twintrack.calibration.strands import Strand, strands
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.inputs.history import last_observed


@dataclass(frozen=True)
class Sample:
    """Worlds, of equal weight.

    Attributes:
        scores: Of the parameters, shape (size, worlds).
        walks: Number of the value of lambda of each world among those of the grid, shape (worlds,).
    """

    scores: Array
    walks: NDArray[np.int64]


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


def with_walks(target: Target, scores: Array, seed: Sequence[int]) -> Sample:
    """Draw lambda for each world by how likely it is, given the world; `scores` have shape (size, worlds).

    What is learnt of errors is learnt in full, whatever the power by which worlds are weighed.
    """
    said = target.said(target.unknowns.worlds(scores), scores.shape[1])
    places = np.random.default_rng(seed).random((scores.shape[1],))
    return Sample(scores, picked(target.likelihood.walk_shares(said), places))


def predict(target: Target, learnt: Target, sample: Sample, seed: Sequence[int]) -> Predicted:
    """Predict all points of a target by what was learnt from some of them.

    Args:
        target: All points.
        learnt: The points that were learnt from: of each series the first ones, all or none.
        sample: Worlds.
        seed: Seed of the draws of errors.

    Known points are predicted anew, as if the past happened again with another path of the discrepancy. A
    series that is a bound has neither: what is expected is what the model says.
    """
    stream = np.random.default_rng(seed)
    said = target.said(target.unknowns.worlds(sample.scores), sample.scores.shape[1])
    seen = _seen(target.observed, learnt.observed)
    errors = Errors(target.grid, sample.walks, chance_of_none(learnt.observed.series))
    expected = said.copy()
    for strand in strands(target.observed, last_observed(learnt.observed.history)):
        of_strand = seen[strand.places]
        known = int(of_strand.sum())
        ordered = strand.taken(np.argsort(~of_strand, kind="stable"))
        told = ordered.learned(said)
        residuals = ordered.values[:known, None] - told[:known]
        again = told[:known] + errors.anew(ordered, known, residuals, stream)
        later = told[known:] + errors.ahead(ordered, known, residuals, stream)
        _place(expected, seen, strand, errors.published(ordered.taken(slice(known)), 0, again, stream))
        _place(expected, ~seen, strand, errors.published(ordered, known, later, stream))
    return Predicted(said, expected, seen)


def predict_by_prior(
    target: Target, runs: int, scores_seed: Sequence[int], errors_seed: Sequence[int]
) -> Predicted:
    """Predict all points of a target by so many worlds of the prior, as if nothing had been learnt from.

    Their discrepancy does not walk: a rival that is not made easy to beat.
    """
    nothing = target.with_observed(Observations(()))
    scores = np.random.default_rng(scores_seed).standard_normal((nothing.unknowns.size, runs))
    still = int(np.argmin(target.grid.walks))
    return predict(target, nothing, Sample(scores, np.full(runs, still)), errors_seed)


def _seen(observed: Observations, learnt: Observations) -> NDArray[np.bool_]:
    """Say which points were learnt from, shape (points,)."""
    teachers = {item.name: item.years for item in learnt.series}
    found = [np.isin(item.years, teachers.get(item.name, [])) for item in observed.series]
    return np.concatenate([*found, np.zeros(0, dtype=bool)])


def _place(expected: Array, chosen: NDArray[np.bool_], strand: Strand, published: dict[int, Array]) -> None:
    for number, values in published.items():
        rows = strand.rows[number]
        expected[rows[chosen[rows]]] = values
