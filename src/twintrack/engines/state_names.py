"""What the values are called that a state consists of, the same in all engines."""

from __future__ import annotations

from collections.abc import Mapping

from twintrack.equations.states import STATES
from twintrack.equations.structure import Equations, Expr

Size = int | tuple[int, ...]
"""The stages of a state; a pipeline may have a length for each of its elements."""


class StateNames:
    """Names of the values of a model's states; `orders` gives the stages of those that have several.

    For a pipeline that is its length, or one length for each element in C order.
    """

    def __init__(self, equations: Equations, orders: Mapping[int, Size]) -> None:
        self.states = equations.states
        self.orders = orders

    def stages(self, state: int) -> int:
        """Give the stages of a state, or the length of its longest pipeline."""
        size = self.orders[state]
        return max(size) if isinstance(size, tuple) else size

    def flow_names(self, state: int) -> list[str]:
        """Give the names of the integrated values of a state."""
        return self._names("s", state, STATES[self.states[state].kind].levels)

    def memory_names(self, state: int) -> list[str]:
        """Give the names of the values of a state that are replaced at every step."""
        return self._names("m", state, STATES[self.states[state].kind].memory)

    def _names(self, letter: str, state: int, count: int | str) -> list[str]:
        number = self.stages(state) if isinstance(count, str) else count
        return [f"{letter}{state}_{place}" for place in range(number)]

    def read(self, state: int, part: str) -> str:
        """Give the name that holds the value of a state."""
        if self.states[state].kind == "initial":
            return f"i{state}"
        flows = self.flow_names(state)
        return flows[-1] if flows and part != "time" else self.memory_names(state)[0]

    def update_inputs(self, state: int) -> list[Expr]:
        """Give the expressions that a step of this state evaluates."""
        item = self.states[state]
        return [item.inputs[role] for role in STATES[item.kind].inputs]
