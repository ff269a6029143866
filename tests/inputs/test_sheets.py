"""Definitions of strategy sheets, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs.content import Content, load_content
from twintrack.inputs.sheets import is_sheet, load_sheet

SHEET = """kind: sheet
strategy: fast
ensemble: {worlds: 20, seed: 1}
goals: [frontier_gap_months]
review: 2030
horizon: 2040
languages: [en]
"""


@pytest.fixture(scope="module")
def small(small_content: Path) -> Content:
    return load_content(small_content)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.yaml"
    path.write_text(SHEET, encoding="utf-8")
    return path


def test_a_sheet_is_known_by_its_kind(path: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.yaml"
    report.write_text("title: Report", encoding="utf-8")
    assert is_sheet(path) and not is_sheet(report)


def test_another_strategy_takes_the_place_of_that_of_the_definition(path: Path, small: Content) -> None:
    assert load_sheet(path, small).strategy == "fast"
    assert load_sheet(path, small).scenario == "central"
    assert load_sheet(path, small, "0.5 fast + 0.5 open").strategy == "0.5 fast + 0.5 open"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("fast", "fats", ':2: there is no strategy "fats"; did you mean "fast"?'),
        ("fast", "baseline", ":2: baseline is what every strategy is held against; name another one"),
        ("gap_months", "gap", ':4: there is no outcome "frontier_gap"'),
        (
            "[frontier_gap_months]",
            "[frontier_gap_months, frontier_gap_months]",
            ":4: outcome frontier_gap_months is named",
        ),
        ("2030", "2026", ":5: must lie after policies begin in 2026 and before the horizon, 2040"),
        ("2030", "2040", ":5: must lie after policies begin in 2026 and before the horizon, 2040"),
        ("review", "preview", ':5: unknown key "preview"; did you mean "review"?'),
        ("horizon: 2040", "horizon: 2040\nscenario: centrl", ':7: there is no scenario "centrl"'),
    ],
)
def test_faults_have_their_line(path: Path, small: Content, old: str, new: str, fault: str) -> None:
    path.write_text(SHEET.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_sheet(path, small)
    assert f"{path}{fault}" in str(caught.value)


def test_a_strategy_of_the_command_line_is_named_as_it_was_typed(path: Path, small: Content) -> None:
    with pytest.raises(InputError, match='--sheet fats: there is no strategy "fats"'):
        load_sheet(path, small, "fats")
