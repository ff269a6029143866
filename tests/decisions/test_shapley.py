"""Exact Shapley values: games solved by hand, and the rules that make them unique."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from twintrack.decisions.shapley import shapley
from twintrack.errors import TwinTrackError


def test_the_product_of_two_is_shared_by_hand() -> None:
    # v = 3 a + 10 a b: a has its own and half of what only both bring.
    assert shapley(np.array([0.0, 3, 0, 13])).tolist() == [8, 5]


def test_the_glove_game_gives_the_scarce_glove_two_thirds() -> None:
    # One left glove (bit 0), two right ones: a pair is worth 1.
    values = np.array([float(bool(mask & 1) and bool(mask & 6)) for mask in range(8)])
    assert shapley(values) == pytest.approx([2 / 3, 1 / 6, 1 / 6])


def test_it_is_the_mean_over_all_orders_in_every_world() -> None:
    values = np.random.default_rng(0).normal(size=(16, 5))
    found = np.zeros((4, 5))
    for order in permutations(range(4)):
        mask = 0
        for player in order:
            found[player] += (values[mask | 1 << player] - values[mask]) / 24
            mask |= 1 << player
    assert shapley(values) == pytest.approx(found)


def test_parts_sum_to_the_total_and_a_dummy_has_none() -> None:
    values = np.random.default_rng(1).normal(size=(1 << 7, 300)) * 1e3
    dummy = np.concatenate([values, values])  # the eighth change does nothing
    parts = shapley(dummy)
    assert np.abs(parts.sum(axis=0) - (values[-1] - values[0])).max() < 1e-9
    assert np.abs(parts[7]).max() < 1e-12


def test_a_game_has_a_value_for_each_set() -> None:
    with pytest.raises(TwinTrackError, match="not 3"):
        shapley(np.zeros(3))
