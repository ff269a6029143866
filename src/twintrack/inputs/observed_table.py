"""A table of observations of any series and year: what a projection is held against, or learnt from further.

Columns, in any order: `series`; `date` (a decimal year or a day) or `period` (2025, 2025H2, 2025Q4,
2025-03), or both with one of them filled; `value`; `unit`; `publisher`; and, where they are known, `low` and
`high`, the ends of a 90 % interval of measurement. `span_of` says what they mean for a series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from twintrack.errors import Fault, InputError
from twintrack.inputs.csv_tables import read_named_rows
from twintrack.inputs.history import year_faults
from twintrack.inputs.history_schemas import Scale
from twintrack.inputs.measured import NUMBERS, measurement_faults, read_number
from twintrack.inputs.moments import Moment, Read, Span, read_date, read_period, span_of
from twintrack.inputs.validation import FaultList, unknown
from twintrack.inputs.yaml_files import shown

REQUIRED = ("series", "value", "unit", "publisher")
_MOMENTS: dict[str, Callable[[str], Moment]] = {"date": read_date, "period": read_period}
OPTIONAL = (*_MOMENTS, *NUMBERS[1:])


class ObservedSeries(Read, Protocol):
    """What must be known of a series to read an observation of it."""

    @property
    def unit(self) -> str:
        """Of its values."""

    @property
    def scale(self) -> Scale:
        """The scale on which they are compared."""


@dataclass(frozen=True)
class Observation:
    """One row of the table, in the unit of its series.

    Attributes:
        series: Name of the series.
        moment: When, as it was written.
        span: The time that it speaks of.
        value: What was observed.
        low: Lower end of its 90 % interval; None where it is not known.
        high: Upper end.
        publisher: Who published it.
        line: Line of the table, from 1.
    """

    series: str
    moment: Moment
    span: Span
    value: float
    low: float | None
    high: float | None
    publisher: str
    line: int


def read_observations(
    path: Path, series: Mapping[str, ObservedSeries]
) -> tuple[list[Observation], FaultList]:
    """Read a table of observations of some series: its good rows, and the faults of the others.

    Raises InputError when the file cannot be read, or lacks columns or rows.
    """
    rows, faults = read_named_rows(path, REQUIRED, OPTIONAL)
    if not rows and not faults:
        raise InputError(Fault(f"{shown(path)}:1", "the table has no rows; write at least one observation"))
    found: list[Observation] = []
    for line, cells in rows:
        wrong: list[str] = []
        one = _observation(line, cells, series, wrong)
        faults += [Fault(f"{shown(path)}:{line}", message) for message in wrong]
        if one is None or wrong:
            continue
        before = next((other for other in found if _same(one, other)), None)
        if before is None:
            found.append(one)
            continue
        message = f"{one.series}, {one.span.described(series[one.series].reading)}, by {one.publisher}"
        faults.append(Fault(f"{shown(path)}:{line}", f"{message} stands in line {before.line} too; keep one"))
    return found, faults


def _same(one: Observation, other: Observation) -> bool:
    return (one.series, one.publisher) == (other.series, other.publisher) and one.span.is_near(other.span)


def _observation(
    line: int, cells: Mapping[str, str], series: Mapping[str, ObservedSeries], wrong: list[str]
) -> Observation | None:
    """Read a row, and add what is wrong with it; None where too much is."""
    numbers = {column: _number(column, cells, wrong) for column in NUMBERS}
    if not cells["publisher"]:
        wrong.append("publisher is empty; say who published the number")
    moment, known = _moment(cells, wrong), series.get(cells["series"])
    if known is None:
        wrong.append(unknown("series", cells["series"], series))
        return None
    wrong += measurement_faults(numbers, cells, known.scale)
    wrong += _unit_faults(cells["unit"], known.unit)
    if moment is None:
        return None
    span = span_of(known, moment)
    mean = known.reading == "mean"
    year, window = (span.start, span.length) if mean else (span.end, 0.0)
    wrong += year_faults(year, window, None if mean else known.since)
    value, low, high = numbers.values()
    if value is None:
        return None
    return Observation(cells["series"], moment, span, value, low, high, cells["publisher"], line)


def _number(column: str, cells: Mapping[str, str], wrong: list[str]) -> float | None:
    try:
        return read_number(column, cells)
    except ValueError as error:
        wrong.append(str(error))
    return None


def _moment(cells: Mapping[str, str], wrong: list[str]) -> Moment | None:
    """Read date or period; None, with a message more, where that fails."""
    given = [name for name in _MOMENTS if cells.get(name)]
    if len(given) != 1:
        wrong.append("give a date or a period, and only one of them")
        return None
    try:
        return _MOMENTS[given[0]](cells[given[0]])
    except ValueError as error:
        wrong.append(f"{given[0]}: {error}")
    return None


def _unit_faults(given: str, wanted: str) -> list[str]:
    """Say that a unit is another one than that of the series; other ways to write it are the same."""
    from twintrack.equations.units_parse import parse_unit

    try:
        same = parse_unit(given or "?") == parse_unit(wanted)
    except ValueError:
        same = False
    if same:
        return []
    return [f'the unit is "{given}", that of the series "{wanted}"; convert the number and write "{wanted}"']
