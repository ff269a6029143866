"""What all sections of the page on validation share: what was computed, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from twintrack.formats import MISSING, date, share, significant
from twintrack.pages.blocks import Basis, Cell, Panel, View
from twintrack.pages.numbers import Scale, scale_of, table_scale
from twintrack.worlds.basis import POWER, learnt_history

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.history import HistorySeries

Computed = Mapping[str, Any]
"""What `twintrack validate` computed under one of its names."""
JSON = "validation.json"
PERCENT = Scale(0.0, 100.0, "%")

_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?:\[[^\]]*\])?")
_POWER = re.compile(r"\d+(?:\.\d+)?e-?\d+")


@dataclass(frozen=True)
class ValidationView(View):
    """The sections of a validation as one language shows them.

    Attributes:
        model: The model that was validated.
        sections: What `twintrack validate` computed, by the names of its sections.
        seed: Seed of the validation.
    """

    model: Core
    sections: Mapping[str, Computed]
    seed: int = 1

    def __getitem__(self, name: str) -> Computed:
        """Give a section."""
        return self.sections[name]

    def basis(self, part: str) -> Basis:
        """Say that numbers are in sections of the validation; `part` names them with commas between."""
        seed = "" if self.seed == 1 else f" --seed {self.seed}"
        return Basis(JSON, f"twintrack validate --only {part}{seed}{self._power(part)}")

    def _power(self, part: str) -> str:
        """Give the option of a power that is not the usual one, for the section that depends on it."""
        power = self[part]["settings"]["power"] if part == "lookahead" else POWER
        return "" if power == POWER else f" --power {power:g}"

    def head(self, *keys: str) -> list[str | Cell]:
        """Give the headings of a table."""
        return [self.texts(f"col_{key}") for key in keys]

    def plot(
        self,
        chart: str,
        traces: Sequence[dict[str, Any]],
        layout: dict[str, Any],
        title: str,
        alt: str,
        style: str = "small",
    ) -> Panel:
        """Draw traces for the page, and give the panel that shows them."""
        import plotly.graph_objects as go

        return self.draw(chart, go.Figure(list(traces), layout), title, alt, style)

    def of(self, words: Any) -> str:
        """Give a text in both languages, as sections hold it, in this one; other texts as they are."""
        if isinstance(words, Mapping):
            return str(words[self.texts.language])
        return words if isinstance(words, str) else self.texts.of(words)

    def series_cell(self, name: str, *, bound: bool = False) -> Cell:
        """Name a series in a table, with its unit and whether it is only an upper bound."""
        told = self.texts("bound") if bound else ""
        return Cell(self.series(name), "; ".join(filter(None, (self.unit(name), told))))

    def history(self, series: str) -> HistorySeries:
        """Give the definition of a series."""
        return self._history[series]

    def series(self, name: str) -> str:
        """Give the title of a series."""
        return self.of(self.history(name).title)

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

    def time(self, year: int, reading: str) -> float:
        """Give when a projection of a year holds, in decimal years."""
        return year + (0.5 if reading == "mean of the year" else 1.0)

    def scale(self, series: str) -> Scale:
        """Give the unit of a series in tables."""
        return PERCENT if self.percent(series) else table_scale(self.history(series).unit, self.texts)

    def axis_scale(self, series: str, values: Iterable[float]) -> Scale:
        """Give the unit of an axis for values of a series: that of the largest one."""
        if self.percent(series):
            return PERCENT
        return scale_of(self.history(series).unit, max(values), self.texts)

    def unit(self, series: str) -> str:
        """Give the unit of a series in tables as readers write it."""
        return self.scale(series).unit

    def percent(self, series: str) -> bool:
        """Say whether a series holds shares."""
        return self.history(series).scale == "logit"

    def value(self, series: str, value: float | None, digits: int = 3, scale: Scale | None = None) -> str:
        """Write a value of a series without its unit, which is that of tables unless another is given."""
        if value is None:
            return MISSING
        scaled = (scale or self.scale(series)).factor * value
        # Three digits of millions are enough to compare.
        return significant(float(f"{scaled:.{digits - 1}e}"), digits)

    def band(self, series: str, band: Mapping[str, float], scale: Scale | None = None) -> str:
        """Write the ends of a 90 % band of a series, in the unit of `value`."""
        low, high = (self.value(series, band[end], scale=scale) for end in ("p05", "p95"))
        return f"{low} – {high}"

    def count(self, part: int, whole: int) -> str:
        """Write a count with its share, such as "37 (52%)"."""
        return self.texts("count_share", count=part, share=share(part / whole)) if whole else str(part)

    def parameter(self, name: str) -> str:
        """Give the title of a world parameter."""
        return self.of(self.model.world[name].title) if name in self.model.world else name

    def strategy(self, name: str) -> str:
        """Give the title of a strategy."""
        return self._strategies[name]

    @cached_property
    def _history(self) -> dict[str, HistorySeries]:
        """What was learnt from, by name: the files are read each time the model is asked for them."""
        return {series.name: series for series in learnt_history(self.model)}

    @cached_property
    def _strategies(self) -> dict[str, str]:
        """Titles by name: the model reads a strategy's file each time it is asked for."""
        return {name: self.of(self.model.strategy(name).title) for name in self.model.strategies}

    def outcome(self, name: str) -> str:
        """Give the title of an outcome."""
        return self.of(self.model.outcomes[name].title)

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

    def tests(self) -> Sequence[Computed]:
        """Give the tests of the field; none where the model's own are not at hand."""
        found: Sequence[Computed] = self.sections.get("field_tests", {}).get("tests", ())
        return found


def number(value: float | None) -> str:
    """Write a number with three digits; None as a dash."""
    return MISSING if value is None else significant(value)


def against(low: float, high: float, wanted: float = 0.9) -> str:
    """Say whether an interval lies below, around or above what is wanted: "low", "right" or "high"."""
    return "low" if high < wanted else "high" if low > wanted else "right"
