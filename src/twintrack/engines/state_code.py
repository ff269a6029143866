"""Source for stateful constructs: how each state is stored, started, read and moved on.

A smooth or delay of order n has n flows, one per stage. Formulas follow PySD (and Vensim's reference manual):
see the table in `StateCode.update`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from twintrack.equations.structure import Equations, Expr, State

if TYPE_CHECKING:
    from twintrack.engines.writer import Writer

Size = int | tuple[int, ...]
"""The stages of a state; a pipeline may have a length for each of its elements."""

_STAGED = frozenset({"smooth", "delay", "delay_n"})


class StateCode:
    """Names and code of the states of a model; `orders` gives the stages of those that have several.

    For a pipeline that is its length, or one length for each element in C order.
    """

    def __init__(self, equations: Equations, orders: Mapping[int, Size]) -> None:
        self.states = equations.states
        self.orders = orders

    def _stages(self, state: int) -> int:
        size = self.orders[state]
        return max(size) if isinstance(size, tuple) else size

    def flow_names(self, state: int) -> list[str]:
        """Give the names of the integrated values of a state."""
        kind = self.states[state].kind
        stages = self._stages(state) if kind in _STAGED else int(kind in ("integ", "trend"))
        return [f"s{state}_{stage}" for stage in range(stages)]

    def memory_names(self, state: int) -> list[str]:
        """Give the names of the values of a state that are replaced at every step."""
        kind = self.states[state].kind
        slots = self._stages(state) if kind == "delay_n" else int(kind in ("sample", "delay_fixed"))
        return [f"m{state}_{slot}" for slot in range(slots)]

    def read(self, state: int, part: str) -> tuple[str, str]:
        """Give the name that holds the value of a state and the code that reads it."""
        kind = self.states[state].kind
        if kind == "initial":
            return f"i{state}", f"i{state}"
        if part == "time" or kind in ("sample", "delay_fixed"):
            name = f"m{state}_0"
            return name, self._ring_read(state, name) if kind == "delay_fixed" else name
        name = self.flow_names(state)[-1]
        return name, name

    def _ring_read(self, state: int, name: str) -> str:
        size = self.orders[state]
        return f"ring_read_each({name}, i, {size})" if isinstance(size, tuple) else f"ring_read({name}, i)"

    def starts(self, state: int) -> tuple[list[str], list[str]]:
        """Give the code of the initial flows and memory, from the names n{state}_last and n{state}_time."""
        shape, kind = self.states[state].shape, self.states[state].kind
        first = f"fill(n{state}_last, {shape}, B)"
        memory = [f"fill(n{state}_{'time' if kind == 'delay_n' else 'last'}, {shape}, B)"]
        if kind == "delay_fixed":
            memory = [f"ring_make(n{state}_last, {shape}, {self._stages(state)}, B)"]
        return [first] * len(self.flow_names(state)), memory * len(self.memory_names(state))

    def update_inputs(self, state: int) -> list[Expr]:
        """Give the expressions that a step of this state evaluates."""
        unused = {"delay_fixed": ("time",)}.get(self.states[state].kind, ())
        return [value for role, value in self.states[state].inputs.items() if role not in ("order", *unused)]

    def update(self, state: int, writer: Writer) -> tuple[list[str], list[str]]:
        """Give the code of the derivatives of the flows and of the next memory.

        integ:       ds = flow
        trend:       ds = (input - s) / T
        smooth n:    ds_j = (s_{j-1} - s_j) * n / T, with s_{-1} = input
        delay n:     ds_j = (in_j - s_j / T) * n, with in_0 = input and in_j = s_{j-1} / T
        delay_n n:   the same with a time per stage, which moves on one stage per step
        sample:      input where the condition holds, else what is held
        delay_fixed: the input enters the pipeline
        """
        item = self.states[state]
        flows, memory = self.flow_names(state), self.memory_names(state)
        for name in (*flows, *memory):
            writer.used.add(name)
        if item.kind == "integ":
            return [writer.aligned(item.inputs["flow"], item.axes)], []
        if item.kind == "sample":
            condition = writer.truth(item.inputs["condition"], item.axes)
            return [], [f"where({condition}, {self._input(item, writer)}, {memory[0]})"]
        if item.kind == "delay_fixed":
            return [], [f"ring_write({memory[0]}, i, {self._input(item, writer)})"]
        if item.kind == "initial":
            return [], []
        return self._staged(item, writer, flows, memory)

    def _staged(
        self, item: State, writer: Writer, flows: list[str], memory: list[str]
    ) -> tuple[list[str], list[str]]:
        time = writer.aligned(item.inputs["time"], item.axes)
        before = [self._input(item, writer), *flows[:-1]]
        if item.kind == "trend":
            return [f"({before[0]} - {flows[0]}) / {time}"], []
        count = float(len(flows))
        if item.kind == "smooth":
            return [f"({b} - {s}) * {count} / {time}" for b, s in zip(before, flows, strict=True)], []
        times = [time] * len(flows)
        if item.kind == "delay_n":
            times = [time, *memory[:-1]]
        entering = [before[0], *(f"{s} / {at}" for s, at in zip(flows[:-1], times[:-1], strict=True))]
        rates = [f"({e} - {s} / {at}) * {count}" for e, s, at in zip(entering, flows, times, strict=True)]
        if item.kind == "delay":
            return rates, []
        return rates, [f"fill_like({time}, {memory[0]})", *memory[:-1]]

    @staticmethod
    def _input(item: State, writer: Writer) -> str:
        return writer.aligned(item.inputs["input"], item.axes)
