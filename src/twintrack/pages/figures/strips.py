"""Dot strips: where each choice sets a lever, on the lever's own scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from twintrack.pages.figures.drawing import LABEL, SMALL, TITLE, Drawing, width_of, wrapped
from twintrack.pages.figures.look import GREY, GRID, Look
from twintrack.pages.figures.scales import Scale

ROW, GAP, BESIDE = 34.0, 60.0, 12.0


@dataclass(frozen=True)
class Strip:
    """A lever: its title with its unit, and for each choice its place from 0 to 1 and how that is written."""

    title: str
    settings: Sequence[tuple[float, str]]


@dataclass(frozen=True)
class StripPanel:
    """Levers of one factor, and the marks of its choices."""

    title: str
    choices: Sequence[tuple[str, Look]]
    strips: Sequence[Strip]


def strips(panels: Sequence[StripPanel], width: float) -> Drawing:
    """Draw the panels side by side, or below one another."""
    across = len(panels) if width >= 900 else 1
    room = (width - GAP * (across - 1)) / across
    drawing, y = Drawing(width), 2.0
    for first in range(0, len(panels), across):
        ends = [
            _panel(drawing, panel, place * (room + GAP), y, room)
            for place, panel in enumerate(panels[first : first + across])
        ]
        y = max(ends) + 22
    drawing.height = y - 14
    return drawing


def _panel(drawing: Drawing, panel: StripPanel, x: float, y: float, room: float) -> float:
    y = drawing.heading(x, y, room, panel.title)
    at = x
    for label, look in panel.choices:
        wide = width_of(label, LABEL, bold=True) + 18
        if at > x and at + wide > x + room:
            at, y = x, y + 22
        drawing.mark(at + 6, y - 1, look, 11)
        drawing.text(at + 18, y + 4, label, LABEL, colour=look.colour, bold=True)
        at += wide + 30
    y += 16
    narrow = room < 420
    words = room if narrow else min(room * 0.5, 300.0)
    left = x + 10 if narrow else x + words + 14
    for strip in panel.strips:
        lines = wrapped(strip.title, LABEL, words)
        height = len(lines) * 17 + (36 if narrow else max(ROW - len(lines) * 17, 0))
        middle = y + len(lines) * 17 + 24 if narrow else y + max(height, ROW) / 2 + 6
        top = y + 14 if narrow else middle - (len(lines) - 1) * 8.5 + 5
        for line in lines:
            drawing.text(x, top, line, LABEL)
            top += 17
        _marks(drawing, strip, [look for _, look in panel.choices], left, x + room - 10, middle)
        y += max(height, ROW)
    return y + 6


def _marks(
    drawing: Drawing, strip: Strip, looks: Sequence[Look], left: float, right: float, y: float
) -> None:
    scale = Scale(0, 1, left, right)
    drawing.line((left, y), (right, y), GRID, 2)
    last = -1e9
    for group in _together(strip, scale):
        label = strip.settings[group[0]][1]
        at = scale(strip.settings[group[0]][0])
        at = min(max(at, left + (len(group) - 1) * BESIDE / 2), right - (len(group) - 1) * BESIDE / 2)
        for number, place in enumerate(group):
            drawing.mark(at + (number - (len(group) - 1) / 2) * BESIDE, y, looks[place], 11)
        beside = max(at, last)
        drawing.text(beside, y - 10, label, SMALL, colour=GREY, anchor="middle")
        last = beside + (width_of(label, SMALL) + TITLE) * 0.75


def _together(strip: Strip, scale: Scale) -> list[list[int]]:
    """Give choices by rising setting; those that are set alike stand side by side, so that none is hidden."""
    order = sorted(range(len(strip.settings)), key=lambda place: strip.settings[place][0])
    groups: list[list[int]] = []
    for place in order:
        share, label = strip.settings[place]
        before = strip.settings[groups[-1][0]] if groups else (math.inf, "")
        if before[1] == label and abs(scale(before[0]) - scale(share)) < BESIDE:
            groups[-1].append(place)
        else:
            groups.append([place])
    return groups
