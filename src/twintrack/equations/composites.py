"""Functions with a memory that are made of simpler ones: restricted stocks, present values, depreciation.

The formulas are those of Vensim's reference manual. A state may follow from itself: `remembered` gives it its
own value while its inputs are written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from twintrack.equations.constructs import MEMORY
from twintrack.equations.expressions import Call, Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.structure import NA, Expr, Number, OwnValue, State, StateValue, Time

ONE = Number(value=1.0)
ZERO = Number(value=0.0)
HALF = Number(value=0.5)


def remembered(
    lowering: Lowering, kind: str, initial: Expr, inputs: Callable[[Expr], dict[str, Expr]]
) -> Expr:
    """Add a state whose inputs follow from its own value, and give that; it has all axes of the left."""
    states, axes = lowering.frame.states, lowering.left
    shape = tuple(map(lowering.size_of, axes))
    number = len(states)
    states.append(State(kind, lowering.variable, axes, shape, initial, {}, lowering.where))
    found = inputs(OwnValue(axes=axes, state=number))
    states[number] = State(kind, lowering.variable, axes, shape, initial, found, lowering.where)
    return StateValue(axes=axes, state=number)


def held(lowering: Lowering, initial: Expr, following: Callable[[Expr], Expr]) -> Expr:
    """Add a state that becomes at the next step what follows from it now: a pipeline of one step."""
    return remembered(lowering, "delay_fixed", initial, lambda own: {"input": following(own), "time": ZERO})


def stock(lowering: Lowering, initial: Expr, flow: Callable[[Expr], Expr]) -> Expr:
    """Add a stock, whose flow may follow from it, and give its value."""
    return remembered(lowering, "integ", initial, lambda own: {"flow": flow(own)})


def step_of(lowering: Lowering) -> Expr:
    """Give the time step."""
    return lowering.variable_value("time_step", ())


def _sinteg(lowering: Lowering, args: Sequence[Expr]) -> Expr:
    """SINTEG: a stock kept between two values, at multiples of a unit, and at a value where it is near it."""
    rate, initial, *limits = args
    apply = lowering.apply
    if not all(isinstance(limit, Number) for limit in limits):
        return lowering.fault("the last five arguments are numbers or :NA:", "SINTEG")
    low, high, unit, special, near = limits
    given = [isinstance(limit, Number) and limit.value != NA for limit in limits]

    def restricted(value: Expr) -> Expr:
        if given[2]:
            value = apply("quantum", value, unit)
        if given[3] and given[4]:
            close = apply("less", apply("abs", apply("subtract", value, special)), near)
            value = apply("if_then_else", close, special, value)
        value = apply("max", low, value) if given[0] else value
        return apply("min", high, value) if given[1] else value

    if not any(given):
        return stock(lowering, initial, lambda own: rate)
    return held(
        lowering,
        restricted(initial),
        lambda own: restricted(apply("add", own, apply("multiply", step_of(lowering), rate))),
    )


def _discounted(lowering: Lowering, args: Sequence[Expr], *, at_the_end: bool) -> Expr:
    """Give the present value of a stream, of which that of the present step is a part."""
    stream, rate, initial, factor = args
    apply, step = lowering.apply, step_of(lowering)
    growth = apply("add", ONE, apply("multiply", rate, step))
    fall = apply("divide", rate, growth)
    discount = stock(lowering, ONE, lambda own: apply("multiply", apply("negative", own), fall))
    counted = apply("divide", discount, growth) if at_the_end else discount
    worth = apply("multiply", stream, counted)
    total = stock(lowering, initial, lambda own: worth)
    return apply("multiply", apply("add", total, apply("multiply", worth, step)), factor)


def _npv(lowering: Lowering, args: Sequence[Expr]) -> Expr:
    return _discounted(lowering, args, at_the_end=False)


def _npve(lowering: Lowering, args: Sequence[Expr]) -> Expr:
    return _discounted(lowering, args, at_the_end=True)


def _depreciate_straightline(lowering: Lowering, args: Sequence[Expr]) -> Expr:
    """DEPRECIATE STRAIGHTLINE: what is spent in a fiscal period is written off in that and the next ones.

    What is spent now counts with its part of the present period; of the periods before, all that was spent
    in each counts evenly. Before the run, `init` was spent all the time: sums are deviations from that.
    """
    stream, life, period, initial = args
    apply, step = lowering.apply, step_of(lowering)
    whole = apply("integer", apply("add", apply("divide", life, period), Number(value=0.5)))
    periods = apply("max", ONE, whole)
    before = apply("subtract", periods, ONE)
    length = apply("multiply", before, period)
    spent = stock(lowering, ZERO, lambda own: apply("subtract", stream, initial))
    passed = apply("subtract", Time(), lowering.variable_value("initial_time", ()))
    middle = apply("add", passed, apply("multiply", Number(value=0.5), step))
    begins = apply("less", apply("modulo", middle, period), step)

    def closed_at_begin(before: Expr) -> Expr:
        return apply("if_then_else", begins, spent, before)

    closed = closed_at_begin(held(lowering, ZERO, closed_at_begin))
    lasting = {"input": closed, "time": apply("max", step, length)}
    long_ago = remembered(lowering, "delay_fixed", ZERO, lambda own: lasting)
    several = apply("greater", before, Number(value=0.5))
    inside = apply("if_then_else", several, apply("subtract", closed, long_ago), ZERO)
    past = apply("add", apply("multiply", initial, length), inside)
    now = apply("divide", stream, periods)
    return apply("add", now, apply("divide", past, apply("multiply", periods, period)))


def _lead(lowering: Lowering, time: Expr) -> Expr:
    """Give how many steps a time is long, one at least."""
    apply = lowering.apply
    rounded = apply("add", apply("divide", time, step_of(lowering)), HALF)
    return apply("max", ONE, apply("integer", rounded))


def _ahead(lowering: Lowering, kind: str, initial: Expr, value: Expr, time: Expr) -> Expr:
    inputs = {"lead": _lead(lowering, time), "input": value}
    return remembered(lowering, kind, initial, lambda own: inputs)


def _delay_information(lowering: Lowering, args: Sequence[Expr]) -> Expr:
    """DELAY INFORMATION: of what arrives at one time the latest counts, and is held until something does."""
    value, time, initial = args
    return _ahead(lowering, "delay_information", initial, value, time)


def _delay_material(lowering: Lowering, args: Sequence[Expr]) -> Expr:
    """DELAY MATERIAL: what arrives at one time is added up, and where nothing does, something else is given.

    Until the delay time of the beginning has passed, that is the initial value.
    """
    value, time, initial, missing = args
    apply = lowering.apply
    arrived = _ahead(lowering, "delay_material", ZERO, value, time)
    any_arrived = apply("greater", _ahead(lowering, "delay_material", ZERO, ONE, time), HALF)
    at_first = remembered(lowering, "initial", _lead(lowering, time), lambda own: {})
    passed = apply("subtract", Time(), lowering.variable_value("initial_time", ()))
    counted = apply("integer", apply("add", apply("divide", passed, step_of(lowering)), HALF))
    early = apply("if_then_else", apply("less", counted, at_first), initial, missing)
    return apply("if_then_else", any_arrived, arrived, early)


_BUILD: dict[str, Callable[[Lowering, Sequence[Expr]], Expr]] = {
    "sinteg": _sinteg,
    "npv": _npv,
    "npve": _npve,
    "depreciate_straightline": _depreciate_straightline,
    "delay_information": _delay_information,
    "delay_material": _delay_material,
}


def _call(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    needed = len(MEMORY[name].arguments)
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", spoken(name))
    args = [lowering.lower(tree) for tree in trees]
    if any(isinstance(arg, Number) and math.isnan(arg.value) for arg in args):
        return Number(value=math.nan)  # what is wrong is told already
    return _BUILD[name](lowering, args)


CALLS: dict[str, Call] = dict.fromkeys(_BUILD, _call)
"""What lowers each of these functions."""
