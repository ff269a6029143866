"""Sentences about the results, written from the numbers by fixed rules.

Nothing here knows which strategy wins: every statement says which one stands where, by how much, and in what
share of the worlds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twintrack.decisions import robustness
from twintrack.presentation.formats import date, difference, number, share
from twintrack.presentation.report_data import COSTS

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.presentation.report_data import ReportData
    from twintrack.presentation.report_tables import Tables
    from twintrack.presentation.texts import Texts

MOST_NAMES = 4
"""Names in a list before the rest is only counted."""


@dataclass(frozen=True)
class Words:
    """Writes the sentences of a report in one language."""

    data: ReportData
    texts: Texts
    tables: Tables

    def items(self) -> list[dict[str, Any]]:
        """One item per outcome: its title, and one paragraph per scenario that has something to say."""
        items = [
            {
                "title": self.texts.of(outcome.title),
                "sentences": list(
                    filter(None, (self._paragraph(name, scenario) for scenario in self.data.scenarios))
                ),
            }
            for name, outcome in self.data.outcomes.items()
        ]
        return [item for item in items if item["sentences"]]

    def _paragraph(self, name: str, scenario: str) -> str:
        values = self.data.at(name, scenario, self.data.last_year)
        neutral = self.data.model.outcomes[name].better == "neutral"
        if robustness.same_for_all(values):
            return "" if neutral else self._same(name, scenario)
        if neutral:
            return self._neutral(name, scenario, values)
        sentences = [
            self._standing(name, scenario, values),
            self._loss(name, values),
            self._regret(name, values),
            self._turn(name, scenario),
            self._at_equal_cost(name, scenario, values),
        ]
        return self.texts("sentence_space").join(sentence for sentence in sentences if sentence)

    def _standing(self, name: str, scenario: str, values: pd.DataFrame) -> str:
        better = self.data.model.outcomes[name].better
        best, ties = robustness.best_and_ties(values, better)
        second = robustness.nearest_rival(values, better, best)
        wins = robustness.win_shares(values, better)
        middle, mean = self.tables.middle(name, values)
        if mean:
            return self.texts(
                "word_tie_nil" if ties else "word_best_nil",
                names=self._listed([self._named(strategy) for strategy in (best, *ties)]),
                best=self._named(best),
                second=self._named(second),
                share=share(wins.to_dict()[second][best]),
                value=self._amount(name, middle[best]),
                second_value=self._amount(name, middle[second]),
                scenario=self.tables.scenario(scenario),
            )
        lead = robustness.paired_difference(values, better, best, second).median()
        return self.texts(
            "word_tie" if ties else "word_best",
            names=self._listed([self._named(strategy) for strategy in (best, *ties)]),
            best=self._named(best),
            second=self._named(second),
            share=share(wins.to_dict()[second][best]),
            second_value=self._band(name, scenario, second)["value"],
            difference=self._difference(name, lead),
            scenario=self.tables.scenario(scenario),
            **self._band(name, scenario, best),
        )

    def _loss(self, name: str, values: pd.DataFrame) -> str:
        better = self.data.model.outcomes[name].better
        best, _ = robustness.best_and_ties(values, better)
        losses = robustness.regret(values, better)[best]
        behind = losses > 0
        if not behind.any():
            return ""
        loss = self._difference(name, losses[behind].mean())
        return self.texts("word_loses", best=self._named(best), share=share(behind.mean()), loss=loss)

    def _regret(self, name: str, values: pd.DataFrame) -> str:
        """Name the strategy with the smallest mean regret, where that is not the first-placed one."""
        better = self.data.model.outcomes[name].better
        best, _ = robustness.best_and_ties(values, better)
        mean = robustness.regret(values, better).mean()
        least = str(mean.idxmin())
        if mean[least] == mean[best]:
            return ""
        return self.texts(
            "word_regret",
            name=self._named(least),
            best=self._named(best),
            least=self._difference(name, mean[least]),
            other=self._difference(name, mean[best]),
        )

    def _turn(self, name: str, scenario: str) -> str:
        standings = [self._first(name, scenario, year) for year in self.data.years]
        if len(set(standings)) == 1:
            return ""
        items = [
            self.texts("word_turn_item", names=self._listed(sorted(names)), year=date(year))
            for year, names in zip(self.data.years, standings, strict=True)
            if names
        ]
        return self.texts("word_turn", list=self.texts.join(items))

    def _at_equal_cost(self, name: str, scenario: str, values: pd.DataFrame) -> str:
        if name in COSTS:
            return ""
        better = self.data.model.outcomes[name].better
        equal = self.data.at(name, scenario, self.data.last_year, equal=True)
        if robustness.same_for_all(equal):
            return ""
        before, after = _standing_first(values, better), _standing_first(equal, better)
        if before == after:
            return self.texts("word_equal_stays")
        names = [self._named(strategy) for strategy in self.data.strategies if strategy in after]
        key = "word_equal_changes" if len(names) == 1 else "word_equal_ties"
        return self.texts(key, names=self._listed(names))

    def _first(self, name: str, scenario: str, year: float) -> frozenset[str]:
        values = self.data.at(name, scenario, year)
        if robustness.same_for_all(values):
            return frozenset()
        better = self.data.model.outcomes[name].better
        return frozenset(self._named(strategy) for strategy in _standing_first(values, better))

    def _same(self, name: str, scenario: str) -> str:
        first = next(iter(self.data.strategies))
        return self.texts(
            "word_same", scenario=self.tables.scenario(scenario), **self._band(name, scenario, first)
        )

    def _neutral(self, name: str, scenario: str, values: pd.DataFrame) -> str:
        middle = values.median()
        low, high = str(middle.idxmin()), str(middle.idxmax())
        return self.texts(
            "word_neutral",
            scenario=self.tables.scenario(scenario),
            low=self._amount(name, middle.min()),
            high=self._amount(name, middle.max()),
            lowest=self._named(low),
            highest=self._named(high),
        )

    def _band(self, name: str, scenario: str, strategy: str) -> dict[str, str]:
        bands = self.data.bands[name].sel(scenario=scenario, strategy=strategy, time=self.data.last_year)
        spec = self.data.model.outcomes[name].format
        low, middle, high = (float(value) for value in bands)
        return {"low": number(low, spec), "value": self._amount(name, middle), "high": number(high, spec)}

    def _listed(self, names: list[str]) -> str:
        """Join names, of many the first ones and how many more there are."""
        if len(names) <= MOST_NAMES:
            return self.texts.join(names)
        shown = names[: MOST_NAMES - 1]
        return self.texts.join([*shown, self.texts("more_strategies", count=len(names) - len(shown))])

    def _named(self, strategy: str) -> str:
        return self.texts("named", title=self.tables.strategy(strategy))

    def _difference(self, name: str, value: float) -> str:
        text = difference(value, self.data.model.outcomes[name].format)
        unit = self.tables.difference_unit(name)
        return self.texts("with_unit", value=text, unit=unit) if unit else text

    def _amount(self, name: str, value: float) -> str:
        outcome = self.data.model.outcomes[name]
        unit = self.texts.unit(outcome.unit)
        text = number(value, outcome.format)
        return self.texts("with_unit", value=text, unit=unit) if unit else text


def _standing_first(values: pd.DataFrame, better: str) -> frozenset[str]:
    best, ties = robustness.best_and_ties(values, better)
    return frozenset({best, *ties})
