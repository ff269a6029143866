"""Many strategies in many worlds in one call: what an ensemble of each brings, at own and at equal cost."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

from twintrack import Experiment
from twintrack.equations.structure import Array
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs import candidates
from twintrack.runs.candidates import Candidates, Wanted, Worlds
from twintrack.runs.equal_cost import COST, scaled

GAP = "frontier_gap_months"
NAMES = ("fast", "turning", "open")
WANTED = (Wanted(GAP, 2035.0), Wanted(COST, 2030.0))
FRAME = pd.DataFrame({"pace": np.linspace(2, 9, 20), "strength": np.linspace(12, 8, 20)})
WORLDS = Worlds({name: FRAME[name].to_numpy() for name in FRAME})


def ensemble(model: Model, outcome: str, year: float, budget: str = "own") -> Array:
    """An outcome of all strategies in a year, shape (strategy, world)."""
    plans = {name: replace(model.strategy(name), budget=budget) for name in NAMES}  # type: ignore[arg-type]
    found = Experiment(plans, worlds=FRAME, outputs=[outcome], times=[year], model=model).dataset()
    return np.asarray(found[outcome].values[0, :, :, 0])


@pytest.mark.parametrize("chunk", [7, 1024])
def test_runs_are_those_of_an_ensemble(
    small_model: Model, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "CHUNK", chunk)
    batch = Candidates(small_model, WANTED)

    values, cost = batch.at_own_cost([small_model.strategy(name) for name in NAMES], WORLDS)

    np.testing.assert_allclose(values[0], ensemble(small_model, GAP, 2035), rtol=1e-12)
    np.testing.assert_allclose(values[1], ensemble(small_model, COST, 2030), rtol=1e-12)
    np.testing.assert_allclose(cost, ensemble(small_model, COST, 2040), rtol=1e-12)
    assert batch.runs == 60


def test_one_run_beside_none_is_the_same_run(small_model: Model) -> None:
    batch = Candidates(small_model, WANTED)
    plan = [small_model.strategy("turning")]

    one, _ = batch.at_own_cost(plan, WORLDS.take(np.array([3])))

    assert one[0, 0, 0] == batch.at_own_cost(plan, WORLDS)[0][0, 0, 3]


def test_cost_is_equal_in_every_world_as_a_scalar_search_finds_it(small_model: Model) -> None:
    batch = Candidates(small_model, WANTED)
    plans = [small_model.strategy(name) for name in NAMES]

    factors = batch.factors_by_world(plans, WORLDS)
    values, cost = batch.at_factors(plans, WORLDS, factors)

    np.testing.assert_allclose(cost, np.tile(batch.target(WORLDS), (3, 1)), rtol=1e-6)
    np.testing.assert_allclose(values[0], ensemble(small_model, GAP, 2035, "equal"), rtol=1e-9)
    target = batch.target(WORLDS)
    for plan, own in zip(plans[::2], factors[::2], strict=True):  # a switch makes cost jump
        for place, world in enumerate(FRAME.to_dict("records")):
            found = brentq(excess, 0.1, 2, args=(small_model, plan, world, target[place]), xtol=1e-12)
            assert own[place] == pytest.approx(found, abs=1e-6)


def excess(factor: float, model: Model, plan: Strategy, world: dict[str, float], target: float) -> float:
    run = model.run(scaled(plan, factor, model.lever_table), world=world)
    return float(run.at(COST, [2040])[0] / target - 1)


def test_one_factor_makes_the_mean_cost_equal(small_model: Model) -> None:
    batch = Candidates(small_model, WANTED)
    plans = [small_model.strategy(name) for name in NAMES]

    factors, excess = batch.factors(plans, WORLDS)

    cost = batch.at_factors(plans, WORLDS, factors)[1].mean(axis=1)
    np.testing.assert_allclose(cost / batch.target(WORLDS).mean() - 1, excess, atol=1e-12)
    assert np.abs(excess).max() < 1e-3 and (factors < 1).all()
