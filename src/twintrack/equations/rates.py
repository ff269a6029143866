"""The internal rate of return, at which all payments together are worth nothing, found by halving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twintrack.equations.operations import Builder
from twintrack.equations.structure import NA

V = Any
"""A value of the builder."""
B = Builder[Any]

RATE_HALVINGS = 60
"""Of the interval in which a rate lies; a float has 53 bits."""
_LEAST, _MOST = 1e-6, 2.0
"""What becomes of 1 within a period at the lowest and the highest rate that is looked for."""


def internal_rate(b: B, initial: V, place: V, *flows: V) -> V:
    """Give the rate; `place` is the time of the initial amount in periods, `flows` are by period."""
    given = (initial, place, *flows)
    lowest, highest = (_balance(b, b.literal(growth), given) for growth in (_LEAST, _MOST))
    zero = b.literal(0.0)
    owed, paid = b.apply("greater", lowest, zero), b.apply("less", lowest, zero)
    falls = b.apply("and", owed, b.apply("less_equal", highest, zero))
    rises = b.apply("and", paid, b.apply("greater_equal", highest, zero))
    sign = b.select(owed, b.literal(1.0), b.literal(-1.0))

    def middle(b: B, low: V, high: V) -> V:
        return b.apply("multiply", b.literal(0.5), b.apply("add", low, high))

    def turn(b: B, kept: Sequence[V], given: Sequence[V]) -> list[V]:
        growth, going, low, high = kept
        worth = b.apply("multiply", given[0], _balance(b, growth, given[1:]))
        above = b.apply("greater", worth, b.literal(0.0))
        low, high = b.select(above, growth, low), b.select(above, high, growth)
        return [middle(b, low, high), going, low, high]

    ends = b.literal(_LEAST), b.literal(_MOST)
    growth = b.iterate(RATE_HALVINGS, [middle(b, *ends), b.literal(1.0), *ends], [sign, *given], turn)
    rate = b.apply("subtract", growth, b.literal(1.0))
    return b.select(b.apply("or", falls, rises), rate, b.literal(NA))


def _balance(b: B, growth: V, given: Sequence[V]) -> V:
    """Give what all is worth at the end of the last period in which anything flows; its sign is what counts.

    The periods behind that one do not change the sign, but would let a falling balance vanish.
    """
    initial, place, *flows = given
    total = last = b.apply("multiply", initial, b.apply("power", growth, b.apply("negative", place)))
    for flow in flows:
        total = b.apply("add", b.apply("multiply", total, growth), flow)
        last = b.select(b.apply("equal", flow, b.literal(0.0)), last, total)
    return last
