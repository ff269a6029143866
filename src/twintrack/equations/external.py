"""Numbers that a model keeps in spreadsheets and text files: read once, when the model is read.

PySD's readers find the cells. Constants become literal arrays, lookups become lookups that are written out,
and data become lookups of the time; nothing later knows that they came from another file.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from twintrack.equations.other_files import OtherFiles
from twintrack.equations.parsing import Definition, Unread
from twintrack.equations.subscripts import Ranges

_FILE = re.compile(r"'([^'\n]+\.(?:xls[xmb]?|od[sf]|csv|tab|txt))'", re.IGNORECASE)
_STRUCTURES = {
    "GetConstantsStructure": "GET XLS CONSTANTS",
    "GetLookupsStructure": "GET XLS LOOKUPS",
    "GetDataStructure": "GET XLS DATA",
}
_NO_TIME = 1e-6
"""How far from each other two times may be and still be one, after rounding."""
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
    definitions: Sequence[Definition], ranges: Ranges, file: str, files: OtherFiles
) -> tuple[list[Definition], list[Unread]]:
    """Give the definitions with all numbers written out, and what cannot be read.

    `file` is the model file, told in errors, and `files` are those that it names.
    """
    found: list[Definition] = []
    faults: list[Unread] = []
    for original in definitions:
        definition, tree = original, original.tree
        construct = _STRUCTURES.get(type(tree).__name__)
        if construct is None:
            found.append(definition)
            continue
        if not isinstance(tree.file, str):
            message = "write the names of file, sheet and cells between single quotes"
            faults.append(Unread(definition.name, definition.entry.fault(message, file, construct)))
            continue
        try:
            definition = replace(definition, tree=replace(tree, file=files.name(tree.file)))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found += _written_out(definition, ranges, files.folder)
        except _UNREADABLE as error:
            reason = " ".join(str(error).split())[:200]
            told = definition.entry.fault(f"cannot be read: {reason}", file, construct)
            faults.append(Unread(definition.name, told))
    return found, faults


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


def _only_at(x: Sequence[float], y: Sequence[float]) -> Any:
    """Give data that have values at their times only (:RAW:): the next one, where its time has come."""
    from pysd.translators.structures import abstract_expressions as trees

    def ahead(values: Sequence[float]) -> Any:
        lookup = trees.LookupsStructure(x=x, y=values, x_limits=(), y_limits=(), type="look_forward")
        return trees.InlineLookupsStructure(early, lookup)

    time = trees.ReferenceStructure("time")
    early = trees.ArithmeticStructure(["-"], (time, _NO_TIME))
    late = trees.ArithmeticStructure(["+"], (time, _NO_TIME))
    here = trees.LogicStructure(["<="], (ahead(x), late))
    passed = trees.LogicStructure(["<="], (early, max(x)))  # behind the last time, the last one is next
    both = trees.LogicStructure([":AND:"], (here, passed))
    return trees.CallStructure(trees.ReferenceStructure("if_then_else"), (both, ahead(y), math.nan))


def _lookup(definition: Definition, xs: Any, ys: Any) -> dict[str, Any]:
    """Give tree and kind of a lookup, or of data as a lookup of the time; empty cells are left out."""
    from pysd.translators.structures import abstract_expressions as trees

    points = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True) if y == y]
    if not points and definition.kind == "data":
        return {"tree": math.nan, "kind": "equation"}
    if not points:
        message = "no numbers are there"
        raise ValueError(message)
    x, y = zip(*sorted(points), strict=True)
    if definition.kind == "data" and definition.keyword == "raw":
        return {"tree": _only_at(x, y), "kind": "equation"}
    kind = definition.keyword if definition.kind == "data" and definition.keyword else "interpolate"
    lookup = trees.LookupsStructure(x=x, y=y, x_limits=(), y_limits=(), type=kind)
    if definition.kind != "data":
        return {"tree": lookup, "kind": "lookup"}
    return {
        "tree": trees.InlineLookupsStructure(trees.ReferenceStructure("time"), lookup),
        "kind": "equation",
    }
