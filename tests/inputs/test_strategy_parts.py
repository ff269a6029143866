"""Strategies made of several parts: what they take from each, and when parts clash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack.inputs.check import check_content
from twintrack.inputs.content import Content
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.strategy_library import StrategyLibrary

PLACE = "strategies/a.yaml"
WHEN = "when: {outcome: frontier_gap_months, below: 6}"
SWITCH = f"switch: {{to: pure_exploration, {WHEN}}}\n"
Write = Callable[[str, str], Path]
Faults = Callable[..., list[str]]


@pytest.fixture
def library(content: Content) -> StrategyLibrary:
    return content.strategies


@pytest.fixture
def part(write: Write) -> Callable[[str, str], Path]:
    """Writes strategies/parts/NAME.yaml."""
    return lambda name, text: write(f"strategies/parts/{name}.yaml", text)


@pytest.fixture
def parts(part: Callable[[str, str], Path]) -> None:
    """Three parts: the first two set different levers, the third disputes one with each of them."""
    part("most", "levers:\n  catchup_share: 0.95\n  capital_patience: 3\n")
    part("rich", "levers:\n  fiscal_ai_rd: {2026: 60, 2030: 150}\n")
    part("poor", "levers:\n  fiscal_ai_rd: 30\n  capital_patience: 8\n")


def last(strategy: Strategy, lever: str) -> float:
    return strategy.paths[lever].values[-1]


@pytest.mark.usefixtures("parts")
def test_parts_that_set_different_levers_add_up(write: Write, library: StrategyLibrary, tree: Path) -> None:
    write(PLACE, "extends: [most, rich]\nlevers: {stage_share_basic: 0.3}\n")

    made = library.resolve("a")

    alone = library.resolve("most").own | library.resolve("rich").own
    assert made.own == alone | {"stage_share_basic": made.paths["stage_share_basic"]}
    assert made.parents == ("most", "rich")
    assert {tree / "strategies" / "parts" / f"{name}.yaml" for name in ("most", "rich")} <= set(made.files)


@pytest.mark.usefixtures("parts")
def test_the_order_of_parts_does_not_matter(library: StrategyLibrary) -> None:
    assert library.resolve("most + rich").paths == library.resolve("rich + most").paths


@pytest.mark.usefixtures("parts")
def test_every_clash_is_told_with_both_places(write: Write, library: StrategyLibrary, faults: Faults) -> None:
    write(PLACE, "title: A\nextends: [most, rich, poor]\n")

    assert sorted(faults(library.resolve, "a")) == [
        f"strategies/a.yaml:2: the parts clash over {lever}, which strategies/parts/{one} and "
        f'strategies/parts/{other} set differently; write {lever} under "levers:" here, or take a part out'
        for lever, one, other in (
            ("capital_patience", "most.yaml:3", "poor.yaml:3"),
            ("fiscal_ai_rd", "rich.yaml:2", "poor.yaml:2"),
        )
    ]


@pytest.mark.usefixtures("parts")
def test_the_file_decides_what_its_parts_dispute(write: Write, library: StrategyLibrary) -> None:
    write(PLACE, "extends: [most, poor]\nlevers: {capital_patience: {2028: 5, 2030: 6}}\n")

    made = library.resolve("a")

    assert made.paths["capital_patience"].at([2026, 2028, 2029, 2030]).tolist() == [4, 5, 5.5, 6]
    assert last(made, "fiscal_ai_rd") == 30


@pytest.mark.parametrize("same", ["30", "{2026: 60, 2028: 30}"])
@pytest.mark.usefixtures("parts")
def test_the_same_value_twice_is_no_clash(part: Write, library: StrategyLibrary, same: str) -> None:
    part("thrift", f"levers: {{fiscal_ai_rd: {same}}}\n")

    assert library.resolve("poor + thrift").paths == library.resolve("poor").paths


def test_a_lever_set_to_where_it_stands_is_set(part: Write, library: StrategyLibrary, faults: Faults) -> None:
    part("today", "levers: {capital_patience: 4}\n")
    part("later", "levers: {capital_patience: 8}\n")

    assert library.resolve("today").own == {}
    (fault,) = faults(library.resolve, "today + later")
    assert fault.startswith('strategy "today + later": the parts clash over capital_patience')


def test_what_all_inherit_from_the_baseline_is_no_clash(write: Write, library: StrategyLibrary) -> None:
    write("strategies/baseline.yaml", "levers: {capital_patience: 5}\n")
    write("strategies/parts/longer.yaml", "levers: {capital_patience: 8}\n")
    write("strategies/parts/rich.yaml", "levers: {fiscal_ai_rd: 150}\n")

    assert last(library.resolve("longer + rich"), "capital_patience") == 8
    assert last(library.resolve("rich + baseline"), "capital_patience") == 5


@pytest.mark.usefixtures("parts")
def test_a_common_ancestor_clashes_only_where_a_part_moves_its_lever(
    part: Write, library: StrategyLibrary, faults: Faults
) -> None:
    part("left", "extends: most\nlevers: {fiscal_ai_rd: 90}\n")
    part("right", "extends: most\nlevers: {stage_share_basic: 0.3}\n")
    part("moved", "extends: most\nlevers: {capital_patience: 7}\n")

    made = library.resolve("left + right")
    assert [last(made, name) for name in ("capital_patience", "fiscal_ai_rd", "stage_share_basic")] == [
        3, 90, 0.3
    ]  # fmt: skip
    (fault,) = faults(library.resolve, "moved + right")
    assert "strategies/parts/moved.yaml:2 and strategies/parts/most.yaml:3" in fault


@pytest.mark.usefixtures("parts")
def test_a_mix_is_a_part_of_the_levers_of_its_members(
    part: Write, library: StrategyLibrary, faults: Faults
) -> None:
    part("half", "mix: {most: 0.5, baseline: 0.5}\n")

    assert last(library.resolve("half + rich"), "capital_patience") == 3.5
    (fault,) = faults(library.resolve, "half + poor")
    assert "strategies/parts/half.yaml:1 and strategies/parts/poor.yaml:3" in fault


@pytest.mark.usefixtures("parts")
def test_budgets_are_inherited_and_may_clash(
    write: Write, part: Write, library: StrategyLibrary, faults: Faults
) -> None:
    part("equal", "budget: equal\n")
    part("own", "budget: own\n")
    write(PLACE, "extends: [equal, own]\nbudget: own\n")

    assert library.resolve("most + equal").budget == "equal"
    assert library.resolve("most + rich").budget == "own"
    assert library.resolve("a").budget == "own"
    (fault,) = faults(library.resolve, "equal + own")
    assert "over the budget, which strategies/parts/equal.yaml:1 and strategies/parts/own.yaml:1" in fault


@pytest.mark.usefixtures("parts")
def test_levers_of_a_part_hold_before_and_after_the_switch_of_another(
    part: Write, library: StrategyLibrary
) -> None:
    part("turning", "levers: {catchup_share: 0.9}\n" + SWITCH)

    made = library.resolve("turning + rich")

    assert made.switch is not None and made.switch.to == "pure_exploration"
    assert (last(made, "catchup_share"), made.switch.paths["catchup_share"].values[-1]) == (0.9, 0.15)
    assert last(made, "fiscal_ai_rd") == made.switch.paths["fiscal_ai_rd"].values[-1] == 150


@pytest.mark.usefixtures("parts")
def test_what_a_part_switches_to_may_be_a_mix(part: Write, library: StrategyLibrary) -> None:
    part("turning", f"switch: {{to: 0.5 pure_catchup + 0.5 pure_exploration, {WHEN}}}\n")
    part("basic", "levers: {demand_driven_share: 0.3}\n")

    made = library.resolve("turning + basic")

    assert made.switch is not None
    ends = {name: path.values[-1] for name, path in made.switch.paths.items()}
    assert ends == pytest.approx(
        {
            "catchup_share": 0.55,
            "fiscal_ai_rd": 105,
            "stage_share_basic": 0.275,
            "demand_driven_share": 0.3,
            "capital_patience": 5.5,
        }
    )


def test_a_part_clashes_with_what_another_switches_to(
    part: Write, library: StrategyLibrary, faults: Faults
) -> None:
    part("turning", "levers: {catchup_share: 0.9}\n" + SWITCH)
    part("short", "levers: {capital_patience: 3}\n")

    (fault,) = faults(library.resolve, "turning + short")

    assert "clash over capital_patience after the switch, which strategies/parts/turning.yaml:2 and" in fault


def test_switches_clash_unless_they_are_the_same_or_the_file_decides(
    write: Write, part: Write, library: StrategyLibrary, faults: Faults
) -> None:
    part("turning", SWITCH)
    part("sooner", SWITCH.replace("6", "9"))
    part("never", "switch: none\n")
    part("also", "extends: turning\nlevers: {fiscal_ai_rd: 90}\n")
    write(PLACE, "extends: [turning, sooner]\nswitch: none\n")

    assert library.resolve("a").switch is None
    assert library.resolve("turning + also").switch is not None
    for other in ("sooner", "never"):
        (fault,) = faults(library.resolve, f"turning + {other}")
        assert f"strategies/parts/turning.yaml:1 and strategies/parts/{other}.yaml:1" in fault


def test_a_circle_through_parts_is_told(part: Write, library: StrategyLibrary, faults: Faults) -> None:
    part("one", "extends: [two, baseline]\n")
    part("two", "levers: {}\nextends: [baseline, one]\n")

    (fault,) = faults(library.resolve, "one")

    assert fault.startswith("strategies/parts/two.yaml:2: strategies refer to one another in a circle: one")


@pytest.mark.usefixtures("parts")
def test_parts_are_found_and_not_among_the_strategies(library: StrategyLibrary, faults: Faults) -> None:
    assert library.names() == ["baseline", "pure_catchup", "pure_exploration"]
    assert library.parts() == ["most", "poor", "rich"]
    assert library.known() == [*library.names(), *library.parts()]
    assert last(library.resolve("rich"), "fiscal_ai_rd") == 150
    assert 'did you mean "rich"?' in faults(library.resolve, "ritch")[0]


@pytest.mark.usefixtures("parts")
def test_all_parts_are_checked(tree: Path, part: Write) -> None:
    part("wrong", "levers: {capital_patience: 40}\n")
    part("pure_catchup", "levers: {capital_patience: 5}\n")

    found = [str(fault) for fault in check_content(tree)]

    assert sorted(found) == [
        'strategies/parts/pure_catchup.yaml: "pure_catchup" is a strategy too, which hides this part; '
        "rename one",
        "strategies/parts/wrong.yaml:1: capital_patience must be from 2 to 12 (unit: Year), not 40",
    ]
