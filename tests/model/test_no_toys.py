"""Nothing is good or bad in every world: levers and strategies turn somewhere among a thousand worlds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from twintrack.errors import InputError
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs.equal_cost import equal_cost

pytestmark = pytest.mark.slow

BOUGHT = ("capability_index", "ai_enabled_output")
JUDGED = (*BOUGHT, "public_cost_pv")
WORLDS = 1000
LEVER_WORLDS = 200
SEED = 11
AFFORDABLE = 0.6
"""Extent of all index levers at once that leaves a little money for other things."""

Finals = dict[str, dict[str, np.ndarray]]
"""Final values in each world, by strategy and outcome."""


def finals(model: Model, plans: Iterable[Strategy], worlds: int) -> Finals:
    """Give all outcomes of 2040; one strategy at a time, because a year of all of them fills the memory."""
    draws = model.sample_worlds(worlds, SEED)
    found: Finals = {}
    for plan in plans:
        # The same outputs as elsewhere, so that nothing more needs to be compiled.
        data = model.ensemble([plan], worlds=draws).isel(scenario=0, strategy=0, time=-1)
        found[plan.name] = {str(name): values.to_numpy() for name, values in data.data_vars.items()}
    return found


@pytest.fixture(scope="module")
def strategies(model: Model) -> Finals:
    """All strategies at their own budgets."""
    return finals(model, (model.strategy(name) for name in model.strategies), WORLDS)


@pytest.fixture(scope="module")
def lever_ends(model: Model) -> list[Strategy]:
    """The baseline with each lever at each end of its range where that is not the baseline's level."""
    ends = [
        (name, end) for name, lever in model.levers.items() for end in lever.range if end != lever.baseline
    ]
    return [replace(model.strategy("baseline", **{name: end}), name=f"{name} {end:g}") for name, end in ends]


def more_of_it(model: Model, plan: Strategy) -> bool:
    """Say whether a plan goes to the upper end; without the first steps of a lever all may lose."""
    name, end = plan.name.split()
    return float(end) > model.levers[name].baseline


def constant(first: dict[str, np.ndarray], second: dict[str, np.ndarray], outcomes: Iterable[str]) -> bool:
    """Say whether the two stand in the same order in every world, outcome by outcome."""
    signs = (np.sign(first[name] - second[name]) for name in outcomes)
    return all((sign == sign[0]).all() for sign in signs)


def test_every_number_is_finite(strategies: Finals) -> None:
    for name, outcomes in strategies.items():
        for outcome, values in outcomes.items():
            assert np.isfinite(values).all(), f"{name}: {outcome}"


def test_no_pair_of_strategies_keeps_its_order_in_every_world(strategies: Finals) -> None:
    kept = [
        f"{first} and {second}"
        for first, second in combinations(strategies, 2)
        if constant(strategies[first], strategies[second], JUDGED)
    ]
    assert kept == []


def test_no_pair_of_strategies_keeps_its_order_of_capability_in_every_world(strategies: Finals) -> None:
    kept = [
        f"{first} and {second}"
        for first, second in combinations(strategies, 2)
        if constant(strategies[first], strategies[second], ["capability_index"])
    ]
    assert kept == []


def test_no_strategy_is_best_on_every_outcome_in_any_world(model: Model, strategies: Finals) -> None:
    sides = {
        name: 1 if model.outcomes[name].better == "higher" else -1
        for name in model.inputs.outcomes.goals
        if model.outcomes[name].better != "neutral"
    }
    table = np.array([[sides[name] * found[name] for name in sides] for found in strategies.values()])
    best = table >= table.max(axis=0)
    assert not best.all(axis=1).any()


def test_no_two_strategies_have_the_same_outcomes(model: Model, strategies: Finals) -> None:
    """They differ by a hundredth in some outcome: in the central world, or in some world if one waits."""
    goals = list(model.inputs.outcomes.goals)
    central = {
        name: model.run(name).outcomes.iloc[-1][goals].to_numpy()
        for name in model.strategies
        if model.strategy(name).switch is None
    }
    waiting = set(model.strategies) - set(central)
    worlds = {name: np.array([found[goal] for goal in goals]) for name, found in strategies.items()}
    for first, second in combinations(model.strategies, 2):
        rows = worlds if waiting & {first, second} else central
        apart = np.abs(rows[first] - rows[second]) / np.maximum(np.abs(rows[second]), 1e-9)
        assert apart.max() > 0.01, f"{first} and {second}"


def test_no_lever_has_the_same_effects_in_every_world(model: Model, lever_ends: list[Strategy]) -> None:
    """What costs more may bring more everywhere: out of the same purse it hurts in some world."""
    baseline = finals(model, [model.strategy("baseline")], LEVER_WORLDS)["baseline"]
    more = [plan for plan in lever_ends if more_of_it(model, plan)]
    found = finals(model, more, LEVER_WORLDS)
    kept = [plan for plan in more if constant(found[plan.name], baseline, JUDGED)]
    equal = finals(
        model, [replace(equal_cost(model, plan)[0], name=plan.name) for plan in kept], LEVER_WORLDS
    )
    assert [name for name, outcomes in equal.items() if constant(outcomes, baseline, BOUGHT)] == []


def index_levers(model: Model) -> list[str]:
    return [name for name, lever in model.levers.items() if lever.kind == "index"]


def test_everything_at_full_extent_costs_more_than_the_public_pays(model: Model) -> None:
    """Even with no money for anything else."""
    with pytest.raises(InputError, match="cannot cost the public as much as the baseline"):
        equal_cost(model, model.strategy("baseline", **dict.fromkeys(index_levers(model), 1.0)))


@pytest.fixture(scope="module")
def everything_at_once(model: Model) -> Strategy:
    """All index levers at `AFFORDABLE`, with money cut until the public pays what it pays at baseline."""
    levers = dict.fromkeys(index_levers(model), AFFORDABLE)
    return equal_cost(model, model.strategy("baseline", **levers))[0]


def test_everything_at_once_is_beaten_on_output_at_equal_public_cost(
    model: Model, everything_at_once: Strategy
) -> None:
    """In the central world, and in most others, a strategy that chooses gets more from the same money."""
    mix = equal_cost(model, "catchup_explore_open")[0]
    plans = {"mix": mix, "everything": everything_at_once}
    output = {name: model.run(plan).outcomes["ai_enabled_output"].iloc[-1] for name, plan in plans.items()}
    assert output["mix"] > 1.05 * output["everything"]
    renamed = [replace(plan, name=name) for name, plan in plans.items()]
    found = finals(model, renamed, LEVER_WORLDS)
    better = found["mix"]["ai_enabled_output"] > found["everything"]["ai_enabled_output"]
    assert better.mean() > 0.6


def test_everything_at_once_is_beaten_on_capability_at_equal_public_cost(
    model: Model, everything_at_once: Strategy
) -> None:
    """Leaving four of the levers where they are buys more capability: the money, and what they hold back."""
    left = ("own_securitisation", "failure_tolerance", "safety_governance", "central_coordination")
    levers = dict.fromkeys([name for name in index_levers(model) if name not in left], AFFORDABLE)
    chosen = equal_cost(model, model.strategy("baseline", **levers))[0]
    capability = [
        model.run(plan).outcomes["capability_index"].iloc[-1] for plan in (chosen, everything_at_once)
    ]
    assert capability[0] > capability[1] + 0.02


def test_named_strategies_beat_everything_at_once_on_capability_in_many_worlds(
    model: Model, everything_at_once: Strategy
) -> None:
    names = ("catchup_open", "catchup_explore_open", "english", "old_national_system")
    plans = [replace(equal_cost(model, name)[0], name=name) for name in names]
    found = finals(model, [*plans, replace(everything_at_once, name="everything")], LEVER_WORLDS)
    best = np.max([found[name]["capability_index"] for name in names], axis=0)
    assert (best > found["everything"]["capability_index"]).mean() > 0.25
