"""The tables of a report, as texts in one language: what the page's templates fill in."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.decisions import robustness
from twintrack.inputs.paths import LeverPath
from twintrack.presentation.formats import date, difference, number, share, signed
from twintrack.presentation.report_data import COST, COST_VALUE, COSTS

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.inputs.outcomes import Outcome
    from twintrack.presentation.report_data import ReportData
    from twintrack.presentation.texts import Texts

ARROWS = {"higher": "↑", "lower": "↓", "neutral": ""}
REGRET_COLUMNS = ("share_best", "regret_mean", "regret_p90", "regret_max", "regret_when")
SMALLEST_PLAIN, LARGEST_PLAIN = 1e-3, 1e6
"""Values outside these sizes are written as powers of ten."""
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NARROWEST_LABEL = 0.11
"""Parts of a bar smaller than this share of it hold no number."""


@dataclass(frozen=True)
class Tables:
    """Builds the tables of a report in one language; each method gives dictionaries for the templates."""

    data: ReportData
    texts: Texts

    def results(self) -> list[dict[str, Any]]:
        """One table per scenario: median and range of every outcome, year and strategy, the best marked."""
        worlds = self.data.definition.ensemble.worlds
        return [
            {
                "caption": self.texts(
                    "results_caption", scenario=self.scenario(scenario), worlds=f"{worlds:,}"
                ),
                "outcomes": [
                    heading
                    for name in self.data.outcomes
                    for heading in [
                        self.heading(name)
                        | {"rows": [self._year_row(name, scenario, year) for year in self.data.years]},
                        *self._statistics(name, scenario),
                    ]
                ],
            }
            for scenario in self.data.scenarios
        ]

    def _statistics(self, name: str, scenario: str) -> list[dict[str, Any]]:
        """The statistics of an outcome over worlds, under it: one number for each year and strategy."""
        found = []
        for statistic in self.data.statistics.values():
            if statistic.of != name:
                continue
            rows = []
            for year in self.data.years:
                values = self.data.at(name, scenario, year).quantile(statistic.quantile)
                cells = [
                    {"value": number(value, statistic.format), "mean": False, "low": "", "mark": ""}
                    for value in values
                ]
                rows.append({"year": date(year), "cells": cells})
            found.append(
                {
                    "title": self.texts.of(statistic.title),
                    "unit": self.texts.unit(statistic.unit),
                    "arrow": ARROWS[statistic.better],
                    "direction": self.texts(f"better_{statistic.better}"),
                    "rows": rows,
                }
            )
        return found

    def _year_row(self, name: str, scenario: str, year: float) -> dict[str, Any]:
        values = self.data.at(name, scenario, year)
        marks = self._marks(name, values)
        bands = self.data.bands[name].sel(scenario=scenario, time=year)
        spec = self.data.model.outcomes[name].format
        shown, mean = self.middle(name, values)
        cells = []
        for strategy in self.data.strategies:
            low, _, high = (number(float(value), spec) for value in bands.sel(strategy=strategy))
            text = number(shown[strategy], spec)
            cells.append({"value": text, "mean": mean, "low": low, "high": high, "mark": marks[strategy]})
        return {"year": date(year), "cells": cells}

    def middle(self, name: str, values: pd.DataFrame) -> tuple[pd.Series[float], bool]:
        """Give the medians by strategy; or the means, and True, where every median reads as nil."""
        spec, medians, means = self.data.model.outcomes[name].format, values.median(), values.mean()
        nothing = number(0.0, spec)
        nil = all(number(value, spec) == nothing for value in medians)
        mean = nil and any(number(value, spec) != nothing for value in means)
        return (means if mean else medians), mean

    def _marks(self, name: str, values: pd.DataFrame) -> dict[str, str]:
        better = self.data.model.outcomes[name].better
        if robustness.same_for_all(values):
            return dict.fromkeys(self.data.strategies, "same")
        if better == "neutral":
            return dict.fromkeys(self.data.strategies, "")
        best, ties = robustness.best_and_ties(values, better)
        tied = {best, *ties} if ties else set()
        return {
            strategy: "tie" if strategy in tied else "best" if strategy == best else ""
            for strategy in self.data.strategies
        }

    def decisions(self) -> list[dict[str, Any]]:
        """One row per lever that a strategy sets differently from the reference, with its path in words."""
        rows = []
        if any(plan.switch for plan in self.data.strategies.values()):
            cells = [self.switch(name) or self.texts("switch_none") for name in self.data.strategies]
            rows.append({"title": self.texts("switch"), "unit": "", "cells": cells})
        for name, lever in self.data.model.levers.items():
            if not self._differs(name):
                continue
            cells = [self._setting(strategy, name) for strategy in self.data.strategies]
            rows.append(
                {"title": self.texts.of(lever.title), "unit": self.texts.unit(lever.unit), "cells": cells}
            )
        return rows

    def _differs(self, lever: str) -> bool:
        reference = self.data.strategies[self.data.reference].paths[lever]
        return any(
            plan.paths[lever] != reference
            or (plan.switch is not None and plan.switch.paths[lever] != reference)
            for plan in self.data.strategies.values()
        )

    def _setting(self, strategy: str, lever: str) -> str:
        """Say what a strategy does with a lever, and what after its switch where that is something else."""
        plan, reference = self.data.strategies[strategy], self.data.strategies[self.data.reference]
        path = plan.paths[lever]
        same = path == reference.paths[lever] and strategy != self.data.reference
        text = self.texts("as_baseline") if same else path_in_words(path)
        if plan.switch is None or plan.switch.paths[lever] == path:
            return text
        later = path_in_words(LeverPath.constant(plan.switch.paths[lever].values[-1]))
        return self.texts("after_switch", before=text, after=later)

    def switch(self, strategy: str) -> str:
        """Say when a strategy switches, to what, and in how many worlds; empty where it never does."""
        switch = self.data.strategies[strategy].switch
        if switch is None:
            return ""
        worlds = [
            self.texts(
                "switch_worlds",
                share=share(self.data.switched(strategy, scenario)),
                scenario=self.scenario(scenario),
            )
            for scenario in self.data.scenarios
        ]
        return self.texts(
            "switch_words",
            to=self.texts.of(self.data.model.strategy(switch.to).title),
            below=plain(switch.below),
            years=self.texts(
                "switch_year" if switch.for_years == 1 else "switch_years", count=plain(switch.for_years)
            ),
            worlds=self.texts.join(worlds),
        )

    def costs(self) -> list[dict[str, Any]]:
        """One table per scenario: present value and yearly mean of public cost, and the equal-cost factor."""
        return [self._cost_table(scenario) for scenario in self.data.scenarios]

    def _cost_table(self, scenario: str) -> dict[str, Any]:
        total, yearly = self.data.cost(scenario)
        factors = self.data.equal["budget_factor"].sel(scenario=scenario)
        reference = self.data.reference
        baseline = self.texts.of(self.data.strategies[reference].title)
        headings = [
            self.texts("present_value", unit=self.texts.unit(self.data.own[COST_VALUE].attrs["units"])),
            self.texts("against_baseline", baseline=baseline),
            self.texts("per_year", unit=self.texts.unit(self.data.own[COST].attrs["units"])),
            self.texts("money_factor"),
        ]
        change = 100 * (total.div(total[reference], axis=0) - 1).median()
        rows = []
        for strategy in self.data.strategies:
            factor = number(float(factors.sel(strategy=strategy)), ".2f")
            cells = [
                _range_cell(total[strategy]),
                {"value": signed(change[strategy], ".0f")},
                _range_cell(yearly[strategy]),
                {"value": self.texts("factor", value=factor)},
            ]
            rows.append({"title": self.strategy(strategy), "cells": cells})
        caption = self.texts("cost_caption", scenario=self.scenario(scenario))
        return {"caption": caption, "headings": headings, "rows": rows}

    def waste(self) -> list[dict[str, Any]]:
        """One table per scenario: the parts of waste a year, means over worlds, and their sum as a bar."""
        return [self._waste_table(scenario) for scenario in self.data.scenarios] if self.data.waste else []

    def _waste_table(self, scenario: str) -> dict[str, Any]:
        parts = {
            name: values.sel(scenario=scenario).mean("world").to_series()
            for name, values in self.data.waste.items()
        }
        total = {
            strategy: sum(float(part[strategy]) for part in parts.values())
            for strategy in self.data.strategies
        }
        longest = max(*total.values(), 1e-12)
        rows = [
            {
                "title": self.strategy(strategy),
                "total": number(total[strategy], ".0f"),
                "cells": [number(float(part[strategy]), ".1f") for part in parts.values()],
                "widths": [f"{100 * float(part[strategy]) / longest:.2f}" for part in parts.values()],
            }
            for strategy in self.data.strategies
        ]
        return {
            "caption": self.texts(
                "waste_caption",
                scenario=self.scenario(scenario),
                unit=self.texts.unit(next(iter(self.data.waste.values())).attrs["units"]),
            ),
            "parts": [self.texts(name) for name in parts],
            "rows": rows,
        }

    def equal(self) -> list[dict[str, Any]]:
        """One table per scenario: medians in the last year at own budget and at equal public cost.

        Public cost itself is left out, for there it is equal by construction.
        """
        year = self.data.last_year
        return [
            {
                "caption": self.texts("equal_caption", scenario=self.scenario(scenario), year=date(year)),
                "outcomes": [
                    self.heading(name)
                    | {"rows": [self._budget_row(name, scenario, equal=equal) for equal in (False, True)]}
                    for name in self.data.outcomes
                    if name not in COSTS
                ],
            }
            for scenario in self.data.scenarios
        ]

    def _budget_row(self, name: str, scenario: str, *, equal: bool) -> dict[str, Any]:
        values = self.data.at(name, scenario, self.data.last_year, equal=equal)
        marks = self._marks(name, values)
        spec = self.data.model.outcomes[name].format
        middle, mean = self.middle(name, values)
        cells = [
            {"value": number(middle[strategy], spec), "mean": mean, "mark": marks[strategy]}
            for strategy in self.data.strategies
        ]
        return {"label": self.texts("equal_budget" if equal else "own_budget"), "cells": cells}

    def shares(self) -> list[dict[str, Any]]:
        """One table per scenario: for each ranked outcome and year, the shares of worlds as a bar."""
        return [
            {
                "caption": self.texts("shares_caption", scenario=self.scenario(scenario)),
                "years": [date(year) for year in self.data.years],
                "rows": [
                    self.heading(name)
                    | {"cells": [self._share_bar(name, scenario, year) for year in self.data.years]}
                    for name in self.data.ranked
                ],
            }
            for scenario in self.data.scenarios
        ]

    def _share_bar(self, name: str, scenario: str, year: float) -> dict[str, Any]:
        values = self.data.at(name, scenario, year)
        shares = robustness.share_best(values, self.data.model.outcomes[name].better)
        titles = [
            f"{self.strategy(strategy)}: {share(part)}"
            for strategy, part in zip(self.data.strategies, shares, strict=True)
        ]
        parts = [
            {
                "place": place,
                "width": f"{part:.4f}",
                "title": titles[place],
                "label": share(part) if part >= NARROWEST_LABEL else "",
            }
            for place, part in enumerate(shares)
            if part > 0
        ]
        return {"same": robustness.same_for_all(values), "parts": parts, "alt": "; ".join(titles)}

    def regrets(self) -> list[dict[str, Any]]:
        """One table per scenario: share best and regret in the last year, by ranked outcome and strategy."""
        year = self.data.last_year
        return [
            {
                "caption": self.texts("regret_caption", scenario=self.scenario(scenario), year=date(year)),
                "columns": REGRET_COLUMNS,
                "outcomes": [
                    self.heading(name)
                    | {"unit": self.difference_unit(name), "rows": self._regret_rows(name, scenario)}
                    for name in self.data.ranked
                    if not robustness.same_for_all(self.data.at(name, scenario, year))
                ],
            }
            for scenario in self.data.scenarios
        ]

    def _regret_rows(self, name: str, scenario: str) -> list[dict[str, Any]]:
        outcome = self.data.model.outcomes[name]
        table = robustness.regret_summary(self.data.at(name, scenario, self.data.last_year), outcome.better)
        smallest = table[["mean", "p90", "max"]].min()
        rows = []
        for strategy, row in table.iterrows():
            cells: list[dict[str, Any]] = [{"value": share(row["share_best"]), "smallest": False}]
            for column in ("mean", "p90", "max", "when_not_best"):
                least = column in smallest and row[column] == smallest[column]
                cells.append({"value": difference(row[column], outcome.format), "smallest": least})
            rows.append({"title": self.strategy(str(strategy)), "cells": cells})
        return rows

    def heading(self, name: str) -> dict[str, Any]:
        """The title, unit and better direction of an outcome."""
        outcome: Outcome = self.data.model.outcomes[name]
        return {
            "title": self.texts.of(outcome.title),
            "unit": self.texts.unit(outcome.unit),
            "arrow": ARROWS[outcome.better],
            "direction": self.texts(f"better_{outcome.better}"),
        }

    def difference_unit(self, name: str) -> str:
        """The unit of differences of an outcome: percentage points for shares."""
        outcome = self.data.model.outcomes[name]
        return (
            self.texts("percentage_points") if outcome.format.endswith("%") else self.texts.unit(outcome.unit)
        )

    def strategy(self, name: str) -> str:
        """The title of a strategy."""
        return self.texts.of(self.data.strategies[name].title)

    def scenario(self, name: str) -> str:
        """The title of a scenario."""
        return self.texts.of(self.data.scenarios[name].title)


def _range_cell(values: pd.Series[float]) -> dict[str, str]:
    low, middle, high = (number(value, ".0f") for value in np.percentile(values, (5, 50, 95)))
    return {"value": middle, "low": low, "high": high}


def path_in_words(path: LeverPath) -> str:
    """Write a lever's path as its values and the years between which it moves.

    0.8 for ever is "0.8"; a ramp is "0.8 → 0.95, 2026–2028"; several follow each other after semicolons.
    """
    knots = path.knots
    if len(knots) == 1:
        return plain(knots[0][1])
    moves = []
    for (start, before), (end, after) in itertools.pairwise(knots):
        if before != after:
            when = date(start) if start == end else f"{date(start)}–{date(end)}"
            moves.append(f"{plain(before)} → {plain(after)}, {when}")
    return "; ".join(moves)


def plain(value: float) -> str:
    """Write a value with as many digits as it needs, at most four; very large or small as a power of ten."""
    if value and not SMALLEST_PLAIN <= abs(value) < LARGEST_PLAIN:
        factor, power = f"{value:.2e}".split("e")
        return f"{factor}×10{str(int(power)).translate(SUPERSCRIPTS)}"
    digits = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if digits else text


def parameter_value(value: float) -> str:
    """Write a value with three significant digits."""
    return plain(float(f"{value:.3g}"))
