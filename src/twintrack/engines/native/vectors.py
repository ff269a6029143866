"""Functions of whole vectors as operations of a scalar graph; `engines.vector_functions` says what they mean.

Each form takes the elements of its arguments and gives those of its result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise, product

from twintrack.engines.native.graph import ARGUMENT, LITERAL, Loop, ScalarGraph
from twintrack.engines.native.special import erfc
from twintrack.equations.functions import PRICE_HALVINGS as HALVINGS
from twintrack.equations.functions import PRIORITY_REACH as REACH
from twintrack.equations.structure import Expr, Vector

SORTING = frozenset({"vector_rank", "vector_sort_order"})
"""Functions that jump where two elements change places."""

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

        found = _FORMS[expression.function](self.graph, *map(elements, expression.args))
        return dict(zip(cells, found, strict=True))


# Sorting


class Sorting:
    """Brings values into the order of their keys: ascending, equal ones as they stood, NaN last.

    A network of exchanges, the same whatever the keys are (K. E. Batcher, Sorting networks and their
    applications, 1968; for any number of keys as Algorithm M in section 5.2.2 of D. E. Knuth, The Art of
    Computer Programming). It is stable since equal keys are told apart by where they stood.
    """

    def __init__(self, graph: ScalarGraph, keys: Nodes) -> None:
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

    def sorted(self, values: Nodes) -> list[int]:
        """Give values that stand as the keys stood in the order of the keys."""
        found = list(values)
        for exchange in self.exchanges:
            self._exchange(found, *exchange)
        return found

    def back(self, values: Nodes) -> list[int]:
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


def _rising(graph: ScalarGraph, direction: int) -> int:
    return graph.apply("greater", direction, graph.literal(0.0))


def _sort_order(graph: ScalarGraph, vector: Nodes, direction: Nodes) -> list[int]:
    order = Sorting(graph, vector).order
    both = zip(direction, order, order[::-1], strict=True)
    return [graph.select(_rising(graph, way), up, down) for way, up, down in both]


def _rank(graph: ScalarGraph, vector: Nodes, direction: Nodes) -> list[int]:
    if len(set(direction)) > 1:  # the order is not one of all elements then, and has to be sorted itself
        return _rank(graph, _sort_order(graph, vector, direction), [graph.literal(1.0)] * len(vector))
    ranks = range(1, len(vector) + 1)
    up = Sorting(graph, vector).back([graph.literal(rank) for rank in ranks])
    rising, last = _rising(graph, direction[0]), graph.literal(len(vector) + 1)
    return [graph.select(rising, rank, graph.apply("subtract", last, rank)) for rank in up]


def _reorder(graph: ScalarGraph, vector: Nodes, order: Nodes) -> list[int]:
    """Give the elements at some places; a place beyond the ends has none."""
    apply, first, end = graph.apply, graph.literal(0.0), graph.literal(len(vector))
    found = []
    for place in (apply("trunc", place) for place in order):
        inside = graph.joined("and", apply("greater_equal", place, first), apply("less", place, end))
        found.append(graph.select(inside, _picked(graph, vector, place), graph.literal(math.nan)))
    return found


def _picked(graph: ScalarGraph, values: Nodes, place: int) -> int:
    """Give the value at a place, halving what it can be; equal choices of the halves are one node."""
    found, size = list(values), 1
    while size < len(values):
        size *= 2
    steps = []
    while size > 1:
        size //= 2
        half = graph.literal(size)
        low = graph.apply("less", place, half)
        place = graph.select(low, place, graph.apply("subtract", place, half))
        steps.append(low)
    for low in reversed(steps):
        pairs = [found[k : k + 2] for k in range(0, len(found), 2)]
        found = [graph.select(low, pair[0], pair[-1]) for pair in pairs]
    return found[0]


# Matrices


def _invert_matrix(graph: ScalarGraph, matrix: Nodes, *unused: Nodes) -> list[int]:
    """Invert by elimination with pivots, the largest of a column; no more of each row than is needed."""
    del unused
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


# Allocation


def _sum(graph: ScalarGraph, values: Nodes) -> int:
    return reduce(lambda one, other: graph.apply("add", one, other), values)


def _extreme(graph: ScalarGraph, op: str, values: Nodes) -> int:
    return reduce(lambda one, other: graph.apply(op, one, other), values)


def _clipped(graph: ScalarGraph, value: int) -> int:
    """Keep a value between 0 and 1."""
    return graph.apply("min", graph.apply("max", value, graph.literal(0.0)), graph.literal(1.0))


def _asked(graph: ScalarGraph, request: Nodes) -> list[int]:
    return [graph.apply("max", value, graph.literal(0.0)) for value in request]


def _all_or(graph: ScalarGraph, asked: Nodes, supply: Nodes, parts: Nodes) -> list[int]:
    """Give all that is asked where the supply is enough for it, else parts."""
    total = _sum(graph, asked)
    return [
        graph.select(graph.apply("greater_equal", most, total), full, part)
        for most, full, part in zip(supply, asked, parts, strict=True)
    ]


def _allocate_by_priority(
    graph: ScalarGraph, request: Nodes, priority: Nodes, width: Nodes, supply: Nodes
) -> list[int]:
    apply, zero, one = graph.apply, graph.literal(0.0), graph.literal(1.0)
    asked = _asked(graph, request)
    keys = [
        graph.select(apply("greater", size, zero), apply("negative", rank), graph.literal(math.inf))
        for size, rank in zip(asked, priority, strict=True)
    ]
    sorting = Sorting(graph, keys)
    sizes, ranks = sorting.sorted(asked), sorting.sorted(priority)
    start = [zero]
    for (before, rank), size, span in zip(pairwise(ranks), sizes[1:], width[1:], strict=True):
        gap = apply("min", apply("divide", apply("subtract", before, rank), span), one)
        start.append(apply("add", start[-1], graph.select(apply("greater", size, zero), gap, zero)))

    def part(size: int, begun: int, time: int) -> int:
        return apply("multiply", size, _clipped(graph, apply("subtract", time, begun)))

    times = [*start, *(apply("add", time, one) for time in start)]
    given = [
        _sum(graph, [part(size, begun, time) for size, begun in zip(sizes, start, strict=True)])
        for time in times
    ]
    enough = apply("min", apply("max", supply[0], zero), _extreme(graph, "max", given))
    time = _read_back(graph, times, given, enough)
    own = sorting.back(start)
    parts = [part(size, begun, time) for size, begun in zip(asked, own, strict=True)]
    return _all_or(graph, asked, supply, parts)


def _read_back(graph: ScalarGraph, times: Nodes, given: Nodes, enough: int) -> int:
    """Give the time at which a rising curve of straight lines has a value."""
    apply, nothing = graph.apply, graph.literal(math.inf)
    before = [apply("less_equal", value, enough) for value in given]
    after = [apply("greater_equal", value, enough) for value in given]

    def bound(op: str, conditions: Nodes, values: Nodes) -> int:
        none = apply("negative", nothing) if op == "max" else nothing
        taken = [graph.select(c, value, none) for c, value in zip(conditions, values, strict=True)]
        return _extreme(graph, op, taken)

    low, high = bound("max", before, times), bound("min", after, times)
    least, most = bound("max", before, given), bound("min", after, given)
    span = apply("subtract", most, least)
    rising = apply("greater", most, least)
    share = apply("divide", apply("subtract", enough, least), graph.select(rising, span, graph.literal(1.0)))
    inside = apply("add", low, apply("multiply", share, apply("subtract", high, low)))
    return graph.select(apply("greater", high, low), inside, low)


def _demand(graph: ScalarGraph, price: int, shape: int, middle: int, width: int) -> int:
    """Give the share of a request that stands at a price, by the shape of its priority."""
    apply, literal = graph.apply, graph.literal
    above = apply("divide", apply("subtract", price, middle), width)
    low = apply("less", above, literal(0.0))
    one, half = literal(1.0), literal(0.5)
    up = _clipped(graph, apply("add", above, half))
    down = _clipped(graph, apply("subtract", half, above))
    squares = [apply("multiply", apply("multiply", literal(2.0), value), value) for value in (up, down)]
    triangle = graph.select(low, apply("subtract", one, squares[0]), squares[1])
    tail = apply("multiply", half, apply("exp", apply("negative", apply("abs", above))))
    exponential = graph.select(low, apply("subtract", one, tail), tail)
    normal = apply("multiply", half, erfc(graph, apply("multiply", above, literal(math.sqrt(0.5)))))
    share = literal(math.nan)
    for number, value in enumerate((down, triangle, normal, exponential), 1):
        share = graph.select(apply("equal", shape, literal(number)), value, share)
    return share


def _allocate_available(
    graph: ScalarGraph, request: Nodes, shape: Nodes, middle: Nodes, width: Nodes, supply: Nodes
) -> list[int]:
    apply, literal = graph.apply, graph.literal
    asked = _asked(graph, request)
    reach = [_reach(graph, *profile) for profile in zip(shape, width, strict=True)]
    ends = zip(middle, reach, strict=True)
    lowest, highest = zip(*((apply("subtract", m, r), apply("add", m, r)) for m, r in ends), strict=True)
    bounds = _extreme(graph, "min", lowest), _extreme(graph, "max", highest)
    price = _halved(graph, bounds, list(zip(asked, shape, middle, width, strict=True)), supply[0])
    parts = [
        apply("multiply", size, _demand(graph, price, *profile))
        for size, *profile in zip(asked, shape, middle, width, strict=True)
    ]
    some = apply("greater", supply[0], literal(0.0))
    parts = [graph.select(some, part, apply("subtract", part, part)) for part in parts]
    return _all_or(graph, asked, supply, parts)


def _reach(graph: ScalarGraph, shape: int, width: int) -> int:
    zero = graph.literal(0.0)
    return _sum(
        graph,
        [
            graph.select(
                graph.apply("equal", shape, graph.literal(kind)),
                graph.apply("multiply", graph.literal(factor), width),
                zero,
            )
            for kind, factor in REACH.items()
        ],
    )


def _halved(
    graph: ScalarGraph, bounds: tuple[int, int], requests: Sequence[tuple[int, ...]], enough: int
) -> int:
    """Find the price at which the requests that stand add up to what is enough, in a loop."""
    inner, args = ScalarGraph(exact=graph.exact), [*bounds]

    def carried(node: int) -> int:
        if graph[node].op == LITERAL:
            return inner.literal(graph[node].value)
        if node not in args[2:]:
            args.append(node)
        return inner.leaf(ARGUMENT, args.index(node, 2))

    low, high = (inner.leaf(ARGUMENT, k) for k in range(2))
    price = inner.apply("multiply", inner.literal(0.5), inner.apply("add", low, high))
    standing = []
    for size, *profile in requests:
        share = _demand(inner, price, *map(carried, profile))
        standing.append(inner.apply("multiply", carried(size), share))
    more = inner.apply("greater", _sum(inner, standing), carried(enough))
    following = inner.select(more, price, low), inner.select(more, high, price)
    return graph.repeat(Loop(inner, HALVINGS, following, price), *args)


_FORMS: dict[str, Callable[..., list[int]]] = {
    "vector_sort_order": _sort_order,
    "vector_rank": _rank,
    "vector_reorder": _reorder,
    "invert_matrix": _invert_matrix,
    "allocate_by_priority": _allocate_by_priority,
    "allocate_available": _allocate_available,
}
"""Lists of nodes from lists of nodes, by the name of the function."""
