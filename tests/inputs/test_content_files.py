"""The strategies and scenarios that come with the model say what they stand for, and nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path

import pytest

from twintrack.inputs.content import CENTRAL, Content, load_content
from twintrack.inputs.paths import TimePath
from twintrack.inputs.sources import ASSUMPTION, citation_faults
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.strategy_library import StrategyLibrary
from twintrack.inputs.world import Scenario

ROOT = Path(__file__).resolve().parents[2]

# Portfolio (with stages, patience and money) by doors: every cell of the experiment is a strategy of its own.
FACTORIAL = {
    ("catchup", "closed"): "catchup_closed",
    ("catchup", "base"): "pure_catchup",
    ("catchup", "open"): "catchup_open",
    ("mix", "closed"): "catchup_explore_closed",
    ("mix", "base"): "explore_base",
    ("mix", "open"): "explore_open",
}
PORTFOLIO_LEVERS = {
    "catchup_share",
    "run_ambition",
    "stage_share_basic",
    "demand_driven_share",
    "fiscal_ai_rd",
    "ai_public_fund",
    "domestic_chip_invest",
    "inclusive_support",
    "subsidy_rate",
    "capital_patience",
    "kpi_quality_weight",
}
OPENNESS = {"dutch": (0.9, 0.2), "english": (0.9, 0.9), "scholarly": (0.3, 0.9), "inward": (0.3, 0.2)}
"""Trade and knowledge openness of the four corners."""


@pytest.fixture(scope="module")
def shipped() -> Content:
    return load_content(ROOT)


@pytest.fixture(scope="module")
def strategies(shipped: Content) -> dict[str, Strategy]:
    library = StrategyLibrary(shipped.levers, (ROOT / "strategies",))
    return {name: library.resolve(name) for name in library.names()}


@pytest.fixture(scope="module")
def scenarios(shipped: Content) -> dict[str, Scenario]:
    return {name: shipped.scenario(name) for name in shipped.scenarios}


def moved(one: Strategy, other: Strategy) -> dict[str, TimePath]:
    """Give the paths of one strategy that differ from another's."""
    return {name: path for name, path in one.paths.items() if path != other.paths[name]}


def cell(strategies: dict[str, Strategy], portfolio: str, governance: str) -> Strategy:
    return strategies[FACTORIAL[portfolio, governance]]


def texts(item: Strategy | Scenario) -> Iterator[str]:
    for text in (item.title, item.description):
        assert text is not None
        yield text.en
        yield text.zh


def test_every_strategy_of_the_design_is_there(strategies: dict[str, Strategy]) -> None:
    named = {
        *(BASELINE, "pure_exploration", "new_national_system", "old_national_system", "us_four_policy"),
        *("regional_coopetition", "involution", "diffusion_first", "self_reliance_first", "sequenced"),
        *("catchup_explore_open", "late_switch"),
        *FACTORIAL.values(),
        *OPENNESS,
    }
    assert named <= strategies.keys()


def test_no_two_strategies_do_the_same(strategies: dict[str, Strategy]) -> None:
    # A strategy that switches follows another's paths until then: its switch is what it has of its own.
    plans = {name: plan for name, plan in strategies.items() if plan.switch is None}
    assert len({str(plan.switch) for plan in strategies.values() if plan.switch}) == 2
    same = [pair for pair in combinations(plans, 2) if not moved(plans[pair[0]], plans[pair[1]])]
    assert same == []


def test_strategies_and_scenarios_speak_both_languages(
    strategies: dict[str, Strategy], scenarios: dict[str, Scenario]
) -> None:
    for item in (*strategies.values(), *scenarios.values()):
        english, chinese, *described = texts(item)
        assert re.search("[\u4e00-\u9fff]", chinese), item.name
        assert not re.search("[\u4e00-\u9fff]", english), item.name
        assert described != [english, chinese], f"{item.name} has no description"


def test_every_strategy_says_whose_idea_it_is(strategies: dict[str, Strategy], shipped: Content) -> None:
    for name, plan in strategies.items():
        if name != BASELINE:
            assert plan.notes, name
            assert plan.references, name
        assert list(citation_faults(plan.references, shipped.sources)) == [], name


@pytest.mark.parametrize("governance", ["closed", "base", "open"])
def test_portfolios_differ_by_the_same_settings_at_every_governance(
    strategies: dict[str, Strategy], governance: str
) -> None:
    catchup, mix = (cell(strategies, portfolio, governance) for portfolio in ("catchup", "mix"))
    assert moved(catchup, mix).keys() == PORTFOLIO_LEVERS
    assert moved(catchup, mix) == moved(strategies["pure_catchup"], strategies["explore_base"])
    assert moved(mix, catchup) == moved(strategies["explore_base"], strategies["pure_catchup"])


@pytest.mark.parametrize("portfolio", ["catchup", "mix"])
@pytest.mark.parametrize("governance", ["closed", "open"])
def test_doors_alone_are_closed_or_opened(
    strategies: dict[str, Strategy], shipped: Content, portfolio: str, governance: str
) -> None:
    changed = moved(cell(strategies, portfolio, governance), cell(strategies, portfolio, "base"))
    assert changed.keys() == set(shipped.levers.groups["doors"].levers)
    assert changed == moved(cell(strategies, "mix", governance), cell(strategies, "mix", "base"))


def test_what_is_recommended_adds_programmes_alone_to_open_doors(
    strategies: dict[str, Strategy], shipped: Content
) -> None:
    added = moved(strategies["catchup_explore_open"], strategies["explore_open"])
    assert added.keys() == set(shipped.levers.groups["programmes"].levers)


def test_doors_open_in_one_and_close_in_the_other(strategies: dict[str, Strategy], shipped: Content) -> None:
    closed, base, open_ = (cell(strategies, "mix", governance) for governance in ("closed", "base", "open"))
    for lever in shipped.levers.groups["doors"].levers:
        here, there = (float(plan.paths[lever].at(2040)) for plan in (closed, open_))
        start = float(base.paths[lever].at(2040))
        assert min(here, there) < start < max(here, there), lever
        assert (there > here) == (lever != "own_securitisation"), lever


@pytest.mark.parametrize("name", OPENNESS)
def test_the_corners_of_openness_differ_from_the_baseline_in_nothing_else(
    strategies: dict[str, Strategy], name: str
) -> None:
    own = strategies[name].own
    assert own.keys() == {"trade_openness", "knowledge_openness"}
    ends = tuple(float(own[lever].at(2040)) for lever in ("trade_openness", "knowledge_openness"))
    assert ends == OPENNESS[name]


PARTS = {
    "portfolio": ("portfolio", "stages", "judgement"),
    "doors": ("doors",),
    "programmes": ("programmes",),
}
"""The lever groups that each kind of part sets."""


@pytest.mark.parametrize("kind", PARTS)
def test_parts_of_one_kind_set_the_levers_of_their_groups_and_no_money(shipped: Content, kind: str) -> None:
    library = StrategyLibrary(shipped.levers, (ROOT / "strategies",))
    names = [name for name in library.parts() if name.startswith(f"{kind}_")]
    assert len(names) == (4 if kind == "doors" else 3)
    levers = {lever for group in PARTS[kind] for lever in shipped.levers.groups[group].levers}
    for name in names:
        assert library.resolve(name).said.keys() == levers, name
    assert "bn CNY/Year" not in {shipped.levers.levers[lever].unit for lever in levers}


def test_portfolios_doors_and_programmes_go_together_in_every_way(shipped: Content) -> None:
    library = StrategyLibrary(shipped.levers, (ROOT / "strategies",))
    kinds = [[name for name in library.parts() if name.startswith(f"{kind}_")] for kind in PARTS]
    made = [library.resolve(" + ".join(names)) for names in product(*kinds)]
    assert len(made) == 3 * 4 * 3
    assert not [pair for pair in combinations(made, 2) if not moved(*pair)]
    baseline = library.resolve("baseline")
    unchanged = [plan.name for plan in made if not moved(plan, baseline)]
    assert unchanged == []


def test_programmes_are_about_half_and_twice_as_many_as_today(shipped: Content) -> None:
    library = StrategyLibrary(shipped.levers, (ROOT / "strategies",))
    few, many = library.resolve("programmes_few"), library.resolve("programmes_many")
    for name in shipped.levers.groups["programmes"].levers:
        today = shipped.levers.levers[name].baseline
        assert few.paths[name].values[-1] == pytest.approx(today / 2, abs=0.01), name
        assert 0.6 <= many.paths[name].values[-1] <= 0.7, name


def test_as_today_is_as_today(shipped: Content) -> None:
    library = StrategyLibrary(shipped.levers, (ROOT / "strategies",))
    assert library.resolve("doors_today + programmes_today").own == {}


def test_the_run_aimed_at_is_larger_the_more_a_portfolio_catches_up(shipped: Content) -> None:
    library = StrategyLibrary(shipped.levers, (ROOT / "strategies",))
    plans = [library.resolve(f"portfolio_{kind}") for kind in ("catchup", "mix", "exploration")]
    assert [plan.paths["run_ambition"].values[-1] for plan in plans] == [1, 0.5, 0.15]
    assert {plan.paths["run_ambition"].times for plan in plans} == {(2026.0, 2028.0)}


def test_parts_speak_both_languages(shipped: Content) -> None:
    library = StrategyLibrary(shipped.levers, (ROOT / "strategies",))
    for name in library.parts():
        english, chinese, *described = texts(library.resolve(name))
        assert re.search("[\u4e00-\u9fff]", chinese) and not re.search("[\u4e00-\u9fff]", english), name
        assert described != [english, chinese], f"{name} has no description"


def test_late_switch_changes_neither_doors_nor_programmes(
    strategies: dict[str, Strategy], shipped: Content
) -> None:
    plan = strategies["late_switch"]
    assert plan.switch is not None and plan.switch.outcome == "scale_pace"
    assert plan.paths == strategies["pure_catchup"].paths
    assert plan.switch.paths == strategies["explore_base"].paths
    groups = shipped.levers.groups
    for lever in (*groups["doors"].levers, *groups["programmes"].levers):
        assert plan.paths[lever] == plan.switch.paths[lever], lever


def test_strategies_leave_history_alone(strategies: dict[str, Strategy], shipped: Content) -> None:
    start = shipped.levers.policy_start
    for name, plan in strategies.items():
        early = {lever: path.before(start) for lever, path in plan.own.items()}
        assert early == {lever: shipped.levers.levers[lever].baseline for lever in early}, name


def test_every_scenario_is_a_world_of_its_own(scenarios: dict[str, Scenario]) -> None:
    assert scenarios[CENTRAL].world == {}
    worlds = {name: scenario.world for name, scenario in scenarios.items()}
    assert len(worlds) > 9
    assert [pair for pair in combinations(worlds, 2) if worlds[pair[0]] == worlds[pair[1]]] == []


def test_scenarios_move_every_parameter_off_its_central_value(
    scenarios: dict[str, Scenario], shipped: Content
) -> None:
    for scenario in scenarios.values():
        for name, value in scenario.world.items():
            central = shipped.world[name].value
            numbers = value.values if isinstance(value, TimePath) else (value,)
            assert any(number != central for number in numbers), (scenario.name, name)


@pytest.mark.parametrize(
    ("scenario", "parameter", "times", "values"),
    [
        ("spend_slow", "cost_growth_factor", [2026, 2040], [1.6, 1.6]),
        ("spend_fast", "cost_growth_factor", [2026, 2040], [3.8, 3.8]),
        ("price_fast", "hardware_growth_factor", [2026, 2040], [1.25, 1.25]),
        ("price_slow", "hardware_growth_factor", [2026, 2040], [1.55, 1.55]),
        ("return_high", "step_return", [2026, 2040], [1.25, 1.25]),
        ("return_low", "step_return", [2026, 2040], [0.7, 0.7]),
        ("linear_innovation", "stage_need", [2026, 2040], [1, 1]),
        ("linear_innovation", "helix_gain", [2026, 2040], [0, 0]),
        ("linear_innovation", "problem_need", [2026, 2040], [0, 0]),
        ("leader_explores", "leader_exploration", [2026, 2040], [0.5, 0.5]),
        ("leader_answers", "race_response", [2026, 2040], [1, 1]),
        ("leader_does_not_answer", "race_response", [2026, 2040], [0, 0]),
        ("open_source_cutoff", "open_source_cutoff", [2028, 2040], [0.5, 0.5]),
        ("capital_winter", "capital_shock", [2027, 2029.875, 2030, 2040], [0.6, 0.6, 0, 0]),
    ],
)
def test_dated_scenarios_are_steps_that_leave_history_alone(
    scenarios: dict[str, Scenario],
    shipped: Content,
    scenario: str,
    parameter: str,
    times: list[float],
    values: list[float],
) -> None:
    path = scenarios[scenario].world[parameter]
    assert isinstance(path, TimePath)
    assert path.at([2016, times[0] - 0.125]).tolist() == [shipped.world[parameter].value] * 2
    assert path.at(times).tolist() == values


def test_controls_ease_in_the_thaw_and_tighten_in_the_decoupling(
    scenarios: dict[str, Scenario], shipped: Content
) -> None:
    thaw, decoupling = scenarios["thaw"].world, scenarios["decoupling"].world
    assert thaw.keys() == decoupling.keys()
    for name in thaw:
        ordered = (thaw[name], shipped.world[name].value, decoupling[name])
        assert sorted(ordered, reverse=name == "foreign_openness_future") == list(ordered), name


def test_every_range_has_a_distribution_a_source_and_its_reason(shipped: Content) -> None:
    for name, parameter in shipped.world.items():
        assert parameter.distribution and parameter.confidence and parameter.source.strip(), name
        assert parameter.low < parameter.high, name
        assert parameter.reason.strip(), name


def test_judgement_alone_is_called_so(shipped: Content) -> None:
    """Only draws of a random process are sure without a source, for they are uniform by construction."""
    alone = {name for name, parameter in shipped.world.items() if parameter.source == ASSUMPTION}
    draws = {name for name in alone if "breakthrough_draw[" in name}
    assert len(draws) == 2
    assert {shipped.world[name].confidence for name in alone - draws} == {"assumption"}
    assumed = [parameter for parameter in shipped.world.values() if parameter.confidence == "assumption"]
    assert [parameter.name for parameter in assumed if ASSUMPTION not in parameter.source] == []
