"""Ranks, turns of an order, and what of a turn is explained, on numbers made up for it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from twintrack.calibration import ranking as module
from twintrack.calibration.ranking import Ranking, rank
from twintrack.calibration.target import Target
from twintrack.model import Model

RUNS = 2000


def ranked(before: np.ndarray, after: np.ndarray, better: str = "higher", moved: float = 0.0) -> Ranking:
    """Rank strategies a, b, ... by outcomes of shape (strategies, runs); of two parameters one moved."""
    model: Any = SimpleNamespace(
        outcomes={"gain": SimpleNamespace(better=better)}, strategies=list("abcdef")[: len(before)]
    )
    prior = parameters()
    posterior = prior + np.array([[moved], [0.0]])
    return module._ranking(model, "gain", before, after, prior, posterior, ["p", "q"])


def parameters() -> np.ndarray:
    return np.random.default_rng(3).standard_normal((2, RUNS))


def constant(*values: float) -> np.ndarray:
    return np.repeat(np.array(values)[:, None], RUNS, axis=1)


def test_ranks_follow_means_before_and_after() -> None:
    found = ranked(constant(1, 3, 2), constant(3, 1, 2))
    assert [(place.strategy, place.rank_prior, place.rank_posterior) for place in found.places] == [
        ("a", 3, 1), ("c", 2, 2), ("b", 1, 3),
    ]  # fmt: skip
    assert (found.places[0].prior, found.places[0].posterior) == (1, 3)
    assert found.correlation == pytest.approx(-1)
    assert ranked(constant(1, 3, 2), constant(1, 3, 2)).correlation == pytest.approx(1)
    # Spearman of (1, 2, 3, 4) and (1, 3, 2, 4): 1 - 6 * 2 / (4 * 15) = 0.8.
    assert ranked(constant(9, 8, 7, 6), constant(9, 7, 8, 6)).correlation == pytest.approx(0.8)


def test_where_less_is_better_the_least_is_first() -> None:
    found = ranked(constant(1, 3, 2), constant(1, 3, 2), better="lower")
    assert [place.strategy for place in found.places] == ["a", "c", "b"]
    assert found.places[0].best_prior == 1 and found.places[0].posterior == 1
    assert found.better == "lower"


def test_equals_share_the_worlds_in_which_they_are_best() -> None:
    before = constant(1, 1, 0)
    before[2, : RUNS // 2] = 2
    found = {place.strategy: place.best_prior for place in ranked(before, before).places}
    assert found == {"a": 0.25, "b": 0.25, "c": 0.5}


@pytest.mark.parametrize(
    ("prior", "posterior", "turns"), [(0.6, 0.4, 1), (0.54, 0.4, 0), (0.6, 0.46, 0), (0.6, 0.7, 0)]
)
def test_an_order_turns_only_when_it_is_clear_before_and_after(
    prior: float, posterior: float, turns: int
) -> None:
    def share(value: float) -> np.ndarray:
        values = constant(0, 0)
        values[0] = np.where(np.arange(RUNS) < value * RUNS, 1, -1)
        return values

    found = ranked(share(prior), share(posterior)).turns
    assert len(found) == turns
    mirrored = ranked(-share(prior), -share(posterior)).turns
    assert len(mirrored) == turns
    if turns:
        assert (found[0].first, found[0].second) == ("a", "b")
        assert (found[0].prior, found[0].posterior) == (prior, posterior)
        assert (mirrored[0].first, mirrored[0].second) == ("b", "a")


def test_a_turn_is_explained_by_the_parameter_that_moved() -> None:
    p, q = parameters()
    before = np.stack([1 + 2 * p + 0.3 * q, 0 * p])
    after = np.stack([1 + 2 * (p - 3) + 0.3 * q, 0 * p])
    turn = ranked(before, after, moved=-3).turns[0]
    assert (turn.first, turn.second) == ("a", "b")
    assert turn.shift == pytest.approx(-6)
    assert turn.parts[0] == ("p", pytest.approx(-6)) and turn.parts[1] == ("q", pytest.approx(0, abs=1e-9))
    assert turn.explained == pytest.approx(1)
    lower = ranked(before, after, "lower", moved=-3).turns[0]
    assert (lower.first, lower.shift, lower.explained) == ("b", pytest.approx(-6), pytest.approx(1))


def test_what_no_slope_explains_is_left_open() -> None:
    p, _ = parameters()
    before, after = np.stack([1 + p, 0 * p]), np.stack([p - 3, 0 * p])
    turn = ranked(before, after, moved=-1).turns[0]
    assert turn.shift == pytest.approx(-4) and turn.explained == pytest.approx(0.25)


def test_the_largest_turn_comes_first() -> None:
    share = np.arange(RUNS) / RUNS
    before = np.stack([share > 0.4, share > 0.2, 0.5 + 0 * share]) * 1.0
    after = np.stack([share > 0.6, share > 0.9, 0.5 + 0 * share]) * 1.0
    turns = ranked(before, after).turns
    assert [(turn.first, turn.second) for turn in turns if turn.second == "c"] == [("b", "c"), ("a", "c")]
    changes = [turn.posterior - turn.prior for turn in turns]
    assert changes == sorted(changes)


def test_strategies_are_ranked_in_the_worlds_of_both(small_model: Model, small_target: Target) -> None:
    scores = np.random.default_rng(1).standard_normal((small_target.unknowns.size, 60))
    scores[0] += 1.5  # the leader goes ahead faster
    gap, cost = rank(small_model, small_target, scores, seed=1, worlds=50)
    assert (gap.outcome, cost.outcome) == ("frontier_gap_months", "public_cost_pv")
    assert (gap.year, gap.better) == (2040, "lower")
    assert {place.strategy for place in gap.places} == set(small_model.strategies)
    worlds = small_target.unknowns.worlds(scores[:, :50])
    baseline = next(place for place in gap.places if place.strategy == "baseline")
    wanted = 24 + 24 * (worlds["pace"] - worlds["strength"] / 2)
    assert baseline.posterior == pytest.approx(wanted.mean())
    assert baseline.prior < baseline.posterior
    assert gap.places[0].strategy in ("fast", "turning")
    only = rank(small_model, small_target, scores, seed=1, outcomes=["public_cost_pv"], worlds=5)
    assert [item.outcome for item in only] == ["public_cost_pv"]
    assert not Path("strategies").exists()


def test_what_decides_between_the_two_best_is_told() -> None:
    first, second = parameters()
    noise = np.random.default_rng(4).standard_normal(RUNS)
    before = np.stack([10 + 3 * first + 4 * second + 5 * noise, 9 + 0 * first, 0 * first])
    found = ranked(before, before, moved=1.0).contest
    assert (found.first, found.second) == ("a", "b")
    assert found.prior == found.posterior == pytest.approx((before[0] > before[1]).mean())
    assert found.explained == pytest.approx(0.5, abs=0.05)
    assert dict(found.parts) == pytest.approx({"p": 9 / 25, "q": 16 / 25}, abs=0.05)
    # History has moved the first parameter, so that only the second one is as before.
    assert found.as_before == pytest.approx(16 / 25, abs=0.05)
