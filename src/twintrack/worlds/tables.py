"""Worlds that are given as a table, such as a sample of a posterior: a row each, a column per parameter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zlib import crc32

import numpy as np

from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import unknown
from twintrack.worlds.sampling import Array, Piece, sampling_faults

if TYPE_CHECKING:
    import pandas as pd

CSV, PARQUET = ".csv", ".parquet"
INDEX = ("world", "", "Unnamed: 0")
"""Names of columns that only number the rows, as pandas writes its index; they are left out."""


@dataclass(frozen=True)
class Table:
    """Rows of worlds, read column by column.

    Attributes:
        names: The world parameters that have a column.
        rows: Number of rows.
        column: Gives the values of one parameter, shape (rows,).
        digest: SHA-256 of names and values, in hexadecimal digits.
    """

    names: tuple[str, ...]
    rows: int
    column: Callable[[str], Array]
    digest: str

    def pieces(self, picked: Array | None) -> Iterator[Piece]:
        """Give the columns; `picked` are the rows to take, by default all in order."""
        for name in self.names:
            values = self.column(name)
            yield name, 0, values if picked is None else values[picked]


def open_table(source: Path | str | pd.DataFrame, parameters: Collection[str]) -> Table:
    """Open a CSV or Parquet file, or take a DataFrame, with a column for each parameter that varies.

    A CSV file is read into memory, a Parquet file column by column. Raises InputError with all faults: no
    such file, columns that are no world parameter, values that are no finite numbers.
    """
    where, names, rows, column = _opened(source)
    names = [name for name in names if name not in INDEX and not name.startswith("__index_level_")]
    faults = [
        Fault(where, unknown("world parameter", name, parameters)) for name in names if name not in parameters
    ]
    twice = sorted({name for name in names if names.count(name) > 1})
    faults += [Fault(where, f"{name} has {names.count(name)} columns; keep one") for name in twice]
    names = [name for name in names if name not in twice]
    if not rows:
        faults.append(Fault(where, "there are no worlds in the table; at least 1 row is needed"))

    def checked() -> Iterator[tuple[str, Array]]:
        for name in names:
            try:
                values = column(name)
            except (TypeError, ValueError):
                faults.append(Fault(where, f"{name}: not all values are numbers"))
                continue
            if not np.isfinite(values).all():
                row = int(np.flatnonzero(~np.isfinite(values))[0])
                faults.append(Fault(where, f"{name}: the value in row {row + 1} is missing or not finite"))
            yield name, values

    digest = table_digest(checked())
    if faults:
        raise InputError(faults)
    return Table(tuple(names), rows, column, digest)


def table_digest(columns: Iterable[tuple[str, Array]]) -> str:
    """Give the SHA-256 of names and values, in hexadecimal digits."""
    digest = hashlib.sha256()
    for name, values in columns:
        digest.update(name.encode() + b"\0" + np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def resampled(rows: int, worlds: int, seed: int) -> Any:
    """Draw rows of a table with replacement, shape (worlds,). Raises InputError as `sample_worlds` does."""
    faults = sampling_faults(worlds, seed)
    if faults:
        raise InputError(faults)
    stream = np.random.default_rng([seed, crc32(b"rows of a table")])
    return stream.integers(0, rows, worlds)


def _opened(source: Path | str | pd.DataFrame) -> tuple[str, list[str], int, Callable[[str], Array]]:
    """Give what a table is called, its columns, its number of rows, and what reads a column."""
    if not isinstance(source, str | Path):
        names = [str(name) for name in source.columns]
        return "worlds", names, len(source), lambda name: source[name].to_numpy(dtype=np.float64)
    path = Path(source)
    if path.suffix not in (CSV, PARQUET):
        raise InputError(Fault(str(path), f"a table of worlds is a {CSV} or a {PARQUET} file"))
    if not path.is_file():
        raise InputError(Fault(str(path), "there is no such file"))
    import pyarrow as pa

    try:
        return (str(path), *(_parquet(path) if path.suffix == PARQUET else _csv(path)))
    except pa.ArrowInvalid as error:
        raise InputError(Fault(str(path), f"it cannot be read: {error}")) from None


def _parquet(path: Path) -> tuple[list[str], int, Callable[[str], Array]]:
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)

    def column(name: str) -> Array:
        return _numbers(file.read([name], use_threads=False).column(0))

    return list(file.schema_arrow.names), file.metadata.num_rows, column


def _csv(path: Path) -> tuple[list[str], int, Callable[[str], Array]]:
    from pyarrow import csv

    table = csv.read_csv(path)
    return list(table.column_names), table.num_rows, lambda name: _numbers(table.column(name))


def _numbers(column: Any) -> Array:
    import pyarrow as pa

    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        message = f"a column of {column.type}"
        raise TypeError(message)
    values: Array = column.cast(pa.float64(), safe=False).to_numpy()
    return values
