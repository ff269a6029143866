from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twintrack.inputs.check_files import check_file
from twintrack.inputs.content import Content
from twintrack.inputs.paths import DatedPath, TimePath
from twintrack.inputs.world import laid_over, world_overrides

HEAD = "title: {en: A, zh: 甲}\n"


def test_scenarios_set_numbers_and_dated_paths(content: Content) -> None:
    scenario = content.scenario("closed")

    assert scenario.name == "closed"
    assert scenario.description.en == "Doors close."
    assert scenario.world["route_ceiling[scale]"] == 20
    path = scenario.world["cost_growth_factor"]
    assert isinstance(path, TimePath)
    assert path.at([2016, 2026, 2040]).tolist() == [2.4, 2.4, 3.5]


def test_the_central_scenario_is_empty_and_first(content: Content) -> None:
    assert content.scenarios == ["central", "closed"]
    assert content.scenario("central").world == {}


def test_a_scenario_can_be_a_file(write: Callable[..., Path], content: Content) -> None:
    write("elsewhere/mine.yaml", HEAD + "world: {discount_rate: 0.1}\n")

    assert content.scenario("elsewhere/mine.yaml").world == {"discount_rate": 0.1}


def test_a_country_of_the_family_is_found_by_its_name(write: Callable[..., Path], content: Content) -> None:
    path = write("model/family/small.yaml", HEAD + "world: {}\npublic_money: 0.5\n")

    assert content.family == ["small"] and "small" not in content.scenarios
    assert content.scenario_file("small") == path
    assert content.scenario("small").public_money == 0.5
    assert content.member_history("small") == {}


def test_before_the_first_date_the_central_value_holds(write: Callable[..., Path], content: Content) -> None:
    write("model/scenarios/late.yaml", HEAD + "world:\n  cost_growth_factor: {2030: 2, 2032: 1}\n")

    path = content.scenario("late").world["cost_growth_factor"]

    assert path.at([2029.9, 2030, 2031]).tolist() == [2.4, 2, 1.5]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "world:\n  cost_growth_factr: 3\n",
            ':3: there is no world parameter "cost_growth_factr"; did you mean',
        ),
        (
            "world:\n  route_ceiling[scal]: 3\n",
            ':3: there is no world parameter "route_ceiling[scal]"; did you mean',
        ),
        ("world:\n  route_ceiling: 3\n", ':3: there is no world parameter "route_ceiling"'),
        ("world:\n  discount_rate: NO\n", ':3: discount_rate must be a number, not the text "NO"'),
        ("world:\n  discount_rate: .inf\n", ":3: discount_rate must be a finite number, not inf"),
        ("world:\n  discount_rate:\n    2010: 1\n", ":4: discount_rate: the date 2010 is before 2016"),
        (
            "world:\ndiscount_rate: 1\n",
            ':3: unknown key "discount_rate"; it is a world parameter: write it under',
        ),
        ("world:\n", ":2: world must be indented lines"),
        ("wrld: {}\n", ':2: unknown key "wrld"; did you mean "world"?'),
        (
            "world: {discount_rate: 0.1}\nranges:\n  discount_rat: [0, 1]\n",
            ':4: there is no value "discount_rat"',
        ),
        (
            "world: {discount_rate: 0.1}\nranges:\n  discount_rate: [1, 0]\n",
            ":4: the range of discount_rate does",
        ),
        (
            "world: {discount_rate: 0.1}\nranges:\n  discount_rate: [0.2, 1]\n",
            ":4: 0.1, the value of discount_rate,",
        ),
        (
            "world: {discount_rate: {2030: 0.1}}\nranges:\n  discount_rate: [0, 1]\n",
            ':4: "discount_rate" is dated here',
        ),
    ],
)
def test_faults_of_scenarios_have_their_line(
    write: Callable[..., Path], content: Content, faults: Callable[..., list[str]], text: str, fault: str
) -> None:
    write("model/scenarios/a.yaml", HEAD + text)

    assert any(line.startswith("model/scenarios/a.yaml" + fault) for line in faults(content.scenario, "a"))


@pytest.mark.parametrize(
    ("money", "faults_told"),
    [
        ("", []),
        (
            "public_money: 0.5\n",
            ['"public_money" has no entry under "grounds:"'],
        ),
    ],
)
def test_public_money_of_another_size_needs_a_ground_where_others_have_one(
    write: Callable[..., Path], content: Content, money: str, faults_told: list[str]
) -> None:
    grounds = "grounds:\n  discount_rate: {source: assumption, reason: Dear money}\n"
    path = write("model/scenarios/a.yaml", f"{HEAD}world: {{discount_rate: 0.05}}\n{money}{grounds}")

    found = [fault.message.partition(";")[0] for fault in check_file(path, content)]

    assert found == faults_told


def test_an_unknown_scenario_suggests_a_known_one(content: Content, faults: Callable[..., list[str]]) -> None:
    assert faults(content.scenario, "close") == [
        'scenario close: there is no scenario "close"; did you mean "closed"?'
    ]


def test_parameters_can_be_set_by_hand(content: Content) -> None:
    given = {"discount_rate": 0.2, "route_ceiling[lean]": "{2030: 9}", "cost_growth_factor": {2030.0: 9}}

    world = world_overrides(given, content.world)

    assert world["discount_rate"] == 0.2
    assert world["route_ceiling[lean]"].at([2029, 2030]).tolist() == [6, 9]
    assert world["cost_growth_factor"].at([2029, 2030]).tolist() == [2.4, 9]


@pytest.mark.parametrize(
    ("below", "values"),
    [
        ({}, [2.4, 2.4, 3, 3]),
        ({"cost_growth_factor": 1.5}, [1.5, 1.5, 3, 3]),
        ({"cost_growth_factor": TimePath.through([(2026, 1), (2036, 2)])}, [1, 1.2, 3, 3]),
    ],
)
def test_a_dated_value_is_laid_over_what_the_scenario_sets(
    content: Content, below: dict[str, Any], values: list[float]
) -> None:
    dated = world_overrides({"cost_growth_factor": {2030: 3}}, content.world)

    path = laid_over(below, dated)["cost_growth_factor"]

    assert path.at([2020, 2028, 2030, 2036]).tolist() == values


def test_of_two_dated_values_each_holds_from_its_date_on(content: Content) -> None:
    early, late = (
        world_overrides({"cost_growth_factor": dates}, content.world)
        for dates in ({2028: 3, 2034: 4}, {2032: 1})
    )

    both = laid_over(early, late)["cost_growth_factor"]
    later_first = laid_over(late, early)["cost_growth_factor"]

    assert isinstance(both, DatedPath) and isinstance(later_first, DatedPath)
    assert both.said == ((2028, 3), (2032, 3 + 4 / 6), (2032, 1))
    assert later_first.said == ((2028, 3), (2034, 4))


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        (
            {"discount_rat": 1},
            '--world discount_rat=1: there is no world parameter "discount_rat"; did you mean',
        ),
        ({"discount_rate": "x"}, '--world discount_rate=x: discount_rate must be a number, not the text "x"'),
        ({"discount_rate": ""}, "--world discount_rate=: discount_rate must be a number, not empty"),
        ({"discount_rate": "{"}, "--world discount_rate={: cannot be read as YAML"),
        ({"catchup_share": 1}, '--world catchup_share=1: "catchup_share" is a lever, not part of the world'),
    ],
)
def test_faults_of_parameters_set_by_hand_name_the_option(
    content: Content, faults: Callable[..., list[str]], given: dict[str, Any], fault: str
) -> None:
    found = faults(world_overrides, given, content.world, levers=content.levers.levers)

    assert found[0].startswith(fault)
