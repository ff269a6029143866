"""Holding a registered projection against observations that came later.

All measures are taken on the scale of a series, logarithms, logits or plain numbers, as in `skill`. Of a
linear scale they have the unit of the series; of the others they have none, and no choice of a unit moves
them. Rivals are single numbers that go on from what the projection had learnt from; the CRPS and the weighted
interval score of a single number are its absolute error. A series that only bounds the model from above has
no scores: what is given is the share of draws below the observation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from twintrack.calibration.observations import transformed
from twintrack.calibration.registered import QUANTILES, ProjectedReading, ProjectedSeries, Registered
from twintrack.calibration.rivals import RULES
from twintrack.calibration.skill import (
    crps,
    interval_score,
    weighted_interval_score,
)
from twintrack.errors import Fault
from twintrack.inputs.moments import time_of
from twintrack.inputs.observed_table import Observation

INTERVALS = {0.5: ("p25", "p75"), 0.8: ("p10", "p90"), 0.9: ("p05", "p95")}
"""Central intervals by the share that they shall hold, and their ends."""


@dataclass(frozen=True)
class PointScore:
    """One observation; scores are on the scale of its series.

    Attributes:
        asked: Date or period of the observation, as it was written.
        start: The time that it speaks of, in decimal years.
        end: See above.
        publisher: Who published it.
        observed: The value, in the unit of the series.
        low: The projection's 90 % band, in that unit.
        median: Its median.
        high: See above.
        inside_50: Whether the observation lies in the central 50 %.
        inside_90: Whether it lies in the central 90 %.
        interval_50: Interval score of the 50 % band.
        interval_90: Interval score of the 90 % band.
        wis: Weighted interval score of the 50, 80 and 90 % bands and the median.
        crps: Of the draws.
        error: Observation less median: a log error on the scale of logarithms.
        below: Share of draws below the observation.
        rivals: Observation less what each rival says; None where it has nothing to go on from.
    """

    asked: str
    start: float
    end: float
    publisher: str
    observed: float
    low: float
    median: float
    high: float
    inside_50: bool
    inside_90: bool
    interval_50: float
    interval_90: float
    wis: float
    crps: float
    error: float
    below: float
    rivals: Mapping[str, float | None]


@dataclass(frozen=True)
class Mean:
    """Means over several points on one scale; `error` and those of rivals are of absolute values.

    Attributes:
        points: How many they are.
        inside_50: How many lie in the central 50 %.
        inside_90: How many lie in the central 90 %.
        interval_50: See `PointScore`.
        interval_90: See `PointScore`.
        wis: See `PointScore`.
        crps: See `PointScore`.
        error: Mean absolute error of the median.
        bias: Mean of observation less median.
        rivals: Mean absolute error of each rival; None unless it has one for every point.
    """

    points: int
    inside_50: int
    inside_90: int
    interval_50: float
    interval_90: float
    wis: float
    crps: float
    error: float
    bias: float
    rivals: Mapping[str, float | None]


@dataclass(frozen=True)
class SeriesScore:
    """One series with its observations; `mean` is None for one that only bounds the model."""

    name: str
    scale: str
    unit: str
    points: tuple[PointScore, ...]
    mean: Mean | None

    @property
    def below(self) -> float:
        """Mean share of draws below its observations."""
        return float(np.mean([point.below for point in self.points]))

    @property
    def measured_in(self) -> str:
        """What its scores are measured in: the scale, and for plain numbers the unit."""
        return f"linear, {self.unit}" if self.scale == "linear" else self.scale


@dataclass(frozen=True)
class Contest:
    """In how many series a rival is met, and in how many the projection is closer.

    Closer is a mean CRPS that is less than the rival's mean absolute error.
    """

    series: int
    closer: int


@dataclass(frozen=True)
class Scores:
    """All series that were observed, in the order of the projection."""

    series: tuple[SeriesScore, ...]

    @cached_property
    def scored(self) -> list[SeriesScore]:
        """Those that are more than bounds."""
        return [item for item in self.series if item.mean is not None]

    @property
    def bounds(self) -> list[SeriesScore]:
        """Those that only bound the model."""
        return [item for item in self.series if item.mean is None]

    def together(self) -> dict[str, Mean]:
        """Give means over the points of all series, by what their scores are measured in."""
        points: dict[str, list[PointScore]] = {}
        for item in self.scored:
            points.setdefault(item.measured_in, []).extend(item.points)
        return {kind: mean_of(several) for kind, several in points.items()}

    def contests(self) -> dict[str, Contest]:
        """Compare with each rival, series by series, whatever their scales."""
        found = {}
        for rival in RULES:
            pairs = [
                (item.mean.crps, error)
                for item in self.scored
                if item.mean and (error := item.mean.rivals[rival]) is not None
            ]
            found[rival] = Contest(len(pairs), sum(crps < error for crps, error in pairs))
        return found


def uncovered(projection: Registered, rows: Iterable[Observation], where: str) -> list[Fault]:
    """Say which observations of a table, shown as `where`, have no reading in a projection."""
    faults = []
    for row in rows:
        series = projection.series[row.series]
        if series.find(row.span) is None:
            covered = ", ".join(item.span.described(series.reading) for item in series.projected)
            asked = f"{row.series} is not projected {row.span.described(series.reading)} ({row.moment.text})"
            faults.append(Fault(f"{where}:{row.line}", f"{asked}; it is {covered or 'at no time'}"))
    return faults


def score(projection: Registered, rows: Sequence[Observation]) -> Scores:
    """Score observations that all have a reading in a projection (see `uncovered`)."""
    found = []
    for name, series in projection.series.items():
        own = [row for row in rows if row.series == name]
        if own:
            points = tuple(_point(series, row) for row in own)
            mean = None if series.bound else mean_of(points)
            found.append(SeriesScore(name, series.scale, series.unit, points, mean))
    return Scores(tuple(found))


def mean_of(points: Sequence[PointScore]) -> Mean:
    """Take means over points that are on one scale."""

    def mean(name: str) -> float:
        return float(np.mean([getattr(point, name) for point in points]))

    return Mean(
        points=len(points),
        inside_50=sum(point.inside_50 for point in points),
        inside_90=sum(point.inside_90 for point in points),
        interval_50=mean("interval_50"),
        interval_90=mean("interval_90"),
        wis=mean("wis"),
        crps=mean("crps"),
        error=float(np.mean([abs(point.error) for point in points])),
        bias=mean("error"),
        rivals={name: _mean_error([point.rivals[name] for point in points]) for name in RULES},
    )


def _mean_error(errors: Sequence[float | None]) -> float | None:
    known = [abs(error) for error in errors if error is not None]
    return float(np.mean(known)) if len(known) == len(errors) else None


def _point(series: ProjectedSeries, row: Observation) -> PointScore:
    reading = series.find(row.span)
    assert reading is not None, "observations without a reading are faults"
    observed = transformed(np.array([row.value]), series.scale)
    levels = {
        name: transformed(np.array([getattr(reading.quantiles, name)]), series.scale) for name in QUANTILES
    }
    draws = transformed(np.array([reading.draws]), series.scale)
    intervals = {level: (levels[low], levels[high]) for level, (low, high) in INTERVALS.items()}
    inside = {level: bool(low[0] <= observed[0] <= high[0]) for level, (low, high) in intervals.items()}
    scores = {level: float(interval_score(*ends, observed, level)[0]) for level, ends in intervals.items()}
    return PointScore(
        asked=row.moment.text,
        start=row.span.start,
        end=row.span.end,
        publisher=row.publisher,
        observed=row.value,
        low=reading.quantiles.p05,
        median=reading.quantiles.p50,
        high=reading.quantiles.p95,
        inside_50=inside[0.5],
        inside_90=inside[0.9],
        interval_50=scores[0.5],
        interval_90=scores[0.9],
        wis=float(weighted_interval_score(levels["p50"], intervals, observed)[0]),
        crps=float(crps(draws, observed)[0]),
        error=float(observed[0] - levels["p50"][0]),
        below=float((draws < observed).mean()),
        rivals=_rivals(series, reading, float(observed[0])),
    )


def _rivals(series: ProjectedSeries, reading: ProjectedReading, observed: float) -> dict[str, float | None]:
    """Give observation less what each rival says, on the scale, from the past before the reading."""
    wanted = time_of(series, reading.span)
    past = [point for point in series.past if point.time < wanted]
    values = transformed(np.array([point.value for point in past]), series.scale)
    times, places = np.unique([point.time for point in past], return_inverse=True)
    values = np.bincount(places, values) / np.bincount(places)  # of several publishers the mean
    said = {name: rule(times, values, np.array([wanted])) for name, rule in RULES.items()}
    return {name: None if one is None else observed - float(one[0]) for name, one in said.items()}
