"""The section on results."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pytest

from twintrack.inputs.outcomes import Statistic
from twintrack.pages.blocks import Cell, Table
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.sections.results import results_table, spread, standing_table, statistics_data
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def _view(data: ReportData) -> ReportView:
    return ReportView(data, texts=Texts("en"))


def _texts(table: Table) -> list[list[str]]:
    return [[cell.text if isinstance(cell, Cell) else cell for cell in row] for row in table.rows]


def test_results_give_median_and_range_of_each_year(made_up: Callable[..., ReportData]) -> None:
    table = results_table(_view(made_up(lambda name, world: float(world))), "central")
    (group,) = table.groups
    assert [cells[-4] for cells in group] == ["2030", "2040"]
    outcome, _, cell, *_ = group[0]
    assert isinstance(outcome, Cell) and outcome.text.startswith("gain") and outcome.rows == 2
    assert isinstance(cell, Cell) and (cell.text, cell.range) == ("104.5", "100.5 – 108.5")


def test_a_statistic_stands_under_its_outcome_and_in_the_data(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: float(world) if name == "red" else 0.0)
    words = {"title": {"en": "Above", "zh": "x"}, "unit": "Dmnl", "better": "higher", "format": ".0%"}
    share = Statistic.model_validate({**words, "name": "share", "of": "gain", "above": 106})
    known = cast("dict[str, Statistic]", data.model.inputs.outcomes.statistics)
    known["share"] = share
    _, group = results_table(_view(data), "central").groups
    assert [cell.text if isinstance(cell, Cell) else cell for cell in group[0]] == [
        "Above\u00a0↑",
        "2030",
        *("0%", "30%", "0%"),
    ]
    table = statistics_data(data).query("strategy == 'red' and year == 2040")
    assert table["value"].loc["share"] == pytest.approx(0.3)


def test_a_strategy_is_dominated_by_one_that_is_better_somewhere_and_worse_nowhere(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: {"red": 8.0, "blue": -4.0}.get(name, 0.0))
    assert _texts(standing_table(_view(data), "central")) == [
        ["Baseline", "0", "0", "", "", "Red"],
        ["Red", "1", "0", "1", "0", "no other"],
        ["Blue", "0", "1", "0", "1", "Baseline and Red"],
    ]


def test_ranges_are_sorted_by_the_median_and_lie_inside_the_axis(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0, "blue": -4.0}.get(name, 0.0) + world)
    found = spread(_view(data), "gain", "central")
    assert [row.title for row in found.rows] == ["Red", "Baseline", "Blue"]
    assert [row.reference for row in found.rows] == [False, True, False]
    assert all(0 <= row.left < row.middle < row.right <= 100 for row in found.rows)
    assert found.mark == found.rows[1].middle
