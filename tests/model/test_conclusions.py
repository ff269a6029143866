"""No conclusion is built in: which strategy does better depends on the world."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.model import Model

ROOMY_MAIN_ROAD = {"route_ceiling[scale]": 24.0, "route_ceiling[lean]": 12.0, "route_ceiling[embodied]": 10.0}
MAIN_ROAD_ENDS = {"route_ceiling[scale]": 11.0, "route_ceiling[lean]": 20.0, "route_ceiling[embodied]": 22.0}
PORTFOLIOS = {
    "of today": ("pure_catchup", "explore_base"),
    "open": ("catchup_open", "explore_open"),
    "closed": ("catchup_closed", "catchup_explore_closed"),
}
"""Catching up alone, and catching up and exploring, with the same doors and programmes."""

CLEARLY = 0.05
"""Orders of magnitude of capability: an eighth more of it."""

HOSTILE_TO_OPENNESS = {
    "foreign_openness_future": 0.05,
    "rent_loss": 0.8,
    "misuse_rate": 0.45,
    "race_response": 1.0,
    "reciprocity": 0.0,
    "recombination_gain": 0.0,
}


def final(
    model: Model, strategy: str, world: dict[str, float], outcome: str = "capability_index", **levers: float
) -> float:
    return float(model.run(strategy, world=world, **levers).outcomes[outcome].iloc[-1])


@pytest.mark.parametrize("governance", PORTFOLIOS)
def test_catching_up_wins_where_the_main_road_is_long(model: Model, governance: str) -> None:
    """Portfolios are compared under the same governance, which has effects of its own."""
    catchup, mix = PORTFOLIOS[governance]
    assert final(model, catchup, ROOMY_MAIN_ROAD) > final(model, mix, ROOMY_MAIN_ROAD) + CLEARLY


@pytest.mark.parametrize("governance", PORTFOLIOS)
def test_the_mix_wins_where_the_main_road_ends(model: Model, governance: str) -> None:
    catchup, mix = PORTFOLIOS[governance]
    assert final(model, mix, MAIN_ROAD_ENDS) > final(model, catchup, MAIN_ROAD_ENDS) + CLEARLY


def test_pure_exploration_loses_on_a_long_road_and_wins_on_a_short_one(model: Model) -> None:
    for world, sign in ((ROOMY_MAIN_ROAD, -1), (MAIN_ROAD_ENDS, 1)):
        gain = final(model, "pure_exploration", world) - final(model, "pure_catchup", world)
        assert sign * gain > CLEARLY


def test_exploration_opens_the_gap_on_a_long_road_and_closes_it_on_a_short_one(model: Model) -> None:
    def gap(strategy: str, world: dict[str, float]) -> float:
        return final(model, strategy, world, "capability_gap")

    assert gap("pure_exploration", ROOMY_MAIN_ROAD) > gap("pure_catchup", ROOMY_MAIN_ROAD)
    assert gap("pure_exploration", MAIN_ROAD_ENDS) < gap("pure_catchup", MAIN_ROAD_ENDS)


def test_openness_helps_in_one_world_and_hurts_in_another(model: Model) -> None:
    """Openness and release at 0.8 against 0.2, everything else at baseline; judged by output from AI."""

    def gain(world: dict[str, float]) -> float:
        open_, closed = (
            final(model, "baseline", world, "ai_enabled_output", knowledge_openness=x, open_source_release=x)
            for x in (0.8, 0.2)
        )
        return open_ / closed - 1

    friendly = {
        "foreign_openness_future": 0.7,
        "rent_loss": 0.0,
        "misuse_rate": 0.0,
        "reciprocity": 1.0,
    }
    assert gain(friendly) > 0
    assert gain(HOSTILE_TO_OPENNESS) < 0


@pytest.mark.parametrize("outcome", ["capability_index", "ai_enabled_output"])
def test_every_governance_lever_at_full_extent_is_not_the_best_policy(model: Model, outcome: str) -> None:
    """It costs more than the baseline and moderate levels of some levers do better."""
    names = [name for name, lever in model.levers.items() if lever.kind == "index"]
    full = dict.fromkeys(names, 1.0)
    best = final(model, "baseline", {}, outcome, **full)
    better = [
        name
        for name in names
        if final(model, "baseline", {}, outcome, **{**full, name: model.levers[name].baseline}) > best
    ]
    assert better, "no lever has a price"
    cost = final(model, "baseline", {}, "public_cost_pv", **full)
    assert cost > final(model, "baseline", {}, "public_cost_pv") * 1.05


def test_no_strategy_is_best_in_all_worlds(model: Model) -> None:
    names = ["pure_catchup", "pure_exploration", "catchup_explore_open"]
    data = model.ensemble(names, worlds=200, seed=7, prior=True)
    final_capability = (
        data["capability_index"].isel(scenario=0, time=-1).transpose("strategy", "world").to_numpy()
    )
    share_best = (
        np.bincount(final_capability.argmax(axis=0), minlength=len(names)) / final_capability.shape[1]
    )
    assert share_best.max() < 0.95
    assert np.count_nonzero(share_best > 0.02) >= 2
