"""Budget rules are inherited like everything else, and none is lost without a word."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack.inputs.content import Content
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.strategy_files import save_strategy

Faults = Callable[..., list[str]]
Write = Callable[[str, str], Path]


@pytest.fixture
def given(write: Write, content: Content) -> Callable[[str], Strategy]:
    """Writes strategies/mine.yaml beside an equal-budget parent, and reads it."""
    write("strategies/thrifty.yaml", "extends: pure_catchup\nbudget: equal\n")
    write("strategies/frugal.yaml", "extends: pure_exploration\nbudget: equal\n")
    write("strategies/central.yaml", "extends: pure_catchup\nbudget: equal_central\n")
    write("strategies/parts/doors.yaml", "levers: {stage_share_basic: 0.3}\n")

    def given(text: str) -> Strategy:
        return content.strategies.resolve(write("strategies/mine.yaml", text))

    return given


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("extends: thrifty\n", "equal"),
        ("extends: thrifty\nlevers: {capital_patience: 5}\n", "equal"),
        ("extends: [thrifty, pure_catchup]\nlevers: {capital_patience: 5}\n", "equal"),
        ("extends: central\n", "equal_central"),
        ("extends: thrifty\nbudget: own\n", "own"),
        ("mix: {thrifty: 0.5, baseline: 0.5}\n", "equal"),
        ("mix: {thrifty: 0.5, frugal: 0.5}\n", "equal"),
        ("mix: {pure_catchup: 0.5, baseline: 0.5}\n", "own"),
        ("mix: {thrifty: 0.5, pure_catchup: 0.5}\nbudget: equal\n", "equal"),
        ("mix: {thrifty: 0.5, pure_catchup: 0.5}\nbudget: own\n", "own"),
        ("extends: thrifty\nswitch: {to: pure_catchup, when: {date: 2030}}\n", "equal"),
        ("extends: thrifty\nswitch: {to: frugal, when: {date: 2030}}\n", "equal"),
        ("switch: {to: thrifty, when: {date: 2030}}\nbudget: equal\n", "equal"),
    ],
)
def test_the_rule_of_parents_and_members_holds(
    given: Callable[[str], Strategy], text: str, budget: str
) -> None:
    assert given(text).budget == budget


def test_a_child_of_a_mix_and_a_mix_on_the_command_line_keep_it(
    given: Callable[[str], Strategy], write: Write, content: Content
) -> None:
    given("mix: {thrifty: 0.5, baseline: 0.5}\n")
    write("strategies/child.yaml", "extends: mine\n")
    for reference in ("child", "0.5 thrifty + 0.5 baseline", "0.5 mine + 0.5 thrifty", "thrifty + doors"):
        assert content.strategies.resolve(reference).budget == "equal", reference


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("mix: {thrifty: 0.5, pure_catchup: 0.5}\n", 1),
        ("title: T\nmix: {thrifty: 0.5, central: 0.5}\n", 2),
    ],
)
def test_a_mix_of_rules_needs_one_of_its_own(
    given: Callable[[str], Strategy], faults: Faults, text: str, line: int
) -> None:
    (told,) = faults(given, text)
    assert told.startswith(
        f"strategies/mine.yaml:{line}: the members have different budgets, equal (thrifty) and "
    )
    assert told.endswith('write "budget:" in a file with this mix')


def test_a_rule_is_not_lost_in_a_switch(given: Callable[[str], Strategy], faults: Faults) -> None:
    (told,) = faults(given, "switch: {to: thrifty, when: {date: 2030}}\n")
    assert told.startswith(
        "strategies/mine.yaml:1: thrifty has the budget equal, what switches to it another one"
    )


def test_money_set_by_hand_inside_an_equal_budget_is_kept_out_of_it(
    given: Callable[[str], Strategy], content: Content, tmp_path: Path
) -> None:
    plan = content.strategies.resolve(
        given("extends: thrifty\n"), {"fiscal_ai_rd": 100, "capital_patience": 5}
    )

    assert (plan.unscaled, plan.budget) == ({"fiscal_ai_rd"}, "equal")
    assert content.strategies.resolve("pure_catchup", {"fiscal_ai_rd": 100}).unscaled == frozenset()
    save_strategy(tmp_path / "saved.yaml", plan, content.levers)
    saved = content.strategies.resolve(tmp_path / "saved.yaml")
    assert (saved.unscaled, saved.budget, saved.paths) == (plan.unscaled, plan.budget, plan.paths)


def test_what_is_left_unscaled_is_inherited_and_is_money(
    given: Callable[[str], Strategy], write: Write, content: Content, faults: Faults
) -> None:
    given("extends: thrifty\nunscaled: [fiscal_ai_rd]\n")
    write("strategies/child.yaml", "extends: mine\n")
    for reference in ("child", "0.5 mine + 0.5 thrifty", "mine + doors"):
        assert content.strategies.resolve(reference).unscaled == {"fiscal_ai_rd"}, reference
    (told,) = faults(given, "extends: thrifty\nunscaled: [capital_patience]\n")
    assert told.startswith('strategies/mine.yaml:2: there is no money lever "capital_patience"')
