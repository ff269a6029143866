"""What generated code calls when it runs under NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np

from twintrack.engines.functions import Value, shared_functions
from twintrack.equations.structure import Array


def _lookup(x: Value, points: tuple[Array, Array]) -> Value:
    return np.interp(x, *points)


def _lookup_array(x: Value, points: tuple[Array, Array]) -> Value:
    """Add up the segments that lie before x; x and y have the points first, then the axes of the value."""
    xs, ys = points
    value = ys[0]
    for left, right, low, high in zip(xs, xs[1:], ys, ys[1:], strict=False):
        width = right - left
        slope = (high - low) / np.where(width > 0, width, 1.0)
        value = value + slope * np.clip(x - left, 0.0, width)
    return value


def _ring_make(value: Value, shape: tuple[int, ...], length: int, runs: int) -> Array:
    return np.array(np.broadcast_to(value, (length, *shape, runs)), np.float64)


def _ring_read(ring: Array, i: int) -> Array:
    place: Array = ring[i % len(ring)]
    return place


def _ring_write(ring: Array, i: int, value: Value) -> Array:
    following = ring.copy()  # the old place may still be read in this step
    following[i % len(ring)] = value
    return following


def numpy_functions() -> dict[str, Any]:
    """Give the names that generated code needs."""
    return {
        **shared_functions(np),
        "log": np.log,
        "log_to_base": lambda value, base: np.log(value) / np.log(base),
        "power": np.power,
        "lookup": _lookup,
        "lookup_array": _lookup_array,
        "ring_make": _ring_make,
        "ring_read": _ring_read,
        "ring_write": _ring_write,
    }
