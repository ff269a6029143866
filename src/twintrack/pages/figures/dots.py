"""Quantile dot plots: a hundred dots, each one future in a hundred, on both sides of zero.

Source: Fernandes, Walny, Munson, Hullman and Kay (2018), doi:10.1145/3173574.3173718, for why dots that can
be counted are read better than intervals.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from twintrack.pages.figures.drawing import COUNT, LABEL, SMALL, TITLE, Drawing, Point, width_of
from twintrack.pages.figures.look import GREY, GRID, HOLLOW, INK, SQUARE, Look
from twintrack.pages.figures.scales import Scale

DOTS = 100
GAP, ROW_GAP = 38.0, 22.0
TALLEST, SHORTEST = 176.0, 96.0
PITCHES = (10.4, 9.2, 8.0, 7.0, 6.2, 5.4)
ROWS_OF_HEAP = 22
"""Dots in the highest stack where futures lie so close that some have to stand beside their place."""


def quantile_dots(differences: Sequence[float] | np.ndarray) -> np.ndarray:
    """Give a hundred quantiles at (i + 1/2)/100, which stand for all."""
    known = np.asarray(differences, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not known.size:
        return np.empty(0)
    return np.quantile(known, (np.arange(DOTS) + 0.5) / DOTS)


@dataclass(frozen=True)
class Axis:
    """The axis of a panel: its ends, its ticks with their labels, and what its two directions mean."""

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    left: str
    right: str


@dataclass(frozen=True)
class DotPanel:
    """Differences between two choices in one goal.

    Attributes:
        title: The goal.
        values: Quantiles of the difference; above zero the second of `sides` does better.
        counts: How many of a hundred are on the left and on the right, in words.
        sides: What is said of the left and of the right: "Both nearer".
        of: What the counts are out of: "of 100 futures".
        chip: A word in a frame, such as "a tie".
        axis: Its axis.
        looks: Marks of the left and of the right.
    """

    title: str
    values: np.ndarray
    counts: tuple[str, str]
    sides: tuple[str, str]
    of: str
    chip: str
    axis: Axis
    looks: tuple[Look, Look]


@dataclass(frozen=True)
class DotRow:
    """Panels of one contrast under one title; the note says what is held."""

    title: str
    note: str
    panels: Sequence[DotPanel]


def dot_plots(rows: Sequence[DotRow], width: float, tallest: float = TALLEST) -> Drawing:
    """Draw rows of panels, two side by side where there is room; stacks are no higher than `tallest` px."""
    drawing, y = Drawing(width), 2.0
    columns = 2 if width >= 560 else 1
    for row in rows:
        y = _row(drawing, row, y, columns, tallest) + ROW_GAP
    drawing.height = y - ROW_GAP + 8
    return drawing


def _row(drawing: Drawing, row: DotRow, y: float, columns: int, tallest: float) -> float:
    room = (drawing.width - GAP * (columns - 1)) / columns
    drawing.rule(0, y, drawing.width)
    below = width_of(row.title, TITLE, bold=True) + width_of(row.note, LABEL) + 20 > drawing.width
    y = drawing.lines(0, y + 20, row.title, TITLE, drawing.width, bold=True)
    if row.note and below:
        drawing.text(0, y, row.note, LABEL, colour=GREY)
        y += 16
    elif row.note:
        drawing.text(drawing.width, y - TITLE * 1.22, row.note, LABEL, colour=GREY, anchor="end")
    for first in range(0, len(row.panels), columns):
        group = row.panels[first : first + columns]
        pitch, height = _pitch(group, room, tallest)
        for place, panel in enumerate(group):
            _panel(drawing, panel, place * (room + GAP), y, room, pitch, height)
        y += 62 + height + 52
    return y - 22


def _pitch(panels: Sequence[DotPanel], room: float, limit: float) -> tuple[float, float]:
    """Choose how far dots lie apart, and how high the panels are, so that no stack grows out of them."""
    for pitch in PITCHES:
        tallest = max(
            max(map(len, _stacks(panel, room, pitch, DOTS).values()), default=1) for panel in panels
        )
        if tallest * pitch <= limit:
            return pitch, max(tallest * pitch + 8, min(SHORTEST, limit))
    return max(limit / ROWS_OF_HEAP, PITCHES[-1]), limit + 8


def _stacks(panel: DotPanel, room: float, pitch: float, highest: int) -> dict[float, list[bool]]:
    """Put values into bins that do not cross zero: the middle of each, and for its dots whether they win.

    A dot whose bin is as high as it may be stands in the nearest one of its side that is not.
    """
    scale = Scale(panel.axis.low, panel.axis.high, 0, room)
    zero = scale(0.0)
    most_right, most_left = math.floor((room - zero) / pitch) - 1, -math.floor(zero / pitch)
    stacks: dict[int, list[bool]] = defaultdict(list)
    for place, value in enumerate(panel.values):
        wins = value > 0 or (value == 0 and place % 2 == 1)
        number = math.floor((scale(float(value)) - zero) / pitch)
        side = range(most_right + 1) if wins else range(most_left, 0)
        number = min(max(number, side[0]), side[-1]) if side else 0
        free = [one for one in side if len(stacks[one]) < highest]
        stacks[min(free, key=lambda one: abs(one - number), default=number)].append(wins)
    return {zero + (number + 0.5) * pitch: dots for number, dots in stacks.items() if dots}


def _panel(
    drawing: Drawing, panel: DotPanel, x: float, y: float, room: float, pitch: float, height: float
) -> None:
    axis, (lost, won) = panel.axis, panel.looks
    scale = Scale(axis.low, axis.high, x, x + room)
    zero, base = scale(0.0), y + 62 + height
    drawing.text(x, y + 4, panel.title, LABEL, colour=GREY)
    drawing.text(zero - 8, y + 32, panel.counts[0], COUNT, colour=lost.colour, anchor="end", bold=True)
    drawing.text(zero + 8, y + 32, panel.counts[1], COUNT, colour=won.colour, bold=True)
    after = zero + 8 + width_of(panel.counts[1], COUNT, bold=True) + 8
    drawing.text(after, y + 32, panel.of, SMALL, colour=GREY)
    drawing.text(zero - 8, y + 49, panel.sides[0], SMALL, colour=lost.colour, anchor="end", bold=True)
    drawing.text(zero + 8, y + 49, panel.sides[1], SMALL, colour=won.colour, bold=True)
    if panel.chip:
        beside = after + width_of(panel.of, SMALL) + 12 <= x + room - _chip_width(panel.chip)
        _chip(drawing, panel.chip, x + room, y + (30 if beside else 4))
    points: dict[bool, list[Point]] = {False: [], True: []}
    for middle, dots in _stacks(panel, room, pitch, math.floor(height / pitch)).items():
        for place, wins in enumerate(dots):
            points[wins].append((x + middle, base - (place + 0.5) * pitch - 1.2))
    for wins, look in ((False, lost), (True, won)):
        size = pitch - (1.0 if look.shape == SQUARE or look.fill == HOLLOW else 0.9)
        drawing.dots(points[wins], size, look)
    drawing.line((zero, y + 56), (zero, base), INK, 1.2)
    drawing.line((x, base), (x + room, base), INK, 1.2)
    _axis(drawing, axis, scale, x, room, base)


def _axis(drawing: Drawing, axis: Axis, scale: Scale, x: float, room: float, base: float) -> None:
    free = x + room + 99
    for value, label in reversed(axis.ticks):
        place = scale(value)
        drawing.line((place, base), (place, base + 4), INK, 1.2)
        wide = width_of(label, SMALL)
        left = min(max(place - wide / 2, x), x + room - wide)
        if left + wide + 6 > free and value:
            continue
        # At the ends words end where the sheet does, however wide a browser draws them.
        anchor = "start" if left == x else "end" if left == x + room - wide else "middle"
        at = {"start": x, "end": x + room, "middle": place}[anchor]
        drawing.text(at, base + 16, label, SMALL, colour=GREY, anchor=anchor)
        free = left
    drawing.text(x, base + 31, axis.left, SMALL, colour=GREY)
    drawing.text(x + room, base + 31, axis.right, SMALL, colour=GREY, anchor="end")


def _chip(drawing: Drawing, text: str, right: float, y: float) -> None:
    width = _chip_width(text)
    drawing.rect(right - width, y - 15, width, 21, GRID, round_=10.5)
    drawing.text(right - width / 2, y, text, LABEL, anchor="middle", bold=True)


def _chip_width(text: str) -> float:
    return width_of(text, LABEL, bold=True) + 18
