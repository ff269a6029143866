"""Which worlds decide who wins: the parameters that the difference of the two best goes with."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from twintrack import charts
from twintrack.decisions import robustness
from twintrack.formats import parameter_value, share, signed
from twintrack.pages.blocks import Block, Cell, Figure, Row, Section, Table
from twintrack.pages.numbers import table_factor, table_unit
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.view import ReportView, csv

if TYPE_CHECKING:
    import pandas as pd

MOST_PARAMETERS = 10
MOST_IN_THIRDS = 5
MOST_DRIVERS = 3
"""Outcomes whose deciding parameters are shown: the first ranked ones of the report that a choice touches."""
FILE = "values_by_world.csv"


def blocks(view: ReportView) -> list[Block]:
    """Give a figure and a table for each of the first outcomes."""
    found: list[Block] = [view.told("drivers_intro")]
    scenario = next(iter(view.data.scenarios))
    for place, name in enumerate(decided(view.data)):
        found += _driver(view, place, name, view.data.at(name, scenario, view.data.last_year))
    return found


def decided(data: ReportData) -> list[str]:
    """The outcomes that are shown."""
    scenario, year = next(iter(data.scenarios)), data.last_year
    touched = [name for name in data.ranked if not robustness.same_for_all(data.at(name, scenario, year))]
    return touched[:MOST_DRIVERS]


def _driver(view: ReportView, place: int, name: str, values: pd.DataFrame) -> list[Block]:
    outcome, texts = view.data.model.outcomes[name], view.texts
    first, second = robustness.contenders(values, outcome.better)
    difference = robustness.paired_difference(values, outcome.better, first, second)
    correlations = robustness.rank_correlations(difference, view.data.worlds).head(MOST_PARAMETERS)
    labels = [view.parameter(str(parameter)) for parameter in correlations.index]
    # Many strategies share colours: two that differ are taken then.
    look = charts.styles([first, second]) if view.data.many else view.look
    colours = (look[first].colour, look[second].colour)
    noise = robustness.noise_level(len(view.data.worlds))
    bars = charts.bar_figure(labels, correlations.tolist(), colours, noise, texts("drivers_axis"))
    sizes = [signed(size, ".2f") for size in correlations]
    told = {
        "outcome": view.of(outcome.title),
        "first": view.strategy(first),
        "second": view.strategy(second),
        "values": "; ".join(f"{label} {size}" for label, size in zip(labels, sizes, strict=True)),
    }
    # The minus sign of the axis, not a hyphen.
    bars.update_traces(text=sizes)
    panel = view.draw(f"driver-{place}", bars, "", texts("drivers_alt", **told), "bars")
    title, sides = texts("drivers_title", **told), texts("drivers_sides", **told)
    figure = Figure("drivers_title", title, [panel], view.basis(FILE), note=sides, style="driver")
    return [figure, thirds_table(view, name, values, str(correlations.index[0]))]


def thirds_table(view: ReportView, name: str, values: pd.DataFrame, parameter: str) -> Table:
    """Give in how many worlds each strategy is best, by third of a parameter; of many, the best ones."""
    data, texts, better = view.data, view.texts, view.data.model.outcomes[name].better
    columns = list(data.strategies)
    if data.many:
        shares = robustness.share_best(values, better).sort_values(ascending=False, kind="stable")
        columns = [str(strategy) for strategy in shares.index[:MOST_IN_THIRDS]]
    rest = [strategy for strategy in data.strategies if strategy not in columns]
    unit = data.model.world[parameter].unit
    factor = table_factor(unit, texts)
    rows: list[Row] = [
        [
            texts(f"tercile_{third}"),
            f"{parameter_value(factor * row['from'])} – {parameter_value(factor * row['to'])}",
            *(share(row[strategy]) for strategy in columns),
            *([share(row[rest].sum())] if rest else []),
        ]
        for third, row in robustness.share_best_by_third(values, better, data.worlds[parameter]).iterrows()
    ]
    head: Row = [
        texts("tercile_third"),
        Cell(texts("tercile_range"), table_unit(unit, texts)),
        *map(view.coloured, columns),
        *([texts("others")] if rest else []),
    ]
    told = {"parameter": view.parameter(parameter), "outcome": view.of(data.model.outcomes[name].title)}
    return view.table("tercile_caption", head, rows, FILE, "shares", values=told)


def _values_by_world(data: ReportData) -> pd.DataFrame:
    import pandas as pd

    parts = {}
    for name, scenario in itertools.product(data.outcomes, data.scenarios):
        values = data.at(name, scenario, data.last_year)
        parts[(name, data.outcomes[name].better, scenario, data.last_year)] = values.rename_axis("world")
    return pd.concat(parts, names=["outcome", "better", "scenario", "year"])


def _worlds(data: ReportData) -> pd.DataFrame:
    return data.worlds.rename_axis("world")


SECTION = Section(
    "drivers", 160, blocks, files={"worlds.csv": csv(_worlds), FILE: csv(_values_by_world)}, folded=True
)
