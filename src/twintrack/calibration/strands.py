"""Observed series by the variable of the model that they speak of: one variable, one discrepancy.

All series of one variable, from one publisher or from several, make a strand: their points are joined, and
the model misses them by the same path. What a publisher adds to that path is its own. Totals and counts since
a start are compared by the steps between their points, because their points repeat their past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.observations import Observations, Observed
from twintrack.equations.structure import Array

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Lean:
    """A planted error of growth: per year on the scale of a strand, and the decimal year where it begins."""

    growth: float
    since: float


NO_LEAN = Lean(0.0, 0.0)


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
        size: Scale of the discrepancy: the largest of the series' own.
        start: When the walk of the discrepancy begins, in decimal years.
        joined: Whether totals are compared by their steps.
        lean: A planted error of the model's growth; none by default.
    """

    series: tuple[Observed, ...]
    rows: tuple[Places, ...]
    order: Places
    owners: Places
    times: Array
    ends: Array
    values: Array
    errors: Array
    size: float
    start: float
    joined: bool
    lean: Lean = NO_LEAN

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
        leaning = self.lean.growth * (self.times - self.lean.since)
        told: Array = np.concatenate(parts)[self.order] + leaning[:, None]
        return told

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
        )

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
        )


def strands(
    observed: Observations,
    start: float | None = None,
    *,
    joined: bool = True,
    leans: Mapping[str, Lean] | None = None,
) -> list[Strand]:
    """Give the strands of all series that are no bounds, in the order of the files.

    Args:
        observed: The series.
        start: Decimal year in which the walk of a strand begins that has no point complete by then; by
            default its first point. All others walk from their first point on.
        joined: Whether series of one variable make one strand, and totals are compared by their steps; if
            not, each series is a strand of its own, and compared as it is.
        leans: Planted errors of growth by variable; none by default.
    """
    groups: dict[tuple[object, ...], list[tuple[Observed, Places]]] = {}
    for item, place in observed.placed:
        if item.series.bound is None:
            own = (item.series.variable, *_definition(item)) if joined else (item.name,)
            groups.setdefault(own, []).append((item, np.arange(place.start, place.stop)))
    found = (_strand(members, start, joined=joined) for members in groups.values())
    return [replace(one, lean=(leans or {}).get(one.variable, NO_LEAN)) for one in found]


def stepwise(item: Observed) -> bool:
    """Say whether a series is compared by its steps: a total or a count on the scale of logarithms."""
    return item.series.scale == "log" and (item.series.reading == "total" or item.series.course == "count")


def compared(item: Observed, values: Array, *, joined: bool) -> Array:
    """Carry values of a series, shape (points, ...), to the scale on which a strand compares them."""
    if not (joined and stepwise(item)):
        return values
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return np.asarray(np.log(np.diff(np.exp(values), prepend=0.0, axis=0)))


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


def _strand(members: list[tuple[Observed, Places]], start: float | None, *, joined: bool) -> Strand:
    series = tuple(item for item, _ in members)
    ends = np.concatenate([item.ends for item in series])
    order = np.argsort(ends, kind="stable")
    times = np.concatenate([*_times(series, joined=joined)])[order]
    values = [compared(item, item.values[:, None], joined=joined)[:, 0] for item in series]
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
        size=max(item.series.discrepancy for item in series),
        start=float(times[0]) if begun or start is None else start,
        joined=joined,
    )


def _times(series: Iterable[Observed], *, joined: bool) -> Iterator[Array]:
    for item in series:
        if joined and stepwise(item):
            yield (np.concatenate([[item.begun], item.times[:-1]]) + item.times) / 2
        else:
            yield item.times
