"""The best level of a lever in each world: planted curves."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from twintrack.decisions.levels import best_level

LEVELS = np.array([0.0, 0.25, 0.5, 0.75, 1.0])


def curves(*tops: float) -> pd.DataFrame:
    """One world for each top: a parabola that is highest there."""
    return pd.DataFrame([-((LEVELS - top) ** 2) for top in tops], columns=LEVELS)


def test_the_best_level_is_that_of_each_world() -> None:
    found = best_level(curves(0.5, 0.5, 0.25, 1.0), "higher")
    assert (found.worlds, found.median, found.interior) == (4, 0.5, 0.75)


def test_where_lower_is_better_the_lowest_point_is_best() -> None:
    assert best_level(-curves(0.75), "lower").median == 0.75
    ends = best_level(curves(0.75), "lower")
    assert (ends.median, ends.interior) == (0, 0)


def test_of_equal_levels_the_lowest_is_best() -> None:
    values = pd.DataFrame([[0.0, 2.0, 2.0, 1.0, 1.0]], columns=LEVELS)
    assert best_level(values, "higher").median == 0.25


def test_flat_worlds_and_those_without_a_number_are_told_and_do_not_count() -> None:
    values = pd.concat([curves(0.5), pd.DataFrame([[3.0] * 5, [math.nan] * 5], columns=LEVELS)])
    found = best_level(values, "higher")
    assert (found.worlds, found.flat, found.left_out, found.interior) == (1, 1, 1, 1)


def test_without_a_world_that_tells_levels_apart_there_is_no_best() -> None:
    for value, flat, left_out in ((3.0, 1, 0), (math.nan, 0, 1)):
        found = best_level(pd.DataFrame([[value] * 5], columns=LEVELS), "higher")
        assert (found.worlds, found.flat, found.left_out) == (0, flat, left_out)
        assert math.isnan(found.median) and math.isnan(found.interior)
