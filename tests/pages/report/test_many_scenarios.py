"""A page of many scenarios shows costs, waste and levels of the first ones, and says where all are."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from twintrack.pages.blocks import Block, Note, Table
from twintrack.pages.report.data import MOST_SCENARIOS, ReportData
from twintrack.pages.report.sections import cost, robustness
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts

MadeUp = Callable[..., ReportData]


def _view(made_up: MadeUp, number: int) -> ReportView:
    """A report of three strategies under so many scenarios, with the same results in each."""
    data = made_up(lambda name, world: 8.0 * (name == "red") + world)
    names = [f"scenario {place}" for place in range(number)]

    def under_all(results: xr.Dataset) -> xr.Dataset:
        return xr.concat([results.assign_coords(scenario=[name]) for name in names], "scenario")

    scenarios: Any = {name: data.scenarios["central"] for name in names}
    model: Any = data.model
    model.world, model.equations = {"luck": SimpleNamespace(confidence="high")}, SimpleNamespace(variables=())
    many = dataclasses.replace(
        data, scenarios=scenarios, own=under_all(data.own), equal=under_all(data.equal)
    )
    return ReportView(many, texts=Texts("en"))


def _tables(blocks: list[Block], key: str) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table) and block.key == key]


@pytest.mark.parametrize("number", [MOST_SCENARIOS, MOST_SCENARIOS + 2])
def test_costs_are_shown_for_the_first_scenarios_and_the_file_is_named(made_up: MadeUp, number: int) -> None:
    view = _view(made_up, number)
    found = cost.blocks(view)
    assert len(_tables(found, "cost_caption")) == MOST_SCENARIOS
    told = [block.text for block in found if isinstance(block, Note) and "of 6 scenarios" in block.text]
    assert len(told) == (number > MOST_SCENARIOS)
    assert all("data/results_equal_cost.csv holds all" in text for text in told)
    rows = cost.SECTION.files["equal_cost_factors.csv"](view).splitlines()
    assert len(rows) - 1 == np.prod([number, len(view.data.strategies), view.data.worlds_count])


def test_first_places_of_many_scenarios_are_told_of_the_last_year_in_all_of_them(made_up: MadeUp) -> None:
    few, many = (robustness.blocks(_view(made_up, number)) for number in (MOST_SCENARIOS, MOST_SCENARIOS + 2))
    assert len(_tables(few, "shares_caption")) == MOST_SCENARIOS
    assert not _tables(many, "shares_caption")
    assert len(_tables(many, "share_best_caption")) == MOST_SCENARIOS + 2
    assert any(isinstance(block, Note) and "data/regret.csv" in block.text for block in many)
