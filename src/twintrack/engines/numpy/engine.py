"""Running a model under NumPy: nothing to compile, and an oracle for the compiled engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from twintrack.engines.base import BatchEngine, Inputs
from twintrack.engines.numpy.emit import Program, emit
from twintrack.engines.numpy.library import loaded
from twintrack.engines.state_sizes import StateSizes
from twintrack.equations import Equations
from twintrack.equations.clock import STAGES, Integration
from twintrack.equations.operations import Arrays
from twintrack.equations.recursion import deep_recursion
from twintrack.equations.states import joined
from twintrack.equations.structure import Array

_ARRAYS = Arrays()
Values = Sequence[Any]
Slope = Callable[[Values, Values, Values, Any], tuple[Values, Values]]
"""`slope(series, flows, memory, t)` gives the derivatives of the flows and the next memory."""


class NumpyEngine(BatchEngine):
    """An engine that steps through time in a Python loop; `method` replaces the model's own integration."""

    def __init__(self, equations: Equations, method: Integration | None = None) -> None:
        super().__init__(replace(equations, time=equations.time.integrated(method)))
        self._sizes = StateSizes(equations)
        self._programs: dict[Any, tuple[Program, dict[str, Any]]] = {}

    def _compute(self, inputs: Inputs, computed: tuple[str, ...]) -> dict[str, Array]:
        program, functions = self._compiled(inputs, computed)
        saves = len(inputs.grid.saved_index)
        result = {
            name: np.empty((saves, *self.equations.variables[name].shape, inputs.runs)) for name in computed
        }
        with np.errstate(all="ignore"):
            self._loop(inputs, program, functions, result)
        return result

    def _compiled(self, inputs: Inputs, computed: tuple[str, ...]) -> tuple[Program, dict[str, Any]]:
        orders = self._sizes.find(inputs)
        names = (tuple(inputs.constants), tuple(inputs.series), computed)
        clock = inputs.grid.step, inputs.grid.integration
        key = (names, tuple(inputs.second), inputs.weight, clock, tuple(orders.items()))
        if key not in self._programs:
            with deep_recursion():
                program = emit(self.equations, inputs, computed, orders)
            self._programs[key] = (program, loaded(program.source))
        return self._programs[key]

    def _loop(
        self, inputs: Inputs, program: Program, functions: dict[str, Any], result: dict[str, Array]
    ) -> None:
        grid = inputs.grid
        given = list(inputs.constants.values())
        start = [array[0] for array in inputs.series.values()]
        rows = [*inputs.series.values(), *inputs.second.values()]
        flows, memory, fixed = functions["init"](given, start, inputs.runs)
        held = functions["constants"](given, fixed)
        for name, value in zip(program.still, functions["still"](given, held, fixed), strict=True):
            result[name][:] = value
        saved = {int(number): row for row, number in enumerate(grid.saved_index)}
        for i, t in enumerate(grid.times):
            now, h = [array[i] for array in rows], grid.length(i)
            if i in saved:
                given_now = program.series_at(now, flows)
                values = functions["outputs"](given, given_now, held, fixed, flows, memory, t, i, t, h)
                for name, value in zip(program.moving, values, strict=True):
                    result[name][saved[i]] = value
            if i < grid.steps:
                following = [array[i + 1] for array in rows]

                def slope(
                    xs: Any, state: Any, kept: Any, then: Any, i: int = i, t: Any = t, h: float = h
                ) -> Any:
                    given_then = program.series_at(xs, state)
                    return functions["step"](given, given_then, held, fixed, state, kept, then, i, t, h)

                series = now, following
                flows, memory = _advanced(grid.integration, slope, series, flows, memory, (t, h))


def _advanced(
    integration: Integration,
    slope: Slope,
    series: tuple[Values, Values],
    flows: Values,
    memory: Values,
    time: tuple[Any, float],
) -> tuple[Values, Values]:
    """Give flows and memory one step later.

    `series` are the values at the beginning and the end of the step, taken as linear within it; `time` is its
    beginning and its length. Memory (pipelines, samples) moves on as under Euler's method.
    """
    (now, following), (t, h) = series, time
    rates, later_memory = slope(now, flows, memory, t)
    stages = [rates]
    for share in STAGES[integration][1:]:
        inside = [one + share * (other - one) for one, other in zip(now, following, strict=True)]
        rates, _ = slope(inside, _moved(flows, rates, share * h), memory, t + share * h)
        stages.append(rates)
    whole = [joined(_ARRAYS, integration, each) for each in zip(*stages, strict=True)]
    return _moved(flows, whole, h), later_memory


def _moved(flows: Values, rates: Values, length: float) -> Values:
    """Move the flows along their derivatives for a length of time."""
    return [value + length * rate for value, rate in zip(flows, rates, strict=True)]
