"""The observed history together with further observations of a user."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose
from pathlib import Path

from twintrack.errors import Fault
from twintrack.inputs.history import HistoryPoint, HistorySeries, end_of
from twintrack.inputs.moments import NEAR
from twintrack.inputs.observed_table import Observation, read_observations
from twintrack.inputs.yaml_files import shown


def with_further(history: Mapping[str, HistorySeries], path: Path, until: int) -> dict[str, HistorySeries]:
    """Give the series with the observations of a table (see `observed_table`) added, in the order of time.

    Two publishers may speak of one time: each then is a measurement of its own. Raises InputError with all
    faults: of the table, observations that end after the year `until`, means over another window than the
    series has, and numbers that the history holds already.
    """
    rows, faults = read_observations(path, history)
    for row in rows:
        for message in _faults(row, history[row.series], until):
            faults.append(Fault(f"{shown(path)}:{row.line}", message))
    faults.raise_any()
    return {
        name: _joined(series, [row for row in rows if row.series == name]) for name, series in history.items()
    }


def _faults(row: Observation, series: HistorySeries, until: int) -> Iterator[str]:
    if row.span.end > until + 1 + NEAR:
        yield (
            f"{row.series}, {row.span.described(series.reading)}, was complete after the end of {until};"
            f" learn from it with --until {int(row.span.end - NEAR)}, or take the row out"
        )
    if series.reading == "mean" and abs(row.span.length - series.window) > NEAR:
        yield (
            f"{row.series} is a mean of {series.window:g} years, not {row.span.length:g}; learning takes no"
            " other windows"
        )
    for point in series.points:
        near = abs(end_of(series, point) - row.span.end) < NEAR
        if near and isclose(point.value, row.value, rel_tol=1e-6):
            yield f"the history holds this number already ({series.name}.csv:{point.line}); take the row out"


def _joined(series: HistorySeries, rows: list[Observation]) -> HistorySeries:
    points = [*series.points, *(_point(series, row) for row in rows)]
    return series.model_copy(update={"points": tuple(sorted(points, key=lambda point: point.year))})


def _point(series: HistorySeries, row: Observation) -> HistoryPoint:
    year = row.span.start if series.reading == "mean" else row.span.end
    return HistoryPoint(year, row.value, row.low, row.high, row.publisher, row.line)
