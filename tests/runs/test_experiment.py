"""Experiments: what is simulated, and what is stored of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from store_helpers import content_of, parts_of

import twintrack
from twintrack import EnsembleResult, Experiment
from twintrack.errors import InputError, TwinTrackError
from twintrack.model import Model
from twintrack.runs.experiment import Progress
from twintrack.worlds.sampling import parameter_entry

Run = Callable[..., EnsembleResult]


def lines(call: Callable[..., Any], *arguments: Any, **named: Any) -> list[str]:
    with pytest.raises(InputError) as caught:
        call(*arguments, **named)
    return str(caught.value).splitlines()


def test_a_store_holds_what_an_ensemble_in_memory_gives(run: Run, small_model: Model) -> None:
    result = run(scenarios=("central", "fast_leader"), times="all", seed=5)
    stored = result.dataset()
    expected = small_model.ensemble(
        ["fast", "turning"],
        ("central", "fast_leader"),
        600,
        5,
        ["frontier_gap_months", "public_cost_pv"],
        prior=True,
    )
    assert stored.sizes == expected.sizes
    for name in ("scenario", "strategy", "world", "time", "budget_factor"):
        np.testing.assert_array_equal(stored[name], expected[name], err_msg=name)
    for name in expected:
        assert stored[name].attrs == expected[name].attrs
        np.testing.assert_allclose(stored[name], expected[name], rtol=1e-12, atol=1e-12, err_msg=str(name))
    assert stored.attrs == expected.attrs
    assert result.worlds().equals(small_model.sample_worlds(600, 5))


def test_by_default_all_outcomes_at_whole_years_are_kept(run: Run) -> None:
    result = run(worlds=10)
    assert result.outputs == ["frontier_gap_months", "public_cost_pv"]
    assert result.times == [float(year) for year in range(2024, 2041)]
    assert result.scenarios == ["central"] and result.strategies == ["fast", "turning"]
    assert result.units == {"frontier_gap_months": "months", "public_cost_pv": "bn CNY"}


def test_a_frame_has_only_what_is_asked_for(run: Run) -> None:
    result = run(scenarios=("central", "fast_leader"))
    table = result.frame(["public_cost_pv"], ["turning"], ["fast_leader"], [2030, 2040])
    assert list(table.columns) == ["scenario", "strategy", "world", "time", "public_cost_pv"]
    assert table.attrs["units"] == {"public_cost_pv": "bn CNY"}
    assert len(table) == 600 * 2
    assert set(table["strategy"]) == {"turning"} and set(table["scenario"]) == {"fast_leader"}
    cell = result.dataset().sel(scenario="fast_leader", strategy="turning", time=[2030, 2040])
    np.testing.assert_array_equal(table["public_cost_pv"], cell["public_cost_pv"].to_numpy().ravel())
    np.testing.assert_array_equal(table["world"], np.repeat(np.arange(600), 2))
    assert result.worlds(["pace"]).columns.tolist() == ["pace"]


def test_batches_hold_all_strategies_of_some_worlds(run: Run) -> None:
    result = run(scenarios=("central", "fast_leader"))
    batches = list(result.batches(times=[2040]))
    assert [len(batch) for batch in batches] == [200 * 4] * 3
    for batch in batches:
        sizes = batch.groupby("world", observed=True)["strategy"].count()
        assert set(sizes) == {4}
    assert pd.concat(batches, ignore_index=True).equals(result.frame(times=[2040]))


def test_any_reader_of_hive_partitions_reads_the_store(run: Run) -> None:
    result = run(strategies=["fast", "0.5 fast + 0.5 open"])
    table = pd.read_parquet(result.folder / "runs").sort_values(["strategy", "world", "time"])
    own = result.frame().sort_values(["strategy", "world", "time"])
    assert set(table["strategy"]) == set(own["strategy"]) == {"fast", "0.5 fast + 0.5 open"}
    for name in ("world", "time", "frontier_gap_months", "public_cost_pv"):
        merged = table[table["strategy"] == "fast"], own[own["strategy"] == "fast"]
        np.testing.assert_array_equal(*(part[name].to_numpy() for part in merged), err_msg=name)
    worlds = pd.read_parquet(result.folder / "worlds.parquet").set_index("world")
    assert worlds.equals(result.worlds())


def test_the_manifest_tells_what_the_numbers_follow_from(run: Run, small_model: Model) -> None:
    result = run(scenarios=("fast_leader",), seed=9)
    told = result.manifest
    assert told == json.loads((result.folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["model_hash"] == small_model.equations.hash
    assert (told["design"]["kind"], told["design"]["seed"], told["design"]["worlds"]) == ("latin", 9, 600)
    assert told["design"]["parameters"]["pace"]["range"] == [2, 9]
    assert told["scenarios"] == {"fast_leader": {"strength": [[2026, 10], [2030, 11]]}}
    turning = told["strategies"]["turning"]
    assert turning["levers"]["catchup_share"] == [[2026, 0.5], [2028, 0.9]]
    assert turning["switch"]["levers"]["catchup_share"] == [[2026, 0.5], [2034, 0.1]]
    assert turning["switch"]["when"]["below"] == 6 and turning["budget_factor"] == {"fast_leader": 1}
    assert told["created"] == "2023-11-14T22:13:20+00:00"
    assert {"twintrack", "llvmlite", "numpy", "pyarrow"} <= told["versions"].keys()


def test_the_manifest_tells_a_dated_value_from_its_first_date_on(run: Run) -> None:
    told = run(world={"pace": {2030: 3, 2032: 4}}).manifest

    assert told["scenarios"] == {"central": {"pace": [[2030, 3], [2032, 4]]}}


def test_the_manifest_has_the_spread_of_a_lognormal_parameter(model: Model) -> None:
    drawn = parameter_entry(model.world["cost_growth_factor"])
    assert (drawn["distribution"], drawn["spread"]) == ("lognormal", 0.24)
    assert "spread" not in parameter_entry(model.world["initial_run_cost"])


def test_strategies_are_crossed_with_levers(run: Run, small_model: Model) -> None:
    levers = {"catchup_share": [0.2, 0.8], "fiscal_ai_rd": [100]}
    result = run(strategies=["fast", "open"], levers=levers, worlds=3)
    names = [
        f"{name} with catchup_share={share}, fiscal_ai_rd=100"
        for name in ("fast", "open")
        for share in (0.2, 0.8)
    ]
    assert result.strategies == names
    world = result.worlds().iloc[1].to_dict()
    alone = small_model.run("open", world=world, catchup_share=0.8, fiscal_ai_rd=100)
    cell = result.dataset(strategies=[names[3]]).isel(scenario=0, strategy=0, world=1)
    np.testing.assert_allclose(cell["public_cost_pv"], alone.at("public_cost_pv", result.times), rtol=1e-12)


@pytest.mark.parametrize("budget", ["equal", "equal_central"])
def test_equal_budgets_are_scaled_as_in_memory(run: Run, small_model: Model, budget: Any) -> None:
    plans = [replace(small_model.strategy(name), budget=budget) for name in ("fast", "turning")]
    result = run(strategies=plans, worlds=5, times="all")
    expected = small_model.ensemble(plans, worlds=5, prior=True)
    found = result.dataset()
    assert result.budgets == {"fast": budget, "turning": budget}
    assert found["budget"].values.tolist() == [budget, budget] == expected["budget"].values.tolist()
    factors = expected["budget_factor"]
    assert factors.dims == ("scenario", "strategy", "world") and (factors != 1).all()
    np.testing.assert_array_equal(found["budget_factor"], factors)
    np.testing.assert_allclose(found["public_cost_pv"], expected["public_cost_pv"], rtol=1e-12)
    told = result.manifest["strategies"]["turning"]["budget_factor"]["central"]
    assert told == ("in each world" if budget == "equal" else float(factors[0, 1, 0]))


def test_a_table_gives_the_worlds_and_the_rest_stays_central(
    run: Run, small_model: Model, tmp_path: Path
) -> None:
    pd.DataFrame({"pace": [2.5, 4.0]}).to_csv(tmp_path / "given.csv", index=False)
    result = run(worlds=tmp_path / "given.csv", times="all")
    for world, pace in enumerate([2.5, 4.0]):
        alone = small_model.run("turning", world={"pace": pace})
        cell = result.dataset(strategies=["turning"]).isel(scenario=0, strategy=0, world=world)
        np.testing.assert_allclose(cell["frontier_gap_months"], alone["frontier_gap_months"], rtol=1e-12)
    drawn = run("drawn", worlds=tmp_path / "given.csv", resample=300, seed=2)
    assert drawn.size == 300 and set(drawn.worlds()["pace"]) == {2.5, 4.0}


def test_sobol_worlds_with_a_number_that_is_no_power_of_two_are_noted(
    run: Run, caplog: pytest.LogCaptureFixture, small_model: Model
) -> None:
    result = run(worlds=100, design="sobol")
    assert "take 64 or 128" in caplog.text
    caplog.clear()
    assert run("two", worlds=64, design="sobol").worlds().equals(result.worlds().head(64))
    assert "take" not in caplog.text


def test_no_call_of_the_engine_takes_more_worlds_than_one_part(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twintrack.engines.llvm.engine import NativeEngine

    asked: list[int] = []
    original = NativeEngine.run

    def watched(self: NativeEngine, *arguments: Any, runs: int = 1, **named: Any) -> Any:
        asked.append(runs)
        return original(self, *arguments, runs=runs, **named)

    monkeypatch.setattr(NativeEngine, "run", watched)
    run(strategies=["fast"], worlds=1001)
    assert asked == [251, 251, 251, 248]


def test_progress_in_memory_counts_up_to_all_runs(small_model: Model) -> None:
    seen: list[Progress] = []
    asked = Experiment(
        ["baseline", "fast"], ["central", "fast_leader"], 5, outputs=["public_cost_pv"], model=small_model
    )
    asked.dataset(seen.append)
    assert [state.done for state in seen] == [0, 5, 10, 15, 20] and {state.runs for state in seen} == {20}


def test_progress_counts_up_to_all_runs(run: Run, small_model: Model, tmp_path: Path) -> None:
    seen: list[Progress] = []
    experiment = Experiment(["fast", "turning"], worlds=600, model=small_model, prior=True)
    experiment.run(tmp_path / "store", workers=1, progress=seen.append)
    assert [state.done for state in seen] == [0, 200, 400, 600, 800, 1000, 1200]
    assert seen[0].rate is None and seen[-1].rate is not None and seen[-1].left == 0
    experiment.run(tmp_path / "store", workers=1, progress=seen.append, resume=True)
    assert (seen[-1].done, seen[-1].computed) == (1200, 0)


def test_the_rate_leaves_out_the_first_part_which_also_waits_for_the_start(
    small_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([0.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0])
    monkeypatch.setattr("twintrack.runs.experiment.monotonic", lambda: next(clock))
    seen: list[Progress] = []
    experiment = Experiment(["fast", "turning"], worlds=600, model=small_model, prior=True)
    experiment.run(tmp_path / "store", workers=1, progress=seen.append)
    assert [(state.seconds, state.rate, state.left) for state in seen] == [
        (0.0, None, None),
        (30.0, None, None),
        *((30.0 + 10 * parts, 20.0, 40.0 - 10 * (parts - 1)) for parts in range(1, 6)),
    ]


def test_all_faults_of_an_experiment_are_told_at_once(small_model: Model, tmp_path: Path) -> None:
    experiment = Experiment(
        ["fsat", "fast", "fast"],
        ["centrl"],
        worlds=0,
        seed=-1,
        design="latn",  # type: ignore[arg-type]
        outputs=["gap", "frontier_gap_months"],
        times=[2030.1],
        levers={"catchup_shar": [0.5]},
        model=small_model,
    )
    told = lines(experiment.run, tmp_path / "store", workers=0)
    for part in (
        "workers",
        "fsat",
        "catchup_shar",
        "centrl",
        "at least 1 world",
        "seed",
        "latn",
        "gap",
        "2030.1",
    ):
        assert any(part in line for line in told), part
    assert not (tmp_path / "store").exists()
    nothing = Experiment([], [], outputs=[], times=[], levers={"catchup_share": []}, model=small_model)
    assert len(lines(nothing.run, tmp_path / "store")) == 5
    twice = lines(Experiment(["fast", "fast"], ["central", "central"], model=small_model).run, tmp_path / "s")
    assert [line.partition(":")[0] for line in twice] == ["strategy fast", "scenario central"]


def test_reading_refuses_unknown_names_and_incomplete_stores(run: Run) -> None:
    result = run()
    told = lines(result.frame, ["gap"], ["slow"], ["none"], [2030.25])
    assert len(told) == 4
    assert "stored are 2024" in told[3]
    assert 'did you mean "pace"?' in lines(result.worlds, ["pac"])[0]
    parts_of(result.folder)[0].unlink()
    assert not EnsembleResult.open(result.folder).complete
    with pytest.raises(TwinTrackError, match="5 of 6 parts are there; compute the others with --resume"):
        EnsembleResult.open(result.folder).frame()
    with pytest.raises(InputError, match="is no store of an ensemble"):
        EnsembleResult.open(result.folder / "runs")


def test_the_same_experiment_gives_the_same_bytes(run: Run) -> None:
    first, second = run("one"), run("two")
    assert content_of(first.folder) == content_of(second.folder)
    assert parts_of(run("other", seed=2).folder)[0].name != parts_of(first.folder)[0].name


def test_the_package_gives_what_is_public() -> None:
    assert twintrack.Experiment is Experiment
    with pytest.raises(AttributeError, match="no attribute 'Experimnt'"):
        twintrack.Experimnt  # type: ignore[attr-defined]  # noqa: B018


def test_runs_without_finite_numbers_are_counted(run: Run) -> None:
    worlds = pd.DataFrame(
        {"pace": [3.0, np.finfo(float).max, 3.5], "strength": [9.0, np.finfo(float).max, 10.0]}
    )
    result = run(strategies=["fast"], worlds=worlds)
    frame = result.frame()
    broken = frame.loc[~np.isfinite(frame[result.outputs]).all(axis=1), "world"].unique().tolist()
    assert broken == [1]
    assert result.runs_not_finite() == {("central", "fast"): 1}
    assert run("good", strategies=["fast"], worlds=worlds.drop(1)).runs_not_finite() == {}


def test_one_name_may_stand_where_several_can(run: Run) -> None:
    one = run(strategies="fast", scenarios="central", worlds=5, outputs="frontier_gap_months")
    several = run(
        "other", strategies=["fast"], scenarios=["central"], worlds=5, outputs=["frontier_gap_months"]
    )
    pd.testing.assert_frame_equal(one.frame(), several.frame())
    listed = run("third", strategies={"fast": 1}.keys(), scenarios=np.array(["central"]), worlds=5)
    assert (listed.strategies, listed.scenarios) == (["fast"], ["central"])
    last = several.times[-1]
    chosen = one.frame(outputs="frontier_gap_months", strategies="fast", scenarios="central", times=last)
    pd.testing.assert_frame_equal(chosen, one.frame(["frontier_gap_months"], ["fast"], ["central"], [last]))
