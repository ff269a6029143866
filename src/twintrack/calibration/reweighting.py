"""Worlds of the prior, weighed by what had been observed: learning without a sampler.

Runs of the prior are made once and weighed by the likelihood of any set of observations (importance sampling
from the prior). That is exact in the limit and costs no further run, so that a forecast can be made again
from every past origin. It holds as long as enough worlds keep a weight: their effective number (Kish 1965) is
told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.runs.workers import Tell, computing

BATCH = 2048
"""Runs that are made together."""

_STREAM = 12


@dataclass(frozen=True, eq=False)
class Batch:
    """Some of the runs: which, and how many."""

    number: int
    runs: int
    seed: int

    @property
    def label(self) -> str:
        """What it is called in messages."""
        return f"batch {self.number + 1} of the prior's runs"


@dataclass(frozen=True)
class PriorWork:
    """Draws worlds of the prior and says what the model says of every observation."""

    target: Target

    def compute(self, batch: Batch) -> Array:
        """Give a batch, shape (points, runs), on the scales of the series.

        Worlds follow from the seed and the names of parameters, not from the observations.
        """
        unknowns = self.target.unknowns
        stream = np.random.default_rng((batch.seed, _STREAM, batch.number))
        scores = stream.standard_normal((len(unknowns.names), batch.runs))
        return self.target.said(unknowns.worlds(scores), batch.runs)


def prior_runs(
    target: Target, runs: int, seed: int, workers: int | None, tell: Tell, show: Callable[[str], None]
) -> Array:
    """Give what so many worlds of the prior say at every point of a target, shape (points, runs).

    The same seed gives the same numbers, whatever the number of workers.
    """
    batches = [Batch(number, min(BATCH, runs - number * BATCH), seed) for number in range(-(-runs // BATCH))]
    said = np.empty((target.observed.points, runs))
    with computing(PriorWork(target), workers, tell) as compute:
        for done, (batch, part) in enumerate(compute(batches), 1):
            said[:, batch.number * BATCH :][:, : batch.runs] = part
            if done % 16 == 0 or done == len(batches):
                show(f"runs of the prior: {sum(one.runs for one in batches[:done]):,} of {runs:,}")
    return said


@dataclass(frozen=True)
class Weighed:
    """Worlds and values of lambda, by what they are worth.

    Attributes:
        weights: Of each world with each value; they sum to one, shape (values, runs).
    """

    weights: Array

    @property
    def walks(self) -> Array:
        """Probability of each value of lambda, shape (values,)."""
        return np.asarray(self.weights.sum(axis=1))

    @property
    def effective(self) -> float:
        """Effective number of worlds, whatever lambda (Kish 1965)."""
        return effective_size(self.weights.sum(axis=0))

    def among(self, worlds: NDArray[np.bool_]) -> Weighed:
        """Leave no weight to worlds but some; which, shape (runs,)."""
        return replace(self, weights=np.where(worlds, self.weights, 0.0))

    def picked(self, count: int, stream: np.random.Generator) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pick numbers of values of lambda and of worlds, shape (count,) each, by systematic resampling."""
        places = (np.arange(count) + stream.random()) / count
        heights = self.weights.ravel().cumsum()
        found = np.searchsorted(heights, places * heights[-1], side="right")
        numbers, worlds = np.divmod(np.minimum(found, heights.size - 1), self.weights.shape[1])
        return numbers, worlds


def weighed(likelihoods: Array, power: float = 1.0) -> Weighed:
    """Weigh worlds by the logarithms of their likelihoods, shape (values of lambda, runs).

    Worlds are weighed by their likelihood, whatever lambda, raised to a power; values of lambda are alike
    before learning, and given a world they are weighed by its likelihoods in full. So does the sampler
    (`Target.log_likelihood`, `Likelihood.walk_shares`). A power below one is a judgement: it leaves room for
    what all worlds of one model have in common, which its likelihood does not count.

    Raises ValueError when no world has a likelihood above nought.
    """
    worlds = np.logaddexp.reduce(likelihoods)
    if not np.isfinite(worlds).any():
        message = "no world of the prior agrees with any observation"
        raise ValueError(message)
    given = np.exp(likelihoods - np.where(np.isfinite(worlds), worlds, np.inf))
    weights = given * np.exp(power * (worlds - worlds.max()))
    return Weighed(weights / weights.sum())


def unweighed(runs: int) -> Weighed:
    """Give the prior: all worlds alike, and one value of lambda."""
    return Weighed(np.full((1, runs), 1 / runs))


def effective_size(weights: Array) -> float:
    """Give the effective number of weights, (sum w)^2 / sum w^2 (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights**2).sum())
