"""Strategies at equal public cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twintrack.errors import InputError
from twintrack.inputs.levers import MONEY
from twintrack.model import Model
from twintrack.runs.equal_cost import COST, equal_cost, scaled


@pytest.mark.parametrize("scenario", ["central", "decoupling"])
def test_the_scaled_strategy_costs_what_the_baseline_costs(model: Model, scenario: str) -> None:
    for name in ("pure_catchup", "catchup_explore_open"):
        fitted, factor = equal_cost(model, name, scenario)
        target = model.run("baseline", scenario)[COST][-1]
        assert model.run(fitted, scenario)[COST][-1] == pytest.approx(target, rel=1e-9)
        assert factor != 1


def test_the_baseline_and_what_costs_the_same_are_left_alone(model: Model) -> None:
    fitted, factor = equal_cost(model, "baseline")
    assert factor == 1.0
    assert dict(fitted.paths) == dict(model.strategy("baseline").paths)


def test_only_money_is_scaled_and_only_from_the_start_of_policies(model: Model) -> None:
    plan, table = model.strategy("pure_catchup"), model.lever_table
    half = scaled(plan, 0.5, table)
    before = np.linspace(2016, table.policy_start, 9)
    after = np.linspace(table.policy_start + table.ramp_years, 2040, 9)
    for name, lever in table.levers.items():
        if lever.kind != MONEY:
            assert half.paths[name] == plan.paths[name]
            continue
        np.testing.assert_allclose(half.paths[name].at(before), plan.paths[name].at(before))
        np.testing.assert_allclose(half.paths[name].at(after), plan.paths[name].at(after) / 2)


def test_a_step_stays_a_step(model: Model) -> None:
    plan = model.strategy("baseline", fiscal_ai_rd={2029: 60, 2030: [60, 100]})
    double = scaled(plan, 2, model.lever_table).paths["fiscal_ai_rd"]
    assert (double.before(2030), float(double.at(2030))) == (120, 200)


@pytest.mark.slow
def test_a_strategy_with_an_equal_budget_is_scaled_wherever_it_is_used(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strategies").mkdir()
    text = "extends: pure_catchup\nbudget: equal\n"
    (tmp_path / "strategies" / "thrifty.yaml").write_text(text, encoding="utf-8")
    run, usual = model.run("thrifty"), model.run("pure_catchup")
    _, factor = equal_cost(model, "pure_catchup")
    assert (run.factor, usual.factor) == (pytest.approx(factor), 1.0)
    assert run[COST][-1] == pytest.approx(model.run()[COST][-1], rel=1e-9)
    worlds = model.ensemble(["thrifty", "pure_catchup"], worlds=2, outputs=[COST, "fiscal_ai_rd"])
    factors = worlds["budget_factor"].isel(scenario=0)
    assert factors.sel(strategy="pure_catchup").values.tolist() == [1.0, 1.0]
    spent = worlds["fiscal_ai_rd"].isel(scenario=0, time=-1)
    np.testing.assert_allclose(spent.sel(strategy="thrifty"), factors[0] * spent.sel(strategy="pure_catchup"))


def test_a_cost_that_cannot_be_reached_is_told(model: Model) -> None:
    money = [name for name, lever in model.levers.items() if lever.kind == MONEY]
    with pytest.raises(InputError, match="no money that could be multiplied"):
        equal_cost(model, model.strategy("baseline", **dict.fromkeys(money, 0)))
    # Less than one unit of money can grow as far as its range allows.
    scant = dict.fromkeys(money, 0) | {"talent_training": 0.5}
    most = model.levers["talent_training"].high / 0.5
    with pytest.raises(
        InputError, match=rf"multiplied with {most:.3g}, which is as far as their ranges allow"
    ):
        equal_cost(model, replace(model.strategy("baseline", **scant), name="scant"))
    # One lever near its limit keeps all others from growing, and those are far too small.
    little = dict.fromkeys(money, 0) | {"talent_training": 90}
    with pytest.raises(InputError, match="as far as their ranges allow"):
        equal_cost(model, replace(model.strategy("baseline", **little), name="little"))
