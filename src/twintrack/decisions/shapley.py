"""Exact Shapley values: what each of some changes brings, averaged over all orders in which to make them.

Source: Shapley (1953), "A value for n-person games". A game has a value for each set of changes: row `mask`
of an array, in which bit i of the mask says whether change i is made.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError


def players(values: Array) -> int:
    """Give the number of changes of a game of shape (2**changes, ...). Raises TwinTrackError for others."""
    number = len(values).bit_length() - 1
    if len(values) != 1 << number:
        raise TwinTrackError(f"a game has a value for each set of changes, 2**n of them, not {len(values)}")
    return number


def shapley(values: Array) -> Array:
    """Give the part of each change, shape (changes, ...), from values of shape (2**changes, ...).

    Parts sum to the value with all changes less that with none, in every world of the further axes.
    """
    number = players(values)
    masks = np.arange(len(values))
    sizes = np.array([int(mask).bit_count() for mask in masks])
    weights = np.array([factorial(size) * factorial(number - size - 1) for size in range(number)], float)
    weights /= factorial(number)
    parts = np.empty((number, *values.shape[1:]))
    for change in range(number):
        without = masks[(masks >> change) & 1 == 0]
        gains = values[without | 1 << change] - values[without]
        parts[change] = np.tensordot(weights[sizes[without]], gains, axes=1)
    return parts
