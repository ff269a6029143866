"""The model as Python users meet it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from twintrack.errors import InputError, TwinTrackError
from twintrack.inputs.paths import TimePath
from twintrack.model import Model
from twintrack.runs.results import Run


def same(one: Run, other: Run, tolerance: float = 0.0) -> bool:
    """Whether two runs agree in every outcome at every saved time, relative to its largest value."""
    return all(
        np.abs(one[name] - other[name]).max() <= tolerance * np.abs(one[name]).max()
        for name in one.catalogue.outcomes
    )


def lines(work: object, *arguments: object, **options: object) -> list[str]:
    """Call something that must raise InputError, and give the lines of its message."""
    assert callable(work)
    with pytest.raises(InputError) as caught:
        work(*arguments, **options)
    return str(caught.value).splitlines()


@pytest.mark.slow
def test_every_outcome_is_a_number_at_every_saved_time(model: Model) -> None:
    for strategy in model.strategies:
        for scenario in model.scenarios:
            run = model.run(strategy, scenario)
            assert run.time.tolist() == model.equations.time.saved.tolist()
            assert np.isfinite(run.outcomes.to_numpy()).all(), (strategy, scenario)


def test_a_run_holds_every_variable_element_by_element(model: Model) -> None:
    run = model.run()
    labels = [
        label
        for variable in model.equations.variables.values()
        if variable.kind != "lookup"
        for label in variable.labels
    ]
    assert sorted(run.variables.columns) == sorted(labels)
    shares = [f"development_cost_share[{part}]" for part in ("hardware", "staff", "energy")]
    np.testing.assert_allclose(run.variables[shares].sum(axis=1), 1, rtol=1e-12)


def test_tables_carry_units(model: Model) -> None:
    run = model.run()
    assert run.outcomes.index.name == "year"
    assert run.outcomes.attrs["units"]["frontier_gap_months"] == "months"
    assert (
        run.variables.attrs["units"]["knowledge[home,scale,basic]"]
        == run.units["knowledge[home,scale,basic]"]
    )


def test_a_lever_given_as_a_number_is_reached_after_the_ramp(model: Model) -> None:
    start, ramp = model.policy_start, model.lever_table.ramp_years
    before, half = model.levers["catchup_share"].baseline, model.equations.time.step / 2
    run = model.run("baseline", catchup_share=0.6)
    # Each step has the mean over it: what the ramp is at its middle.
    moved = np.array([half / ramp, 0.5 + half / ramp])
    np.testing.assert_allclose(
        run.at("catchup_share", [start, start + ramp / 2]), before + moved * (0.6 - before)
    )
    assert run.at("catchup_share", [start + ramp, 2040.0]).tolist() == [0.6, 0.6]
    assert not same(run, model.run())


def test_a_lever_may_be_dated(model: Model) -> None:
    run = model.run("pure_catchup", fiscal_ai_rd={2027: 70, "2031-01-01": 110})
    more = 10 * model.equations.time.step / 2
    shown = run.at("fiscal_ai_rd", [2027.0, 2029.0, 2031.0, 2040.0])
    assert shown.tolist() == [70 + more, 90 + more, 110, 110]


def test_all_faults_of_levers_are_told_at_once_with_the_nearest_name(model: Model) -> None:
    told = lines(model.run, "pure_catchup", catchup_shre=0.5, subsidy_rate=5)
    assert (
        told[0] == 'lever catchup_shre=0.5: there is no lever "catchup_shre"; did you mean "catchup_share"?'
    )
    assert "subsidy_rate" in told[1] and "0 to 0.8" in told[1]


def test_unknown_strategies_scenarios_and_engines_are_told_with_the_nearest_name(model: Model) -> None:
    assert 'did you mean "pure_catchup"?' in lines(model.run, "pure_catchp")[0]
    assert 'did you mean "decoupling"?' in lines(model.run, "baseline", "decoupled")[0]
    assert 'did you mean "numpy"?' in lines(model.run, engine="nunpy")[0]


def test_a_world_parameter_at_its_central_value_changes_nothing(model: Model) -> None:
    central = {name: parameter.value for name, parameter in model.world.items()}
    assert same(model.run(), model.run(world=central))


def test_a_world_parameter_changes_the_result_and_a_steady_date_is_the_same_as_a_number(model: Model) -> None:
    plain = model.run(world={"cost_growth_factor": 1.8})
    assert not same(plain, model.run())
    assert same(plain, model.run(world={"cost_growth_factor": {2016: 1.8}}), 1e-12)
    assert same(plain, model.run(world={"cost_growth_factor": TimePath.constant(1.8)}), 1e-12)


def test_a_dated_world_parameter_holds_from_its_date_on(model: Model) -> None:
    run = model.run(world={"cost_growth_factor": {2028: 2.4, 2030: 1.6}})
    assert run.at("cost_growth_factor", [2028.0, 2029.0, 2035.0]).tolist() == [2.4, 2.0, 1.6]
    early = run.time <= 2028
    np.testing.assert_allclose(
        run["frontier_run_cost"][early], model.run()["frontier_run_cost"][early], rtol=1e-12
    )


def test_an_element_of_an_array_is_set_alone(model: Model) -> None:
    run = model.run(world={"route_ceiling[scale]": 12.5})
    usual = model.run()
    assert run["route_ceiling[scale]"].tolist() == [12.5] * len(run.time)
    for route in ("lean", "embodied", "vertical"):
        np.testing.assert_array_equal(run[f"route_ceiling[{route}]"], usual[f"route_ceiling[{route}]"])


def test_unknown_world_parameters_are_told_and_levers_are_sent_where_they_belong(model: Model) -> None:
    told = lines(model.run, world={"cost_growth_facto": 2, "catchup_share": 0.5})
    assert 'did you mean "cost_growth_factor"?' in told[0]
    assert "lever" in told[1]


def test_a_mix_is_the_weighted_mean_of_the_levers_and_may_stand_wherever_a_strategy_does(
    model: Model,
) -> None:
    mix = "0.25 pure_catchup + 0.75 pure_exploration"
    run, *members = (model.run(name) for name in (mix, "pure_catchup", "pure_exploration"))
    for lever in model.levers:
        mean = 0.25 * members[0][lever] + 0.75 * members[1][lever]
        np.testing.assert_allclose(run[lever], mean, rtol=1e-12, atol=1e-12)
    assert list(model.compare([mix, "baseline"]).runs) == [mix, "baseline"]


def test_a_strategy_in_the_current_folder_is_found_and_read_again_when_it_changes(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "strategies" / "mine.yaml"
    file.parent.mkdir()
    file.write_text("extends: pure_catchup\nlevers: {catchup_share: 0.7}\n", encoding="utf-8")
    assert "mine" in model.strategies
    assert model.run("mine").at("catchup_share", [2040.0]) == 0.7
    assert same(model.run("mine"), model.run(str(file)))
    file.write_text("extends: pure_catchup\nlevers: {catchup_share: 0.65}\n", encoding="utf-8")
    assert model.run("mine").at("catchup_share", [2040.0]) == 0.65


def test_the_files_of_a_strategy_include_its_parents(model: Model) -> None:
    plans = [model.strategy("pure_catchup")]
    found = {path.name for path in model.files(plans, [model.scenario("decoupling")])}
    parts = {f"{name}.yaml" for name in model.strategy("pure_catchup").parents}
    assert "portfolio_catchup.yaml" in parts
    assert found == {"pure_catchup.yaml", "baseline.yaml", "decoupling.yaml", *parts}


@pytest.mark.slow
def test_native_and_numpy_agree_in_another_scenario(model: Model) -> None:
    one = model.run("pure_catchup", "decoupling")
    other = model.run("pure_catchup", "decoupling", engine="numpy")
    for label in one.labels:
        np.testing.assert_allclose(one[label], other[label], rtol=1e-9, atol=1e-12, err_msg=label)


@pytest.mark.slow
def test_a_finer_step_gives_the_same_saved_times(model: Model) -> None:
    finer = model.run(time_step=model.equations.time.step / 2, engine="numpy")
    assert finer.time.tolist() == model.run().time.tolist()


def test_a_comparison_recomputes_the_baseline_in_the_same_world(model: Model) -> None:
    world = {"cost_growth_factor": 1.8}
    comparison = model.compare(
        ["pure_catchup", "pure_exploration"], "decoupling", world=world, catchup_share=0.5
    )
    assert same(comparison.baseline, model.run("baseline", "decoupling", world=world))
    assert all(run.at("catchup_share", [2040.0]) == 0.5 for run in comparison.runs.values())


def test_a_strategy_stands_once_in_a_comparison(model: Model) -> None:
    assert "pure_catchup" in lines(model.compare, ["pure_catchup", "pure_catchup"])[0]
    assert "at least one" in lines(model.compare, [])[0]


@pytest.mark.slow
def test_an_ensemble_has_the_same_worlds_for_all_and_agrees_with_single_runs(model: Model) -> None:
    strategies = ["pure_catchup", "catchup_explore_open"]
    worlds = model.sample_worlds(6, seed=3)
    result = model.ensemble(strategies, ("central", "decoupling"), worlds=6, seed=3, prior=True)
    sizes = {"scenario": 2, "strategy": 2, "world": 6, "time": len(model.equations.time.saved)}
    assert result.sizes == {**sizes, "parameter": worlds.shape[1]}
    assert list(result.data_vars) == list(model.outcomes)
    assert result["public_cost_pv"].attrs["units"] == "bn CNY"
    assert result.attrs["seed"] == 3 and result.attrs["model_hash"] == model.equations.hash
    for scenario in ("central", "decoupling"):
        fixed = model.scenario(scenario).world
        drawn = {name: value for name, value in worlds.iloc[4].items() if name not in fixed}
        for strategy in strategies:
            run = model.run(strategy, scenario, world=drawn)
            cell = result.sel(scenario=scenario, strategy=strategy, world=4)
            for name in model.outcomes:
                np.testing.assert_allclose(cell[name], run[name], rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.slow
def test_an_ensemble_takes_given_worlds_and_any_variable(model: Model) -> None:
    worlds = pd.DataFrame({"cost_growth_factor": [1.8, 2.4]})
    result = model.ensemble(
        ["baseline"], worlds=worlds, outputs=["knowledge[home,scale,basic]", "frontier_run_cost"]
    )
    assert list(result.data_vars) == ["knowledge[home,scale,basic]", "frontier_run_cost"]
    last = result["frontier_run_cost"].isel(strategy=0, scenario=0, time=-1)
    assert float(last[0]) < float(last[1]) == pytest.approx(model.run()["frontier_run_cost"][-1], rel=1e-9)


def test_an_ensemble_refuses_unknown_names(model: Model) -> None:
    worlds = pd.DataFrame({"cost_growth": [2.0]})
    assert 'did you mean "cost_growth_factor"?' in lines(model.ensemble, ["baseline"], worlds=worlds)[0]
    told = lines(model.ensemble, ["baseline"], worlds=1, outputs=["frontier_gap_month"])
    assert 'did you mean "frontier_gap_months"?' in told[0]


def test_a_world_without_numbers_is_an_error_that_names_the_outcome(model: Model) -> None:
    with pytest.raises(TwinTrackError, match="no finite value from 2016"):
        model.run(world={"cost_growth_factor": -5.0})
