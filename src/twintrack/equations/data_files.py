"""Files of data beside a model: series by the names of variables, as Vensim imports and exports them.

A table has its times in a column or in a row named Time, or a point in each row: name, subscripts, time,
value. In the format `.dat` a name stands on a line of its own, before lines of times and values. A `.vdf`
holds the results of a run of Vensim.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from twintrack.equations.naming import same_name
from twintrack.equations.source import decode, read_bytes
from twintrack.errors import EquationError, Fault, InputError

Points = tuple[tuple[float, ...], tuple[float, ...]]
"""Times, ascending, and values."""

VDF_EXTRA = "pip install 'twintrack[vdf]'"
_TIME = re.compile(r"time\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True)
class Cell:
    """One point as it stands in a file: where, its time and its value."""

    place: str
    time: Any
    value: Any


@dataclass(frozen=True)
class DataFile:
    """The series of a file by `label_key`."""

    path: Path
    cells: Mapping[str, Sequence[Cell]]

    def points(self, key: str) -> Points | None:
        """Give the points of a series in the order of their times; None where the file has no such series.

        Cells without a number are left out where they are empty. Raises InputError for other texts.
        """
        if key not in self.cells:
            return None
        found: dict[float, float] = {}
        faults = []
        for cell in self.cells[key]:
            try:
                time, value = _number(cell.time), _number(cell.value)
            except ValueError as error:
                faults.append(Fault(f"{self.path}:{cell.place}", f"{error} in the data of {key}"))
                continue
            if not (math.isnan(time) or math.isnan(value)):
                found[time] = value
        if faults:
            raise InputError(faults)
        times = sorted(found)
        return tuple(times), tuple(found[time] for time in times)


def label_key(label: str) -> str:
    """Give what is equal for all ways to write the name of a variable or of one of its elements."""
    text = label.strip()
    if text.startswith('"'):
        end = text.rfind('"') + 1
        name, rest = text[:end], text[end:]
    else:
        name, bracket, rest = text.partition("[")
        rest = bracket + rest
    items = [same_name(item) for item in rest.strip().strip("[]").split(",") if item.strip()]
    return f"{same_name(name)}[{','.join(items)}]" if items else same_name(name)


def read_data(path: Path) -> DataFile:
    """Read a file of data. Raises InputError when it cannot be read, or is of no known format."""
    reader = FORMATS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(FORMATS)
        raise InputError(
            Fault(str(path), f"is no file of data that can be read; its name must end in {known}")
        )
    cells: dict[str, list[Cell]] = {}
    try:
        for label, cell in reader(path):
            cells.setdefault(label_key(label), []).append(cell)
    except EquationError as error:
        raise InputError(Fault(str(path), error.message)) from error
    except OSError as error:
        raise InputError(Fault(str(path), f"cannot be read: {error}")) from error
    return DataFile(path, cells)


def _number(value: Any) -> float:
    """Give a cell as a number, NaN for an empty one. Raises ValueError for a text that is none."""
    if value is None or (isinstance(value, str) and value.strip() in ("", "-", "—", ":NA:", "nan")):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError):
        message = f'"{value}" is no number'
        raise ValueError(message) from None


def _is_number(value: Any) -> bool:
    try:
        return not math.isnan(_number(value))
    except ValueError:
        return False


def _from_rows(rows: Sequence[tuple[str, Sequence[Any]]]) -> Iterator[tuple[str, Cell]]:
    """Yield the points of a table whose rows come with their places, in whichever way it is laid out."""
    filled = [(place, row) for place, row in rows if any(str(cell or "").strip() for cell in row)]
    if not filled:
        return
    head = filled[0][1]
    numbers = [_is_number(cell) for cell in head]
    first = str(head[0] or "").strip()
    if _TIME.match(first) and any(numbers):
        for place, row in filled[1:]:
            pairs = list(zip(head[1:], row[1:], strict=False))
            yield from ((str(row[0]), Cell(place, time, value)) for time, value in pairs if row[0])
    elif not any(numbers) and all(_is_number(row[0]) for _, row in filled[1:]):
        for number, label in enumerate(head[1:], 1):
            column = ((place, row[0], row[number]) for place, row in filled[1:] if number < len(row))
            yield from ((str(label), Cell(*item)) for item in column if label)
    else:
        yield from filter(None, (_listed(place, row) for place, row in filled))


def _listed(place: str, row: Sequence[Any]) -> tuple[str, Cell] | None:
    """Give the point of a row that holds a name, subscripts, a time and a value; None for another row."""
    texts: list[str] = []
    numbers: list[Any] = []
    for cell in row:
        if _is_number(cell):
            numbers.append(cell)
        elif str(cell or "").strip() and not numbers:
            texts.append(str(cell).strip())
    if not texts or len(numbers) < 2:
        return None
    name, *items = texts
    label = f"{name}[{','.join(items)}]" if items else name
    return label, Cell(place, numbers[0], numbers[1])


def _separated(path: Path, separator: str = "") -> Iterator[tuple[str, Cell]]:
    text = decode(read_bytes(path))
    line = text.partition("\n")[0]
    sign = separator or (";" if ";" in line and "," not in line else ",")
    reader = csv.reader(io.StringIO(text), delimiter=sign)
    yield from _from_rows([(str(reader.line_num), row) for row in reader])


def _tabbed(path: Path) -> Iterator[tuple[str, Cell]]:
    return _separated(path, "\t")


def _dat(path: Path) -> Iterator[tuple[str, Cell]]:
    label = ""
    for number, line in enumerate(decode(read_bytes(path)).split("\n"), 1):
        words = _BETWEEN.split(line.strip())
        if len(words) > 1 and _is_number(words[0]) and _is_number(words[1]):
            yield label, Cell(str(number), words[0], words[1])
        elif line.strip():
            label = _without_comment(line.strip())
            if "<" in label:
                raise InputError(
                    Fault(f"{path}:{number}", "time bases are not followed; give times of the model")
                )


def _without_comment(line: str) -> str:
    """Leave out what stands behind a slash outside quotes."""
    end = line.rfind('"') + 1 if line.startswith('"') else 0
    return line[:end] + line[end:].partition("/")[0].strip()


def _workbook(path: Path) -> Iterator[tuple[str, Cell]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError) as error:
        raise InputError(Fault(str(path), f"cannot be read as a workbook: {error}")) from error
    try:
        for sheet in book.worksheets:
            rows = [
                (f"{sheet.title}!{number}", row)
                for number, row in enumerate(sheet.iter_rows(values_only=True), 1)
            ]
            yield from _from_rows([(place, row) for place, row in rows if row])
    finally:
        book.close()


def _vdf(path: Path) -> Iterator[tuple[str, Cell]]:
    try:
        import simlin
    except ImportError:
        raise InputError(Fault(str(path), f"a .vdf needs a further library: {VDF_EXTRA}")) from None
    try:
        frame = simlin.load_vdf(path)
    except simlin.SimlinError as error:
        raise InputError(Fault(str(path), f"cannot be read as a .vdf: {error}")) from error
    for label in frame.columns:
        for time, value in frame[label].items():
            yield str(label), Cell(str(label), time, value)


FORMATS: dict[str, Callable[[Path], Iterator[tuple[str, Cell]]]] = {
    ".csv": _separated,
    ".tab": _tabbed,
    ".dat": _dat,
    ".xlsx": _workbook,
    ".vdf": _vdf,
    ".vdfx": _vdf,
}
"""What reads each kind of file: yields the name of a series and a point of it."""
