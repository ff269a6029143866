"""How states move on, once for all engines: what a state consists of, and its next values.

A state has levels, which are integrated, and memory, which is replaced at every step. A smooth or delay of
order n has n levels, one for each stage. Formulas follow PySD and Vensim's reference manual.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from twintrack.equations.clock import WEIGHTS, Integration
from twintrack.equations.operations import Builder

Inputs = Mapping[str, Any]
"""What the inputs of a state are worth at this step, by role."""
Form = Callable[[Builder[Any], Inputs, Sequence[Any], Sequence[Any]], list[Any]]
"""Gives values from a builder, the inputs, the levels and the memory of a state."""


@dataclass(frozen=True)
class StateKind:
    """A kind of state.

    `inputs` are the roles that a step reads, in the order in which engines hand them over. `levels` and
    `memory` count what there is of each, or "stages": as many as the state has. `rates` gives the derivatives
    of the levels and `following` the next memory; a "pipeline" keeps its memory as long as its time, and
    engines move it on themselves.
    """

    inputs: tuple[str, ...]
    levels: int | str = 0
    memory: int | str = 0
    rates: Form | None = None
    following: Form | None = None

    @property
    def staged(self) -> bool:
        """Whether there may be several stages."""
        return self.levels == "stages"


def _integ(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """ds/dt = flow."""
    del b, levels, memory
    return [inputs["flow"]]


def _trend(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """ds/dt = (input - s) / T."""
    del memory
    return [b.apply("divide", b.apply("subtract", inputs["input"], levels[0]), inputs["time"])]


def _smooth(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """ds_j/dt = (s_{j-1} - s_j) n / T, with s_{-1} = input."""
    del memory
    speed = b.apply("divide", b.literal(float(len(levels))), inputs["time"])
    before = [inputs["input"], *levels[:-1]]
    return [
        b.apply("multiply", b.apply("subtract", one, level), speed)
        for one, level in zip(before, levels, strict=True)
    ]


def _delay(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """ds_j/dt = (in_j - s_j / T_j) n, with in_0 = input and in_j = s_{j-1} / T_{j-1}.

    The time of a stage is that of the moment, or where it moves on with what is delayed, what memory holds.
    """
    times = [inputs["time"], *memory[:-1]] if memory else [inputs["time"]] * len(levels)
    leaving = [b.apply("divide", level, time) for level, time in zip(levels, times, strict=True)]
    count = b.literal(float(len(levels)))
    return [
        b.apply("multiply", b.apply("subtract", entering, left), count)
        for entering, left in zip([inputs["input"], *leaving[:-1]], leaving, strict=True)
    ]


def _times(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """The time enters and moves on one stage per step."""
    del b, levels
    return [inputs["time"], *memory[:-1]]


def _sample(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """The input where the condition holds, else what is held."""
    del levels
    return [b.select(inputs["condition"], inputs["input"], memory[0])]


def _shifted(memory: Sequence[Any]) -> list[Any]:
    """Give what is due one step nearer; the last place is further away than any run."""
    return [*memory[1:], memory[-1]]


def _informed(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """What enters is known from the step on at which it is due; `lead` counts the steps until then."""
    del levels
    return [
        b.select(b.apply("less_equal", inputs["lead"], b.literal(place)), inputs["input"], before)
        for place, before in enumerate(_shifted(memory), start=1)
    ]


def _carried(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """What enters is added to what is due at the same step."""
    del levels
    nothing = b.literal(0.0)
    return [
        b.apply(
            "add",
            before,
            b.select(b.apply("equal", inputs["lead"], b.literal(place)), inputs["input"], nothing),
        )
        for place, before in enumerate(_shifted(memory), start=1)
    ]


def _conveyed(b: Builder[Any], inputs: Inputs, levels: Sequence[Any], memory: Sequence[Any]) -> list[Any]:
    """What lies on a belt moves on by a place, and is less by what leaks; what enters lies at its end."""
    del levels
    return [b.apply("multiply", value, inputs["kept"]) for value in (*memory[1:], inputs["input"])]


def joined(b: Builder[Any], integration: Integration, stages: Sequence[Any]) -> Any:
    """Join the rates of the stages of a step to that of the whole step."""
    weights = WEIGHTS[integration]
    parts = [
        rate if weight == 1.0 else b.apply("multiply", b.literal(weight), rate)
        for weight, rate in zip(weights, stages, strict=True)
        if weight
    ]
    total = reduce(lambda one, other: b.apply("add", one, other), parts)
    whole = sum(weights)
    return total if whole == 1.0 else b.apply("divide", total, b.literal(whole))


STATES: dict[str, StateKind] = {
    "integ": StateKind(("flow",), levels=1, rates=_integ),
    "trend": StateKind(("time", "input"), levels=1, rates=_trend),
    "smooth": StateKind(("time", "input"), levels="stages", rates=_smooth),
    "delay": StateKind(("time", "input"), levels="stages", rates=_delay),
    "delay_n": StateKind(("time", "input"), levels="stages", memory="stages", rates=_delay, following=_times),
    "sample": StateKind(("condition", "input"), memory=1, following=_sample),
    "delay_fixed": StateKind(("input",), memory=1),
    "delay_information": StateKind(("lead", "input"), memory="stages", following=_informed),
    "delay_material": StateKind(("lead", "input"), memory="stages", following=_carried),
    "delay_conveyor": StateKind(("kept", "input"), memory="stages", following=_conveyed),
    "initial": StateKind(()),
}
"""Every kind of state by its name."""

TRUTHS = frozenset({"condition"})
"""Roles whose inputs are truth values."""
