"""From a content to what is calibrated."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_history import SMALL

import twintrack
from twintrack.calibration.target import Target, ending, prepare_target
from twintrack.engines.registry import batch_engine_of
from twintrack.errors import InputError
from twintrack.model import Model


def test_runs_end_with_the_last_observation_that_is_complete(small_target: Target) -> None:
    assert small_target.equations.time.saved[[0, -1]].tolist() == [2016, 2024]
    assert small_target.observed.names == ["gap", "gap_of_the_year", "most"]
    assert small_target.variables == ("frontier_gap_months",)
    assert small_target.unknowns.names == ["pace", "strength"]


@pytest.mark.parametrize(("end", "last"), [(2020.0, 2020.0), (2020.01, 2020.25), (2020.25, 2020.25)])
def test_a_horizon_ends_at_a_saved_time(small_model: Model, end: float, last: float) -> None:
    short = ending(small_model.equations, end)
    assert short.time.saved[-1] == pytest.approx(last)
    assert short.time.times[-1] == pytest.approx(last)


def test_a_horizon_that_leaves_observations_out_is_refused(small_model: Model) -> None:
    with pytest.raises(InputError, match=r"gap: .*2018 to 2024, .* to 2020"):
        prepare_target(small_model, until=2020)


def test_later_observations_are_learnt_from_only_when_they_are_given(
    small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = shutil.copytree(small_content, tmp_path / "content")
    with (folder / "model" / "history" / "gap.csv").open("a", encoding="utf-8") as file:
        file.write("2025,13,,,months,made up,assumption\n2025.25,12,,,months,made up,assumption\n")
    monkeypatch.chdir(tmp_path)
    model = twintrack.load(folder)
    usual = prepare_target(model)
    assert usual.observed.series[0].years == [2018, 2020, 2022, 2024, 2025]
    assert usual.equations.time.saved[-1] == 2025
    given = prepare_target(model, history=[*model.inputs.history.values()])
    assert given.observed.series[0].years[-1] == given.equations.time.saved[-1] == 2025.25


def test_a_content_without_history_says_so() -> None:
    with pytest.raises(InputError, match=r"series\.yaml: there are no observed series to learn from"):
        prepare_target(twintrack.load(SMALL))


def test_what_the_model_says_is_its_path(small_target: Target) -> None:
    pace, strength = np.array([3.0, 7.0]), np.array([10.0, 9.0])
    growth = pace - strength / 2
    said = small_target.said({"pace": pace, "strength": strength}, 2)
    for row, year in enumerate((2018, 2020, 2022, 2024)):
        assert said[row] == pytest.approx(24 + growth * (year - 2016))
    with np.errstate(invalid="ignore"):
        assert said[4:] == pytest.approx(np.log(24 + growth * np.array([[3.5], [7.5], [5]])), nan_ok=True)


@pytest.mark.slow
def test_a_short_run_says_what_the_whole_one_says(model: Model, target: Target) -> None:
    scores = np.random.default_rng(1).standard_normal((target.unknowns.size, 8))
    worlds = target.unknowns.worlds(scores)
    whole = replace(target, equations=model.equations)
    rows = len(target.equations.time.saved)
    short, long = (one.outputs(worlds, 8, one.variables) for one in (target, whole))
    for name in target.variables:
        np.testing.assert_allclose(short[name], long[name][:rows], rtol=1e-9)
    assert target.equations.time.saved[-1] == 2025 < model.equations.time.saved[-1]


@pytest.mark.slow
def test_every_strategy_has_the_past_of_the_baseline(model: Model, target: Target) -> None:
    central = {name: np.array([model.world[name].value]) for name in target.unknowns.names}
    wanted = target.said(central, 1)
    for name in model.strategies:
        assert replace(target, strategy=model.strategy(name)).said(central, 1) == pytest.approx(
            wanted, rel=1e-12
        )


def test_a_process_makes_an_engine_once(small_model: Model) -> None:
    short = ending(small_model.equations, 2020)
    same = ending(small_model.equations, 2020)
    assert batch_engine_of(short, "native") is batch_engine_of(same, "native")
    assert batch_engine_of(short, "native") is not batch_engine_of(small_model.equations, "native")


def test_fewer_series_are_another_target_of_the_same_runs(small_target: Target) -> None:
    less = small_target.with_observed(small_target.observed.without("gap"))
    assert less.unknowns is small_target.unknowns
    assert [strand.series[0].name for strand in less.likelihood.strands] == ["gap_of_the_year"]
    assert less.variables == small_target.variables and less.equations is small_target.equations
    central = {"pace": np.array([3.0]), "strength": np.array([10.0])}
    assert (less.said(central, 1) == small_target.said(central, 1)[4:]).all()
