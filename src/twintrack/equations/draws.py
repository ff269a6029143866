"""Drawing random numbers: uniform ones of a stream, and numbers that are tried until one fits.

`Stream` gives as many uniform numbers as a function needs; see `streams` for what makes them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from twintrack.equations.operations import Builder
from twintrack.equations.special import normal_quantile

V = Any
"""A value of the builder."""
B = Builder[Any]

TURNS = 40
"""How often a number is drawn again; a method without a range fails once in three times at most."""
_EACH = 256
"""How far the streams of two turns lie apart."""


@dataclass(frozen=True)
class Stream:
    """Uniform numbers of one stream at one time."""

    stream: V
    seed: V
    run: V
    now: V

    @property
    def words(self) -> tuple[V, ...]:
        """What the numbers follow from."""
        return (self.stream, self.seed, self.run, self.now)

    def uniform(self, b: B, number: float = 0.0) -> V:
        """Give one of the numbers."""
        place = b.apply("add", self.stream, b.literal(number)) if number else self.stream
        return b.apply("random", place, *self.words[1:])

    def moved(self, b: B, turn: V) -> Stream:
        """Give the numbers of another turn."""
        stream = b.apply("add", self.stream, b.apply("multiply", turn, b.literal(_EACH)))
        return Stream(stream, *self.words[1:])


def between(b: B, value: V, low: V, high: V) -> V:
    """Keep a value between two others."""
    return b.apply("max", low, b.apply("min", high, value))


def spread(b: B, share: V, low: V, high: V) -> V:
    """Give what lies between two values, by a share of their distance."""
    return b.apply("add", low, b.apply("multiply", share, b.apply("subtract", high, low)))


def floor(b: B, x: V) -> V:
    """Give the largest whole number that is not larger."""
    cut = b.apply("trunc", x)
    return b.apply("subtract", cut, b.number(b.apply("less", x, cut)))


def all_of(b: B, *conditions: V) -> V:
    """Whether all conditions hold."""
    found = conditions[0]
    for condition in conditions[1:]:
        found = b.apply("and", found, condition)
    return found


def placed(b: B, value: V, shift: V, stretch: V) -> V:
    """Stretch a value and shift it."""
    return b.apply("add", shift, b.apply("multiply", stretch, value))


Trial = Callable[[B, Stream, Sequence[V]], tuple[V, V]]
"""From a stream and what is given, a number and whether it is one."""


def again(b: B, source: Stream, otherwise: V, ends: Sequence[V], given: Sequence[V], trial: Trial) -> V:
    """Give the first number of some trials that is one and, stretched and shifted, lies in the range.

    `ends` are the ends of the range, the shift and the stretch; without it there is no range.
    """
    words, bounds = len(source.words), len(ends)

    def turn(b: B, held: Sequence[V], given: Sequence[V]) -> list[V]:
        value, pending, number = held
        stream = Stream(*given[:words]).moved(b, number)
        found, good = trial(b, stream, given[words + bounds :])
        if bounds:
            low, high, shift, stretch = given[words : words + bounds]
            found = placed(b, found, shift, stretch)
            good = all_of(b, good, b.apply("less_equal", low, found), b.apply("less_equal", found, high))
        taken = all_of(b, good, b.apply("greater", pending, b.literal(0.0)))
        left = b.select(taken, b.literal(0.0), pending)
        return [b.select(taken, found, value), left, b.apply("add", number, b.literal(1.0))]

    start = [otherwise, b.literal(1.0), b.literal(1.0)]
    return b.iterate(TURNS, start, [*source.words, *ends, *given], turn)


def ranged(b: B, source: Stream, mean: V, ends: Sequence[V], given: Sequence[V], trial: Trial) -> V:
    """Give a number of some trials within a range, or its mean kept in it."""
    low, high, shift, stretch = ends
    return again(b, source, between(b, placed(b, mean, shift, stretch), low, high), ends, given, trial)


def gamma_trial(b: B, stream: Stream, order: V, first: int = 1) -> tuple[V, V]:
    """Try one number of the gamma distribution; below an order of 1 by that of the next one."""
    apply, literal = b.apply, b.literal
    small = apply("less", order, literal(1.0))
    d = apply("subtract", apply("add", order, b.number(small)), literal(1.0 / 3.0))
    z = normal_quantile(b, stream.uniform(b, first))
    c = apply("divide", literal(1.0), apply("sqrt", apply("multiply", literal(9.0), d)))
    root = apply("add", literal(1.0), apply("multiply", c, z))
    positive = apply("greater", root, literal(0.0))
    safe = b.select(positive, root, literal(1.0))
    v = apply("multiply", safe, apply("multiply", safe, safe))
    bound = apply("multiply", literal(0.5), apply("multiply", z, z))
    rest = apply("add", apply("subtract", literal(1.0), v), apply("ln", v))
    bound = apply("add", bound, apply("multiply", d, rest))
    below = apply("less", apply("ln", stream.uniform(b, first + 1)), bound)
    value = apply("multiply", d, v)
    log = apply("divide", apply("ln", stream.uniform(b, first + 2)), b.select(small, order, literal(1.0)))
    shrunk = apply("multiply", value, apply("exp", log))
    return b.select(small, shrunk, value), apply("and", positive, below)
