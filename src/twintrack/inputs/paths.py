"""Paths over time: what a lever or an outside driver does from year to year.

Time is in decimal years: 2026.5 is the middle of 2026, 2026-07-01 is 2026 + 181/365. A path is piecewise
linear, constant before its first knot and after its last; two knots at one time make a step.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum, isclose
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARLIEST, LATEST = 2016.0, 2040.0
"""The first and last date, in decimal years, that a file may name."""

Knot = tuple[float, float]
"""A time in decimal years and the value there."""


@dataclass(frozen=True)
class TimePath:
    """A piecewise linear path: `times` in decimal years, never falling, and `values` in the lever's unit.

    Of two knots at one time the first is the value just before it, the second the value from then on. Build
    one by `constant` or `through`, which leave out knots that change nothing, so that equal paths compare
    equal.
    """

    times: tuple[float, ...]
    values: tuple[float, ...]

    @classmethod
    def constant(cls, value: float) -> TimePath:
        """Give the path that has one value for ever."""
        return cls((EARLIEST,), (float(value),))

    @classmethod
    def through(cls, knots: Iterable[Knot]) -> TimePath:
        """Give the path through knots in order of time; there must be at least one."""
        kept = _needed(knots)
        if len(kept) == 1:
            return cls.constant(kept[0][1])
        return cls(tuple(time for time, _ in kept), tuple(value for _, value in kept))

    @property
    def is_constant(self) -> bool:
        """Whether the path has one value for ever."""
        return len(self.times) == 1

    @property
    def knots(self) -> tuple[Knot, ...]:
        """The (time, value) pairs."""
        return tuple(zip(self.times, self.values, strict=True))

    def at(self, times: ArrayLike) -> NDArray[np.float64]:
        """Give the values at times in decimal years; the result has the shape of `times`."""
        return self._evaluate(times, "right")

    def over_steps(self, times: ArrayLike) -> NDArray[np.float64]:
        """Give the mean from each time to the next, and the value at the last; the shape is that of `times`.

        `times` rise. A method that holds a rate for a whole step, as Euler's does, so moves all that the path
        brings: also what begins or ends between two times, or does both.
        """
        steps = np.asarray(times, dtype=np.float64)
        inside = [time for time in self.times if steps[0] < time < steps[-1]]
        pieces = np.union1d(steps, inside)
        middle = (self._evaluate(pieces[:-1], "right") + self._evaluate(pieces[1:], "left")) / 2
        first = np.searchsorted(pieces, steps[:-1])
        # Differences to the first piece, so that where nothing moves the mean is the value itself.
        above = middle - np.repeat(middle[first], np.diff(first, append=len(middle)))
        means = middle[first] + np.add.reduceat(above * np.diff(pieces), first) / np.diff(steps)
        return np.append(means, self.at(steps[-1]))

    def value(self, time: float) -> float:
        """Give the value at one time, as `at` does."""
        return self._between(bisect_right(self.times, time), time)

    def before(self, time: float) -> float:
        """Give the value just before a time: at a step, the value that it steps from."""
        return self._between(bisect_left(self.times, time), time)

    def agrees_until(self, time: float, other: TimePath) -> bool:
        """Say whether two paths are the same before a time, but for rounding."""
        # Equal paths, as those of most levers of most strategies: quicker than every knot.
        return self == other or _agree(self, other, time)

    def ramp_to(self, value: float, start: float, years: float) -> TimePath:
        """Follow this path until `start`, go linearly to `value` within `years`, and stay there."""
        here = self.value(start)
        return TimePath.through([*self._until(start), (start, here), (start + years, float(value))])

    def then(self, knots: Sequence[Knot]) -> TimePath:
        """Follow this path until the first of the knots, then go through them."""
        return TimePath.through([*self._until(knots[0][0]), *knots])

    def over_to(self, other: TimePath, start: float, years: float) -> TimePath:
        """Follow this path until `start`, move evenly over to another within `years`, then follow that one.

        Between the knots of both paths and the last date that a file may name, the way over is linear.
        """
        if self == other:
            return self
        end = start + years
        last = min(end, LATEST)
        between = [time for time in all_times([self, other]) if start < time < last]
        knots = self._until(start)
        for time in (start, *between, last) if years > 0 else ():
            weights = (1 - (time - start) / years, (time - start) / years)
            knots += [(time, _mean(values, weights)) for values in sides([self, other], time)]
        if end <= LATEST:
            knots += [(end, other.value(end)), *(knot for knot in other.knots if knot[0] > end)]
        return TimePath.through(knots)

    def _until(self, time: float) -> list[Knot]:
        if time <= EARLIEST:
            return []
        return [*(knot for knot in self.knots if knot[0] < time), (time, self.before(time))]

    def _between(self, after: int, time: float) -> float:
        """Give the value at a time before which so many knots lie: what `_evaluate` gives, to the bit."""
        if not 0 < after < len(self.times):
            return self.values[0 if after == 0 else -1]
        low, high = self.times[after - 1], self.times[after]
        share = (time - low) / (high - low)
        first, second = self.values[after - 1], self.values[after]
        return second if share == 1 else first + share * (second - first)

    def _evaluate(self, when: ArrayLike, side: Literal["left", "right"]) -> NDArray[np.float64]:
        asked = np.asarray(when, dtype=np.float64)
        times, values = np.array(self.times), np.array(self.values)
        before = np.searchsorted(times, asked, side) - 1
        low, high = np.clip(before, 0, None), np.clip(before + 1, None, len(times) - 1)
        span = times[high] - times[low]
        share = np.divide(asked - times[low], span, out=np.zeros_like(asked), where=span > 0)
        # At a knot the knot's own value, free of rounding.
        between = values[low] + share * (values[high] - values[low])
        return np.where(share == 1, values[high], between)


@dataclass(frozen=True)
class DatedPath(TimePath):
    """A path that says something from its first date on; before that, what it is laid over holds.

    `start` is that date. As a path of its own it stands on the value that it was made with.
    """

    start: float = EARLIEST

    @classmethod
    def on(cls, base: TimePath, knots: Sequence[Knot]) -> DatedPath:
        """Give the path through knots, in order of time, that stands on another one before them."""
        path = base.then(knots)
        return cls(path.times, path.values, knots[0][0])

    @property
    def said(self) -> tuple[Knot, ...]:
        """The knots from the first date on, without what the path stands on."""
        return (self.start, self.value(self.start)), *(knot for knot in self.knots if knot[0] > self.start)

    def laid_over(self, base: TimePath) -> TimePath:
        """Give the path that follows another one until the first date; where that is dated, so is this."""
        path = base.then(self.said)
        if not isinstance(base, DatedPath):
            return path
        return DatedPath(path.times, path.values, min(base.start, self.start))


def weighted_mean(paths: Sequence[TimePath], weights: Sequence[float]) -> TimePath:
    """Give the mean of paths with weights that sum to one; where the paths agree, exactly their value."""
    if len(set(paths)) == 1:
        return paths[0]
    times = all_times(paths)
    return TimePath.through((time, _mean(values, weights)) for time in times for values in sides(paths, time))


def all_times(paths: Iterable[TimePath]) -> list[float]:
    """List the times of all knots of some paths, each once, in order."""
    return sorted({time for path in paths for time in path.times})


def sides(paths: Sequence[TimePath], time: float) -> tuple[list[float], list[float]]:
    """Give the values of some paths just before a time, and from then on."""
    return [path.before(time) for path in paths], [path.value(time) for path in paths]


@lru_cache(maxsize=4096)
def _agree(one: TimePath, other: TimePath, time: float) -> bool:
    """Say whether two paths are the same before a time; kept, as a strategy is asked for again and again."""
    both = [one, other]
    pairs = [pair for knot in all_times(both) if knot < time for pair in sides(both, knot)]
    pairs.append(sides(both, time)[0])
    return all(isclose(first, second, rel_tol=1e-12) for first, second in pairs)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    mean = fsum(value * weight for value, weight in zip(values, weights, strict=True))
    # Rounding must not carry the mean out of the range that its members keep.
    return min(max(mean, min(values)), max(values))


def _needed(knots: Iterable[Knot]) -> list[Knot]:
    kept: list[Knot] = []
    for knot in knots:
        if kept and kept[-1] == knot:
            continue
        while len(kept) > 1 and _changes_nothing(kept[-2], kept[-1], knot):
            kept.pop()
        kept.append(knot)
    while len(kept) > 1 and kept[0][1] == kept[1][1]:
        kept.pop(0)
    while len(kept) > 1 and kept[-1][1] == kept[-2][1]:
        kept.pop()
    return kept


def _changes_nothing(before: Knot, knot: Knot, after: Knot) -> bool:
    return before[0] == knot[0] == after[0] or before[1] == knot[1] == after[1]
