"""What it costs to be wrong: a dot and a line for each strategy, in groups, with a number at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from twintrack.formats import number
from twintrack.pages.figures.drawing import LABEL, SMALL, Drawing, width_of, wrapped
from twintrack.pages.figures.look import GREY, GRID, Look
from twintrack.pages.figures.scales import Scale, round_ends, ticks

ROW, GROUP, GAP, LINE = 31.0, 24.0, 44.0, 16.0


@dataclass(frozen=True)
class SpreadRow:
    """A strategy: its label, its mark, and the group that it opens ("" for none)."""

    label: str
    look: Look
    group: str = ""


@dataclass(frozen=True)
class SpreadPanel:
    """One measure of all strategies.

    Attributes:
        title: What it is.
        note: Its unit, and what dot and line are.
        rows: By strategy low, dot and high; a low that equals the dot ends the line there.
        labels: How the dots are written.
        months: Whether the axis is in months.
        tick: Whether the high end is a tick.
    """

    title: str
    note: str
    rows: Sequence[tuple[float, float, float]]
    labels: Sequence[str]
    months: bool = False
    tick: bool = False


def spreads(
    panels: Sequence[SpreadPanel],
    rows: Sequence[SpreadRow],
    last: tuple[str, str, Sequence[str]],
    width: float,
) -> Drawing:
    """Draw the panels side by side, or below one another.

    `last` is a column of numbers: title, note, texts.
    """
    label = max(width_of(row.label, LABEL, bold=True) for row in rows) + 22
    label = min(max(label, 78.0), 190.0 if width >= 1000 else 150.0 if width >= 560 else 120.0)
    across = len(panels) if width >= 1000 else 2 if width >= 560 else 1
    column = 84.0
    beside = width - label - (column + GAP if width >= 1000 else 0)
    room = (beside - GAP * (across - 1)) / across
    drawing, y = Drawing(width), 2.0
    for first in range(0, len(panels), across):
        group = panels[first : first + across]
        lefts = [label + place * (room + GAP) for place in range(len(group))]
        heads = [
            drawing.heading(left, y, room, panel.title, [panel.note])
            for left, panel in zip(lefts, group, strict=True)
        ]
        end = width - column
        final = first + across >= len(panels)
        numbered = width >= 1000 or (final and (len(group) < across or across == 1))
        if numbered and width >= 560:
            left = end if width >= 1000 else lefts[-1] + room + GAP
            heads.append(drawing.heading(left, y, column, last[0], [last[1]]))
        else:
            left = end
        places = _places(rows, max(heads) + 6, label)
        _names(drawing, rows, places, label)
        for x, panel in zip(lefts, group, strict=True):
            _panel(drawing, panel, rows, places, x, room)
        if numbered and width >= 560:
            for row, place, text in zip(rows, places, last[2], strict=True):
                drawing.text(
                    left + 28, place + 5, text, LABEL, colour=row.look.colour, anchor="middle", bold=True
                )
        y = places[-1] + 48
    if width < 560:
        y = _last_alone(drawing, rows, last, y)
    drawing.height = y - 8
    return drawing


def _places(rows: Sequence[SpreadRow], y: float, label: float) -> list[float]:
    """Give the middle of each row; one whose name takes several lines is higher."""
    places = []
    for row in rows:
        height = max(ROW, len(_lines(row, label)) * LINE + 8)
        y += GROUP if row.group else 0
        places.append(y + height / 2)
        y += height
    return places


def _lines(row: SpreadRow, label: float) -> list[str]:
    return wrapped(row.label, LABEL, label - 14, bold=True)


def _names(drawing: Drawing, rows: Sequence[SpreadRow], places: Sequence[float], label: float) -> None:
    for row, place in zip(rows, places, strict=True):
        lines = _lines(row, label)
        if row.group:
            above = max(ROW, len(lines) * LINE + 8) / 2
            drawing.text(0, place - above - 5, row.group, SMALL, colour=GREY, bold=True)
        for number_of_line, line in enumerate(lines):
            y = place + 5 + (number_of_line - (len(lines) - 1) / 2) * LINE
            drawing.text(0, y, line, LABEL, colour=row.look.colour, bold=True)


def _panel(
    drawing: Drawing,
    panel: SpreadPanel,
    rows: Sequence[SpreadRow],
    places: Sequence[float],
    x: float,
    room: float,
) -> None:
    values = [value for row in panel.rows for value in row]
    low, high, step = round_ends([*values, 0.0] if panel.tick else values, 4, months=panel.months)
    if panel.tick:
        low = max(low, 0.0)  # nothing falls short by less than nothing
    scale = Scale(low, high, x + 14, x + room - 16)
    for value in ticks(low, high, step):
        drawing.line((scale(value), places[0] - 18), (scale(value), places[-1] + 16), GRID, 1.2)
        drawing.text(scale(value), places[-1] + 32, _tick(value, step), SMALL, colour=GREY, anchor="middle")
    for row, place, (start, dot, end), label in zip(rows, places, panel.rows, panel.labels, strict=True):
        colour = row.look.colour
        drawing.line((scale(start), place), (scale(end), place), colour, 2, opacity=0.55)
        if panel.tick:
            drawing.line((scale(end), place - 6), (scale(end), place + 6), colour, 2.2)
        drawing.mark(scale(dot), place, row.look, 10.5)
        drawing.text(scale(dot), place - 9, label, SMALL, colour=colour, anchor="middle", halo=True)


def _tick(value: float, step: float) -> str:
    """Write a tick with as many digits as its step needs."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return number(value, f",.{digits}f")


def _last_alone(
    drawing: Drawing, rows: Sequence[SpreadRow], last: tuple[str, str, Sequence[str]], y: float
) -> float:
    """Write the numbers below the panels, a line for each strategy."""
    top = drawing.heading(0, y - 8, drawing.width, last[0], [last[1]])
    beside = drawing.width - 70
    places = _places(rows, top - 12, beside)
    _names(drawing, rows, places, beside)
    for row, place, text in zip(rows, places, last[2], strict=True):
        drawing.text(
            drawing.width - 30, place + 5, text, LABEL, colour=row.look.colour, anchor="end", bold=True
        )
    return places[-1] + 34
