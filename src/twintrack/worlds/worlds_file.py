"""worlds.parquet: the worlds of a store, one row each, one row group for each part.

A design gives its values column by column, a part needs rows; in between they lie in a plain file beside the
store. So neither process nor file ever needs all of them in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.worlds.sampling import Piece
from twintrack.worlds.tables import LABELS, Labels, unreadable

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 200
"""Signs of a library's message that are shown."""

_SIZE = 8
"""Bytes of a value."""


@dataclass(frozen=True)
class Design:
    """Which worlds are tried.

    Attributes:
        names: The world parameters that differ from world to world; the others keep their central values.
        worlds: Number of worlds.
        pieces: Gives the values piece by piece, each once.
        described: What the manifest says about it.
        labels: What the user calls the worlds, shape (worlds,); None: they are numbered.
    """

    names: tuple[str, ...]
    worlds: int
    pieces: Callable[[], Iterator[Piece]]
    described: dict[str, Any]
    labels: Labels | None = None

    def labels_of(self, worlds: range) -> Labels:
        """Give what some consecutive worlds are called, shape (worlds,)."""
        if self.labels is None:
            return np.arange(worlds.start, worlds.stop)
        return self.labels[worlds.start : worlds.stop]

    def values(self) -> Array:
        """Give the values of all parameters in all worlds, shape (parameter, world)."""
        rows: Array = np.empty((len(self.names), self.worlds))
        numbers = {name: number for number, name in enumerate(self.names)}
        for name, start, values in self.pieces():
            rows[numbers[name], start : start + len(values)] = values
        return rows

    @property
    def size(self) -> int:
        """Bytes that the worlds take."""
        return self.worlds * (len(self.names) + 1) * _SIZE


def write_worlds(file: IO[bytes], scratch: IO[bytes], design: Design, parts: Sequence[range]) -> None:
    """Write the worlds to `file`; `scratch` is an empty file for reading and writing. Raises OSError."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    place = {name: number * design.worlds for number, name in enumerate(design.names)}
    for name, start, values in design.pieces():
        scratch.seek((place[name] + start) * _SIZE)
        scratch.write(np.ascontiguousarray(values, np.float64).data)
    schema = pa.schema(
        [(LABELS, label_type(design.labels_of(range(1)))), *((name, pa.float64()) for name in design.names)]
    )
    with pq.ParquetWriter(
        file,
        schema,
        compression="none",
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
    ) as writer:
        for part in parts:
            columns = [arrow_column(design.labels_of(part))]
            for name in design.names:
                scratch.seek((place[name] + part.start) * _SIZE)
                columns.append(arrow_column(np.frombuffer(scratch.read(len(part) * _SIZE))))
            # `pa.table` would import pandas, to see whether it is given one of its tables.
            writer.write_table(pa.Table.from_arrays(columns, schema=schema), row_group_size=len(part))


def arrow_column(column: Array | Labels) -> Any:
    """Give a column as Arrow takes it. Numbers go there as they lie: `pa.array` would import pandas first."""
    import pyarrow as pa

    if column.dtype.kind not in "if":
        return pa.array(column)
    kind, buffer = pa.from_numpy_dtype(column.dtype), pa.py_buffer(np.ascontiguousarray(column))
    return pa.Array.from_buffers(kind, len(column), [None, buffer])


def label_type(labels: Labels) -> Any:
    """Give the type of a Parquet column of labels."""
    import pyarrow as pa

    return pa.int64() if labels.dtype.kind in "iu" else pa.string()


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what reading a damaged Parquet file raises into a TwinTrackError that names it."""
    try:
        yield
    except unreadable() as error:
        reason = " ".join(str(error).split())[:_SHOWN]
        message = f"{path}: cannot be read ({reason}); mend it with --resume (in Python: resume=True)"
        raise TwinTrackError(message) from error


def _numbers(column: Any) -> Array:
    """Give a column of numbers of 8 bytes as it lies; its own `to_numpy` would import pandas first."""
    if column.null_count:
        return np.asarray(column.to_numpy())
    kind = str(column.type).replace("double", "float64")
    found = [
        np.frombuffer(chunk.buffers()[1], kind, len(chunk), chunk.offset * _SIZE) for chunk in column.chunks
    ]
    return found[0] if len(found) == 1 else np.concatenate(found)


class Worlds:
    """Reads worlds.parquet part by part. Close it after use, or use it in `with`.

    With `parts`, it must hold a row group for each, of as many worlds. Everything raises TwinTrackError where
    the file is damaged.
    """

    def __init__(self, path: Path, parts: Sequence[range] | None = None) -> None:
        import pyarrow.parquet as pq

        self._path = path
        with readable(path):
            self._file = pq.ParquetFile(path, page_checksum_verification=True)
            self.names = tuple(self._file.schema_arrow.names[1:])
            found = self._file.metadata
            rows = [found.row_group(number).num_rows for number in range(found.num_row_groups)]
            if parts is not None and rows != [len(part) for part in parts]:
                told = f"{sum(rows):,} worlds in {len(rows)} groups"
                message = f"it has {told}, which are others than the manifest says"
                raise ValueError(message)

    def __enter__(self) -> Worlds:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def part(self, number: int) -> Array:
        """Give the values of all parameters in the worlds of one part, shape (parameter, world)."""
        with readable(self._path):
            table = self._file.read_row_group(number, use_threads=False)
            rows: Array = np.empty((len(self.names), table.num_rows))
            for row, column in zip(rows, table.columns[1:], strict=True):
                row[:] = _numbers(column)
        return rows

    def labels(self, number: int | None = None) -> Labels:
        """Give what the worlds of one part are called, or all worlds; shape (worlds,)."""
        wanted = range(self._file.num_row_groups) if number is None else [number]
        with readable(self._path):
            table = self._file.read_row_groups(list(wanted), [LABELS], use_threads=False)
            column = table.column(0)
            whole = column.type == label_type(np.arange(1))
            labels: Labels = _numbers(column) if whole else column.to_numpy()
        return labels

    def frame(self, names: Sequence[str]) -> pd.DataFrame:
        """Give some parameters in all worlds: index `world`, a column for each."""
        with readable(self._path):
            table = self._file.read([LABELS, *names], use_threads=False)
            frame: pd.DataFrame = table.to_pandas().set_index(LABELS)
        return frame
