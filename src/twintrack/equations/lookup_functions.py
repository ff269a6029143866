"""Areas and slopes of lookups, lookups as densities, arrays as lookups: straight lines between points."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from twintrack.equations.constructs import MEMORY, VECTORS
from twintrack.equations.expressions import Call, Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.random_calls import drawn
from twintrack.equations.structure import Expr, Literal, LookupCall, Number
from twintrack.names import suggest

ZERO, ONE, HALF = Number(value=0.0), Number(value=1.0), Number(value=0.5)
LEAST = Number(value=1e-300)
"""What is divided by where nothing is divided."""


@dataclass(frozen=True)
class _Line:
    """The straight line between two points: where it begins, how wide it is, and how steep."""

    x: Expr
    y: Expr
    width: Expr
    rise: Expr
    slope: Expr


class Lines:
    """The lines of a lookup, and what is read off from them."""

    def __init__(self, lowering: Lowering, lines: Sequence[_Line]) -> None:
        self.apply = lowering.apply
        self.lines = lines
        last = lines[-1]
        self.end = self.apply("add", last.x, last.width)
        self.top = self.apply("add", last.y, last.rise)

    def _sum(self, parts: Sequence[Expr]) -> Expr:
        total = parts[0]
        for part in parts[1:]:
            total = self.apply("add", total, part)
        return total

    def _clipped(self, value: Expr, high: Expr) -> Expr:
        return self.apply("min", self.apply("max", value, ZERO), high)

    def _beyond(self, x: Expr) -> tuple[Expr, Expr]:
        """Give how far x lies before the first point, below 0, and behind the last, above 0."""
        before = self.apply("min", self.apply("subtract", x, self.lines[0].x), ZERO)
        return before, self.apply("max", self.apply("subtract", x, self.end), ZERO)

    def value(self, x: Expr, *, further: bool = False) -> Expr:
        """Give the value at x; beyond the ends it is held, or goes on along the lines (`further`)."""
        parts = [self.lines[0].y]
        for line in self.lines:
            inside = self._clipped(self.apply("subtract", x, line.x), line.width)
            parts.append(self.apply("multiply", line.slope, inside))
        if further:
            for distance, line in zip(self._beyond(x), (self.lines[0], self.lines[-1]), strict=True):
                parts.append(self.apply("multiply", line.slope, distance))
        return self._sum(parts)

    def area(self, x: Expr, *, further: bool = False) -> Expr:
        """Give the area from the first point to x; beyond the ends there is none, or that under the lines."""

        def under(height: Expr, slope: Expr, width: Expr) -> Expr:
            bent = self.apply("multiply", HALF, self.apply("multiply", slope, width))
            return self.apply("multiply", width, self.apply("add", height, bent))

        parts = [
            under(line.y, line.slope, self._clipped(self.apply("subtract", x, line.x), line.width))
            for line in self.lines
        ]
        if further:
            before, behind = self._beyond(x)
            parts.append(under(self.lines[0].y, self.lines[0].slope, before))
            parts.append(under(self.top, self.lines[-1].slope, behind))
        return self._sum(parts)

    def _side(self, x: Expr, first: str, second: str, *, further: bool) -> Expr:
        """Give the slope of the line on which x lies, its ends as the two comparisons have them."""
        found: Expr = ZERO
        for place, line in enumerate(self.lines):
            begun = self.apply(first, line.x, x)
            open_ = self.apply(second, x, self.apply("add", line.x, line.width))
            if further and place == 0:
                begun = self.apply("equal", ZERO, ZERO)
            if further and place == len(self.lines) - 1:
                open_ = self.apply("equal", ZERO, ZERO)
            found = self.apply("if_then_else", self.apply("and", begun, open_), line.slope, found)
        return found

    def slope(self, x: Expr, side: int = 0, *, further: bool = False) -> Expr:
        """Give the slope at x; at a point that of the line before (-1) or behind (1), or their mean (0)."""
        before = self._side(x, "less", "less_equal", further=further)
        behind = self._side(x, "less_equal", "less", further=further)
        if side:
            return before if side < 0 else behind
        return self.apply("multiply", HALF, self.apply("add", before, behind))

    def next_point(self, x: Expr) -> Expr:
        """Give the value at the next point."""
        found = self.top
        for line in reversed(self.lines):
            found = self.apply("if_then_else", self.apply("less_equal", x, line.x), line.y, found)
        return found

    def last_point(self, x: Expr) -> Expr:
        """Give the value at the last point."""
        found = self.lines[0].y
        for line in self.lines:
            found = self.apply("if_then_else", self.apply("less_equal", line.x, x), line.y, found)
        return self.apply("if_then_else", self.apply("less_equal", self.end, x), self.top, found)

    def inverse(self, y: Expr, *, further: bool = False) -> Expr:
        """Give the x at which lines that only rise or only fall have a value."""
        parts = [self.lines[0].x]
        for place, line in enumerate(self.lines):
            share = self.apply("zidz", self.apply("subtract", y, line.y), line.rise)
            if not (further and place == 0):
                share = self.apply("max", share, ZERO)
            if not (further and place == len(self.lines) - 1):
                share = self.apply("min", share, ONE)
            parts.append(self.apply("multiply", line.width, share))
        return self._sum(parts)

    def inverse_area(self, area: Expr) -> Expr:
        """Give the x up to which lines above zero have an area."""
        found: Expr = self.lines[0].x
        done: Expr = ZERO
        for line in self.lines:
            mean = self.apply("add", line.y, self.apply("multiply", HALF, line.rise))
            whole = self.apply("multiply", line.width, mean)
            missing = self._clipped(self.apply("subtract", area, done), whole)
            bent = self.apply("multiply", Number(value=2.0), self.apply("multiply", line.slope, missing))
            square = self.apply("add", self.apply("multiply", line.y, line.y), bent)
            height = self.apply("add", line.y, self.apply("sqrt", self.apply("max", square, ZERO)))
            doubled = self.apply("multiply", Number(value=2.0), missing)
            width = self.apply("divide", doubled, self.apply("max", height, LEAST))
            inside = self.apply("add", line.x, self.apply("min", width, line.width))
            found = self.apply("if_then_else", self.apply("greater", area, done), inside, found)
            done = self.apply("add", done, whole)
        return found


def _of_lookup(lowering: Lowering, call: LookupCall) -> Lines:
    """Give the lines of a lookup, or of an array of lookups; shorter ones have lines without a width."""
    tables = [lowering.frame.tables[number] for number in call.tables]
    longest = max(2, *(len(table.x) for table in tables))

    def padded(values: Sequence[float]) -> list[float]:
        return [*values, *[values[-1]] * (longest - len(values))]

    xs, ys = (np.array([padded(getattr(table, name)) for table in tables]) for name in "xy")
    widths, rises = np.diff(xs, axis=1), np.diff(ys, axis=1)
    slopes = rises / np.where(widths > 0, widths, 1.0)
    slopes = np.where(widths > 0, slopes, 0.0)
    axes = lowering.sorted_axes(call.table_axes)
    order = [call.table_axes.index(axis) for axis in axes]

    def expression(numbers: np.ndarray) -> Expr:
        if not axes:
            return Number(value=float(numbers[0]))
        block = numbers.reshape(call.shape).transpose(order)
        return Literal(axes=axes, values=tuple(map(float, block.ravel())), shape=block.shape)

    columns = zip(xs.T[:-1], ys.T[:-1], widths.T, rises.T, slopes.T, strict=True)
    return Lines(lowering, [_Line(*map(expression, column)) for column in columns])


def lines_of(lowering: Lowering, node: Any, shown: str, *, positive: bool = False) -> Lines | None:
    """Give the lines of the lookup that a syntax tree names, or None after a fault.

    `positive`: no value of it may be below zero, and one must be above.
    """
    name = lowering.frame.names.find(getattr(node, "reference", str(node)))
    if name not in lowering.frame.lookups:
        lowering.fault(f"{shown} needs a lookup{suggest(name, lowering.frame.lookups)}", shown)
        return None
    call = lowering.lookup(name, node.subscripts, ZERO)
    if not isinstance(call, LookupCall):
        return None
    heights = [lowering.frame.tables[number].y for number in call.tables]
    if positive and any(min(values) < 0 or max(values) <= 0 for values in heights):
        lowering.fault(f"the values of {name} must be zero or above, and not all zero", shown)
        return None
    return _of_lookup(lowering, call)


def _of_lookup_call(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give LOOKUP AREA(lookup, from, to) or LOOKUP SLOPE(lookup, x, side)."""
    shown = spoken(name)
    if len(trees) != 3 and not (name == "lookup_slope" and len(trees) == 2):
        return lowering.fault(f"3 arguments are needed, {len(trees)} are given", shown)
    lines = lines_of(lowering, trees[0], shown)
    if lines is None:
        return Number(value=math.nan)
    first, *rest = map(lowering.lower, trees[1:])
    if name == "lookup_area":
        return lowering.apply("subtract", lines.area(rest[0]), lines.area(first))
    side = rest[0] if rest else ZERO
    if not isinstance(side, Number):
        return lowering.fault("the third argument is a number: -1, 0 or 1", shown)
    return lines.slope(first, int(np.sign(side.value)))


def _random_lookup(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give RANDOM LOOKUP: numbers that lie as densely as a lookup is high, stretched, shifted and cut."""
    shown, apply, needed = spoken(name), lowering.apply, len(MEMORY[name].arguments)
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", shown)
    lines = lines_of(lowering, trees[0], shown, positive=True)
    if lines is None:
        return Number(value=math.nan)
    low, high, shift, stretch, seed = map(lowering.lower, trees[1:])
    ends = [lines.area(apply("divide", apply("subtract", end, shift), stretch)) for end in (low, high)]
    area = drawn(lowering, "random_uniform", [*ends, seed])
    value = apply("add", shift, apply("multiply", stretch, lines.inverse_area(area)))
    return apply("max", low, apply("min", high, value))


def elements_from(lowering: Lowering, node: Any) -> list[Expr]:
    """Give the elements of an array along its last subscript, from the named one on; none of others."""
    name = lowering.frame.names.find(getattr(node, "reference", ""))
    written = node.subscripts.subscripts if getattr(node, "subscripts", None) else ()
    if name not in lowering.frame.axes or not written:
        return []
    elements = lowering.frame.ranges.elements[lowering.frame.axes[name][-1]]
    first = lowering.frame.ranges.names.find(written[-1].rstrip("! "))
    taken = elements[elements.index(first) if first in elements else 0 :]
    return [lowering.variable_value(name, [*written[:-1], element]) for element in taken]


def _of_array(lowering: Lowering, node: Any, low: Expr, high: Expr) -> Lines | None:
    """Give the lines between the elements of an array, which lie evenly between two values."""
    apply, values = lowering.apply, elements_from(lowering, node)
    if len(values) < 2:
        return None
    width = apply("divide", apply("subtract", high, low), Number(value=float(len(values) - 1)))
    lines = []
    for place, (one, other) in enumerate(pairwise(values)):
        x = apply("add", low, apply("multiply", Number(value=float(place)), width))
        rise = apply("subtract", other, one)
        lines.append(_Line(x, one, width, rise, apply("divide", rise, width)))
    return Lines(lowering, lines)


_MODES: dict[int, Callable[[Lines, Expr], Expr]] = {
    0: lambda lines, x: lines.value(x),
    1: lambda lines, x: lines.area(x),
    2: lambda lines, x: lines.last_point(x),
    3: lambda lines, x: lines.value(x, further=True),
    4: lambda lines, x: lines.next_point(x),
    5: lambda lines, x: lines.inverse(x),
    6: lambda lines, x: lines.slope(x),
    7: lambda lines, x: lines.area(x, further=True),
    8: lambda lines, x: lines.inverse(x, further=True),
    9: lambda lines, x: lines.slope(x, further=True),
}
"""What VECTOR LOOKUP does by its number."""


def _vector_lookup(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give VECTOR LOOKUP(vector, x, low, high, mode)."""
    shown, needed = spoken(name), len(VECTORS[name].arguments)
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", shown)
    x, low, high, mode = map(lowering.lower, trees[1:])
    if not isinstance(mode, Number) or mode.value not in _MODES:
        return lowering.fault("the mode is a number from 0 to 9", shown)
    lines = _of_array(lowering, trees[0], low, high)
    if lines is None:
        return lowering.fault("the first argument is no element of an array of two or more", shown)
    return _MODES[int(mode.value)](lines, x)


CALLS: dict[str, Call] = {
    "lookup_area": _of_lookup_call,
    "lookup_slope": _of_lookup_call,
    "random_lookup": _random_lookup,
    "vector_lookup": _vector_lookup,
}
"""What lowers each of these functions."""
