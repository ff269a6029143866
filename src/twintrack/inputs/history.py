"""The observed history: series with their sources, each for a variable of the model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.errors import Fault
from twintrack.inputs.csv_tables import read_rows
from twintrack.inputs.history_schemas import HistoryFile, SeriesEntry
from twintrack.inputs.measured import measurement_faults, read_number
from twintrack.inputs.model_names import name_fault
from twintrack.inputs.paths import EARLIEST, LATEST
from twintrack.inputs.schemas import Citation
from twintrack.inputs.sources import citation_faults
from twintrack.inputs.validation import FaultList, validated
from twintrack.inputs.yaml_files import Document, read_document, shown
from twintrack.names import split_element

if TYPE_CHECKING:
    from twintrack.equations import Equations

SERIES_FILE = "series.yaml"
COLUMNS = ("year", "value", "low", "high", "unit", "definition", "source")
RUN = "run"
"""The last column of a table whose numbers are sizes or costs of single training runs; others have none."""
_ROUNDING = 1e-6
"""Years by which a reading may lie beyond a run."""
LEARNT_UNTIL = 2024
"""The last calendar year whose observations are learnt from, where no other is asked for."""


@dataclass(frozen=True)
class HistoryPoint:
    """One observation, in the unit of its series.

    `year` is the date of a reading "at", the start of the window of a "mean", the end of a "total". `low` and
    `high` are a 90 % interval of measurement, None when only the series' error is known. `line` is that of
    the .csv, from 1. `run` is the training run whose size or cost the number is, empty where no table says
    so; nothing is learnt from it.
    """

    year: float
    value: float
    low: float | None
    high: float | None
    source: str
    line: int
    run: str = ""


class HistorySeries(SeriesEntry):
    """Observations of one definition and what of the model they are compared with.

    An observation stands for `factor` times the reading of `variable`.
    """

    name: str
    window: float
    """Years of a mean; 0 for other readings."""
    points: tuple[HistoryPoint, ...]


def read_history(path: Path, sources: Mapping[str, Citation] | None = None) -> dict[str, HistorySeries]:
    """Read a file of series of any name, and NAME.csv beside it for each of them, in the order of the file.

    With `sources` every citation is looked up. Raises InputError with all faults.
    """
    return _read(path, sources)[1]


def history_faults(
    path: Path, sources: Mapping[str, Citation], equations: Equations | None = None
) -> list[Fault]:
    """Say what is wrong with a file of series and its tables; with equations also with variables and units.

    Raises InputError when the file cannot be read.
    """
    document, series = _read(path, sources)
    if equations is None:
        return []
    return [
        Fault(document.where("series", name, key), message)
        for name, one in series.items()
        for key, message in _model_faults(one, equations)
    ]


def history_hash(history: Iterable[HistorySeries]) -> str:
    """Give the SHA-256 of everything in observed series that a likelihood depends on."""
    numbers = [
        {
            "series": [
                series.name,
                series.variable,
                series.reading,
                series.window,
                series.since,
                series.scale,
                series.factor,
                series.error,
                series.discrepancy,
                series.bound,
                series.course,
            ],
            "points": [[point.year, point.value, point.low, point.high] for point in series.points],
        }
        for series in history
    ]
    return hashlib.sha256(json.dumps(numbers).encode()).hexdigest()


def end_of(series: HistorySeries, point: HistoryPoint) -> float:
    """Give the time at which a point was complete: its date, or the end of its window."""
    return point.year + series.window if series.reading == "mean" else point.year


def last_observed(history: Iterable[HistorySeries]) -> float | None:
    """Give the decimal year in which the last observation was complete, None where there is none."""
    return max((end_of(series, point) for series in history for point in series.points), default=None)


def history_until(history: Iterable[HistorySeries], end: float) -> list[HistorySeries]:
    """Keep the points that were complete at a decimal year; series without any are left out."""
    kept = (
        series.model_copy(
            update={"points": tuple(point for point in series.points if end_of(series, point) <= end + 1e-9)}
        )
        for series in history
    )
    return [series for series in kept if series.points]


def has_history(folder: Path) -> bool:
    """Say whether a folder holds observed series; one that only has folders of its own does not."""
    return (folder / SERIES_FILE).exists() or bool(history_files(folder))


def history_files(folder: Path) -> list[Path]:
    """List the tables of a history, by name."""
    return sorted(path for path in folder.glob("*.csv") if not path.name.startswith("."))


def _read(path: Path, sources: Mapping[str, Citation] | None) -> tuple[Document, dict[str, HistorySeries]]:
    document = read_document(path)
    entries = validated(document, HistoryFile).series
    faults = FaultList()
    series = {}
    for name, entry in entries.items():
        table = path.parent / f"{name}.csv"
        if not table.is_file():
            where = document.where("series", name)
            faults.append(Fault(where, f"there is no {table.name} beside this file; write its numbers there"))
            continue
        with faults:
            series[name] = _series(name, entry, _SeriesTable(table, entry, sources).points())
    for table in history_files(path.parent):
        if table.stem not in entries:
            message = f'no series of {path.name} is named "{table.stem}"; add it there or remove the table'
            faults.append(Fault(shown(table), message))
    faults.raise_any()
    return document, series


def _series(name: str, entry: SeriesEntry, points: tuple[HistoryPoint, ...]) -> HistorySeries:
    given = {**dict(entry), "name": name, "window": _window(entry), "points": points}
    return HistorySeries.model_construct(**given)


def _window(entry: SeriesEntry) -> float:
    """Give the years of a mean; 0 for other readings."""
    return (entry.window or 1.0) if entry.reading == "mean" else 0.0


class _SeriesTable:
    """Reads the table of one series and collects what is wrong with it."""

    def __init__(self, path: Path, entry: SeriesEntry, sources: Mapping[str, Citation] | None) -> None:
        self.path = path
        self.entry = entry
        self.sources = sources
        self.rows, self.faults = read_rows(path, COLUMNS, (RUN,))

    def points(self) -> tuple[HistoryPoint, ...]:
        """Give the rows in the order of time. Raises InputError with all faults of the table."""
        if not self.rows and not self.faults:
            self._fault(1, "the table has no rows; write at least one observation")
        points = [point for line, cells in self.rows if (point := self._point(line, cells))]
        for before, after in pairwise(points):
            if after.year <= before.year:
                message = f"the year {after.year:g} does not come after {before.year:g}, the row above"
                self._fault(after.line, f"{message}; put the rows in the order of time, each year once")
        self.faults.raise_any()
        return tuple(points)

    def _point(self, line: int, cells: Mapping[str, str]) -> HistoryPoint | None:
        for message in self._word_faults(cells):
            self._fault(line, message)
        numbers = {name: self._number(line, name, cells) for name in COLUMNS[:4]}
        year, value, low, high = numbers.values()
        if year is None or value is None:
            return None
        wrong = measurement_faults(numbers, cells, self.entry.scale)
        for message in (*year_faults(year, _window(self.entry), self.entry.since), *wrong):
            self._fault(line, message)
        return HistoryPoint(year, value, low, high, cells["source"], line, cells.get(RUN, ""))

    def _number(self, line: int, column: str, cells: Mapping[str, str]) -> float | None:
        """Read a cell; None for an empty one, which only an interval may have, and for what is no number."""
        try:
            return read_number(column, cells)
        except ValueError as error:
            self._fault(line, str(error))
        return None

    def _word_faults(self, cells: Mapping[str, str]) -> Iterator[str]:
        if cells["unit"] != self.entry.unit:
            unit, other = cells["unit"], self.entry.unit
            yield f'the unit is "{unit}" here and "{other}" in {SERIES_FILE}; write one of them'
        if not cells["definition"]:
            yield "definition is empty; say in a few words what is counted"
        keys = [key.strip() for key in cells["source"].split(";")]
        if not all(keys):
            yield "source is empty, or has an empty part; name a source of model/sources.yaml"
        elif self.sources is not None:
            yield from citation_faults(keys, self.sources)

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(f"{shown(self.path)}:{line}", message))


def year_faults(year: float, window: float, since: float | None) -> Iterator[str]:
    """Say why the model has no reading at a year, with a window of so many years or a total from `since`."""
    if year < EARLIEST:
        yield f"the year {year:g} is before {EARLIEST:g}, the start of the model; take the row out"
    elif year + window > LATEST + 1e-9:
        ends = f", with its window of {window:g} years," if window else ""
        yield f"the year {year:g}{ends} is after {LATEST:g}, the end of the model; take the row out"
    if since is not None and year <= since:
        yield f"the year {year:g} is not after {since:g}, from which the total counts"


def reach_fault(series: HistorySeries, first: float, last: float) -> str:
    """Say that readings of a series reach beyond runs saved from `first` to `last`; "" where none does."""
    begins = min(point.year for point in series.points)
    begins = begins if series.since is None else min(begins, series.since)
    ends = max(end_of(series, point) for point in series.points)
    if first - _ROUNDING <= begins and ends <= last + _ROUNDING:
        return ""
    return (
        f"is read from {begins:g} to {ends:g}, and the model runs from {first:g} to {last:g}; take rows out"
    )


def _model_faults(series: HistorySeries, equations: Equations) -> Iterable[tuple[str, str]]:
    """Yield (key, message) for a variable that the model lacks and for units that do not agree."""
    from twintrack.equations.units_parse import parse_unit

    wrong = name_fault(series.variable, equations)
    if wrong:
        yield "variable", wrong
        return
    variable = equations.variables[split_element(series.variable)[0]]
    if variable.kind == "constant":
        yield "variable", f'"{series.variable}" is a constant: nothing of it is observed over time'
    saved = equations.time.saved
    if series.points and (wrong := reach_fault(series, float(saved[0]), float(saved[-1]))):
        yield "variable", f"{series.name} {wrong}"
    parts = [variable.units]
    parts += ["Year"] if series.reading == "total" else []
    parts += [series.factor_unit] if series.factor_unit != "1" else []
    try:
        model = parse_unit(parts[0])
        for part in parts[1:]:
            model = model * parse_unit(part)
        observed = parse_unit(series.unit)
    except ValueError as error:
        yield "unit", f"a unit cannot be read: {error}"
        return
    if model != observed:
        product = " times ".join(f'"{part}"' for part in parts)
        yield (
            "unit",
            f'unit of the series is "{series.unit}", the model\'s is {product} (line {variable.line})',
        )
