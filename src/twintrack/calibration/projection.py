"""What the model expects of the years after the last observation, for every observed series.

The discrepancy of a series goes on from its last residuals; policies are those of the baseline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twintrack.calibration.fit import Band, band
from twintrack.calibration.observations import Array, Observed, row_weights, transformed
from twintrack.calibration.predictive import drawn_residuals
from twintrack.calibration.setup import ending
from twintrack.calibration.target import Target
from twintrack.experiments.arrays import along_time, place_of
from twintrack.inputs.history import HistorySeries

YEARS = (2025, 2026)


@dataclass(frozen=True)
class Projection:
    """A series in a calendar year.

    Attributes:
        series: Name of the series.
        year: Calendar year; a reading at a date is taken at its end.
        reading: What is read: "end of the year", "mean of the year", or "total to the end of the year".
        expected: With the model's discrepancy and measurement, in the unit of the series.
        said: What the model says.
        unit: Unit of the series.
    """

    series: str
    year: int
    reading: str
    expected: Band
    said: Band
    unit: str


def project(target: Target, scores: Array, seed: int, years: Sequence[int] = YEARS) -> list[Projection]:
    """Project all series of a target by a sample of its posterior, shape (size, worlds)."""
    longer = replace(target, equations=ending(target.equations, max(years) + 1.0))
    worlds, runs = target.unknowns.worlds(scores), scores.shape[1]
    outputs = longer.outputs(worlds, runs, longer.variables)
    saved = longer.equations.time.saved
    sizes, persistences = target.unknowns.discrepancy(scores), target.unknowns.persistence(scores)
    past = target.said(worlds, runs)
    found = []
    for number, (item, place) in enumerate(zip(target.observed.series, target.observed.slices, strict=True)):
        yearly = replace(item.series, window=1.0) if item.series.reading == "mean" else item.series
        variable, element = place_of(longer.equations, yearly.variable)
        weights = np.stack([row_weights(yearly, _start(yearly, year), saved) for year in years], axis=1)
        said = transformed(weights.T @ along_time(outputs[variable], element) * yearly.factor, yearly.scale)
        longer_item = _continued(item, yearly, years)
        seen = np.arange(len(longer_item.values)) < len(item.values)
        both = np.concatenate([past[place], said])
        stream = np.random.default_rng((seed, 7, number))
        errors = drawn_residuals(longer_item, seen, both, sizes[number], persistences[number], stream)
        found += [
            Projection(
                item.name,
                year,
                _READINGS[yearly.reading],
                band(said[row] + errors[len(item.values) + row], yearly.scale),
                band(said[row], yearly.scale),
                yearly.unit,
            )
            for row, year in enumerate(years)
        ]
    return found


_READINGS = {"at": "end of the year", "mean": "mean of the year", "total": "total to the end of the year"}


def table(projections: Iterable[Projection]) -> str:
    """Give projections as CSV: series, year, p05, p50, p95, unit."""
    rows = ["series,year,p05,p50,p95,unit"]
    for item in projections:
        ends = item.expected
        rows.append(f"{item.series},{item.year},{ends.p05:.6g},{ends.p50:.6g},{ends.p95:.6g},{item.unit}")
    return "\n".join(rows) + "\n"


def _start(series: HistorySeries, year: int) -> float:
    return float(year) if series.reading == "mean" else year + 1.0


def _continued(item: Observed, yearly: HistorySeries, years: Sequence[int]) -> Observed:
    """Give the series with places for further years; their values are not known."""
    middle = 0.5 if yearly.reading == "mean" else 0.0
    return Observed(
        item.series,
        np.concatenate([item.times, [_start(yearly, year) + middle for year in years]]),
        np.concatenate([item.values, np.zeros(len(years))]),
        np.concatenate([item.errors, np.full(len(years), item.series.error)]),
        item.weights,
    )
