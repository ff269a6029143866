"""Reading of tables of comma-separated values with the line number of every row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import FaultList
from twintrack.inputs.yaml_files import read_text, shown


def read_table(path: Path, columns: Sequence[str], faults: FaultList) -> list[tuple[int, dict[str, str]]]:
    """Give the rows that are not blank, each with the line on which it ends and its cells by column.

    Cells lose the blanks around them. Rows with too few or too many cells are left out and told in `faults`.
    Raises InputError when the file cannot be read or its first line does not name exactly the columns.
    """
    try:
        table = list(_numbered(read_text(path)))
    except csv.Error as error:
        raise InputError(
            Fault(f"{shown(path)}:1", f"is no table of comma-separated values: {error}")
        ) from None
    line, header = table[0] if table else (1, [])
    if tuple(header) != tuple(columns):
        message = f"the first line must name the columns {', '.join(columns)}"
        raise InputError(Fault(f"{shown(path)}:{line}", message))
    rows = []
    for line, cells in table[1:]:
        if len(cells) == len(columns):
            rows.append((line, dict(zip(columns, map(str.strip, cells), strict=True))))
        else:
            message = f"has {len(cells)} cells, not {len(columns)}; put texts with commas in quotes"
            faults.append(Fault(f"{shown(path)}:{line}", message))
    return rows


def _numbered(text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the rows that are not blank with the lines on which they end."""
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    for cells in reader:
        if cells:
            yield reader.line_num, cells
