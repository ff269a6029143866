"""What generated code calls when it runs: functions of the table, and what arrays need beside them.

Every value has its axes and then the axis of runs; a value without axes may also be a Python number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from twintrack.engines.lookups import ends_of_slopes
from twintrack.engines.numpy.vectors import FORMS, Value
from twintrack.equations.constructs import REDUCERS
from twintrack.equations.functions import FUNCTIONS
from twintrack.equations.operations import OPERATIONS, Arrays
from twintrack.equations.recursion import TooDeepError
from twintrack.equations.states import STATES
from twintrack.equations.structure import Array


def loaded(source: str) -> dict[str, Any]:
    """Run generated source; gives the functions that it defines, among those that it calls.

    Raises TooDeepError for formulas that Python itself finds nested too deeply.
    """
    functions = dict(_LIBRARY)
    try:
        exec(compile(source, "<model>", "exec"), functions)
    except (SyntaxError, RecursionError, MemoryError) as error:
        message = f"an equation is nested too deeply for the numpy engine ({error}); take the native one"
        raise TooDeepError(message) from None
    return functions


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


def spread(value: Value, shape: tuple[int, ...]) -> Array:
    """Give a value all its axes."""
    found = np.asarray(value)
    return _stretched(found, (*shape, _runs_of(found)))


def fill(value: Value, shape: tuple[int, ...], runs: int) -> Array:
    """Give a value all its axes and runs."""
    return np.broadcast_to(np.asarray(value, dtype=np.float64), (*shape, runs))


def filled(values: Sequence[Value], other: Array) -> list[Array]:
    """Give values the shape of another."""
    return [np.broadcast_to(np.asarray(value, dtype=np.float64), np.shape(other)) for value in values]


def join(pieces: Sequence[Array], axis: int) -> Array:
    """Join arrays along an axis; some may have one run for all."""
    runs = max(map(_runs_of, pieces))
    return np.concatenate([_stretched(x, (*x.shape[:-1], runs)) for x in pieces], axis=axis)


def diagonal(value: Array, first: int, second: int) -> Array:
    """Take the diagonal of two axes, which stays where the first one was."""
    return np.moveaxis(np.diagonal(value, axis1=first, axis2=second), -1, first)


def take(value: Array, places: tuple[int, ...], axis: int) -> Array:
    """Take elements along an axis."""
    return np.take(value, np.asarray(places), axis=axis)


def lookup(x: Value, points: tuple[Array, Array]) -> Value:
    """Read off one lookup, whose ends hold."""
    xs, ys = points
    if len(xs) > 1 and (xs[1:] == xs[:-1]).any():
        # Where x is repeated, `interp` takes the last value at x itself, and Vensim the first.
        mirrored: Value = np.interp(-np.asarray(x), -xs[::-1], ys[::-1])
        return mirrored
    return np.interp(x, xs, ys)


def lookup_array(x: Value, points: tuple[Array, Array]) -> Value:
    """Add up the segments that lie before x; points first, then the axes of the value."""
    xs, ys = points
    value: Value = ys[0]
    for left, right, low, high in zip(xs, xs[1:], ys, ys[1:], strict=False):
        width = right - left
        slope = (high - low) / np.where(width > 0, width, 1.0)
        value = value + slope * np.clip(x - left, 0.0, width)
        if ((width == 0) & (high != low)).any():  # the value jumps behind x
            value = value + np.where((width == 0) & (x > left), high - low, 0.0)
    return value


def lookup_extrapolate(x: Value, points: tuple[Array, Array]) -> Value:
    """Go on beyond the ends as the outermost segments do."""
    xs, _ = points
    first, last = ends_of_slopes(points)
    below, above = np.minimum(x - xs[0], 0.0), np.maximum(x - xs[-1], 0.0)
    return lookup_array(x, points) + first * below + last * above


def lookup_forward(x: Value, points: tuple[Array, Array]) -> Value:
    """Give the value of the next point."""
    value: Value = points[1][-1]
    for at, y in zip(points[0][::-1], points[1][::-1], strict=True):
        value = np.where(x <= at, y, value)
    return value


def lookup_backward(x: Value, points: tuple[Array, Array]) -> Value:
    """Give the value of the last point."""
    value: Value = points[1][0]
    for at, y in zip(*points, strict=True):
        value = np.where(x >= at, y, value)
    return value


def ring_make(value: Value, shape: tuple[int, ...], length: int, runs: int) -> Array:
    """Give a pipeline that is full of one value."""
    return np.array(np.broadcast_to(value, (length, *shape, runs)), np.float64)


def ring_read(ring: Array, i: int) -> Array:
    """Give what leaves a pipeline at a step."""
    place: Array = ring[i % len(ring)]
    return place


def ring_write(ring: Array, i: int, value: Value) -> Array:
    """Put into a pipeline what enters at a step."""
    following = ring.copy()  # the old place may still be read in this step
    following[i % len(ring)] = value
    return following


def ring_read_each(ring: Array, i: int, lengths: Sequence[int]) -> Array:
    """Read a pipeline whose elements have different lengths, given flat in C order."""
    each = np.reshape(lengths, (*ring.shape[1:-1], 1))
    value = ring_read(ring, i - lengths[0])
    for length in sorted(set(lengths)):
        value = np.where(each == length, ring_read(ring, i - length), value)
    return value


def _runs_of(value: Array) -> int:
    return int(value.shape[-1]) if value.ndim else 1


def _stretched(value: Array, shape: tuple[int, ...]) -> Array:
    """Give a value another shape; to copy arrays of this size takes less than a view by `broadcast_to`."""
    if value.shape == shape:
        return value
    result = np.empty(shape, value.dtype)
    result[...] = value
    return result


def _reduced(op: str, value: Array, axes: tuple[int, ...]) -> Array:
    result: Array = OPERATIONS[op].reduce(value, axis=axes)  # type: ignore[attr-defined]
    return result


_ARRAYS = Arrays()
_OWN: tuple[Callable[..., Any], ...] = (
    *(array, table, tables, spread, fill, filled, join, diagonal, take),
    *(lookup, lookup_array, lookup_extrapolate, lookup_forward, lookup_backward),
    *(ring_make, ring_read, ring_write, ring_read_each),
)
_LIBRARY: dict[str, Any] = {
    **{f"f_{name}": partial(function.meaning, _ARRAYS) for name, function in FUNCTIONS.items()},
    **FORMS,
    **{f"reduce_{name}": partial(_reduced, op) for name, op in REDUCERS.items()},
    **{f"rates_{name}": partial(kind.rates, _ARRAYS) for name, kind in STATES.items() if kind.rates},
    **{f"next_{name}": partial(kind.following, _ARRAYS) for name, kind in STATES.items() if kind.following},
    **{function.__name__: function for function in _OWN},
    "where": np.where,
    "transpose": np.transpose,
    "inf": np.inf,
    "nan": np.nan,
}
