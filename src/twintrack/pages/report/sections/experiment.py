"""Portfolio by governance: what a mix of routes brings and what openness brings, each told by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twintrack.decisions import robustness
from twintrack.formats import date, number, share, signed
from twintrack.pages.blocks import Block, Cell, Claim, Row, Section, Table, grouped
from twintrack.pages.report.data import (
    BUDGETS,
    GOVERNANCE,
    PORTFOLIOS,
    PortfolioResults,
    ReportData,
    matched,
)
from twintrack.pages.report.view import ReportView, csv

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

CLOSED, BASE, OPEN = range(len(GOVERNANCE))
FILE = "portfolio_governance.csv"


def blocks(view: ReportView) -> list[Block]:
    """Give the six strategies, then a table and two sentences for each scenario and budget."""
    experiment = view.data.experiment
    assert experiment is not None
    found: list[Block] = [view.told("experiment_intro"), _names_table(view, experiment)]
    for scenario in view.data.scenarios:
        for budget in BUDGETS:
            found += cells(view, experiment, scenario, budget)
    return found


def _names_table(view: ReportView, experiment: PortfolioResults) -> Table:
    """Give the titles of the six strategies: a row for each portfolio, in the order of governance."""
    rows: list[Row] = [
        [
            view.texts(f"portfolio_{portfolio}"),
            *(view.of(experiment.strategies[name].title) for name in names),
        ]
        for portfolio, names in PORTFOLIOS.items()
    ]
    return view.table("experiment_names", [view.texts("portfolio"), *_governances(view)], rows, FILE, "names")


def _governances(view: ReportView) -> list[str]:
    return [view.texts(f"governance_{key}") for key in GOVERNANCE]


def cells(view: ReportView, experiment: PortfolioResults, scenario: str, budget: str) -> list[Block]:
    """Give two portfolios by three governances in a scenario at a budget, and what that says."""
    results = experiment.own
    if budget == "equal":
        results = experiment.equal.isel(world=matched(experiment.equal, scenario))
    if not results.sizes["world"]:
        return []
    values = {
        str(name): [_at(array, scenario, year) for year in view.data.years]
        for name, array in results.data_vars.items()
    }
    rows = [row for name, years in values.items() for row in _rows(view, name, years)]
    texts, years = view.texts, view.data.years
    compared = Cell(texts("open_better"), tone="compared")
    outcome, portfolio = (Cell(texts(key), rows=2) for key in ("outcome", "portfolio"))
    table = view.table(
        "experiment_caption",
        [*_governances(view), compared] * len(years),
        rows,
        FILE,
        "cells",
        over=[outcome, portfolio, *(Cell(date(year), tone="year", columns=4) for year in years)],
        values={"scenario": view.scenario(scenario), "budget": texts(f"{budget}_budget")},
    )
    last = {name: years[-1] for name, years in values.items()}
    told = {"experiment_shares": _shares(view, last), "experiment_changes": _changes(view, last)}
    claims = [Claim(key, text, view.basis(FILE), "sentence") for key, text in told.items()]
    return [table, *claims]


def _rows(view: ReportView, name: str, years: list[pd.DataFrame]) -> list[Row]:
    outcome = view.data.model.outcomes[name]
    rows: list[Row] = []
    for portfolio, names in PORTFOLIOS.items():
        row: list[str | Cell] = [view.texts(f"portfolio_{portfolio}")]
        for values in years:
            wins = robustness.win_shares(values[list(names)], outcome.better).to_numpy()
            row += [number(values[cell].median(), outcome.format) for cell in names]
            row.append(_share_cell(wins[OPEN, CLOSED]))
        rows.append(row)
    mixed: list[str | Cell] = [Cell(view.texts("mix_better"), tone="compared")]
    for values in years:
        mixed += [*map(_share_cell, _mix_wins(values, outcome.better)), Cell("", tone="compared")]
    return grouped(view.heading(outcome), [*rows, mixed])


def _shares(view: ReportView, last: dict[str, pd.DataFrame]) -> str:
    """Say how often each of the two choices is the better one while the other is held."""
    mix, opened = [], []
    for name, values in last.items():
        outcome = view.data.model.outcomes[name]
        better, title = outcome.better, view.of(outcome.title)
        mix.append(view.texts("experiment_item", outcome=title, value=_span(_mix_wins(values, better))))
        opened.append(view.texts("experiment_item", outcome=title, value=_span(_open_wins(values, better))))
    return view.texts(
        "experiment_shares",
        year=date(view.data.last_year),
        mix=view.texts.join(mix),
        open=view.texts.join(opened),
    )


def _changes(view: ReportView, last: dict[str, pd.DataFrame]) -> str:
    """Share the change from catch-up at base governance to the open mix between the two choices.

    Each gets what its step brings, averaged over both orders of the steps (Shapley 1953, "A value for
    n-person games"); means over worlds, so that the two parts add up.
    """
    catchup, mix = PORTFOLIOS["catchup"], PORTFOLIOS["mix"]
    items = []
    for name, values in last.items():
        mean = values.mean()
        steps = [mean[mix[held]] - mean[catchup[held]] for held in (BASE, OPEN)]
        total, portfolio = mean[mix[OPEN]] - mean[catchup[BASE]], sum(steps) / 2
        items.append(
            view.texts(
                "experiment_change",
                outcome=view.of(view.data.model.outcomes[name].title),
                total=_change(view, name, total),
                portfolio=_change(view, name, portfolio, unit=False),
                governance=_change(view, name, total - portfolio, unit=False),
            )
        )
    return view.texts(
        "experiment_changes",
        year=date(view.data.last_year),
        items=view.texts("list_semicolon").join(items),
    )


def _change(view: ReportView, name: str, value: float, *, unit: bool = True) -> str:
    outcome = view.data.model.outcomes[name]
    return view.with_unit(signed(value, outcome.format), view.texts.unit(outcome.unit) if unit else "")


def _at(array: xr.DataArray, scenario: str, year: float) -> pd.DataFrame:
    """Give one outcome in one scenario and year: a row per world, a column per strategy."""
    import pandas as pd

    values = array.sel(scenario=scenario, time=year).transpose("world", "strategy")
    return pd.DataFrame(values.to_numpy(), columns=[str(name) for name in array["strategy"].to_numpy()])


def _mix_wins(values: pd.DataFrame, better: str) -> list[float]:
    """Give the share of worlds in which the mix beats catch-up, by governance."""
    shares = robustness.win_shares(values, better).to_dict()
    pairs = zip(PORTFOLIOS["catchup"], PORTFOLIOS["mix"], strict=True)
    return [float(shares[catchup][mix]) for catchup, mix in pairs]


def _open_wins(values: pd.DataFrame, better: str) -> list[float]:
    """Give the share of worlds in which open governance beats closed, by portfolio."""
    shares = robustness.win_shares(values, better).to_dict()
    return [float(shares[row[CLOSED]][row[OPEN]]) for row in PORTFOLIOS.values()]


def _span(shares: list[float]) -> str:
    low, high = share(min(shares)), share(max(shares))
    return low if low == high else f"{low}–{high}"


def _share_cell(win: float) -> Cell:
    low, high = robustness.TIE_RANGE
    tone = " more" if win > high else " less" if win < low else ""
    return Cell(share(win), tone=f"compared{tone}")


def _data(data: ReportData) -> pd.DataFrame:
    """Give the experiment world by world, in the years of the report."""
    import pandas as pd

    if data.experiment is None:
        return pd.DataFrame(columns=["budget", "outcome", "scenario", "year", "world"])
    years = list(data.years)
    budgets = {"own": data.experiment.own, "equal": data.experiment.equal}
    parts = {
        (budget, str(name)): array.sel(time=years)
        .to_series()
        .unstack("strategy")[list(data.experiment.strategies)]
        for budget, results in budgets.items()
        for name, array in results.data_vars.items()
    }
    table: pd.DataFrame = pd.concat(parts, names=["budget", "outcome"])
    return table.rename_axis(index={"time": "year"})


SECTION = Section("experiment", 30, blocks, lambda view: view.data.experiment is not None, {FILE: csv(_data)})
