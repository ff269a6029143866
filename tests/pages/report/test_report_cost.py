"""The section on public cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, Literal, cast

import numpy as np
import pytest

from twintrack.pages.blocks import Cell, Note, Table
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.marks import matrices
from twintrack.pages.report.sections.cost import blocks, cost_table
from twintrack.pages.report.sections.results import results_data
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def test_costs_are_compared_in_the_same_world(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 50.0 if name == "red" else 0.0)
    rows = cost_table(ReportView(data, texts=Texts("en")), "central").rows
    assert [row[2] for row in rows] == ["0", "+50", "0"]
    assert [row[4].text for row in rows if isinstance(row[4], Cell)] == ["1.00"] * 3


def test_public_cost_is_not_listed_at_equal_public_cost(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 8.0 * (name == "red"))
    model = cast("Any", data.model)
    model.outcomes["public_cost"] = data.model.outcomes["gain"]
    model.world, model.equations = {"luck": SimpleNamespace(confidence="high")}, SimpleNamespace(variables=())
    data.definition.outcomes = ("gain", "public_cost")
    equal = blocks(ReportView(data, texts=Texts("en")))[-1]
    assert isinstance(equal, Table)
    assert [row[0].text for row in equal.rows if isinstance(row[0], Cell) and row[0].rows] == ["gain\u00a0↑"]


def test_worlds_that_cannot_cost_the_same_are_left_out_for_all_and_told(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: 8.0 * (name == "red"), equal=lambda name, world: float(world))
    model = cast("Any", data.model)
    model.world, model.equations = {"luck": SimpleNamespace(confidence="high")}, SimpleNamespace(variables=())
    before = data.at("gain", "central", 2040.0, equal=True)
    data.equal["budget_factor"][0, 1, :3] = np.nan
    data.equal["gain"][0, 1, :3] = np.nan

    after = data.at("gain", "central", 2040.0, equal=True)

    assert (len(before), len(after), len(data.at("gain", "central", 2040.0))) == (10, 7, 10)
    assert after.notna().all().all() and after["baseline"].tolist() == before["baseline"].tolist()[3:]
    view = ReportView(data, texts=Texts("en"))
    view.values["baseline"] = "the first strategy of the page"
    told = [part.text for part in blocks(view) if isinstance(part, Note)]
    (left_out,) = (text for text in told if "left out" in text)
    assert left_out.startswith("Central: in 30% of the futures some strategy cannot cost what Baseline costs")


def test_where_no_world_can_be_matched_nothing_is_compared_at_equal_cost(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: 8.0 * (name == "red"))
    model = cast("Any", data.model)
    model.world, model.equations = {"luck": SimpleNamespace(confidence="high")}, SimpleNamespace(variables=())
    for values in (data.equal["budget_factor"], data.equal["gain"]):
        values[0, 1] = np.nan
    view = ReportView(data, texts=Texts("en"))

    told = blocks(view)

    assert [type(part) for part in told] == [Note, Table, Note, Note]
    assert told[-1] == view.told("equal_left_out", where="Central", share="100%")
    costs = [row[4].text for row in cast("Table", told[1]).rows if isinstance(row[4], Cell)]
    assert costs == ["1.00", "–", "1.00"]
    assert results_data(data, equal=True).empty and matrices(view, ["gain"], "f.csv", equal=True) == []


@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "en",
            "counts what is spent from 2026 to 2040, discounted to 2026",
        ),
        ("zh", "现值计入2026年至2040年的支出，折现到2026年"),
    ],
)
def test_the_period_that_costs_are_counted_over_is_told(
    made_up: Callable[..., ReportData], language: Literal["en", "zh"], told: str
) -> None:
    data = made_up(lambda name, world: 50.0 if name == "red" else 0.0)
    model = cast("Any", data.model)
    model.world, model.equations = {"luck": SimpleNamespace(confidence="high")}, SimpleNamespace(variables=())
    intro = blocks(ReportView(data, texts=Texts(language)))[0]
    assert isinstance(intro, Note) and told in intro.text


def test_equal_cost_is_that_of_the_baseline_also_where_it_is_not_compared(
    made_up: Callable[..., ReportData],
) -> None:
    """Money is scaled to the baseline's cost, whichever strategy the page compares with."""
    data = made_up(lambda name, world: 0.0)
    others = {name: plan for name, plan in data.strategies.items() if name != "baseline"}
    alone = replace(
        data,
        strategies=others,
        own=data.own.sel(strategy=list(others)),
        equal=data.equal.sel(strategy=list(others)),
    )
    model = cast("Any", alone.model)
    model.world, model.equations = {"luck": SimpleNamespace(confidence="high")}, SimpleNamespace(variables=())
    (note,) = [
        block
        for block in blocks(ReportView(alone, texts=Texts("en")))
        if isinstance(block, Note) and "by one factor" in block.text
    ]
    assert "equals that of Baseline in that future" in note.text and "Red" not in note.text
