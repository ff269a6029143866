"""What words mean: taken from the content and the model file, and found in sentences."""

from __future__ import annotations

import functools
from pathlib import Path

import pytest

from twintrack.errors import InputError
from twintrack.inputs.outcomes import load_outcomes
from twintrack.inputs.reports import load_report
from twintrack.inputs.sheets import is_sheet
from twintrack.model import Model
from twintrack.pages.glossary import METHODS, Glossary, Term, linked, named_in, phrases
from twintrack.pages.numbers import table_unit
from twintrack.pages.texts import Texts

TIE = Term("tie", "tie", "Neither <wins>.")
GAP = Term("frontier_gap", "Gap to the frontier", "Months.", "frontier_gap")
WORDS = phrases([TIE, GAP], {"distance to the frontier": "frontier_gap"})


def glossary(model: Model, language: str) -> Glossary:
    texts = Texts(language)
    return Glossary(model, texts, functools.partial(table_unit, texts=texts))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_result_of_the_shipped_reports_has_a_meaning_an_equation_and_sources(
    model: Model, content: Path, language: str
) -> None:
    definitions = [path for path in sorted((content / "reports").glob("*.yaml")) if not is_sheet(path)]
    names = {name for path in definitions for name in load_report(path, model.inputs).outcomes}
    assert len(names) >= 15
    for name in sorted(names):
        term = glossary(model, language).outcome(name, "data/results.csv")
        assert term.told and term.sources and term.facts[0], name
        variable = model.equations.variables[name]
        assert term.equation == " ".join(variable.equation.replace("=", " = ", 1).split())


def test_a_share_of_something_says_of_what(model: Model) -> None:
    told = glossary(model, "en").outcome("felt_harm", "")
    assert told.facts[0] == "Unit: % of would-be users put off"
    assert "as the share of would-be users" in told.told


def test_levers_and_assumptions_are_told_with_their_ranges(model: Model) -> None:
    name, lever = next(iter(model.levers.items()))
    assert f"{lever.low:g} to {lever.high:g}" in glossary(model, "en").lever(name, "").facts[1]
    name, parameter = next(iter(model.world.items()))
    assert f"{parameter.low:g}至{parameter.high:g}" in glossary(model, "zh").parameter(name, "").facts[1]


def test_billions_are_told_in_hundred_millions_in_chinese(model: Model) -> None:
    words = glossary(model, "zh")
    terms = [
        *(words.lever(name, "") for name in model.levers),
        *(words.parameter(name, "") for name in model.world),
        *(words.outcome(name, "") for name in model.outcomes),
    ]
    assert [term.name for term in terms if any("十亿" in fact for fact in term.facts)] == []
    name = next(name for name, entry in model.world.items() if entry.unit == "bn CNY/H100e")
    entry = model.world[name]
    assert f"{10 * entry.low:g}至{10 * entry.high:g}" in words.parameter(name, "").facts[1]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_words_of_the_comparison_are_told(model: Model, language: str) -> None:
    terms = [glossary(model, language).method(name) for name in METHODS]
    assert len({term.word for term in terms}) == len(terms) and all(term.told for term in terms)


def test_the_first_place_of_each_word_leads_to_its_meaning() -> None:
    html = linked("Ties, a <tie> and the distance to the frontier; no necktie.", WORDS)
    assert html == (
        '<a class="term" href="#term-tie" title="Neither &lt;wins&gt;.">Ties</a>, a &lt;tie&gt; and the'
        ' <a class="term" href="#term-frontier_gap" title="Months.">distance to the frontier</a>; no necktie.'
    )
    assert linked("a <b>", {}) == "a &lt;b&gt;"


def test_words_are_found_in_chinese_where_no_space_parts_them() -> None:
    word = Term("future", "推演", "一次")
    assert linked("100次推演中", phrases([word])).count('href="#term-future"') == 1


def test_a_table_leads_to_each_of_its_results_once() -> None:
    html = named_in(["Distance to the frontier (months)", "distance to the frontier: a tie"], WORDS)
    assert html == '<a href="#term-frontier_gap">Gap to the frontier</a>'


def test_ids_are_names_without_signs() -> None:
    assert Term("opened[home]", "").href == "#term-opened-home"


def test_an_amount_names_its_value_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "outcomes.yaml"
    text = """outcomes:
  harm:
    title: {en: Harm, zh: 危害}
    unit: Dmnl
    better: lower
    told:
      name: {en: harm, zh: 危害}
      gains: {en: lowers, zh: 减轻}
      loses: {en: raises, zh: 加重}
      better: {en: less, zh: 轻}
      worse: {en: more, zh: 重}
      amount: {en: "AMOUNT of users", zh: "{value}的用户"}
headline: [harm]
"""
    path.write_text(text.replace("AMOUNT", "{value}"), encoding="utf-8")
    told = load_outcomes(path).outcomes["harm"].told
    assert told is not None and told.amount is not None and told.amount.en == "{value} of users"
    path.write_text(text.replace("AMOUNT", "{share}"), encoding="utf-8")
    with pytest.raises(InputError, match=r"does not name \{value\} once in each language"):
        load_outcomes(path)
