"""Choosing some of many so that they stand for all: worlds by one number, points far apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twintrack.equations.structure import Array


def evenly_by(values: ArrayLike, count: int) -> NDArray[np.int64]:
    """Give the places of values that lie evenly among all, so that shares stay the same; NaN is lowest."""
    ordered = np.argsort(np.nan_to_num(np.asarray(values, float), nan=-np.inf), kind="stable")
    count = min(count, len(ordered))
    return np.asarray(ordered[((np.arange(count) + 0.5) * len(ordered) / count).astype(int)], np.int64)


def far_apart(points: Array, count: int) -> NDArray[np.int64]:
    """Give the places of points, shape (points, axes), that lie far apart; the best of each axis come first.

    Then always that which is furthest from those chosen, with axes scaled to their ranges.
    """
    scaled = (points - points.min(axis=0)) / np.maximum(np.ptp(points, axis=0), 1e-300)
    chosen = list(dict.fromkeys(int(place) for place in scaled.argmax(axis=0)))[:count]
    while len(chosen) < min(count, len(points)):
        distance = np.linalg.norm(scaled[:, None] - scaled[chosen], axis=2).min(axis=1)
        if distance.max() <= 0:
            break
        chosen.append(int(distance.argmax()))
    return np.array(chosen, dtype=np.int64)
