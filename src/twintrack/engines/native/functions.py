"""Functions of Vensim as operations of a scalar graph; times and thresholds as in `engines.functions`."""

from __future__ import annotations

from collections.abc import Sequence

from twintrack.engines.functions import SMALL
from twintrack.engines.native.graph import ScalarGraph


def guarded(graph: ScalarGraph, args: Sequence[int]) -> int:
    """Give XIDZ, or ZIDZ when there is no third argument: a quotient, or that where nothing divides."""
    numerator, denominator, otherwise = (*args, graph.literal(0.0))[:3]
    zero = graph.apply("less", graph.apply("abs", denominator), graph.literal(SMALL))
    safe = graph.select(zero, graph.literal(1.0), denominator)
    return graph.select(zero, otherwise, graph.apply("divide", numerator, safe))


def rounded(graph: ScalarGraph, function: str, args: Sequence[int]) -> int:
    """Give QUANTUM or MODULO of a value and a unit."""
    value, unit = args
    small = graph.apply("less", unit, graph.literal(SMALL))
    safe = graph.select(small, graph.literal(1.0), unit)
    whole = graph.apply("multiply", safe, graph.apply("trunc", graph.apply("divide", value, safe)))
    quantum = graph.select(small, value, whole)
    return quantum if function == "quantum" else graph.apply("subtract", value, quantum)


def timed(graph: ScalarGraph, function: str, args: Sequence[int], now: int, step: float) -> int:
    """Give STEP, RAMP, PULSE or PULSE TRAIN at the time `now`."""
    return {"step": _step, "ramp": _ramp, "pulse": _pulse, "pulse_train": _pulse_train}[function](
        graph, args, now, step
    )


def _step(graph: ScalarGraph, args: Sequence[int], now: int, step: float) -> int:
    height, start = args
    middle = graph.apply("add", now, graph.literal(0.5 * step))
    return graph.select(graph.apply("greater", middle, start), height, graph.literal(0.0))


def _ramp(graph: ScalarGraph, args: Sequence[int], now: int, step: float) -> int:
    del step
    slope, start, finish = args
    passed = graph.apply("subtract", graph.apply("min", now, finish), start)
    begun = graph.apply("greater", graph.apply("add", now, graph.literal(SMALL)), start)
    return graph.select(begun, graph.apply("multiply", slope, passed), graph.literal(0.0))


def _pulse(graph: ScalarGraph, args: Sequence[int], now: int, step: float) -> int:
    del step
    start, width = args
    begun = graph.apply("less_equal", graph.apply("subtract", start, graph.literal(SMALL)), now)
    inside = graph.apply("and", begun, graph.apply("less", now, graph.apply("add", start, width)))
    return graph.number(inside)


def _pulse_train(graph: ScalarGraph, args: Sequence[int], now: int, step: float) -> int:
    del step
    start, interval, width, end = args
    begun = graph.apply("less_equal", start, now)
    inside = graph.apply("and", begun, graph.apply("less", now, end))
    since = graph.apply("add", graph.apply("subtract", now, start), graph.literal(SMALL))
    within = graph.apply("less", graph.apply("mod", since, interval), width)
    return graph.number(graph.apply("and", inside, within))
