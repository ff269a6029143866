"""Every text that readers see with a number or a period in it holds in the model as it is defined.

The register below has for each such text what the model says of its numbers. A text with a number that is not
in the register fails, so that none is written without being held against the model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from ruamel.yaml import YAML

from twintrack import pages
from twintrack.decisions import robustness
from twintrack.inputs.history import LEARNT_UNTIL
from twintrack.model import Model
from twintrack.pages.report import marks

WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "tenfold": 10, "twelve": 12, "tenth": 0.1, "half": 0.5, "third": 1 / 3, "triples": 3,
    "four fifths": 0.8, "three fifths": 0.6,
}  # fmt: skip
NUMBER = re.compile(rf"\b({'|'.join(sorted(WORDS, key=len, reverse=True))}|\d[\d,]*(?:\.\d+)?)\b")
NO_AMOUNT = re.compile(
    r"one (another|view|run takes|next-best|day to the next|direction)|main one|H100"
    r"|three different futures|this is the third"
)
"""Phrases whose number counts words, not the model's quantities."""


def numbers(text: str) -> list[float]:
    """Give the numbers of an English text in order."""
    found = NUMBER.findall(NO_AMOUNT.sub("", text))
    return [WORDS[word] if word in WORDS else float(word.replace(",", "")) for word in found]


def _entries(folder: Path) -> Iterator[tuple[str, str]]:
    """Give the English texts of the content that hold a number, each with its place."""
    files = [folder / "model" / name for name in ("outcomes.yaml", "levers.yaml")]
    files += [*sorted((folder / "model" / "scenarios").glob("*.yaml"))]
    files += [*sorted((folder / "strategies").rglob("*.yaml")), *sorted((folder / "reports").glob("*.yaml"))]
    for file in files:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for place, text in _texts(content, file.stem):
            if numbers(text):
                yield place, text


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "en" and isinstance(inner, str):
                yield place, " ".join(inner.split())
            else:
                yield from _texts(inner, f"{place} {key}")


def _lever(name: str, lever: str, year: float = 2040) -> Callable[[Model], float]:
    return lambda model: float(model.strategy(name).paths[lever].at(year))


def _scenario(name: str, parameter: str, year: float = 2040) -> Callable[[Model], float]:
    def value(model: Model) -> float:
        found: Any = model.scenario(name).world[parameter]
        return float(found.at(year))

    return value


def _begins(name: str, parameter: str) -> Callable[[Model], float]:
    def value(model: Model) -> float:
        found: Any = model.scenario(name).world[parameter]
        return float(found.start)

    return value


def _start(model: Model) -> float:
    return model.policy_start


def _constant(name: str) -> Callable[[Model], float]:
    return lambda model: float(model.run()[name][0])


def _central(name: str) -> Callable[[Model], float]:
    return lambda model: model.world[name].value


def _pace_of_the_past(name: str) -> Callable[[Model], float]:
    """The growth of cost that brings as much a year as that of the past, with another return of steps."""

    def growth(model: Model) -> float:
        hardware = model.world["hardware_growth_factor"].value
        compute = model.world["cost_growth_factor"].value * hardware
        return float(compute ** (1 / _scenario(name, "step_return")(model)) / hardware)

    return growth


def _first_lag(model: Model) -> float:
    """How far the leader's main route came a year before 2016."""
    return float(model.run()["scale_pace"][0])


def _programmes(model: Model) -> float:
    few, today = model.strategy("programmes_few").paths, model.strategy("baseline").paths
    names = [name for name in few if few[name] != today[name]]
    return float(np.mean([few[name].at(2040) / today[name].at(2040) for name in names]))


def _switch(name: str, part: str) -> Callable[[Model], float]:
    return lambda model: float(getattr(model.strategy(name).switch, part))


def _futures(name: str, parameter: str, past: float) -> list[Callable[[Model], float]]:
    return [_central("cost_growth_factor"), _start, _scenario(name, parameter), lambda model: past]


_PRICE = [_central("cost_growth_factor"), _start]
_HARDWARE = _central("hardware_growth_factor")
REGISTER: dict[str, list[Callable[[Model], float]]] = {
    "outcomes outcomes compute_kept title": [_constant("shock_horizon")],
    "outcomes outcomes compute_kept meaning": [_constant("shock_horizon")],
    "outcomes outcomes ai_industry_size meaning": [_constant("one_half")],
    "outcomes statistics downside_capability title": [
        lambda model: float(model.inputs.outcomes.statistics["downside_capability"].quantile or 0)
    ],
    "levers levers institutional_supply effort": [
        lambda model: model.levers["institutional_supply"].adjustment_years
    ],
    "levers levers talent_training effort": [
        lambda model: model.levers["talent_training"].adjustment_years,
        lambda model: model.levers["talent_training"].adjustment_years + 1,
    ],
    "levers levers domestic_chip_invest effort": [
        lambda model: model.levers["domestic_chip_invest"].adjustment_years
    ],
    "capital_winter description": [
        *(lambda model, year=year: _in_winter(model, year) for year in (2027, 2028, 2029)),
        _scenario("capital_winter", "capital_shock", 2028),
        lambda model: 2030 if _scenario("capital_winter", "capital_shock", 2030.25)(model) == 0 else 0,
    ],
    "decoupling description": [_constant("future_start"), lambda model: _start(model) + _ramp(model)],
    "thaw description": [_constant("future_start"), lambda model: _start(model) + _ramp(model)],
    "fresh_road description": [
        _start,
        lambda model: _scenario("fresh_road", "breakthrough_rate")(model)
        / model.world["breakthrough_rate"].value,
    ],
    "leader_answers description": [_start],
    "leader_does_not_answer description": [_start],
    "leader_explores description": [_start, _scenario("leader_explores", "leader_exploration")],
    "linear_innovation description": [_begins("linear_innovation", "stage_need")],
    "open_source_cutoff description": [_begins("open_source_cutoff", "open_source_cutoff")],
    "price_fast description": [*_PRICE, _scenario("price_fast", "hardware_growth_factor"), _HARDWARE],
    "price_slow description": [*_PRICE, _scenario("price_slow", "hardware_growth_factor"), _HARDWARE],
    "return_high description": [
        *_PRICE, lambda model: 10, _scenario("return_high", "step_return"), _pace_of_the_past("return_high"),
    ],
    "return_low description": [
        *_PRICE, lambda model: 10, _scenario("return_low", "step_return"), _pace_of_the_past("return_low"),
    ],
    "spend_fast description": [*_PRICE, _scenario("spend_fast", "cost_growth_factor")],
    "spend_slow description": [*_PRICE, _scenario("spend_slow", "cost_growth_factor")],
    "scaling_holds description": [
        lambda model: float(model.equations.time.final),
        lambda model: sum("route_ceiling" in name for name in model.scenario("scaling_holds").world) - 1,
    ],
    "baseline description": [_lever("baseline", "catchup_share"), lambda model: _start(model) - 1],
    "programmes_today description": [lambda model: _start(model) - 1],
    "doors_today description": [lambda model: _start(model) - 1],
    "programmes_few description": [_programmes],
    "portfolio_mix description": [
        _lever("portfolio_mix", "catchup_share"),
        _lever("portfolio_mix", "run_ambition"),
        _lever("portfolio_mix", "demand_driven_share"),
    ],
    "money_chips description": [
        lambda model: _lever("money_chips", "domestic_chip_invest")(model)
        / model.levers["domestic_chip_invest"].baseline,
        lambda model: model.strategy("money_chips").paths["domestic_chip_invest"].times[-1],
    ],
    "money_exploration description": [
        lambda model: _lever("money_exploration", "patient_capital")(model)
        / model.levers["patient_capital"].baseline
    ],
    "explore_base description": [
        _lever("explore_base", "catchup_share"),
        _lever("explore_base", "run_ambition"),
        _lever("explore_base", "demand_driven_share"),
    ],
    "explore_open description": [_lever("explore_open", "catchup_share")],
    "explore_selective description": [_lever("explore_selective", "catchup_share")],
    "catchup_explore_closed description": [_lever("catchup_explore_closed", "catchup_share")],
    "catchup_explore_open description": [_lever("catchup_explore_open", "catchup_share")],
    "regional_coopetition description": [
        lambda model: 1, lambda model: 1 - _lever("regional_coopetition", "catchup_share")(model),
    ],
    "late_switch description": [
        lambda model: _switch("late_switch", "below")(model) / _first_lag(model),
        lambda model: model.equations.time.initial,
        _switch("late_switch", "ramp_years"),
    ],
    "sequenced description": [_switch("sequenced", "below"), _switch("sequenced", "ramp_years")],
}  # fmt: skip

ROUND = 0.1
"""Share by which a number in words may differ: "a third" is 0.35, "a little more than half" 0.55."""


def _in_winter(model: Model, year: float) -> float:
    return year if _scenario("capital_winter", "capital_shock", year)(model) > 0 else 0


def _ramp(model: Model) -> float:
    return float(model.run()["future_ramp"][0]) if "future_ramp" in model.equations.variables else 2.0


@pytest.fixture(scope="module")
def entries(content: Path) -> dict[str, str]:
    """The English texts of the content that hold a number, by place."""
    return dict(_entries(content))


def test_every_text_with_a_number_is_held_against_the_model(entries: dict[str, str]) -> None:
    assert entries.keys() == set(REGISTER)


@pytest.mark.parametrize("place", REGISTER)
def test_the_numbers_of_a_text_are_those_of_the_model(
    model: Model, entries: dict[str, str], place: str
) -> None:
    told = numbers(entries[place])
    meant = [value(model) for value in REGISTER[place]]
    assert len(told) == len(meant), (told, meant)
    assert told == pytest.approx(meant, rel=ROUND), (told, meant)


def test_years_in_texts_of_pages_are_those_of_the_model(model: Model) -> None:
    """What is learnt from, where time begins, and the usual years in which levers move: no other year."""
    start, ramp = model.policy_start, model.lever_table.ramp_years
    allowed = {model.equations.time.initial, LEARNT_UNTIL, start, start + ramp}
    for key, texts in _page_texts():
        for text in texts.values():
            assert {
                float(year) for year in re.findall(r"(?<!\d)(?<!et al\. )(?<!等，)20\d\d(?!\d)", str(text))
            } <= allowed, key


def test_periods_in_texts_of_pages_are_filled_in() -> None:
    """A period in words ("over the whole simulation") would not change with what is computed."""
    words = re.compile(r"(whole|entire|all of the) (simulation|period|time|run)|整个模拟|全部模拟")
    for key, texts in _page_texts():
        assert not any(words.search(str(text)) for text in texts.values()), key


def test_percentages_in_texts_of_the_report_are_those_of_the_rules() -> None:
    tones = [least for least, _ in marks.TONES]
    rules = [robustness.NEGLIGIBLE, robustness.TIE_RANGE[1], *tones, 0.05, 0.95, 0.95 - 0.05]
    allowed = {round(100 * share, 6) for share in rules}
    for key, texts in _page_texts():
        for language, text in texts.items():
            found = re.findall(r"(\d+(?:\.\d+)?)(?:%| %|、(?=\d)|, (?=\d\d or)|, (?=\d\d, ))", str(text))
            assert {float(number) for number in found} <= allowed, (key, language)


def _page_texts() -> Iterator[tuple[str, dict[str, str]]]:
    path = Path(pages.__path__[0]) / "texts.yaml"
    yield from YAML(typ="safe").load(path.read_text(encoding="utf-8")).items()


def test_the_present_value_counts_what_is_spent_since_policies_begin(model: Model) -> None:
    """As the report says: from the start of policies to the end, discounted to that start."""
    run = model.run("pure_catchup", world={"discount_rate": 0.0})
    total, cost = run["public_cost_pv"], run["public_cost"]
    since = run.time >= model.policy_start
    assert (total[run.time <= model.policy_start] == 0).all() and total[-1] > 0
    assert total[-1] == pytest.approx(np.trapezoid(cost[since], run.time[since]), rel=2e-3)
    discounted = model.run("pure_catchup", world={"discount_rate": 0.03})
    weight = np.exp(-0.03 * (run.time[since] - model.policy_start))
    expected = np.trapezoid(weight * cost[since], run.time[since])
    assert discounted["public_cost_pv"][-1] == pytest.approx(expected, rel=2e-3)


def test_capability_is_counted_from_the_leaders_main_route_at_the_beginning(model: Model) -> None:
    assert model.run()["capability_by_route[leader,scale]"][0] == 0


def test_chinese_texts_have_the_same_figures(content: Path) -> None:
    """Numbers in digits; those in words are held by the English text that they translate."""
    figures = re.compile(r"\d+(?:\.\d+)?")
    files = [*(content / "model" / "scenarios").glob("*.yaml"), *(content / "strategies").rglob("*.yaml")]
    for path in files:
        told = yaml.safe_load(path.read_text(encoding="utf-8")).get("description") or {}
        if isinstance(told, dict):
            english, chinese = (set(map(float, figures.findall(told.get(key, "")))) for key in ("en", "zh"))
            assert english <= chinese, path.name
