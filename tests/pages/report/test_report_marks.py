"""Outcomes side by side: what is marked, and what is coloured."""

from __future__ import annotations

from collections.abc import Callable

from twintrack.pages.blocks import Cell
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.marks import marked, matrices
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def _view(data: ReportData) -> ReportView:
    return ReportView(data, texts=Texts("en"))


def _marked(data: ReportData) -> list[str]:
    return [cell.mark for cell in marked(_view(data), "gain", data.at("gain", "central", 2040.0))]


def _cells(data: ReportData) -> list[Cell]:
    """What stands beside the names of the strategies in the table of many."""
    (table,) = matrices(_view(data), ["gain"], "results.csv")
    cells = [row[1] for row in table.rows]
    return [cell for cell in cells if isinstance(cell, Cell)]


def test_the_best_is_marked_and_ties_are_marked_as_ties(made_up: Callable[..., ReportData]) -> None:
    assert _marked(made_up(lambda name, world: {"red": 8.0}.get(name, 0.0))) == ["", "best", ""]
    tie = made_up(lambda name, world: {"red": 1.0, "blue": 2.0 * (world % 2)}.get(name, -5.0))
    assert _marked(tie) == ["", "tie", "tie"]
    assert _marked(made_up(lambda name, world: 1.0)) == ["same"] * 3
    assert _marked(made_up(lambda name, world: {"red": 8.0}.get(name, 0.0), better="neutral")) == [""] * 3


def test_differences_below_a_thousandth_of_the_level_are_ties_or_the_same(
    made_up: Callable[..., ReportData],
) -> None:
    near = made_up(lambda name, world: {"red": 8.0, "blue": 7.95}.get(name, 0.0))
    assert _marked(near) == ["", "tie", "tie"]
    for better in ("higher", "neutral"):
        same = made_up(lambda name, world: 0.09 * (name == "red"), better=better)
        assert _marked(same) == ["same"] * 3
        assert same.untouched("gain")


def test_colours_say_how_often_a_strategy_beats_the_baseline(made_up: Callable[..., ReportData]) -> None:
    gains = {"red": lambda world: 8.0, "blue": lambda world: -4.0 if world < 9 else 4.0}
    data = made_up(lambda name, world: gains.get(name, lambda _: 0.0)(world))
    assert [cell.text for cell in _cells(data)] == ["100.0", "108.0", "96.0"]
    assert [cell.tone for cell in _cells(data)] == ["", "more-3", "less-2"]
    assert [cell.end for cell in _cells(data)] == ["", "●", "○"]
    lower = made_up(lambda name, world: gains.get(name, lambda _: 0.0)(world), better="lower")
    assert [cell.tone for cell in _cells(lower)] == ["", "less-3", "more-2"]
    assert [cell.end for cell in _cells(lower)] == ["", "○", "●"]


def test_what_reads_the_same_has_no_colour(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 0.3}.get(name, 0.0), spec=".0f")
    assert [(cell.text, cell.tone) for cell in _cells(data)] == [("100", "")] * 3


def test_where_all_medians_are_nil_means_are_shown(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 40.0 if name == "red" and world < 2 else -100.0)
    data.own["gain"] = data.own["gain"].where(data.own["gain"] > 100, 0.0)
    assert [cell.text for cell in _cells(data)] == ["0.0", "28.0", "0.0"]
    (table,) = matrices(_view(data), ["gain"], "results.csv")
    assert isinstance(table.head[1], Cell) and table.head[1].small.endswith("mean")


def test_a_mean_has_no_range_beside_it(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 4000.0 if name == "red" and world < 1 else -100.0)
    data.own["gain"] = data.own["gain"].where(data.own["gain"] > 100, 0.0)
    bands = data.bands["gain"].sel(scenario="central", time=2040.0)
    cells = marked(_view(data), "gain", data.at("gain", "central", 2040.0), bands)
    assert [(cell.text, cell.small, cell.range) for cell in cells][1] == ("410.0", "mean", "")
