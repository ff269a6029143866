"""Shares that are even stay in the envelope as often as it says; others do not."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.calibration.evenness import LEVELS, SURE, Evenness, Shares, below, evenness, inside, places


def drawn(stream: np.random.Generator, power: float = 1.0, alike: int = 3) -> list[Shares]:
    """Forty truths with shares of which each stands `alike` times: they depend on one another."""
    found = []
    for _ in range(40):
        true = np.repeat(stream.random(2) ** power, alike)
        found.append(Shares(true, np.repeat(stream.random((2, 300)), alike, axis=0)))
    return found


@pytest.mark.slow
def test_even_shares_leave_the_envelope_as_seldom_as_it_says() -> None:
    stream = np.random.default_rng(1)
    held = np.mean([evenness(drawn(stream)).holds for _ in range(400)])
    assert held == pytest.approx(SURE, abs=0.035)


@pytest.mark.parametrize("power", [0.5, 2.0])
def test_uneven_shares_leave_it(power: float) -> None:
    assert not any(evenness(drawn(np.random.default_rng(seed), power)).holds for seed in range(20))


def test_the_level_that_is_told_is_where_chance_allows_least() -> None:
    stream = np.random.default_rng(1)
    true = [0.97] * 5 + [number / 40 for number in range(5, 40)]
    found = evenness([Shares(np.array([value]), stream.random((1, 2000))) for value in true])
    assert found.level == pytest.approx(0.95)
    assert found.distance == pytest.approx(33 / 40 - 0.95) and not found.holds
    assert found.chance == pytest.approx(2.6 * np.sqrt(0.95 * 0.05 / 40), rel=0.15)


def test_it_holds_up_to_what_chance_allows() -> None:
    assert Evenness(0.5, -0.1, 0.1).holds and Evenness(0.5, 0.1, 0.1).holds
    assert not Evenness(0.5, -0.11, 0.1).holds and not Evenness(0.5, 0.11, 0.1).holds


def test_shares_below_levels_are_counted() -> None:
    counts = below(np.array([[0.02, 0.5], [0.5, 0.99]]))
    assert counts.shape == (len(LEVELS), 2)
    assert counts[0].tolist() == [1, 0] and counts[9].tolist() == [1, 0] and counts[10].tolist() == [2, 1]


def test_central_intervals() -> None:
    shares = np.array([0.04, 0.06, 0.26, 0.5, 0.74, 0.76, 0.96])
    assert inside(shares, 0.9).tolist() == [False, True, True, True, True, True, False]
    assert inside(shares, 0.5).tolist() == [False, False, True, True, True, False, False]


def test_places_of_members_in_their_row() -> None:
    values = np.array([[3.0, 1.0, 2.0, 0.0], [0.0, 1.0, 2.0, 3.0]])
    assert places(values, np.array([0, 3])).tolist() == [[0.75, 0.0], [0.0, 0.75]]
