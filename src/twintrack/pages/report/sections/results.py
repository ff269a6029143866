"""Every outcome in the years of the report; of many strategies one year, their standing, and their ranges."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pandas as pd

from twintrack import charts
from twintrack.decisions import robustness
from twintrack.formats import date, number
from twintrack.pages.blocks import Block, Cell, Heading, Row, Section, Table, grouped
from twintrack.pages.numbers import table_factor
from twintrack.pages.ranges import Range, RangeRow, Ranges
from twintrack.pages.report.data import ReportData, comparable
from twintrack.pages.report.marks import clear, ends, marked, matrices
from twintrack.pages.report.view import ReportView, csv, frame_of

FILE = "results.csv"


def blocks(view: ReportView) -> list[Block]:
    """Give a column for each strategy, or a row where they are many."""
    scenarios = view.data.scenarios
    if not view.data.many:
        note = view.note("results_note", "note")
        return [note, *(results_table(view, scenario) for scenario in scenarios)]
    return [
        view.told("matrix_note", "note"),
        *matrices(view, list(view.data.outcomes), FILE),
        view.told("standing_note", "note"),
        *(standing_table(view, scenario) for scenario in scenarios),
        Heading(view.texts("spread_heading")),
        view.told("ranges_intro"),
        Ranges(
            "ranges_intro",
            [spread(view, name, one) for one in scenarios for name in view.data.outcomes],
            view.basis(FILE),
        ),
    ]


def results_table(view: ReportView, scenario: str) -> Table:
    """Give median and range of every outcome, year and strategy in a scenario, the best marked."""
    data = view.data
    rows: list[Row] = []
    for name, outcome in data.outcomes.items():
        by_year: list[Row] = []
        for year in data.years:
            bands = data.bands[name].sel(scenario=scenario, time=year)
            by_year.append([date(year), *marked(view, name, data.at(name, scenario, year), bands)])
        rows += grouped(view.heading(outcome), by_year) + _statistics(view, name, scenario)
    head: Row = [view.texts("outcome"), view.texts("year"), *map(view.coloured, data.strategies)]
    told = {"scenario": view.scenario(scenario), "worlds": f"{data.definition.ensemble.worlds:,}"}
    return view.table("results_caption", head, rows, FILE, "results", values=told)


def _statistics(view: ReportView, name: str, scenario: str) -> list[Row]:
    """The statistics of an outcome over worlds, under it: one number for each year and strategy."""
    rows: list[Row] = []
    for statistic in view.data.statistics.values():
        if statistic.of != name:
            continue
        by_year: list[Row] = []
        for year in view.data.years:
            values = statistic.over_worlds(view.data.at(name, scenario, year))
            factor = table_factor(statistic.unit, view.texts)
            by_year.append([date(year), *(number(factor * value, statistic.format) for value in values)])
        rows += grouped(view.heading(statistic), by_year)
    return rows


def standing_table(view: ReportView, scenario: str) -> Table:
    """Say in how many outcomes each strategy stands where in a scenario, and who dominates it."""
    data, texts = view.data, view.texts
    names, year, reference = list(data.strategies), data.last_year, data.reference
    beaten = pd.DataFrame(0, index=names, columns=names)
    placed = pd.DataFrame(0, index=names, columns=["first", "last"])
    values = {name: data.at(name, scenario, year) for name in data.ranked}
    decided = [name for name, table in values.items() if not robustness.same_for_all(table)]
    for name in decided:
        beaten += clear(view, name, values[name]).astype(int)
        for column, members in zip(placed.columns, ends(view, name, values[name]), strict=True):
            placed.loc[sorted(members), column] += 1
    worse = beaten.to_dict()
    rows: list[Row] = []
    for name in names:
        # Dominated: clearly worse somewhere, and clearly better nowhere.
        above = [other for other in names if worse[name][other] > 0 and worse[other][name] == 0]
        counts = [placed.loc[name, "first"], placed.loc[name, "last"]]
        counts += [worse[reference][name], worse[name][reference]] if name != reference else []
        by = texts.join([view.strategy(other) for other in above])
        nobody = Cell(texts("standing_nobody"), tone="names as-baseline")
        dominated = Cell(by, tone="names") if above else nobody
        rows.append([view.strategy(name), *map(str, counts), *[""] * (4 - len(counts)), dominated])
    baseline = view.strategy(reference)
    keys = ("first", "last", "better", "worse", "dominated")
    head = [texts("strategy"), *(texts(f"standing_{key}", baseline=baseline) for key in keys)]
    told = {"scenario": view.scenario(scenario), "year": date(year), "count": str(len(decided))}
    return view.table("standing_caption", head, rows, FILE, "standing", values=told)


def spread(view: ReportView, name: str, scenario: str) -> Range:
    """Give the ranges of an outcome in a scenario: a row for each strategy, the best median on top."""
    data, texts = view.data, view.texts
    outcome = data.model.outcomes[name]
    bands = data.bands[name].sel(scenario=scenario, time=data.last_year)
    middle, mean = view.middle(name, data.at(name, scenario, data.last_year))
    table = bands.transpose("strategy", "percentile").to_numpy().copy()
    table[:, 1] = middle.to_numpy()
    if mean:  # it may lie outside the range in which nine tenths of the worlds are
        table[:] = table[:, 1:2]
    logarithmic = not outcome.format.endswith("%") and charts.wants_log_axis(table)
    low, high = charts.limits(table, logarithmic=logarithmic)
    places = 100 * ((np.log10(table) if logarithmic else table) - low) / (high - low)
    names = list(data.strategies)
    order = np.argsort(table[:, 1] if outcome.better == "lower" else -table[:, 1], kind="stable")
    rows = []
    for row in order:
        ends_and_middle = [number(view.factor(name) * value, outcome.format) for value in table[row]]
        rows.append(
            RangeRow(
                view.strategy(names[row]),
                value=ends_and_middle[1],
                range="" if mean else f"{ends_and_middle[0]} – {ends_and_middle[2]}",
                left=places[row, 0],
                middle=places[row, 1],
                right=places[row, 2],
                reference=names[row] == data.reference,
            )
        )
    notes = [texts(f"better_{outcome.better}"), *([texts("log_axis")] if logarithmic else [])]
    notes += [*([texts("mean")] if mean else []), view.scenario(scenario)]
    mark = float(places[names.index(data.reference), 1])
    return Range(view.of(outcome.title), view.unit(outcome.unit), "; ".join(notes), mark, rows)


def results_data(data: ReportData, *, equal: bool = False) -> pd.DataFrame:
    """Give percentiles and mean of each outcome, scenario, year and strategy, at own budget or equal cost."""
    rows: list[dict[str, object]] = []
    scenarios = comparable(data.equal, data.scenarios) if equal else data.scenarios
    for name, scenario, year in itertools.product(data.outcomes, scenarios, data.years):
        values = data.at(name, scenario, year, equal=equal)
        first = {"outcome": name, "unit": data.outcomes[name].unit, "scenario": scenario, "year": year}
        for strategy, column in values.items():
            low, middle, high = np.percentile(column, (5, 50, 95))
            found = {"strategy": strategy, "p5": low, "p50": middle, "p95": high, "mean": column.mean()}
            rows.append(first | found)
    return frame_of(rows) if rows else pd.DataFrame()


def statistics_data(data: ReportData) -> pd.DataFrame:
    """Give each statistic over worlds by scenario, year and strategy, at own budget, in its unit."""
    rows: list[dict[str, object]] = []
    for statistic, scenario, year in itertools.product(data.statistics.values(), data.scenarios, data.years):
        found = statistic.over_worlds(data.at(statistic.of, scenario, year))
        first = {"statistic": statistic.name, "unit": statistic.unit, "scenario": scenario, "year": year}
        rows += [first | {"strategy": strategy, "value": value} for strategy, value in found.items()]
    return frame_of(rows) if rows else pd.DataFrame()


def _told(view: ReportView) -> str:
    counts = (len(view.data.outcomes), len(view.data.years), len(view.data.scenarios))
    return view.texts("results_told", **dict(zip(("outcomes", "years", "scenarios"), counts, strict=True)))


SECTION = Section(
    "results",
    110,
    blocks,
    title=_told,
    folded=True,
    files={
        FILE: csv(results_data),
        "statistics.csv": csv(statistics_data),
        "results_equal_cost.csv": csv(functools.partial(results_data, equal=True)),
    },
)
