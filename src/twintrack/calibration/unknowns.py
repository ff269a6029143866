"""What is to be learnt, as independent standard normal scores.

Every sampled world parameter is carried to a normal score through the quantiles of its prior; so are, for
every series, the size of the model's discrepancy (half-normal) and its persistence (Beta(2, 2)).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twintrack.calibration.observations import Observations
from twintrack.equations.structure import Array
from twintrack.inputs.world import WorldParameter
from twintrack.worlds.sampling import quantiles, sampled

_LARGEST = 8.0
"""Scores further out, a share of 1e-15, are not told apart."""

_PLACES = 4097


@dataclass(frozen=True)
class Unknowns:
    """World parameters first, then the discrepancies of all series, then their persistences."""

    parameters: Mapping[str, WorldParameter]
    observed: Observations

    @cached_property
    def names(self) -> list[str]:
        """Names of the world parameters that are drawn."""
        return sampled(self.parameters)

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.names) + 2 * len(self.observed.series)

    def worlds(self, scores: Array) -> dict[str, Array]:
        """Give the values of the world parameters, each of shape (runs,); scores have shape (size, runs)."""
        shares = _shares(scores[: len(self.names)])
        return {
            name: quantiles(self.parameters[name], row) for name, row in zip(self.names, shares, strict=True)
        }

    def discrepancy(self, scores: Array) -> Array:
        """Give the standard deviation of each series' discrepancy, shape (series, runs)."""
        from scipy.special import ndtri

        first = len(self.names)
        shares = _shares(scores[first : first + len(self.observed.series)])
        scales = np.array([item.series.discrepancy for item in self.observed.series])
        sizes: Array = scales[:, None] * ndtri((1 + shares) / 2)
        return sizes

    def persistence(self, scores: Array) -> Array:
        """Give the correlation of each series' discrepancy from year to year, shape (series, runs)."""
        shares = _shares(scores[len(self.names) + len(self.observed.series) :])
        # The quantile of Beta(2, 2), whose distribution function is 3 x^2 - 2 x^3: a cubic of real roots.
        return 0.5 + np.cos((np.arccos(1 - 2 * shares) + 4 * np.pi) / 3)

    def scores(self, worlds: Mapping[str, Array], discrepancy: Array, persistence: Array) -> Array:
        """Give the scores of values, shape (size, runs): what `worlds` and the others undo."""
        from scipy.special import ndtr, ndtri

        scales = np.array([item.series.discrepancy for item in self.observed.series])
        sizes = 2 * ndtr(discrepancy / scales[:, None]) - 1
        persistences = 3 * persistence**2 - 2 * persistence**3
        ends = ndtr(_LARGEST)
        errors = ndtri(np.concatenate([sizes, persistences]).clip(1 - ends, ends))
        return np.concatenate([self.parameter_scores(worlds), errors])

    def parameter_scores(self, worlds: Mapping[str, Array]) -> Array:
        """Give the scores of the world parameters, shape (parameters, runs).

        They are read off their quantiles, between 4,097 places at equal distances.
        """
        places = np.linspace(-_LARGEST, _LARGEST, _PLACES)
        shares = _shares(places)
        return np.array(
            [np.interp(worlds[name], quantiles(self.parameters[name], shares), places) for name in self.names]
        )


def _shares(scores: Array) -> Array:
    from scipy.special import ndtr

    shares: Array = ndtr(np.clip(scores, -_LARGEST, _LARGEST))
    return shares
