"""The same mistake, the same answer: from a single run, a comparison, an ensemble in memory or stored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from twintrack import Experiment
from twintrack.errors import InputError
from twintrack.inputs.paths import TimePath
from twintrack.model import Model

Way = Callable[..., Any]


@pytest.fixture
def ways(small_model: Model, tmp_path: Path) -> dict[str, Way]:
    """What a user may call with strategies, scenarios, world, worlds and outputs."""

    def run(strategies: Any = ("fast",), scenarios: Any = ("central",), world: Any = None) -> Any:
        (strategy,), (scenario,) = strategies, scenarios
        return small_model.run(strategy, scenario, world=world)

    def compare(strategies: Any = ("fast",), scenarios: Any = ("central",), world: Any = None) -> Any:
        (scenario,) = scenarios
        return small_model.compare(strategies, scenario, world=world)

    def experiment(asked: dict[str, Any]) -> Experiment:
        usual: dict[str, Any] = {"strategies": ("fast",), "worlds": 3, "model": small_model}
        usual["prior"] = isinstance(asked.get("worlds", 3), int)
        return Experiment(**(usual | asked))

    return {
        "run": run,
        "compare": compare,
        "memory": lambda **asked: experiment(asked).dataset(),
        "store": lambda **asked: experiment(asked).run(tmp_path / "store", workers=1),
    }


def table(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame({"pace": [2.5, 3.5], "strength": [9.0, 10.0]} | columns)


MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
    "a strategy twice": ({"strategies": ["fast", "fast"]}, "fast: is named twice; keep one, or give names"),
    "no strategy": ({"strategies": []}, "strategies: none is named"),
    "an unknown strategy": ({"strategies": ["fats"]}, 'did you mean "fast"'),
    "an unknown scenario": ({"scenarios": ["centrl"]}, 'did you mean "central"'),
    "a scenario twice": ({"scenarios": ["central", "central"]}, "central: is named twice; keep one"),
    "no scenario": ({"scenarios": []}, "scenarios: none is named"),
    "an unknown world parameter": ({"world": {"pac": 3.0}}, 'did you mean "pace"'),
    "a world value that is no number": ({"world": {"pace": "much"}}, "pace=much"),
    "a missing value in a table": (
        {"worlds": table(pace=[2.5, np.nan])},
        "pace: the value in row 2 is missing",
    ),
    "an unknown column in a table": ({"worlds": table(pac=[1.0, 1.0])}, 'did you mean "pace"'),
    "a label twice": (
        {"worlds": table(world=[1, 1])},
        '"world" labels the rows, and 1 stands more than once',
    ),
    "an unknown output": ({"outputs": ["frontier_gap"]}, 'did you mean "frontier_gap_months"'),
    "no world": ({"worlds": 0}, "at least 1 world is needed, not 0"),
}
ONE_STRATEGY = {"a strategy twice", "no strategy"}
ONE_SCENARIO = {"a scenario twice", "no scenario"}


def takes(way: str, mistake: str) -> bool:
    """Whether a mistake can be made in this way: a run has one strategy, one scenario and one world."""
    keys = set(MISTAKES[mistake][0])
    if way in ("run", "compare") and (keys & {"worlds", "outputs"} or mistake in ONE_SCENARIO):
        return False
    return not (way == "run" and mistake in ONE_STRATEGY)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_gets_the_same_answer_in_every_way(ways: dict[str, Way], mistake: str) -> None:
    asked, expected = MISTAKES[mistake]
    told = {}
    for way, call in ways.items():
        if takes(way, mistake):
            with pytest.raises(InputError) as caught:
                call(**asked)
            told[way] = str(caught.value)
    assert len(told) >= 2
    assert len(set(told.values())) == 1, told
    assert expected in next(iter(told.values()))


def test_all_mistakes_are_told_at_once(ways: dict[str, Way]) -> None:
    wrong = {"strategies": ["fats"], "scenarios": ["centrl"], "world": {"pac": 3.0}}
    for call in ways.values():
        with pytest.raises(InputError) as caught:
            call(**wrong)
        assert len(str(caught.value).splitlines()) == 3


def test_a_value_outside_its_range_is_noted_once_and_used(
    ways: dict[str, Way], caplog: pytest.LogCaptureFixture
) -> None:
    for way, call in ways.items():
        caplog.clear()
        with caplog.at_level(logging.WARNING, "twintrack"):
            call(world={"pace": 11.0})
        notes = [message for message in caplog.messages if "pace" in message]
        assert notes == ["note: pace is set outside its range, 2 to 9"], way


def test_before_the_first_date_of_a_value_every_world_stays_as_drawn(ways: dict[str, Way]) -> None:
    asked = {"worlds": table(pace=[2.5, 8.0]), "outputs": ["frontier_gap_months", "pace"], "times": "all"}

    plain, dated = (
        ways["memory"](**asked, world=world).isel(scenario=0, strategy=0)
        for world in ({}, {"pace": {2030: 4.0}})
    )

    until = plain["time"] <= 2030
    assert (plain["frontier_gap_months"] == dated["frontier_gap_months"]).where(until, True).all()
    assert plain["pace"].values[:, 0].tolist() == dated["pace"].values[:, 0].tolist() == [2.5, 8.0]
    assert (dated["pace"].where(~until) == 4.0).sum() == 2 * (~until).sum()


@pytest.mark.slow
def test_a_date_for_what_counts_only_at_the_start_is_noted(
    model: Model, caplog: pytest.LogCaptureFixture
) -> None:
    dated = {name: {2030: model.world[name].value} for name in ("initial_run_cost", "cost_growth_factor")}

    with caplog.at_level(logging.WARNING, "twintrack"):
        model.run(world=dated, engine="numpy")

    note = "note: initial_run_cost counts only at the start of 2016: a later date changes nothing"
    assert [message for message in caplog.messages if "counts only" in message] == [note]


def test_a_path_of_an_unknown_name_is_told(small_model: Model) -> None:
    with pytest.raises(InputError, match='pac: no variable of this name; did you mean "pace"'):
        small_model.run("fast", world={"pac": TimePath.constant(3.0)})


@pytest.mark.parametrize("way", ["memory", "store"])
def test_values_of_a_table_outside_their_range_are_noted(
    ways: dict[str, Way], way: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "twintrack"):
        ways[way](worlds=table(pace=[2.5, 11.0]))
    assert "note: worlds: pace is outside its range, 2 to 9, in 1 row, first in row 2 (11)" in caplog.messages


def test_memory_and_store_give_the_same(ways: dict[str, Way]) -> None:
    worlds = table().set_axis(["mild", "harsh"], axis=0)
    asked = {"strategies": ["fast", "turning"], "worlds": worlds}
    memory, stored = ways["memory"](**asked), ways["store"](**asked)
    assert memory["world"].values.tolist() == ["mild", "harsh"]
    assert memory.identical(stored.dataset())
    assert stored.frame()["world"].unique().tolist() == ["mild", "harsh"]
    assert stored.worlds().index.tolist() == ["mild", "harsh"]


def test_two_settings_of_one_strategy_stand_side_by_side(small_model: Model, ways: dict[str, Way]) -> None:
    more = small_model.strategy("fast", fiscal_ai_rd=120)
    named = {"plain": "fast", "more money": more}
    comparison = small_model.compare(named)
    assert list(comparison.runs) == ["plain", "more money"] and comparison.differing == ["fiscal_ai_rd"]
    memory = ways["memory"](strategies=named)
    assert memory["strategy"].values.tolist() == ["plain", "more money"]
    assert ways["store"](strategies=named).strategies == ["plain", "more money"]
    cost = memory["public_cost_pv"].isel(scenario=0, time=-1)
    assert (cost.sel(strategy="more money") > cost.sel(strategy="plain")).all()


def test_the_name_of_the_baseline_is_kept_for_it(small_model: Model) -> None:
    with pytest.raises(InputError, match="baseline: is what others are compared with"):
        small_model.compare({"baseline": "fast"})


@pytest.mark.parametrize("way", ["memory", "store"])
@pytest.mark.parametrize("asked", [{"worlds": 3}, {"worlds": table()}, {"worlds": 5, "seed": 9}])
def test_results_carry_the_worlds_that_they_were_computed_in(
    ways: dict[str, Way],
    way: str,
    asked: dict[str, Any],
    small_model: Model,
) -> None:
    """Each world that a result names, run by itself, gives that result again."""
    found = ways[way](**asked)
    results = found.dataset() if way == "store" else found
    worlds = results["parameters"].to_pandas()
    assert list(worlds) == ["pace", "strength"] and worlds.index.equals(results["world"].to_index())
    for label, world in worlds.iterrows():
        alone = small_model.run("fast", world=world.to_dict())
        cell = results["frontier_gap_months"].sel(world=label, time=2040).item()
        assert cell == pytest.approx(alone.at("frontier_gap_months", [2040])[0], rel=1e-12)


def test_worlds_without_a_number_are_told_in_memory_too(
    ways: dict[str, Way], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "twintrack"):
        ways["memory"](worlds=table(pace=[2.5, 1e308]), strategies=["fast"])
    told = "note: 1 of 2 worlds have outputs that are no finite numbers: fast under central"
    assert told in caplog.messages
