"""Allocation and prices as operations of a scalar graph.

Each takes the elements of its arguments and gives those of its result: what each request gets.
`engines.numpy.vectors` has them on arrays.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import reduce
from itertools import accumulate, chain, pairwise
from typing import Any

from twintrack.engines.scalar.graph import ScalarGraph
from twintrack.engines.scalar.sorting import Sorting
from twintrack.equations.curves import (
    PRICE_HALVINGS,
    alloc_p,
    clipped,
    demand_at_price,
    reach,
    supply_at_price,
)

Nodes = Sequence[int]


def _sum(graph: ScalarGraph, values: Nodes) -> int:
    return reduce(lambda one, other: graph.apply("add", one, other), values)


def _extreme(graph: ScalarGraph, op: str, values: Nodes) -> int:
    return reduce(lambda one, other: graph.apply(op, one, other), values)


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
        apply("multiply", size, clipped(graph, apply("subtract", time, begun)))
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


def allocate_available(
    graph: ScalarGraph, request: Nodes, shape: Nodes, middle: Nodes, width: Nodes, supply: Nodes
) -> list[int]:
    """Give what stands of the requests at the price at which they add up to the supply."""
    asked = _asked(graph, request)
    demand = list(zip(asked, shape, middle, width, strict=True))

    def excess(b: ScalarGraph, price: int, given: Nodes) -> int:
        return b.apply("subtract", _total(b, demand_at_price, given[:-1], price), given[-1])

    price = _halved(graph, demand, [*chain(*demand), supply[0]], excess)
    parts = [demand_at_price(graph, *profile, price) for profile in demand]
    some = graph.apply("greater", supply[0], graph.literal(0.0))
    parts = [graph.select(some, part, graph.apply("subtract", part, part)) for part in parts]
    return _all_or(graph, asked, supply, parts)


def find_market_price(graph: ScalarGraph, *args: Nodes) -> list[int]:
    """Give the price at which demand and supply are equal, at every pair of a demander and a supplier.

    Arguments are quantity, shape, middle and width of the demand at every pair, the same of the supply, and
    the number of suppliers.
    """
    *values, counts = args
    suppliers = int(graph[counts[0]].value)
    demand = list(zip(*(v[::suppliers] for v in values[:4]), strict=True))
    supply = list(zip(*(v[:suppliers] for v in values[4:]), strict=True))
    split = 4 * len(demand)

    def excess(b: ScalarGraph, price: int, given: Nodes) -> int:
        asked = _total(b, demand_at_price, given[:split], price)
        return b.apply("subtract", asked, _total(b, supply_at_price, given[split:], price))

    price = _halved(graph, [*demand, *supply], [*chain(*demand), *chain(*supply)], excess)
    return [price] * len(values[0])


def marketp(graph: ScalarGraph, request: Nodes, priority: Nodes, width: Nodes, supply: Nodes) -> list[int]:
    """Give the market priority at which `ALLOC P` gives out the supply, at every request."""
    ends = [graph.apply("subtract", rank, span) for rank, span in zip(priority, width, strict=True)]
    bounds = _extreme(graph, "min", ends), _extreme(graph, "max", priority)
    rows = list(zip(request, priority, width, strict=True))

    def excess(b: ScalarGraph, market: int, given: Nodes) -> int:
        rows = zip(given[:-1:3], given[1:-1:3], given[2:-1:3], strict=True)
        parts = [alloc_p(b, asked, rank, span, market) for asked, rank, span in rows]
        return b.apply("subtract", _sum(b, parts), given[-1])

    found = _between(graph, bounds, [*chain(*rows), supply[0]], excess)
    return [found] * len(request)


Excess = Callable[[Any, Any, Sequence[Any]], Any]
"""Gives what is asked for beyond what there is, from a price and what is given; it falls with the price."""


def _total(b: ScalarGraph, curve: Callable[..., Any], given: Nodes, price: int) -> int:
    """Add up a curve at a price; `given` are quantity, shape, middle and width of each of them."""
    return _sum(b, [curve(b, *given[k : k + 4], price) for k in range(0, len(given), 4)])


def _halved(graph: ScalarGraph, curves: Sequence[Sequence[int]], given: Nodes, excess: Excess) -> int:
    """Find the price at which nothing is asked for in excess, where the curves are."""
    ends = [(middle, reach(graph, shape, width)) for _, shape, middle, width in curves]
    lowest = _extreme(graph, "min", [graph.apply("subtract", *end) for end in ends])
    highest = _extreme(graph, "max", [graph.apply("add", *end) for end in ends])
    return _between(graph, (lowest, highest), given, excess)


def _between(graph: ScalarGraph, bounds: tuple[int, int], given: Nodes, excess: Excess) -> int:
    """Find between two bounds, in a loop, the price at which nothing is asked for in excess."""

    def middle(b: Any, low: int, high: int) -> int:
        return int(b.apply("multiply", b.literal(0.5), b.apply("add", low, high)))

    def turn(b: Any, held: Sequence[int], given: Sequence[int]) -> list[int]:
        price, going, low, high = held
        more = b.apply("greater", excess(b, price, given), b.literal(0.0))
        low, high = b.select(more, price, low), b.select(more, high, price)
        return [middle(b, low, high), going, low, high]

    start = [middle(graph, *bounds), graph.literal(1.0), *bounds]
    return graph.iterate(PRICE_HALVINGS, start, given, turn)
