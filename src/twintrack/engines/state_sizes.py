"""The sizes that the source of a model depends on: stages of smooths and delays, lengths of pipelines."""

from __future__ import annotations

from typing import Any

import numpy as np

from twintrack.engines.base import Inputs
from twintrack.engines.numpy.emit import emit_sizes
from twintrack.engines.numpy.library import loaded
from twintrack.engines.state_names import Size
from twintrack.equations import Equations
from twintrack.equations.graph import Graph
from twintrack.equations.structure import Expr, Number, State
from twintrack.errors import Fault, InputError

_STAGED = frozenset({"smooth", "delay", "delay_n"})


class StateSizes:
    """Finds the sizes for given inputs; only what depends on the inputs is computed again.

    Raises InputError when a size would differ between the runs of one call.
    """

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self._known: dict[Any, dict[int, Size]] = {}
        self._wanted: list[tuple[int, Expr, Expr]] = []
        self._simple: dict[int, Size] = {}
        for number, state in enumerate(equations.states):
            order = state.inputs.get("order", Number(value=1.0))
            time = state.inputs.get("time", Number(value=1.0))
            fixed = isinstance(order, Number) and (state.kind == "smooth" or order.value == 1.0)
            if state.kind in _STAGED and isinstance(order, Number) and fixed:
                self._simple[number] = int(order.value)
            elif state.kind in _STAGED or state.kind == "delay_fixed":
                self._wanted.append((number, order, time))

    def find(self, inputs: Inputs) -> dict[int, Size]:
        """Give the size of each smooth, delay and pipeline by number of state."""
        if not self._wanted:
            return self._simple
        names = (tuple(inputs.constants), tuple(inputs.series), inputs.grid.step)
        expressions = [item for _, order, time in self._wanted for item in (order, time)]
        axes = [self.equations.states[number].axes for number, _, _ in self._wanted for _ in range(2)]
        if names in self._known:
            return self._known[names]
        source = emit_sizes(self.equations, inputs, list(zip(expressions, axes, strict=True)))
        with np.errstate(all="ignore"):
            given = [array[0] for array in inputs.series.values()]
            values = loaded(source)["sizes"](list(inputs.constants.values()), given)
        found = dict(self._simple)
        for place, (number, _, _) in enumerate(self._wanted):
            state = self.equations.states[number]
            found[number] = _size(state, values[2 * place], values[2 * place + 1], inputs.grid.step)
        if not self._depends(expressions, inputs):
            self._known[names] = found
        return found

    def deciding(self) -> set[str]:
        """Give the variables that sizes follow from; where one is changed, other code is needed."""
        graph = Graph(self.equations, initial=True)
        expressions = [item for _, order, time in self._wanted for item in (order, time)]
        return {
            node.variable for node in graph.order(n for item in expressions for n in graph.needed_by(item))
        }

    def _depends(self, expressions: list[Expr], inputs: Inputs) -> bool:
        """Tell whether any size depends on a given value."""
        given = {*inputs.constants, *inputs.series}
        graph = Graph(self.equations, initial=True, replaced=given)
        nodes = graph.order(node for item in expressions for node in graph.needed_by(item))
        return any(node.variable in given for node in nodes)


def _size(state: State, order: Any, time: Any, step: float) -> Size:
    runs = max(np.shape(value)[-1] if np.ndim(value) else 1 for value in (order, time))
    full = (*state.shape, runs)
    orders, times = (np.broadcast_to(np.asarray(value, float), full) for value in (order, time))
    if state.kind == "delay_fixed":
        # The small number rounds halves up, as PySD does.
        sizes = np.rint(np.maximum(times / step, 1.0) + 1e-6).reshape(-1, runs)
    elif state.kind == "smooth":
        sizes = np.trunc(orders).reshape(-1, runs)
    else:
        stages = np.trunc(orders).reshape(-1, runs).min(axis=0, keepdims=True)
        shortest = times.reshape(-1, runs).min(axis=0, keepdims=True)
        # A delay cannot have stages shorter than a step; the fewest stage counts, as in PySD.
        sizes = np.where(stages * step > shortest, np.maximum(np.floor(shortest / step + 1e-9), 1.0), stages)
    if not np.isfinite(sizes).all() or sizes.min() < 1 or sizes.max() > 1e6:
        raise InputError(Fault(state.variable, f"the order or time of its {state.kind} is out of range"))
    if (sizes != sizes[:, :1]).any():
        message = "its delay would have different numbers of stages in different runs; run them apart"
        raise InputError(Fault(state.variable, message))
    each = tuple(int(size) for size in sizes[:, 0])
    if len(set(each)) == 1:
        return each[0]
    if state.kind != "delay_fixed":
        message = "its elements would have different numbers of stages; write one equation for each"
        raise InputError(Fault(state.variable, message))
    return each
