"""Data variables: where their numbers come from, and what they are worth between their times.

A data variable has no equation. Its numbers come from files of data that the user names, or that lie beside
the model under its name; what they mean at each time is written as a formula of the time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

from twintrack.equations.data_files import FORMATS, DataFile, Points, label_key, read_data
from twintrack.equations.other_files import OtherFiles
from twintrack.equations.parsing import Definition
from twintrack.equations.subscripts import Ranges
from twintrack.errors import Fault, InputError
from twintrack.names import join_element

NO_TIME = 1e-6
"""How far from each other two times may be and still be one, after rounding."""


def data_paths(model: Path, named: Iterable[Path], files: OtherFiles) -> list[Path]:
    """Give the files of data of a model: those that are named, the last one first, then those beside it.

    Raises InputError for those that may not be read, or are not there.
    """
    faults = []
    found = []
    for path in reversed([*named]):
        fault = files.outside(path) or ("" if path.is_file() else "there is no such file")
        if fault:
            faults.append(Fault(str(path), fault))
        found.append(path)
    if faults:
        raise InputError(faults)
    beside = (model.with_suffix(ending) for ending in FORMATS)
    return found + [path for path in beside if path.is_file() and not files.outside(path)]


def digest_of_data(paths: Iterable[Path]) -> str:
    """Give the digest of files of data, their order and formats included. Raises InputError."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            digest.update(f"{path.suffix} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
        except OSError as error:
            raise InputError(Fault(str(path), f"cannot be read: {error}")) from error
    return digest.hexdigest()


def filled(definitions: Sequence[Definition], ranges: Ranges, paths: Iterable[Path]) -> Iterator[Definition]:
    """Yield definitions in which data variables have the numbers that files hold for them.

    Of several files the first that has a series counts. A variable of which no file knows anything stays as
    it is; of an array, elements without a series have no equation. No file is read in vain.

    Raises InputError for files that cannot be read.
    """
    pending = list(paths)
    read: list[DataFile] = []

    def find(key: str) -> Points | None:
        for file in read:
            points = file.points(key)
            if points is not None:
                return points
        while pending:
            read.append(read_data(pending.pop(0)))
            points = read[-1].points(key)
            if points is not None:
                return points
        return None

    for definition in definitions:
        if type(definition.tree).__name__ != "DataStructure":
            yield definition
            continue
        found = {titles: find(_key(definition, titles)) for titles in _elements(definition, ranges)}
        if not any(found.values()):
            yield definition
            continue
        for titles, points in found.items():
            if points is not None:
                yield replace(definition, subscripts=titles, **at_times(points, definition.keyword))


def _elements(definition: Definition, ranges: Ranges) -> Iterator[tuple[str, ...]]:
    """Yield the elements that a definition defines; nothing where a subscript is unknown."""
    names = [ranges.names.find(item) for item in definition.subscripts]
    if all(ranges.is_range(name) or ranges.is_element(name) for name in names):
        for cell in product(*(ranges.members(name) for name in names)):
            yield tuple(map(ranges.title, cell))


def _key(definition: Definition, titles: Sequence[str]) -> str:
    return label_key(join_element(definition.name, titles))


def at_times(points: Points, keyword: str) -> Mapping[str, Any]:
    """Give the fields of a definition that is data: its points, and its tree as a formula of the time.

    `keyword` says what holds between the points: a straight line by default, "hold_backward", "look_forward"
    or "raw". Beyond their ends data hold their first and last value, but raw ones, which are missing there.
    """
    from pysd.translators.structures import abstract_expressions as trees

    x, y = points
    if not x:
        tree: Any = math.nan
    elif keyword == "raw":
        tree = _only_at(x, y)
    else:
        kind = keyword or "interpolate"
        lookup = trees.LookupsStructure(x=x, y=y, x_limits=(), y_limits=(), type=kind)
        tree = trees.InlineLookupsStructure(trees.ReferenceStructure("time"), lookup)
    return {"tree": tree, "kind": "equation", "points": points}


def _only_at(x: Sequence[float], y: Sequence[float]) -> Any:
    """Give data that have values at their times only (:RAW:): the next one, where its time has come."""
    from pysd.translators.structures import abstract_expressions as trees

    def ahead(values: Sequence[float]) -> Any:
        lookup = trees.LookupsStructure(x=x, y=values, x_limits=(), y_limits=(), type="look_forward")
        return trees.InlineLookupsStructure(early, lookup)

    time = trees.ReferenceStructure("time")
    early = trees.ArithmeticStructure(["-"], (time, NO_TIME))
    late = trees.ArithmeticStructure(["+"], (time, NO_TIME))
    here = trees.LogicStructure(["<="], (ahead(x), late))
    passed = trees.LogicStructure(["<="], (early, max(x)))  # behind the last time, the last one is next
    both = trees.LogicStructure([":AND:"], (here, passed))
    return trees.CallStructure(trees.ReferenceStructure("if_then_else"), (both, ahead(y), math.nan))
