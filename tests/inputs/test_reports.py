import re
from collections.abc import Callable
from pathlib import Path

import pytest

from twintrack.inputs.content import Content
from twintrack.inputs.reports import load_report


@pytest.fixture
def text(tree: Path) -> str:
    return (tree / "reports" / "comparison.yaml").read_text(encoding="utf-8")


def test_a_report_names_what_it_shows(tree: Path, content: Content) -> None:
    report = load_report(tree / "reports" / "comparison.yaml", content)

    assert report.strategies == ("baseline", "pure_catchup", "0.6 pure_catchup + 0.4 pure_exploration")
    assert (report.ensemble.worlds, report.ensemble.seed) == (20, 1)
    assert report.years == (2030, 2040)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "pure_catchup,",
            "pure_catchp,",
            ':2: there is no strategy "pure_catchp"; did you mean "pure_catchup"?',
        ),
        (
            "pure_catchup,",
            "pure_catchup, pure_catchup,",
            ":2: strategy pure_catchup is named twice",
        ),
        ("closed]", "closed, closed]", ":3: scenario closed is named twice; keep one"),
        ("zh]", "zh, zh]", ":8: language zh is named twice; keep one"),
        ("2040]", "2040, 2040.0]", ":7: year 2040 is named twice; keep one"),
        (
            "adoption_rate",
            "adoption_rate, adoption_rate",
            ":5: outcome adoption_rate is named twice; keep one",
        ),
        ("0.6 pure", "0.7 pure", ":2: the weights of the mix must sum to 1; they sum to 1.1"),
        ("closed]", "close]", ':3: there is no scenario "close"; did you mean "closed"?'),
        ("adoption_rate", "adoption", ':6: there is no outcome "adoption"; did you mean "adoption_rate"?'),
        ("closed]", "thaw, x]", ':3: there is no scenario "x"'),
        ("worlds: 20", "worlds: 0", ":4: worlds must be at least 1, not the number 0"),
        ("seed: 1", "seed: 1.5", ":4: seed must be a whole number, not the number 1.5"),
        ("2040]", '"{a}"]', ':7: years.1 is wrong: "{a}" is not a date; write a year'),
        ("2040]", "2050]", ":7: years.1 is wrong: the date 2050 is after 2040"),
        ("zh]", "fr]", ":8: languages.1 must be 'en' or 'zh', not the text \"fr\""),
        ("years:", "year:", ':7: unknown key "year"; did you mean "years"?'),
    ],
)
def test_faults_of_reports_have_their_line(
    write: Callable[..., Path],
    content: Content,
    faults: Callable[..., list[str]],
    text: str,
    old: str,
    new: str,
    fault: str,
) -> None:
    path = write("reports/a.yaml", text.replace(old, new))

    found = faults(load_report, path, content)

    assert any(line.startswith("reports/a.yaml" + fault) for line in found), found


def test_faults_inside_a_strategy_of_a_report_are_told_there(
    write: Callable[..., Path], content: Content, faults: Callable[..., list[str]]
) -> None:
    write("strategies/pure_catchup.yaml", "levers:\n  x: 1\n")

    found = faults(load_report, content.root / "reports" / "comparison.yaml", content)

    assert found == ['strategies/pure_catchup.yaml:2: there is no lever "x"']


def test_a_report_may_have_a_single_outcome(write: Callable[..., Path], content: Content, text: str) -> None:
    path = write(
        "reports/a.yaml",
        re.sub(r"outcomes:.*\nyears", "outcomes: [adoption_rate]\nyears", text, flags=re.DOTALL),
    )

    assert load_report(path, content).outcomes == ("adoption_rate",)


def test_a_report_without_outcomes_is_told(
    write: Callable[..., Path], content: Content, faults: Callable[..., list[str]], text: str
) -> None:
    path = write(
        "reports/a.yaml", re.sub(r"outcomes:.*\nyears", "outcomes: []\nyears", text, flags=re.DOTALL)
    )

    assert any("outcomes needs at least 1 entries" in fault for fault in faults(load_report, path, content))
