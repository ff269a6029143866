"""The table of mechanisms as it lies in its file: read and written with all columns that it has."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from twintrack.errors import Fault, InputError
from twintrack.inputs.yaml_files import read_text, shown
from twintrack.resources import atomic_write

ID, CUT, STATUS, REASON = "id", "cut", "status", "reason"
OUTCOME, EFFECT, SHARE = "felt_outcome", "felt_effect", "felt_share"
"""Columns; those from `felt_outcome` to `felt_share`, and the status, are measured."""


@dataclass(frozen=True)
class MechanismFile:
    """The rows of the table, in order.

    Attributes:
        path: The file.
        columns: Names of all columns; those of cuts and of what is measured stand before the reason.
        rows: The cells of each row by column.
        lines: On which line each row ends.
    """

    path: Path
    columns: Sequence[str]
    rows: Sequence[Mapping[str, str]]
    lines: Sequence[int]

    def where(self, place: int) -> str:
        """Tell where a row stands."""
        return f"{shown(self.path)}:{self.lines[place]}"

    def write(self, measured: Sequence[Mapping[str, str]]) -> None:
        """Write the table with other measured cells, a mapping for each row, as a whole or not at all."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, **cells} for row, cells in zip(self.rows, measured, strict=True))
        atomic_write(self.path, text.getvalue())


def read_mechanism_file(path: Path) -> MechanismFile:
    """Read the table; columns that it lacks become empty ones.

    Raises InputError when the file cannot be read, has no column of ids, or a row has too many or too few
    cells.
    """
    reader = csv.reader(read_text(path).splitlines(keepends=True))
    header = next(reader, [])
    if ID not in header:
        raise InputError(Fault(f"{shown(path)}:1", f"the first line must name the column {ID}"))
    rows, lines = [], []
    for cells in filter(None, reader):
        if len(cells) != len(header):
            message = f"has {len(cells)} cells, not {len(header)}"
            raise InputError(Fault(f"{shown(path)}:{reader.line_num}", message))
        rows.append(dict(zip(header, cells, strict=True)))
        lines.append(reader.line_num)
    columns = _columns(header)
    return MechanismFile(path, columns, [dict.fromkeys(columns, "") | row for row in rows], lines)


def _columns(header: Sequence[str]) -> list[str]:
    """Put the columns that are missing before status and reason."""
    missing = [name for name in (CUT, OUTCOME, EFFECT, SHARE, STATUS, REASON) if name not in header]
    ends = [header.index(name) for name in (STATUS, REASON) if name in header]
    at = min(ends, default=len(header))
    return [*header[:at], *missing, *header[at:]]
