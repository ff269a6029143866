"""The words of a page: what each result, lever and assumption means, and where its numbers come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from markupsafe import Markup, escape

from twintrack.inputs.sources import short_citation
from twintrack.names import snake, split_element
from twintrack.pages.blocks import Block
from twintrack.pages.numbers import table_factor
from twintrack.pages.texts import Texts

if TYPE_CHECKING:
    from twintrack.core import Core

METHODS = ("future", "scenario", "of_100", "tie", "median", "range", "regret", "equal", "package")
"""Words of the comparison itself, in the order of the page."""


@dataclass(frozen=True)
class Term:
    """A word with its meaning.

    Attributes:
        key: Its name among all words; links lead to `href`.
        word: As it stands on the page.
        told: What it means; "" where the content says nothing.
        name: Its name in the model and in data files.
        facts: What else there is to say, in words.
        equation: As it stands in the model file.
        sources: Authors and years.
        data: The file beside the page that holds its numbers.
    """

    key: str
    word: str
    told: str = ""
    name: str = ""
    facts: Sequence[str] = ()
    equation: str = ""
    sources: str = ""
    data: str = ""

    @property
    def id(self) -> str:
        """The place on the page that links lead to."""
        return "term-" + re.sub(r"\W+", "-", self.key).strip("-")

    @property
    def href(self) -> str:
        """What leads there."""
        return f"#{self.id}"


@dataclass(frozen=True)
class Terms(Block):
    """A list of words."""

    terms: Sequence[Term]
    kind: ClassVar[str] = "terms"


@dataclass(frozen=True)
class Glossary:
    """Tells words of a model in one language; `unit` writes units as the page has them."""

    core: Core
    texts: Texts
    unit: Callable[[str], str]

    def method(self, name: str) -> Term:
        """A word of the comparison."""
        return Term(name, self.texts(f"words_{name}"), self.texts(f"words_{name}_told"))

    def outcome(self, name: str, data: str) -> Term:
        """An outcome with its equation; `data` is the file that holds its numbers."""
        outcome = self.core.outcomes[name]
        told = self.texts.of(outcome.meaning) if outcome.meaning else ""
        facts = [self._fact("unit", self._unit_of(name)), self.texts(f"better_{outcome.better}")]
        variable = self.core.equations.variables.get(snake(split_element(name)[0]))
        return Term(
            name,
            self.texts.of(outcome.title),
            told,
            name,
            facts,
            _one_line(variable.equation) if variable else "",
            self._sources(variable.source if variable else ""),
            data,
        )

    def lever(self, name: str, data: str) -> Term:
        """A lever with its range and what it takes to move it."""
        lever = self.core.levers[name]
        told = self.texts.of(lever.effort) if lever.effort else ""
        factor = table_factor(lever.unit, self.texts)
        values = {"low": lever.low, "high": lever.high, "value": lever.baseline}
        ends = {key: f"{factor * value:g}" for key, value in values.items()}
        facts = [self._fact("unit", self.unit(lever.unit)), self.texts("range_lever", **ends)]
        title, sources = self.texts.of(lever.title), self._sources(lever.source)
        return Term(name, title, told, name, facts, sources=sources, data=data)

    def parameter(self, name: str, data: str) -> Term:
        """An uncertain assumption with its range."""
        entry = self.core.world[name]
        factor = table_factor(entry.unit, self.texts)
        told = self.texts(
            "range_world",
            low=f"{factor * entry.low:g}",
            high=f"{factor * entry.high:g}",
            value=f"{factor * entry.value:g}",
            distribution=self.texts(f"distribution_{entry.distribution}", spread=entry.spread),
            confidence=self.texts(f"confidence_{entry.confidence}"),
        )
        facts = [self._fact("unit", self.unit(entry.unit)), told]
        title, sources = self.texts.of(entry.title), self._sources(entry.source)
        return Term(name, title, "", name, facts, sources=sources, data=data)

    def _unit_of(self, name: str) -> str:
        """Give the unit of an outcome, that of a share in percent."""
        outcome = self.core.outcomes[name]
        if outcome.told is not None and outcome.told.amount is not None:
            return self.texts.of(outcome.told.amount).replace("{value}", "%")
        return "%" if outcome.format.endswith("%") else self.unit(outcome.unit)

    def _fact(self, key: str, value: str) -> str:
        return f"{self.texts(key)}{self.texts('colon')}{value}" if value else ""

    def _sources(self, source: str) -> str:
        """Give authors and years of the keys that a source names; other words stay."""
        known = self.core.inputs.sources
        told = [
            short_citation(known[key])
            if key in known
            else self.texts("assumption")
            if key == "assumption"
            else key
            for key in filter(None, (part.strip() for part in source.split(";")))
        ]
        return "; ".join(told)


def _one_line(equation: str) -> str:
    """Put an equation on one line."""
    left, sign, right = equation.partition("=")
    return " ".join(f"{left} {sign} {right}".split())


def phrases(terms: Iterable[Term], names: Mapping[str, str] | None = None) -> dict[str, Term]:
    """Give what sentences say of terms, by their own words and by `names`, keys by word."""
    found = {term.word.lower(): term for term in terms}
    by_key = {term.key: term for term in terms}
    return found | {word.lower(): by_key[key] for word, key in (names or {}).items() if key in by_key}


def linked(text: str, words: Mapping[str, Term]) -> Markup:
    """Give a text in which the first place of each word leads to what it means."""
    if not words:
        return escape(text)
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    latin = "|".join(re.escape(word) for word in longest_first if word.isascii())
    other = "|".join(re.escape(word) for word in longest_first if not word.isascii())
    patterns = [rf"(?<![\w-])({latin})s?(?![\w-])" if latin else "", f"({other})" if other else ""]
    pattern = re.compile("|".join(filter(None, patterns)), re.IGNORECASE)
    seen: set[str] = set()
    parts, end = [], 0
    for match in pattern.finditer(text):
        term = words[next(filter(None, match.groups())).lower()]
        if term.key in seen:
            continue
        seen.add(term.key)
        link = Markup('<a class="term" href="{}" title="{}">{}</a>').format(term.href, term.told, match[0])
        parts += [escape(text[end : match.start()]), link]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def named_in(texts: Iterable[str], words: Mapping[str, Term]) -> Markup:
    """Give links to what of the model texts name, each once, in the order of the words."""
    told = "\n".join(texts).lower()
    found = {term.key: term for word, term in words.items() if word in told and term.name}
    links = [Markup('<a href="{}">{}</a>').format(term.href, term.word) for term in found.values()]
    return Markup(" · ").join(links)
