"""Strategies that switch once the gap has been small for long enough, in a model of one stock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_history import SMALL

import twintrack
from twintrack.engines.registry import ENGINES
from twintrack.errors import InputError
from twintrack.inputs.paths import TimePath
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.switches import Switch
from twintrack.model import Model
from twintrack.runs.equal_cost import COST, equal_cost, scaled
from twintrack.runs.switching import followed_series, lever_inputs

STEP = 0.0625
TIMES = 2024 + STEP * np.arange(257)
SAVED = slice(None, None, 4)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the strategies of the checkout, which are those of another model, out of the way."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def small() -> Model:
    """A model whose gap falls with the share of means that catch up."""
    return twintrack.load(SMALL)


@pytest.fixture(scope="module")
def turning(small: Model) -> Callable[..., Strategy]:
    """Gives the strategy "turning" with another trigger."""

    def turning(**changes: Any) -> Strategy:
        plan = small.strategy("turning")
        assert plan.switch is not None
        return replace(plan, switch=replace(plan.switch, **changes))

    return turning


def by_hand(plan: Strategy, pace: float = 3.0) -> dict[str, np.ndarray]:
    """Step through the model and the switch by Euler's method; values at every step."""
    switch = plan.switch
    below, hold, ramp = (switch.below, switch.for_years, switch.ramp_years) if switch else (0.0, 1.0, 2.0)
    first = plan.paths["catchup_share"].over_steps(TIMES)
    second = (switch.paths if switch else plan.paths)["catchup_share"].over_steps(TIMES)
    gap, share, since = 24.0, 0.0, None
    rows = []
    for time, one, other in zip(TIMES, first, second, strict=True):
        used = one + share * (other - one)
        rows.append((used, gap, share))
        low = time >= 2026 and below > 0 and gap < below
        since = (time if since is None else since) if low else None
        if share > 0 or (low and time - since >= hold):
            share = min(1.0, share + STEP / max(ramp, STEP))
        gap += STEP * (pace - 10 * used)
    columns = np.array(rows).T
    return dict(zip(("catchup_share", "frontier_gap_months", "policy_switch"), columns, strict=True))


def start(share: np.ndarray) -> float:
    """Give the time at which a path of the share, at every step, begins to move."""
    return float(TIMES[np.flatnonzero(share > 0)[0] - 1]) if (share > 0).any() else np.inf


@pytest.mark.parametrize("engine", list(ENGINES))
@pytest.mark.parametrize(
    "trigger",
    [
        {"below": 3.0},
        {"below": 6.0},
        {"below": 12.0},
        {"below": 12.0, "for_years": 0.0},
        {"below": 6.0, "ramp_years": 0.0},
        {"below": 6.0, "for_years": 0.4, "ramp_years": 0.7},
    ],
    ids=str,
)
def test_the_levers_go_over_once_the_gap_has_been_small_for_long_enough(
    small: Model, turning: Callable[..., Strategy], trigger: Mapping[str, float], engine: Any
) -> None:
    plan = turning(**trigger)
    expected = by_hand(plan)
    assert TIMES[0] < start(expected["policy_switch"]) < TIMES[-1]
    run = small.run(plan, engine=engine)
    for name, values in expected.items():
        np.testing.assert_allclose(run[name], values[SAVED], rtol=1e-12, atol=1e-12, err_msg=name)


def test_a_smaller_gap_is_waited_for_longer_and_held_as_long_as_asked(
    turning: Callable[..., Strategy],
) -> None:
    """The hand-made steps themselves: the switch begins a hold time after the gap was first below."""
    starts = []
    for below in (12.0, 6.0, 3.0):
        for years in (0.0, 1.0):
            found = by_hand(turning(below=below, for_years=years))
            first = TIMES[np.flatnonzero((found["frontier_gap_months"] < below) & (TIMES >= 2026))[0]]
            assert start(found["policy_switch"]) == first + years
        starts.append(start(found["policy_switch"]))
    assert starts == sorted(starts) and len(set(starts)) == 3


@pytest.mark.parametrize("engine", list(ENGINES))
@pytest.mark.parametrize("years", [0.0, 1.5])
def test_the_levers_go_over_once_the_pace_has_been_low_for_long_enough(
    small: Model, turning: Callable[..., Strategy], engine: Any, years: float
) -> None:
    """The pace falls from 1 in 2026 by an eighth a year and is below a half from the step after 2030 on."""
    plan = turning(outcome="scale_pace", below=0.5, for_years=years)
    run = small.run(plan, engine=engine)
    moved = np.clip((TIMES - (2030 + STEP + years)) / 2, 0, 1)
    np.testing.assert_allclose(run["policy_switch"], moved[SAVED], rtol=1e-12, atol=1e-12)
    assert (run["switch_gap_months"] == 0).all()


def test_only_what_the_file_names_is_waited_for(small: Model, turning: Callable[..., Strategy]) -> None:
    """The pace falls below zero, which would be below every trigger, and the gap too."""
    by_gap = small.run(turning(below=1e-9, for_years=0.0))
    by_pace = small.run(turning(outcome="scale_pace", below=1e-9, for_years=0.0))
    assert (by_gap["switch_scale_pace"] == 0).all() and (by_pace["switch_gap_months"] == 0).all()
    assert by_gap["policy_switch"][-1] == by_pace["policy_switch"][-1] == 1
    assert (by_gap["policy_switch"] != by_pace["policy_switch"]).any()


def test_it_never_goes_back(small: Model) -> None:
    run = small.run("turning")
    gap, share = run["frontier_gap_months"], run["policy_switch"]
    assert gap.min() < 6 < gap[-1]
    assert (np.diff(share) >= 0).all() and share[-1] == 1


def test_a_break_starts_the_count_again(small: Model, turning: Callable[..., Strategy]) -> None:
    levers = {"catchup_share": {2026: 0.9, 2028.5: [0.9, 0], 2029.5: [0, 0.9]}}
    plan = small.strategy(turning(below=6.0, for_years=1.0), **levers)
    expected = by_hand(plan)
    early = (TIMES >= 2026) & (expected["policy_switch"] == 0)
    low = (expected["frontier_gap_months"] < 6)[early]
    assert np.diff(low.astype(int)).tolist().count(-1) == 1, "the gap must leave once"
    assert low.sum() * STEP > 1
    np.testing.assert_allclose(small.run(plan)["policy_switch"], expected["policy_switch"][SAVED], rtol=1e-12)


def test_nothing_is_counted_before_policies_begin(small: Model, turning: Callable[..., Strategy]) -> None:
    share = small.run(turning(below=30.0))["policy_switch"]
    times = TIMES[SAVED]
    assert (share[times <= 2027] == 0).all()
    assert share[times == 2027.25] == 0.125


def test_a_trigger_that_is_never_reached_changes_no_bit(
    small: Model, turning: Callable[..., Strategy]
) -> None:
    never, plain = small.run(turning(below=1e-9), engine="numpy"), small.run("fast", engine="numpy")
    assert plain["frontier_gap_months"].min() < 0
    held_back = small.run(turning(below=12.0, for_years=50.0), engine="numpy")
    for name in held_back.labels:
        if name not in ("condition_held", "switch_condition", "switch_gap_months", "switch_hold_time"):
            np.testing.assert_array_equal(held_back[name], plain[name], err_msg=name)
    assert never["policy_switch"][-1] == 1


def test_a_run_tells_when_its_strategy_has_switched(small: Model, turning: Callable[..., Strategy]) -> None:
    run = small.run("turning")
    moved = small.equations.time.saved[run["policy_switch"] > 0]
    assert run.switched_at == moved[0]
    assert small.run(turning(below=-100.0)).switched_at is None
    assert small.run("fast").switched_at is None


def test_a_strategy_without_a_switch_never_switches(small: Model) -> None:
    run = small.run("fast")
    assert run["frontier_gap_months"].min() < 0
    assert run["policy_switch"].max() == 0
    assert run.switch is None


@pytest.mark.parametrize("below", [3.0, 6.0, 12.0])
def test_a_date_does_what_the_trigger_does_when_its_moment_comes_then(
    small: Model, turning: Callable[..., Strategy], tmp_path: Path, below: float
) -> None:
    """Both levers are steady by then. A trigger is seen at a step, and acts from the next one on."""
    waiting = turning(below=below, ramp_years=0.0, paths=small.strategy("baseline").paths)
    moment = start(by_hand(waiting)["policy_switch"])
    assert moment >= 2028
    dated = tmp_path / "dated.yaml"
    switch = f"switch: {{to: baseline, when: {{date: {moment + STEP}}}, ramp_years: 0}}"
    dated.write_text(f"extends: fast\n{switch}\n", encoding="utf-8")
    one, other = small.run(waiting), small.run(str(dated))
    assert other["policy_switch"].max() == 0 and other.switch is None
    for name in ("catchup_share", "fiscal_ai_rd", "frontier_gap_months", COST):
        np.testing.assert_allclose(one[name], other[name], rtol=1e-11, atol=1e-11, err_msg=name)
    worlds = pd.DataFrame({"pace": [2.0, 3.0]})
    cells = small.ensemble([str(dated)], worlds=worlds, outputs=["catchup_share"])["catchup_share"]
    np.testing.assert_array_equal(cells.isel(world=0), cells.isel(world=1))


def test_a_trigger_moves_the_levers_to_where_the_way_over_is_when_a_step_begins(
    small: Model, turning: Callable[..., Strategy], tmp_path: Path
) -> None:
    """What a step brings is not known when it begins; a date is, and enters as the mean over the step."""
    waiting = turning(below=6.0, paths=small.strategy("baseline").paths)
    moment = start(by_hand(waiting)["policy_switch"])
    dated = tmp_path / "dated.yaml"
    dated.write_text(f"extends: fast\nswitch: {{to: baseline, when: {{date: {moment}}}}}\n", encoding="utf-8")
    path = small.strategy(str(dated)).paths["catchup_share"]

    one, other = small.run(waiting), small.run(str(dated))

    late = TIMES[SAVED] >= moment
    expected = path.at(TIMES[SAVED])[late], path.over_steps(TIMES)[SAVED][late]
    for run, values in zip((one, other), expected, strict=True):
        np.testing.assert_allclose(run["catchup_share"][late], values, rtol=1e-12)


def test_every_world_switches_at_its_own_time_or_never(small: Model) -> None:
    paces = np.linspace(2, 9, 20)
    worlds = pd.DataFrame({"pace": paces})
    outputs = ["frontier_gap_months", "policy_switch", "catchup_share", COST]
    cells = small.ensemble(["turning", "fast"], worlds=worlds, outputs=outputs).isel(scenario=0)
    plan = small.strategy("turning")
    starts = [start(by_hand(plan, pace)["policy_switch"]) for pace in paces]
    assert len(set(starts)) > 5 and np.inf in starts
    for world, pace in enumerate(paces):
        run = small.run("turning", world={"pace": pace})
        for name in outputs:
            cell = cells[name].sel(strategy="turning", world=world)
            np.testing.assert_allclose(cell, run[name], rtol=1e-12, atol=1e-12, err_msg=name)
        expected = by_hand(plan, pace)["policy_switch"][SAVED]
        np.testing.assert_allclose(run["policy_switch"], expected, rtol=1e-12, atol=1e-12)
    alone = small.ensemble(["fast"], worlds=worlds, outputs=outputs).isel(scenario=0)
    for name in outputs:
        np.testing.assert_array_equal(cells[name].sel(strategy="fast"), alone[name].sel(strategy="fast"))


def test_an_ensemble_gives_the_same_numbers_every_time(small: Model) -> None:
    first, second = (small.ensemble(["turning"], worlds=70, seed=4, prior=True) for _ in range(2))
    assert first.equals(second)


def test_levers_set_on_top_hold_before_and_after(small: Model) -> None:
    run = small.run("turning", catchup_share=0.85)
    assert run["policy_switch"][-1] == 1
    assert run.at("catchup_share", [2028.0, 2040.0]).tolist() == [0.85, 0.85]
    assert run.at("fiscal_ai_rd", [2040.0]) == 120


def test_another_step_gives_nearly_the_same(small: Model) -> None:
    finer = small.run("turning", time_step=STEP / 2)
    usual = small.run("turning")
    assert np.abs(finer["policy_switch"] - usual["policy_switch"]).max() < 2 * STEP
    same = small.run("turning", time_step=STEP / 2, engine="numpy")
    np.testing.assert_allclose(finer["frontier_gap_months"], same["frontier_gap_months"], rtol=1e-12)


@pytest.mark.parametrize("time_step", [None, STEP / 2])
def test_the_levers_as_followed_make_the_same_run_without_a_switch(
    small: Model, time_step: float | None
) -> None:
    """Plain series at every step, between the saved ones, too, for engines that cannot blend."""
    plan = small.strategy("turning")
    grid = small.equations.time.with_step(time_step)
    given = lever_inputs(plan, small.equations, grid.times)
    assert given.blend is not None
    series = followed_series(small.equations, given.constants, given.series, given.blend, time_step)
    if time_step is None:
        np.testing.assert_allclose(series["catchup_share"], by_hand(plan)["catchup_share"], rtol=1e-12)
    from twintrack.engines import NumpyEngine

    plain = NumpyEngine(small.equations).run(given.constants, series, time_step=time_step)
    run = small.run("turning", time_step=time_step, engine="numpy")
    for name in ("frontier_gap_months", "policy_switch", "catchup_share", COST):
        np.testing.assert_allclose(plain[name][:, 0], run[name], rtol=1e-12, err_msg=name)


def test_money_is_scaled_before_and_after_until_the_cost_is_the_baselines(small: Model) -> None:
    table, plan = small.lever_table, small.strategy("turning")
    half = scaled(plan, 0.5, table)
    late = np.linspace(2028, 2040, 7)
    for one, other in ((half.paths, plan.paths), (half.switch.paths, plan.switch.paths)):  # type: ignore[union-attr]
        np.testing.assert_allclose(one["fiscal_ai_rd"].at(late), other["fiscal_ai_rd"].at(late) / 2)
        assert one["catchup_share"] == other["catchup_share"]
    fitted, factor = equal_cost(small, "turning")
    assert factor < 1
    assert small.run(fitted)[COST][-1] == pytest.approx(small.run()[COST][-1], rel=1e-9)
    assert small.run(fitted)["policy_switch"][-1] == 1


def test_the_range_of_what_it_switches_to_limits_the_factor(
    small: Model, turning: Callable[..., Strategy]
) -> None:
    plan = turning()
    assert plan.switch is not None
    paths = {
        **plan.switch.paths,
        "fiscal_ai_rd": TimePath.through([(2026.0, 0.0), (2039.0, 0.0), (2040.0, 590.0)]),
    }
    poor = replace(plan.switch, below=30.0, for_years=0.0, paths=paths)
    with pytest.raises(InputError, match=r"multiplied with 1\.02"):
        equal_cost(small, replace(plan, switch=poor))


def test_a_comparison_tells_the_switch(small: Model) -> None:
    comparison = small.compare(["fast", "turning"])
    rows = {row[0]: row[1:] for row in comparison.lever_rows()}
    words = "to open over 2 years, once frontier_gap_months has been below 6 for 1 year"
    assert rows["switch"] == ["", "none", words]
    before = "0.5 in 2026, 0.9 in 2028"
    assert rows["catchup_share"] == ["1", before, f"{before}; after the switch 0.5 in 2026, 0.1 in 2034"]
    told = comparison.to_dict()
    assert told["runs"]["fast"]["switch"] is None
    assert told["runs"]["turning"]["switch"] == {
        "to": "open",
        "when": {"outcome": "frontier_gap_months", "below": 6.0, "for_years": 1.0},
        "ramp_years": 2.0,
    }
    knots = told["levers"]["catchup_share"]["strategies"]
    assert "after_switch" not in knots["fast"]
    assert knots["turning"]["values"] == [0.5, 0.9]
    assert knots["turning"]["after_switch"] == {"time": [2026.0, 2034.0], "values": [0.5, 0.1]}
    assert [row[0] for row in small.compare(["fast", "open"]).lever_rows()] == [
        "fiscal_ai_rd",
        "catchup_share",
    ]


def test_the_variables_of_the_switch_tell_which_strategies_switch(small: Model) -> None:
    told = (
        "strategy turning switches to open over 2 years, once frontier_gap_months has been below 6 for 1 year"
    )
    for name in ("policy switch", "switch_gap_months"):
        assert small.explain(name).roles == (told,)
    assert small.explain("pace").roles[0].startswith("world parameter pace")


def test_a_model_without_a_switch_refuses(
    small: Model, tmp_path: Path, turning: Callable[..., Strategy]
) -> None:
    import shutil

    root = tmp_path / "content"
    shutil.copytree(SMALL, root)
    file = root / "model" / "twintrack.mdl"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("policy switch", "other stock"), encoding="utf-8")
    with pytest.raises(InputError, match=r'strategy "turning": .* the model has no policy_switch'):
        twintrack.load(root).run(turning())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "to open over 2 years, once frontier_gap_months has been below 6 for 1 year"),
        ({"for_years": 0.5}, "to open over 2 years, once frontier_gap_months has been below 6 for 0.5 years"),
        ({"for_years": 0.0, "ramp_years": 0.0}, "to open at once, once frontier_gap_months has been below 6"),
        ({"ramp_years": 1.0}, "to open over 1 year, once frontier_gap_months has been below 6 for 1 year"),
    ],
)
def test_a_switch_says_what_it_is(changes: Mapping[str, float], words: str) -> None:
    assert str(replace(Switch("open", "frontier_gap_months", 6.0, 1.0, 2.0, {}), **changes)) == words
