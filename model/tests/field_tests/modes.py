"""Modes of behaviour: the shape of a course over time, whatever its size.

Classes follow the basic modes of dynamic systems (Sterman 2000, chapter 4): growth that speeds up, growth
that levels off, both in turn (S-shape), decline, rise and fall, fall and rise, or hardly any movement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.structure import Array

MODES = ("flat", "speeding up", "levelling off", "s-shape", "decline", "rise and fall", "fall and rise")

STILL = 0.01
"""Movement of less than this share of the highest value is none."""

TURN = 0.1
"""A return of this share of the range counts as a turn."""

WINDOW = 8
"""Saved times over which a slope is taken: two years of quarters."""


def modes(courses: Array) -> NDArray[np.int64]:
    """Give the class of each course as a place in MODES; `courses` of shape (times, n)."""
    low, high = courses.min(axis=0), courses.max(axis=0)
    spread = high - low
    still = spread <= STILL * np.maximum(np.abs(courses).max(axis=0), 1e-300)
    scaled = (courses - low) / np.where(spread > 0, spread, 1.0)
    first, last = scaled[0], scaled[-1]
    falls = (1 - last > TURN) & (1 - first > TURN)
    rises = (first > TURN) & (last > TURN)
    peak_first = scaled.argmax(axis=0) < scaled.argmin(axis=0)
    slopes = np.abs(scaled[WINDOW:] - scaled[:-WINDOW])
    steepest = slopes.max(axis=0)
    slow_start, slow_end = slopes[0] < 0.5 * steepest, slopes[-1] < 0.5 * steepest
    growth = np.where(slow_end, np.where(slow_start, 3, 2), 1)
    result = np.where(last >= first, growth, 4)
    result = np.where(falls & (~rises | ~peak_first | (first <= TURN)), 5, result)
    result = np.where(rises & (~falls | peak_first) & (first > TURN), 6, result)
    found: NDArray[np.int64] = np.where(still, 0, result)
    return found
