"""Are shares that should be even between 0 and 1 as even as chance lets them be?

Their empirical distribution function is held against an envelope that holds at all levels at once (Säilynoja,
Bürkner and Vehtari 2022, Statistics and Computing 32). Shares of one truth depend on one another, so that no
binomial distribution says what chance does. It is simulated: members of each posterior take the place of its
truth, which is what a truth is when the posterior is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.structure import Array

LEVELS = np.arange(1, 20) / 20
"""Where the distribution function is looked at."""

SURE = 0.95
"""Share of studies of an exact posterior whose shares stay in the envelope, at all levels at once."""


@dataclass(frozen=True)
class Evenness:
    """How even shares are, at the level where they use up most of what chance allows.

    Attributes:
        level: That level.
        distance: Of the share of shares below it from the level itself; above 0, more are below.
        chance: Half the width of the envelope there.
    """

    level: float
    distance: float
    chance: float

    @property
    def holds(self) -> bool:
        """Whether the distribution function is within the envelope at all levels."""
        return abs(self.distance) <= self.chance


@dataclass(frozen=True)
class Shares:
    """Shares of one truth, and what they would be were members of its posterior the truth.

    Attributes:
        true: Shape (shares,).
        pretended: Shape (shares, studies).
    """

    true: Array
    pretended: Array


def evenness(shares: Sequence[Shares]) -> Evenness:
    """Compare the shares of all truths with even ones; every share counts the same.

    The envelope is as wide at each level as the standard deviation there says, times what makes SURE of all
    pretended studies stay within it.
    """
    count = sum(len(one.true) for one in shares)
    if not count:
        return Evenness(0.5, 0.0, 0.0)
    away = sum((below(one.true) for one in shares), np.zeros(len(LEVELS))) / count - LEVELS
    studies = shares[0].pretended.shape[1]
    pretended = sum((below(one.pretended) for one in shares), np.zeros((len(LEVELS), studies))) / count
    spread = pretended.std(axis=1)
    off = np.abs(pretended - LEVELS[:, None]) / spread[:, None]
    chance = np.quantile(off.max(axis=0), SURE) * spread
    worst = int(np.argmax(np.abs(away) / chance))
    return Evenness(float(LEVELS[worst]), float(away[worst]), float(chance[worst]))


def below(shares: Array) -> Array:
    """Count the shares below each level along the first axis, shape (levels, ...)."""
    return np.stack([(shares < level).sum(axis=0) for level in LEVELS]).astype(float)


def inside(shares: Array, interval: float) -> Array:
    """Say which shares lie in the central interval, such as 0.9."""
    return np.asarray(np.abs(shares - 0.5) < interval / 2)


def places(values: Array, members: NDArray[np.int64]) -> Array:
    """Give the share of values that lie below that of some members, by row, shape (rows, members)."""
    count = values.shape[1]
    order = np.argsort(values, axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.broadcast_to(np.arange(count), order.shape), axis=1)
    return np.asarray(ranks[:, members] / count)
