"""How well numbers agree with observations: the measures of the field.

All of them are taken on the scale on which a series is compared, logarithms or logits, so that they are
relative errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.structure import Array


@dataclass(frozen=True)
class Theil:
    """Theil's inequality statistics (Sterman 1984, Dynamica 10(2)): shares of the mean squared error.

    Attributes:
        mse: Mean squared error.
        bias: Share that is a difference of means.
        variation: Share that is a difference of standard deviations.
        covariation: Share that is want of correlation.
    """

    mse: float
    bias: float
    variation: float
    covariation: float


def theil(said: Array, observed: Array) -> Theil | None:
    """Split the mean squared error of values of shape (points,); None for fewer than three points.

    Moments are divided by the number of points, so that the shares sum to one. A perfect fit has shares 0.
    """
    if len(observed) < 3:
        return None
    mse = float(np.mean((said - observed) ** 2))
    if mse == 0:
        return Theil(0.0, 0.0, 0.0, 0.0)
    spreads = said.std(), observed.std()
    together = np.mean((said - said.mean()) * (observed - observed.mean()))
    return Theil(
        mse=mse,
        bias=float((said.mean() - observed.mean()) ** 2 / mse),
        variation=float((spreads[0] - spreads[1]) ** 2 / mse),
        covariation=float(2 * (spreads[0] * spreads[1] - together) / mse),
    )


def autocorrelation(times: Array, residuals: Array) -> float | None:
    """Give the correlation of residuals one step apart, about zero; None for fewer than four points.

    Residuals are not centred on their own mean: one that stays on one side is one that persists.
    """
    if len(times) < 4 or not residuals.any():
        return None
    return float(
        (residuals[1:] * residuals[:-1]).sum() / (residuals[1:] ** 2 + residuals[:-1] ** 2).sum() * 2
    )


def crps(sample: Array, observed: Array) -> Array:
    """Give the continuous ranked probability score of samples of shape (points, runs), shape (points,).

    E|X - y| - E|X - X'| / 2 (Gneiting and Raftery 2007, J. Am. Stat. Assoc. 102, eq. 21), less is better.
    """
    runs = sample.shape[1]
    away = np.abs(sample - observed[:, None]).mean(axis=1)
    signs = 2 * np.arange(1, runs + 1) - runs - 1
    apart = (np.sort(sample, axis=1) * signs).sum(axis=1) / runs**2
    score: Array = away - apart
    return score


def inside(sample: Array, observed: Array) -> NDArray[np.bool_]:
    """Say which observations lie in the central 90 % of a sample of shape (points, runs), shape (points,)."""
    low, high = np.quantile(sample, [0.05, 0.95], axis=1)
    within: NDArray[np.bool_] = (low <= observed) & (observed <= high)
    return within


def ranks(sample: Array, observed: Array) -> Array:
    """Give the share of a sample that lies below each observation (the PIT), shape (points,)."""
    below: Array = (sample < observed[:, None]).mean(axis=1)
    return below


def extrapolated(times: Array, values: Array, wanted: Array) -> Array | None:
    """Go on with the growth between the last two of some values, at further times; shape (wanted,).

    A single value is held; None where there is none.
    """
    if not len(values):
        return None
    growth = (values[-1] - values[-2]) / (times[-1] - times[-2]) if len(values) > 1 else 0.0
    return np.asarray(values[-1] + growth * (wanted - times[-1]))


def interval_score(low: Array, high: Array, observed: Array, level: float) -> Array:
    """Give the interval score of central intervals that shall hold a share `level`, shape (points,).

    (u - l) + 2/a (l - y)+ + 2/a (y - u)+ with a = 1 - level (Gneiting and Raftery 2007, J. Am. Stat. Assoc.
    102, eq. 43), less is better. Ends and observations have shape (points,).
    """
    alpha = 1 - level
    below, above = np.maximum(low - observed, 0), np.maximum(observed - high, 0)
    score: Array = high - low + 2 / alpha * (below + above)
    return score


def weighted_interval_score(
    median: Array, intervals: Mapping[float, tuple[Array, Array]], observed: Array
) -> Array:
    """Give the weighted interval score of medians and central intervals, which stand by their levels.

    |y - m| / 2 and a/2 times each interval score are added up, and divided by the number of intervals and a
    half (Bracher et al. 2021, PLoS Comput. Biol. 17(2), eq. 1); less is better. All arrays have shape
    (points,). It approximates the CRPS; both are |y - m| for a forecast that is a single number.
    """
    total = np.abs(observed - median) / 2
    for level, (low, high) in intervals.items():
        total = total + (1 - level) / 2 * interval_score(low, high, observed, level)
    score: Array = total / (len(intervals) + 0.5)
    return score


WIS_ENDS = (0.5, 0.8, 0.9)
"""Shares that the intervals of `weighted_interval` hold."""


def weighted_interval(sample: Array, observed: Array) -> Array:
    """Give the weighted interval score of samples of shape (points, runs), shape (points,); less is better.

    It is that of the medians and of the central intervals WIS_ENDS.
    """
    intervals = {}
    for level in WIS_ENDS:
        low, high = np.quantile(sample, [(1 - level) / 2, (1 + level) / 2], axis=1)
        intervals[level] = low, high
    return weighted_interval_score(np.median(sample, axis=1), intervals, observed)


def sign_test(won: int, lost: int) -> float:
    """Give the chance of a split at least as uneven, were either side as likely (two-sided sign test)."""
    games = won + lost
    tail = sum(comb(games, count) for count in range(min(won, lost) + 1))
    return min(1.0, 2 * tail / float(2**games))


def on_the_trend(times: Array, values: Array, wanted: Array) -> Array | None:
    """Go on with the straight line of least squares through values, at further times; shape (wanted,).

    A single value is held; None where there is none.
    """
    if not len(values):
        return None
    away = times - times.mean()
    slope = (away @ values) / (away @ away) if away.any() else 0.0
    return np.asarray(values.mean() + slope * (wanted - times.mean()))
