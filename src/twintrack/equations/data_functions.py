"""Functions that ask for the data of a variable: its points, what lies between them, and what they sum to.

The points are known when the model is read, so that each function is a formula of lookups: sums over a span
of time are differences of running sums, and extremes are those of two overlapping blocks of points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.data_variables import NO_TIME
from twintrack.equations.expressions import Frame, Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.parsing import Definition
from twintrack.equations.structure import NA, Expr, Literal, LookupCall, Number
from twintrack.equations.subscripts import positions

Points = tuple[tuple[float, ...], tuple[float, ...]]
Curve = Callable[[Points], Points]
"""Gives the points of a lookup from those of a data variable."""


class _Data:
    """The data of a variable, or of some of its elements, in one equation."""

    def __init__(self, lowering: Lowering, name: str, subscripts: Sequence[str]) -> None:
        self.lowering = lowering
        self.name = name
        self.indices, self.kept = lowering.pick(name, subscripts)
        cells = product(*positions(self.indices))
        self.points = [lowering.frame.data[name].get(cell, ((), ())) for cell in cells]
        self.shape = tuple(len(index) for index in self.indices if isinstance(index, tuple))

    def lookup(self, curve: Curve, arg: Expr, mode: str = "backward") -> Expr:
        """Give a lookup made of the points of each element."""
        tables = [self.lowering.frame.add_table(*curve(points)) for points in self.points]
        return LookupCall(
            axes=self.lowering.sorted_axes([*self.kept, *arg.axes]),
            tables=tuple(tables),
            shape=self.shape,
            table_axes=self.kept,
            arg=arg,
            mode=mode,
        )

    def number(self, value: Callable[[Points], float]) -> Expr:
        """Give a number that follows from the points of each element."""
        values = tuple(float(value(points)) for points in self.points)
        if not self.kept:
            return Number(value=values[0])
        return Literal(axes=self.lowering.sorted_axes(self.kept), values=values, shape=self.shape)

    def shifted(self, time: Expr, by: float) -> Expr:
        """Give a time moved a little, so that rounding passes no point."""
        return self.lowering.apply("add", time, Number(value=by))


def keep(frame: Frame, name: str, owner: NDArray[np.int64], parts: Sequence[Definition]) -> None:
    """Note the points of a data variable; `owner` says which of its equations defines each element."""
    for number, part in enumerate(parts):
        if part.points is not None:
            cells = (tuple(int(i) for i in cell) for cell in np.argwhere(owner == number))
            frame.data.setdefault(name, {}).update(dict.fromkeys(cells, part.points))


def function(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give one of the functions of data."""
    found, shown = FUNCTIONS[name], spoken(name)
    needed = len(found.arguments)
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", shown)
    key = lowering.frame.names.find(getattr(trees[0], "reference", str(trees[0])))
    if key in lowering.frame.broken:
        return Number(value=NA)
    if key not in lowering.frame.axes:
        return lowering.fault("the first argument is the name of a data variable", shown)
    if key not in lowering.frame.data:
        message = f"{key} has no data; name a file that has it with --data, or read it by GET DIRECT DATA"
        return lowering.fault(message, shown)
    subscripts = trees[0].subscripts.subscripts if trees[0].subscripts else ()
    args = [lowering.lower(tree) for tree in trees[1:]]
    return found.build(_Data(lowering, key, subscripts), *args)


def _first_time(data: _Data) -> Expr:
    return data.number(lambda points: points[0][0] if points[0] else NA)


def _last_time(data: _Data) -> Expr:
    return data.number(lambda points: points[0][-1] if points[0] else NA)


def _total_points(data: _Data) -> Expr:
    return data.number(lambda points: len(points[0]))


def _known(points: Points) -> Points:
    """Give points of which there is at least one."""
    return points if points[0] else ((0.0,), (NA,))


def _own_times(points: Points) -> Points:
    return _known(points)[0], _known(points)[0]


def _at_time(data: _Data, time: Expr) -> Expr:
    """Give the value of the point at a time; missing where there is none."""
    lowering, early = data.lowering, data.shifted(time, -NO_TIME)
    following = data.lookup(_own_times, early, "forward")
    distance = lowering.apply("abs", lowering.apply("subtract", following, time))
    near = lowering.apply("less_equal", distance, Number(value=NO_TIME))
    value = data.lookup(_known, early, "forward")
    return lowering.apply("if_then_else", near, value, Number(value=NA))


def _between_times(data: _Data, time: Expr, mode: Expr) -> Expr:
    """Give the value at a time: the next one for mode 1, the one before for -1, else between both."""
    lowering = data.lowering
    early, late = data.shifted(time, -NO_TIME), data.shifted(time, NO_TIME)
    ahead = lowering.apply("greater_equal", mode, Number(value=1.0))
    behind = lowering.apply("less_equal", mode, Number(value=-1.0))
    between = data.lookup(_known, time, "interpolate")
    held = lowering.apply("if_then_else", behind, data.lookup(_known, late), between)
    value = lowering.apply("if_then_else", ahead, data.lookup(_known, early, "forward"), held)
    begun = lowering.apply("greater_equal", late, _first_time(data))
    ended = lowering.apply("greater", early, _last_time(data))
    inside = lowering.apply("and", begun, lowering.apply("not", ended))
    return lowering.apply("if_then_else", inside, value, Number(value=NA))


def _running(values: Callable[[Sequence[float]], Sequence[float]]) -> Curve:
    """Give running sums of what `values` makes of the values, from 0 before the first point on."""

    def curve(points: Points) -> Points:
        x, y = points
        if not x:
            return (0.0,), (0.0,)
        return (x[0] - 1.0, *x), (0.0, *accumulate(values(y)))

    return curve


def _ones(y: Sequence[float]) -> Sequence[float]:
    return [1.0] * len(y)


def _from_mean(y: Sequence[float]) -> list[float]:
    """Give values less their mean, so that differences of running sums keep their digits."""
    mean = sum(y) / len(y)
    return [value - mean for value in y]


def _squares(y: Sequence[float]) -> list[float]:
    return [value * value for value in _from_mean(y)]


def _mean_of(points: Points) -> float:
    return sum(points[1]) / len(points[1]) if points[1] else 0.0


class _Span:
    """The points of data from a time to another, both included."""

    def __init__(self, data: _Data, start: Expr, end: Expr) -> None:
        self.data = data
        self.before, self.upto = data.shifted(start, -NO_TIME), data.shifted(end, NO_TIME)
        self.count = self.sum(_ones)

    def sum(self, values: Callable[[Sequence[float]], Sequence[float]]) -> Expr:
        """Sum what `values` makes of the values."""
        curve = _running(values)
        ends = self.data.lookup(curve, self.upto), self.data.lookup(curve, self.before)
        return self.data.lowering.apply("subtract", *ends)

    def where_any(self, value: Expr) -> Expr:
        """Give a value where there are points, else that it is missing."""
        some = self.data.lowering.apply("greater", self.count, Number(value=0.5))
        return self.data.lowering.apply("if_then_else", some, value, Number(value=NA))

    def whole(self, less: float = 0.0) -> Expr:
        """Give the number of points less some, 1 where that would be nothing."""
        apply = self.data.lowering.apply
        return apply("max", apply("subtract", self.count, Number(value=less)), Number(value=1.0))


def _mean(data: _Data, start: Expr, end: Expr) -> Expr:
    span, apply = _Span(data, start, end), data.lowering.apply
    distance = apply("divide", span.sum(_from_mean), span.whole())
    return span.where_any(apply("add", data.number(_mean_of), distance))


def _stdv(data: _Data, start: Expr, end: Expr) -> Expr:
    """Give the standard deviation of a sample: the root of the squares over the number of points less one."""
    span, apply = _Span(data, start, end), data.lowering.apply
    sums = span.sum(_from_mean)
    square = apply("divide", apply("multiply", sums, sums), span.whole())
    rest = apply("max", apply("subtract", span.sum(_squares), square), Number(value=0.0))
    return span.where_any(apply("sqrt", apply("divide", rest, span.whole(1.0))))


def _extreme(best: Callable[[float, float], float], name: str) -> Callable[[_Data, Expr, Expr], Expr]:
    """Give the function that finds the largest or the smallest value of a span.

    Among tables of the extremes of 2^k neighbouring points, two blocks of the largest k cover the span.
    """

    def found(data: _Data, start: Expr, end: Expr) -> Expr:
        span, apply = _Span(data, start, end), data.lowering.apply
        first = data.lookup(_running(_ones), span.before)
        after = data.lookup(_running(_ones), span.upto)
        value: Expr = Number(value=NA)
        length, most = 1, max(len(points[0]) for points in data.points)
        while length <= most:
            place = apply("add", first, Number(value=0.5))
            other = apply("subtract", after, Number(value=length - 0.5))
            curve = _blocks(best, length)
            both = apply(name, data.lookup(curve, place), data.lookup(curve, other))
            enough = apply("greater", span.count, Number(value=length - 0.5))
            value = apply("if_then_else", enough, both, value)
            length *= 2
        return value

    return found


def _blocks(best: Callable[[float, float], float], length: int) -> Curve:
    """Give the extremes of so many neighbouring points by the number of the first, from 0."""

    def curve(points: Points) -> Points:
        values, width = list(points[1]), 1
        if len(values) < length:
            return (0.0,), (NA,)
        while width < length:
            values = [best(one, other) for one, other in zip(values, values[width:], strict=False)]
            width *= 2
        return tuple(map(float, range(len(values)))), tuple(values)

    return curve


@dataclass(frozen=True)
class DataFunction:
    """A function of data: what builds it, what its arguments are called, and a line for users."""

    build: Callable[..., Expr]
    arguments: tuple[str, ...]
    documentation: str


_SPAN = ("data", "start", "end")
FUNCTIONS = {
    "get_data_at_time": DataFunction(_at_time, ("data", "time"), "the point at a time, or `:NA:`"),
    "get_data_between_times": DataFunction(
        _between_times, ("data", "time", "mode"), "between points (0), the next one (1) or the last one (-1)"
    ),
    "get_data_first_time": DataFunction(_first_time, ("data",), "the time of the first point"),
    "get_data_last_time": DataFunction(_last_time, ("data",), "the time of the last point"),
    "get_data_max": DataFunction(_extreme(max, "max"), _SPAN, "the largest value of a span of time"),
    "get_data_mean": DataFunction(_mean, _SPAN, "the mean of its points"),
    "get_data_min": DataFunction(_extreme(min, "min"), _SPAN, "the smallest value"),
    "get_data_stdv": DataFunction(_stdv, _SPAN, "the standard deviation, by the number of points less one"),
    "get_data_total_points": DataFunction(_total_points, ("data",), "how many points there are"),
}
"""Functions of data by name."""
