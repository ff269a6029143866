"""The sign of a link: whether an effect rises or falls with a cause, all else the same.

Read from the form of the equation. Each part of it is known to lie in an interval, computed from the values
that its variables take in a given run (R. E. Moore, Interval Analysis, 1966); the slope's sign follows by
the rules of differentiation. A sign that is given holds for every value in these intervals; where the rules
do not decide, as for a cause that raises the effect in one place and lowers it in another, it is "±".

The intervals are taken moment by moment, each over the elements of an array at one time of the run: a gap to
a target then keeps its sign as long as the target is not crossed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import ArrayLike

from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Equations,
    Expr,
    Literal,
    LookupCall,
    Number,
    Reduce,
    Reference,
    StateValue,
    Time,
)

BOTH = "±"


@dataclass(frozen=True)
class Slope:
    """What is known of a derivative's sign: whether it can be below and above zero."""

    falls: bool = False
    rises: bool = False

    def __or__(self, other: Slope) -> Slope:
        return Slope(self.falls or other.falls, self.rises or other.rises)

    def __neg__(self) -> Slope:
        return Slope(self.rises, self.falls)

    def __bool__(self) -> bool:
        return self.falls or self.rises

    def times(self, factor: Interval) -> Slope:
        """Give the slope after multiplication by a factor that lies in an interval."""
        if factor.low >= 0:
            return self if factor.high > 0 else FLAT
        return -self if factor.high <= 0 else self | -self


FLAT = Slope()
UNKNOWN = Slope(falls=True, rises=True)


@dataclass(frozen=True)
class Interval:
    """Lowest and highest value, both included."""

    low: float = -math.inf
    high: float = math.inf


ANY = Interval()

_RISING: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "arctan": math.atan,
    "tanh": math.tanh,
    "sinh": math.sinh,
    "integer": math.floor,
}
_TRUTH = Interval(0.0, 1.0)


class Polarity:
    """Signs of the links of one model.

    `moments` holds the values of all variables at some times of a run, shape = that of the variable. Without
    any, only constants are known.
    """

    def __init__(self, equations: Equations, moments: Mapping[float, Mapping[str, ArrayLike]]) -> None:
        self._equations = equations
        constants = {name: _range(value) for name, value in equations.defaults.items()}
        whole = Interval(equations.time.initial, equations.time.final)
        self._moments = [
            (Interval(time, time), {**constants, **{name: _range(value) for name, value in values.items()}})
            for time, values in moments.items()
        ] or [(whole, constants)]
        self._times, self._ranges = self._moments[0]

    def sign(self, expressions: tuple[Expr, ...], cause: str) -> str:
        """Give "+", "-", "±" where both can be, or "" where the cause has no effect."""
        slope = FLAT
        for moment in self._moments:
            self._times, self._ranges = moment
            for expression in expressions:
                slope = slope | self._slope(expression, cause)
        if slope.falls and slope.rises:
            return BOTH
        return "+" if slope.rises else "-" if slope.falls else ""

    def _interval(self, expression: Expr) -> Interval:
        """Give bounds on the value of an expression."""
        if isinstance(expression, Number):
            return Interval(expression.value, expression.value)
        if isinstance(expression, Literal):
            return Interval(min(expression.values), max(expression.values))
        if isinstance(expression, Time):
            return self._times
        if isinstance(expression, Reference):
            return self._ranges.get(expression.variable, ANY)
        if isinstance(expression, LookupCall):
            heights = [y for table in expression.tables for y in self._equations.tables[table].y]
            return Interval(min(heights), max(heights))
        if isinstance(expression, Apply):
            return self._applied(expression)
        if isinstance(expression, Reduce):
            inner = self._interval(expression.arg)
            return inner if expression.function in ("vmin", "vmax") else _summed(inner)
        if isinstance(expression, ActiveInitial):
            return self._interval(expression.active)
        if isinstance(expression, StateValue):
            return self._started(expression)
        return ANY

    def _started(self, expression: StateValue) -> Interval:
        """Give bounds on what INITIAL holds, from the first moment; other states are not followed."""
        state = self._equations.states[expression.state]
        if state.kind != "initial":
            return ANY
        here = self._times, self._ranges
        self._times, self._ranges = self._moments[0]
        found = self._interval(state.initial)
        self._times, self._ranges = here
        return found

    def _applied(self, expression: Apply) -> Interval:
        args = [self._interval(arg) for arg in expression.args]
        name = expression.function
        if expression.logical:
            return _TRUTH
        if name in _RISING:
            return _image(_RISING[name], args[0])
        if name == "if_then_else":
            return Interval(min(args[1].low, args[2].low), max(args[1].high, args[2].high))
        if name in ("min", "max"):
            choose = min if name == "min" else max
            return Interval(choose(arg.low for arg in args), choose(arg.high for arg in args))
        if name == "abs":
            reach = (abs(args[0].low), abs(args[0].high))
            return Interval(0.0 if args[0].low < 0 < args[0].high else min(reach), max(reach))
        if name in ("add", "subtract", "multiply", "divide", "zidz", "power", "negative"):
            return _combined(name, args)
        return ANY

    def _slope(self, expression: Expr, cause: str) -> Slope:
        """Give the sign of the derivative by `cause`."""
        if isinstance(expression, Reference):
            return Slope(rises=True) if expression.variable == cause else FLAT
        if isinstance(expression, Apply):
            return self._applied_slope(expression, cause)
        if isinstance(expression, LookupCall):
            return self._lookup_slope(expression, cause)
        if isinstance(expression, Reduce):
            inner = self._slope(expression.arg, cause)
            positive = expression.function != "prod" or self._interval(expression.arg).low >= 0
            return inner if positive or not inner else UNKNOWN
        if isinstance(expression, ActiveInitial):
            return self._slope(expression.active, cause)
        if isinstance(expression, StateValue):
            return self._state_slope(expression, cause)
        return FLAT

    def _applied_slope(self, expression: Apply, cause: str) -> Slope:
        slopes = [self._slope(arg, cause) for arg in expression.args]
        if not any(slopes):
            return FLAT
        name, args = expression.function, [self._interval(arg) for arg in expression.args]
        if name in _RISING:
            return slopes[0]
        if name == "negative":
            return -slopes[0]
        if name == "add":
            return slopes[0] | slopes[1]
        if name == "subtract":
            return slopes[0] | -slopes[1]
        if name == "multiply":
            return slopes[0].times(args[1]) | slopes[1].times(args[0])
        if name in ("divide", "zidz", "xidz"):
            return self._quotient_slope(expression, slopes, args, cause)
        if name == "power":
            return self._power_slope(slopes, args)
        if name in ("min", "max"):
            return _extreme_slope(name, slopes, args)
        if name == "abs":
            return slopes[0].times(args[0])
        if name == "if_then_else" and not slopes[0]:
            return slopes[1] | slopes[2]
        return UNKNOWN

    def _quotient_slope(
        self, expression: Apply, slopes: list[Slope], args: list[Interval], cause: str
    ) -> Slope:
        """Give the slope of a quotient; `k*x/(x+r)` is taken as k times `1/(1+r/x)`, which rises with x."""
        otherwise = slopes[2] if len(slopes) > 2 else FLAT
        factors, terms = _flattened(expression.args[0], "multiply"), _flattened(expression.args[1], "add")
        shared = next((item for item in factors if item in terms and self._slope(item, cause)), None)
        if shared is None:
            return slopes[0].times(args[1]) | -slopes[1].times(args[0]) | otherwise
        factors.remove(shared)
        terms.remove(shared)
        others, rest = _joined(factors, "multiply", 1.0), _joined(terms, "add", 0.0)
        share = self._slope(shared, cause).times(self._interval(rest))
        share = share | -self._slope(rest, cause).times(self._interval(shared))
        size = self._interval(Apply(function="divide", args=(shared, expression.args[1])))
        return share.times(self._interval(others)) | self._slope(others, cause).times(size) | otherwise

    def _power_slope(self, slopes: list[Slope], args: list[Interval]) -> Slope:
        base, exponent = args
        if base.low < 0:
            return UNKNOWN
        by_exponent = slopes[1].times(_image(math.log, base)) if slopes[1] else FLAT
        return slopes[0].times(exponent) | by_exponent

    def _lookup_slope(self, expression: LookupCall, cause: str) -> Slope:
        slope = FLAT
        for number in expression.tables:
            heights = self._equations.tables[number].y
            slope = slope | Slope(
                falls=any(right < left for left, right in pairwise(heights)),
                rises=any(right > left for left, right in pairwise(heights)),
            )
        inner = self._slope(expression.arg, cause)
        forward = inner if slope.rises else FLAT
        return forward | -inner if slope.falls else forward

    def _state_slope(self, expression: StateValue, cause: str) -> Slope:
        """Averages and delays follow their input; nothing is said of their times."""
        inputs = self._equations.states[expression.state].inputs
        following = self._slope(inputs["input"], cause) if "input" in inputs else FLAT
        others = [item for role, item in inputs.items() if role != "input"]
        return UNKNOWN if any(self._slope(item, cause) for item in others) else following


def _flattened(expression: Expr, function: str) -> list[Expr]:
    """Give the terms of a sum, or the factors of a product."""
    if isinstance(expression, Apply) and expression.function == function:
        return [item for arg in expression.args for item in _flattened(arg, function)]
    return [expression]


def _joined(items: list[Expr], function: str, neutral: float) -> Expr:
    joined: Expr = Number(value=neutral)
    for item in items:
        joined = Apply(function=function, args=(joined, item))
    return joined


def _range(value: ArrayLike) -> Interval:
    found = np.asarray(value, dtype=np.float64)
    if found.size == 0 or not np.isfinite(found).all():
        return ANY
    return Interval(float(found.min()), float(found.max()))


def _image(rising: Callable[[float], float], arg: Interval) -> Interval:
    """Give the interval of a rising function; what it cannot take has no bound."""
    return Interval(_value(rising, arg.low, -math.inf), _value(rising, arg.high, math.inf))


def _value(rising: Callable[[float], float], at: float, otherwise: float) -> float:
    try:
        return rising(at)
    except (ValueError, OverflowError):
        return otherwise


def _summed(each: Interval) -> Interval:
    """Give bounds on a sum or product over any number of elements: only signs are kept."""
    return Interval(0.0 if each.low >= 0 else -math.inf, 0.0 if each.high <= 0 else math.inf)


def _combined(name: str, args: list[Interval]) -> Interval:
    """Give bounds on an operator's result from those at the corners."""
    if name == "negative":
        return Interval(-args[0].high, -args[0].low)
    one, other = args
    if name == "subtract":
        return Interval(one.low - other.high, one.high - other.low)
    if name == "add":
        return Interval(one.low + other.low, one.high + other.high)
    if name in ("divide", "zidz") and other.low <= 0 <= other.high:
        return _quotient_around_zero(one, other)
    if name == "power" and one.low < 0:
        return ANY
    corners = [_corner(name, x, y) for x, y in product((one.low, one.high), (other.low, other.high))]
    if any(math.isnan(corner) for corner in corners):
        positive = one.low >= 0 and (other.low >= 0 or name == "power")
        return Interval(0.0, math.inf) if positive else ANY
    return Interval(min(corners), max(corners))


def _quotient_around_zero(one: Interval, other: Interval) -> Interval:
    """Give the sign of a quotient whose divisor touches zero from one side."""
    if one.low >= 0 and other.low >= 0:
        return Interval(0.0, math.inf)
    if one.low >= 0 and other.high <= 0:
        return Interval(-math.inf, 0.0)
    return ANY


def _corner(name: str, x: float, y: float) -> float:
    try:
        if name == "multiply":
            return 0.0 if x == 0 or y == 0 else x * y
        return x / y if name in ("divide", "zidz") else float(x**y)
    except (OverflowError, ZeroDivisionError):
        return math.nan


def _extreme_slope(name: str, slopes: list[Slope], args: list[Interval]) -> Slope:
    """Leave out an argument that is never the one taken."""
    if name == "max":
        taken = [
            arg.high > max(other.low for other in args) or arg.low >= max(o.low for o in args) for arg in args
        ]
    else:
        taken = [
            arg.low < min(other.high for other in args) or arg.high <= min(o.high for o in args)
            for arg in args
        ]
    slope = FLAT
    for used, found in zip(taken, slopes, strict=True):
        slope = slope | (found if used else FLAT)
    return slope
