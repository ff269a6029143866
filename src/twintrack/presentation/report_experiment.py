"""Portfolio by governance: what a mix of routes brings and what openness brings, each told by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twintrack.decisions import robustness
from twintrack.presentation.formats import date, number, share, signed
from twintrack.presentation.report_data import GOVERNANCE, PORTFOLIOS

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from twintrack.presentation.report_data import Experiment, ReportData
    from twintrack.presentation.report_tables import Tables
    from twintrack.presentation.texts import Texts

CLOSED, BASE, OPEN = range(len(GOVERNANCE))
BUDGETS = ("own", "equal")


@dataclass(frozen=True)
class Cells:
    """Builds the section on the experiment in one language."""

    data: ReportData
    texts: Texts
    tables: Tables

    def sections(self) -> list[dict[str, Any]]:
        """One entry per scenario and budget: two portfolios by three governances, and sentences."""
        experiment = self.data.experiment
        if experiment is None:
            return []
        return [
            self._section(experiment, scenario, budget)
            for scenario in self.data.scenarios
            for budget in BUDGETS
        ]

    def names(self) -> list[dict[str, Any]]:
        """The six strategies: one row per portfolio, their titles in the order of governance."""
        experiment = self.data.experiment
        if experiment is None:
            return []
        return [
            {
                "title": self.texts(f"portfolio_{portfolio}"),
                "cells": [self.texts.of(experiment.strategies[name].title) for name in names],
            }
            for portfolio, names in PORTFOLIOS.items()
        ]

    def _section(self, experiment: Experiment, scenario: str, budget: str) -> dict[str, Any]:
        results = experiment.own if budget == "own" else experiment.equal
        values = {
            str(name): [_at(array, scenario, year) for year in self.data.years]
            for name, array in results.data_vars.items()
        }
        last = {name: years[-1] for name, years in values.items()}
        return {
            "caption": self.texts(
                "experiment_caption",
                scenario=self.tables.scenario(scenario),
                budget=self.texts(f"{budget}_budget"),
            ),
            "outcomes": [self._outcome(name, years) for name, years in values.items()],
            "sentences": [self._shares(last), self._changes(last)],
        }

    def _outcome(self, name: str, years: list[pd.DataFrame]) -> dict[str, Any]:
        outcome = self.data.model.outcomes[name]
        rows = []
        for portfolio, names in PORTFOLIOS.items():
            cells: list[dict[str, Any]] = []
            for values in years:
                wins = robustness.win_shares(values[list(names)], outcome.better).to_numpy()
                cells += [{"value": number(values[cell].median(), outcome.format)} for cell in names]
                cells.append(_share_cell(wins[OPEN, CLOSED]))
            rows.append({"title": self.texts(f"portfolio_{portfolio}"), "cells": cells})
        cells = []
        for values in years:
            cells += [_share_cell(win) for win in _mix_wins(values, outcome.better)]
            cells.append({"value": "", "compared": True})
        rows.append({"title": self.texts("mix_better"), "cells": cells})
        return self.tables.heading(name) | {"rows": rows}

    def _shares(self, last: dict[str, pd.DataFrame]) -> str:
        """Say how often each of the two choices is the better one while the other is held."""
        mix, opened = [], []
        for name, values in last.items():
            better, title = (
                self.data.model.outcomes[name].better,
                self.texts.of(self.data.model.outcomes[name].title),
            )
            mix.append(self.texts("experiment_item", outcome=title, value=_span(_mix_wins(values, better))))
            opened.append(
                self.texts("experiment_item", outcome=title, value=_span(_open_wins(values, better)))
            )
        return self.texts(
            "experiment_shares",
            year=date(self.data.last_year),
            mix=self.texts.join(mix),
            open=self.texts.join(opened),
        )

    def _changes(self, last: dict[str, pd.DataFrame]) -> str:
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
                self.texts(
                    "experiment_change",
                    outcome=self.texts.of(self.data.model.outcomes[name].title),
                    total=self._change(name, total),
                    portfolio=self._change(name, portfolio, unit=False),
                    governance=self._change(name, total - portfolio, unit=False),
                )
            )
        return self.texts(
            "experiment_changes",
            year=date(self.data.last_year),
            items=self.texts("list_semicolon").join(items),
        )

    def _change(self, name: str, value: float, *, unit: bool = True) -> str:
        text = signed(value, self.data.model.outcomes[name].format)
        words = self.texts.unit(self.data.model.outcomes[name].unit) if unit else ""
        return self.texts("with_unit", value=text, unit=words) if words else text


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


def _share_cell(win: float) -> dict[str, Any]:
    low, high = robustness.TIE_RANGE
    tone = "more" if win > high else "less" if win < low else ""
    return {"value": share(win), "compared": True, "tone": tone}
