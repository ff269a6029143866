"""Outcomes side by side: medians with the best marked, and, of many, coloured by comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.formats import date, number, share
from twintrack.pages.blocks import Cell, Row, Table
from twintrack.pages.report.data import comparable
from twintrack.pages.report.view import ReportView

if TYPE_CHECKING:
    import xarray as xr

TONES = ((0.95, 3), (0.8, 2), (robustness.TIE_RANGE[1], 1))
"""From what share of worlds on a difference has which strength of colour."""
MOST_TIES = 5
"""Strategies that may stand first or last together; where more do, none is marked."""
FIRST, LAST = "●", "○"


def marked(
    view: ReportView, name: str, values: pd.DataFrame, bands: xr.DataArray | None = None
) -> list[Cell]:
    """Give the medians of an outcome by strategy, with their ranges where given, the best or ties marked."""
    spec, marks = view.data.model.outcomes[name].format, _marks(view, name, values)
    shown, mean = view.middle(name, values)
    factor, cells = view.factor(name), []
    for strategy in view.data.strategies:
        low, high = (
            (None, None) if bands is None else factor * bands.sel(strategy=strategy).to_numpy()[[0, 2]]
        )
        cells.append(
            Cell(
                number(factor * shown[strategy], spec),
                small=view.texts("mean") if mean else "",
                tone=marks[strategy],
                mark=view.texts(marks[strategy]) if marks[strategy] else "",
                # A mean may lie outside the range in which nine tenths of the worlds are.
                range="" if mean or low is None or high is None else _range(low, high, spec),
            )
        )
    return cells


def _range(low: float, high: float, spec: str) -> str:
    return f"{number(low, spec)} – {number(high, spec)}"


def _marks(view: ReportView, name: str, values: pd.DataFrame) -> dict[str, str]:
    better = view.data.model.outcomes[name].better
    if robustness.same_for_all(values):
        return dict.fromkeys(view.data.strategies, "same")
    if better == "neutral":
        return dict.fromkeys(view.data.strategies, "")
    first = robustness.first_place(values, better)
    mark = "best" if first.best else "tie"
    return {strategy: mark if strategy in first.names else "" for strategy in view.data.strategies}


def matrices(view: ReportView, names: Sequence[str], file: str, *, equal: bool = False) -> list[Table]:
    """Give a table for each scenario: medians in the last year, coloured by comparison with the reference."""
    year, found = view.data.last_year, []
    every = view.data.first_scenarios if equal else list(view.data.scenarios)
    for scenario in comparable(view.data.equal, every) if equal else every:
        values = {name: view.data.at(name, scenario, year, equal=equal) for name in names}
        columns = {name: _coloured(view, name, table) for name, table in values.items()}
        means = [name for name, table in values.items() if view.middle(name, table)[1]]
        budget = view.texts("equal_budget" if equal else "own_budget")
        found.append(matrix(view, "matrix_caption", columns, file, scenario, means, budget=budget))
    return found


def matrix(
    view: ReportView,
    key: str,
    columns: dict[str, list[Cell]],
    file: str,
    scenario: str,
    means: Sequence[str] = (),
    **more: object,
) -> Table:
    """Give a table of a row for each strategy and a column for each outcome; `means` name those of means."""
    head = [view.heading(view.data.outcomes[name], mean=name in means) for name in columns]
    rows: list[Row] = [
        [view.strategy(strategy), *(column[place] for column in columns.values())]
        for place, strategy in enumerate(view.data.strategies)
    ]
    told = {"scenario": view.scenario(scenario), "year": date(view.data.last_year), **more}
    return view.table(key, [view.texts("strategy"), *head], rows, file, "matrix", values=told)


def _coloured(view: ReportView, name: str, values: pd.DataFrame) -> list[Cell]:
    outcome = view.data.model.outcomes[name]
    middle, _ = view.middle(name, values)
    same = outcome.better == "neutral" or robustness.same_for_all(values)
    first, last = (set(), set()) if same else ends(view, name, values)
    cells = []
    for strategy in view.data.strategies:
        win = 0.5 if same else _win(view, name, values, strategy)
        cells.append(
            Cell(
                number(view.factor(name) * middle[strategy], outcome.format),
                tone=_tone(win),
                end=FIRST if strategy in first else LAST if strategy in last else "",
                title=_told(view, name, values[strategy], win),
            )
        )
    return cells


def _win(view: ReportView, name: str, values: pd.DataFrame, strategy: str) -> float:
    """Give the share of worlds in which a strategy beats the reference, a half where it hardly does."""
    pair = values[list(dict.fromkeys([strategy, view.data.reference]))]
    if not clear(view, name, pair).to_numpy().any():
        return 0.5
    wins = robustness.win_shares(pair, view.data.model.outcomes[name].better)
    return float(wins[view.data.reference][strategy])


def clear(view: ReportView, name: str, values: pd.DataFrame) -> pd.DataFrame:
    """Give which row strategy is clearly better than which column one, and can be seen to be."""
    outcome = view.data.model.outcomes[name]
    middle, _ = view.middle(name, values)
    read = np.array([number(value, outcome.format) for value in middle])
    seen = pd.DataFrame(read[:, None] != read[None, :], index=values.columns, columns=values.columns)
    return robustness.clearly_better(values, outcome.better) & seen


def ends(view: ReportView, name: str, values: pd.DataFrame) -> tuple[set[str], set[str]]:
    """Give the strategies that stand first, and those that stand last, with ties; too many are none."""
    above = clear(view, name, values)
    first, last = (set(robustness.standing(table).names) for table in (above, above.T))
    return first if len(first) <= MOST_TIES else set(), last if len(last) <= MOST_TIES else set()


def _told(view: ReportView, name: str, values: pd.Series[float], win: float) -> str:
    spec = view.data.model.outcomes[name].format
    low, high = (number(float(value), spec) for value in view.factor(name) * np.percentile(values, (5, 95)))
    return view.texts("matrix_title", low=low, high=high, share=share(win))


def _tone(win: float) -> str:
    for least, strength in TONES:
        if win > least:
            return f"more-{strength}"
        if win < 1 - least:
            return f"less-{strength}"
    return ""
