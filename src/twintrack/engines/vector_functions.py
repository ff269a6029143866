"""Functions of whole vectors for generated code, in the form that NumPy and JAX share.

Every value has its axes and then the axis of runs; `place` counts the axis that a function works along from
the end, so that it is the same for values that lack axes in front.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from twintrack.engines.functions import Value

Repeat = Callable[[int, Callable[[Any, Any], Any], Any], Any]
"""Does something a number of times: `repeat(count, body, start)` with `body(number, value)`."""

HALVINGS = 70
"""Of the interval in which a price lies; a float has 53 bits."""

REACH = {1: 0.5, 2: 0.5, 3: 8.3, 4: 37.0}
"""How many widths from its middle each shape of a priority ends: rectangle, triangle, normal, exponential."""


def vector_functions(
    xp: Any, repeat: Repeat, erfc: Callable[[Value], Value]
) -> dict[str, Callable[..., Value]]:
    """Give the functions by name for an array library with NumPy's interface."""

    def together(place: int, *values: Value) -> list[Value]:
        """Give values one shape, with the axis worked along at the end."""
        full = xp.broadcast_arrays(*(xp.asarray(value, dtype=xp.float64) for value in values))
        return [xp.moveaxis(value, place, -1) for value in full]

    def vector_sort_order(vector: Value, direction: Value, place: int) -> Value:
        order = xp.argsort(vector, axis=place, stable=True)
        return xp.where(direction > 0.0, order, xp.flip(order, axis=place)) + 0.0

    def vector_rank(vector: Value, direction: Value, place: int) -> Value:
        order = vector_sort_order(vector, direction, place)
        return xp.argsort(order, axis=place, stable=True) + 1.0

    def vector_reorder(vector: Value, order: Value, place: int) -> Value:
        values, places = together(place, vector, order)
        whole = xp.trunc(places)
        inside = (whole >= 0.0) & (whole < values.shape[-1])  # beyond the ends there is no value
        found = xp.take_along_axis(values, xp.where(inside, whole, 0.0).astype(int), axis=-1)
        return xp.moveaxis(xp.where(inside, found, xp.nan), -1, place)

    def invert_matrix(matrix: Value, row: int, column: int) -> Value:
        """Invert by elimination with pivots: compiled functions that are stored cannot call LAPACK."""
        square = xp.moveaxis(matrix, (row, column), (-2, -1))
        size = square.shape[-1]
        rows = np.arange(size)
        beside = xp.broadcast_to(xp.eye(size, dtype=xp.float64), square.shape)
        work = xp.concatenate([square, beside], axis=-1)
        for k in range(size):
            largest = k + xp.argmax(xp.absolute(work[..., k:, k]), axis=-1)[..., None]
            exchanged = xp.where(rows == k, largest, xp.where(rows == largest, k, rows))
            work = xp.take_along_axis(work, exchanged[..., None], axis=-2)
            pivot = work[..., k : k + 1, :] / work[..., k : k + 1, k : k + 1]
            rest = work - work[..., :, k : k + 1] * pivot
            work = xp.where((rows == k)[:, None], pivot, rest)
        return xp.moveaxis(work[..., size:], (-2, -1), (row, column))

    def allocate_by_priority(
        request: Value, priority: Value, width: Value, supply: Value, place: int
    ) -> Value:
        """Fill requests in the order of their priorities.

        The share that a request has got grows with one clock for all that are being filled; the next one
        starts when the one before it has got the share (difference of priorities) / width, or all.
        """
        asked, rank, width, supply = together(place, request, priority, width, supply)
        asked = xp.maximum(asked, 0.0)
        order = xp.argsort(xp.where(asked > 0.0, -rank, xp.inf), axis=-1, stable=True)
        sizes, ranks = (xp.take_along_axis(value, order, axis=-1) for value in (asked, rank))
        gaps = xp.minimum((ranks[..., :-1] - ranks[..., 1:]) / width[..., 1:], 1.0)
        gaps = xp.where(sizes[..., 1:] > 0.0, gaps, 0.0)
        start = xp.concatenate([xp.zeros_like(sizes[..., :1]), xp.cumsum(gaps, axis=-1)], axis=-1)
        # What is given grows in straight lines between the times at which a request starts or is filled.
        times = xp.concatenate([start, start + 1.0], axis=-1)
        shares = xp.clip(times[..., :, None] - start[..., None, :], 0.0, 1.0)
        given = (sizes[..., None, :] * shares).sum(axis=-1)
        enough = xp.minimum(xp.maximum(supply[..., :1], 0.0), given.max(axis=-1, keepdims=True))
        before, after = given <= enough, given >= enough
        low = xp.where(before, times, -xp.inf).max(axis=-1, keepdims=True)
        high = xp.where(after, times, xp.inf).min(axis=-1, keepdims=True)
        least = xp.where(before, given, -xp.inf).max(axis=-1, keepdims=True)
        most = xp.where(after, given, xp.inf).min(axis=-1, keepdims=True)
        between = (enough - least) / xp.where(most > least, most - least, 1.0)
        time = xp.where(high > low, low + between * (high - low), low)
        parts = sizes * xp.clip(time - start, 0.0, 1.0)
        parts = xp.take_along_axis(parts, xp.argsort(order, axis=-1), axis=-1)
        return xp.moveaxis(xp.where(supply >= asked.sum(axis=-1, keepdims=True), asked, parts), -1, place)

    def demand(price: Value, shape: Value, middle: Value, width: Value) -> Value:
        """Give the share of a request that stands at a price, by the shape of its priority."""
        above = (price - middle) / width
        up, down = xp.clip(above + 0.5, 0.0, 1.0), xp.clip(0.5 - above, 0.0, 1.0)
        triangle = xp.where(above < 0.0, 1.0 - 2.0 * up * up, 2.0 * down * down)
        tail = 0.5 * xp.exp(-xp.absolute(above))
        exponential = xp.where(above < 0.0, 1.0 - tail, tail)
        normal = 0.5 * erfc(above / math.sqrt(2.0))
        share = xp.where(shape == 3.0, normal, xp.where(shape == 4.0, exponential, xp.nan))
        return xp.where(shape == 1.0, down, xp.where(shape == 2.0, triangle, share))

    def allocate_available(
        request: Value, shape: Value, middle: Value, width: Value, supply: Value, place: int
    ) -> Value:
        """Find the price at which the requests that stand add up to the supply, by halving."""
        asked, shape, middle, width, supply = together(place, request, shape, middle, width, supply)
        asked = xp.maximum(asked, 0.0)
        reach = sum(xp.where(shape == kind, factor * width, 0.0) for kind, factor in REACH.items())
        lowest = (middle - reach).min(axis=-1, keepdims=True)
        highest = (middle + reach).max(axis=-1, keepdims=True)
        enough = supply[..., :1]

        def halve(_: Any, bounds: tuple[Value, Value]) -> tuple[Value, Value]:
            low, high = bounds
            price = 0.5 * (low + high)
            total = (asked * demand(price, shape, middle, width)).sum(axis=-1, keepdims=True)
            return xp.where(total > enough, price, low), xp.where(total > enough, high, price)

        low, high = repeat(HALVINGS, halve, (lowest, highest))
        parts = asked * demand(0.5 * (low + high), shape, middle, width)
        parts = xp.where(enough > 0.0, parts, 0.0 * parts)
        return xp.moveaxis(xp.where(supply >= asked.sum(axis=-1, keepdims=True), asked, parts), -1, place)

    own = (
        *(vector_sort_order, vector_rank, vector_reorder, invert_matrix),
        *(allocate_by_priority, allocate_available),
    )
    return {function.__name__: function for function in own}
