"""Sentences about the results, written from the numbers by fixed rules.

Nothing here knows which strategy wins: every statement says which one stands where, by how much, and in what
share of the worlds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from twintrack.decisions import robustness
from twintrack.formats import date, difference, number, share
from twintrack.pages.blocks import Block, Fact, Facts, Section
from twintrack.pages.report.data import COSTS
from twintrack.pages.report.view import ReportView

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMES = 4
"""Names in a list before the rest is only counted."""


def blocks(view: ReportView) -> list[Block]:
    """Give each outcome with a paragraph for each scenario."""
    return [view.told("words_intro", "note"), Facts(sentences(view), "words", view.basis("results.csv"))]


def sentences(view: ReportView) -> list[Fact]:
    """Give the outcomes that there is something to say of, each with a paragraph for each scenario."""
    facts = []
    for name, outcome in view.data.outcomes.items():
        told = (Telling(view, name, scenario).paragraph() for scenario in view.data.scenarios)
        facts.append(Fact(view.of(outcome.title), list(filter(None, told))))
    return [fact for fact in facts if fact.values]


@dataclass(frozen=True)
class Telling:
    """What there is to say of an outcome in a scenario, in the last year."""

    view: ReportView
    name: str
    scenario: str

    def paragraph(self) -> str:
        """Give the sentences; none where there is no better direction and no difference."""
        if robustness.same_for_all(self._values):
            return "" if self._better == "neutral" else self._same()
        if self._better == "neutral":
            return self._neutral()
        best = self._first.best
        told = (self._led(best), self._loss(best), self._regret(best)) if best else (self._tied(),)
        told = (*told, self._turn(), self._at_equal_cost())
        return self.view.texts("sentence_space").join(filter(None, told))

    @cached_property
    def _values(self) -> pd.DataFrame:
        return self.view.data.at(self.name, self.scenario, self.view.data.last_year)

    @property
    def _better(self) -> str:
        return self.view.data.model.outcomes[self.name].better

    @cached_property
    def _first(self) -> robustness.FirstPlace:
        return robustness.first_place(self._values, self._better)

    def _say(self, key: str, **values: str) -> str:
        return self.view.texts(key, scenario=self.view.scenario(self.scenario), **values)

    def _led(self, best: str) -> str:
        """Say by how much the best leads, and in what share of the worlds."""
        second = robustness.nearest_rival(self._values, self._better, best)
        middle, mean = self.view.middle(self.name, self._values)
        wins = robustness.win_shares(self._values, self._better).to_dict()
        if mean:
            told = {"value": self._amount(middle[best]), "second_value": self._amount(middle[second])}
        else:
            lead = robustness.paired_difference(self._values, self._better, best, second).median()
            told = {**self._band(best), "second_value": self._band(second)["value"]}
            told["difference"] = self._difference(lead)
        return self._say(
            "word_best_nil" if mean else "word_best",
            best=self._named(best),
            second=self._named(second),
            share=share(wins[second][best]),
            **told,
        )

    def _tied(self) -> str:
        """Say who ties, and between which medians they lie; or that they beat one another in a circle."""
        names = self._first.ties
        if not names:
            return self._say("word_circle")
        middle, mean = self.view.middle(self.name, self._values)
        tied = middle[list(names)]
        return self._say(
            "word_tie_nil" if mean else "word_tie",
            names=self._listed(names),
            low=self._amount(tied.min()),
            high=self._amount(tied.max()),
        )

    def _loss(self, best: str) -> str:
        losses = robustness.regret(self._values, self._better)[best]
        behind = losses > 0
        if not behind.any():
            return ""
        loss = self._difference(losses[behind].mean())
        return self._say("word_loses", best=self._named(best), share=share(behind.mean()), loss=loss)

    def _regret(self, best: str) -> str:
        """Name the strategy with the smallest mean regret, where that is not the first-placed one."""
        mean = robustness.regret(self._values, self._better).mean()
        least = str(mean[sorted(mean.index)].idxmin())
        if mean[least] == mean[best]:
            return ""
        return self._say(
            "word_regret",
            name=self._named(least),
            best=self._named(best),
            least=self._difference(mean[least]),
            other=self._difference(mean[best]),
        )

    def _turn(self) -> str:
        """Say who stands first in which year, where that changes."""
        standings = {}
        for year in self.view.data.years:
            values = self.view.data.at(self.name, self.scenario, year)
            same = robustness.same_for_all(values)
            names = () if same else robustness.first_place(values, self._better).names
            standings[year] = sorted(map(self._named, names))
        if len(set(map(tuple, standings.values()))) == 1:
            return ""
        items = [
            self._say("word_turn_item", names=self._shortened(names), year=date(year))
            for year, names in standings.items()
            if names
        ]
        return self._say("word_turn", list=self.view.texts.join(items))

    def _at_equal_cost(self) -> str:
        data = self.view.data
        equal = data.at(self.name, self.scenario, data.last_year, equal=True)
        if self.name in COSTS or equal.empty or robustness.same_for_all(equal):
            return ""
        after = robustness.first_place(equal, self._better)
        if after == self._first:
            return self._say("word_equal_stays")
        if not after.names:
            return self._say("word_equal_circle")
        key = "word_equal_changes" if after.best else "word_equal_ties"
        return self._say(key, names=self._listed(after.names))

    def _same(self) -> str:
        return self._say("word_same", **self._band(next(iter(self.view.data.strategies))))

    def _neutral(self) -> str:
        middle = self._values.median()
        return self._say(
            "word_neutral",
            low=self._amount(middle.min()),
            high=self._amount(middle.max()),
            lowest=self._named(str(middle.idxmin())),
            highest=self._named(str(middle.idxmax())),
        )

    def _band(self, strategy: str) -> dict[str, str]:
        data, spec = self.view.data, self.view.data.model.outcomes[self.name].format
        bands = data.bands[self.name].sel(scenario=self.scenario, strategy=strategy, time=data.last_year)
        low, middle, high = (float(value) for value in bands)
        return {"low": number(low, spec), "value": self._amount(middle), "high": number(high, spec)}

    def _listed(self, strategies: Iterable[str]) -> str:
        return self._shortened([self._named(strategy) for strategy in strategies])

    def _shortened(self, names: list[str]) -> str:
        """Join names, of many the first ones and how many more there are."""
        if len(names) > MOST_NAMES:
            more = self.view.texts("more_strategies", count=len(names) - MOST_NAMES + 1)
            names = [*names[: MOST_NAMES - 1], more]
        return self.view.texts.join(names)

    def _named(self, strategy: str) -> str:
        return self.view.texts("named", title=self.view.strategy(strategy))

    def _difference(self, value: float) -> str:
        spec = self.view.data.model.outcomes[self.name].format
        return self.view.with_unit(difference(value, spec), self.view.difference_unit(self.name))

    def _amount(self, value: float) -> str:
        outcome = self.view.data.model.outcomes[self.name]
        return self.view.with_unit(number(value, outcome.format), self.view.texts.unit(outcome.unit))


SECTION = Section("words", 100, blocks)
