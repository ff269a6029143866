"""Choosing some of many so that they stand for all."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.decisions.spreading import evenly_by, far_apart


def test_worlds_that_are_chosen_hold_as_often_as_all() -> None:
    margins = np.random.default_rng(1).normal(size=1000)

    some = margins[evenly_by(margins, 100)]

    for bound in (-1.0, 0.0, 1.0):
        assert (some > bound).mean() == pytest.approx((margins > bound).mean(), abs=0.011)


def test_points_far_apart_hold_the_best_of_each_axis() -> None:
    points = np.array([[0, 1.0], [0.5, 0.5], [1, 0], [0.9, 0.05], [0, 1]])

    assert far_apart(points, 3).tolist() == [2, 0, 1]
    assert far_apart(points, 9).tolist() == [2, 0, 1, 3]
    assert far_apart(points, 1).tolist() == [2]
