"""Equal public cost in each world, by a factor of its own, found for all worlds at once."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from twintrack import EnsembleResult, Experiment
from twintrack.engines.registry import BatchEngineName
from twintrack.equations.structure import Array
from twintrack.inputs.courses import Budget
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs.equal_cost import COST, equal_cost
from twintrack.runs.equal_in_each_world import Places, equal_factors

WORLDS = 400


def with_budget(model: Model, name: str, budget: Budget = "equal", **levers: Any) -> Strategy:
    return replace(model.strategy(name, **levers), budget=budget)


# The search itself


def test_a_cost_of_a_fixed_and_a_growing_part_is_solved_exactly() -> None:
    draw = np.random.default_rng(1)
    fixed, growing = draw.uniform(50, 150, WORLDS), draw.uniform(20, 150, WORLDS)

    def excess(factors: Array, places: Places) -> Array:
        return (fixed[places] + growing[places] * factors) / 100 - 1

    found = equal_factors(excess, WORLDS, (0.0, 2.0))

    exact = (100 - fixed) / growing
    possible = (exact >= 0) & (exact <= 2)
    assert 0.3 < possible.mean() < 0.9
    np.testing.assert_array_equal(np.isfinite(found.values), possible)
    np.testing.assert_allclose(found.values[possible], exact[possible], atol=1e-8)
    assert found.rounds <= 4


def test_every_world_is_as_a_scalar_search_finds_it() -> None:
    draw = np.random.default_rng(2)
    fixed, growing, power = draw.uniform([[40], [20], [0.4]], [[90], [120], [1.8]], (3, WORLDS))

    def excess(factors: Array, places: Places) -> Array:
        return (fixed[places] + growing[places] * factors ** power[places]) / 100 - 1

    found = equal_factors(excess, WORLDS, (0.1, 3.0))

    for world in range(WORLDS):
        ends = [float(excess(np.array([end]), np.array([world]))[0]) for end in (0.1, 3.0)]
        if ends[0] * ends[1] > 0:
            assert np.isnan(found.values[world])
            continue
        exact = brentq(lambda f, at=world: excess(np.array([f]), np.array([at]))[0], 0.1, 3.0, xtol=1e-13)
        assert found.values[world] == pytest.approx(exact, abs=1e-6)


def test_a_lever_at_its_bound_is_the_last_factor_that_counts() -> None:
    def excess(factors: Array, places: Places) -> Array:
        return factors * np.array([1.0, 0.5, 0.499, 4.0])[places] - 1

    found = equal_factors(excess, 4, (0.25, 2.0))

    assert found.values[:2].tolist() == [1, 2] and np.isnan(found.values[2]) and found.values[3] == 0.25


def test_where_cost_jumps_the_nearer_side_is_taken_or_none() -> None:
    steps = np.array([[-0.2, 0.0004], [-0.2, 0.05]])

    def excess(factors: Array, places: Places) -> Array:
        return np.where(factors > 0.7, steps[places, 1], steps[places, 0])

    found = equal_factors(excess, 2, (0.0, 2.0))

    assert found.excess[0] == 0.0004 and np.isnan(found.values[1]) and np.isnan(found.excess[1])


def test_only_worlds_that_are_not_done_are_simulated_again() -> None:
    asked: list[list[int]] = []

    def excess(factors: Array, places: Places) -> Array:
        asked.append(places.tolist())
        return np.where(places == 0, 0.0, factors ** (1 + places) - 0.5)

    equal_factors(excess, 3, (0.0, 2.0))

    assert asked[0] == [0, 1, 2] and all(0 not in places for places in asked[1:])
    assert all(set(later) <= set(before) for before, later in pairwise(asked))


def test_a_world_without_numbers_and_money_that_cannot_grow_have_no_factor() -> None:
    broken = equal_factors(lambda _, places: np.full(len(places), np.nan), 2, (0.0, 2.0))
    stiff = equal_factors(lambda _, places: np.full(len(places), -0.5), 2, (0.0, np.inf))

    assert np.isnan(broken.values).all() and np.isnan(stiff.values).all()


# Strategies


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_every_world_costs_what_the_baseline_costs_in_it(small_model: Model, engine: BatchEngineName) -> None:
    names = ("fast", "turning", "baseline")
    asked = {f"{name} equal": with_budget(small_model, name) for name in names}
    asked["usual"] = small_model.strategy("baseline")
    worlds = pd.DataFrame({"pace": np.linspace(2, 9, 60), "strength": np.linspace(12, 8, 60)})

    found = Experiment(asked, worlds=worlds, outputs=[COST], model=small_model, engine=engine).dataset()

    cost = found[COST].isel(scenario=0, time=-1)
    factors = found["budget_factor"].isel(scenario=0)
    for name in asked:
        np.testing.assert_allclose(cost.sel(strategy=name), cost.sel(strategy="usual"), rtol=1e-3)
    assert (factors.sel(strategy=["usual", "baseline equal"]) == 1).all()
    assert len(np.unique(factors.sel(strategy="turning equal").round(6))) > 10


def test_a_factor_of_a_world_is_that_of_a_run_in_it(small_model: Model) -> None:
    plan = with_budget(small_model, "turning")
    worlds = pd.DataFrame({"pace": [2.0, 3.0, 5.0]})

    found = small_model.ensemble([plan], worlds=worlds, outputs=[COST, "fiscal_ai_rd"])

    for world, pace in enumerate(worlds["pace"]):
        run = small_model.run(plan, world={"pace": pace})
        cell = found.isel(scenario=0, strategy=0, world=world)
        assert run[COST][-1] == pytest.approx(run.baseline[COST][-1], rel=1e-9)
        assert run.factor == pytest.approx(float(cell["budget_factor"]), abs=1e-6)
        np.testing.assert_allclose(cell["fiscal_ai_rd"], run["fiscal_ai_rd"], rtol=1e-6)


def test_one_factor_for_all_worlds_can_be_asked_for(small_model: Model) -> None:
    plan = with_budget(small_model, "turning", "equal_central")
    worlds = pd.DataFrame({"pace": [2.0, 3.0, 9.0]})

    found = small_model.ensemble([plan], worlds=worlds, outputs=[COST])

    _, factor = equal_cost(small_model, "turning")
    assert found["budget_factor"].values.ravel().tolist() == [factor] * 3
    run = small_model.run(plan, world={"pace": 9.0})
    assert run.factor == factor and (run.budget, run.to_dict()["budget"]) == ("equal_central",) * 2
    assert run[COST][-1] != pytest.approx(run.baseline[COST][-1], rel=1e-3)


def test_worlds_that_cannot_cost_the_same_have_no_numbers_and_are_told(
    small_model: Model, tmp_path: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """After the switch money stands near its limit: where it comes early, it can hardly grow."""
    plan = small_model.strategy("turning", fiscal_ai_rd={2026: 60, 2027: 5})
    assert plan.switch is not None
    rich = {**plan.switch.paths, "fiscal_ai_rd": plan.paths["fiscal_ai_rd"].then([(2030.0, 55.0)])}
    plan = replace(plan, budget="equal", switch=replace(plan.switch, paths=rich))
    worlds = pd.DataFrame({"pace": np.linspace(2, 9, 40)})
    asked = Experiment([plan, "fast"], worlds=worlds, outputs=[COST, "catchup_share"], model=small_model)

    with caplog.at_level(logging.WARNING, logger="twintrack"):
        found = asked.dataset()

    none = np.isnan(found["budget_factor"].sel(strategy="turning").values[0])
    assert 0 < none.sum() < 40
    for name in (COST, "catchup_share"):
        gone = np.isnan(found[name].sel(strategy="turning").values[0])
        np.testing.assert_array_equal(gone, np.repeat(none[:, None], gone.shape[1], axis=1))
        assert np.isfinite(found[name].sel(strategy="fast")).all()
    told = f"turning under central: in {none.sum()} of 40 worlds ({none.mean():.1%}) no factor on its money"
    assert told in caplog.text
    stored = asked.run(tmp_path / "store", workers=1)
    assert stored.worlds_unmatched() == {("central", "turning"): int(none.sum())}
    assert stored.runs_not_finite() == {}
    np.testing.assert_array_equal(EnsembleResult.open(tmp_path / "store").dataset()[COST], found[COST])


@pytest.mark.slow
def test_a_lever_set_by_hand_stays_while_the_rest_is_scaled(model: Model) -> None:
    equal = with_budget(model, "pure_catchup")
    by_hand = model.strategy(equal, fiscal_ai_rd=100)

    run, worlds = model.run(by_hand), model.ensemble([by_hand], worlds=3, outputs=[COST, "fiscal_ai_rd"])

    assert by_hand.unscaled == {"fiscal_ai_rd"}
    money = worlds["fiscal_ai_rd"].isel(time=-1).to_numpy()
    matched = np.isfinite(worlds["budget_factor"].to_numpy())
    assert run["fiscal_ai_rd"][-1] == 100 and matched.any() and (money[matched] == 100).all()
    assert run[COST][-1] == pytest.approx(run.baseline[COST][-1], rel=1e-9)
    assert run["talent_training"][-1] == pytest.approx(run.factor * equal.paths["talent_training"].values[-1])


@pytest.mark.slow
def test_twenty_worlds_of_the_model_are_as_a_scalar_search_finds_them(model: Model) -> None:
    worlds = model.draw_worlds(20, seed=3)
    plans = [with_budget(model, name) for name in ("catchup_explore_open", "sequenced")]

    found = model.ensemble(plans, worlds=worlds, outputs=[COST])["budget_factor"].isel(scenario=0)

    assert int(np.isfinite(found).sum()) >= 36
    for plan in plans:
        for world, row in enumerate(worlds.to_dict("records")):
            factor = float(found.sel(strategy=plan.name).isel(world=world))
            if np.isfinite(factor) and plan.switch is None:
                assert model.run(plan, world=row).factor == pytest.approx(factor, abs=1e-6)


@pytest.mark.slow
def test_two_hundred_worlds_agree_to_a_thousandth(model: Model) -> None:
    names = ("pure_catchup", "catchup_explore_open", "sequenced")
    plans = [model.strategy("baseline"), *(with_budget(model, name) for name in names)]

    found = model.ensemble(plans, worlds=200, outputs=[COST]).isel(scenario=0)

    cost = found[COST].isel(time=-1)
    excess = cost / cost.sel(strategy="baseline") - 1
    assert float(np.abs(excess).max()) <= 1e-3
    assert float(np.isnan(found["budget_factor"]).mean()) < 0.02
