"""What the model expects of every observed series at any time, under the baseline.

The discrepancy of a strand goes on from its last residuals; policies are those of the baseline. Of a series
that only bounds the model from above, what the model says is given: the observation must lie above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twintrack.calibration.ahead import Errors
from twintrack.calibration.courses import chance_of_none
from twintrack.calibration.fit import Band, band
from twintrack.calibration.observations import Observed, row_weights, transformed
from twintrack.calibration.predictive import Sample
from twintrack.calibration.span_errors import Asked, drawn
from twintrack.calibration.target import Target, ending
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistorySeries
from twintrack.inputs.moments import Span, read_period, span_of
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


@dataclass(frozen=True)
class Expected:
    """A series at some times, on its scale.

    Attributes:
        observed: The series.
        spans: The times.
        said: What the model says, shape (spans, worlds).
        expected: The same with the model's discrepancy and measurement, shape (spans, worlds).
    """

    observed: Observed
    spans: tuple[Span, ...]
    said: Array
    expected: Array


def expect(
    target: Target, sample: Sample, wanted: Mapping[str, Sequence[Span]], seed: int
) -> Iterator[Expected]:
    """Project series of a target at the times that are wanted of each, by a sample of its posterior.

    Times may lie among those that were learnt from: the series is then measured anew, and one that never
    falls stays between what was published before and after. A world is the same in all series and times, and
    its errors at several times belong together. What has no place on a scale is not finite.
    """
    worlds, runs = target.unknowns.worlds(sample.scores), len(sample.walks)
    last = max((span.end for spans in wanted.values() for span in spans), default=target.equations.time.final)
    longer = replace(target, equations=ending(target.equations, last))
    outputs = longer.outputs(worlds, runs, longer.variables)
    said = {
        item.name: _said(item.series, spans, longer.equations, outputs)
        for item in target.observed.series
        if (spans := tuple(wanted.get(item.name, ())))
    }
    past = target.said(worlds, runs)
    errors = Errors(target.grid, sample.walks, chance_of_none(target.observed.series))
    expected = {item.name: said[item.name] for item in target.observed.series if item.name in said}
    for number, strand in enumerate(target.likelihood.strands):
        asked = [
            Asked(item, place, tuple(wanted[item.name]), said[item.name], past[strand.rows[place]])
            for place, item in enumerate(strand.series)
            if item.name in said
        ]
        if asked:
            stream = np.random.default_rng((seed, 7, number))
            expected |= {one.item.name: values for one, values in drawn(strand, asked, past, errors, stream)}
    for item in target.observed.series:
        if item.name in said:
            yield Expected(item, tuple(wanted[item.name]), said[item.name], expected[item.name])


def project(target: Target, sample: Sample, seed: int) -> list[Projection]:
    """Project all series of a target over YEARS by a sample of its posterior."""
    periods = [read_period(str(year)) for year in YEARS]
    wanted = {
        item.name: [span_of(item.series, period) for period in periods] for item in target.observed.series
    }
    found = []
    for item in expect(target, sample, wanted, seed):
        series = item.observed.series
        for year, said, expected in zip(YEARS, item.said, item.expected, strict=True):
            bands = band(expected, series.scale), band(said, series.scale)
            found.append(Projection(series.name, year, _READINGS[series.reading], *bands, series.unit))
    return found


_READINGS = {"at": "end of the year", "mean": "mean of the year", "total": "total to the end of the year"}


def table(projections: Iterable[Projection]) -> str:
    """Give projections as CSV: series, year, p05, p50, p95, unit."""
    rows = ["series,year,p05,p50,p95,unit"]
    for item in projections:
        ends = item.expected
        rows.append(f"{item.series},{item.year},{ends.p05:.6g},{ends.p50:.6g},{ends.p95:.6g},{item.unit}")
    return "\n".join(rows) + "\n"


def _said(
    series: HistorySeries, spans: Sequence[Span], equations: Equations, outputs: Mapping[str, Array]
) -> Array:
    """Read what the model says on the scale of a series, shape (spans, runs)."""
    variable, element = place_of(equations, series.variable)
    weights = np.stack([_weights(series, span, equations.time.saved) for span in spans])
    return transformed(weights @ along_time(outputs[variable], element) * series.factor, series.scale)


def _weights(series: HistorySeries, span: Span, saved: Array) -> Array:
    """Give the weight of each saved row in a reading, shape (rows,)."""
    if series.reading != "mean":
        return row_weights(series, span.end, saved)
    return row_weights(series.model_copy(update={"window": span.length}), span.start, saved)
