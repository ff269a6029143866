"""What lookups need that are read beyond their ends."""

from __future__ import annotations

import numpy as np

from twintrack.equations.structure import Array


def ends_of_slopes(points: tuple[Array, Array]) -> tuple[Array, Array]:
    """Give the slopes of the first and the last segment of an array of lookups, shape as one point."""
    xs, ys = points
    widths = np.diff(xs, axis=0)
    slopes = np.diff(ys, axis=0) / np.where(widths > 0, widths, 1.0)
    last = np.zeros_like(xs[0])
    for width, slope in zip(widths, slopes, strict=True):  # shorter lookups are filled up
        last = np.where(width > 0, slope, last)
    return (slopes[0] if len(slopes) else last), last
