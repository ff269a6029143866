"""Stateful constructs: each becomes a state of its own, and stands in its equation as a formula of its value.

The formulas follow PySD and Vensim's reference manual; `states` says how they move on. Units and texts belong
to the construct as it was written: `construct_of` recognises it again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twintrack.equations.constructs import MEMORY
from twintrack.equations.expressions import Call, Handler, Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.random_calls import drawn
from twintrack.equations.structure import (
    Apply,
    Equations,
    Expr,
    Index,
    Number,
    Reference,
    State,
    StateValue,
)


def _state(lowering: Lowering, kind: str, initial: Expr, **inputs: Expr) -> int:
    """Add a state with the axes of all its parts and give its number."""
    axes = lowering.sorted_axes([axis for part in (initial, *inputs.values()) for axis in part.axes])
    shape = tuple(lowering.size_of(axis) for axis in axes)
    states = lowering.frame.states
    states.append(State(kind, lowering.variable, axes, shape, initial, inputs, lowering.where))
    return len(states) - 1


def _value(lowering: Lowering, state: int, part: str = "last") -> Expr:
    return StateValue(axes=lowering.frame.states[state].axes, state=state, part=part)


def _integ(lowering: Lowering, node: Any) -> Expr:
    initial, flow = lowering.lower(node.initial), lowering.lower(node.flow)
    return _value(lowering, _state(lowering, "integ", initial, flow=flow))


def _inputs(lowering: Lowering, node: Any, time: Any) -> dict[str, Expr]:
    parts = {"input": node.input, "time": time, "order": node.order}
    return {role: lowering.lower(part) for role, part in parts.items()}


def _smooth(lowering: Lowering, node: Any) -> Expr:
    inputs = _inputs(lowering, node, node.smooth_time)
    return _value(lowering, _state(lowering, "smooth", lowering.lower(node.initial), **inputs))


def pink_noise(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give RANDOM PINK NOISE: normal noise, smoothed, whose deviation is the same for every time step.

    After E. Anderson's form in Vensim's manual: a smooth of order 1 over the correlation time.
    """
    if len(trees) != len(MEMORY[name].arguments):
        message = f"{len(MEMORY[name].arguments)} arguments are needed, {len(trees)} are given"
        return lowering.fault(message, spoken(name))
    mean, deviation, time, seed = map(lowering.lower, trees)
    step = lowering.variable_value("time_step", ())
    time = lowering.apply("max", time, step)
    one = lowering.apply("divide", step, time)
    strength = lowering.apply("divide", lowering.apply("subtract", Number(value=2.0), one), one)
    ends = [Number(value=value) for value in (-6.0, 6.0, 0.0, 1.0)]

    def noise(scale: Expr) -> Expr:
        number = drawn(lowering, "random_normal", [*ends, seed])
        return lowering.apply("add", mean, lowering.apply("multiply", scale, number))

    white = noise(lowering.apply("multiply", deviation, lowering.apply("sqrt", strength)))
    inputs = {"input": white, "time": time, "order": Number(value=1.0)}
    return _value(lowering, _state(lowering, "smooth", noise(deviation), **inputs))


def _delay_inputs(lowering: Lowering, node: Any) -> tuple[Expr, dict[str, Expr]]:
    inputs = _inputs(lowering, node, node.delay_time)
    return lowering.apply("multiply", lowering.lower(node.initial), inputs["time"]), inputs


def _delay(lowering: Lowering, node: Any) -> Expr:
    initial, inputs = _delay_inputs(lowering, node)
    held = _value(lowering, _state(lowering, "delay", initial, **inputs))
    return lowering.apply("divide", held, inputs["time"])


def _delay_n(lowering: Lowering, node: Any) -> Expr:
    initial, inputs = _delay_inputs(lowering, node)
    state = _state(lowering, "delay_n", initial, **inputs)
    return lowering.apply("divide", _value(lowering, state), _value(lowering, state, "time"))


def _delay_fixed(lowering: Lowering, node: Any) -> Expr:
    inputs = {"input": lowering.lower(node.input), "time": lowering.lower(node.delay_time)}
    return _value(lowering, _state(lowering, "delay_fixed", lowering.lower(node.initial), **inputs))


def _average(lowering: Lowering, initial_growth: Expr, value: Expr, time: Expr) -> Expr:
    """Give the averaged input whose relative distance to the input is the trend."""
    one_more = lowering.apply("add", Number(value=1.0), initial_growth)
    initial = lowering.apply("divide", value, one_more)
    return _value(lowering, _state(lowering, "trend", initial, input=value, time=time))


def _trend(lowering: Lowering, node: Any) -> Expr:
    value, time = lowering.lower(node.input), lowering.lower(node.average_time)
    growth = lowering.apply("multiply", lowering.lower(node.initial_trend), time)
    average = _average(lowering, growth, value, time)
    scale = lowering.apply("multiply", time, lowering.apply("abs", average))
    return lowering.apply("zidz", lowering.apply("subtract", value, average), scale)


def _forecast(lowering: Lowering, node: Any) -> Expr:
    value, time = lowering.lower(node.input), lowering.lower(node.average_time)
    average = _average(lowering, lowering.lower(node.initial_trend), value, time)
    scale = lowering.apply("multiply", time, average)
    growth = lowering.apply("zidz", lowering.apply("subtract", value, average), scale)
    ahead = lowering.apply("multiply", growth, lowering.lower(node.horizon))
    return lowering.apply("multiply", value, lowering.apply("add", Number(value=1.0), ahead))


def sample_of_itself(lowering: Lowering, node: Any, box: tuple[Index, ...]) -> Expr:
    """Give a variable that is a SAMPLE IF TRUE and nothing else, `box` being its elements on the left.

    It may ask for itself, as a highest value so far does. What it holds then is its value one step before.
    """
    initial = lowering.lower(node.initial)

    def before(own: Reference) -> Expr:
        inputs = {"input": own, "time": Number(value=0.0)}  # no pipeline is shorter than a step
        return _value(lowering, _state(lowering, "delay_fixed", initial, **inputs))

    lowering.own = box, before
    found = _sample_if_true(lowering, node)
    lowering.own = None
    return found


def _sample_if_true(lowering: Lowering, node: Any) -> Expr:
    inputs = {"condition": lowering.lower(node.condition), "input": lowering.lower(node.input)}
    held = _value(lowering, _state(lowering, "sample", lowering.lower(node.initial), **inputs))
    return lowering.apply("if_then_else", inputs["condition"], inputs["input"], held)


def _initial(lowering: Lowering, node: Any) -> Expr:
    return _value(lowering, _state(lowering, "initial", lowering.lower(node.initial)))


def _by_name(build: Handler) -> Handler:
    """Let a construct that stands inside a SAMPLE IF TRUE mean the variable itself by its name."""

    def built(lowering: Lowering, node: Any) -> Expr:
        own, lowering.own = lowering.own, None
        found = build(lowering, node)
        lowering.own = own
        return found

    return built


_HANDLERS: dict[str, Handler] = {
    "IntegStructure": _integ,
    "SmoothStructure": _smooth,
    "SmoothNStructure": _smooth,
    "DelayStructure": _delay,
    "DelayNStructure": _delay_n,
    "DelayFixedStructure": _delay_fixed,
    "TrendStructure": _trend,
    "ForecastStructure": _forecast,
    "SampleIfTrueStructure": _sample_if_true,
    "InitialStructure": _initial,
}
CALLS: dict[str, Call] = {"random_pink_noise": pink_noise}
"""What lowers constructs that are written as calls."""

HANDLERS = {kind: _by_name(build) for kind, build in _HANDLERS.items()}
"""What lowers each kind of syntax tree."""

_VALUES = {"integ": "INTEG", "smooth": "SMOOTH", "delay_fixed": "DELAY FIXED", "initial": "INITIAL"}
"""Constructs whose value is that of their state."""

_FORMULAS: dict[str, tuple[str, tuple[str, ...], tuple[int, ...]]] = {
    "divide": ("DELAY", ("delay", "delay_n"), (0,)),
    "if_then_else": ("SAMPLE IF TRUE", ("sample",), (2,)),
    "zidz": ("TREND", ("trend",), (1, 1, 0)),
    "multiply": ("FORECAST", ("trend",), (1, 1, 0, 1, 1)),
}
"""Constructs whose value is a formula, by its function.

With the kinds that their state may have, and where in the formula its value stands, children by number. TREND
and FORECAST differ in the denominator: a trend is relative to the size of the average.
"""

_ROLES = ("condition", "flow", "input", "time", "horizon", "initial")


@dataclass(frozen=True)
class Construct:
    """A stateful construct as it was written.

    `name`: INTEG, SMOOTH, DELAY, DELAY FIXED, TREND, FORECAST, SAMPLE IF TRUE or INITIAL. `state`: its number
    in the equations. `parts`: its arguments by role.
    """

    name: str
    state: int
    parts: Mapping[str, Expr]

    @property
    def arguments(self) -> list[Expr]:
        """The arguments as they are written, without the order of a smooth or delay."""
        return [self.parts[role] for role in _ROLES if role in self.parts]


def construct_of(expression: Expr, equations: Equations) -> Construct | None:
    """Give the construct that an expression stands for; None when it is an ordinary formula."""
    if isinstance(expression, StateValue):
        state = equations.states[expression.state]
        named = _VALUES.get(state.kind)
        parts = {**state.inputs, "initial": state.initial}
        return Construct(named, expression.state, parts) if named else None
    function = expression.function if isinstance(expression, Apply) else ""
    name, kinds, path = _FORMULAS.get(function, ("", (), ()))
    value = _inside(expression, path)
    if not isinstance(value, StateValue) or equations.states[value.state].kind not in kinds:
        return None
    state = equations.states[value.state]
    parts = {**state.inputs, "initial": state.initial}
    if name == "DELAY":  # begins at initial * time
        parts["initial"] = state.initial.children[0]
    elif name == "TREND":  # begins at input / (1 + initial * time)
        parts["initial"] = state.initial.children[1].children[1].children[0]
    elif name == "FORECAST":  # is input * (1 + trend * horizon)
        parts = {**state.inputs, "horizon": expression.children[1].children[1].children[1]}
    return Construct(name, value.state, parts)


def _inside(expression: Expr, path: Sequence[int]) -> Expr | None:
    """Follow a path of children; None where it leads nowhere."""
    for number in path:
        if len(expression.children) <= number:
            return None
        expression = expression.children[number]
    return expression
