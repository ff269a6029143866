"""Which Vensim construct a lowered expression stands for.

DELAY1, DELAY N, TREND and FORECAST are stored as a state and a formula around it (see
`expressions.Lowering`). Units belong to the construct as it was written, so it is recognised here again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from twintrack.equations.structure import Apply, Equations, Expr, Number, State, StateValue


@dataclass(frozen=True)
class Construct:
    """A stateful construct as it was written.

    `name`: INTEG, SMOOTH, DELAY, DELAY FIXED, TREND, FORECAST, SAMPLE IF TRUE or INITIAL. `state`: its number
    in the equations. `parts`: its arguments by role.
    """

    name: str
    state: int
    parts: Mapping[str, Expr]


_DIRECT = {
    "integ": "INTEG",
    "smooth": "SMOOTH",
    "delay_fixed": "DELAY FIXED",
    "initial": "INITIAL",
}
"""Constructs whose value is that of their state."""


def construct_of(expression: Expr, equations: Equations) -> Construct | None:
    """Give the construct that an expression stands for; None when it is an ordinary formula."""
    if isinstance(expression, StateValue):
        state = equations.states[expression.state]
        name = _DIRECT.get(state.kind)
        if name is None:
            return None
        return Construct(name, expression.state, {**state.inputs, "initial": state.initial})
    if not isinstance(expression, Apply):
        return None
    if expression.function == "divide":
        return _delay(expression, equations)
    if expression.function == "zidz":
        return _trend(expression, equations)
    if expression.function == "multiply":
        return _forecast(expression, equations)
    return _sample(expression, equations) if expression.function == "if_then_else" else None


def _state_of(expression: Expr, equations: Equations, *kinds: str) -> tuple[int, State] | None:
    if isinstance(expression, StateValue) and equations.states[expression.state].kind in kinds:
        return expression.state, equations.states[expression.state]
    return None


def _delay(expression: Apply, equations: Equations) -> Construct | None:
    """`state / time`, where the state begins at `initial * time`."""
    found = _state_of(expression.args[0], equations, "delay", "delay_n")
    if found is None:
        return None
    number, state = found
    return Construct("DELAY", number, {**state.inputs, "initial": state.initial.children[0]})


def _trend(expression: Apply, equations: Equations) -> Construct | None:
    """`(input - state) / (time * ABS(state))`, where the state begins at `input / (1 + initial * time)`."""
    inner = expression.args[0].children
    found = _state_of(inner[1], equations, "trend") if len(inner) == 2 else None
    if found is None:
        return None
    number, state = found
    growth = state.initial.children[1].children[1]
    parts = dict(state.inputs)
    if isinstance(growth, Apply) and growth.function == "multiply" and growth.args[1] == parts["time"]:
        parts["initial"] = growth.args[0]
    return Construct("TREND", number, parts)


def _forecast(expression: Apply, equations: Equations) -> Construct | None:
    """`input * (1 + TREND * horizon)`."""
    sum_of_two = expression.args[1].children
    ahead = sum_of_two[1].children if len(sum_of_two) == 2 and sum_of_two[0] == Number(value=1.0) else ()
    trend = construct_of(ahead[0], equations) if len(ahead) == 2 else None
    if trend is None or trend.name != "TREND" or expression.args[0] != trend.parts["input"]:
        return None
    return Construct("FORECAST", trend.state, {**trend.parts, "horizon": ahead[1]})


def _sample(expression: Apply, equations: Equations) -> Construct | None:
    """`IF THEN ELSE(condition, input, state)`."""
    found = _state_of(expression.args[2], equations, "sample")
    if found is None:
        return None
    number, state = found
    return Construct("SAMPLE IF TRUE", number, {**state.inputs, "initial": state.initial})
