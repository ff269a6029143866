"""DEPRECIATE BY SCHEDULE: what is spent in a fiscal period is written off in that and the next ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from twintrack.equations.composites import ONE, ZERO, held, remembered, step_of, stock
from twintrack.equations.constructs import MEMORY
from twintrack.equations.expressions import Call, Lowering
from twintrack.equations.lookup_functions import elements_from
from twintrack.equations.naming import spoken
from twintrack.equations.structure import Expr, Number, Time

_NAME = "depreciate_by_schedule"


def _by_schedule(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give what is written off now: of what is spent now, of what was spent before, and of what is given.

    What is spent in one period counts evenly in each of the next ones. A period begins at `start`.
    """
    needed, shown, apply = len(MEMORY[name].arguments), spoken(name), lowering.apply
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", shown)
    schedule = elements_from(lowering, trees[1])
    if not schedule:
        return lowering.fault("the second argument is the first element of an array of shares", shown)
    stream, life, start = (lowering.lower(trees[place]) for place in (0, 3, 4))
    period = apply("divide", life, Number(value=float(len(schedule))))
    whole = _sum(lowering, schedule)
    shares = [apply("divide", share, whole) for share in schedule]
    fiscal = _Fiscal(lowering, period, remembered(lowering, "initial", start, lambda own: {}))
    closed = fiscal.totals_at_begins(stock(lowering, ZERO, lambda own: stream), len(shares))
    parts = [apply("multiply", stream, shares[0])]
    for share, (last, before) in zip(shares[1:], pairwise(closed), strict=True):
        spent = apply("divide", apply("subtract", last, before), period)
        parts.append(apply("multiply", share, spent))
    return apply("add", _sum(lowering, parts), fiscal.given_at_first(trees[2], len(shares)))


def _sum(lowering: Lowering, parts: Sequence[Expr]) -> Expr:
    total = parts[0]
    for part in parts[1:]:
        total = lowering.apply("add", total, part)
    return total


class _Fiscal:
    """Fiscal periods of one length, one of which begins at a given time."""

    def __init__(self, lowering: Lowering, period: Expr, start: Expr) -> None:
        self.lowering, self.apply = lowering, lowering.apply
        self.period, self.start = period, start

    def _number(self, time: Expr) -> Expr:
        """Give the number of the period with the middle of the step at a time; negative before the start."""
        middle = self.apply("add", time, self.apply("multiply", Number(value=0.5), step_of(self.lowering)))
        share = self.apply("divide", self.apply("subtract", middle, self.start), self.period)
        cut = self.apply("integer", share)
        below = self.apply("if_then_else", self.apply("less", share, cut), ONE, ZERO)
        return self.apply("subtract", cut, below)

    def totals_at_begins(self, total: Expr, count: int) -> list[Expr]:
        """Give what a total was when this period began, when the one before began, and so on."""
        apply, now = self.apply, self._number(Time())
        before = held(self.lowering, now, lambda own: now)
        begins = apply("greater", now, before)
        found: list[Expr] = []
        entering, earlier = total, total
        for _ in range(count):
            kept, earlier = self._kept(begins, entering)
            found.append(kept)
            entering = earlier
        return found

    def _kept(self, begins: Expr, entering: Expr) -> tuple[Expr, Expr]:
        """Give what is taken over where a period begins and else kept, and what it was in the step before."""

        def following(own: Expr) -> Expr:
            return self.apply("if_then_else", begins, entering, own)

        own = held(self.lowering, ZERO, following)
        return following(own), own

    def given_at_first(self, node: Any, count: int) -> Expr:
        """Give what of an initial amount for each period is written off now.

        The manual does not say whether that is an amount or a rate: where a period is not 1 long, it is no
        number.
        """
        apply = self.apply
        given = elements_from(self.lowering, node) or [self.lowering.lower(node)] * count
        initial = self.lowering.variable_value("initial_time", ())
        place = apply("subtract", self._number(Time()), self._number(initial))
        found: Expr = ZERO
        for number, value in enumerate(given[:count]):
            here = apply(
                "less", apply("abs", apply("subtract", place, Number(value=float(number)))), Number(value=0.5)
            )
            found = apply("if_then_else", here, value, found)
        settled = apply("less", apply("abs", apply("subtract", self.period, ONE)), Number(value=1e-6))
        nothing = apply("equal", found, ZERO)
        return apply("if_then_else", apply("or", settled, nothing), found, Number(value=math.nan))


CALLS: dict[str, Call] = {_NAME: _by_schedule}
"""What lowers the function."""
