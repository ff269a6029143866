"""Mixes of two poles: the fan of what a mix brings, and below it how often each mix is the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twintrack.pages.figures.courses import Fan, fan_panel
from twintrack.pages.figures.drawing import LABEL, SMALL, Drawing
from twintrack.pages.figures.look import GREY, INK
from twintrack.pages.figures.scales import Scale

FAN, BARS, GAP = 190.0, 60.0, 70.0


@dataclass(frozen=True)
class MixPanel:
    """One goal.

    Attributes:
        fan: What each mix brings beyond the first pole.
        said: What the bars are.
        best: For each mix in how many of a hundred it is best, and how that is written.
        colours: Of each bar.
        ends: Names of both poles.
        middle: What the axis is.
    """

    fan: Fan
    said: str
    best: Sequence[tuple[float, str]]
    colours: Sequence[str]
    ends: tuple[str, str]
    middle: str


def mixes(panels: Sequence[MixPanel], width: float) -> Drawing:
    """Draw two panels side by side, or one below the other."""
    across = 2 if width >= 640 else 1
    room = (width - GAP * (across - 1)) / across
    drawing, y = Drawing(width), 2.0
    for first in range(0, len(panels), across):
        for place, panel in enumerate(panels[first : first + across]):
            _panel(drawing, panel, place * (room + GAP), y, room)
        y += 60 + FAN + 50 + BARS + 56
    drawing.height = y - 10
    return drawing


def _panel(drawing: Drawing, panel: MixPanel, x: float, y: float, room: float) -> None:
    drawing.heading(x, y, room, panel.fan.title, [panel.fan.note])
    fan_panel(drawing, panel.fan, x, y + 48, room, FAN)
    y += 48 + FAN + 36
    drawing.lines(x, y, panel.said, SMALL, room, colour=GREY)
    base = y + 30 + BARS
    across = Scale(min(panel.fan.at), max(panel.fan.at), x + 40, x + room - 64)
    up = Scale(0, max(share for share, _ in panel.best), base, base - BARS)
    bar = min(24.0, (across(panel.fan.at[1]) - across(panel.fan.at[0])) * 0.62)
    for at, (share, label), colour in zip(panel.fan.at, panel.best, panel.colours, strict=True):
        drawing.rect(across(at) - bar / 2, up(share), bar, base - up(share), colour)
        drawing.text(across(at), up(share) - 5, label, SMALL, colour=colour, anchor="middle", bold=True)
    drawing.line((x + 30, base), (x + room - 50, base), INK, 1.2)
    for at, label in panel.fan.marks:
        drawing.text(across(at), base + 16, label, SMALL, colour=GREY, anchor="middle")
    first, last = panel.ends
    drawing.text(x + 22, base + 33, first, LABEL, colour=panel.colours[0], bold=True)
    drawing.text(x + room, base + 33, last, LABEL, colour=panel.colours[-1], anchor="end", bold=True)
    drawing.text(x + room / 2, base + 33, panel.middle, SMALL, colour=GREY, anchor="middle")
