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

Nodes = Sequence[int]

# (1 + 2 x) exp(x^2) erfc(x) for x >= 0 as a polynomial in (x - 3.75) / (x + 3.75): the form of M. M. Shepherd
# and J. G. Laframboise, Mathematics of Computation 36 (1981), 249-253, here a Chebyshev fit of degree 20 with
# a relative error of 4e-15. The highest power comes first.
_MIDDLE = 3.75
_SCALED = (
    1.7582623875241753e-08,
    8.539341490132955e-09,
    -2.1444935965770694e-07,
    -2.7808488846780253e-08,
    1.6962771374598382e-06,
    -1.008232827937939e-06,
    -1.1400031275352141e-05,
    2.2409901890565507e-05,
    5.162621432925037e-05,
    -0.0002901662256381371,
    0.0002937213510335931,
    0.0017556294823232916,
    -0.009746581175729433,
    0.028362276763965077,
    -0.05869339839020396,
    0.09230432122552865,
    -0.10880393015440347,
    0.08227673848717172,
    0.0035854154857793696,
    -0.14024059858550714,
    1.2375126308378266,
)
_FURTHEST = 30.0
"""Beyond this, erfc(x) is nothing."""


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


def erfc(graph: ScalarGraph, x: int) -> int:
    """Give the complementary error function."""
    apply, literal = graph.apply, graph.literal
    size = apply("min", apply("abs", x), literal(_FURTHEST))
    t = apply("divide", apply("subtract", size, literal(_MIDDLE)), apply("add", size, literal(_MIDDLE)))
    value = literal(_SCALED[0])
    for coefficient in _SCALED[1:]:
        value = apply("add", apply("multiply", value, t), literal(coefficient))
    fallen = apply("exp", apply("negative", apply("multiply", size, size)))
    scale = apply("add", literal(1.0), apply("multiply", literal(2.0), size))
    above = apply("divide", apply("multiply", fallen, value), scale)
    below = apply("subtract", literal(2.0), above)
    return graph.select(apply("less", x, literal(0.0)), below, above)


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
