"""Contrasts: one choice against another, in the same worlds, at every setting of what is held.

A contrast of one factor is looked at in several cells (the same change at each setting of the other factor);
what is said of it must hold in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.decisions.contests import FIRST, SECOND, TIE
from twintrack.equations.structure import Array

AHEAD, PARTLY_AHEAD, LEVEL, PARTLY_BEHIND, BEHIND, MIXED, SAME, UNKNOWN = (
    "ahead",
    "partly_ahead",
    "level",
    "partly_behind",
    "behind",
    "mixed",
    "same",
    "unknown",
)
"""Ahead or behind in every cell; in some while the others tie; a tie in all; ahead here and behind there; the
choice does not touch the outcome; no world in which all have a number."""

Pair = tuple[str, str]


@dataclass(frozen=True)
class Effect:
    """What a contrast does to one outcome in one year.

    Attributes:
        shares: By cell the share of worlds in which the first does better, equals counting one half.
        medians: By cell the median of the paired difference, first less second, in the outcome's unit.
        firsts: By cell the median of the first.
        seconds: By cell the median of the second.
        verdict: One of the words above.
        cells: By cell who is clearly better, as `contests` says it: FIRST, SECOND or TIE; or SAME, UNKNOWN.
    """

    shares: tuple[float, ...]
    medians: tuple[float, ...]
    firsts: tuple[float, ...]
    seconds: tuple[float, ...]
    verdict: str
    cells: tuple[str, ...]

    @property
    def wins(self) -> bool:
        """Whether the first is ahead in all cells, or in some while it ties in the others."""
        return self.verdict in (AHEAD, PARTLY_AHEAD)

    @property
    def loses(self) -> bool:
        """Whether it is behind in the same way."""
        return self.verdict in (BEHIND, PARTLY_BEHIND)


def effect(values: pd.DataFrame, better: str, pairs: Sequence[Pair]) -> Effect:
    """Measure a contrast from values with a row for each world and a column for each strategy.

    Each cell is judged as `contests` judges a pair, in the worlds in which both have a number.
    """
    columns = {name: values[name].to_numpy(np.float64) for pair in pairs for name in pair}
    cells = [_cell(columns[first], columns[second], better) for first, second in pairs]
    shares, medians, firsts, seconds, words = zip(*cells, strict=True)
    return Effect(shares, medians, firsts, seconds, verdict(words), words)


def _cell(first: Array, second: Array, better: str) -> tuple[float, float, float, float, str]:
    """Give share, median difference, both medians and who is clearly better, shapes (worlds,)."""
    finite = np.isfinite(first) & np.isfinite(second)
    one, other = first[finite], second[finite]
    if not one.size:
        return (*(float("nan"),) * 4, UNKNOWN)
    difference, turn = one - other, 1.0 if better == "higher" else -1.0
    equal = np.abs(difference) <= robustness.ROUNDING * np.maximum(np.abs(one), np.abs(other))
    share = float(np.where(equal, 0.5, turn * difference > 0).mean())
    medians = float(np.median(one)), float(np.median(other))
    least = robustness.NEGLIGIBLE * max(map(abs, medians))
    lead = float(np.median(difference))
    if abs(medians[0] - medians[1]) <= least and float(np.median(np.abs(difference))) <= least:
        return share, lead, *medians, SAME
    low, high = robustness.TIE_RANGE
    first_wins = share > high and turn * lead >= least
    second_wins = share < low and -turn * lead >= least
    return share, lead, *medians, FIRST if first_wins else SECOND if second_wins else TIE


def verdict(cells: Sequence[str]) -> str:
    """Put what is said of all cells together: the verdicts of `contests`, SAME or UNKNOWN."""
    if UNKNOWN in cells:
        return UNKNOWN
    if set(cells) == {SAME}:
        return SAME
    ahead, behind = cells.count(FIRST), cells.count(SECOND)
    if ahead and behind:
        return MIXED
    if ahead:
        return AHEAD if ahead == len(cells) else PARTLY_AHEAD
    if behind:
        return BEHIND if behind == len(cells) else PARTLY_BEHIND
    return LEVEL


def nearby_share(points: np.ndarray, wins: np.ndarray, grid: np.ndarray, width: float) -> np.ndarray:
    """Give the share of worlds near each place of a grid in which something happens, shape (places,).

    Args:
        points: Worlds, shape (worlds, 2), both axes scaled to 0 to 1.
        wins: Whether it happens in each, 0 to 1, shape (worlds,).
        grid: Places, shape (places, 2), in the same scale.
        width: Standard deviation of the Gaussian weights (Nadaraya and Watson 1964).
    """
    distance = ((grid[:, None, :] - points[None, :, :]) ** 2).sum(axis=2)
    weights = np.exp(-distance / (2 * width**2)) + 1e-300
    shares: np.ndarray = weights @ wins / weights.sum(axis=1)
    return shares
