"""Constants one at a time: what is told of each of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from question.felt.constants import YEARS, constant_answers, constant_effects, settings, told, whole_yardstick
from question.felt.inputs import Bench
from question.felt.reasons import DEFINED, FELT_AT_AN_END, FELT_WHEN_CUT, STILL, reason
from question.felt.spreads import FELT, judged, simulated, spreads
from twintrack.inputs.mechanisms import cut_names, read_mechanisms
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model
from twintrack.names import split_element

pytestmark = pytest.mark.slow


@pytest.fixture
def worlds(small_model: Model) -> pd.DataFrame:
    return small_model.draw_worlds(20, seed=1, prior=True)


@pytest.fixture
def table(small_model: Model, worlds: pd.DataFrame) -> pd.DataFrame:
    found = constant_effects(small_model, whole_yardstick(small_model, worlds))
    return found.set_index("constant", drop=False)


def test_half_the_middle_two_thirds_is_the_measure() -> None:
    normal = np.random.default_rng(1).normal(5, 2, 20_000)
    values = np.stack([normal, np.full(20_000, 3.0), np.append(normal[1:], 1e9)])[:, None]
    stick = spreads(("a", "b", "c"), values)
    assert stick.spread[[0, 2], 0] == pytest.approx(2, rel=0.03)
    assert [name.split()[0] for name in stick.still] == ["b"]
    assert stick.effects(np.ones((3, 1, 1)))[1] == 0


def test_every_constant_but_levers_has_a_row(small_model: Model, table: pd.DataFrame) -> None:
    kinds = {name: item.kind for name, item in small_model.equations.variables.items()}
    assert set(table.index) == {name for name, kind in kinds.items() if kind == "constant"} - set(
        small_model.levers
    )


def test_an_effect_is_the_difference_over_the_spread(
    small_model: Model, worlds: pd.DataFrame, table: pd.DataFrame
) -> None:
    """The gap in a year is linear in the pace: a fifth more of it, over the years, over the spread."""
    stick = whole_yardstick(small_model, worlds)
    place = stick.outcomes.index("frontier_gap_months")
    pace = small_model.world["pace"].value
    expected = [0.2 * pace * (year - 2024) / stick.spread[place, at] for at, year in enumerate(stick.years)]
    row = table.loc["pace"]
    assert row["effect"] == pytest.approx(max(expected), rel=1e-6)
    assert row["outcome"] == row["headline"] == "frontier_gap_months" and row["drawn"]


def test_what_nothing_follows_from_is_told_as_such(table: pd.DataFrame) -> None:
    assert table.loc["slowing", "effect"] == 0 and not table.loc["slowing", "drawn"]
    summary, _, still, *_ = constant_answers(table)
    assert "slowing" in [row[0] for row in still.rows] and "pace" not in str(still)
    assert {row[0]: row[1] for row in summary.rows}["constants that count"] == str(
        table["kind"].isin(["number", "date"]).sum()
    )


def test_all_outcomes_and_the_past_count_and_those_judged_later_are_told_beside(
    small_model: Model, worlds: pd.DataFrame, table: pd.DataFrame
) -> None:
    stick = whole_yardstick(small_model, worlds)
    assert stick.outcomes == tuple(small_model.outcomes)
    assert stick.years == tuple(year for year in YEARS if year >= small_model.equations.time.initial)
    assert (table["judged_effect"] <= table["effect"]).all()
    changed = table.assign(judged_effect=0.0)
    rows = {row[0]: row[1] for row in constant_answers(changed)[0].rows}
    counted = changed["kind"].isin(["number", "date"]).sum()
    assert rows["the same of outcomes that can be better, from 2030 on"] == f"{counted} (100.0%)"
    assert rows[f"move no outcome by {FELT:g} of its spread"] != f"{counted} (100.0%)"


def test_what_moves_nothing_and_what_is_not_drawn_has_a_reason(model: Model) -> None:
    table = constant_effects(model, whole_yardstick(model, model.draw_worlds(300, seed=1)))
    _, still, loud = told(table)
    assert len(still) > 0 < len(loud)
    assert [name for name in still["constant"] if not reason(name, STILL)] == []
    assert [name for name in loud["constant"] if not reason(name, DEFINED)] == []


def test_reasons_are_about_constants_of_the_model_and_each_has_one(model: Model) -> None:
    for reasons in (STILL, DEFINED):
        names = " ".join(reasons.values()).split()
        assert len(set(names)) == len(names)
        assert {model.equations.variables[name].kind for name in names} == {"constant"}


def test_what_is_said_to_be_felt_when_cut_is_cut_by_a_mechanism_that_is_felt(model: Model) -> None:
    _, mechanisms = read_mechanisms(model.content / "model" / "mechanisms.csv")
    cut = {
        split_element(name)[0]
        for entry in mechanisms.values()
        if entry.status == "felt"
        for name in cut_names(entry.cut)
    }
    assert set(STILL[FELT_WHEN_CUT].split()) <= cut


def test_what_is_said_to_be_felt_at_an_end_of_its_range_is_felt_there(model: Model) -> None:
    names = STILL[FELT_AT_AN_END].split()
    ends = [(name, value) for name in names for value in (model.world[name].low, model.world[name].high)]
    stick = whole_yardstick(model, model.draw_worlds(300, seed=1))
    bench = Bench(model, stick.outcomes, years=stick.years)
    largest = np.zeros(len(ends))
    for setting in settings(model):
        plan, _ = model.at_budget(model.strategy(setting.strategy), setting.scenario)
        given = bench.given(model.scenario(setting.scenario).world)
        given = {name: np.repeat(value[..., None], len(ends) + 1, axis=-1) for name, value in given.items()}
        for run, (name, value) in enumerate(ends, start=1):
            given[name][..., run] = value
        found = bench.run(given, plan, len(ends) + 1)
        effects = np.abs(stick.effects(found[..., 1:] - found[..., :1]))
        largest = np.maximum(largest, effects.max(axis=(0, 1)))
    felt = {name for (name, _), effect in zip(ends, largest, strict=True) if effect >= FELT}
    assert felt == set(names)


def test_dates_move_by_years_and_not_by_centuries(table: pd.DataFrame) -> None:
    assert table.loc["future_start", "kind"] == "date"
    assert table.loc["switch_ramp", "kind"] == "control"


@pytest.mark.parametrize("scenario", ["central", "fast_leader"])
def test_runs_with_all_constants_given_are_those_of_an_ensemble(
    small_model: Model, worlds: pd.DataFrame, scenario: str
) -> None:
    """Also where a scenario dates what is drawn, and where more constants are dated than scenarios do."""
    bench = Bench(small_model, judged(small_model), dated=["pace", "slowing"])
    draws = {name: worlds[name].to_numpy() for name in worlds}
    given = bench.given(small_model.scenario(scenario).world, draws, len(worlds))
    found = bench.run(given, small_model.strategy(BASELINE), len(worlds))
    ensemble = simulated(small_model, {"today": BASELINE}, worlds, scenario)["today"]
    assert np.ptp(found[0, -1]) > 0
    np.testing.assert_allclose(found, ensemble, rtol=1e-12)
