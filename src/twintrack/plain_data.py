"""Values as bytes and back, so that reading never runs code: numbers, texts, containers, own data classes.

Not pickle, which calls whatever a file names. Here a file names data classes and enumerations of this package
only; an object is made without calling anything of its class, and its fields are set as they were. What the
fields hold is not checked: whoever can write the file can still put wrong values into it.

The file is JSON: `classes`, each with its fields, and `nodes`, a flat list in which parts stand before what
they are part of. What was one object before is one object again.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import enum
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np

_PACKAGE = "twintrack."
_PLAIN = (str, int, float, bool, type(None))
_NUMBERS = frozenset("biuf")
"""Kinds of arrays that hold nothing but numbers."""

_Builder = Callable[[list[Any]], Any]


class NotPlainError(ValueError):
    """A value that cannot be written, or bytes that are none of `to_bytes`."""


def to_bytes(value: object) -> bytes:
    """Write a value. Raises NotPlainError for what is neither plain nor a data class of this package."""
    writer = _Writer()
    try:
        writer.node(value)
    except RecursionError as error:
        message = "the value is nested too deeply"
        raise NotPlainError(message) from error
    return json.dumps({"classes": writer.classes, "nodes": writer.nodes}, separators=(",", ":")).encode()


def from_bytes(content: bytes) -> Any:
    """Read what `to_bytes` has written. Raises NotPlainError for anything else."""
    try:
        document = json.loads(content)
        builders = [*_BUILDERS, *(_of_class(name, fields) for name, fields in document["classes"])]
        values: list[Any] = []
        for node in document["nodes"]:
            if type(node) is list:
                values.append(builders[node[0]]([values[part] for part in node[1:]]))
            else:
                values.append(node)
        return values[-1]
    except (
        *(ValueError, KeyError, IndexError, TypeError, AttributeError),
        *(RecursionError, OverflowError, MemoryError, binascii.Error),
    ) as error:
        message = f"cannot be read: {error}"
        raise NotPlainError(message) from error


class _Writer:
    """Collects nodes; an object that was met before is its number."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.classes: list[tuple[str, list[str]]] = []
        self._kinds: dict[type, int] = {}
        self._seen: dict[int, tuple[int, object]] = {}
        self._plain: dict[tuple[type, str], int] = {}

    def node(self, value: object) -> int:
        """Write a value with its parts, and give its number."""
        kind = type(value)
        if kind in _PLAIN:
            key = (kind, repr(value))  # so that -0.0 is not 0.0, and 1 not True
            if key not in self._plain:
                self._plain[key] = self._add(value)
            return self._plain[key]
        if id(value) not in self._seen:
            number, parts = self._taken_apart(value)
            place = self._add([number, *map(self.node, parts)])
            self._seen[id(value)] = (place, value)  # kept alive: the place of what is gone may be used again
        return self._seen[id(value)][0]

    def _add(self, node: object) -> int:
        self.nodes.append(node)
        return len(self.nodes) - 1

    def _taken_apart(self, value: Any) -> tuple[int, Sequence[Any]]:
        kind = type(value)
        if kind in (tuple, list, set, frozenset):
            return _KINDS[kind], list(value)
        if kind in (dict, MappingProxyType):
            return _KINDS[kind], [part for pair in value.items() for part in pair]
        if isinstance(value, Path):
            return _KINDS[Path], [str(value)]
        if kind is bytes:
            return _KINDS[bytes], [base64.b64encode(value).decode()]
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in _NUMBERS:
            numbers = np.asarray(value)
            kept = _KINDS[np.ndarray if isinstance(value, np.ndarray) else np.generic]
            return kept, [numbers.dtype.str, numbers.shape, numbers.tobytes()]
        if isinstance(value, enum.Enum):
            return self._class(kind, []), [value.name]
        fields = _fields(kind)
        return self._class(kind, fields), [getattr(value, name) for name in fields]

    def _class(self, kind: type, fields: list[str]) -> int:
        if kind not in self._kinds:
            self.classes.append((f"{kind.__module__}:{kind.__qualname__}", fields))
            self._kinds[kind] = len(_BUILDERS) + len(self.classes) - 1
        return self._kinds[kind]


def _fields(kind: type) -> list[str]:
    """Name the fields of a data class, or of a schema, of this package. Raises NotPlainError for others."""
    if kind.__module__.startswith(_PACKAGE):
        if dataclasses.is_dataclass(kind):
            return [field.name for field in dataclasses.fields(kind)]
        if hasattr(kind, "model_fields"):
            return list(kind.model_fields)
    message = f"values of the class {kind.__module__}.{kind.__qualname__} are not plain"
    raise NotPlainError(message)


def _of_class(name: str, fields: list[str]) -> _Builder:
    """Give what makes objects of a class that a file names."""
    module, _, path = name.partition(":")
    if (
        not module.startswith(_PACKAGE) or module not in sys.modules
    ):  # nothing is imported because a file says so
        message = f"{module} is no module of this package that is in use"
        raise NotPlainError(message)
    kind: Any = sys.modules[module]
    for part in path.split("."):
        kind = vars(kind)[part]
    if not isinstance(kind, type) or kind.__module__ != module:
        message = f"{name} is no class of this package"
        raise NotPlainError(message)
    if issubclass(kind, enum.Enum):
        return lambda parts: kind[parts[0]]
    if fields != _fields(kind):
        message = f"{name} has other fields"
        raise NotPlainError(message)
    schema: Any = kind if hasattr(kind, "model_fields") else None

    def build(parts: list[Any]) -> Any:
        made = kind.__new__(kind)
        for field, value in zip(fields, parts, strict=True):
            object.__setattr__(made, field, value)
        return made

    def build_schema(parts: list[Any]) -> Any:
        return schema.model_construct(**dict(zip(fields, parts, strict=True)))

    return build_schema if schema else build


def _pairs(parts: list[Any]) -> dict[Any, Any]:
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _array(parts: list[Any]) -> Any:
    name, shape, content = parts
    dtype = np.dtype(name)
    if dtype.kind not in _NUMBERS:
        message = f"arrays of {name} hold more than numbers"
        raise NotPlainError(message)
    return np.frombuffer(content, dtype).reshape(shape).copy()


_MAKERS: dict[Any, _Builder] = {
    tuple: tuple,
    list: list,
    set: set,
    frozenset: frozenset,
    dict: _pairs,
    MappingProxyType: lambda parts: MappingProxyType(_pairs(parts)),
    Path: lambda parts: Path(parts[0]),
    bytes: lambda parts: base64.b64decode(parts[0], validate=True),
    np.ndarray: _array,
    np.generic: lambda parts: cast("Any", _array(parts))[()],
}
_KINDS = {kind: number for number, kind in enumerate(_MAKERS)}
_BUILDERS = list(_MAKERS.values())
