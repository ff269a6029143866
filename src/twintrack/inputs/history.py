"""The observed history: series of 2016-2024 with their sources, each for a variable of the model."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.errors import Fault
from twintrack.inputs.csv_tables import read_rows
from twintrack.inputs.history_schemas import HistoryFile, Scale, SeriesEntry
from twintrack.inputs.model_names import name_fault
from twintrack.inputs.schemas import Citation
from twintrack.inputs.settings import checked_number
from twintrack.inputs.sources import citation_faults
from twintrack.inputs.validation import FaultList, validated
from twintrack.inputs.yaml_files import Document, read_document, shown
from twintrack.names import split_element

if TYPE_CHECKING:
    from twintrack.equations import Equations

SERIES_FILE = "series.yaml"
COLUMNS = ("year", "value", "low", "high", "unit", "definition", "source")
FIRST_YEAR, LAST_YEAR = 2016.0, 2025.0
"""Decimal years: the start of the model, and the end of the year whose observations are the last used."""


@dataclass(frozen=True)
class HistoryPoint:
    """One observation, in the unit of its series.

    `year` is the date of a reading "at", the start of the window of a "mean", the end of a "total". `low` and
    `high` are a 90 % interval of measurement, None when only the series' error is known. `line` is that of
    the .csv, from 1.
    """

    year: float
    value: float
    low: float | None
    high: float | None
    source: str
    line: int


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
    window = (entry.window or 1.0) if entry.reading == "mean" else 0.0
    given = {**dict(entry), "name": name, "window": window, "points": points}
    return HistorySeries.model_construct(**given)


class _SeriesTable:
    """Reads the table of one series and collects what is wrong with it."""

    def __init__(self, path: Path, entry: SeriesEntry, sources: Mapping[str, Citation] | None) -> None:
        self.path = path
        self.entry = entry
        self.sources = sources
        self.rows, self.faults = read_rows(path, COLUMNS)

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
        numbers = {name: self._number(line, name, cells[name]) for name in COLUMNS[:4]}
        year, value, low, high = numbers.values()
        if year is None or value is None:
            return None
        for message in (*self._year_faults(year), *self._value_faults(value, low, high, cells)):
            self._fault(line, message)
        return HistoryPoint(year, value, low, high, cells["source"], line)

    def _number(self, line: int, column: str, text: str) -> float | None:
        """Read a cell; None for an empty one, which only an interval may have, and for what is no number."""
        if not text and column in ("low", "high"):
            return None
        given: float | str = text
        with suppress(ValueError):
            given = float(text)
        try:
            return checked_number(given)
        except ValueError as error:
            self._fault(line, f"{column} {error}")
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

    def _year_faults(self, year: float) -> Iterator[str]:
        window = (self.entry.window or 1.0) if self.entry.reading == "mean" else 0.0
        if year < FIRST_YEAR:
            yield f"the year {year:g} is before {FIRST_YEAR:g}, the start of the model; take the row out"
        elif year + window > LAST_YEAR + 1e-9:
            ends = f", with its window of {window:g} years," if window else ""
            yield f"the year {year:g}{ends} is after {LAST_YEAR:g}, the end of 2024; take the row out"
        if self.entry.since is not None and year <= self.entry.since:
            yield f"the year {year:g} is not after {self.entry.since:g}, from which the total counts"

    def _value_faults(
        self, value: float, low: float | None, high: float | None, cells: Mapping[str, str]
    ) -> Iterator[str]:
        if bool(cells["low"]) != bool(cells["high"]):
            yield "has one end of an interval; give low and high, or leave both empty"
        if low is not None and high is not None and not (low <= value <= high and low < high):
            yield f"low {low:g}, value {value:g} and high {high:g} do not rise; order them"
        for name, number in (("value", value), ("low", low), ("high", high)):
            wrong = "" if number is None else _scale_fault(number, self.entry.scale)
            if wrong:
                yield f"{name} {number:g} {wrong}"

    def _fault(self, line: int, message: str) -> None:
        self.faults.append(Fault(f"{shown(self.path)}:{line}", message))


def _scale_fault(value: float, scale: Scale) -> str:
    """Say why a number has no place on a scale; "" when it has."""
    if scale == "log" and value <= 0:
        return "is not above 0, as scale: log needs; choose another scale or take the row out"
    if scale == "logit" and not 0 < value < 1:
        return "is not between 0 and 1, as scale: logit needs; write a share, 0.25 for 25 %"
    return ""


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
