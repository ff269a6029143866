"""Integration methods.

`slope(series, flows, memory, t)` gives the derivatives of the flows and the next memory; `now` and
`following` are the series at the beginning and the end of the step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

Method = Literal["euler", "rk4"]
Slope = Callable[[Sequence[Any], Sequence[Any], Sequence[Any], Any], tuple[Sequence[Any], Sequence[Any]]]
Advance = Callable[
    [Slope, Sequence[Any], Sequence[Any], Sequence[Any], Sequence[Any], Any, float],
    tuple[tuple[Any, ...], tuple[Any, ...]],
]


def euler(
    slope: Slope,
    now: Sequence[Any],
    following: Sequence[Any],
    flows: Sequence[Any],
    memory: Sequence[Any],
    t: Any,
    h: float,
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Advance by one step of Euler's method, as Vensim does by default. Gives flows and memory."""
    del following
    rates, later_memory = slope(now, flows, memory, t)
    return moved(flows, rates, h), tuple(later_memory)


def runge_kutta(
    slope: Slope,
    now: Sequence[Any],
    following: Sequence[Any],
    flows: Sequence[Any],
    memory: Sequence[Any],
    t: Any,
    h: float,
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Advance by one step of the classical Runge-Kutta method of order 4. Gives flows and memory.

    Series are taken as linear within the step; memory (pipelines, samples) moves on as under Euler's method.
    """
    middle = [0.5 * (one + other) for one, other in zip(now, following, strict=True)]
    first, later_memory = slope(now, flows, memory, t)
    second, _ = slope(middle, moved(flows, first, 0.5 * h), memory, t + 0.5 * h)
    third, _ = slope(middle, moved(flows, second, 0.5 * h), memory, t + 0.5 * h)
    fourth, _ = slope(following, moved(flows, third, h), memory, t + h)
    rates = [
        (a + 2.0 * b + 2.0 * c + d) / 6.0 for a, b, c, d in zip(first, second, third, fourth, strict=True)
    ]
    return moved(flows, rates, h), tuple(later_memory)


def moved(flows: Sequence[Any], rates: Sequence[Any], length: float) -> tuple[Any, ...]:
    """Move the flows along their derivatives for a length of time."""
    return tuple(value + length * rate for value, rate in zip(flows, rates, strict=True))


METHODS: dict[Method, Advance] = {"euler": euler, "rk4": runge_kutta}
