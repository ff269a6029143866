"""Series that cannot both hold: two publishers of one variable whose intervals for one year lie apart.

Nothing is averaged and nothing left out because of it. Each series keeps its own part of the discrepancy, and
the conflict is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from twintrack.calibration.observations import Z90, measured, restored
from twintrack.inputs.history import HistoryPoint, HistorySeries


@dataclass(frozen=True)
class Told:
    """What one series says of a year, in its own unit: the published value and its 90 % interval."""

    series: str
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Conflict:
    """Two observations of one variable in one year whose intervals do not meet.

    Attributes:
        variable: The variable of the model.
        year: The calendar year.
        first: The series that stands first in the files.
        second: The other one.
        apart: How far the middles of the intervals lie apart, in standard deviations of their difference.
    """

    variable: str
    year: int
    first: Told
    second: Told
    apart: float


@dataclass(frozen=True)
class Comparison:
    """How many pairs of observations speak of one thing, and which of them are in conflict."""

    compared: int
    conflicts: tuple[Conflict, ...]


def conflicting(history: Iterable[HistorySeries]) -> Comparison:
    """Compare all observations of one variable, reading and calendar year from different series.

    Upper bounds are left out: they do not say how large a thing is. Intervals are those of the tables, or the
    error of the series; units are those of the model.
    """
    series = [one for one in history if one.bound is None]
    pairs = [pair for two in combinations(series, 2) if _alike(*two) for pair in _pairs(*two)]
    found = (_conflict(*pair) for pair in pairs)
    return Comparison(len(pairs), tuple(one for one in found if one is not None))


_Observation = tuple[HistorySeries, HistoryPoint]


def _alike(one: HistorySeries, other: HistorySeries) -> bool:
    return _reading(one) == _reading(other)


def _reading(series: HistorySeries) -> tuple[object, ...]:
    return series.variable, series.reading, series.window, series.since, series.scale


def _pairs(one: HistorySeries, other: HistorySeries) -> Iterator[tuple[_Observation, _Observation]]:
    for first in one.points:
        for second in other.points:
            if calendar_year(one, first) == calendar_year(other, second):
                yield (one, first), (other, second)


def calendar_year(series: HistorySeries, point: HistoryPoint) -> int:
    """Give the year in which a window begins or in which a date lies; 2025.0 is the end of 2024."""
    return math.floor(point.year) if series.reading == "mean" else math.ceil(point.year) - 1


def _conflict(one: _Observation, other: _Observation) -> Conflict | None:
    first, second = _told(*one), _told(*other)
    factor, unit = one[0].factor, other[0].factor
    if max(first.low / factor, second.low / unit) <= min(first.high / factor, second.high / unit):
        return None
    (middle, error), (level, width) = _in_model_units(*one), _in_model_units(*other)
    apart = abs(middle - level) / math.hypot(error, width)
    return Conflict(one[0].variable, calendar_year(*one), first, second, apart)


def _told(series: HistorySeries, point: HistoryPoint) -> Told:
    if point.low is not None and point.high is not None:
        return Told(series.name, point.value, point.low, point.high)
    middle, error = measured(series, point)
    low, high = restored(middle + Z90 * error * np.array([-1, 1]), series.scale).tolist()
    return Told(series.name, point.value, low, high)


def _in_model_units(series: HistorySeries, point: HistoryPoint) -> tuple[float, float]:
    """Give mean and standard deviation of a measurement on the scale, as the model would say it."""
    middle, error = measured(series, point)
    if series.scale == "log":
        return middle - math.log(series.factor), error
    return (middle / series.factor, error / series.factor) if series.scale == "linear" else (middle, error)
