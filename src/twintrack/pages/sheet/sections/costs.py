"""What the strategy costs the public purse, and what comes back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from twintrack.formats import date
from twintrack.inputs.strategies import BASELINE
from twintrack.pages.blocks import Block, Cell, Row, Section
from twintrack.pages.numbers import count
from twintrack.pages.sheet.data import BALANCE, COST, COST_VALUE, SheetData
from twintrack.pages.sheet.view import SheetView, csv

FILE = "cost.csv"
MEAN, END = "mean", "end"
"""How a cost is taken: a mean over the years since policies begin, or at the horizon."""
MEASURES = ((COST_VALUE, END), (COST, MEAN), (BALANCE, MEAN), (BALANCE, END))


def blocks(view: SheetView) -> list[Block]:
    """Give a row for each measure of cost."""
    texts = view.texts
    head: Row = [
        texts("sheet_cost"),
        texts("sheet_before"),
        Cell(texts("sheet_after"), texts("sheet_range")),
        texts("sheet_change"),
        Cell(texts("sheet_dearer"), texts("sheet_of_100")),
    ]
    rows = [_row(view, name, how) for name, how in _measures(view.data)]
    return [view.table("sheet_costs_table", head, rows, FILE)]


def _measures(data: SheetData) -> list[tuple[str, str]]:
    return [(name, how) for name, how in MEASURES if name in data.compared.outcomes]


def _values(data: SheetData, name: str, how: str) -> pd.DataFrame:
    """Give a measure by world and strategy."""
    if how == END:
        return data.values(name)
    years = [year for year in data.compared.years if year > data.model.policy_start]
    mean = np.mean([data.values(name, year).to_numpy() for year in years], axis=0)
    return pd.DataFrame(mean, data.compared.worlds.index, list(data.compared.strategies))


def _dearer(data: SheetData, name: str, values: pd.DataFrame) -> float:
    """Give the share of worlds in which the strategy burdens the purse more than policy as it is."""
    more = values[data.plan.name] - values[BASELINE]
    return float(((more < 0) if data.model.outcomes[name].better == "higher" else (more > 0)).mean())


def _row(view: SheetView, name: str, how: str) -> Row:
    data = view.data
    values = _values(data, name, how)
    start = date(data.model.policy_start)
    when = view.texts(f"sheet_when_{how}", start=start, year=view.horizon)
    return [*view.row(name, values, when), count(_dearer(data, name, values))]


def _table(data: SheetData) -> pd.DataFrame:
    rows = []
    for name, how in _measures(data):
        values = _values(data, name, how)
        for world, row in values.iterrows():
            rows.append({"outcome": name, "taken": how, "world": world, **row})
    return pd.DataFrame(rows)


SECTION = Section(
    "sheet_costs", 30, blocks, shown=lambda view: bool(_measures(view.data)), files={FILE: csv(_table)}
)
