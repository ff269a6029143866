"""The model's own question: what is set, what is compared, and what the command prints."""

from __future__ import annotations

import logging

import pytest
from click.testing import CliRunner

from question import asked
from question.__main__ import main
from question.answers import Answer, gains
from question.scans import programmes, scans
from twintrack.inputs.paths import TimePath
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model

pytestmark = pytest.mark.slow


def groups_that_differ(model: Model, pair: tuple[str, str]) -> set[str]:
    one, other = (model.strategy(name).paths for name in pair)
    return {model.lever_table.group_of(name) for name in one if one[name] != other[name]}


def test_the_three_futures_are_the_same_at_the_published_pace(model: Model) -> None:
    at_today = asked.COST_GROWTH.index(2.4)
    futures = (asked.spend(), asked.price(), asked.step())
    (spend,), (price,), (step,) = (
        [values for name, values in list(future.settings.values())[at_today].items()] for future in futures
    )
    assert spend == {2026: 2.4} and price == {2026: pytest.approx(1.4)} and step == {2026: pytest.approx(1)}
    assert model.world["cost_growth_factor"].value == pytest.approx(2.4, rel=0.05)
    assert model.world["hardware_growth_factor"].value == pytest.approx(asked.COMPUTE_PER_MONEY, rel=0.05)


def test_dearer_steps_bring_less() -> None:
    (low, *_, high) = (world["step_return"][2026] for world in asked.step().settings.values())
    assert low > 1 > high > 0


@pytest.mark.parametrize(("scenario", "growth"), [("return_high", 1.9), ("return_low", 4.0)])
def test_scenarios_of_return_say_which_growth_of_cost_they_fit(
    model: Model, scenario: str, growth: float
) -> None:
    """step_return = ln 3.36 / ln(1.4 c), the growth c to two digits."""
    described = model.scenario(scenario)
    assert described.description
    (path,) = described.world.values()
    assert isinstance(path, TimePath)
    fit = asked.PACE ** (1 / float(path.at([2030.0])[0])) / asked.COMPUTE_PER_MONEY
    assert round(fit, 1) == growth
    assert f"{growth:.1f}-fold" in described.description.en and f"{growth:g}倍" in described.description.zh


def test_doors_and_programmes_are_contrasts_of_one_thing(model: Model) -> None:
    assert groups_that_differ(model, asked.DOORS) == {"doors"}
    assert groups_that_differ(model, asked.PROGRAMMES) == {"programmes"}


@pytest.mark.parametrize("pair", asked.SAME_MONEY)
def test_portfolios_at_the_same_money_differ_in_what_is_worked_on(
    model: Model, pair: tuple[str, str]
) -> None:
    moved = groups_that_differ(model, pair)
    assert "portfolio" in moved and moved <= {"portfolio", "stages", "judgement"}
    today = model.strategy(BASELINE).paths
    money = [lever for lever, entry in model.levers.items() if entry.kind == "money"]
    for name in pair:
        assert all(model.strategy(name).paths[lever] == today[lever] for lever in money)


def test_named_portfolios_bring_money_of_their_own(model: Model) -> None:
    assert all("research_money" in groups_that_differ(model, pair) for pair in asked.PORTFOLIOS)


def test_programmes_are_what_the_administration_carries_and_no_door(model: Model) -> None:
    names = programmes(model)
    assert {"alliance_support", "central_coordination", "safety_governance"} <= set(names)
    assert not {"knowledge_openness", "international_coop", "fiscal_ai_rd"} & set(names)


def test_chips_in_exchange_for_research_take_the_same_public_money_at_each_level(model: Model) -> None:
    (exchange,) = (scan for scan in scans(model) if "exchange" in scan.title)
    sums = [sum(levers.values()) for levers in exchange.levers.values()]
    assert sums == [480.0] * len(sums)
    for levers in exchange.levers.values():
        for name, level in levers.items():
            low, high = model.levers[name].range
            assert low <= level <= high, (name, level)


def test_an_answer_is_a_table_of_equal_rows() -> None:
    assert str(Answer("a", ("", "2030"), [("x", "1")])).splitlines() == [
        "|  | 2030 |",
        "| --- | --- |",
        "| x | 1 |",
    ]


def test_an_answer_without_rows_says_none() -> None:
    assert str(Answer("a", ("", "2030"), [])).splitlines()[-1] == "| none |"


def test_gains_of_a_row_have_one_form() -> None:
    assert gains([0.0, 0.1234]) == ["0.000", "0.123"]
    assert gains([0.1, 12.34]) == ["0", "12"]


@pytest.mark.slow
def test_all_sections_are_printed_with_tables_whose_rows_are_whole() -> None:
    level = logging.getLogger("twintrack").level
    done = CliRunner().invoke(main, ["--worlds", "6", "--origin", "prior"])
    assert done.exit_code == 0, done.output
    assert logging.getLogger("twintrack").level == level
    parts = done.stdout.split("## ")[1:]
    titles = [part.splitlines()[0] for part in parts]
    for words in (
        "pure_exploration better than",
        "portfolio_mix better than",
        "cost growth dies",
        "closed better",
        "two ways",
        "loser wins",
        "two things do together",
        "All programmes",
        "exchange for research money",
    ):
        assert any(words in title for title in titles), words
    for part in parts:
        table = [line for line in part.splitlines() if line.startswith("|")]
        assert len(table) > 2 and len({line.count("|") for line in table}) == 1, part


def test_sections_that_do_not_exist_are_all_told() -> None:
    done = CliRunner().invoke(main, ["--only", "dors,lever"])
    assert done.exit_code == 2
    assert '"dors"; did you mean "doors"' in done.stderr and '"lever"' in done.stderr
