"""Sentences about the results, written from the numbers by fixed rules.

Nothing here knows which strategy wins: every statement says which one stands where, by how much, and in what
share of the worlds.
"""

from __future__ import annotations

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
    return [view.told("words_intro", "note"), Facts(sentences(view), "words")]


def sentences(view: ReportView) -> list[Fact]:
    """Give the outcomes that there is something to say of, each with a paragraph for each scenario."""
    facts = [
        Fact(
            view.of(outcome.title),
            list(filter(None, (_paragraph(view, name, scenario) for scenario in view.data.scenarios))),
        )
        for name, outcome in view.data.outcomes.items()
    ]
    return [fact for fact in facts if fact.values]


def _paragraph(view: ReportView, name: str, scenario: str) -> str:
    values = view.data.at(name, scenario, view.data.last_year)
    neutral = view.data.model.outcomes[name].better == "neutral"
    if robustness.same_for_all(values):
        return "" if neutral else _same(view, name, scenario)
    if neutral:
        return _neutral(view, name, scenario, values)
    told = [
        _standing(view, name, scenario, values),
        _loss(view, name, values),
        _regret(view, name, values),
        _turn(view, name, scenario),
        _at_equal_cost(view, name, scenario, values),
    ]
    return view.texts("sentence_space").join(sentence for sentence in told if sentence)


def _standing(view: ReportView, name: str, scenario: str, values: pd.DataFrame) -> str:
    better = view.data.model.outcomes[name].better
    best, ties = robustness.best_and_ties(values, better)
    second = robustness.nearest_rival(values, better, best)
    wins = robustness.win_shares(values, better)
    middle, mean = view.middle(name, values)
    if mean:
        return view.texts(
            "word_tie_nil" if ties else "word_best_nil",
            names=_listed(view, [_named(view, strategy) for strategy in (best, *ties)]),
            best=_named(view, best),
            second=_named(view, second),
            share=share(wins.to_dict()[second][best]),
            value=_amount(view, name, middle[best]),
            second_value=_amount(view, name, middle[second]),
            scenario=view.scenario(scenario),
        )
    lead = robustness.paired_difference(values, better, best, second).median()
    return view.texts(
        "word_tie" if ties else "word_best",
        names=_listed(view, [_named(view, strategy) for strategy in (best, *ties)]),
        best=_named(view, best),
        second=_named(view, second),
        share=share(wins.to_dict()[second][best]),
        second_value=_band(view, name, scenario, second)["value"],
        difference=_difference(view, name, lead),
        scenario=view.scenario(scenario),
        **_band(view, name, scenario, best),
    )


def _loss(view: ReportView, name: str, values: pd.DataFrame) -> str:
    better = view.data.model.outcomes[name].better
    best, _ = robustness.best_and_ties(values, better)
    losses = robustness.regret(values, better)[best]
    behind = losses > 0
    if not behind.any():
        return ""
    loss = _difference(view, name, losses[behind].mean())
    return view.texts("word_loses", best=_named(view, best), share=share(behind.mean()), loss=loss)


def _regret(view: ReportView, name: str, values: pd.DataFrame) -> str:
    """Name the strategy with the smallest mean regret, where that is not the first-placed one."""
    better = view.data.model.outcomes[name].better
    best, _ = robustness.best_and_ties(values, better)
    mean = robustness.regret(values, better).mean()
    least = str(mean.idxmin())
    if mean[least] == mean[best]:
        return ""
    return view.texts(
        "word_regret",
        name=_named(view, least),
        best=_named(view, best),
        least=_difference(view, name, mean[least]),
        other=_difference(view, name, mean[best]),
    )


def _turn(view: ReportView, name: str, scenario: str) -> str:
    standings = [_first(view, name, scenario, year) for year in view.data.years]
    if len(set(standings)) == 1:
        return ""
    items = [
        view.texts("word_turn_item", names=_listed(view, sorted(names)), year=date(year))
        for year, names in zip(view.data.years, standings, strict=True)
        if names
    ]
    return view.texts("word_turn", list=view.texts.join(items))


def _at_equal_cost(view: ReportView, name: str, scenario: str, values: pd.DataFrame) -> str:
    if name in COSTS:
        return ""
    better = view.data.model.outcomes[name].better
    equal = view.data.at(name, scenario, view.data.last_year, equal=True)
    if robustness.same_for_all(equal):
        return ""
    before, after = _standing_first(values, better), _standing_first(equal, better)
    if before == after:
        return view.texts("word_equal_stays")
    names = [_named(view, strategy) for strategy in view.data.strategies if strategy in after]
    key = "word_equal_changes" if len(names) == 1 else "word_equal_ties"
    return view.texts(key, names=_listed(view, names))


def _first(view: ReportView, name: str, scenario: str, year: float) -> frozenset[str]:
    values = view.data.at(name, scenario, year)
    if robustness.same_for_all(values):
        return frozenset()
    better = view.data.model.outcomes[name].better
    return frozenset(_named(view, strategy) for strategy in _standing_first(values, better))


def _same(view: ReportView, name: str, scenario: str) -> str:
    first = next(iter(view.data.strategies))
    return view.texts("word_same", scenario=view.scenario(scenario), **_band(view, name, scenario, first))


def _neutral(view: ReportView, name: str, scenario: str, values: pd.DataFrame) -> str:
    middle = values.median()
    low, high = str(middle.idxmin()), str(middle.idxmax())
    return view.texts(
        "word_neutral",
        scenario=view.scenario(scenario),
        low=_amount(view, name, middle.min()),
        high=_amount(view, name, middle.max()),
        lowest=_named(view, low),
        highest=_named(view, high),
    )


def _band(view: ReportView, name: str, scenario: str, strategy: str) -> dict[str, str]:
    bands = view.data.bands[name].sel(scenario=scenario, strategy=strategy, time=view.data.last_year)
    spec = view.data.model.outcomes[name].format
    low, middle, high = (float(value) for value in bands)
    return {"low": number(low, spec), "value": _amount(view, name, middle), "high": number(high, spec)}


def _listed(view: ReportView, names: list[str]) -> str:
    """Join names, of many the first ones and how many more there are."""
    if len(names) <= MOST_NAMES:
        return view.texts.join(names)
    shown = names[: MOST_NAMES - 1]
    return view.texts.join([*shown, view.texts("more_strategies", count=len(names) - len(shown))])


def _named(view: ReportView, strategy: str) -> str:
    return view.texts("named", title=view.strategy(strategy))


def _difference(view: ReportView, name: str, value: float) -> str:
    text = difference(value, view.data.model.outcomes[name].format)
    unit = view.difference_unit(name)
    return view.texts("with_unit", value=text, unit=unit) if unit else text


def _amount(view: ReportView, name: str, value: float) -> str:
    outcome = view.data.model.outcomes[name]
    unit = view.texts.unit(outcome.unit)
    text = number(value, outcome.format)
    return view.texts("with_unit", value=text, unit=unit) if unit else text


def _standing_first(values: pd.DataFrame, better: str) -> frozenset[str]:
    best, ties = robustness.best_and_ties(values, better)
    return frozenset({best, *ties})


SECTION = Section("words", 100, blocks)
