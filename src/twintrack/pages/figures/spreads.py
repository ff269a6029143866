"""What it costs to be wrong: a dot and a line for each strategy, in groups, with a number at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twintrack.pages.figures.drawing import LABEL, SMALL, Drawing, width_of
from twintrack.pages.figures.look import GREY, GRID, Look
from twintrack.pages.figures.scales import Scale, round_ends, ticks

ROW, GROUP, GAP = 31.0, 24.0, 44.0


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
    label = min(max(label, 78.0), 150.0 if width >= 1000 else 120.0)
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
        places = _places(rows, max(heads) + 6)
        _names(drawing, rows, places)
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


def _places(rows: Sequence[SpreadRow], y: float) -> list[float]:
    places = []
    for row in rows:
        y += GROUP if row.group else 0
        places.append(y + ROW / 2)
        y += ROW
    return places


def _names(drawing: Drawing, rows: Sequence[SpreadRow], places: Sequence[float]) -> None:
    for row, place in zip(rows, places, strict=True):
        if row.group:
            drawing.text(0, place - ROW / 2 - 5, row.group, SMALL, colour=GREY, bold=True)
        drawing.text(0, place + 5, row.label, LABEL, colour=row.look.colour, bold=True)


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
    scale = Scale(low, high, x + 6, x + room - 6)
    for value in ticks(low, high, step):
        drawing.line((scale(value), places[0] - 18), (scale(value), places[-1] + 16), GRID, 1.2)
        drawing.text(scale(value), places[-1] + 32, f"{value:g}", SMALL, colour=GREY, anchor="middle")
    for row, place, (start, dot, end), label in zip(rows, places, panel.rows, panel.labels, strict=True):
        colour = row.look.colour
        drawing.line((scale(start), place), (scale(end), place), colour, 2, opacity=0.55)
        if panel.tick:
            drawing.line((scale(end), place - 6), (scale(end), place + 6), colour, 2.2)
        drawing.mark(scale(dot), place, row.look, 10.5)
        drawing.text(scale(dot), place - 9, label, SMALL, colour=colour, anchor="middle", halo=True)


def _last_alone(
    drawing: Drawing, rows: Sequence[SpreadRow], last: tuple[str, str, Sequence[str]], y: float
) -> float:
    """Write the numbers below the panels, a line for each strategy."""
    top = drawing.heading(0, y - 8, drawing.width, last[0], [last[1]])
    places = _places(rows, top - 12)
    _names(drawing, rows, places)
    for row, place, text in zip(rows, places, last[2], strict=True):
        drawing.text(
            drawing.width - 30, place + 5, text, LABEL, colour=row.look.colour, anchor="end", bold=True
        )
    return places[-1] + 34
