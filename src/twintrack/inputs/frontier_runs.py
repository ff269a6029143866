"""The dated training runs of the frontier, and what its cost grew by under other definitions of it.

Both are facts taken from elsewhere, each row with its source; `calibration.cost_growth` makes the prior of
cost growth from them.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from twintrack.errors import Fault, InputError
from twintrack.inputs.csv_tables import Row, as_document, number_or_text, read_rows
from twintrack.inputs.schema_kinds import Positive, StrictSchema, Text, refused
from twintrack.inputs.schemas import Citation
from twintrack.inputs.settings import described
from twintrack.inputs.sources import citation_faults
from twintrack.inputs.validation import validated
from twintrack.inputs.yaml_files import Document, shown

FOLDER = Path("model") / "history" / "runs"
"""Where the two tables are, below the root of the content."""
RUNS_FILE = "frontier_runs.csv"
DEFINITIONS_FILE = "frontier_definitions.csv"

LAST_DAY = datetime.date(2024, 12, 31)
"""The model is set with observations up to this day; later ones are left to test it with."""


def _date(value: Any) -> datetime.date:
    try:
        date = datetime.date.fromisoformat(value)
    except ValueError:
        raise refused(f"must be a date such as 2023-03-15, not {described(value)}") from None
    if date > LAST_DAY:
        raise refused(f"is {value}, after {LAST_DAY}, where the observations end that the model is set with")
    return date


def _yes_or_no(value: Any) -> bool:
    if value in ("0", "1"):
        return bool(value == "1")
    raise refused(f"must be 0 or 1, not {described(value)}")


Day = Annotated[datetime.date, BeforeValidator(_date)]
Flag = Annotated[bool, BeforeValidator(_yes_or_no)]


class _Cited(StrictSchema):
    source: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Keys of sources.yaml."""


class FrontierRun(_Cited):
    """A row of frontier_runs.csv: a training run that was among the ten largest of its time."""

    model: Text
    date: Day
    """Day of publication."""
    organisation: Text
    """Several are separated by semicolons, as are countries."""
    country: Text
    compute_flop: Positive
    """Compute of the final training run, in FLOP."""
    cost_usd2023: Positive | None
    """Amortised hardware and energy of the final training run, in USD of 2023."""
    cloud_cost_usd2023: Positive | None
    """What the same run costs in rented machines, in USD of 2023."""
    acquisition_cost_usd2023: Positive | None
    """Price of the hardware that it ran on, in USD of 2023."""
    in_regression: Flag
    """Whether the published regression of cost on date holds the run."""

    @field_validator("in_regression")
    @classmethod
    def _regression_needs_a_cost(cls, value: bool, info: ValidationInfo) -> bool:
        if value and info.data.get("cost_usd2023", 0.0) is None:
            raise refused("is 1 and there is no cost; write cost_usd2023, or 0")
        return value

    @property
    def decimal_date(self) -> float:
        """The date in years, as the published regression counts: months are twelfths, days 365ths."""
        return self.date.year + (self.date.month - 1) / 12 + (self.date.day - 1) / 365


class FrontierDefinition(_Cited):
    """A row of frontier_definitions.csv: growth of cost where other runs count as the frontier."""

    definition: Text
    runs: Positive | None
    """How many runs the definition selects, where that is told."""
    growth_factor: Positive
    """Cost of a year over cost of the year before, by regression on date."""
    words: Text
    """Which runs count."""


class FrontierFile(StrictSchema):
    """One of the two tables, read as rows; the other one is empty."""

    runs: tuple[FrontierRun, ...] = ()
    definitions: tuple[FrontierDefinition, ...] = ()


_NUMBERS = (
    *("compute_flop", "cost_usd2023", "cloud_cost_usd2023", "acquisition_cost_usd2023"),
    *("runs", "growth_factor"),
)


def load_frontier_runs(path: Path) -> tuple[FrontierRun, ...]:
    """Read frontier_runs.csv, runs by date. Raises InputError with all its faults."""
    return _read(path, "runs")[1].runs


def load_frontier_definitions(path: Path) -> tuple[FrontierDefinition, ...]:
    """Read frontier_definitions.csv in the order of the file. Raises InputError with all its faults."""
    return _read(path, "definitions")[1].definitions


def frontier_files(root: Path) -> list[Path]:
    """List the tables that a content has: both, one, or none."""
    files = (root / FOLDER / name for name in (RUNS_FILE, DEFINITIONS_FILE))
    return [path for path in files if path.exists()]


def is_frontier_table(path: Path) -> bool:
    """Whether a CSV file is one of the two tables, which their names tell."""
    return path.name in (RUNS_FILE, DEFINITIONS_FILE)


def frontier_faults(path: Path, sources: Mapping[str, Citation]) -> list[Fault]:
    """Say which sources of one of the tables do not exist. Raises InputError when it cannot be read."""
    key = "runs" if path.name == RUNS_FILE else "definitions"
    document, table = _read(path, key)
    return [
        Fault(document.where(key, place), wrong)
        for place, entry in enumerate((*table.runs, *table.definitions))
        for wrong in citation_faults(entry.source, sources)
    ]


def _read(path: Path, key: str) -> tuple[Document, FrontierFile]:
    """Read a table whose first column is a name that no two rows share. Raises InputError with all faults."""
    schema, in_order = (FrontierRun, "date") if key == "runs" else (FrontierDefinition, "")
    columns = (*(name for name in schema.model_fields if name != "source"), "source")
    rows, faults = read_rows(path, columns)
    if not rows and not faults:
        faults.append(Fault(f"{shown(path)}:1", "the table has no rows; write at least one"))
    faults += _row_faults(path, rows, columns[0], in_order)
    document = as_document(path, key, [(line, _values(cells)) for line, cells in rows])
    table = FrontierFile()
    with faults:
        table = validated(document, FrontierFile)
    if faults:
        raise InputError(sorted(faults, key=_line))
    return document, table


def _row_faults(path: Path, rows: Sequence[Row], name: str, in_order: str) -> Iterable[Fault]:
    """Find names that are used twice, and rows that stand before an earlier one."""
    lines: dict[str, int] = {}
    latest = ""
    for line, cells in rows:
        first = lines.setdefault(cells[name], line)
        if first != line:
            wrong = f'the {name} "{cells[name]}" is in line {first} too; keep one row'
            yield Fault(f"{shown(path)}:{line}", wrong)
        if in_order and cells[in_order] < latest:
            wrong = f"the {in_order} {cells[in_order]} stands after {latest}; sort the rows by {in_order}"
            yield Fault(f"{shown(path)}:{line}", wrong)
        latest = max(latest, cells[in_order]) if in_order else ""


def _values(cells: dict[str, str]) -> dict[str, Any]:
    numbers = {column: number_or_text(cells[column]) for column in _NUMBERS if column in cells}
    source = tuple(part.strip() for part in cells["source"].split(";") if part.strip())
    return {**cells, **numbers, "source": source}


def _line(fault: Fault) -> int:
    return int(fault.where.rpartition(":")[2])
