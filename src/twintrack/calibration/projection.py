"""What the model expects of the years after the last observation, for every observed series.

The discrepancy of a series goes on from its last residuals; policies are those of the baseline. Of a series
that only bounds the model from above, what the model says is given: the observation must lie above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from twintrack.calibration.fit import Band, band
from twintrack.calibration.observations import Observed, row_weights, transformed
from twintrack.calibration.predictive import drawn_residuals
from twintrack.calibration.target import Target, ending
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistorySeries
from twintrack.runs.arrays import along_time, place_of

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


def project(target: Target, scores: Array, seed: int) -> list[Projection]:
    """Project all series of a target over YEARS by a sample of its posterior, shape (size, worlds)."""
    longer = replace(target, equations=ending(target.equations, max(YEARS) + 1.0))
    worlds, runs = target.unknowns.worlds(scores), scores.shape[1]
    outputs = longer.outputs(worlds, runs, longer.variables)
    sizes, persistences = target.unknowns.discrepancy(scores), target.unknowns.persistence(scores)
    past = target.said(worlds, runs)
    found = []
    for number, (item, place) in enumerate(target.observed.placed):
        yearly = (
            item.series.model_copy(update={"window": 1.0}) if item.series.reading == "mean" else item.series
        )
        said = _said(yearly, longer.equations, outputs)
        stream = np.random.default_rng((seed, 7, number))
        errors = _errors(item, yearly, past[place], sizes[number], persistences[number], stream)
        for year, values, drawn in zip(YEARS, said, errors, strict=True):
            bands = band(values + drawn, yearly.scale), band(values, yearly.scale)
            found.append(Projection(item.name, year, _READINGS[yearly.reading], *bands, yearly.unit))
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
    """Give what a file would write for a calendar year: its start for a mean, else its end."""
    return float(year) if series.reading == "mean" else year + 1.0


def _said(yearly: HistorySeries, equations: Equations, outputs: Mapping[str, Array]) -> Array:
    """Read YEARS on the scale of a series, shape (years, runs)."""
    variable, element = place_of(equations, yearly.variable)
    saved = equations.time.saved
    weights = np.stack([row_weights(yearly, _start(yearly, year), saved) for year in YEARS])
    return transformed(weights @ along_time(outputs[variable], element) * yearly.factor, yearly.scale)


def _errors(
    item: Observed,
    yearly: HistorySeries,
    past: Array,
    discrepancy: Array,
    persistence: Array,
    stream: np.random.Generator,
) -> Array:
    """Draw discrepancy and measurement of YEARS, given the residuals of the past; (years, runs)."""
    middle = 0.5 if yearly.reading == "mean" else 0.0
    times = np.concatenate([item.times, [_start(yearly, year) + middle for year in YEARS]])
    errors = np.concatenate([item.errors, np.full(len(YEARS), yearly.error)])
    unknown = np.zeros((len(YEARS), past.shape[1]))
    residuals = np.concatenate([item.values[:, None] - past, unknown])
    seen = np.arange(len(times)) < len(item.values)
    drawn = drawn_residuals(times, errors, residuals, seen, discrepancy, persistence, stream)[-len(YEARS) :]
    return drawn if yearly.bound is None else unknown
