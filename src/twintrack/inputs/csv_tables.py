"""Reading of CSV files with the line number of every row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import FaultList, repeated, unknown
from twintrack.inputs.yaml_files import Address, Document, read_text, shown

Row = tuple[int, dict[str, str]]
"""The line on which a row ends, and its cells by column, without blanks around them."""


def read_rows(
    path: Path, columns: Sequence[str], optional: Sequence[str] = ()
) -> tuple[list[Row], FaultList]:
    """Read a table whose first line names the columns: its good rows, and the faults of the others.

    It may end with the optional columns, all of them. Blank lines are passed over. Raises InputError when the
    file cannot be read, is no CSV, or has other columns.
    """
    (line, header), *table = _table(path)
    if list(header) not in ([*columns], [*columns, *optional]):
        message = f"the first line must name the columns {', '.join(columns)}"
        raise InputError(Fault(f"{shown(path)}:{line}", message))
    return _rows(path, header, table)


def read_named_rows(
    path: Path, required: Sequence[str], optional: Sequence[str]
) -> tuple[list[Row], FaultList]:
    """Read a table whose first line names columns in any order, some of which may be left out.

    Gives its good rows and the faults of the others. Raises InputError when the file cannot be read, is no
    CSV, lacks a column, or has one twice or one that is not known.
    """
    (line, named), *table = _table(path)
    header, known = [name.strip() for name in named], [*required, *optional]
    lacking = [name for name in required if name not in header]
    faults = FaultList(
        Fault(f"{shown(path)}:{line}", unknown("column", name, known)) for name in header if name not in known
    )
    faults += repeated("the column", header, where=f"{shown(path)}:{line}")
    if lacking:
        told = f"the first line must name the columns {', '.join(required)}; there is no {', '.join(lacking)}"
        faults.append(Fault(f"{shown(path)}:{line}", told))
    faults.raise_any()
    return _rows(path, header, table)


def _table(path: Path) -> list[tuple[int, Sequence[str]]]:
    """Give the rows of a file, the first at least. Raises InputError."""
    try:
        return list(_numbered(read_text(path))) or [(1, [])]
    except csv.Error as error:
        wrong = f"is no table of comma-separated values: {error}"
        raise InputError(Fault(f"{shown(path)}:1", wrong)) from None


def _rows(
    path: Path, columns: Sequence[str], table: Iterable[tuple[int, Sequence[str]]]
) -> tuple[list[Row], FaultList]:
    faults = FaultList()
    rows: list[Row] = []
    for line, cells in table:
        if len(cells) == len(columns):
            rows.append((line, dict(zip(columns, map(str.strip, cells), strict=True))))
            continue
        message = f"has {len(cells)} cells, not {len(columns)}; put texts with commas in quotes"
        faults.append(Fault(f"{shown(path)}:{line}", message))
    return rows, faults


def as_document(path: Path, key: str, entries: Sequence[tuple[int, dict[str, Any]]]) -> Document:
    """Give rows with their lines as the document {key: rows}, to be checked against a schema."""
    lines: dict[Address, int] = {(): 1, (key,): 1}
    lines |= {(key, place): line for place, (line, _) in enumerate(entries)}
    return Document(path, {key: tuple(data for _, data in entries)}, lines)


def number_or_text(cell: str) -> float | str | None:
    """Give a cell as a number, None when it is empty; what is no number stays for the schema to refuse."""
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return cell


def _numbered(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows that are not blank with the lines on which they end."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    for cells in reader:
        if cells:
            yield reader.line_num, cells
