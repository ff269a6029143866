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

_DECIDES = {
    **dict.fromkeys(("smooth", "delay", "delay_n"), "order"),
    **dict.fromkeys(("delay_fixed", "delay_conveyor"), "time"),
}
"""What the size of each kind of state follows from. A delay keeps its stages, however short its time is."""


_AHEAD = frozenset({"delay_information", "delay_material"})
"""Kinds of states that hold what is due at each later step of a run."""
MOST_AHEAD = 1_000
"""Steps of a run that such a state can look ahead."""


class StateSizes:
    """Finds the sizes for given inputs; only what depends on the inputs is computed again.

    Raises InputError when a size would differ between the runs of one call.
    """

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self._known: dict[Any, dict[int, Size]] = {}
        self._wanted: list[tuple[int, Expr]] = []
        self._simple: dict[int, Size] = {}
        self._ahead = [number for number, state in enumerate(equations.states) if state.kind in _AHEAD]
        for number, state in enumerate(equations.states):
            if state.kind not in _DECIDES:
                continue
            deciding = state.inputs[_DECIDES[state.kind]]
            if _DECIDES[state.kind] == "order" and isinstance(deciding, Number) and deciding.value >= 1:
                self._simple[number] = int(deciding.value)
            else:
                self._wanted.append((number, deciding))

    def find(self, inputs: Inputs) -> dict[int, Size]:
        """Give the size of each smooth, delay and pipeline by number of state."""
        return {**self._found(inputs), **self._whole(inputs.grid.steps)}

    def _whole(self, steps: int) -> dict[int, Size]:
        """Give the size of what looks ahead: a place for every step of a run and for what lies behind it."""
        if self._ahead and steps > MOST_AHEAD:
            variable = self.equations.states[self._ahead[0]].variable
            message = f"its delay looks ahead over {steps:,} steps; at most {MOST_AHEAD:,} can be"
            raise InputError(Fault(variable, message))
        return dict.fromkeys(self._ahead, steps + 1)

    def _found(self, inputs: Inputs) -> dict[int, Size]:
        if not self._wanted:
            return self._simple
        names = (tuple(inputs.constants), tuple(inputs.series), inputs.grid.step)
        if names in self._known:
            return self._known[names]
        wanted = [(item, self.equations.states[number].axes) for number, item in self._wanted]
        source = emit_sizes(self.equations, inputs, wanted)
        with np.errstate(all="ignore"):
            given = [array[0] for array in inputs.series.values()]
            values = loaded(source)["sizes"](list(inputs.constants.values()), given)
        found = dict(self._simple)
        for (number, _), value in zip(self._wanted, values, strict=True):
            found[number] = _size(self.equations.states[number], value, inputs.grid.step)
        if not self._depends(inputs):
            self._known[names] = found
        return found

    def deciding(self) -> set[str]:
        """Give the variables that sizes follow from; where one is changed, other code is needed."""
        graph = Graph(self.equations, initial=True)
        needed = graph.order(node for _, item in self._wanted for node in graph.needed_by(item))
        return {node.variable for node in needed}

    def _depends(self, inputs: Inputs) -> bool:
        """Tell whether any size depends on a given value."""
        given = {*inputs.constants, *inputs.series}
        graph = Graph(self.equations, initial=True, replaced=given)
        nodes = graph.order(node for _, item in self._wanted for node in graph.needed_by(item))
        return any(node.variable in given for node in nodes)


def _size(state: State, value: Any, step: float) -> Size:
    runs = np.shape(value)[-1] if np.ndim(value) else 1
    each_run = np.broadcast_to(np.asarray(value, float), (*state.shape, runs)).reshape(-1, runs)
    if _DECIDES[state.kind] == "time":
        # The small number rounds halves up, as PySD does.
        sizes = np.rint(np.maximum(each_run / step, 1.0) + 1e-6)
    else:
        sizes = np.trunc(each_run)
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
