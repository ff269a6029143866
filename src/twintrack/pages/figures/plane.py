"""The map of two assumptions: who is ahead where, one mark for each future, and the line of fifty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from twintrack.pages.figures.drawing import LABEL, Drawing, Point, px, width_of
from twintrack.pages.figures.look import GREY, INK, Look
from twintrack.pages.figures.scales import Scale

CLASSES = (0.2, 0.4, 0.6, 0.8)
"""Edges of the five shades."""


@dataclass(frozen=True)
class Plane:
    """A map.

    Attributes:
        across: Words for the axis across, and its marks by place from 0 to 1.
        up: The same for the axis upwards.
        shares: Share of nearby futures in which the first is ahead, shape (up, across), from low to high.
        points: Places of the futures, shape (futures, 2), from 0 to 1.
        ahead: In which of them the first is ahead.
        looks: Of the first and of the second.
        corners: Words with a place from 0 to 1 (across, up) and whether they speak of the first.
        line: What is written on the line.
    """

    across: tuple[str, Sequence[tuple[float, str]]]
    up: tuple[str, Sequence[tuple[float, str]]]
    shares: np.ndarray
    points: np.ndarray
    ahead: np.ndarray
    looks: tuple[Look, Look]
    corners: Sequence[tuple[str, Point, bool]]
    line: str


def plane(found: Plane, width: float) -> Drawing:
    """Draw the map, three quarters as high as wide, at most 460 px."""
    left, top = 62.0, 26.0
    height = min(460.0, (width - left) * 0.8)
    drawing = Drawing(width, top + height + 46)
    across, up = Scale(0, 1, left, width - 2), Scale(0, 1, top + height, top)
    drawing.text(0, 14, found.up[0], LABEL, bold=True)
    _shades(drawing, found, across, up)
    for wins, look in zip((True, False), found.looks, strict=True):
        chosen = found.points[found.ahead == wins]
        places = [(across(float(x)), up(float(y))) for x, y in chosen]
        drawing.dots(places, 5.4, look if wins else look.filled("hollow"))
    line = "".join(
        f"M{px(across(a[0]))} {px(up(a[1]))}L{px(across(b[0]))} {px(up(b[1]))}"
        for a, b in _crossings(found.shares)
    )
    if line:
        drawing.path(line, stroke=INK, width=3.2, cap="round")
    for text, place, first in found.corners:
        _corner(drawing, text, across(place[0]), up(place[1]), place, found.looks[0 if first else 1].colour)
    for at, label in found.across[1]:
        drawing.line((across(at), top + height), (across(at), top + height + 5), INK)
        drawing.text(across(at), top + height + 19, label, LABEL, colour=GREY, anchor="middle")
    for at, label in found.up[1]:
        drawing.line((left - 5, up(at)), (left, up(at)), INK)
        drawing.text(left - 8, up(at) + 4, label, LABEL, colour=GREY, anchor="end")
    drawing.text(left, top + height + 38, found.across[0], LABEL, bold=True)
    return drawing


def _shades(drawing: Drawing, found: Plane, across: Scale, up: Scale) -> None:
    first, second = found.looks
    shades = [
        (second.colour, 0.4),
        (second.colour, 0.18),
        (GREY, 0.11),
        (first.colour, 0.18),
        (first.colour, 0.4),
    ]
    rows, columns = found.shares.shape
    classes = np.digitize(found.shares, CLASSES)
    for shade, (colour, opacity) in enumerate(shades):
        d = ""
        for row in range(rows):
            start = None
            for column in range(columns + 1):
                inside = column < columns and classes[row, column] == shade
                if inside and start is None:
                    start = column
                if not inside and start is not None:
                    x, end = across(start / columns), across(column / columns)
                    low, high = up(row / rows), up((row + 1) / rows)
                    d += f"M{px(x)} {px(high)}H{px(end)}V{px(low)}H{px(x)}Z"
                    start = None
        if d:
            drawing.path(d, fill=colour, opacity=opacity)


def _crossings(shares: np.ndarray) -> Iterator[tuple[Point, Point]]:
    """Give the pieces of the line on which half of the futures are ahead (marching squares)."""
    rows, columns = shares.shape
    for row in range(rows - 1):
        for column in range(columns - 1):
            corners = [(column, row), (column + 1, row), (column + 1, row + 1), (column, row + 1)]
            cut: list[Point] = []
            for (x0, y0), (x1, y1) in zip(corners, corners[1:] + corners[:1], strict=True):
                a, b = float(shares[y0, x0]) - 0.5, float(shares[y1, x1]) - 0.5
                if (a < 0) != (b < 0):
                    share = a / (a - b)
                    x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
                    cut.append(((x + 0.5) / columns, (y + 0.5) / rows))
            for place in range(0, len(cut) - 1, 2):
                yield cut[place], cut[place + 1]


def _corner(drawing: Drawing, text: str, x: float, y: float, place: Point, colour: str) -> None:
    """Write in a white box inside the corner that a place is in."""
    width = width_of(text, LABEL, bold=True) + 20
    left = x + 7 if place[0] < 0.5 else x - width - 7
    top = y + 7 if place[1] > 0.5 else y - 31
    drawing.rect(left, top, width, 24, "#fff", round_=3)
    drawing.text(left + 10, top + 16.5, text, LABEL, colour=colour, bold=True)
