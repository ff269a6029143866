"""Tables for many strategies: a row for each, the baseline as the measure, colours for how often one wins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.presentation import figures
from twintrack.presentation.formats import date, difference, number, share
from twintrack.presentation.report_data import COSTS
from twintrack.presentation.report_tables import path_in_words

if TYPE_CHECKING:
    from twintrack.presentation.report_data import ReportData
    from twintrack.presentation.report_tables import Tables
    from twintrack.presentation.texts import Texts

TONES = ((0.95, 3), (0.8, 2), (robustness.TIE_RANGE[1], 1))
"""From what share of worlds on a difference has which strength of colour."""
OFTEN = ((0.5, 3), (0.2, 2), (0.05, 1))
"""The same for the share of worlds in which a strategy is the best of all."""
MOST_TIES = 5
"""Strategies that may stand first or last together; where more do, none is marked."""
OPPOSITE = {"higher": "lower", "lower": "higher"}


@dataclass(frozen=True)
class Overview:
    """Builds the tables of a report on many strategies in one language."""

    data: ReportData
    texts: Texts
    tables: Tables

    def matrices(self, *, equal: bool = False) -> list[dict[str, Any]]:
        """One table per scenario: medians in the last year, coloured by comparison with the reference."""
        names = [name for name in self.data.outcomes if not (equal and name in COSTS)]
        return [self._matrix(names, scenario, equal=equal) for scenario in self.data.scenarios]

    def _matrix(self, names: list[str], scenario: str, *, equal: bool) -> dict[str, Any]:
        year = self.data.last_year
        columns = [self._column(name, self.data.at(name, scenario, year, equal=equal)) for name in names]
        caption = self.texts(
            "matrix_caption",
            scenario=self.tables.scenario(scenario),
            year=date(year),
            budget=self.texts("equal_budget" if equal else "own_budget"),
        )
        return self._rows(caption, names, columns)

    def _rows(self, caption: str, names: list[str], columns: list[list[dict[str, Any]]]) -> dict[str, Any]:
        return {
            "caption": caption,
            "outcomes": [self.tables.heading(name) for name in names],
            "rows": [
                {"title": self.tables.strategy(strategy), "cells": [column[place] for column in columns]}
                for place, strategy in enumerate(self.data.strategies)
            ],
        }

    def _column(self, name: str, values: pd.DataFrame) -> list[dict[str, Any]]:
        outcome = self.data.model.outcomes[name]
        middle, mean = self.tables.middle(name, values)
        same = outcome.better == "neutral" or robustness.same_for_all(values)
        first, last = (set(), set()) if same else self._ends(name, values)
        cells = []
        for strategy in self.data.strategies:
            win = 0.5 if same else self._win(name, values, strategy)
            cells.append(
                {
                    "value": number(middle[strategy], outcome.format),
                    "mean": mean,
                    "mark": "first" if strategy in first else "last" if strategy in last else "",
                    "tone": _tone(win),
                    "title": self._told(strategy, name, values[strategy], win),
                }
            )
        return cells

    def _win(self, name: str, values: pd.DataFrame, strategy: str) -> float:
        """Give the share of worlds in which a strategy beats the reference, a half where it hardly does."""
        pair = values[list(dict.fromkeys([strategy, self.data.reference]))]
        if not self._clear(name, pair).to_numpy().any():
            return 0.5
        wins = robustness.win_shares(pair, self.data.model.outcomes[name].better)
        return float(wins.to_dict()[self.data.reference][strategy])

    def _clear(self, name: str, values: pd.DataFrame) -> pd.DataFrame:
        """Give which row strategy is clearly better than which column one, and can be seen to be."""
        outcome = self.data.model.outcomes[name]
        middle, _ = self.tables.middle(name, values)
        read = np.array([number(value, outcome.format) for value in middle])
        seen = pd.DataFrame(read[:, None] != read[None, :], index=values.columns, columns=values.columns)
        return robustness.clearly_better(values, outcome.better) & seen

    def _ends(self, name: str, values: pd.DataFrame) -> tuple[set[str], set[str]]:
        """Give the strategies that stand first, and those that stand last, with ties; too many are none."""
        better = self.data.model.outcomes[name].better
        best, _ = robustness.best_and_ties(values, better)
        worst, _ = robustness.best_and_ties(values, OPPOSITE[better])
        clear = self._clear(name, values)
        first = {str(other) for other in values if not clear.to_dict()[other][best]}
        last = {str(other) for other in values if not clear.to_dict()[worst][other]}
        return first if len(first) <= MOST_TIES else set(), last if len(last) <= MOST_TIES else set()

    def _told(self, strategy: str, name: str, values: pd.Series[float], win: float) -> str:
        spec = self.data.model.outcomes[name].format
        low, high = (number(float(value), spec) for value in np.percentile(values, (5, 95)))
        return self.texts(
            "matrix_title",
            strategy=self.tables.strategy(strategy),
            low=low,
            high=high,
            baseline=self.tables.strategy(self.data.reference),
            share=share(win),
        )

    def standings(self) -> list[dict[str, Any]]:
        """One table per scenario: in how many outcomes each strategy stands where, and who dominates it."""
        return [self._standing(scenario) for scenario in self.data.scenarios]

    def _standing(self, scenario: str) -> dict[str, Any]:
        names, year, reference = list(self.data.strategies), self.data.last_year, self.data.reference
        beaten = pd.DataFrame(0, index=names, columns=names)
        ends = pd.DataFrame(0, index=names, columns=["first", "last"])
        values = {name: self.data.at(name, scenario, year) for name in self.data.ranked}
        decided = [name for name, table in values.items() if not robustness.same_for_all(table)]
        for name in decided:
            beaten += self._clear(name, values[name]).astype(int)
            for column, members in zip(ends.columns, self._ends(name, values[name]), strict=True):
                ends.loc[sorted(members), column] += 1
        worse = beaten.to_dict()
        rows = []
        for name in names:
            # Dominated: clearly worse somewhere, and clearly better nowhere.
            above = [other for other in names if worse[name][other] > 0 and worse[other][name] == 0]
            counts = [ends.loc[name, "first"], ends.loc[name, "last"]]
            counts += [worse[reference][name], worse[name][reference]] if name != reference else []
            rows.append(
                {
                    "title": self.tables.strategy(name),
                    "cells": [*map(str, counts), *[""] * (4 - len(counts))],
                    "dominated": self.texts.join([self.tables.strategy(other) for other in above]),
                }
            )
        caption = self.texts(
            "standing_caption", scenario=self.tables.scenario(scenario), year=date(year), count=len(decided)
        )
        return {"caption": caption, "rows": rows}

    def ranges(self) -> list[dict[str, Any]]:
        """One entry per scenario and outcome: a row per strategy with its range, the best median on top."""
        return [
            self._range(name, scenario) for scenario in self.data.scenarios for name in self.data.outcomes
        ]

    def _range(self, name: str, scenario: str) -> dict[str, Any]:
        outcome = self.data.model.outcomes[name]
        bands = self.data.bands[name].sel(scenario=scenario, time=self.data.last_year)
        middle, mean = self.tables.middle(name, self.data.at(name, scenario, self.data.last_year))
        table = bands.transpose("strategy", "percentile").to_numpy().copy()
        table[:, 1] = middle.to_numpy()
        logarithmic = not outcome.format.endswith("%") and figures.wants_log_axis(table)
        low, high = figures.limits(table, logarithmic=logarithmic)
        places = 100 * ((np.log10(table) if logarithmic else table) - low) / (high - low)
        names = list(self.data.strategies)
        order = np.argsort(table[:, 1] if outcome.better == "lower" else -table[:, 1], kind="stable")
        rows = []
        for row in order:
            texts = [number(value, outcome.format) for value in table[row]]
            rows.append(
                {
                    "title": self.tables.strategy(names[row]),
                    "reference": names[row] == self.data.reference,
                    "value": texts[1],
                    "range": f"{texts[0]} – {texts[2]}",
                    "left": f"{places[row, 0]:.1f}",
                    "middle": f"{places[row, 1]:.1f}",
                    "width": f"{places[row, 2] - places[row, 0]:.1f}",
                }
            )
        return self.tables.heading(name) | {
            "scenario": self.tables.scenario(scenario),
            "better": outcome.better,
            "logarithmic": logarithmic,
            "mean": mean,
            "mark": f"{places[names.index(self.data.reference), 1]:.1f}",
            "rows": rows,
        }

    def decisions(self) -> list[dict[str, str]]:
        """One row per strategy: what it is, and each lever that it sets otherwise than the reference."""
        reference = self.data.strategies[self.data.reference].paths
        usual = f", {self.usual_years()}"
        rows = []
        for name, plan in self.data.strategies.items():
            levers = [
                f"{self.texts.of(lever.title)} {path_in_words(plan.paths[key]).removesuffix(usual)}"
                for key, lever in self.data.model.levers.items()
                if plan.paths[key] != reference[key]
            ]
            rows.append(
                {
                    "title": self.tables.strategy(name),
                    "description": self.texts.of(plan.description),
                    "levers": self.texts("list_semicolon").join(levers),
                    "switch": self.tables.switch(name),
                }
            )
        return rows

    def usual_years(self) -> str:
        """The years between which a lever moves that a strategy gives as one number."""
        table = self.data.model.lever_table
        return f"{date(table.policy_start)}–{date(table.policy_start + table.ramp_years)}"

    def shares(self) -> list[dict[str, Any]]:
        """One table per scenario: the share of worlds in which each strategy is best, in the last year."""
        return self._per_outcome("share_best_caption", self._best)

    def regrets(self) -> list[dict[str, Any]]:
        """One table per scenario: the mean regret of each strategy, in the last year."""
        return self._per_outcome("mean_regret_caption", self._regret)

    def _per_outcome(
        self, caption: str, column: Callable[[str, pd.DataFrame], list[dict[str, Any]]]
    ) -> list[dict[str, Any]]:
        year, tables = self.data.last_year, []
        for scenario in self.data.scenarios:
            told = self.texts(caption, scenario=self.tables.scenario(scenario), year=date(year))
            values = {name: self.data.at(name, scenario, year) for name in self.data.ranked}
            names = [name for name, table in values.items() if not robustness.same_for_all(table)]
            tables.append(self._rows(told, names, [column(name, values[name]) for name in names]))
        return tables

    def _best(self, name: str, values: pd.DataFrame) -> list[dict[str, Any]]:
        shares = robustness.share_best(values, self.data.model.outcomes[name].better)
        return [
            {
                "value": share(part) if part > 0 else "",
                "mark": "",
                "tone": next((f"more-{strength}" for least, strength in OFTEN if part >= least), ""),
                "title": f"{self.tables.strategy(str(strategy))}: {share(part)}",
            }
            for strategy, part in shares.items()
        ]

    def _regret(self, name: str, values: pd.DataFrame) -> list[dict[str, Any]]:
        outcome = self.data.model.outcomes[name]
        mean = robustness.regret(values, outcome.better).mean()
        return [
            {
                "value": difference(loss, outcome.format),
                "mark": "first" if loss == mean.min() else "last" if loss == mean.max() else "",
                "tone": "",
                "title": self.tables.strategy(str(strategy)),
            }
            for strategy, loss in mean.items()
        ]


def _tone(win: float) -> str:
    for least, strength in TONES:
        if win > least:
            return f"more-{strength}"
        if win < 1 - least:
            return f"less-{strength}"
    return ""
