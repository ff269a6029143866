"""Sorting as operations of a scalar graph: a network of exchanges, the same whatever the values are."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from twintrack.engines.scalar.graph import ScalarGraph


class Sorting:
    """Brings values into the order of their keys: ascending, equal ones as they stood, NaN last.

    A network of exchanges, the same whatever the keys are (K. E. Batcher, Sorting networks and their
    applications, 1968; for any number of keys as Algorithm M in section 5.2.2 of D. E. Knuth, The Art of
    Computer Programming). It is stable since equal keys are told apart by where they stood.
    """

    def __init__(self, graph: ScalarGraph, keys: Sequence[int]) -> None:
        self.graph = graph
        apply, literal, count = graph.apply, graph.literal, len(keys)
        real = [apply("equal", key, key) for key in keys]
        sizes = [graph.select(r, key, literal(math.inf)) for r, key in zip(real, keys, strict=True)]
        marks = [graph.select(r, literal(k), literal(k + count)) for k, r in enumerate(real)]
        self.exchanges: list[tuple[int, int, int]] = []
        for one, other in _network(count):
            same = apply("equal", sizes[other], sizes[one])
            behind = graph.joined("and", same, apply("less", marks[other], marks[one]))
            exchange = one, other, graph.joined("or", apply("less", sizes[other], sizes[one]), behind)
            self.exchanges.append(exchange)
            for values in (sizes, marks):
                self._exchange(values, *exchange)
        end = literal(count)
        self.order = [
            graph.select(apply("less", mark, end), mark, apply("subtract", mark, end)) for mark in marks
        ]
        """Where each value stood that comes first, second and so on, counted from 0."""

    def sorted(self, values: Sequence[int]) -> list[int]:
        """Give values that stand as the keys stood in the order of the keys."""
        found = list(values)
        for exchange in self.exchanges:
            self._exchange(found, *exchange)
        return found

    def back(self, values: Sequence[int]) -> list[int]:
        """Give values that stand in the order of the keys as the keys stood."""
        found = list(values)
        for exchange in reversed(self.exchanges):
            self._exchange(found, *exchange)
        return found

    def _exchange(self, values: list[int], one: int, other: int, condition: int) -> None:
        first, second = values[one], values[other]
        values[one] = self.graph.select(condition, second, first)
        values[other] = self.graph.select(condition, first, second)


def _network(count: int) -> Iterator[tuple[int, int]]:
    """Give the pairs of places to compare, in turn, that sort so many values."""
    width = 1
    while width < count:
        distance = width
        while distance:
            for start in range(distance % width, count - distance, 2 * distance):
                for one in range(start, min(start + distance, count - distance)):
                    if one // (2 * width) == (one + distance) // (2 * width):
                        yield one, one + distance
            distance //= 2
        width *= 2
