"""What these lines share: tables as texts, and titles of what a model calls by names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from twintrack.core import Core
from twintrack.formats import significant
from twintrack.pages.numbers import Scale, table_scale
from twintrack.pages.texts import Texts


@dataclass(frozen=True)
class Rows:
    """A table to be printed: the heads of its columns, and its cells."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


Line = str | Rows


@dataclass(frozen=True)
class Words:
    """The words of one language for what the content names."""

    core: Core
    texts: Texts

    def heads(self, *keys: str) -> list[str]:
        """Give the heads of some columns."""
        return [self.texts(f"told_col_{key}") for key in keys]

    def outcome(self, name: str) -> str:
        """Give the title of an outcome, or of a variable as it stands in the model."""
        known = self.core.outcomes.get(name)
        return self.texts.of(known.title) if known else self.core.catalogue.title(name)

    def unit(self, outcome: str) -> str:
        """Give the unit of an outcome as a reader writes it."""
        return self._scale(outcome).unit

    def factor(self, outcome: str) -> float:
        """Give what numbers of an outcome are multiplied with where its unit is told."""
        return self._scale(outcome).factor

    def amount(self, value: float, outcome: str, write: Callable[[float], str] = significant) -> str:
        """Write a number of an outcome, in the unit of the model, with its unit as a reader has it."""
        return self.with_unit(write(self.factor(outcome) * value), outcome)

    def with_unit(self, written: str, outcome: str) -> str:
        """Put the unit of an outcome behind numbers that were multiplied with `factor`."""
        unit = self.unit(outcome)
        return self.texts("with_unit", value=written, unit=unit) if unit else written

    def _scale(self, outcome: str) -> Scale:
        return table_scale(self.core.catalogue.unit(outcome), self.texts)

    def headed(self, head: str, outcome: str) -> str:
        """Give the head of a column with the unit of an outcome."""
        unit = self.unit(outcome)
        return self.texts("told_head", head=head, unit=unit) if unit else head

    def change(self, name: str) -> str:
        """Give the title of a lever, a group of levers or a world parameter; other names as they are."""
        table = self.core.lever_table
        for entries in (table.groups, table.levers, self.core.world):
            if name in entries:
                return self.texts.of(entries[name].title)
        return name

    def listed(self, names: Sequence[str]) -> str:
        """Give the titles of levers, one after the other."""
        return self.texts("list_comma").join(map(self.change, names))
