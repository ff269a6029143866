"""Forecasts of numbers that never fall: none of their probability lies below what has been published.

A total or a count goes on from its last published value by steps. The largest so far is the larger of its
last published value and of what is drawn, and in some years there is no record at all: how often, the steps
of all such series up to the origin tell. The model's path is smooth and stands for both kinds of years, so
that the years with a record rise by as much more as keeps the mean. A record exists only where it is above
the last one.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from twintrack.calibration.observations import Observed
from twintrack.calibration.strands import stepwise
from twintrack.equations.structure import Array

NO_RECORD = 0.5
"""Chance of a year without a record before any was seen: one year of either kind is taken for seen."""


def chance_of_none(series: Iterable[Observed]) -> float:
    """Give the chance that a year brings no record, from the known steps of all series that are maxima.

    The mean of a Beta distribution that starts as even: (standstills + 1) / (steps + 2).
    """
    steps = [np.diff(item.published) for item in series if item.series.course == "maximum"]
    together = np.concatenate([*steps, np.zeros(0)])
    return float((np.sum(together <= 0) + 2 * NO_RECORD) / (len(together) + 2))


def floor_of(item: Observed, known: int) -> float | None:
    """Give the value that a series cannot fall below, on its scale: the largest of its first points.

    `known` says how many are known. None for a series that may fall, and where nothing is known.
    """
    if not known or not (stepwise(item) or item.series.course):
        return None
    return float(item.published[:known].max())


def continued(
    item: Observed, known: int, drawn: Array, years: Array, none: float, stream: np.random.Generator
) -> Array:
    """Carry draws of later points back to what is published of a series, shape (later points, runs).

    Args:
        item: The series, with its known points first.
        known: How many are known.
        drawn: Of the later points, as strands compare them, shape (later points, runs).
        years: How far ahead each later point is, shape (later points,).
        none: Chance of a year without a record.
        stream: Where random numbers come from.
    """
    floor = floor_of(item, known)
    if stepwise(item):
        before = 0.0 if floor is None else np.exp(floor)
        total: Array = np.log(before + np.exp(drawn).cumsum(axis=0))
        return total if floor is None else np.maximum(total, floor)
    if floor is None:
        return drawn
    if item.series.course == "maximum":
        still = none ** years[:, None]
        # Of an interval the middle stands for the number, which may lie above the published one.
        last = max(floor, float(item.values[known - 1]))
        risen = np.maximum(last + (drawn - last) / (1 - still), floor)
        stays = stream.random(drawn.shape[1]) < still
        return np.where(stays, last, np.maximum.accumulate(risen, axis=0))
    return np.stack([_beyond(row, floor) for row in drawn])


def _beyond(row: Array, floor: float) -> Array:
    """Put draws above a floor evenly in the places of those below it; of none the floor is left."""
    kept, below = row[row > floor], row <= floor
    if not len(kept):
        return np.full_like(row, floor)
    found, lacking = row.copy(), int(below.sum())
    found[below] = kept[np.arange(lacking) * len(kept) // max(lacking, 1)]
    return found
