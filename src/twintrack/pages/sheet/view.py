"""What all sections of a sheet share: its numbers in one language, and how outcomes are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from twintrack.formats import date, number
from twintrack.pages.blocks import Basis, View
from twintrack.pages.report.files import Inputs
from twintrack.pages.sheet.data import SheetData

if TYPE_CHECKING:
    import pandas as pd

DATA = "data"
"""Folder of the tables beside the page."""


@dataclass(frozen=True)
class SheetView(View):
    """A sheet in one language; `inputs` are the files that it was made from."""

    data: SheetData
    inputs: Inputs = field(default_factory=Inputs)

    @property
    def command(self) -> str:
        """What makes the sheet again."""
        return f"twintrack report --sheet {self.data.plan.name!r}".replace("'", '"')

    def basis(self, part: str) -> Basis:
        """Say that numbers are in a table beside the page."""
        return Basis(f"{DATA}/{part}", self.command)

    @property
    def horizon(self) -> str:
        """The year that the strategy is judged in."""
        return date(self.data.definition.horizon)

    @property
    def strategy(self) -> str:
        """The title of the strategy."""
        return self.of(self.data.plan.title)

    def outcome(self, name: str) -> str:
        """The title of an outcome."""
        return self.of(self.data.model.outcomes[name].title)

    def name(self, name: str) -> str:
        """An outcome inside a sentence."""
        told = self.data.model.outcomes[name].told
        return self.of(told.name) if told else self.outcome(name)

    def level(self, name: str, value: float) -> str:
        """Write a level of an outcome without its unit."""
        return number(value, self.data.model.outcomes[name].format)

    def unit(self, name: str) -> str:
        """The unit of an outcome's levels; nothing for shares."""
        return self.texts.unit(self.data.model.outcomes[name].unit)

    def with_unit(self, name: str, value: float) -> str:
        """Write a level with its unit."""
        text, unit = self.level(name, value), self.unit(name)
        return self.texts("with_unit", value=text, unit=unit) if unit else text


def csv(make: Callable[[SheetData], pd.DataFrame]) -> Callable[[SheetView], str]:
    """Make the text of a file from what makes its table."""
    return lambda view: make(view.data).to_csv(index=False, float_format="%.10g", lineterminator="\n")
