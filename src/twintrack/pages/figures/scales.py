"""From numbers to places on paper: linear scales with round ticks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

STEPS = (1.0, 2.0, 5.0, 10.0)
"""Of ticks; a quarter would need a digit more than its neighbours."""
MONTHS = (1.0, 2.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0)


@dataclass(frozen=True)
class Scale:
    """A linear scale from `low` and `high` to the places `start` and `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the place of a value; beyond the ends it is that of the end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def step_for(span: float, number: int = 4, *, months: bool = False) -> float:
    """Give a round step that parts a span in about so many."""
    rough = max(span, 1e-9) / number
    if months:
        return next((step for step in MONTHS if step >= rough), MONTHS[-1] * math.ceil(rough / MONTHS[-1]))
    size: float = 10.0 ** math.floor(math.log10(rough))
    return next(size * step for step in STEPS if size * step >= rough * (1 - 1e-9))


def ticks(low: float, high: float, step: float) -> list[float]:
    """Give the multiples of a step from low to high."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [place * step for place in range(first, last + 1)]


def round_ends(
    values: Iterable[float], number: int = 4, *, months: bool = False
) -> tuple[float, float, float]:
    """Give low, high and step of an axis that holds some values."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    if low == high:
        low, high = low - 1.0, high + 1.0
    step = step_for(high - low, number, months=months)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step


def padded(values: Sequence[float], share: float = 0.12) -> tuple[float, float]:
    """Give the ends of a scale that leaves some room on both sides."""
    finite = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(finite), max(finite)
    room = (high - low) * share or abs(high) * share or 1.0
    return low - room, high + room
