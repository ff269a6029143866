"""Strategies that go over to another one: what their files say, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from twintrack.inputs.content import Content
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.strategy_files import save_strategy, strategy_yaml
from twintrack.inputs.strategy_library import StrategyLibrary
from twintrack.inputs.strategy_template import start_strategy
from twintrack.inputs.switches import Switch, switch_text
from twintrack.inputs.yaml_files import read_document

PLACE = "strategies/a.yaml"
WHEN = "when: {outcome: frontier_gap_months, below: 6}"
STATE = f"extends: pure_catchup\nswitch: {{to: pure_exploration, {WHEN}}}\n"
Write = Callable[[str, str], Path]


@pytest.fixture
def library(content: Content) -> StrategyLibrary:
    return content.strategies


@pytest.fixture
def resolved(write: Write, library: StrategyLibrary) -> Callable[[str], Strategy]:
    """Writes strategies/a.yaml and gives the strategy."""
    return lambda text: library.resolve(write(PLACE, text))


def switch_of(strategy: Strategy) -> Switch:
    assert strategy.switch is not None
    return strategy.switch


def test_a_switch_waits_with_the_parents_levers_and_knows_the_others(
    resolved: Callable[[str], Strategy], library: StrategyLibrary
) -> None:
    strategy = resolved(
        "extends: pure_catchup\nswitch:\n  to: pure_exploration\n"
        "  when: {outcome: frontier_gap_months, below: 4.5, for_years: 0.5}\n  ramp_years: 3\n"
    )

    assert strategy.paths == library.resolve("pure_catchup").paths
    found = switch_of(strategy)
    assert (found.to, found.below, found.for_years, found.ramp_years) == ("pure_exploration", 4.5, 0.5, 3)
    assert found.paths == library.resolve("pure_exploration").paths
    assert {path.name for path in strategy.files} == {
        "a.yaml", "pure_catchup.yaml", "pure_exploration.yaml", "baseline.yaml"
    }  # fmt: skip


def test_a_year_and_the_ramp_of_levers_are_what_is_meant_when_nothing_is_said(
    resolved: Callable[[str], Strategy],
) -> None:
    found = switch_of(resolved(STATE))

    assert (found.for_years, found.ramp_years) == (1, 2)


def test_levers_beside_a_switch_hold_until_then(resolved: Callable[[str], Strategy]) -> None:
    strategy = resolved(f"{STATE}levers: {{capital_patience: 6}}\n")

    assert strategy.paths["capital_patience"].values[-1] == 6
    assert switch_of(strategy).paths["capital_patience"].values[-1] == 8


def test_a_child_switches_as_its_parent_and_moves_both(
    write: Write, library: StrategyLibrary, resolved: Callable[[str], Strategy]
) -> None:
    parent = resolved(STATE)
    write("strategies/child.yaml", "extends: a\nlevers: {capital_patience: 6}\n")

    child = library.resolve("child")

    assert str(child.switch) == str(parent.switch)
    assert child.paths["capital_patience"].values[-1] == 6
    assert switch_of(child).paths["capital_patience"].values[-1] == 6
    assert switch_of(child).paths["catchup_share"] == switch_of(parent).paths["catchup_share"]


def test_a_child_may_switch_otherwise_or_not_at_all(
    write: Write, library: StrategyLibrary, resolved: Callable[[str], Strategy]
) -> None:
    parent = resolved(STATE)
    write("strategies/stays.yaml", "extends: a\nswitch: none\n")
    write("strategies/home.yaml", f"extends: a\nswitch: {{to: baseline, {WHEN}, ramp_years: 0}}\n")

    assert library.resolve("stays").switch is None
    assert library.resolve("stays").paths == parent.paths
    home = library.resolve("home")
    assert (switch_of(home).to, switch_of(home).ramp_years) == ("baseline", 0)
    assert home.paths == parent.paths
    assert switch_of(home).paths == library.resolve("baseline").paths


def test_levers_from_outside_hold_before_and_after(
    library: StrategyLibrary, resolved: Callable[[str], Strategy]
) -> None:
    strategy = library.resolve(resolved(STATE), {"capital_patience": 6, "fiscal_ai_rd": {2030: 70}})

    for paths in (strategy.paths, switch_of(strategy).paths):
        assert paths["capital_patience"].values[-1] == 6
        assert paths["fiscal_ai_rd"].at(2035) == 70


def test_the_other_strategy_may_be_a_file_a_mix_or_have_levers_set(
    write: Write, library: StrategyLibrary, tree: Path
) -> None:
    write("other/target.yaml", "levers: {capital_patience: 9}\n")
    by_file = library.resolve(write("other/file.yaml", f"switch: {{to: target.yaml, {WHEN}}}\n"))
    assert switch_of(by_file).paths["capital_patience"].values[-1] == 9

    beside = library.resolve(write("other/beside.yaml", f"switch: {{to: target, {WHEN}}}\n"))
    assert switch_of(beside).paths == switch_of(by_file).paths

    mix = "0.5 pure_catchup + 0.5 pure_exploration"
    mixed = library.resolve(write(PLACE, f"switch: {{to: {mix}, {WHEN}}}\n"))
    assert switch_of(mixed).paths == library.resolve(mix).paths
    assert switch_of(mixed).to == mix

    text = f"switch: {{to: pure_catchup, levers: {{capital_patience: 7}}, {WHEN}}}\n"
    found = switch_of(library.resolve(write(PLACE, text)))
    assert found.paths == library.resolve("pure_catchup", {"capital_patience": 7}).paths
    assert found.to == "pure_catchup with levers set"


def test_a_mix_may_switch_as_a_whole(resolved: Callable[[str], Strategy], library: StrategyLibrary) -> None:
    strategy = resolved(f"mix: {{pure_catchup: 0.5, baseline: 0.5}}\nswitch: {{to: baseline, {WHEN}}}\n")

    assert strategy.paths == library.resolve("0.5 pure_catchup + 0.5 baseline").paths
    assert switch_of(strategy).to == "baseline"


def test_a_date_makes_plain_paths(resolved: Callable[[str], Strategy], library: StrategyLibrary) -> None:
    strategy = resolved(
        "extends: pure_catchup\nswitch: {to: pure_exploration, when: {date: 2032}, ramp_years: 2}\n"
    )

    assert strategy.switch is None
    before, after = (library.resolve(name).paths for name in ("pure_catchup", "pure_exploration"))
    times = np.linspace(2016, 2040, 24 * 16 + 1)
    share = np.clip((times - 2032) / 2, 0, 1)
    for name, path in strategy.paths.items():
        first, second = before[name].at(times), after[name].at(times)
        np.testing.assert_allclose(path.at(times), first + share * (second - first), atol=1e-12, err_msg=name)


def test_a_date_may_mix_and_be_inherited(
    resolved: Callable[[str], Strategy], write: Write, library: StrategyLibrary
) -> None:
    strategy = resolved("switch: {to: pure_exploration, when: {date: 2032-07-01}, ramp_years: 0}\n")
    write("strategies/child.yaml", "extends: a\n")

    assert library.resolve("child").paths == strategy.paths
    path = library.resolve("0.5 a + 0.5 baseline").paths["capital_patience"]
    date = 2032 + 182 / 366
    assert (path.before(date), float(path.at(date))) == (4, 6)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            "to: pure_explration\n  {when}",
            ':3: there is no strategy "pure_explration"; did you mean "pure_ex',
        ),
        ("to: missing.yaml\n  {when}", ':3: there is no file "strategies/missing.yaml"'),
        ("to: 3\n  {when}", ":3: to must be text in quotes, not the number 3"),
        ("{when}", ':2: the key "to" is missing under switch'),
        ("to: baseline", ':2: the key "when" is missing under switch'),
        ("to: baseline\n  when: soon", ":4: when must be indented lines"),
        (
            "to: baseline\n  when:\n    outcome: frontier_gap_months\n    below: six",
            ':6: below must be a number, not the text "six"',
        ),
        (
            "to: baseline\n  when:\n    outcome: frontier_gap_months\n    below: 0",
            ":6: below must be above 0, not 0",
        ),
        (
            "to: baseline\n  when:\n    outcome: frontier_gap_months\n    below: 6\n    for_years: -1",
            ":7: for_years must be at least 0, not the number -1",
        ),
        ("to: baseline\n  {when}\n  ramp_years: -2", ":5: ramp_years must be at least 0, not the number -2"),
        (
            "to: baseline\n  when:\n    outcome: gap\n    below: 6",
            ":5: outcome must be 'frontier_gap_months' or 'scale_pace', not the text \"gap\"",
        ),
        (
            "to: baseline\n  when:\n    belw: 6",
            ':5: unknown key "belw" under switch.when; did you mean "below"?',
        ),
        ("to: baseline\n  when: {{below: 6}}", ":4: when needs a date, or"),
        ("to: baseline\n  when: {{date: 2041}}", ":4: date is wrong: the date 2041 is after 2040"),
        ("to: baseline\n  when: {{date: 2032, below: 6}}", ":4: when has both a date and an outcome"),
        ("to: baseline\n  when: {{date: 2032, for_years: 1}}", ":4: when has both a date and an outcome"),
        (
            "to: baseline\n  {when}\n  levers:\n    catchup_shar: 1",
            ':6: there is no lever "catchup_shar"; did you mean "catchup_share"?',
        ),
        ("to: a\n  {when}", ":3: strategies refer to one another in a circle: a -> a"),
        ("to: a.yaml\n  {when}", ":3: strategies refer to one another in a circle: a -> a"),
    ],
)
def test_each_fault_is_told_with_its_line(
    write: Write, library: StrategyLibrary, faults: Callable[..., list[str]], text: str, fault: str
) -> None:
    path = write(PLACE, f"levers: {{}}\nswitch:\n  {text.format(when=WHEN)}\n")

    found = faults(library.resolve, path)

    assert any(line.startswith(PLACE + fault) for line in found), found


@pytest.mark.parametrize("text", ["switch:\n", "switch: later\n", "switch: [1]\n"])
def test_what_is_no_switch_is_told(
    write: Write, library: StrategyLibrary, faults: Callable[..., list[str]], text: str
) -> None:
    (fault,) = faults(library.resolve, write(PLACE, text))

    assert fault.startswith(f"{PLACE}:1: switch must be indented lines")


def test_a_circle_through_another_strategy_is_told(
    write: Write, library: StrategyLibrary, faults: Callable[..., list[str]]
) -> None:
    write("strategies/b.yaml", "extends: a\n")
    path = write(PLACE, f"switch: {{to: b, {WHEN}}}\n")

    assert faults(library.resolve, path) == [
        "strategies/b.yaml:1: strategies refer to one another in a circle: a -> b -> a;"
        " take one step of it out"
    ]


def test_a_strategy_that_switches_is_neither_mixed_nor_switched_to(
    write: Write,
    library: StrategyLibrary,
    faults: Callable[..., list[str]],
    resolved: Callable[[str], Strategy],
) -> None:
    resolved(STATE)
    mix = write("strategies/mix.yaml", "mix:\n  pure_catchup: 0.5\n  a: 0.5\n")
    twice = write("strategies/twice.yaml", f"switch:\n  {WHEN}\n  to: a\n")

    words = (
        "a switches to pure_exploration over 2 years, once frontier_gap_months has been below 6 for 1 year"
    )
    (told,) = faults(library.resolve, mix)
    assert told.startswith(f"strategies/mix.yaml:3: {words}; only strategies that do not switch can be mixed")
    (told,) = faults(library.resolve, "0.5 a + 0.5 baseline")
    assert told.startswith(f'strategy "0.5 a + 0.5 baseline": {words}')
    (told,) = faults(library.resolve, twice)
    assert told.startswith(f"strategies/twice.yaml:3: {words}")


def test_a_strategy_that_switches_reads_back_the_same(
    content: Content, write: Write, resolved: Callable[[str], Strategy]
) -> None:
    library = content.strategies
    text = STATE.replace("below: 6", "below: 6.5, for_years: 0.25").replace("}}", "}, ramp_years: 1.5}")
    strategy = library.resolve(resolved(text), {"fiscal_ai_rd": {2030: 70, 2031: [70, 80]}})

    written = strategy_yaml(strategy, content.levers)
    read = library.resolve(write("strategies/saved.yaml", written))

    assert read.paths == strategy.paths
    one, other = switch_of(read), switch_of(strategy)
    assert one.paths == other.paths
    assert (one.below, one.for_years, one.ramp_years) == (6.5, 0.25, 1.5)
    assert (other.below, other.for_years, other.ramp_years) == (6.5, 0.25, 1.5)
    assert list(read_document(Path("strategies/saved.yaml")).data["switch"]) == [
        "to", "when", "ramp_years", "levers"
    ]  # fmt: skip


@pytest.mark.parametrize(("date", "ramp"), [(2032, 2), (2039.25, 2), (2026, 0), (2031, 0.3), (2029.123, 4.7)])
def test_a_dated_switch_reads_back_the_same(
    content: Content, tree: Path, resolved: Callable[[str], Strategy], date: float, ramp: float
) -> None:
    when = f"when: {{date: {date}}}, ramp_years: {ramp}"
    strategy = resolved(f"extends: pure_catchup\nswitch: {{to: pure_exploration, {when}}}\n")

    save_strategy(tree / "strategies" / "saved.yaml", strategy, content.levers)

    assert content.strategies.resolve("saved").paths == strategy.paths


def test_a_new_strategy_says_that_its_parent_switches(
    content: Content, tree: Path, resolved: Callable[[str], Strategy]
) -> None:
    parent = resolved(STATE)
    start_strategy(tree / "strategies" / "mine.yaml", "a", content)
    start_strategy(tree / "strategies" / "other.yaml", "pure_catchup", content)

    text = (tree / "strategies" / "mine.yaml").read_text(encoding="utf-8")
    assert f"# The parent switches {parent.switch}.\n" in text
    assert "switch" not in (tree / "strategies" / "other.yaml").read_text(encoding="utf-8")
    mine = content.strategies.resolve("mine")
    assert mine.paths == parent.paths
    assert mine.switch == parent.switch


def test_no_switch_is_told_as_none() -> None:
    assert switch_text(None) == "none"
