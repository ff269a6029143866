"""Dumbbells: rows of one factor, on each row the settings of the other, a panel for each goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twintrack.pages.figures.drawing import LABEL, SMALL, Drawing, width_of
from twintrack.pages.figures.look import CIRCLE, GOVERNANCE, GREY, GRID, Look
from twintrack.pages.figures.scales import Scale, padded

ROW, GAP = 38.0, 24.0


@dataclass(frozen=True)
class DumbbellPanel:
    """One goal.

    Attributes:
        title: The goal.
        notes: Its unit, and which way is better.
        values: By row, a value for each setting, in the unit of the axis.
        labels: By row, how these are written.
        said: Pairs of a grey line and a bold one, below.
    """

    title: str
    notes: Sequence[str]
    values: Sequence[Sequence[float]]
    labels: Sequence[Sequence[str]]
    said: Sequence[tuple[str, str]]


def dumbbells(
    panels: Sequence[DumbbellPanel],
    rows: Sequence[tuple[str, Look]],
    fills: Sequence[str],
    settings: Sequence[str],
    width: float,
) -> Drawing:
    """Draw the panels, five, three or one side by side.

    `rows` are labels with looks; `settings` are what marks of each of the `fills` stand for.
    """
    label = max(width_of(text, LABEL, bold=True) for text, _ in rows) + 22
    label = max(label, 62.0)
    across = max(1, min(len(panels), int((width - label + GAP) // (190 + GAP))))
    room = (width - label - GAP * (across - 1)) / across
    drawing, y = Drawing(width), 34.0
    at = 7.0
    for text, fill in zip(settings, fills, strict=True):
        drawing.mark(at, 10, Look(GOVERNANCE, CIRCLE, fill), 12)
        drawing.text(at + 11, 15, text, LABEL, colour=GREY)
        at += width_of(text, LABEL) + 46
    for first in range(0, len(panels), across):
        group = panels[first : first + across]
        top = max(
            panel_heading(drawing, panel, label + place * (room + GAP), y, room)
            for place, panel in enumerate(group)
        )
        for number, (text, look) in enumerate(rows):
            drawing.text(0, top + 24 + number * ROW + 5, text, LABEL, colour=look.colour, bold=True)
        ends = [
            _panel(drawing, panel, rows, fills, label + place * (room + GAP), top + 24, room)
            for place, panel in enumerate(group)
        ]
        y = max(ends) + 16
    drawing.height = y - 10
    return drawing


def panel_heading(drawing: Drawing, panel: DumbbellPanel, x: float, y: float, room: float) -> float:
    """Draw title and notes; give where they end."""
    return drawing.heading(x, y, room, panel.title, panel.notes)


def _panel(
    drawing: Drawing,
    panel: DumbbellPanel,
    rows: Sequence[tuple[str, Look]],
    fills: Sequence[str],
    x: float,
    y: float,
    room: float,
) -> float:
    scale = Scale(*padded([value for row in panel.values for value in row], 0.1), x + 8, x + room - 8)
    for number, ((_, look), values, labels) in enumerate(zip(rows, panel.values, panel.labels, strict=True)):
        base = y + number * ROW
        drawing.line((x, base), (x + room, base), GRID, 1.2)
        places = [scale(value) for value in values]
        drawing.line((min(places), base), (max(places), base), look.colour, 3, opacity=0.4)
        for place, fill in zip(places, fills, strict=True):
            drawing.mark(place, base, look.filled(fill), 11)
        _labels(drawing, places, labels, base - 10, look.colour)
    y += len(rows) * ROW + 4
    for grey, bold in panel.said:
        y = drawing.lines(x, y, grey, SMALL, room, colour=GREY)
        y = drawing.lines(x, y + 2, bold, LABEL, room, bold=True) + 6
    return y


def _labels(drawing: Drawing, places: Sequence[float], labels: Sequence[str], y: float, colour: str) -> None:
    """Write the values of both ends, apart where they would touch; one where they read the same."""
    left, right = places.index(min(places)), places.index(max(places))
    if labels[left] == labels[right]:
        middle = (places[left] + places[right]) / 2
        drawing.text(middle, y, labels[left], SMALL, colour=colour, anchor="middle")
        return
    needed = (width_of(labels[left], SMALL) + width_of(labels[right], SMALL)) / 2 + 8
    push = max(0.0, needed - (places[right] - places[left])) / 2
    drawing.text(places[left] - push, y, labels[left], SMALL, colour=colour, anchor="middle")
    drawing.text(places[right] + push, y, labels[right], SMALL, colour=colour, anchor="middle")
