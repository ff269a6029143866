"""INTERNAL RATE OF RETURN: the rate at which all that was paid and received until now is worth nothing.

As in Vensim's manual, what flows within a fiscal period counts at the end of it, an initial amount at its own
time, and the rate is one for each fiscal period, between -1 and 1, or :NA: where there is none. Periods are
counted from the initial time on. The present step counts, as in NPV.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from twintrack.equations.composites import ZERO, held, remembered, step_of
from twintrack.equations.constructs import MEMORY
from twintrack.equations.expressions import Call, Frame, Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.structure import Expr, Number, Time

MOST_PERIODS = 1_000
_NAME = "internal_rate_of_return"
_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _internal_rate_of_return(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    needed, shown, apply = len(MEMORY[name].arguments), spoken(name), lowering.apply
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", shown)
    count = _periods(lowering.frame, trees[1])
    if not 1 <= count <= MOST_PERIODS:
        message = f"the period must be a number or a constant, and a run have at most {MOST_PERIODS:,}"
        return lowering.fault(message, shown)
    stream, given_period, initial, time = map(lowering.lower, trees)
    step, start = step_of(lowering), lowering.variable_value("initial_time", ())
    period = apply("max", given_period, step)

    def periods_until(moment: Expr) -> Expr:
        return apply("divide", apply("subtract", moment, start), period)

    passed = periods_until(apply("add", Time(), apply("multiply", Number(value=0.5), step)))
    here = apply("integer", passed)
    flow = apply("multiply", stream, step)
    flows = [_flow_of(lowering, number, here, flow) for number in range(count)]
    first = remembered(lowering, "initial", initial, lambda own: {})
    place = remembered(lowering, "initial", periods_until(time), lambda own: {})
    rate = apply("of_internal_rate", first, place, *flows)
    beyond = apply("greater_equal", here, Number(value=float(count)))  # where a run is longer than the file's
    return apply("if_then_else", beyond, Number(value=float("nan")), rate)


def _flow_of(lowering: Lowering, number: int, here: Expr, flow: Expr) -> Expr:
    """Give what one fiscal period has brought so far, the present step with it."""
    apply = lowering.apply
    away = apply("abs", apply("subtract", here, Number(value=float(number))))
    inside = apply("less", away, Number(value=0.5))

    def following(own: Expr) -> Expr:
        return apply("if_then_else", inside, apply("add", own, flow), own)

    return following(held(lowering, ZERO, following))


def _periods(frame: Frame, period: Any) -> int:
    """Give how many fiscal periods a run has by the file's own clock; 0 where that is not written there."""
    first, last, step = (_written(frame, frame.written.get(f"{name}")) for name in _CLOCK)
    length = _written(frame, period)
    if first is None or last is None or step is None or length is None or max(length, step) <= 0:
        return 0
    return int((last - first + 0.5 * step) / max(length, step)) + 1


_CLOCK = ("initial_time", "final_time", "time_step")


def _written(frame: Frame, tree: Any, depth: int = 20) -> float | None:
    """Give the number that is written somewhere: itself, by the names of constants, or as their product."""
    if isinstance(tree, int | float):
        return float(tree)
    if not depth:
        return None
    if hasattr(tree, "reference"):
        found = frame.names.find(tree.reference)
        return None if tree.subscripts else _written(frame, frame.written.get(found), depth - 1)
    signs = getattr(tree, "operators", [None])
    if not all(sign in _OPERATORS for sign in signs):
        return None
    total, *parts = (_written(frame, part, depth - 1) for part in tree.arguments)
    for sign, part in zip(signs, parts, strict=True):
        if total is None or part is None or (sign == "/" and part == 0):
            return None
        total = _OPERATORS[sign](total, part)
    return total


CALLS: dict[str, Call] = {_NAME: _internal_rate_of_return}
"""What lowers the function."""
