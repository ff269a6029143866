"""The functions that generated code calls, under NumPy.

Times and thresholds follow PySD: a step or ramp starts half a step or 1e-6 early so that rounding cannot move
it, and a denominator counts as zero below 1e-6 (as in Vensim).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from twintrack.equations.structure import Array

Value = Any
"""A float or a NumPy array: axes of the value, then the axis of runs."""

SMALL = 1e-6

_LIBRARY = (
    *("where", "minimum", "maximum", "exp", "sqrt", "absolute", "trunc", "transpose"),
    *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"),
    *("logical_and", "logical_or", "logical_not"),
)


def array(values: Sequence[float], shape: Sequence[int]) -> Array:
    """Give a literal array, shape `shape` + (1,)."""
    return np.reshape(np.asarray(values, np.float64), (*shape, 1))


def table(xs: Sequence[float], ys: Sequence[float]) -> tuple[Array, Array]:
    """Give the points of a lookup, two arrays of shape (points,)."""
    return np.asarray(xs, np.float64), np.asarray(ys, np.float64)


def tables(
    points: Sequence[tuple[Sequence[float], Sequence[float]]], shape: Sequence[int]
) -> tuple[Array, Array]:
    """Give the points of an array of lookups, two arrays of shape (points,) + `shape` + (1,).

    Shorter lookups are filled up with their last point.
    """
    longest = max(len(xs) for xs, _ in points)

    def stacked(which: int) -> Array:
        rows = [[*item[which], *[item[which][-1]] * (longest - len(item[which]))] for item in points]
        return np.asarray(rows, np.float64).T.reshape((longest, *shape, 1))

    return stacked(0), stacked(1)


def ends_of_slopes(points: tuple[Array, Array]) -> tuple[Array, Array]:
    """Give the slopes of the first and the last segment of an array of lookups, shape as one point."""
    xs, ys = points
    widths = np.diff(xs, axis=0)
    slopes = np.diff(ys, axis=0) / np.where(widths > 0, widths, 1.0)
    last = np.zeros_like(xs[0])
    for width, slope in zip(widths, slopes, strict=True):  # shorter lookups are filled up
        last = np.where(width > 0, slope, last)
    return (slopes[0] if len(slopes) else last), last


def whole_power(base: Value, exponent: int) -> Value:
    """Raise to a whole power from 1 to 8 by multiplication."""
    result = base = np.float64(base) if isinstance(base, float) else base  # Python refuses to divide by zero
    for bit in bin(exponent)[3:]:
        result = result * result
        if bit == "1":
            result = result * base
    return result


def shared_functions(xp: Any) -> dict[str, Callable[..., Value]]:
    """Give the functions by name for an array library with NumPy's interface."""

    def xidz(numerator: Value, denominator: Value, otherwise: Value) -> Value:
        # The denominator is guarded too, so that no division by zero is ever evaluated (or differentiated).
        zero = xp.absolute(denominator) < SMALL
        return xp.where(zero, otherwise, numerator / xp.where(zero, 1.0, denominator))

    def zidz(numerator: Value, denominator: Value) -> Value:
        return xidz(numerator, denominator, 0.0)

    def step_at(height: Value, start: Value, t: Value, h: float) -> Value:
        return xp.where(t + 0.5 * h > start, height, 0.0)

    def ramp(slope: Value, start: Value, finish: Value, t: Value, h: float) -> Value:
        del h
        return xp.where(t + SMALL > start, slope * (xp.minimum(t, finish) - start), 0.0)

    def pulse(start: Value, width: Value, t: Value, h: float) -> Value:
        del h
        return xp.where(xp.logical_and(start - SMALL <= t, t < start + width), 1.0, 0.0)

    def pulse_train(start: Value, interval: Value, width: Value, end: Value, t: Value, h: float) -> Value:
        del h
        inside = xp.logical_and(start <= t, t < end)
        return xp.where(xp.logical_and(inside, xp.mod(t - start + SMALL, interval) < width), 1.0, 0.0)

    def sharp_divide(value: Value, divisor: Value) -> Value:
        # A compiler turns the division by what is the same everywhere into a product, which is another number
        # now and then. This divisor looks different everywhere.
        return value / xp.where(value == value, divisor, np.nan)

    def sharp_multiply(one: Value, other: Value) -> Value:
        # The choice keeps a compiler from joining this product and a sum, which would be rounded only once.
        product = one * other
        return xp.where(product == product, product, np.nan)

    def quantum(value: Value, unit: Value) -> Value:
        small = unit < SMALL
        whole = xp.trunc(sharp_divide(value, xp.where(small, 1.0, unit)))
        return xp.where(small, value, sharp_multiply(unit, whole))

    def modulo(value: Value, divisor: Value) -> Value:
        return value - quantum(value, divisor)

    def runs_of(value: Value) -> int:
        return int(np.shape(value)[-1]) if np.ndim(value) else 1

    def spread(value: Value, shape: tuple[int, ...]) -> Value:
        return xp.broadcast_to(xp.asarray(value), (*shape, runs_of(value)))

    def fill(value: Value, shape: tuple[int, ...], runs: int) -> Value:
        return xp.broadcast_to(xp.asarray(value, dtype=xp.float64), (*shape, runs))

    def fill_like(value: Value, other: Value) -> Value:
        return xp.broadcast_to(xp.asarray(value, dtype=xp.float64), np.shape(other))

    def join(pieces: Sequence[Value], axis: int) -> Value:
        runs = max(map(runs_of, pieces))
        return xp.concatenate([xp.broadcast_to(x, (*np.shape(x)[:-1], runs)) for x in pieces], axis=axis)

    def lookup_extrapolate(x: Value, points: tuple[Array, Array]) -> Value:
        xs, _ = points
        first, last = ends_of_slopes(points)
        inside = lookup_array(x, points)
        below, above = xp.minimum(x - xs[0], 0.0), xp.maximum(x - xs[-1], 0.0)
        return inside + first * below + last * above

    def lookup_forward(x: Value, points: tuple[Array, Array]) -> Value:
        value: Value = points[1][-1]
        for at, y in zip(points[0][::-1], points[1][::-1], strict=True):
            value = xp.where(x <= at, y, value)
        return value

    def lookup_backward(x: Value, points: tuple[Array, Array]) -> Value:
        value: Value = points[1][0]
        for at, y in zip(*points, strict=True):
            value = xp.where(x >= at, y, value)
        return value

    def lookup_array(x: Value, points: tuple[Array, Array]) -> Value:
        """Add up the segments that lie before x; points first, then the axes of the value."""
        xs, ys = points
        value: Value = ys[0]
        for left, right, low, high in zip(xs, xs[1:], ys, ys[1:], strict=False):
            width = right - left
            slope = (high - low) / np.where(width > 0, width, 1.0)
            value = value + slope * xp.clip(x - left, 0.0, width)
            if ((width == 0) & (high != low)).any():  # the value jumps behind x
                value = value + xp.where((width == 0) & (x > left), high - low, 0.0)
        return value

    def diagonal(value: Value, first: int, second: int) -> Value:
        return xp.moveaxis(xp.diagonal(value, axis1=first, axis2=second), -1, first)

    def take(value: Value, places: tuple[int, ...], axis: int) -> Value:
        return xp.take(value, np.asarray(places), axis=axis)

    own = (
        xidz,
        zidz,
        step_at,
        ramp,
        pulse,
        pulse_train,
        sharp_divide,
        sharp_multiply,
        quantum,
        modulo,
        lookup_array,
        lookup_extrapolate,
        lookup_forward,
        lookup_backward,
        spread,
        fill,
        fill_like,
        join,
        diagonal,
        take,
    )
    return {
        **{function.__name__: function for function in own},
        **{name: getattr(xp, name) for name in _LIBRARY},
        "reduce_sum": xp.sum,
        "reduce_prod": xp.prod,
        "reduce_vmin": xp.min,
        "reduce_vmax": xp.max,
        "array": array,
        "table": table,
        "tables": tables,
        "whole_power": whole_power,
        "inf": np.inf,
        "nan": np.nan,
    }
