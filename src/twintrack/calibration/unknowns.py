"""What is to be learnt, as independent standard normal scores.

Every sampled world parameter is carried to a normal score through the quantiles of its prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twintrack.equations.structure import Array
from twintrack.inputs.world import WorldParameter
from twintrack.worlds.sampling import quantiles, sampled

_LARGEST = 8.0
"""Scores further out, a share of 1e-15, are not told apart."""

_PLACES = 4097


@dataclass(frozen=True)
class Unknowns:
    """The world parameters that are drawn, in the order of world.yaml."""

    parameters: Mapping[str, WorldParameter]

    @cached_property
    def names(self) -> list[str]:
        """Names of the world parameters that are drawn."""
        return sampled(self.parameters)

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.names)

    def worlds(self, scores: Array) -> dict[str, Array]:
        """Give the values of the world parameters, each of shape (runs,); scores have shape (size, runs)."""
        shares = _shares(scores)
        return {
            name: quantiles(self.parameters[name], row) for name, row in zip(self.names, shares, strict=True)
        }

    def parameter_scores(self, worlds: Mapping[str, Array]) -> Array:
        """Give the scores of values, shape (size, runs): what `worlds` undoes.

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
