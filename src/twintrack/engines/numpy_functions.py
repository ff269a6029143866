"""What generated code calls when it runs under NumPy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from twintrack.engines.functions import Value, shared_functions
from twintrack.engines.vector_functions import vector_functions
from twintrack.equations.structure import Array


def _lookup(x: Value, points: tuple[Array, Array]) -> Value:
    xs, ys = points
    if len(xs) > 1 and (xs[1:] == xs[:-1]).any():
        # Where x is repeated, `interp` takes the last value at x itself, and Vensim the first.
        mirrored: Value = np.interp(-np.asarray(x), -xs[::-1], ys[::-1])
        return mirrored
    return np.interp(x, xs, ys)


def _ring_make(value: Value, shape: tuple[int, ...], length: int, runs: int) -> Array:
    return np.array(np.broadcast_to(value, (length, *shape, runs)), np.float64)


def _ring_read(ring: Array, i: int) -> Array:
    place: Array = ring[i % len(ring)]
    return place


def _ring_write(ring: Array, i: int, value: Value) -> Array:
    following = ring.copy()  # the old place may still be read in this step
    following[i % len(ring)] = value
    return following


def _ring_read_each(ring: Array, i: int, lengths: Sequence[int]) -> Array:
    """Read a ring whose elements have different lengths, given flat in C order."""
    each = np.reshape(lengths, (*ring.shape[1:-1], 1))
    value = _ring_read(ring, i - lengths[0])
    for length in sorted(set(lengths)):
        value = np.where(each == length, _ring_read(ring, i - length), value)
    return value


def _repeat(count: int, body: Callable[[Any, Any], Any], start: Any) -> Any:
    for number in range(count):
        start = body(number, start)
    return start


def _erfc(value: Value) -> Value:
    from scipy.special import erfc

    return erfc(value)


def numpy_functions() -> dict[str, Any]:
    """Give the names that generated code needs."""
    return {
        **shared_functions(np),
        **vector_functions(np, _repeat, _erfc),
        "log": np.log,
        "log_to_base": lambda value, base: np.log(value) / np.log(base),
        "power": np.power,
        "lookup": _lookup,
        "ring_make": _ring_make,
        "ring_read": _ring_read,
        "ring_read_each": _ring_read_each,
        "ring_write": _ring_write,
    }
