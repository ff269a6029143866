"""Running a model under NumPy: nothing to compile, and an oracle for the compiled engines."""

from __future__ import annotations

from typing import Any

import numpy as np

from twintrack.engines.base import BlendingEngine, Inputs
from twintrack.engines.numpy.emit import Program, emit
from twintrack.engines.numpy.library import library
from twintrack.engines.numpy.methods import METHODS, Method
from twintrack.engines.state_sizes import StateSizes
from twintrack.equations import Equations
from twintrack.equations.structure import Array


class NumpyEngine(BlendingEngine):
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
        blend = (tuple(inputs.second), inputs.weight)
        key = (names, blend, inputs.grid.step, tuple(orders.items()))
        if key not in self._programs:
            program = emit(self.equations, *names, inputs.grid, orders, *blend)
            functions = library()
            exec(compile(program.source, "<model>", "exec"), functions)
            self._programs[key] = (program, functions)
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
        advance = METHODS[self.method]
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

                flows, memory = advance(slope, now, following, flows, memory, t, grid.step)
