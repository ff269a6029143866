"""The section on public cost."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

from twintrack.pages.blocks import Cell, Table
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.sections.cost import blocks, cost_table
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def test_costs_are_compared_in_the_same_world(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 50.0 if name == "red" else 0.0)
    rows = cost_table(ReportView(data, texts=Texts("en")), "central").rows
    assert [row[2] for row in rows] == ["0", "+50", "0"]
    assert [row[4] for row in rows] == ["× 1.00"] * 3


def test_public_cost_is_not_listed_at_equal_public_cost(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 8.0 * (name == "red"))
    model = cast("Any", data.model)
    model.outcomes["public_cost"] = data.model.outcomes["gain"]
    model.world, model.equations = {"luck": SimpleNamespace(confidence="high")}, SimpleNamespace(variables=())
    data.definition.outcomes = ("gain", "public_cost")
    equal = blocks(ReportView(data, texts=Texts("en")))[-1]
    assert isinstance(equal, Table)
    assert [row[0].text for row in equal.rows if isinstance(row[0], Cell) and row[0].rows] == ["gain\u00a0↑"]
