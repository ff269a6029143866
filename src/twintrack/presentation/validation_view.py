"""What all parts of the page on validation share: its sections in one language, and the blocks it is made of.

Every block that tells a number carries the command that made it, so that none can be shown without one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from twintrack.presentation.formats import MISSING, date, share, significant
from twintrack.presentation.texts import Texts

if TYPE_CHECKING:
    from twintrack.inputs.history import HistorySeries
    from twintrack.model import Model

Section = Mapping[str, Any]

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?:\[[^\]]*\])?")
_POWER = re.compile(r"\d+(?:\.\d+)?e-?\d+")


@dataclass(frozen=True)
class Claim:
    """A paragraph with numbers, and the command that repeats them."""

    text: str
    command: str
    kind: ClassVar[str] = "claim"


@dataclass(frozen=True)
class Remark:
    """A paragraph that tells no result."""

    text: str
    kind: ClassVar[str] = "remark"


@dataclass(frozen=True)
class Heading:
    """A heading inside a section; `mark` is a status, `id` makes it a place that links lead to."""

    text: str
    mark: str = ""
    tone: str = ""
    id: str = ""
    kind: ClassVar[str] = "heading"


@dataclass(frozen=True)
class Cell:
    """What stands in a table: a text, a smaller one below it, and a tone: "good", "poor" or none."""

    text: str
    small: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first cell of each row is its heading. A folded one is opened by the reader."""

    label: str
    head: Sequence[str | Cell]
    rows: Sequence[Sequence[str | Cell]]
    command: str
    style: str = "plain"
    note: str = ""
    folded: bool = False
    kind: ClassVar[str] = "table"


@dataclass(frozen=True)
class Panel:
    """One drawing of a figure: its id among the drawn ones, and what it shows in words."""

    id: str
    title: str
    alt: str
    style: str = "small"


@dataclass(frozen=True)
class Key:
    """An entry of a legend: how something looks ("bar", "dot", "diamond", "line") and what it is."""

    text: str
    colour: str
    shape: str = "bar"


@dataclass(frozen=True)
class Figure:
    """A figure of one or more panels with one legend."""

    title: str
    panels: Sequence[Panel]
    command: str
    keys: Sequence[Key] = ()
    note: str = ""
    kind: ClassVar[str] = "figure"


Block = Claim | Remark | Heading | Table | Figure


@dataclass(frozen=True)
class View:
    """The sections of a validation as one language shows them.

    Attributes:
        model: The model that was validated.
        sections: What `twintrack validate` computed, by the names of its sections.
        texts: The words of the language.
        seed: Seed of the validation.
        drawn: Plotly figures by id, collected while blocks are made.
    """

    model: Model
    sections: Mapping[str, Section]
    texts: Texts
    seed: int = 1
    drawn: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Section:
        """Give a section."""
        return self.sections[name]

    def command(self, *sections: str) -> str:
        """Give the command that prints sections."""
        seed = "" if self.seed == 1 else f" --seed {self.seed}"
        return f"twintrack validate --only {','.join(sections)}{seed}"

    def claim(self, key: str, *sections: str, **values: object) -> Claim:
        """Fill a text with values that come from sections."""
        return Claim(self.texts(key, **values), self.command(*sections))

    def remark(self, key: str, **values: object) -> Remark:
        """Give a text that tells no result."""
        return Remark(self.texts(key, **values))

    def of(self, words: Any) -> str:
        """Give a text in both languages, as sections hold it, in this one; other texts as they are."""
        return str(words[self.texts.language]) if isinstance(words, Mapping) else str(words)

    def history(self, series: str) -> HistorySeries:
        """Give the definition of a series."""
        return self._history[series]

    def series(self, name: str) -> str:
        """Give the title of a series."""
        return self.texts.of(self.history(name).title)

    def series_list(self, names: Iterable[str]) -> str:
        """Name series in a sentence, in quotation marks: titles have commas of their own."""
        return self.texts.join([self.texts("quoted", text=self.series(name)) for name in names])

    def when(self, series: str, year: float) -> str:
        """Write when an observation holds; `year` is that of the files, where 2025.0 is the end of 2024."""
        history = self.history(series)
        if history.reading == "mean":
            last = year + history.window - 1
            return f"{year:g}" if last <= year else f"{year:g}–{last:g}"
        return self.texts("year_end", year=f"{year - 1:g}") if year % 1 == 0 else date(year)

    def unit(self, series: str) -> str:
        """Give the unit of a series as readers write it."""
        return "%" if self.percent(series) else self.texts.unit(self.history(series).unit)

    def percent(self, series: str) -> bool:
        """Say whether a series holds shares."""
        return self.history(series).scale == "logit"

    def value(self, series: str, value: float | None, digits: int = 3) -> str:
        """Write a value of a series without its unit."""
        if value is None:
            return MISSING
        scaled = 100 * value if self.percent(series) else value
        # Three digits of millions are enough to compare.
        return significant(float(f"{scaled:.{digits - 1}e}"), digits)

    def band(self, series: str, band: Mapping[str, float]) -> str:
        """Write the ends of a 90 % band of a series."""
        return f"{self.value(series, band['p05'])} – {self.value(series, band['p95'])}"

    def count(self, part: int, whole: int) -> str:
        """Write a count with its share, such as "37 (52%)"."""
        return self.texts("count_share", count=part, share=share(part / whole)) if whole else str(part)

    def parameter(self, name: str) -> str:
        """Give the title of a world parameter."""
        return self.texts.of(self.model.world[name].title) if name in self.model.world else name

    def strategy(self, name: str) -> str:
        """Give the title of a strategy."""
        return self._strategies[name]

    @cached_property
    def _history(self) -> dict[str, HistorySeries]:
        """All series by name: the files are read each time the model is asked for them."""
        return self.model.inputs.history

    @cached_property
    def _strategies(self) -> dict[str, str]:
        """Titles by name: the model reads a strategy's file each time it is asked for."""
        return {name: self.texts.of(self.model.strategy(name).title) for name in self.model.strategies}

    def outcome(self, name: str) -> str:
        """Give the title of an outcome."""
        return self.texts.of(self.model.outcomes[name].title)

    def worded(self, text: str) -> str:
        """Put titles in the place of names of the model, and powers of ten in that of their signs."""
        titled = _NAME.sub(lambda found: self._quoted(found[0]), text)
        return _POWER.sub(lambda found: significant(float(found[0]), 2), titled)

    def _quoted(self, name: str) -> str:
        title = self.named(name)
        return name if title == name else self.texts("quoted", text=title)

    def named(self, name: str) -> str:
        """Give the title of an outcome, series, parameter or strategy; of anything else its name."""
        if name in self.model.outcomes:
            return self.outcome(name)
        if name in self._history:
            return self.series(name)
        if name in self.model.world:
            return self.parameter(name)
        return self._strategies.get(name, name)

    def tests(self) -> Sequence[Section]:
        """Give the tests of the field; none where the model's own are not at hand."""
        found: Sequence[Section] = self.sections.get("field_tests", {}).get("tests", ())
        return found


def number(value: float | None) -> str:
    """Write a number with three digits; None as a dash."""
    return MISSING if value is None else significant(value)


def against(low: float, high: float, wanted: float = 0.9) -> str:
    """Say whether an interval lies below, around or above what is wanted: "low", "right" or "high"."""
    return "low" if high < wanted else "high" if low > wanted else "right"
