"""Which level of a lever is best in each world, and whether it lies inside what was tried."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from twintrack.decisions import robustness


@dataclass(frozen=True)
class BestLevel:
    """The best level over many worlds.

    Attributes:
        worlds: Worlds in which all levels have a number and are not all equal.
        median: Median of the best level over these, NaN without any.
        interior: Share of these in which the best level is neither the lowest nor the highest tried, NaN
            without any.
        flat: Worlds in which all levels give the same, to within a relative 1e-6 (robustness.ROUNDING).
        left_out: Worlds in which some level has no finite number.
    """

    worlds: int
    median: float
    interior: float
    flat: int
    left_out: int


def best_level(values: pd.DataFrame, better: str) -> BestLevel:
    """Find the best level in each world.

    `values` has a row for each world and a column for each level, named by its number in rising order. Of
    levels that are equal the lowest counts as best: it costs least.
    """
    finite = robustness.finite_worlds(values)
    left_out = len(values) - len(finite)
    if finite.empty:
        return BestLevel(0, np.nan, np.nan, 0, left_out)
    equal_to_best = (robustness.regret(finite, better) == 0).to_numpy()
    flat = equal_to_best.all(axis=1)
    places = equal_to_best[~flat].argmax(axis=1)
    if not len(places):
        return BestLevel(0, np.nan, np.nan, int(flat.sum()), left_out)
    levels = values.columns.to_numpy(dtype=np.float64)
    interior = (places > 0) & (places < len(levels) - 1)
    median = float(np.median(levels[places]))
    return BestLevel(len(places), median, float(interior.mean()), int(flat.sum()), left_out)
