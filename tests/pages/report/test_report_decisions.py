"""The section on what strategies decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from twintrack.inputs.paths import TimePath
from twintrack.pages.blocks import Cell
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.sections.decisions import levers_table, path_in_words, strategies_table
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def _view(data: ReportData) -> ReportView:
    return ReportView(data, texts=Texts("en"))


def test_decisions_list_only_levers_that_differ_and_say_when(made_up: Callable[..., ReportData]) -> None:
    (row,) = levers_table(_view(made_up(lambda name, world: 0.0))).rows
    texts = [cell.text if isinstance(cell, Cell) else cell for cell in row]
    assert texts == ["Effort", "1", "1 → 2, 2026–2028", "="]


def test_decisions_are_told_in_a_sentence_without_the_usual_years(made_up: Callable[..., ReportData]) -> None:
    table = strategies_table(_view(made_up(lambda name, world: 0.0)))
    assert [cell.small for _, cell in table.rows if isinstance(cell, Cell)] == ["", "Effort 1 → 2", ""]


def test_strategies_differ_from_the_first_lever_that_moves(made_up: Callable[..., ReportData]) -> None:
    assert made_up(lambda name, world: 0.0).divergence == 2026


@pytest.mark.parametrize(
    ("knots", "text"),
    [
        ([(2016.0, 0.8)], "0.8"),
        ([(2026.0, 60.0), (2030.0, 150.0)], "60 → 150, 2026–2030"),
        ([(2026.5, 0.25), (2026.5, 1.0)], "0.25 → 1, 2026.5"),
        (
            [(2026.0, 0.0), (2028.0, 40.0), (2030.0, 40.0), (2031.0, 10.0)],
            "0 → 40, 2026–2028; 40 → 10, 2030–2031",
        ),
    ],
)
def test_a_path_is_told_by_its_values_and_dates(knots: list[tuple[float, float]], text: str) -> None:
    assert path_in_words(TimePath.through(knots)) == text
