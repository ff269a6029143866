"""What the core must answer: people, chips, stages, programmes, practice, the leader, and doors.

Statements on worlds hold among 200 that the ranges allow. Each says how many of them must agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from field_tests.laboratory import Saved
from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.equations.structure import Array
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs.arrays import lever_series, world_arrays

pytestmark = pytest.mark.slow

WORLDS = 200
SEED = 11
YEARS = (2030.0, 2035.0, 2040.0)
LEADER, SCALE = 1, 0

DOORS = ("knowledge_openness", "open_source_release", "trade_openness", "own_securitisation")
"""Index levers that are rules and no programmes: they take no administrative capacity."""

LEVELS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8, 1.0)
STAGE_SHARES = (0.05, 0.15, 0.25, 0.35, 0.45, 0.55)
CHIPS_AND_RESEARCH = 480.0
"""Public money for chips and research together, bn CNY a year."""

OPEN = {"knowledge_openness": 0.9, "open_source_release": 0.9, "own_securitisation": 0.1}
CLOSED = {"knowledge_openness": 0.1, "open_source_release": 0.1, "own_securitisation": 0.9}
ANSWERS = {
    "race_capital": 2.0,
    "control_response": 1.0,
    "secrecy": 1.0,
}
"""The leader's answers, each at the upper end of its range."""


CONTROLS = ("export_control", "tool_control")
POLICIES = ("leader_openness_policy", *CONTROLS)
"""What the leader sets by itself; trust, which doors build, also widens what it lets others read."""

ANSWERED = ("largest_run", "leader_openness_policy", *CONTROLS)


@pytest.fixture(scope="module")
def draws(model: Model) -> pd.DataFrame:
    return model.sample_worlds(WORLDS, SEED)


def in_worlds(model: Model, plan: Strategy, worlds: pd.DataFrame, outcome: str, year: float) -> Array:
    """Give an outcome of one strategy in one year, shape (worlds,)."""
    data = model.ensemble([plan], worlds=worlds)[outcome]
    values: Array = data.isel(scenario=0, strategy=0).sel(time=year).to_numpy()
    return values


# People


def test_researchers_of_home_origin_do_not_become_the_whole_top_of_the_world(model: Model) -> None:
    """They were a twelfth in 2016 and near half in 2022; a contest for fixed places leaves others in it."""
    share = model.run("baseline").variables["top_talent_share_by_origin"]
    assert share[2022.0] > 2 * share[2016.0]
    assert share.max() < 0.75


# Chips


def test_money_for_chips_buys_compute_that_is_kept_and_costs_capability_and_income(model: Model) -> None:
    """The same money for research instead: more capability and income, less that a blockade would leave."""
    chips, research = (
        model.run(domestic_chip_invest=money, fiscal_ai_rd=CHIPS_AND_RESEARCH - money).outcomes
        for money in (400.0, 80.0)
    )
    kept = chips["compute_kept"] - research["compute_kept"]
    assert kept[list(YEARS)].max() >= 0.2
    for outcome in ("capability_index", "ai_income"):
        assert (chips[outcome] < research[outcome])[list(YEARS)].all(), outcome


# Stages


def best_share(model: Model, year: float, world: Mapping[str, float]) -> float:
    """Give the share of public research money for basic work that yields the most capability."""
    capability = [
        model.run(stage_share_basic=share, world=world).outcomes["capability_index"][year]
        for share in STAGE_SHARES
    ]
    return STAGE_SHARES[int(np.argmax(capability))]


@pytest.mark.parametrize("year", [2030.0, 2035.0])
def test_some_basic_work_is_best_and_not_as_much_as_possible(model: Model, year: float) -> None:
    assert STAGE_SHARES[0] < best_share(model, year, {}) < STAGE_SHARES[-1]


def test_basic_work_pays_later_than_applied_work(model: Model) -> None:
    """What an ordinary share brings over hardly any grows with time; a large one never pays in full."""
    much, some, little = (
        model.run(stage_share_basic=share)["capability_index"] for share in (0.55, 0.2, 0.05)
    )
    years = model.run().time
    gained, lost = (
        [float((some - other)[years == year][0]) for year in (2030.0, 2035.0, 2040.0)]
        for other in (little, much)
    )
    assert 0 < gained[0] < gained[1] < gained[2]
    assert min(lost) > 0
    assert lost[2] / lost[0] < gained[2] / gained[0], "what is lost by too much of it grows more slowly"


def test_more_basic_work_brings_breakthroughs_forward(model: Model) -> None:
    """Whatever else it costs: the clock of the new road runs faster."""
    clock = [
        float(model.run(**levers).variables["hazard_sum[home]"].iloc[-1])
        for levers in ({}, {"stage_share_basic": STAGE_SHARES[-1]})
    ]
    assert clock[1] > 1.02 * clock[0]


# Programmes


@pytest.mark.parametrize("year", YEARS)
def test_all_programmes_together_have_a_best_level_short_of_their_full_extent(
    model: Model, draws: pd.DataFrame, year: float
) -> None:
    """Even with a budget that grows with them: one administration carries them all."""
    names = [name for name, lever in model.levers.items() if lever.kind == "index" and name not in DOORS]
    capability = []
    for level in LEVELS:
        plan = replace(model.strategy("baseline", **dict.fromkeys(names, level)), name=f"all at {level:g}")
        capability.append(in_worlds(model, plan, draws, "capability_index", year))
    best = np.argmax(capability, axis=0)
    assert ((best > 0) & (best < len(LEVELS) - 1)).mean() >= 0.8


# Practice


def capability_without_practice(model: Model, draws: pd.DataFrame, cut: bool) -> Array:
    """Give capability in the report years, shape (years, worlds); practice poses no problems from 2026 on."""
    equations, times = model.equations, model.equations.time.times
    dated = model.world_values({"problem_need": {2026.0: 0.0}}) if cut else {}
    sampled = {str(name): values.to_numpy() for name, values in draws.items()}
    world = world_arrays(model).inputs(dated, times, sampled, len(draws))
    series = {**lever_series(model.strategy("baseline").paths, times), **world.series}
    saved = NumpyEngine(equations).run(world.constants, series, ["capability_index"], runs=len(draws))
    return saved["capability_index"][np.isin(equations.time.saved, YEARS)]


@pytest.mark.slow
def test_research_that_hears_nothing_from_practice_reaches_less(model: Model, draws: pd.DataFrame) -> None:
    usual, cut = (capability_without_practice(model, draws, cut) for cut in (False, True))
    assert ((cut < usual).mean(axis=1) >= 0.9).all()


# The leader


def widening(model: Model, draws: pd.DataFrame, **world: float) -> Array:
    """Give what a leader that answers adds to the gap of 2035, shape (worlds,)."""
    idle, answering = (
        in_worlds(
            model,
            model.strategy("baseline"),
            draws.assign(**world, race_response=x),
            "capability_gap",
            2035.0,
        )
        for x in (0.0, 1.0)
    )
    return answering - idle


def test_a_leader_that_answers_widens_the_gap(model: Model, draws: pd.DataFrame) -> None:
    """In nearly every world. How far differs: little in some, a third of an order of magnitude in others."""
    added = widening(model, draws)
    assert (added > 0).mean() >= 0.95
    assert np.median(added) > 0.1
    assert 0.05 < (added > 0.3).mean() < 0.95


@pytest.mark.parametrize("answer", ["race_capital", "control_response", "secrecy"])
def test_a_stronger_answer_widens_it_further(model: Model, draws: pd.DataFrame, answer: str) -> None:
    weaker = model.world[answer].low
    strong, weak = (widening(model, draws, **{answer: level}) for level in (ANSWERS[answer], weaker))
    assert (strong > weak).mean() >= 0.8
    assert np.median(strong) > np.median(weak) + 0.02


def all_variables(model: Model, doors: Sequence[Mapping[str, float]], response: float) -> list[Saved]:
    """Give the saved values of all variables for some settings of the doors, side by side."""
    times = model.equations.time.times
    plans = [lever_series(model.strategy("baseline", **setting).paths, times) for setting in doors]
    levers = {name: np.stack([plan[name] for plan in plans], axis=-1) for name in plans[0]}
    saved = NumpyEngine(model.equations).run({"race_response": response}, levers, ANSWERED, runs=len(doors))
    after = model.equations.time.saved >= 2032
    return [{name: values[after][..., run] for name, values in saved.items()} for run in range(len(doors))]


def test_home_doors_move_what_the_leader_runs_shuts_and_controls(model: Model) -> None:
    """What is shown can be answered: larger runs, less to read, tighter controls, and none of it otherwise.

    An open follower also takes some of the leader's sales. So runs are compared with those of a leader that
    answers nothing.
    """
    opened, closed = all_variables(model, (OPEN, CLOSED), 0.6)
    unanswered = all_variables(model, (OPEN, CLOSED), 0.0)
    larger = [
        answered["largest_run"][:, LEADER, SCALE] / alone["largest_run"][:, LEADER, SCALE]
        for answered, alone in zip((opened, closed), unanswered, strict=True)
    ]
    assert (larger[0] > 1.02 * larger[1]).all() and (larger[1] > 1).all()
    assert (opened["leader_openness_policy"] < closed["leader_openness_policy"] - 0.02).all()
    for control in CONTROLS:
        assert (opened[control] > closed[control] + 0.01).all(), control
    for policy in POLICIES:
        np.testing.assert_array_equal(unanswered[0][policy], unanswered[1][policy], err_msg=policy)
