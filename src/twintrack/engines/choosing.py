"""Which engine takes less time for a model and so many runs, where nobody has chosen one."""

from __future__ import annotations

import math

from twintrack.engines.registry import BatchEngineName
from twintrack.equations import Equations
from twintrack.equations.structure import Component, Vector, walk

MANY_OPERATIONS = 100_000
"""Equations times steps times runs from which on compiling takes less time than it saves."""
LONG = 5.0
"""Seconds of compiling from which on they are weighed against those of computing without it."""
_COMPILED, _EXCHANGED = 3e-3, 5e-3
"""Seconds that compiling an element takes, and an exchange of two when elements are brought into order."""
_CALLED, _COMPUTED = 2e-5, 5e-9
"""Seconds that NumPy takes for an equation at a step, and for each of its elements and runs."""


def chosen_engine(equations: Equations, steps: int, runs: int) -> BatchEngineName:
    """Choose by how much there is to compute, and for large arrays by how long compiling them takes."""
    parts = _parts(equations)
    if len(parts) * steps * runs <= MANY_OPERATIONS:
        return "numpy"
    elements = sum(math.prod(part.shape) for part in parts)
    compiling = compiling_seconds(equations)
    computing = steps * (_CALLED * len(parts) + _COMPUTED * elements * runs)
    return "numpy" if compiling > max(LONG, computing) else "native"


def compiling_seconds(equations: Equations) -> float:
    """Estimate how long all of a model takes to be compiled."""
    parts = _parts(equations)
    elements = sum(math.prod(part.shape) for part in parts)
    lengths = [
        math.prod(len(equations.ranges[axis.removesuffix("!")]) for axis in item.along)
        for part in parts
        for item in walk(part.expression)
        if isinstance(item, Vector)
    ]
    exchanges = sum(length * math.log2(length + 1) ** 2 / 4 for length in lengths)
    return _COMPILED * elements + _EXCHANGED * exchanges


def _parts(equations: Equations) -> list[Component]:
    return [part for each in equations.components.values() for part in each if part.expression is not None]
