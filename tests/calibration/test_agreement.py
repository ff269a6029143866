"""Agreement of populations is counted in standard deviations of all of them together."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.calibration import agreement as module
from twintrack.calibration.agreement import AGREED, Agreement, agreement
from twintrack.calibration.sampler import Population
from twintrack.calibration.target import Target
from twintrack.model import Model


def population(target: Target, seed: int, runs: int = 4096, **shift: float) -> Population:
    scores = np.random.default_rng(seed).standard_normal((target.unknowns.size, runs))
    for name, by in shift.items():
        scores[target.unknowns.names.index(name)] += by
    return Population(scores, np.zeros(runs))


def found_for(model: Model, target: Target, *populations: Population) -> dict[tuple[str, float], Agreement]:
    return {(item.outcome, item.year): item for item in agreement(model, target, populations)}


def test_populations_of_one_distribution_agree(small_model: Model, small_target: Target) -> None:
    found = found_for(small_model, small_target, *(population(small_target, seed) for seed in range(3)))
    assert list(found) == [
        (name, year) for name in ("frontier_gap_months", "public_cost_pv") for year in (2025, 2030, 2040)
    ]
    # The median of 4,096 has a standard error of 1.25 / sqrt(4,096) = 0.02.
    assert 0 < max(item.largest for item in found.values()) < 0.06 < AGREED


def test_one_that_says_something_else_is_found(small_model: Model, small_target: Target) -> None:
    apart = population(small_target, 1), population(small_target, 2, pace=0.5)
    item = found_for(small_model, small_target, *apart)["frontier_gap_months", 2030]
    values = []
    for one in apart:
        worlds = small_target.unknowns.worlds(one.scores)
        values.append(24 + 14 * (worlds["pace"] - worlds["strength"] / 2))
    together = np.concatenate(values)
    low, high = np.quantile(together, [0.05, 0.95])
    spread = (high - low) / (2 * 1.6448536269514722)
    assert item.median == pytest.approx(np.median(together))
    wanted = [(np.median(one) - np.median(together)) / spread for one in values]
    assert item.deviations == pytest.approx(wanted)
    assert item.deviations[0] < -AGREED < AGREED < item.deviations[1]
    assert item.largest == max(-item.deviations[0], item.deviations[1])


def test_an_outcome_that_is_the_same_in_all_worlds_agrees(small_model: Model, small_target: Target) -> None:
    found = found_for(
        small_model, small_target, population(small_target, 1, 600), population(small_target, 2, 600)
    )
    cost = found["public_cost_pv", 2030.0]
    assert cost.median == pytest.approx(14 * 60) and cost.deviations == (0, 0)


def test_runs_are_simulated_in_parts_that_change_nothing(
    small_model: Model, small_target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = population(small_target, 1, 700)
    whole = found_for(small_model, small_target, one, one)
    monkeypatch.setattr(module, "_RUNS", 300)
    assert found_for(small_model, small_target, one, one) == whole
