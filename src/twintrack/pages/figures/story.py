"""A story figure: drawn for three widths, with a title, a description with its numbers, and its table."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from twintrack.pages.blocks import Basis, Block
from twintrack.pages.figures.drawing import Drawing

WIDTHS: Mapping[str, float] = {"wide": 1160.0, "middle": 720.0, "narrow": 358.0}
"""Px by class of screen; words are not scaled."""

Draw = Callable[[float], Drawing]


@dataclass(frozen=True)
class Numbers:
    """The table of a figure: what was drawn, in words."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def cells(self) -> list[str]:
        """All that stands in it."""
        return [*self.head, *(text for row in self.rows for text in row)]


@dataclass(frozen=True)
class Story(Block):
    """A figure of a page.

    Attributes:
        key: Its name on the page, and that of its file.
        title: What it shows.
        description: What can be read off it, for readers who do not see it.
        draw: Draws it for a width in px.
        numbers: Its table.
        basis: The file that its numbers are from.
        widths: Px by class of screen.
        paper: Draws a smaller form for paper, where there is one.
    """

    key: str
    title: str
    description: str
    draw: Draw
    numbers: Numbers
    basis: Basis
    widths: Mapping[str, float] = field(default_factory=lambda: WIDTHS)
    paper: Draw | None = None
    kind: ClassVar[str] = "story"

    @functools.cached_property
    def drawings(self) -> list[str]:
        """The figure as SVG, once for each width; the table below describes all."""
        return [
            self.draw(width).svg(f"figure-{self.key}", self.title, "", size, f"numbers-{self.key}")
            for size, width in self.widths.items()
        ]

    @property
    def narrowest(self) -> str:
        """The figure for a phone."""
        return self.drawings[-1]

    def alone(self, width: float | None = None, families: str = "sans-serif") -> str:
        """Give the figure as a file of its own, in the widest form or one that is asked for."""
        drawn = self.draw(width or self.widths["wide"])
        svg = drawn.svg(f"figure-{self.key}", self.title, self.description)
        halo = ".halo{paint-order:stroke;stroke:#fff;stroke-width:3px}"
        style = f"<style>text{{font-family:{families}}}{halo}</style>"
        return svg.replace("<title", f"{style}<title", 1)


@dataclass(frozen=True)
class Pair(Block):
    """Blocks side by side where there is room."""

    sides: Sequence[Sequence[Block]]
    style: str = ""
    kind: ClassVar[str] = "pair"


def described(numbers: Numbers) -> str:
    """Say in a line what a table holds: heads with values, row after row."""
    return " ".join(
        "; ".join(
            f"{head}: {value}" if head else value for head, value in zip(numbers.head, row, strict=True)
        )
        + "."
        for row in numbers.rows
    )
