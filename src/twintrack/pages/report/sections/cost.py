"""What strategies cost the public, and their results where all cost the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twintrack.formats import MISSING, date, number, share, signed
from twintrack.pages.blocks import Block, Cell, Row, Section, Table, grouped
from twintrack.pages.numbers import table_factor
from twintrack.pages.report.data import BUDGETS, COST, COST_VALUE, COSTS, ReportData, comparable, matched
from twintrack.pages.report.marks import marked, matrices
from twintrack.pages.report.view import ReportView, csv

if TYPE_CHECKING:
    import pandas as pd

EQUAL = "results_equal_cost.csv"


def blocks(view: ReportView) -> list[Block]:
    """Give cost at own budget, then results at equal cost; cost itself, being equal there, is left out."""
    data = view.data
    names = [name for name in data.outcomes if name not in COSTS]
    if data.many:
        equal = matrices(view, names, EQUAL, equal=True)
    else:
        known = comparable(data.equal, data.first_scenarios)
        equal = [equal_table(view, names, scenario) for scenario in known]
    costs = [cost_table(view, scenario) for scenario in data.first_scenarios]
    return [
        view.told("cost_intro"),
        *view.rest(EQUAL),
        *costs,
        view.told("equal_note"),
        *_left_out(view),
        *equal,
    ]


def _left_out(view: ReportView) -> list[Block]:
    """Say in what share of the worlds some strategy cannot cost the same, by scenario."""
    shares = {name: 1 - float(matched(view.data.equal, name).mean()) for name in view.data.scenarios}
    return [
        view.told("equal_left_out", where=view.scenario(name), share=share(missing))
        for name, missing in shares.items()
        if missing
    ]


def cost_table(view: ReportView, scenario: str) -> Table:
    """Give present value and yearly mean of public cost in a scenario, and the equal-cost factor."""
    data, texts = view.data, view.texts
    total, yearly = data.cost(scenario)
    factors = data.equal["budget_factor"].sel(scenario=scenario)
    change = 100 * (total.div(total[data.reference], axis=0) - 1).median()
    value_unit, year_unit = (data.own[key].attrs["units"] for key in (COST_VALUE, COST))
    value_factor, year_factor = (table_factor(unit, texts) for unit in (value_unit, year_unit))
    rows: list[Row] = []
    for name in data.strategies:
        rows.append(
            [
                view.coloured(name),
                _range(value_factor * total[name]),
                signed(change[name], ".0f"),
                _range(year_factor * yearly[name]),
                _range(factors.sel(strategy=name).to_series().dropna(), ".2f"),
            ]
        )
    head = [
        texts("strategy"),
        texts("present_value", unit=view.unit(value_unit)),
        texts("against_baseline", baseline=view.strategy(data.reference)),
        texts("per_year", unit=view.unit(year_unit)),
        texts("money_factor"),
    ]
    told = {"scenario": view.scenario(scenario)}
    return view.table("cost_caption", head, rows, "equal_cost_factors.csv", "plain costs", values=told)


def _range(values: pd.Series[float], spec: str = ".0f") -> Cell:
    if values.empty:
        return Cell(MISSING)
    low, middle, high = (number(value, spec) for value in np.percentile(values, (5, 50, 95)))
    return Cell(middle, range=f"{low} – {high}")


def equal_table(view: ReportView, names: list[str], scenario: str) -> Table:
    """Give medians in the last year of a scenario at own budget and at equal public cost."""
    data, texts, year = view.data, view.texts, view.data.last_year
    rows: list[Row] = []
    for name in names:
        budgets: list[Row] = [
            [texts(f"{key}_budget"), *marked(view, name, data.at(name, scenario, year, equal=key == "equal"))]
            for key in BUDGETS
        ]
        rows += grouped(view.heading(data.outcomes[name]), budgets)
    head: Row = [texts("outcome"), texts("budget"), *map(view.coloured, data.strategies)]
    told = {"scenario": view.scenario(scenario), "year": date(year)}
    return view.table("equal_caption", head, rows, EQUAL, "results", values=told)


def _factors(data: ReportData) -> pd.DataFrame:
    return data.equal["budget_factor"].to_series().rename("factor").to_frame()


SECTION = Section("cost", 140, blocks, files={"equal_cost_factors.csv": csv(_factors)}, folded=True)
