"""The strategy that catches up first and then does both: it switches when the model says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from twintrack.inputs.strategies import Strategy
from twintrack.model import Model

pytestmark = pytest.mark.slow

TRIGGERS = (3.0, 6.0, 12.0)
OUTPUTS = ["frontier_gap_months", "policy_switch", "catchup_share"]


@pytest.fixture(scope="module")
def triggered(model: Model) -> dict[float, Strategy]:
    """The strategy with each of the triggers."""
    plan = model.strategy("sequenced")
    assert plan.switch is not None
    return {
        below: replace(plan, name=f"below {below:g}", switch=replace(plan.switch, below=below))
        for below in TRIGGERS
    }


@pytest.fixture(scope="module")
def worlds(model: Model) -> pd.DataFrame:
    return model.sample_worlds(64, seed=5)


@pytest.fixture(scope="module")
def cells(model: Model, triggered: dict[float, Strategy], worlds: pd.DataFrame) -> xr.Dataset:
    """All triggers in all worlds."""
    return model.ensemble(list(triggered.values()), worlds=worlds, outputs=OUTPUTS).isel(scenario=0)


def test_more_worlds_switch_at_a_larger_gap_and_none_goes_back(model: Model, cells: xr.Dataset) -> None:
    share = cells["policy_switch"]
    assert (share.diff("time") >= 0).all()
    assert (share.sel(time=slice(None, model.policy_start)) == 0).all()
    moved = (share.isel(time=-1) > 0).sum("world").to_numpy()
    assert (np.diff(moved) >= 0).all() and moved[-1] > 0


def test_worlds_of_an_ensemble_switch_as_single_runs_do(
    model: Model, triggered: dict[float, Strategy], worlds: pd.DataFrame, cells: xr.Dataset
) -> None:
    for world in range(0, 12, 3):
        for plan in triggered.values():
            run = model.run(plan, world=worlds.iloc[world].to_dict())
            for name in OUTPUTS:
                cell = cells[name].sel(strategy=plan.name, world=world)
                np.testing.assert_allclose(cell, run[name], rtol=1e-9, atol=1e-9, err_msg=name)


def test_until_the_switch_it_is_its_parent(model: Model, triggered: dict[float, Strategy]) -> None:
    parent = model.run("pure_catchup")
    for plan in triggered.values():
        run = model.run(plan)
        waiting = run["policy_switch"] == 0
        for name in ("frontier_gap_months", "catchup_share"):
            np.testing.assert_allclose(run[name][waiting], parent[name][waiting], rtol=1e-9, err_msg=name)


@pytest.mark.parametrize("year", [2029, 2032])
def test_a_date_leads_from_the_one_to_the_other(model: Model, tmp_path: Path, year: int) -> None:
    file = tmp_path / "dated.yaml"
    switch = f"{{to: catchup_explore_open, when: {{date: {year}}}, ramp_years: 2}}"
    file.write_text(f"extends: pure_catchup\nswitch: {switch}\n", encoding="utf-8")
    run, first, second = (model.run(name) for name in (str(file), "pure_catchup", "catchup_explore_open"))
    early, late = run.time < year, run.time >= year + 2
    for name in model.levers:
        np.testing.assert_array_equal(run[name][early], first[name][early], err_msg=name)
        np.testing.assert_array_equal(run[name][late], second[name][late], err_msg=name)
    one, other = run["frontier_gap_months"], first["frontier_gap_months"]
    np.testing.assert_allclose(one[run.time <= year], other[run.time <= year], rtol=1e-9)


def test_native_and_numpy_switch_alike(model: Model, triggered: dict[float, Strategy]) -> None:
    for plan in triggered.values():
        one, other = model.run(plan), model.run(plan, engine="numpy")
        for name in OUTPUTS:
            np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=1e-12, err_msg=name)


LONG_ROAD = {"route_ceiling[scale]": 24.0}
SHORT_ROAD = {"route_ceiling[scale]": 12.0}
FAIR_ROAD = {"route_ceiling[scale]": 14.0}


def first_move(model: Model, **world: float) -> float:
    """Give the time at which the levers of late_switch have begun to move, infinity for never."""
    run = model.run("late_switch", world=world)
    moved = run.time[run["policy_switch"] > 0]
    return float(moved[0]) if moved.size else np.inf


def test_late_switch_waits_until_scale_has_been_slow_for_a_year(model: Model) -> None:
    run, plan = model.run("late_switch"), model.strategy("late_switch")
    assert plan.switch is not None
    slow = run.time[(run["scale_pace"] < plan.switch.below) & (run.time >= model.policy_start)]
    save = run.time[1] - run.time[0]
    begun = first_move(model)
    assert slow[0] + plan.switch.for_years <= begun + save / 2
    assert begun <= slow[0] + plan.switch.for_years + 2 * save
    assert run["scale_pace"][run.time <= slow[0] - save].min() > plan.switch.below


def test_the_shorter_the_road_of_scale_the_sooner_it_is_left(model: Model) -> None:
    moments = [first_move(model, **world) for world in (SHORT_ROAD, FAIR_ROAD, LONG_ROAD)]
    assert moments == sorted(moments) and len(set(moments)) == 3
    assert moments[0] > model.policy_start


def test_late_switch_goes_from_catching_up_to_the_mix_and_keeps_the_doors(model: Model) -> None:
    run, first, second = (model.run(name) for name in ("late_switch", "pure_catchup", "explore_base"))
    waiting, done = run["policy_switch"] == 0, run["policy_switch"] == 1
    assert waiting.any() and done.any()
    for name in model.levers:
        np.testing.assert_array_equal(run[name][waiting], first[name][waiting], err_msg=name)
        np.testing.assert_allclose(run[name][done], second[name][done], rtol=1e-12, err_msg=name)
    for name in (*model.lever_table.groups["doors"].levers, *model.lever_table.groups["programmes"].levers):
        assert set(run[name]) == {model.levers[name].baseline}, name


def test_a_pace_that_is_waited_for_is_seen_alike_by_all_engines(model: Model) -> None:
    one, other = model.run("late_switch"), model.run("late_switch", engine="numpy")
    for name in (*OUTPUTS, "scale_pace"):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-9, atol=1e-12, err_msg=name)


def test_the_pace_seen_before_policies_is_that_of_the_start(model: Model) -> None:
    pace = model.run()["scale_pace"]
    assert pace[0] == pytest.approx(model.equations.defaults["initial_capability_growth"])
