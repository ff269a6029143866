"""What all measurements share: a clock, medians with ranges, rounds in turn."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Clock = Callable[[], float]
"""Gives seconds from any fixed moment."""

Json = dict[str, Any]


class NotMeasuredError(Exception):
    """Something cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Measured:
    """Median and range of `n` measurements."""

    median: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Measured:
        """Give median and range of one or more numbers."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    def json(self) -> Json:
        """Give what `--json` prints."""
        return {"median": self.median, "low": self.low, "high": self.high, "n": self.n}


def seconds(work: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Give how long a call takes."""
    start = clock()
    work()
    return clock() - start


def in_turn(
    contestants: Mapping[str, Callable[[], object]], rounds: int, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Time all contestants once in every round, seconds per call.

    Taking turns, a noisy neighbour hits all sides alike. The first call of each is not counted: it warms up.
    """
    for work in contestants.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            times[name].append(seconds(work, clock))
    return times


def ratios(slow: Sequence[float], quick: Sequence[float]) -> Measured:
    """Give how many times `slow` takes as long as `quick`, round by round."""
    return Measured.of([one / other for one, other in zip(slow, quick, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share of the values lies, the nearest one that was measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
