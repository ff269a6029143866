"""Sliders in the notebook, without a browser: events come from Python as they would from a page."""

from __future__ import annotations

import builtins
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import twintrack
from twintrack.calibration.publish import publish_ranges
from twintrack.errors import InputError, TwinTrackError
from twintrack.hands_on.notebook import Explorer, explore
from twintrack.hands_on.sectors import lever_sectors, world_sectors
from twintrack.model import Model

Tab = pytest.importorskip("ipywidgets").Tab

WORLD = ["cost_growth_factor", "concentration_cap"]


@pytest.fixture
def explorer(model: Model) -> Explorer:
    """An explorer in the central world, whichever it begins in."""
    explorer = explore(model, world=WORLD, outcomes=["capability_index", "adoption_rate"])
    explorer.start.value = "central"
    return explorer


def _curves(explorer: Explorer) -> list[np.ndarray]:
    return [np.asarray(trace.y).copy() for trace in explorer.figure.data]


def test_every_lever_has_a_slider_with_its_baseline_marked(model: Model, explorer: Explorer) -> None:
    assert list(explorer.levers) == list(model.levers)
    control = explorer.levers["catchup_share"]
    assert control.value == model.levers["catchup_share"].baseline
    assert "(baseline 0.8)" in control.label.value
    assert "left:80.00%" in control.label.value


def test_a_slider_moves_the_curve_and_leaves_the_baseline(model: Model, explorer: Explorer) -> None:
    before = _curves(explorer)
    np.testing.assert_array_equal(before[0], before[1])
    explorer.levers["catchup_share"].slider.value = 0.3
    after = _curves(explorer)
    np.testing.assert_array_equal(after[0], model.run(catchup_share=0.3)["capability_index"])
    np.testing.assert_array_equal(after[1], before[1])
    assert (after[0] != before[0]).any()


def test_sliders_are_folded_into_sections_by_sector(model: Model, explorer: Explorer) -> None:
    levers = lever_sectors(model)
    assert set(levers) == set(model.levers)
    assert levers["catchup_share"] == "Technology routes"
    assert levers["interregional_cooperation"] == "Openness and governance"
    world = world_sectors(model)
    assert world["route_ceiling[scale]"] == model.equations.variables["route_ceiling"].group
    (tabs,) = [part for part in explorer.widget.children[0].children[0].children if isinstance(part, Tab)]
    (folded,) = tabs.children[0].children
    boxes = [box for section in folded.children for box in section.children]
    assert sorted(map(id, boxes)) == sorted(id(control.box) for control in explorer.levers.values())
    routes = sum(sector == "Technology routes" for sector in levers.values())
    assert folded.titles[0] == f"Technology routes ({routes})"
    assert folded.selected_index == 0


def test_a_moved_slider_is_highlighted(explorer: Explorer) -> None:
    control = explorer.levers["catchup_share"]
    plain = control.label.value
    control.slider.value = 0.3
    assert "font-weight:700" in control.label.value
    control.slider.value = control.quantity.baseline
    assert control.label.value == plain


def test_the_world_moves_both_curves(model: Model, explorer: Explorer) -> None:
    before = _curves(explorer)
    explorer.levers["catchup_share"].slider.value = 0.3
    explorer.world["cost_growth_factor"].slider.value = 1.7
    after = _curves(explorer)
    world = {"cost_growth_factor": 1.7}
    np.testing.assert_array_equal(after[0], model.run(world=world, catchup_share=0.3)["capability_index"])
    np.testing.assert_array_equal(after[1], model.run(world=world)["capability_index"])
    assert (after[1] != before[1]).any()


def test_reset_returns_exactly_to_the_baseline(explorer: Explorer) -> None:
    before = _curves(explorer)
    explorer.strategy.value = "pure_catchup"
    explorer.scenario.value = "decoupling"
    explorer.levers["failure_tolerance"].slider.value = 0.9
    explorer.world["cost_growth_factor"].slider.value = 1.7
    assert any((now != then).any() for now, then in zip(_curves(explorer), before, strict=True))
    explorer.reset_button.click()
    for now, then in zip(_curves(explorer), before, strict=True):
        np.testing.assert_array_equal(now, then)
    assert explorer.changed_levers == explorer.changed_world == {}
    assert (explorer.strategy.value, explorer.scenario.value) == ("baseline", "central")


def test_a_strategy_and_a_scenario_can_be_started_from(model: Model, explorer: Explorer) -> None:
    explorer.strategy.value = "pure_catchup"
    explorer.scenario.value = "decoupling"
    run = model.run("pure_catchup", "decoupling")
    np.testing.assert_array_equal(_curves(explorer)[0], run["capability_index"])
    np.testing.assert_array_equal(
        _curves(explorer)[1], model.run("baseline", "decoupling")["capability_index"]
    )
    control = explorer.levers["catchup_share"]
    assert control.value == run.paths["catchup_share"].values[-1]
    assert "(baseline 0.8)" in control.label.value


def test_a_scenario_may_lie_outside_a_sliders_range(model: Model) -> None:
    explorer = explore(model, levers=[], outcomes=["capability_index"])
    explorer.start.value = "central"
    explorer.scenario.value = "decoupling"
    assert explorer.changed_world == {}
    explorer.reset()
    for name, control in explorer.world.items():
        assert (control.slider.min, control.slider.max) == tuple(model.world[name].range)


def test_other_outcomes_can_be_chosen(model: Model, explorer: Explorer) -> None:
    explorer.levers["catchup_share"].slider.value = 0.3
    explorer.outcomes.value = ("own_origin_share", "frontier_gap_months", "public_cost")
    curves = _curves(explorer)
    assert len(curves) == 6
    np.testing.assert_array_equal(curves[0], model.run(catchup_share=0.3)["own_origin_share"])
    explorer.levers["catchup_share"].slider.value = 0.5
    np.testing.assert_array_equal(_curves(explorer)[0], model.run(catchup_share=0.5)["own_origin_share"])


def test_a_setting_that_is_refused_leaves_the_curve_and_says_why(explorer: Explorer) -> None:
    slider = explorer.levers["catchup_share"].slider
    before = _curves(explorer)
    slider.max = 2.0
    slider.value = 1.5
    assert "catchup_share must be from 0 to 1" in explorer.message.value
    np.testing.assert_array_equal(_curves(explorer)[0], before[0])
    slider.value = 0.4
    assert explorer.message.value == ""


def test_a_saved_strategy_gives_the_same_curve_and_is_not_overwritten(
    model: Model, explorer: Explorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    explorer.strategy.value = "pure_exploration"
    explorer.levers["catchup_share"].slider.value = 0.37
    explorer.levers["fiscal_ai_rd"].slider.value = 222.0
    explorer.file_name.value = "my_mix"
    explorer.save_button.click()
    path = tmp_path / "strategies" / "my_mix.yaml"
    assert "saved as" in explorer.message.value
    run = model.run(str(path))
    np.testing.assert_array_equal(run["capability_index"], _curves(explorer)[0])
    assert model.strategy(str(path)).title.en == "my mix"
    written = path.read_bytes()
    explorer.levers["catchup_share"].slider.value = 0.5
    explorer.save_button.click()
    assert "exists already" in explorer.message.value
    assert path.read_bytes() == written


@pytest.mark.parametrize("name", ["", "../outside", "baseline", "a/b"])
def test_a_name_that_is_no_file_name_is_refused(
    explorer: Explorer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    explorer.file_name.value = name
    explorer.save_button.click()
    assert "saved" not in explorer.message.value
    assert not list(tmp_path.rglob("*.yaml"))


def test_names_that_are_not_known_are_told_all_at_once(model: Model) -> None:
    with pytest.raises(InputError) as caught:
        explore(model, levers=["catchup_shar"], outcomes=["adoption", "capability_index"])
    assert [fault.where for fault in caught.value.faults] == ["explore: levers", "explore: outcomes"]
    assert 'did you mean "catchup_share"' in str(caught.value)


def test_without_the_notebook_extra_the_message_says_what_to_install(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def missing(name: str, *arguments: Any, **options: Any) -> Any:
        if name == "anywidget":
            raise ImportError(name=name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(TwinTrackError, match=r"pip install \"twintrack\[notebook\]\""):
        explore(model)


@pytest.fixture
def ranged(
    small_content: Path, tmp_path: Path, put_posterior: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> Model:
    """A small content whose representative world is known."""
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "content"
    shutil.copytree(small_content, root)
    put_posterior(root)
    model = twintrack.load(root)
    publish_ranges(model)
    return model


def test_it_begins_in_the_representative_world_and_marks_it(ranged: Model) -> None:
    explorer = explore(ranged)
    assert explorer.start.value == "representative"
    assert ranged.ranges.ranges is not None
    world = ranged.ranges.ranges.about.world
    assert {name: control.value for name, control in explorer.world.items()} == pytest.approx(dict(world))
    assert all("(representative " in control.label.value for control in explorer.world.values())
    assert explorer.changed_world == {}
    gap = "frontier_gap_months"
    np.testing.assert_array_equal(explorer.current[gap], ranged.run(representative=True)[gap])
    explorer.strategy.value, explorer.scenario.value = "fast", "fast_leader"
    expected = ranged.run("fast", "fast_leader", representative=True)
    np.testing.assert_array_equal(explorer.current[gap], expected[gap])
    explorer.world["pace"].slider.value = 4.0
    expected = ranged.run("fast", "fast_leader", representative=True, world={"pace": 4.0})
    np.testing.assert_array_equal(explorer.current[gap], expected[gap])
    explorer.reset()
    explorer.start.value = "central"
    np.testing.assert_array_equal(explorer.current[gap], ranged.run()[gap])
    assert all("(central " in control.label.value for control in explorer.world.values())


def test_without_a_representative_world_it_begins_in_the_central_one(small_model: Model) -> None:
    explorer = explore(small_model)
    assert explorer.start.options == ("central",)
    assert not explorer.current.representative


def test_what_is_to_be_known_is_told_once_however_often_sliders_move(
    small_model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    Path("strategies").mkdir()
    Path("strategies/fast.yaml").write_text("levers: {catchup_share: 0.9}\n", encoding="utf-8")
    explorer = explore(small_model)
    with caplog.at_level("WARNING", "twintrack"):
        explorer.strategy.value = "fast"
        for value in (3.0, 4.0, 5.0):
            explorer.world["pace"].slider.value = value
    assert sum("takes the place of" in message for message in caplog.messages) == 1
