"""What all sections of a sheet share: its numbers in one language, and how outcomes are written."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from twintrack.formats import date
from twintrack.inputs.strategies import BASELINE
from twintrack.pages.blocks import Basis, Cell, View
from twintrack.pages.glossary import Glossary, Term
from twintrack.pages.numbers import Measure, table_unit
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

    @cached_property
    def glossary(self) -> Glossary:
        """Tells the words of the page."""
        return Glossary(self.data.model, self.texts, functools.partial(table_unit, texts=self.texts))

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

    def measure(self, name: str, values: pd.DataFrame) -> Measure:
        """How an outcome is written, given its values by world and strategy."""
        change = (values[self.data.plan.name] - values[BASELINE]).abs()
        large = float(values.median().abs().max())
        return Measure(self.texts, self.data.model.outcomes[name], large, float(change.quantile(0.75)))

    def row(self, name: str, values: pd.DataFrame, note: str = "") -> list[Cell | str]:
        """Give the first cells of a row: title, policy as it is, the strategy with its range, the change."""
        measure, own = self.measure(name, values), values[self.data.plan.name]
        low, middle, high = (measure.level(float(value)) for value in np.quantile(own, [0.05, 0.5, 0.95]))
        change = measure.change(float((own - values[BASELINE]).median()))
        small = self.texts("list_comma").join(filter(None, [measure.unit, note]))
        unit = measure.change_unit
        return [
            Cell(self.outcome(name), small, href=Term(name, "").href),
            measure.level(float(values[BASELINE].median())),
            Cell(middle, range=self.texts("number_range", low=low, high=high)),
            Cell(change, "" if unit == measure.unit else unit),
        ]


def csv(make: Callable[[SheetData], pd.DataFrame]) -> Callable[[SheetView], str]:
    """Make the text of a file from what makes its table."""
    return lambda view: make(view.data).to_csv(index=False, float_format="%.10g", lineterminator="\n")
