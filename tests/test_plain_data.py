"""Values come back as they were; bytes of a stranger run nothing."""

from __future__ import annotations

import json
import math
import pickle
import sys
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from twintrack.equations import load_equations
from twintrack.equations.clock import TimeGrid
from twintrack.inputs.content import load_content
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.plain_data import NotPlainError, from_bytes, to_bytes
from twintrack.resources import content_root

GRID = TimeGrid(2016.0, 2040.0, 0.0625, 0.25)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, 0, 2**80, -0.0, math.inf, "", "双轨\ud800", b"\0\xff", Path("a/b")),
        *((), [], {}, frozenset({1}), {1, 2}, (1, [2.5, {"a": (True,)}])),
        {("levers", 0): 3},
        MappingProxyType({"a": 1}),
        (GRID, GRID),
        Bilingual(en="both", zh="双轨"),
    ],
    ids=repr,
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    found = from_bytes(to_bytes(value))
    assert (type(found), found, repr(found)) == (type(value), value, repr(value))


def test_arrays_come_back_with_type_and_shape() -> None:
    for array in (
        np.arange(6.0).reshape(2, 3),
        np.array(2.5),
        np.zeros((0, 3)),
        np.array([True]),
        np.float64(1.5),
    ):
        found = from_bytes(to_bytes(array))
        assert (type(found), found.dtype, found.shape) == (type(array), array.dtype, array.shape)
        np.testing.assert_array_equal(found, array)


def test_nan_and_what_was_one_object_come_back() -> None:
    one, other = from_bytes(to_bytes((GRID, GRID)))
    assert one is other
    assert math.isnan(from_bytes(to_bytes(math.nan)))
    assert [type(part) for part in from_bytes(to_bytes((1, True, 1.0)))] == [int, bool, float]


def test_equations_and_content_come_back_whole() -> None:
    equations = load_equations(content_root() / "model" / "twintrack.mdl")
    assert repr(from_bytes(to_bytes(equations))) == repr(equations)
    content = load_content(content_root())
    assert from_bytes(to_bytes(content)) == content


@dataclass
class Foreign:
    a: int


@pytest.mark.parametrize(
    "value", [object(), Foreign(1), len, np.array([None]), 1j], ids=lambda value: type(value).__name__
)
def test_what_is_not_plain_is_not_written(value: object) -> None:
    with pytest.raises(NotPlainError):
        to_bytes((1, value))


def test_too_deep_a_value_is_not_written() -> None:
    value: tuple[Any, ...] = ()
    for _ in range(5000):
        value = (value,)
    with pytest.raises(NotPlainError, match="deeply"):
        to_bytes(value)


class Payload:
    def __reduce__(self) -> tuple[Any, ...]:
        return (sys.modules["builtins"].__dict__["exec"], ("import twintrack; twintrack.ran = True",))


def _naming(*classes: tuple[str, list[str]]) -> bytes:
    kinds = json.loads(to_bytes(GRID))
    first = kinds["nodes"][-1][0]
    return json.dumps({"classes": classes, "nodes": ["true", [first, 0]]}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"{",
        b"[" * 100_000,
        b'{"classes":[],"nodes":[]}',
        b'{"classes":[],"nodes":[[99]]}',
        b'{"classes":[],"nodes":[[0,5]]}',
        pickle.dumps(Payload()),
        _naming(("os:system", [])),
        _naming(("twintrack.resources:os.system", [])),
        _naming(("twintrack.resources:subprocess", [])),
        _naming(("twintrack.resources:atomic_write", [])),
        _naming(("twintrack.resources:Path", [])),
        _naming(("twintrack.__main__:x", [])),
        _naming(("twintrack.errors:TwinTrackError", [])),
        _naming(("twintrack.equations.structure:TimeGrid", ["__class__"])),
    ],
)
def test_bytes_of_a_stranger_end_in_an_error(content: bytes) -> None:
    before = set(sys.modules)
    with pytest.raises(NotPlainError):
        from_bytes(content)
    assert set(sys.modules) == before
    assert not hasattr(sys.modules["twintrack"], "ran")


def test_nothing_of_a_class_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    content = to_bytes(GRID)

    def called(*_: object) -> None:
        raise AssertionError("called")

    monkeypatch.setattr(TimeGrid, "__init__", called)
    assert from_bytes(content) == GRID
