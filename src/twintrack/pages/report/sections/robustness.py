"""In how many worlds each strategy is best, and what one loses by having chosen it in the others."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from twintrack.decisions import robustness
from twintrack.formats import date, difference, share
from twintrack.pages.blocks import Bar, Block, Cell, Legend, Part, Row, Section, Table, grouped
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.marks import FIRST, LAST, matrix
from twintrack.pages.report.view import DATA, ReportView, csv, frame_of

if TYPE_CHECKING:
    import pandas as pd

OFTEN = ((0.5, 3), (0.2, 2), (0.05, 1))
"""From what share of worlds on, in which a strategy is the best of all, it has which strength of colour."""
NARROWEST_LABEL = 0.11
"""Parts of a bar smaller than this share of it hold no number."""
COLUMNS = ("share_best", "regret_mean", "regret_p90", "regret_max", "regret_when")
FILE = "regret.csv"


def blocks(view: ReportView) -> list[Block]:
    """Give shares as bars and regret by strategy; where there are many, in the last year alone."""
    scenarios, intro = view.data.scenarios, view.note("regret_intro")
    if not view.data.wide:
        shares = [shares_table(view, scenario) for scenario in scenarios]
        regrets = [regret_table(view, scenario) for scenario in scenarios]
        return [view.told("shares_intro"), Legend(view.legend()), *shares, intro, *regrets]
    shares = [_matrix(view, "share_best_caption", best_column, scenario) for scenario in scenarios]
    regrets = [_matrix(view, "mean_regret_caption", regret_column, scenario) for scenario in scenarios]
    rest = view.note("regret_rest", "note", file=f"{DATA}/{FILE}")
    return [view.told("shares_many_intro"), *shares, intro, rest, *regrets]


def shares_table(view: ReportView, scenario: str) -> Table:
    """Give for each ranked outcome and year of a scenario the shares of worlds as a bar."""
    rows: list[Row] = [
        [view.heading(outcome), *(_bar(view, name, scenario, year) for year in view.data.years)]
        for name, outcome in view.data.ranked.items()
    ]
    head = [view.texts("outcome"), *map(date, view.data.years)]
    return view.table(
        "shares_caption", head, rows, FILE, "shares", values={"scenario": view.scenario(scenario)}
    )


def _bar(view: ReportView, name: str, scenario: str, year: float) -> Cell:
    values = view.data.at(name, scenario, year)
    if robustness.same_for_all(values):
        return Cell("", view.texts("shares_none"))
    shares = robustness.share_best(values, view.data.model.outcomes[name].better)
    titles = {one: f"{view.strategy(one)}: {share(shares[one])}" for one in view.data.strategies}
    parts = [
        Part(
            100 * shares[one],
            view.look[one].colour,
            view.look[one].ink,
            share(shares[one]) if shares[one] >= NARROWEST_LABEL else "",
        )
        for one in titles
        if shares[one] > 0
    ]
    return Cell("", bar=Bar(parts, "; ".join(titles.values())))


def regret_table(view: ReportView, scenario: str) -> Table:
    """Give share best and regret in the last year of a scenario, by ranked outcome and strategy."""
    data = view.data
    rows: list[Row] = []
    for name, outcome in data.ranked.items():
        values = data.at(name, scenario, data.last_year)
        if robustness.same_for_all(values):
            continue
        table = robustness.regret_summary(values, outcome.better)
        smallest = table[["mean", "p90", "max"]].min()
        by_strategy: list[Row] = []
        for strategy, row in table.iterrows():
            cells = [Cell(share(row["share_best"]))]
            for column in ("mean", "p90", "max", "when_not_best"):
                least = column in smallest and row[column] == smallest[column]
                tone, mark = ("best", view.texts("smallest")) if least else ("", "")
                cells.append(
                    Cell(difference(view.factor(name) * row[column], outcome.format), tone=tone, mark=mark)
                )
            by_strategy.append([view.coloured(str(strategy)), *cells])
        rows += grouped(view.heading(outcome, unit=view.difference_unit(name)), by_strategy)
    head = [view.texts(key) for key in ("outcome", "strategy", *COLUMNS)]
    told = {"scenario": view.scenario(scenario), "year": date(data.last_year)}
    return view.table("regret_caption", head, rows, FILE, "regret", values=told)


Column = Callable[[ReportView, str, "pd.DataFrame"], list[Cell]]


def _matrix(view: ReportView, key: str, column: Column, scenario: str) -> Table:
    values = {name: view.data.at(name, scenario, view.data.last_year) for name in view.data.ranked}
    columns = {
        name: column(view, name, table)
        for name, table in values.items()
        if not robustness.same_for_all(table)
    }
    return matrix(view, key, columns, FILE, scenario)


def best_column(view: ReportView, name: str, values: pd.DataFrame) -> list[Cell]:
    """Give the share of worlds in which each strategy is best; an empty cell is none."""
    shares = robustness.share_best(values, view.data.model.outcomes[name].better)
    return [
        Cell(
            share(part) if part > 0 else "",
            tone=next((f"more-{strength}" for least, strength in OFTEN if part >= least), ""),
        )
        for part in shares
    ]


def regret_column(view: ReportView, name: str, values: pd.DataFrame) -> list[Cell]:
    """Give the mean regret of each strategy, the smallest and the largest marked."""
    outcome = view.data.model.outcomes[name]
    mean = robustness.regret(values, outcome.better).mean()
    return [
        Cell(
            difference(view.factor(name) * loss, outcome.format),
            end=FIRST if loss == mean.min() else LAST if loss == mean.max() else "",
        )
        for loss in mean
    ]


def _regret(data: ReportData) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, scenario, year in itertools.product(data.ranked, data.scenarios, data.years):
        table = robustness.regret_summary(data.at(name, scenario, year), data.outcomes[name].better)
        first = {"outcome": name, "unit": data.outcomes[name].unit, "scenario": scenario, "year": year}
        for row in table.reset_index().to_dict("records"):
            rows.append({**first, **{str(key): value for key, value in row.items()}})
    return frame_of(rows)


def _win_shares(data: ReportData) -> pd.DataFrame:
    rows: list[dict[str, object]] = []
    for name, scenario, year in itertools.product(data.ranked, data.scenarios, data.years):
        table = robustness.win_shares(data.at(name, scenario, year), data.outcomes[name].better)
        shares = table.to_numpy()
        for (row, first), (column, second) in itertools.permutations(enumerate(data.strategies), 2):
            rows.append(
                {"outcome": name, "scenario": scenario, "year": year, "strategy": first, "other": second}
                | {"share_better": shares[row, column]}
            )
    return frame_of(rows)


SECTION = Section(
    "robustness", 130, blocks, files={FILE: csv(_regret), "win_shares.csv": csv(_win_shares)}, folded=True
)
