"""Tables with a row for each strategy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from twintrack.pages.report.data import ReportData
from twintrack.pages.report.overview import Overview
from twintrack.pages.report.tables import Tables
from twintrack.pages.texts import Texts


def _overview(data: ReportData) -> Overview:
    texts = Texts("en")
    return Overview(data, texts, Tables(data, texts))


def _cells(data: ReportData, key: str) -> list[Any]:
    return [row["cells"][0][key] for row in _overview(data).matrices()[0]["rows"]]


def test_colours_say_how_often_a_strategy_beats_the_baseline(made_up: Callable[..., ReportData]) -> None:
    gains = {"red": lambda world: 8.0, "blue": lambda world: -4.0 if world < 9 else 4.0}
    data = made_up(lambda name, world: gains.get(name, lambda _: 0.0)(world))
    assert _cells(data, "value") == ["100.0", "108.0", "96.0"]
    assert _cells(data, "tone") == ["", "more-3", "less-2"]
    assert _cells(data, "mark") == ["", "first", "last"]
    lower = made_up(lambda name, world: gains.get(name, lambda _: 0.0)(world), better="lower")
    assert _cells(lower, "tone") == ["", "less-3", "more-2"]
    assert _cells(lower, "mark") == ["", "last", "first"]


def test_what_reads_the_same_has_no_colour(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 0.3}.get(name, 0.0), spec=".0f")
    assert _cells(data, "value") == ["100"] * 3
    assert _cells(data, "tone") == [""] * 3


def test_where_all_medians_are_nil_means_are_shown(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 40.0 if name == "red" and world < 2 else -100.0)
    data.own["gain"] = data.own["gain"].where(data.own["gain"] > 100, 0.0)
    assert _cells(data, "value") == ["0.0", "28.0", "0.0"]
    assert _cells(data, "mean") == [True] * 3


def test_a_strategy_is_dominated_by_one_that_is_better_somewhere_and_worse_nowhere(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: {"red": 8.0, "blue": -4.0}.get(name, 0.0))
    (table,) = _overview(data).standings()
    assert [row["dominated"] for row in table["rows"]] == ["Red", "", "Baseline and Red"]
    assert [row["cells"] for row in table["rows"]] == [
        ["0", "0", "", ""],
        ["1", "0", "1", "0"],
        ["0", "1", "0", "1"],
    ]


def test_ranges_are_sorted_by_the_median_and_lie_inside_the_axis(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0, "blue": -4.0}.get(name, 0.0) + world)
    (figure,) = _overview(data).ranges()
    assert [row["title"] for row in figure["rows"]] == ["Red", "Baseline", "Blue"]
    assert [row["reference"] for row in figure["rows"]] == [False, True, False]
    for row in figure["rows"]:
        left, width, middle = (float(row[key]) for key in ("left", "width", "middle"))
        assert 0 <= left < middle < left + width <= 100
    assert figure["mark"] == figure["rows"][1]["middle"]


def test_decisions_are_told_in_a_sentence_without_the_usual_years(made_up: Callable[..., ReportData]) -> None:
    rows = _overview(made_up(lambda name, world: 0.0)).decisions()
    assert [row["levers"] for row in rows] == ["", "Effort 1 → 2", ""]


def test_shares_and_regrets_have_a_row_per_strategy(made_up: Callable[..., ReportData]) -> None:
    overview = _overview(made_up(lambda name, world: 8.0 * (name == "red" and world < 7)))
    shares, regrets = (
        [row["cells"][0]["value"] for row in table["rows"]]
        for table in (overview.shares()[0], overview.regrets()[0])
    )
    assert shares == ["10%", "80%", "10%"]
    assert regrets == ["5.6", "0.0", "5.6"]
