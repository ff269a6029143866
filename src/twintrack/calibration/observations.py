"""Observed series as arrays, and what the model says at the same points.

A reading is linear in the saved rows of a variable (a value at a date, a mean over a window, the integral of
a flow), so that all of them together are one matrix product for each variable. Values are then compared on
the scale of their series: logarithms of positive quantities, logits of shares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import pairwise

import numpy as np

from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.history import HistoryPoint, HistorySeries, end_of, reach_fault
from twintrack.runs.arrays import along_time, place_of

Z90 = 1.6448536269514722
"""Half the width of a central 90 % interval, in standard deviations of a normal distribution."""


@dataclass(frozen=True)
class Observed:
    """One series as it is compared with the model.

    Attributes:
        series: What was read from the files.
        times: When each point holds, in decimal years: its date, or the middle of its window; (points,).
        values: On the scale of the series, shape (points,); of an observation with an interval its middle.
        errors: Standard deviations of measurement on that scale, shape (points,).
        weights: Weight of each saved row in each point, shape (rows, points).
    """

    series: HistorySeries
    times: Array
    values: Array
    errors: Array
    weights: Array

    @property
    def name(self) -> str:
        """The name of the series."""
        return self.series.name

    @property
    def published(self) -> Array:
        """The values of the file on the scale of the series, shape (points,)."""
        return transformed(np.array([point.value for point in self.series.points]), self.series.scale)

    @property
    def ends(self) -> Array:
        """When each point was complete, in decimal years, shape (points,)."""
        return np.array([end_of(self.series, point) for point in self.series.points])

    @property
    def begun(self) -> float:
        """When its first step begins, in decimal years: what a total counts from, or the year before."""
        return float(self.times[0] - 1 if self.series.since is None else self.series.since)

    @property
    def years(self) -> list[float]:
        """The years of the points as the file gives them."""
        return [point.year for point in self.series.points]

    def chosen(self, keep: Callable[[HistoryPoint], bool]) -> Observed:
        """Give the series with some of its points only; there may be none."""
        kept = np.flatnonzero([keep(point) for point in self.series.points])
        return Observed(
            self.series.model_copy(update={"points": tuple(self.series.points[place] for place in kept)}),
            self.times[kept],
            self.values[kept],
            self.errors[kept],
            self.weights[:, kept],
        )


@dataclass(frozen=True)
class Observations:
    """All series, in the order of the files."""

    series: tuple[Observed, ...]

    @cached_property
    def names(self) -> list[str]:
        """Names of the series."""
        return [item.name for item in self.series]

    @property
    def history(self) -> list[HistorySeries]:
        """The series as they were read."""
        return [item.series for item in self.series]

    @cached_property
    def points(self) -> int:
        """Number of points of all series."""
        return sum(len(item.values) for item in self.series)

    @cached_property
    def placed(self) -> list[tuple[Observed, slice]]:
        """Each series, and where its points lie among all points."""
        ends = np.cumsum([len(item.values) for item in self.series]).tolist()
        places = [slice(start, end) for start, end in pairwise([0, *ends])]
        return list(zip(self.series, places, strict=True))

    def without(self, name: str) -> Observations:
        """Leave one series out."""
        return Observations(tuple(item for item in self.series if item.name != name))

    def until(self, year: float) -> Observations:
        """Keep the points that had happened by the start of a year; series without any are left out."""
        return self.chosen(lambda series, point: end_of(series, point) <= year)

    def chosen(self, keep: Callable[[HistorySeries, HistoryPoint], bool]) -> Observations:
        """Keep some points; series without any are left out."""
        kept = (item.chosen(partial(keep, item.series)) for item in self.series)
        return Observations(tuple(item for item in kept if len(item.values)))

    def read(self, equations: Equations, outputs: Mapping[str, Array]) -> Array:
        """Give what the model says at every point on its series' scale, shape (points, runs).

        `outputs` are variables over saved rows, shape (rows, ..., runs). What has no logarithm is not finite.
        """
        rows = []
        for item in self.series:
            variable, place = place_of(equations, item.series.variable)
            values = along_time(outputs[variable], place)
            rows.append(transformed(item.weights.T @ values * item.series.factor, item.series.scale))
        return np.concatenate(rows)

    def variables(self, equations: Equations) -> list[str]:
        """Name the variables that are read."""
        return sorted({place_of(equations, item.series.variable)[0] for item in self.series})


def observations(history: Iterable[HistorySeries], saved: Array) -> Observations:
    """Prepare series for comparison with runs that are saved at `saved`, in decimal years.

    Raises InputError for a reading that reaches beyond the runs: interpolation would hold their ends.
    """
    return Observations(tuple(_observed(series, saved) for series in history))


def transformed(values: Array, scale: str) -> Array:
    """Carry values to the scale on which they are compared; what has no place there is -inf or nan."""
    if scale == "linear":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(values) if scale == "log" else np.log(values / (1 - values))


def restored(values: Array, scale: str) -> Array:
    """Carry values back from the scale on which they are compared."""
    if scale == "linear":
        return values
    return np.exp(values) if scale == "log" else 1 / (1 + np.exp(-values))


def _observed(series: HistorySeries, saved: Array) -> Observed:
    points = series.points
    _check_covered(series, saved)
    numbers = np.array([measured(series, point) for point in points])
    middle = series.window / 2 if series.reading == "mean" else 0.0
    weights = np.stack([row_weights(series, point.year, saved) for point in points], axis=1)
    times = np.array([point.year + middle for point in points])
    return Observed(series, times, numbers[:, 0], numbers[:, 1], weights)


def _check_covered(series: HistorySeries, saved: Array) -> None:
    wrong = reach_fault(series, float(saved[0]), float(saved[-1]))
    if wrong:
        raise InputError(Fault(series.name, wrong))


def measured(series: HistorySeries, point: HistoryPoint) -> tuple[float, float]:
    """Give mean and standard deviation of a measurement on the scale of its series.

    Low and high are its central 90 % interval.
    """
    if point.low is None or point.high is None:
        return float(transformed(np.array(point.value), series.scale)), series.error
    low, high = transformed(np.array([point.low, point.high]), series.scale)
    return float(low + high) / 2, float(high - low) / (2 * Z90)


def row_weights(series: HistorySeries, year: float, saved: Array) -> Array:
    """Give the weight of each saved row in one reading, shape (rows,)."""
    if series.reading == "at":
        return _at(year, saved)
    if series.reading == "mean":
        return _integral(year, year + series.window, saved) / series.window
    return _integral(float(saved[0]) if series.since is None else series.since, year, saved)


def _at(time: float, saved: Array) -> Array:
    """Weigh the two rows around a time, as linear interpolation does."""
    return np.array([np.interp(time, saved, unit) for unit in np.eye(len(saved))])


def _integral(start: float, end: float, saved: Array) -> Array:
    """Weigh rows as the integral of the line through them does."""
    inside = saved[(saved > start) & (saved < end)]
    knots = np.concatenate([[start], inside, [end]])
    steps = np.diff(knots)
    heights = np.stack([_at(knot, saved) for knot in knots])
    return (heights[:-1] + heights[1:]).T @ steps / 2
