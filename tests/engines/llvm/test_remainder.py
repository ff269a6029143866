"""The remainder of a division where the C library may not be called."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from twintrack.engines.llvm import machine
from twintrack.engines.llvm.body import Body, Kind
from twintrack.engines.llvm.instructions import operation
from twintrack.engines.scalar.graph import ScalarGraph

LANES = 2


@pytest.fixture(scope="module")
def code() -> machine.Machine:
    """Machine code of this processor that writes `mod` of two arrays to a third."""
    kind, graph = Kind(LANES, library=False), ScalarGraph()
    node = graph.apply("mod", graph.leaf("constant", 0), graph.leaf("constant", 1))
    body = Body(kind)
    result = operation(body, graph[node], ["%x", "%y"], graph, ())
    lines = [
        f"%x = load {kind.number}, ptr %p, align 8",
        f"%y = load {kind.number}, ptr %q, align 8",
        *body.lines,
        f"store {kind.number} {result}, ptr %o, align 8",
        "ret void",
    ]
    function = "\n".join(["define void @run(ptr %o, ptr %p, ptr %q) {", *lines, "}"])
    text = "\n".join([*body.called, function, "define void @prepare() { ret void }"])
    assert "frem" not in text
    return machine.Machine(machine.machine_code(text))


def remainder(code: machine.Machine, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    function = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 3)(ctypes.cast(code.run, ctypes.c_void_p).value)
    result = np.empty_like(x)
    for start in range(0, len(x), LANES):
        function(*(array.ctypes.data + 8 * start for array in (result, x, y)))
    return result


def test_remainders_are_exact(code: machine.Machine) -> None:
    random = np.random.default_rng(4)
    x = random.uniform(-100, 100, 2000)
    pairs = [
        (x, random.uniform(-3, 3, 2000)),
        (np.round(x), np.round(random.uniform(1, 9, 2000))),
        (np.round(x, 1), np.full(2000, 0.1)),
        (np.round(x, 1), np.full(2000, 0.8)),
        (x * 1e5, random.uniform(1, 3, 2000)),
        (np.round(x * 1e9), np.round(random.uniform(1, 1e4, 2000))),
        (np.array([1.0, np.nan, np.inf, 5.0, 0.0, 2.4]), np.array([np.inf, 2.0, 2.0, 0.0, 3.0, 0.8])),
    ]
    for one, other in pairs:
        with np.errstate(all="ignore"):
            expected = np.mod(one, other)
        np.testing.assert_array_equal(remainder(code, one, other), expected)
