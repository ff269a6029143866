"""ALLOCATE BY PRIORITY and ALLOCATE AVAILABLE as operations of a scalar graph.

Each takes the elements of its arguments and gives those of its result: what each request gets.
`engines.numpy.vectors` has them on arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import reduce
from itertools import accumulate, pairwise

from twintrack.engines.scalar.graph import ARGUMENT, LITERAL, Loop, ScalarGraph
from twintrack.engines.scalar.sorting import Sorting
from twintrack.equations.constructs import PRICE_HALVINGS, PRIORITY_REACH
from twintrack.equations.special import erfc

Nodes = Sequence[int]


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


def allocate_by_priority(
    graph: ScalarGraph, request: Nodes, priority: Nodes, width: Nodes, supply: Nodes
) -> list[int]:
    """Fill requests in the order of their priorities, by one clock for all that are being filled."""
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

    times = [*start, *(apply("add", time, one) for time in start)]
    given = _given(graph, sizes, start)
    enough = apply("min", apply("max", supply[0], zero), _extreme(graph, "max", given))
    time = _read_back(graph, times, given, enough)
    parts = [
        apply("multiply", size, _clipped(graph, apply("subtract", time, begun)))
        for size, begun in zip(asked, sorting.back(start), strict=True)
    ]
    return _all_or(graph, asked, supply, parts)


def _given(graph: ScalarGraph, sizes: Nodes, start: Nodes) -> list[int]:
    """Give what all have got together at each of the times that rise, and one later at each of them."""
    apply, one = graph.apply, graph.literal(1.0)
    filled = list(accumulate(sizes, lambda total, size: apply("add", total, size)))
    given, later = [], []
    for k, time in enumerate(start):
        shares = [apply("min", apply("subtract", time, begun), one) for begun in start[:k]]
        parts = [apply("multiply", size, share) for size, share in zip(sizes[:k], shares, strict=True)]
        given.append(_sum(graph, [graph.literal(0.0), *parts]))
        ahead = [apply("subtract", apply("add", time, one), begun) for begun in start[k + 1 :]]
        shares = [apply("max", share, graph.literal(0.0)) for share in ahead]
        parts = [apply("multiply", size, share) for size, share in zip(sizes[k + 1 :], shares, strict=True)]
        later.append(_sum(graph, [filled[k], *parts]))
    return [*given, *later]


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


def allocate_available(
    graph: ScalarGraph, request: Nodes, shape: Nodes, middle: Nodes, width: Nodes, supply: Nodes
) -> list[int]:
    """Give what stands of the requests at the price at which they add up to the supply."""
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
            for kind, factor in PRIORITY_REACH.items()
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
    return graph.repeat(Loop(inner, PRICE_HALVINGS, following, price), *args)
