"""The section on robustness."""

from __future__ import annotations

from collections.abc import Callable

from twintrack.pages.blocks import Cell
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.sections.robustness import best_column, regret_column, regret_table, shares_table
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def _view(data: ReportData) -> ReportView:
    return ReportView(data, texts=Texts("en"))


def test_bars_of_shares_name_every_strategy_for_readers_who_cannot_see_them(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: {"red": 8.0 if world < 8 else -4.0, "blue": -9.0}.get(name, 0.0))
    cell = shares_table(_view(data), "central").rows[0][-1]
    assert isinstance(cell, Cell) and cell.bar is not None
    assert cell.bar.alt == "Baseline: 20%; Red: 80%; Blue: 0%"
    assert [part.text for part in cell.bar.parts] == ["20%", "80%"]
    assert [part.width for part in cell.bar.parts] == [20, 80]


def test_the_smallest_regret_is_marked(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0}.get(name, 0.0))
    rows = [
        [cell for cell in row if isinstance(cell, Cell)] for row in regret_table(_view(data), "central").rows
    ]
    assert [cell.text for cell in rows[0][-5:]] == ["0%", "8.0", "8.0", "8.0", "8.0"]
    assert [cell.mark for cell in rows[1][-5:]] == ["", "smallest", "smallest", "smallest", ""]


def test_shares_and_regrets_have_a_row_per_strategy(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 8.0 * (name == "red" and world < 7))
    view, values = _view(data), data.at("gain", "central", 2040.0)
    assert [cell.text for cell in best_column(view, "gain", values)] == ["10%", "80%", "10%"]
    regrets = regret_column(view, "gain", values)
    assert [cell.text for cell in regrets] == ["5.6", "0.0", "5.6"]
    assert [cell.end for cell in regrets] == ["○", "●", "○"]
