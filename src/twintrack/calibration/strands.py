"""Observed series by the variable of the model that they speak of: one variable, one discrepancy.

All series of one variable, from one publisher or from several, make a strand: their points are joined, and
the model misses them by the same path. What a publisher adds to that path is its own. Totals and counts since
a start are compared by the steps between their points, because their points repeat their past.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.observations import Observations, Observed
from twintrack.equations.structure import Array

Places = NDArray[np.int64]


Names = NDArray[np.str_]


@dataclass(frozen=True)
class Strand:
    """The points of one variable, in the order in which they were complete.

    Attributes:
        series: Its series, in the order of the files.
        rows: Of each series, the places of its points among all points of the observations.
        order: Places of the strand's points among those of its series one after the other, shape (points,).
        owners: Number of the series of each point, shape (points,).
        times: When each point holds, in decimal years: a step in its middle, shape (points,).
        ends: When each was complete, shape (points,).
        values: On the scale on which they are compared, shape (points,).
        errors: Standard deviations of measurement on that scale, shape (points,).
        runs: Name of the training run that each number is of, "" where none is named, shape (points,).
        size: Scale of the discrepancy: the largest of the series' own.
        start: When the walk of the discrepancy begins, in decimal years.
        joined: Whether totals are compared by their steps.
    """

    series: tuple[Observed, ...]
    rows: tuple[Places, ...]
    order: Places
    owners: Places
    times: Array
    ends: Array
    values: Array
    errors: Array
    runs: Names
    size: float
    start: float
    joined: bool

    @property
    def variable(self) -> str:
        """The variable of the model."""
        return self.series[0].series.variable

    def learned(self, said: Array) -> Array:
        """Give what the model says of the strand on its scale, shape (points, runs).

        `said` is what it says at all points of the observations, on the scales of their series, shape
        (all points, runs). A step that is not above nought has no logarithm and is not finite.
        """
        parts = [
            compared(item, said[rows], joined=self.joined)
            for item, rows in zip(self.series, self.rows, strict=True)
        ]
        return np.asarray(np.concatenate(parts)[self.order])

    def residuals(self, said: Array) -> Array:
        """Give values less what the model says, shape (points, runs); see `learned`."""
        left: Array = self.values[:, None] - self.learned(said)
        return left

    @property
    def places(self) -> Places:
        """Places of the strand's points among all points of the observations, shape (points,)."""
        return np.asarray(np.concatenate(self.rows)[self.order])

    def taken(self, chosen: slice | Places) -> Strand:
        """Give some of the points, in the order in which they are chosen."""
        return replace(
            self,
            order=self.order[chosen],
            owners=self.owners[chosen],
            times=self.times[chosen],
            ends=self.ends[chosen],
            values=self.values[chosen],
            errors=self.errors[chosen],
            runs=self.runs[chosen],
        )

    def forgetting(self, known: int) -> Strand:
        """Give the strand without the names of runs after its first points: who forecasts knows none."""
        named = np.arange(len(self.runs)) < known
        return replace(self, runs=np.where(named, self.runs, ""))

    def with_later(self, owners: Places, times: Array, ends: Array, errors: Array) -> Strand:
        """Give the strand with further points, without place and value, whose errors can be drawn."""
        return replace(
            self,
            order=np.concatenate([self.order, np.full(len(times), -1)]),
            owners=np.concatenate([self.owners, owners]),
            times=np.concatenate([self.times, times]),
            ends=np.concatenate([self.ends, ends]),
            values=np.concatenate([self.values, np.full(len(times), np.nan)]),
            errors=np.concatenate([self.errors, errors]),
            runs=np.concatenate([self.runs, np.full(len(times), "")]),
        )


def strands(
    observed: Observations,
    start: float | None = None,
    *,
    joined: bool = True,
) -> list[Strand]:
    """Give the strands of all series that are no bounds, in the order of the files.

    Args:
        observed: The series.
        start: Decimal year in which the walk of a strand begins that has no point complete by then; by
            default its first point. All others walk from their first point on.
        joined: Whether series of one variable make one strand, and totals are compared by their steps; if
            not, each series is a strand of its own, compared as it is, and names no runs.
    """
    groups: dict[tuple[object, ...], list[tuple[Observed, Places]]] = {}
    for item, place in observed.placed:
        if item.series.bound is None:
            own = (item.series.variable, *_definition(item)) if joined else (item.name,)
            groups.setdefault(own, []).append((item, np.arange(place.start, place.stop)))
    return [_strand(members, start, joined=joined) for members in groups.values()]


def coupled(strands: Iterable[Strand]) -> list[tuple[Strand, ...]]:
    """Give strands in groups of those that name a run in common, at one remove or more; in their order."""
    groups: list[tuple[Strand, ...]] = []
    for strand in strands:
        near = [bool(_named(group) & _named([strand])) for group in groups]
        merged = [one for group, joins in zip(groups, near, strict=True) if joins for one in group]
        apart = [group for group, joins in zip(groups, near, strict=True) if not joins]
        groups = [*apart, (*merged, strand)]
    return groups


def stepwise(item: Observed) -> bool:
    """Say whether a series is compared by its steps: a total or a count on the scale of logarithms."""
    return item.series.scale == "log" and (item.series.reading == "total" or item.series.course == "count")


def compared(item: Observed, values: Array, *, joined: bool) -> Array:
    """Carry values of a series, shape (points, ...), to the scale on which a strand compares them."""
    if not (joined and stepwise(item)):
        return values
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.asarray(np.log(np.diff(np.exp(values), prepend=0.0, axis=0)))


def compared_times(item: Observed, *, joined: bool) -> Array:
    """Give the times of a series as a strand takes them, shape (points,): of a step its middle."""
    if not (joined and stepwise(item)):
        return item.times
    return np.asarray((np.concatenate([[item.begun], item.times[:-1]]) + item.times) / 2)


def chosen_rows(observed: Observations, after: float, until: float) -> Places:
    """Give the places of the points that were complete after one decimal year and by another."""
    ends = np.concatenate([np.zeros(0), *(item.ends for item in observed.series)])
    return np.flatnonzero((ends > after) & (ends <= until))


def unit_of(item: Observed) -> float:
    """Give what errors on the scale of a series are divided by to be scores.

    Logarithms and logits are relative errors as they are. A plain number is held against twice the series'
    discrepancy, so that its unit is of no account.
    """
    return 2 * item.series.discrepancy if item.series.scale == "linear" else 1.0


def _definition(item: Observed) -> tuple[object, ...]:
    series = item.series
    return series.scale, series.factor, series.reading, series.window, series.since, stepwise(item)


def _named(strands: Sequence[Strand]) -> set[str]:
    return {str(run) for strand in strands for run in strand.runs if run}


def _strand(members: list[tuple[Observed, Places]], start: float | None, *, joined: bool) -> Strand:
    series = tuple(item for item, _ in members)
    ends = np.concatenate([item.ends for item in series])
    order = np.argsort(ends, kind="stable")
    times = np.concatenate([compared_times(item, joined=joined) for item in series])[order]
    values = [compared(item, item.values[:, None], joined=joined)[:, 0] for item in series]
    named = [point.run for item in series for point in item.series.points]
    begun = start is None or ends.min() <= start
    return Strand(
        series=series,
        rows=tuple(rows for _, rows in members),
        order=order,
        owners=np.repeat(np.arange(len(series)), [len(item.values) for item in series])[order],
        times=times,
        ends=ends[order],
        values=np.concatenate(values)[order],
        errors=np.concatenate([item.errors for item in series])[order],
        runs=np.array(named if joined else [""] * len(named), dtype=np.str_)[order],
        size=max(item.series.discrepancy for item in series),
        start=float(times[0]) if begun or start is None else start,
        joined=joined,
    )
