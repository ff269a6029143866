"""How things look: colours, shapes and fills, the same in every figure.

Shape repeats colour, and hatching repeats "worse", for readers who cannot tell colours apart.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

INK, GREY, GRID, TIE = "#16212B", "#56626D", "#E3E8EC", "#E8ECEF"
GOVERNANCE = "#33475B"
GOOD, BAD = "#33475B", "#BF5709"
SECOND_LINE = "#8A5A00"
"""Of two lines in one panel, that which is not ink."""

FULL, HALF, HOLLOW = "full", "half", "hollow"
CIRCLE, SQUARE, DIAMOND, TRIANGLE = "circle", "square", "diamond", "triangle"


@dataclass(frozen=True)
class Look:
    """Colour, shape and fill of a mark."""

    colour: str
    shape: str = CIRCLE
    fill: str = FULL

    def filled(self, fill: str) -> Look:
        """Give the same mark with another fill."""
        return replace(self, fill=fill)


ROWS = (
    Look("#1F5FA8", SQUARE),
    Look("#006B54", CIRCLE),
    Look("#BF5709", DIAMOND),
    Look("#6B3FA0", TRIANGLE),
)
"""Of what is told apart by colour, in order; contrast on white 4.6 and more."""

FILLS = {1: (FULL,), 2: (HOLLOW, FULL), 3: (HOLLOW, HALF, FULL)}
"""Of settings in order, such as closed, as today, open, by how many there are."""


def columns(number: int) -> tuple[Look, ...]:
    """Give the looks of settings in order: hollow, half, full."""
    return tuple(Look(GOVERNANCE, CIRCLE, fill) for fill in FILLS[number])
