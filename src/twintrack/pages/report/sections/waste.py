"""Money without result: four kinds of it, apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twintrack.formats import number
from twintrack.pages.blocks import Bar, Block, Cell, Key, Legend, Part, Row, Section, Table
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.view import ReportView, csv

if TYPE_CHECKING:
    import pandas as pd

COLOURS = ("#332288", "#ddcc77", "#aa4499", "#88ccee")
"""One for each part of waste, none of them a strategy's (Tol 2021, "muted", personal.sron.nl/~pault)."""


def blocks(view: ReportView) -> list[Block]:
    """Give a table for each scenario."""
    pairs = zip(view.data.waste, COLOURS, strict=True)
    return [
        view.told("waste_intro"),
        Legend([Key(view.texts(name), colour) for name, colour in pairs], narrow=True),
        *view.rest("waste.csv"),
        *(waste_table(view, scenario) for scenario in view.data.first_scenarios),
    ]


def waste_table(view: ReportView, scenario: str) -> Table:
    """Give the parts of waste a year in a scenario, means over worlds, and their sum as a bar."""
    data, texts = view.data, view.texts
    parts = {
        name: view.factor(name) * values.sel(scenario=scenario).mean("world").to_series()
        for name, values in data.waste.items()
    }
    total = {name: sum(float(part[name]) for part in parts.values()) for name in data.strategies}
    longest = max(*total.values(), 1e-12)
    rows: list[Row] = [
        [
            view.coloured(name),
            number(total[name], ".0f"),
            Cell("", tone="bar", bar=_bar([float(part[name]) / longest for part in parts.values()])),
            *(number(float(part[name]), ".1f") for part in parts.values()),
        ]
        for name in data.strategies
    ]
    columns = [Cell(texts(name), swatch=colour) for name, colour in zip(parts, COLOURS, strict=True)]
    unit = view.unit(next(iter(data.waste.values())).attrs["units"])
    return view.table(
        "waste_caption",
        [texts("strategy"), texts("waste_total"), "", *columns],
        rows,
        "waste.csv",
        "waste",
        values={"scenario": view.scenario(scenario), "unit": unit},
    )


def _bar(shares: list[float]) -> Bar:
    return Bar([Part(100 * share, colour) for share, colour in zip(shares, COLOURS, strict=True)])


def _data(data: ReportData) -> pd.DataFrame:
    import pandas as pd

    parts = {
        name: values.mean("world").to_series().rename("mean_per_year") for name, values in data.waste.items()
    }
    if not parts:
        return pd.DataFrame(columns=["part", "scenario", "strategy", "mean_per_year"])
    table: pd.DataFrame = pd.concat(parts, names=["part"]).to_frame()
    return table


SECTION = Section(
    "waste", 150, blocks, lambda view: bool(view.data.waste), files={"waste.csv": csv(_data)}, folded=True
)
