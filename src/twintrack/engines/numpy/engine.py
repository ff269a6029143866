"""Running a model under NumPy: nothing to compile, and an oracle for the compiled engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from twintrack.engines.base import BatchEngine, Inputs
from twintrack.engines.numpy.emit import Program, emit
from twintrack.engines.numpy.library import loaded
from twintrack.engines.state_sizes import StateSizes
from twintrack.equations import Equations
from twintrack.equations.recursion import deep_recursion
from twintrack.equations.structure import Array

Method = Literal["euler", "rk4"]
Values = Sequence[Any]
Slope = Callable[[Values, Values, Values, Any], tuple[Values, Values]]
"""`slope(series, flows, memory, t)` gives the derivatives of the flows and the next memory."""


class NumpyEngine(BatchEngine):
    """An engine that steps through time in a Python loop; `method` is "euler" or "rk4"."""

    def __init__(self, equations: Equations, method: Method = "euler") -> None:
        super().__init__(equations)
        self.method = method
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
        key = (names, tuple(inputs.second), inputs.weight, inputs.grid.step, tuple(orders.items()))
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
        for i, t in enumerate(grid.times):
            now = [array[i] for array in rows]
            if i % grid.save_every == 0:
                given_now = program.series_at(now, flows)
                values = functions["outputs"](given, given_now, held, fixed, flows, memory, t, i)
                for name, value in zip(program.moving, values, strict=True):
                    result[name][i // grid.save_every] = value
            if i < grid.steps:
                following = [array[i + 1] for array in rows]

                def slope(xs: Any, state: Any, held_memory: Any, t: Any, i: int = i) -> Any:
                    given_then = program.series_at(xs, state)
                    return functions["step"](given, given_then, held, fixed, state, held_memory, t, i)

                flows, memory = _advanced(self.method, slope, (now, following), flows, memory, (t, grid.step))


def _advanced(
    method: Method,
    slope: Slope,
    series: tuple[Values, Values],
    flows: Values,
    memory: Values,
    time: tuple[Any, float],
) -> tuple[Values, Values]:
    """Give flows and memory one step later, by Euler's method or the classical Runge-Kutta one of order 4.

    `series` are the values at the beginning and the end of the step, taken as linear within it; `time` is its
    beginning and its length. Memory (pipelines, samples) moves on as under Euler's method.
    """
    (now, following), (t, h) = series, time
    rates, later_memory = slope(now, flows, memory, t)
    if method == "rk4":
        middle = [0.5 * (one + other) for one, other in zip(now, following, strict=True)]
        second, _ = slope(middle, _moved(flows, rates, 0.5 * h), memory, t + 0.5 * h)
        third, _ = slope(middle, _moved(flows, second, 0.5 * h), memory, t + 0.5 * h)
        fourth, _ = slope(following, _moved(flows, third, h), memory, t + h)
        stages = zip(rates, second, third, fourth, strict=True)
        rates = [(a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in stages]
    return _moved(flows, rates, h), later_memory


def _moved(flows: Values, rates: Values, length: float) -> Values:
    """Move the flows along their derivatives for a length of time."""
    return [value + length * rate for value, rate in zip(flows, rates, strict=True)]
