"""Functions of whole vectors on arrays.

Every value has its axes and then the axis of runs; `place` counts the axis that a function works along from
the end, so that it is the same for values that lack axes in front.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from twintrack.equations.constructs import forms_of_vectors
from twintrack.equations.curves import PRICE_HALVINGS, alloc_p, demand_at_price, reach, supply_at_price
from twintrack.equations.operations import Arrays

Value = Any
"""A float or a NumPy array: axes of the value, then the axis of runs."""


def _together(place: int, *values: Value) -> list[Value]:
    """Give values one shape, with the axis worked along at the end."""
    full = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return [np.moveaxis(value, place, -1) for value in full]


def _vector_sort_order(vector: Value, direction: Value, place: int) -> Value:
    order = np.argsort(vector, axis=place, stable=True)
    return np.where(direction > 0.0, order, np.flip(order, axis=place)) + 0.0


def _vector_rank(vector: Value, direction: Value, place: int) -> Value:
    order = _vector_sort_order(vector, direction, place)
    return np.argsort(order, axis=place, stable=True) + 1.0


def _vector_reorder(vector: Value, order: Value, place: int) -> Value:
    values, places = _together(place, vector, order)
    whole = np.trunc(places)
    inside = (whole >= 0.0) & (whole < values.shape[-1])  # beyond the ends there is no value
    found = np.take_along_axis(values, np.where(inside, whole, 0.0).astype(int), axis=-1)
    return np.moveaxis(np.where(inside, found, np.nan), -1, place)


def _invert_matrix(matrix: Value, row: int, column: int) -> Value:
    """Invert by elimination with pivots, as machine code does, which cannot call LAPACK."""
    square = np.moveaxis(matrix, (row, column), (-2, -1))
    size = square.shape[-1]
    rows = np.arange(size)
    beside = np.broadcast_to(np.eye(size, dtype=np.float64), square.shape)
    work = np.concatenate([square, beside], axis=-1)
    for k in range(size):
        largest = k + np.argmax(np.absolute(work[..., k:, k]), axis=-1)[..., None]
        exchanged = np.where(rows == k, largest, np.where(rows == largest, k, rows))
        work = np.take_along_axis(work, exchanged[..., None], axis=-2)
        pivot = work[..., k : k + 1, :] / work[..., k : k + 1, k : k + 1]
        rest = work - work[..., :, k : k + 1] * pivot
        work = np.where((rows == k)[:, None], pivot, rest)
    return np.moveaxis(work[..., size:], (-2, -1), (row, column))


def _allocate_by_priority(request: Value, priority: Value, width: Value, supply: Value, place: int) -> Value:
    """Fill requests in the order of their priorities.

    The share that a request has got grows with one clock for all that are being filled; the next one
    starts when the one before it has got the share (difference of priorities) / width, or all.
    """
    asked, rank, width, supply = _together(place, request, priority, width, supply)
    asked = np.maximum(asked, 0.0)
    order = np.argsort(np.where(asked > 0.0, -rank, np.inf), axis=-1, stable=True)
    sizes, ranks = (np.take_along_axis(value, order, axis=-1) for value in (asked, rank))
    gaps = np.minimum((ranks[..., :-1] - ranks[..., 1:]) / width[..., 1:], 1.0)
    gaps = np.where(sizes[..., 1:] > 0.0, gaps, 0.0)
    start = np.concatenate([np.zeros_like(sizes[..., :1]), np.cumsum(gaps, axis=-1)], axis=-1)
    # What is given grows in straight lines between the times at which a request starts or is filled.
    times = np.concatenate([start, start + 1.0], axis=-1)
    shares = np.clip(times[..., :, None] - start[..., None, :], 0.0, 1.0)
    given = (sizes[..., None, :] * shares).sum(axis=-1)
    enough = np.minimum(np.maximum(supply[..., :1], 0.0), given.max(axis=-1, keepdims=True))
    before, after = given <= enough, given >= enough
    low = np.where(before, times, -np.inf).max(axis=-1, keepdims=True)
    high = np.where(after, times, np.inf).min(axis=-1, keepdims=True)
    least = np.where(before, given, -np.inf).max(axis=-1, keepdims=True)
    most = np.where(after, given, np.inf).min(axis=-1, keepdims=True)
    between = (enough - least) / np.where(most > least, most - least, 1.0)
    time = np.where(high > low, low + between * (high - low), low)
    parts = sizes * np.clip(time - start, 0.0, 1.0)
    parts = np.take_along_axis(parts, np.argsort(order, axis=-1), axis=-1)
    return np.moveaxis(np.where(supply >= asked.sum(axis=-1, keepdims=True), asked, parts), -1, place)


_ARRAYS = Arrays()


def _halved(ends: tuple[Value, Value], excess: Callable[[Value], Value]) -> Value:
    """Find by halving the price at which nothing is asked for in excess, which falls with the price."""
    low, high = ends
    for _ in range(PRICE_HALVINGS):
        price = 0.5 * (low + high)
        more = excess(price) > 0.0
        low, high = np.where(more, price, low), np.where(more, high, price)
    return 0.5 * (low + high)


def _ends(*curves: tuple[Value, ...]) -> tuple[Value, Value]:
    """Give the lowest and the highest price of some curves, each (shape, middle, width)."""
    spans = [(middle, reach(_ARRAYS, shape, width)) for shape, middle, width in curves]
    lows = [(middle - span).min(axis=-1, keepdims=True) for middle, span in spans]
    highs = [(middle + span).max(axis=-1, keepdims=True) for middle, span in spans]
    return reduce(np.minimum, lows), reduce(np.maximum, highs)


def _allocate_available(
    request: Value, shape: Value, middle: Value, width: Value, supply: Value, place: int
) -> Value:
    """Find the price at which the requests that stand add up to the supply."""
    asked, shape, middle, width, supply = _together(place, request, shape, middle, width, supply)
    asked = np.maximum(asked, 0.0)
    enough = supply[..., :1]

    def standing(price: Value) -> Value:
        return demand_at_price(_ARRAYS, asked, shape, middle, width, price)

    price = _halved(
        _ends((shape, middle, width)), lambda price: standing(price).sum(axis=-1, keepdims=True) - enough
    )
    parts = standing(price)
    parts = np.where(enough > 0.0, parts, 0.0 * parts)
    found: Value = np.where(supply >= asked.sum(axis=-1, keepdims=True), asked, parts)
    return np.moveaxis(found, -1, place)


def _find_market_price(*args: Value) -> Value:
    """Find the price at which demand and supply are equal; the last two arguments are the axes of both."""
    *values, _, buyers, sellers = args
    full = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    moved = [np.moveaxis(value, (buyers, sellers), (-2, -1)) for value in full]
    wanted, *demand = (value[..., :, 0] for value in moved[:4])
    there, *supply = (value[..., 0, :] for value in moved[4:])

    def total(curve: Callable[..., Value], quantity: Value, profile: Sequence[Value], price: Value) -> Value:
        return curve(_ARRAYS, quantity, *profile, price).sum(axis=-1, keepdims=True)

    def excess(price: Value) -> Value:
        asked = total(demand_at_price, wanted, demand, price)
        return asked - total(supply_at_price, there, supply, price)

    price = _halved(_ends(tuple(demand), tuple(supply)), excess)
    found = np.broadcast_to(price[..., None], moved[0].shape)
    return np.moveaxis(found, (-2, -1), (buyers, sellers))


def _marketp(request: Value, priority: Value, width: Value, supply: Value, place: int) -> Value:
    """Find the market priority at which ALLOC P gives out the supply."""
    asked, rank, width, supply = _together(place, request, priority, width, supply)
    ends = (rank - width).min(axis=-1, keepdims=True), rank.max(axis=-1, keepdims=True)
    found = _halved(
        ends,
        lambda market: (
            alloc_p(_ARRAYS, asked, rank, width, market).sum(axis=-1, keepdims=True) - supply[..., :1]
        ),
    )
    return np.moveaxis(np.broadcast_to(found, asked.shape), -1, place)


_FORMS: dict[str, Callable[..., Value]] = {
    "vector_sort_order": _vector_sort_order,
    "vector_rank": _vector_rank,
    "vector_reorder": _vector_reorder,
    "invert_matrix": _invert_matrix,
    "allocate_by_priority": _allocate_by_priority,
    "allocate_available": _allocate_available,
    "find_market_price": _find_market_price,
    "marketp": _marketp,
}

FORMS = forms_of_vectors(_FORMS)
"""Forms on arrays by the name of the function."""
