"""Worlds that are given as a table, such as a sample of a posterior: a row each, a column per parameter."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from csv import reader as csv_reader
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import FaultList, unknown
from twintrack.inputs.world import WorldParameter
from twintrack.worlds.sampling import Piece, sampling_faults

if TYPE_CHECKING:
    import pandas as pd

CSV, PARQUET = ".csv", ".parquet"
LABELS = "world"
"""Name of a column that labels the rows."""
INDEX = ("", "Unnamed: 0")
"""What the first column is called where pandas has written its index to a file; it labels the rows too."""
Labels = NDArray[Any]
_NO_WORLDS = "there are no worlds in the table; at least 1 row is needed"


@dataclass(frozen=True)
class WorldTable:
    """Rows of worlds, read column by column.

    Attributes:
        names: The world parameters that have a column.
        rows: Number of rows.
        column: Gives the values of one parameter, shape (rows,).
        digest: SHA-256 of names and values, in hexadecimal digits.
        labels: What the user calls the rows, shape (rows,), whole numbers or texts; None: they are numbered.
        notes: For the user: values outside the range that is thought likely, labels that cannot be kept.
    """

    names: tuple[str, ...]
    rows: int
    column: Callable[[str], Array]
    digest: str
    labels: Labels | None = None
    notes: tuple[str, ...] = ()

    def pieces(self, picked: Array | None) -> Iterator[Piece]:
        """Give the columns; `picked` are the rows to take, by default all in order."""
        for name in self.names:
            values = self.column(name)
            yield name, 0, values if picked is None else values[picked]


def open_table(source: Path | str | pd.DataFrame, parameters: Mapping[str, WorldParameter]) -> WorldTable:
    """Open a CSV or Parquet file, or take a DataFrame, with a column for each parameter that varies.

    A column "world", or else the index, labels the rows. A CSV file is read into memory, a Parquet file
    column by column. Raises InputError with all faults: no such file, columns that are no world parameter,
    values that are no finite numbers, labels that repeat themselves.
    """
    if not isinstance(source, str | Path):
        return _checked(_frame(source), parameters)
    try:
        return _checked(_opened(Path(source)), parameters)
    except unreadable() as error:
        reason = " ".join(str(error).split())
        raise InputError(Fault(str(source), f"it cannot be read: {reason}")) from None


def unreadable() -> tuple[type[Exception], ...]:
    """Give what reading a damaged file of a table raises."""
    import pyarrow as pa

    return OSError, ValueError, LookupError, TypeError, OverflowError, pa.ArrowException


def _checked(found: _Opened, parameters: Mapping[str, WorldParameter]) -> WorldTable:
    """Check a table as it was found. Raises InputError with all faults."""
    where, rows, column = found.where, found.rows, found.column
    faults = FaultList()
    labels, notes = _labels(where, found.index, faults)
    names = [name for place, name in enumerate(found.names) if not _is_index(name, place)]
    faults += [
        Fault(where, unknown("world parameter", name, parameters)) for name in names if name not in parameters
    ]
    counts = Counter(found.names)
    twice = sorted(name for name, count in counts.items() if count > 1)
    faults += [Fault(where, f"{name} has {counts[name]} columns; keep one") for name in twice]
    names = [name for name in names if name not in twice]
    if not rows:
        faults.append(Fault(where, _NO_WORLDS))

    def checked() -> Iterator[tuple[str, Array]]:
        for name in names:
            try:
                values = column(name)
            except (TypeError, ValueError):
                faults.append(_no_number(found, name))
                continue
            if not np.isfinite(values).all():
                row = int(np.flatnonzero(~np.isfinite(values))[0])
                message = f"{name}: the value in row {row + 1} is missing or not finite"
                faults.append(Fault(found.place(row), message))
            elif name in parameters:
                notes.extend(_outside(found, parameters[name], values))
            yield name, values

    digest = table_digest(checked())
    faults.raise_any()
    return WorldTable(tuple(names), rows, column, digest, labels, tuple(notes))


def table_digest(columns: Iterable[tuple[str, Array]]) -> str:
    """Give the SHA-256 of names and values, in hexadecimal digits."""
    digest = hashlib.sha256()
    for name, values in columns:
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def label_digest(labels: Labels) -> str:
    """Give the SHA-256 of labels, in hexadecimal digits."""
    return hashlib.sha256("\0".join(map(str, labels)).encode()).hexdigest()


def resampled(rows: int, worlds: int, seed: int) -> Any:
    """Draw rows of a table with replacement, shape (worlds,). Raises InputError as `sample_worlds` does."""
    FaultList(sampling_faults(worlds, seed)).raise_any()
    return np.random.default_rng([seed, crc32(b"rows of a table")]).integers(0, rows, worlds)


def _is_index(name: str, place: int) -> bool:
    """Whether the column at a place labels the rows."""
    return name == LABELS or name.startswith("__index_level_") or (place == 0 and name in INDEX)


def _labels(
    where: str, found: tuple[str, Sequence[Any]], faults: list[Fault]
) -> tuple[Labels | None, list[str]]:
    """Give labels that tell the rows apart, and notes; none where they number the rows anyway."""
    name, values = found
    if list(values) == list(range(len(values))):
        return None, []
    whole = all(isinstance(value, int | np.integer) for value in values)
    labels = np.array([int(value) if whole else str(value) for value in values])
    unique, counts = np.unique(labels, return_counts=True)
    if len(unique) == len(labels):
        return labels, []
    twice = unique[counts > 1][0]
    if name == LABELS:
        faults.append(Fault(where, f'"{LABELS}" labels the rows, and {twice} stands more than once'))
        return None, []
    return None, [f"{where}: {twice} stands more than once in the index, so that worlds are numbered instead"]


def _no_number(found: _Opened, name: str) -> Fault:
    """Name the first value of a column that is no number."""
    for row, value in enumerate(found.raw(name)):
        try:
            number = not isinstance(value, bool) and float(value)
        except (TypeError, ValueError):
            number = False
        if number is False:
            told = "missing" if value is None else f'"{value}", no number'
            return Fault(found.place(row), f"{name}: the value in row {row + 1} is {told}")
    return Fault(found.where, f"{name}: the values are texts; write them as numbers")


def _outside(found: _Opened, parameter: WorldParameter, values: Array) -> Iterator[str]:
    low, high = parameter.range
    rows = np.flatnonzero((values < low) | (values > high))
    if rows.size:
        first, many = int(rows[0]), f"in {rows.size:,} {'row' if rows.size == 1 else 'rows'}"
        told = f"{parameter.name} is outside its range, {low:g} to {high:g}, {many}"
        yield f"{found.place(first)}: {told}, first in row {first + 1} ({values[first]:g})"


@dataclass(frozen=True)
class _Opened:
    """A table as it was found: what it is called, its columns, and its index with that one's name."""

    where: str
    names: list[str]
    rows: int
    column: Callable[[str], Array]
    index: tuple[str, Sequence[Any]]
    raw: Callable[[str], Sequence[Any]]
    lines: bool = False
    """Whether each row is a line of a file, after one with the names."""

    def place(self, row: int) -> str:
        """Say where a row stands, counted from 0."""
        return f"{self.where}:{row + 2}" if self.lines else self.where


def _opened(path: Path) -> _Opened:
    if path.suffix not in (CSV, PARQUET):
        raise InputError(Fault(str(path), f"a table of worlds is a {CSV} or a {PARQUET} file"))
    if not path.is_file():
        raise InputError(Fault(str(path), "there is no such file"))
    return _parquet(path) if path.suffix == PARQUET else _csv(path)


def _frame(frame: pd.DataFrame) -> _Opened:
    names = [str(name) for name in frame.columns]

    def read(name: str) -> pd.Series[Any]:
        return frame.iloc[:, names.index(name)]

    index = (LABELS, read(LABELS).tolist()) if LABELS in names else ("index", frame.index.tolist())
    return _Opened(
        "worlds", names, len(frame), lambda name: _reals(read(name)), index, lambda name: list(read(name))
    )


def _reals(column: pd.Series[Any]) -> Array:
    """Give a column as numbers. Raises TypeError for complex ones, which would lose a part."""
    if column.dtype.kind == "c":
        message = "a column of complex numbers"
        raise TypeError(message)
    return column.to_numpy(dtype=np.float64)


def _parquet(path: Path) -> _Opened:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path, page_checksum_verification=True)

    def read(name: str) -> Any:
        return file.read([name], use_threads=False).column(0)

    names, rows = list(file.schema_arrow.names), file.metadata.num_rows
    return _Opened(
        str(path),
        names,
        rows,
        lambda name: _numbers(read(name)),
        _index(names, rows, read),
        lambda name: list(read(name).to_pylist()),
    )


def _csv(path: Path) -> _Opened:
    import pyarrow as pa
    from pyarrow import csv

    content = path.read_bytes().rstrip(b"\r\n")
    _check_encoding(path, content)
    # A blank line is a row with nothing in it, so that rows are lines.
    options = csv.ParseOptions(ignore_empty_lines=False)
    try:
        table = csv.read_csv(io.BytesIO(content), parse_options=options)
    except pa.ArrowInvalid:
        _check_rows(path, content.decode("utf-8-sig"))
        raise
    _check_separator(path, table.column_names)
    names, read = list(table.column_names), table.column
    index = _index(names, table.num_rows, read)
    return _Opened(
        str(path),
        names,
        table.num_rows,
        lambda name: _numbers(read(name)),
        index,
        lambda name: list(read(name).to_pylist()),
        lines=True,
    )


def _check_encoding(path: Path, content: bytes) -> None:
    """Raise InputError, with line and column, for signs that are not in UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].rpartition(b"\n")[2].decode("utf-8")
        line, column = content[: error.start].count(b"\n") + 1, before.count(",") + 1
        message = f"column {column} is not in UTF-8 (GBK or UTF-16, perhaps): save the table as CSV UTF-8"
        raise InputError(Fault(f"{path}:{line}", message)) from None


def _check_rows(path: Path, text: str) -> None:
    """Raise InputError, with the line, for a table without rows or with rows of different length."""
    reader = csv_reader(io.StringIO(text, newline=""))
    head = next(reader, [])
    _check_separator(path, head)
    empty = True
    for row in reader:
        empty = False
        if len(row) != len(head):
            message = f"has {len(row)} cells, where line 1 has {len(head)}; give each row as many"
            raise InputError(Fault(f"{path}:{reader.line_num}", message))
    if head and empty:
        raise InputError(Fault(str(path), _NO_WORLDS))


def _check_separator(path: Path, head: Sequence[str]) -> None:
    """Raise InputError for a table whose cells are parted by other signs than commas."""
    for sign, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(head) == 1 and sign in head[0]:
            message = f"cells are parted by {name}; save the table with commas, and points in numbers"
            raise InputError(Fault(f"{path}:1", message))


def _index(names: Iterable[str], rows: int, read: Callable[[str], Any]) -> tuple[str, Sequence[Any]]:
    """Find the column that labels the rows of a file."""
    found = next((name for place, name in enumerate(names) if _is_index(name, place)), None)
    return ("index", range(rows)) if found is None else (found, read(found).to_pylist())


def _numbers(column: Any) -> Array:
    import pyarrow as pa

    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        message = f"a column of {column.type}"
        raise TypeError(message)
    values: Array = column.cast(pa.float64(), safe=False).to_numpy()
    return values
