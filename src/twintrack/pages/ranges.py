"""Ranges of outcomes on one axis each, drawn without a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from twintrack.pages.blocks import Basis, Block


@dataclass(frozen=True)
class RangeRow:
    """A range, written and drawn; `left`, `middle` and `right` are percent of the width."""

    title: str
    value: str
    range: str
    left: float
    middle: float
    right: float
    reference: bool


@dataclass(frozen=True)
class Range:
    """The ranges of several things on one axis, with an upright line at `mark` percent of the width."""

    title: str
    unit: str
    note: str
    mark: float
    rows: Sequence[RangeRow]


@dataclass(frozen=True)
class Ranges(Block):
    """Ranges of several outcomes, drawn without a script."""

    key: str
    ranges: Sequence[Range]
    basis: Basis
    kind: ClassVar[str] = "ranges"
