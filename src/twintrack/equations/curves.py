"""Curves of demand and supply over a price, by the shape of a priority, and shares at a market priority.

Shapes: 0 a fixed quantity, 1 rectangle, 2 triangle, 3 normal, 4 exponential: the curve is the integral of it.
"""

from __future__ import annotations

import math
from typing import Any

from twintrack.equations.operations import Builder
from twintrack.equations.special import normal_share

V = Any
"""A value of the builder."""
B = Builder[Any]

PRIORITY_REACH = {1: 0.5, 2: 0.5, 3: 8.3, 4: 37.0}
"""How many widths from its middle each shape of a priority ends."""
SHAPES = range(5)
"""The shapes that are computed; that of constant elasticity is told by no formula in Vensim's manual."""
PRICE_HALVINGS = 70
"""Of the interval in which a price lies; a float has 53 bits."""


def clipped(b: B, value: V) -> V:
    """Keep a value between 0 and 1."""
    return b.apply("min", b.apply("max", value, b.literal(0.0)), b.literal(1.0))


def demand_share(b: B, price: V, shape: V, middle: V, width: V) -> V:
    """Give the share of a quantity that is asked for at a price."""
    apply, literal = b.apply, b.literal
    fixed = apply("equal", shape, literal(0.0))
    above = apply("divide", apply("subtract", price, middle), b.select(fixed, literal(1.0), width))
    low = apply("less", above, literal(0.0))
    one, half = literal(1.0), literal(0.5)
    up, down = clipped(b, apply("add", above, half)), clipped(b, apply("subtract", half, above))
    squares = [apply("multiply", apply("multiply", literal(2.0), value), value) for value in (up, down)]
    triangle = b.select(low, apply("subtract", one, squares[0]), squares[1])
    tail = apply("multiply", half, apply("exp", apply("negative", apply("abs", above))))
    exponential = b.select(low, apply("subtract", one, tail), tail)
    normal = normal_share(b, apply("negative", above))
    share = literal(math.nan)
    for number, value in enumerate((one, down, triangle, normal, exponential)):
        share = b.select(apply("equal", shape, literal(number)), value, share)
    return share


def supply_share(b: B, price: V, shape: V, middle: V, width: V) -> V:
    """Give the share of a capacity that is supplied at a price."""
    share = demand_share(b, price, shape, middle, width)
    fixed = b.apply("equal", shape, b.literal(0.0))
    return b.select(fixed, share, b.apply("subtract", b.literal(1.0), share))


def demand_at_price(b: B, quantity: V, shape: V, middle: V, width: V, price: V) -> V:
    """Give what is asked for at a price."""
    return b.apply("multiply", quantity, demand_share(b, price, shape, middle, width))


def supply_at_price(b: B, quantity: V, shape: V, middle: V, width: V, price: V) -> V:
    """Give what is supplied at a price."""
    return b.apply("multiply", quantity, supply_share(b, price, shape, middle, width))


def alloc_p(b: B, request: V, priority: V, width: V, market: V) -> V:
    """Give what a request gets at a market priority: all of it from a width above that on."""
    asked = b.apply("max", request, b.literal(0.0))
    above = b.apply("divide", b.apply("subtract", priority, market), width)
    return b.apply("multiply", asked, clipped(b, above))


def reach(b: B, shape: V, width: V) -> V:
    """Give how far from its middle a curve goes."""
    found = b.literal(0.0)
    for kind, factor in PRIORITY_REACH.items():
        here = b.apply("multiply", b.literal(factor), width)
        found = b.select(b.apply("equal", shape, b.literal(kind)), here, found)
    return found
