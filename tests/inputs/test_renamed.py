"""Names of before, in all files of users."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack.inputs.check import check_content
from twintrack.inputs.check_files import check_file
from twintrack.inputs.content import Content, load_content
from twintrack.inputs.renamed import RENAMED_FILE
from twintrack.inputs.reports import load_report
from twintrack.inputs.world import world_overrides

Write = Callable[[str, str], Path]
Faults = Callable[..., list[str]]

TABLE = """\
renamed:
  levers: {pursuit: catchup_share, hunt: catchup_share, patience: capital_patience}
  world: {cost_growth: cost_growth_factor, "ceiling[big]": "route_ceiling[scale]"}
  outcomes: {months_behind: frontier_gap_months, "chips[abroad]": "accelerator_stock[imported]"}
gone:
  levers: {subsidy: folded into public research money; set fiscal_ai_rd}
  world: {luck: nobody knew it; leave it out}
  outcomes: {happiness: not in the model any more; ask for adoption_rate}
"""
HEAD = "title: {en: A, zh: 甲}\n"


@pytest.fixture
def old(write: Write, tree: Path) -> Content:
    """The small content, with names of before."""
    write(str(RENAMED_FILE), TABLE)
    return load_content(tree)


def new_names(caplog: pytest.LogCaptureFixture) -> list[str]:
    assert all(message.startswith("note: ") for message in caplog.messages)
    return [message.removeprefix("note: ") for message in caplog.messages]


def test_old_levers_of_a_strategy_are_the_new_ones(
    old: Content, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write("strategies/new.yaml", "levers:\n  catchup_share: 0.3\n  capital_patience: {2026: 4, 2030: 8}\n")
    write("strategies/old.yaml", "levers:\n  pursuit: 0.3\n  patience: {2026: 4, 2030: 8}\n")
    made = old.strategies.resolve("old")

    assert made.paths == old.strategies.resolve("new").paths
    assert made.said == {
        "catchup_share": "strategies/old.yaml:2",
        "capital_patience": "strategies/old.yaml:3",
    }
    assert new_names(caplog) == [
        "strategies/old.yaml:2: the lever has a new name: pursuit -> catchup_share",
        "strategies/old.yaml:3: the lever has a new name: patience -> capital_patience",
    ]


def test_a_note_is_given_once(old: Content, write: Write, caplog: pytest.LogCaptureFixture) -> None:
    write("strategies/parts/left.yaml", "levers: {pursuit: 0.3}\n")
    write("strategies/right.yaml", "extends: [left]\n")
    for name in ("left", "right", "left"):
        old.strategies.resolve(name, {"pursuit": 0.4})

    assert new_names(caplog) == [
        "strategies/parts/left.yaml:1: the lever has a new name: pursuit -> catchup_share",
        "--set pursuit=0.4: the lever has a new name: pursuit -> catchup_share",
    ]


def test_parts_clash_whichever_name_they_use(old: Content, write: Write, faults: Faults) -> None:
    write("strategies/parts/left.yaml", "levers: {pursuit: 0.3}\n")
    write("strategies/parts/right.yaml", "levers: {catchup_share: 0.4}\n")
    write("strategies/decided.yaml", "extends: [left, right]\nlevers: {hunt: 0.5}\n")

    (clash,) = faults(old.strategies.resolve, "left + right")
    assert "strategies/parts/left.yaml:1" in clash and "strategies/parts/right.yaml:1" in clash
    assert old.strategies.resolve("decided").paths["catchup_share"].values[-1] == 0.5


def test_a_switch_may_use_old_names(old: Content, write: Write) -> None:
    when = "below: 6, for_years: 1}\n"
    text = HEAD + "switch:\n  to: baseline\n"
    write(
        "strategies/old.yaml", f"{text}  levers: {{pursuit: 0.3}}\n  when: {{outcome: months_behind, {when}"
    )
    write(
        "strategies/new.yaml",
        f"{text}  levers: {{catchup_share: 0.3}}\n  when: {{outcome: frontier_gap_months, {when}",
    )

    made, expected = old.strategies.resolve("old").switch, old.strategies.resolve("new").switch
    assert made is not None and expected is not None
    assert (made.paths, made.outcome) == (expected.paths, "frontier_gap_months")


@pytest.mark.parametrize(
    ("levers", "fault"),
    [
        ("pursuit: 0.3\n  catchup_share: 0.4", '"pursuit" and "catchup_share" are the same lever'),
        ("pursuit: 0.3\n  hunt: 0.4", '"pursuit" and "hunt" are the same lever'),
    ],
)
def test_one_lever_under_two_names_is_a_fault(
    old: Content, write: Write, faults: Faults, levers: str, fault: str
) -> None:
    write("strategies/a.yaml", f"levers:\n  {levers}\n")

    assert faults(old.strategies.resolve, "a") == [
        f'strategies/a.yaml:3: {fault}, now called "catchup_share"; keep one'
    ]


def test_what_is_gone_is_told_with_its_reason_and_all_other_faults(
    old: Content, write: Write, faults: Faults
) -> None:
    path = write(
        "strategies/a.yaml",
        "levers:\n  subsidy: 1\n  pursuit: 9\n  patienc: 3\nswitch:\n  to: baseline\n"
        "  levers: {subsidy: 2}\n  when: {outcome: happiness, below: 1}\n",
    )
    reason = "is gone: folded into public research money; set fiscal_ai_rd"

    assert [str(fault) for fault in check_file(path, old)] == [
        f'strategies/a.yaml:2: the lever "subsidy" {reason}',
        f'strategies/a.yaml:7: the lever "subsidy" {reason}',
        'strategies/a.yaml:8: the outcome "happiness" is gone:'
        " not in the model any more; ask for adoption_rate",
        "strategies/a.yaml:8: outcome must be 'frontier_gap_months' or 'scale_pace', not the text"
        ' "happiness"',
        "strategies/a.yaml:3: catchup_share must be from 0 to 1 (unit: 1), not 9",
        'strategies/a.yaml:4: there is no lever "patienc"; did you mean "capital_patience"?',
    ]


@pytest.mark.parametrize("folder", ["scenarios", "family"])
def test_scenarios_and_countries_may_use_old_names(
    old: Content, write: Write, caplog: pytest.LogCaptureFixture, folder: str
) -> None:
    grounds = "grounds:\n  cost_growth: {source: assumption, reason: A guess.}\n"
    place = f"model/{folder}/a.yaml"
    write(place, f"{HEAD}world:\n  cost_growth: 3\n{grounds}")
    made = old.scenario("a")

    assert made.world == {"cost_growth_factor": 3}
    assert list(made.grounds) == ["cost_growth_factor"]
    assert new_names(caplog) == [
        f"{place}:3: the world parameter has a new name: cost_growth -> cost_growth_factor"
    ]
    assert check_file(old.root / place, old) == []


def test_an_element_of_an_array_has_a_new_name_too(old: Content, write: Write) -> None:
    write("model/scenarios/a.yaml", HEAD + 'world: {"ceiling[big]": 7}\n')

    assert old.scenario("a").world == {"route_ceiling[scale]": 7}


def test_faults_of_old_names_in_scenarios(old: Content, write: Write, faults: Faults) -> None:
    write(
        "model/scenarios/a.yaml",
        HEAD + "world:\n  luck: 1\n  cost_growth: 2\n  cost_growth_factor: 3\n  x: 1\n",
    )

    assert faults(old.scenario, "a") == [
        'model/scenarios/a.yaml:3: the world parameter "luck" is gone: nobody knew it; leave it out',
        'model/scenarios/a.yaml:5: "cost_growth" and "cost_growth_factor" are the same world parameter,'
        ' now called "cost_growth_factor"; keep one',
        'model/scenarios/a.yaml:6: there is no world parameter "x"',
    ]


def test_a_citation_of_a_scenario_with_old_names_has_its_line(old: Content, write: Write) -> None:
    grounds = "grounds:\n  cost_growth:\n    source: jiang2024\n    reason: A guess.\n"
    write("model/scenarios/a.yaml", HEAD + "world: {cost_growth: 3}\n" + grounds)

    assert [str(fault) for fault in check_content(old.root)] == [
        'model/scenarios/a.yaml:5: there is no source "jiang2024"; did you mean "jiang2025"?'
    ]


def test_reports_may_use_old_names(old: Content, write: Write, caplog: pytest.LogCaptureFixture) -> None:
    text = (old.root / "reports" / "comparison.yaml").read_text(encoding="utf-8")
    path = write("reports/old.yaml", text.replace("frontier_gap_months", "months_behind"))

    assert load_report(path, old) == load_report(old.root / "reports" / "comparison.yaml", old)
    assert new_names(caplog) == [
        "reports/old.yaml:5: the outcome has a new name: months_behind -> frontier_gap_months"
    ]


def test_faults_of_old_names_in_reports(old: Content, write: Write, faults: Faults) -> None:
    text = (old.root / "reports" / "comparison.yaml").read_text(encoding="utf-8")
    wrong = text.replace("adoption_rate", "happiness").replace("public_cost,", "months_behind,")
    path = write("reports/old.yaml", wrong)

    assert faults(load_report, path, old) == [
        'reports/old.yaml:6: the outcome "happiness" is gone:'
        " not in the model any more; ask for adoption_rate",
        'reports/old.yaml:6: "frontier_gap_months" and "months_behind" are the same outcome,'
        ' now called "frontier_gap_months"; keep one',
        "reports/old.yaml:5: outcome frontier_gap_months is named twice; keep one",
    ]


def test_what_is_set_by_hand_may_use_old_names(
    old: Content, faults: Faults, caplog: pytest.LogCaptureFixture
) -> None:
    assert old.strategies.resolve("baseline", {"pursuit": "0.3"}).own.keys() == {"catchup_share"}
    assert world_overrides({"cost_growth": "2"}, old.world, old=old.renamed.world) == {
        "cost_growth_factor": 2
    }
    assert new_names(caplog) == [
        "--set pursuit=0.3: the lever has a new name: pursuit -> catchup_share",
        "--world cost_growth=2: the world parameter has a new name: cost_growth -> cost_growth_factor",
    ]
    given = {"pursuit": "0.3", "catchup_share": "0.4", "subsidy": "1", "x": "1"}
    assert faults(old.strategies.resolve, "baseline", given) == [
        '--set catchup_share=0.4: "pursuit" and "catchup_share" are the same lever,'
        ' now called "catchup_share"; keep one',
        '--set subsidy=1: the lever "subsidy" is gone: folded into public research money; set fiscal_ai_rd',
        '--set x=1: there is no lever "x"',
    ]


def test_a_change_of_the_table_counts_at_once(old: Content, write: Write) -> None:
    write(str(RENAMED_FILE), TABLE.replace("pursuit", "chase"))

    assert "chase" in load_content(old.root).renamed.levers.renamed


def test_a_content_without_the_table_has_no_names_of_before(content: Content) -> None:
    assert content.renamed.levers.renamed == content.renamed.world.gone == {}


@pytest.mark.parametrize(
    ("old_text", "new_text", "fault"),
    [
        (
            "patience: capital_patience",
            "patience: capital_patienc",
            ':2: there is no lever "capital_patienc"',
        ),
        ("hunt:", "catchup_share:", ':2: the lever "catchup_share" is in use'),
        ("cost_growth:", "discount_rate:", ':3: the world parameter "discount_rate" is in use'),
        ("happiness:", "adoption_rate:", ':8: the outcome "adoption_rate" is in use'),
        ("luck:", "cost_growth:", ':3: "cost_growth" stands under "gone:" too; keep one of the two'),
        ("gone:", "going:", ':5: unknown key "going"'),
        ("  outcomes: {happiness", "  variables: {happiness", ':8: unknown key "variables" under gone'),
        ("not in the model any more; ask for adoption_rate", '""', ":8: happiness must not be empty"),
    ],
)
def test_entries_of_the_table_are_checked(
    tree: Path, tables: Content, write: Write, old_text: str, new_text: str, fault: str
) -> None:
    assert TABLE.count(old_text) == 1
    path = write(str(RENAMED_FILE), TABLE.replace(old_text, new_text))

    (found,) = [str(fault) for fault in check_file(path, tables)]
    assert found.startswith(f"{RENAMED_FILE}{fault}")
    assert found in [str(fault) for fault in check_content(tree)]


def test_files_of_the_model_itself_are_written_in_the_names_of_today(old: Content, write: Write) -> None:
    text = "policy_start: 2026\nramp_years: 2\nlevers: {}\ngroups: {a: {title: A, levers: [pursuit]}}\n"
    path = write("elsewhere/levers.yaml", text)

    assert [fault.message for fault in check_file(path, old)] == ['there is no lever "pursuit"']
