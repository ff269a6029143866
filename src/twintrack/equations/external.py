"""Numbers that a model keeps in spreadsheets and text files: read once, when the model is read.

PySD's readers find the cells. Constants become literal arrays, lookups become lookups that are written out,
and data become lookups of the time; nothing later knows that they came from another file.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import product
from pathlib import Path
from typing import Any

from twintrack.equations.data_variables import at_times
from twintrack.equations.naming import same_name
from twintrack.equations.other_files import OtherFiles
from twintrack.equations.parsing import Definition, Unread
from twintrack.equations.subscripts import Ranges
from twintrack.errors import EquationError

_FILE = re.compile(r"'([^'\n]+\.(?:xls[xmb]?|od[sf]|csv|tab|txt))'", re.IGNORECASE)
_STRUCTURES = {
    "GetConstantsStructure": "GET XLS CONSTANTS",
    "GetLookupsStructure": "GET XLS LOOKUPS",
    "GetDataStructure": "GET XLS DATA",
}
_SHOWN = 5
"""Variables that are named where a file is missing that more of them need."""
_UNREADABLE = (OSError, ValueError, KeyError, AttributeError, IndexError, TypeError, ImportError)
"""What PySD's readers raise for files, sheets and cells that are not there."""


def digest_of(content: bytes, text: str, files: OtherFiles) -> str:
    """Give the digest of a model file and of the files that it names, may read, and that exist."""
    digest = hashlib.sha256(content)
    for name in dict.fromkeys(_FILE.findall(text)):
        with contextlib.suppress(ValueError, OSError):
            digest.update((files.folder / files.name(name)).read_bytes())
    return digest.hexdigest()


def read_external(
    definitions: Sequence[Definition],
    ranges: Ranges,
    strings: Mapping[str, str],
    file: str,
    files: OtherFiles,
) -> tuple[list[Definition], list[Unread]]:
    """Give the definitions with all numbers written out, and what cannot be read.

    `file` is the model file, told in errors, and `files` are those that it names; `strings` are the string
    constants that may stand for names of files, sheets and cells.
    """
    found: list[Definition] = []
    faults: list[Unread] = []
    for definition in definitions:
        construct = _STRUCTURES.get(type(definition.tree).__name__)
        if construct is None:
            found.append(definition)
            continue
        try:
            tree = _with_strings(definition.tree, strings)
            named = replace(definition, tree=replace(tree, file=files.found(tree.file)))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found += _written_out(named, ranges, files.folder)
        except _UNREADABLE as error:
            reason = " ".join(str(error).split())[:200]
            told = definition.entry.fault(f"cannot be read: {reason}", file, construct)
            faults.append(Unread(definition.name, told, getattr(error, "filename", None) or ""))
    return found, faults


def told_once(unread: Sequence[Unread]) -> list[Unread]:
    """Give what cannot be read, with one fault for each file that is missing, however many need it."""
    groups: dict[str, list[Unread]] = {}
    for item in unread:
        if item.missing:
            groups.setdefault(item.missing, []).append(item)
    together = {name: _missing(name, items) for name, items in groups.items()}
    return [replace(item, error=together.get(item.missing, item.error)) for item in unread]


def _missing(name: str, items: Sequence[Unread]) -> EquationError:
    names = [*dict.fromkeys(item.error.variable for item in items)]
    shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    first = items[0].error
    message = f'cannot be read: there is no file "{name}" beside the model; put it there, or correct the name'
    return EquationError(message, variable=shown, construct=first.construct, where=first.where)


def _with_strings(tree: Any, strings: Mapping[str, str]) -> Any:
    """Give a tree in which string constants are what they stand for. Raises ValueError for other words."""
    named = {item.name: getattr(tree, item.name) for item in fields(tree)}
    for role, value in named.items():
        if isinstance(value, str):
            continue
        written = getattr(value, "reference", str(value))
        if same_name(written) not in strings:
            message = (
                f'"{written}" is no string; write names of files, sheets and cells between single quotes'
            )
            raise ValueError(message)
        named[role] = strings[same_name(written)]
    return replace(tree, **named)


def _written_out(definition: Definition, ranges: Ranges, folder: Path) -> Iterator[Definition]:
    from pysd.py_backend import external

    tree = definition.tree
    names = [ranges.names.find(item) for item in definition.subscripts]
    # Axes are named by their place: one range may stand twice.
    coordinates = {str(place): list(ranges.members(name)) for place, name in enumerate(names)}
    shared = (coordinates, folder, coordinates, definition.name)
    try:
        if type(tree).__name__ == "GetConstantsStructure":
            reader: Any = external.ExtConstant(tree.file, tree.tab, tree.cell, *shared)
            reader.initialize()
            values = reader.data.to_numpy() if coordinates else float(reader.data)
            yield replace(definition, tree=values)
            return
        if type(tree).__name__ == "GetLookupsStructure":
            reader = external.ExtLookup(tree.file, tree.tab, tree.x_row_or_col, tree.cell, *shared)
        else:
            keyword = definition.keyword or "interpolate"
            reader = external.ExtData(tree.file, tree.tab, tree.time_row_or_col, tree.cell, keyword, *shared)
        reader.initialize()
    finally:
        external.Excels.clean()
    rows = reader.data
    xs = rows.coords[rows.dims[0]].to_numpy().astype(float)
    columns = rows.to_numpy().reshape(len(xs), -1).T
    for elements, column in zip(product(*coordinates.values()), columns, strict=True):
        titles = tuple(map(ranges.title, elements))
        yield replace(definition, subscripts=titles, **_lookup(definition, xs, column))


def _lookup(definition: Definition, xs: Any, ys: Any) -> Mapping[str, Any]:
    """Give the fields of a lookup, or of data; empty cells are left out."""
    from pysd.translators.structures import abstract_expressions as trees

    points = sorted((float(x), float(y)) for x, y in zip(xs, ys, strict=True) if y == y)
    x, y = tuple(x for x, _ in points), tuple(y for _, y in points)
    if definition.kind == "data":
        return at_times((x, y), definition.keyword)
    if not points:
        message = "no numbers are there"
        raise ValueError(message)
    lookup = trees.LookupsStructure(x=x, y=y, x_limits=(), y_limits=(), type="interpolate")
    return {"tree": lookup, "kind": "lookup"}
