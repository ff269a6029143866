"""How likely the observed series are, given what a run says.

The discrepancy of each strand is summed out, and a training run that is behind several numbers has one error
in all of them (`discrepancy`). How far it walks, lambda, is one number for all
strands, whose values have equal weight before learning. A series that only bounds the model from above gives
the probability that it does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

import numpy as np

from twintrack.calibration.discrepancy import Grid, Summed
from twintrack.calibration.observations import Observations, Observed
from twintrack.calibration.strands import Strand, coupled
from twintrack.equations.structure import Array


@dataclass(frozen=True)
class Likelihood:
    """The likelihood of some series.

    Attributes:
        strands: The strands of the series.
        observed: The series; those that only bound the model from above count as `above` says.
        grid: What is summed over.
    """

    strands: Sequence[Strand]
    observed: Observations
    grid: Grid

    @cached_property
    def summed(self) -> tuple[Summed, ...]:
        """The strands with their discrepancies summed out, in blocks of those that have runs in common."""
        return tuple(Summed(block, self.grid) for block in coupled(self.strands))

    def of_walks(self, said: Array) -> Array:
        """Give the logarithm of the likelihood of each run for each value of lambda, shape (values, runs).

        `said` is what the model says at every point, on its series' scale, shape (points, runs). A run that
        says something that is no finite number has -inf, but for the logarithm of zero below a bound.
        """
        total = np.zeros((len(self.grid.walks), said.shape[1]))
        with np.errstate(invalid="ignore", over="ignore"):
            for part in self.summed:
                total += part.log_marginal(part.residuals(said))
            for item, place in self.observed.placed:
                if item.series.bound == "upper":
                    total += above(item, item.values[:, None] - said[place])
        return np.where(np.isnan(total), -np.inf, total)

    def whole(self, said: Array) -> Array:
        """Give the logarithm of the likelihood of each run whatever lambda, shape (runs,)."""
        likelihoods = self.of_walks(said)
        largest = likelihoods.max(axis=0)
        shift = np.where(np.isfinite(largest), largest, 0.0)
        with np.errstate(divide="ignore"):
            summed: Array = np.log(np.exp(likelihoods - shift).sum(axis=0))
        return summed + shift - log(len(likelihoods))

    def walk_shares(self, said: Array) -> Array:
        """Give how likely each value of lambda is, given a run, shape (values, runs).

        All are alike for a run without a likelihood.
        """
        likelihoods = self.of_walks(said)
        likelihoods[:, ~np.isfinite(likelihoods).any(axis=0)] = 0.0
        shares = np.exp(likelihoods - likelihoods.max(axis=0))
        return np.asarray(shares / shares.sum(axis=0))

    def node_shares(self, said: Array) -> Iterator[tuple[Summed, Array]]:
        """Give for each block how likely each node is, given a run, shape (nodes of all values, runs).

        All are nought for a run whose residuals are not finite.
        """
        walks = self.walk_shares(said)
        for part in self.summed:
            with np.errstate(invalid="ignore", over="ignore"):
                shares = np.repeat(walks, part.counts, axis=0) * part.shares(part.residuals(said))
            yield part, np.nan_to_num(shares, nan=0.0)


def above(item: Observed, residuals: Array) -> Array:
    """Give the logarithm of the probability that every bound, with its error, lies above what the model says.

    `residuals` are bounds less what the model says, shape (points, runs); the result has shape (runs,).
    """
    from scipy.special import log_ndtr

    within: Array = log_ndtr(residuals / item.errors[:, None]).sum(axis=0)
    return within
