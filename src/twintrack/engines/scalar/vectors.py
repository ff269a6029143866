"""Functions of whole vectors as operations of a scalar graph; `engines.numpy.vectors` has them on arrays.

Each form takes the elements of its arguments and gives those of its result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product

from twintrack.engines.scalar.allocation import (
    allocate_available,
    allocate_by_priority,
    find_market_price,
    marketp,
)
from twintrack.engines.scalar.graph import ScalarGraph
from twintrack.engines.scalar.sorting import Sorting
from twintrack.equations.constructs import forms_of_vectors
from twintrack.equations.structure import Expr, Vector

Nodes = Sequence[int]
Number = Callable[..., int]
"""Gives the node of an expression at one position on each axis: `number(expression, at, first=...)`."""


class Vectors:
    """Gives elements of functions of whole vectors; all elements of one are computed together, and once."""

    def __init__(self, graph: ScalarGraph, ranges: Mapping[str, Sequence[str]], number: Number) -> None:
        self.graph = graph
        self.ranges = ranges
        self.number = number
        self._found: dict[tuple[object, ...], dict[tuple[int, ...], int]] = {}
        self._sorted: dict[tuple[int, ...], tuple[Sorting, int]] = {}
        """What gave each sort order, and 1 or -1 where it is that or its reverse."""

    def element(self, expression: Vector, at: Mapping[str, int], *, first: bool) -> int:
        """Give one element, initially (`first`) or while the model runs."""
        outer = {axis: at[axis] for axis in expression.axes if axis not in expression.along}
        # By identity: expressions outlive this object, and their own hash would cost a walk through them.
        key = (id(expression), tuple(outer.values()), first)
        if key not in self._found:
            self._found[key] = self._elements(expression, outer, first=first)
        return self._found[key][tuple(at[axis] for axis in expression.along)]

    def _elements(
        self, expression: Vector, outer: Mapping[str, int], *, first: bool
    ) -> dict[tuple[int, ...], int]:
        along = expression.along
        cells = list(product(*(range(len(self.ranges[axis.removesuffix("!")])) for axis in along)))
        places = [{**outer, **dict(zip(along, cell, strict=True))} for cell in cells]

        def elements(argument: Expr) -> list[int]:
            return [self.number(argument, place, first=first) for place in places]

        found = _FORMS[expression.function](self, *map(elements, expression.args))
        return dict(zip(cells, found, strict=True))

    def _rising(self, direction: int) -> int:
        return self.graph.apply("greater", direction, self.graph.literal(0.0))

    def _sort_order(self, vector: Nodes, direction: Nodes) -> list[int]:
        sorting = Sorting(self.graph, vector)
        up, down = sorting.order, sorting.order[::-1]
        self._sorted |= {tuple(up): (sorting, 1), tuple(down): (sorting, -1)}
        ways = map(self._rising, direction)
        return [self.graph.select(*choice) for choice in zip(ways, up, down, strict=True)]

    def _rank(self, vector: Nodes, direction: Nodes) -> list[int]:
        graph, count = self.graph, len(vector)
        if len(set(direction)) > 1:  # the order is then not one of all elements, and is sorted itself
            again = Sorting(graph, self._sort_order(vector, direction)).order
            return [graph.apply("add", place, graph.literal(1.0)) for place in again]
        up = Sorting(graph, vector).back([graph.literal(rank) for rank in range(1, count + 1)])
        rising, last = self._rising(direction[0]), graph.literal(count + 1)
        return [graph.select(rising, rank, graph.apply("subtract", last, rank)) for rank in up]

    def _reorder(self, vector: Nodes, order: Nodes) -> list[int]:
        """Give the elements at some places; a sort order is not looked up but its exchanges done again."""
        if tuple(order) in self._sorted:
            sorting, way = self._sorted[tuple(order)]
            return sorting.sorted(vector)[::way]
        return [_picked(self.graph, vector, self.graph.apply("trunc", place)) for place in order]


def _picked(graph: ScalarGraph, values: Nodes, place: int) -> int:
    """Give the value at a place, NaN beyond the ends, by halves: choices that are equal are one node."""
    not_below = graph.apply("greater_equal", place, graph.literal(0.0))
    inside = graph.joined("and", not_below, graph.apply("less", place, graph.literal(len(values))))
    found, steps = list(values), []
    for power in reversed(range((len(values) - 1).bit_length())):
        half = graph.literal(2**power)
        steps.append(graph.apply("less", place, half))
        place = graph.select(steps[-1], place, graph.apply("subtract", place, half))
    for low in reversed(steps):
        pairs = [found[k : k + 2] for k in range(0, len(found), 2)]
        found = [graph.select(low, pair[0], pair[-1]) for pair in pairs]
    return graph.select(inside, found[0], graph.literal(math.nan))


def _invert_matrix(graph: ScalarGraph, matrix: Nodes) -> list[int]:
    """Invert by elimination with pivots, the largest of a column; no more of each row than is needed."""
    apply, size = graph.apply, math.isqrt(len(matrix))
    one, zero = graph.literal(1.0), graph.literal(0.0)
    rows = [
        [*matrix[k * size : (k + 1) * size], *(one if column == k else zero for column in range(size))]
        for k in range(size)
    ]
    for k in range(size):
        _exchange_rows(graph, rows, k)
        pivot = [apply("divide", value, rows[k][k]) for value in rows[k][k + 1 :]]
        for number, row in enumerate(rows):
            rest = zip(row[k + 1 :], pivot, strict=True)
            left = [apply("subtract", value, apply("multiply", row[k], part)) for value, part in rest]
            row[k + 1 :] = pivot if number == k else left
    return [value for row in rows for value in row[size:]]


def _exchange_rows(graph: ScalarGraph, rows: list[list[int]], k: int) -> None:
    """Exchange row k with that of the rows below whose number in column k is the largest, if it is larger."""
    largest, chosen = graph.apply("abs", rows[k][k]), graph.literal(k)
    for number in range(k + 1, len(rows)):
        size = graph.apply("abs", rows[number][k])
        larger = graph.apply("greater", size, largest)
        largest = graph.select(larger, size, largest)
        chosen = graph.select(larger, graph.literal(number), chosen)
    top = rows[k]
    for number in range(k + 1, len(rows)):
        this, row = graph.apply("equal", chosen, graph.literal(number)), rows[number]
        rows[k] = [graph.select(this, low, high) for low, high in zip(row, rows[k], strict=True)]
        rows[number] = [graph.select(this, high, low) for low, high in zip(row, top, strict=True)]


_FORMS: dict[str, Callable[..., list[int]]] = forms_of_vectors(
    {
        "vector_sort_order": Vectors._sort_order,
        "vector_rank": Vectors._rank,
        "vector_reorder": Vectors._reorder,
        "invert_matrix": lambda vectors, *args: _invert_matrix(vectors.graph, *args),
        "allocate_by_priority": lambda vectors, *args: allocate_by_priority(vectors.graph, *args),
        "allocate_available": lambda vectors, *args: allocate_available(vectors.graph, *args),
        "find_market_price": lambda vectors, *args: find_market_price(vectors.graph, *args),
        "marketp": lambda vectors, *args: marketp(vectors.graph, *args),
    }
)
"""Lists of nodes from lists of nodes, by the name of the function."""
