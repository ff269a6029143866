"""Effects in rows and goals in columns: bars that add up, or marks on stems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twintrack.pages.figures.drawing import LABEL, SMALL, TITLE, Drawing, width_of, wrapped
from twintrack.pages.figures.look import BAD, DIAMOND, FULL, GOOD, GREY, GRID, HALF, HOLLOW, INK, Look
from twintrack.pages.figures.scales import Scale

BETTER, WORSE, TIED = "better", "worse", "tied"
GAP = 26.0
BESIDE = 13.0
"""Px between the end of a bar or a mark and the end of the sheet, beside what its value takes."""
LARGE = 17
"""Px of the letters of a total."""


@dataclass(frozen=True)
class Effect:
    """One effect: its size, how it is written, whether BETTER, WORSE or TIED, and whether that is sure."""

    value: float
    label: str
    state: str
    sure: bool = True


@dataclass(frozen=True)
class EffectRow:
    """Effects of one thing in every goal; a `total` stands below a line, larger and without bars."""

    title: str
    note: str
    effects: Sequence[Effect]
    total: bool = False


def effects(
    columns: Sequence[tuple[str, str]], rows: Sequence[EffectRow], width: float, *, stems: bool = False
) -> Drawing:
    """Draw the rows under columns of goals with units, as bars or as marks on stems.

    Where there is no room for all goals side by side, they follow one another.
    """
    label = 300.0 if width >= 1000 else 200.0 if width >= 560 else width
    across = len(columns) if width >= 1000 else 2 if width >= 560 else 1
    beside = width - (label + GAP if width >= 560 else 118.0)
    drawing, y = Drawing(width), 2.0
    for first in range(0, len(columns), across):
        chosen = range(first, min(first + across, len(columns)))
        y = _group(drawing, columns, rows, chosen, y, label, (beside - GAP * (across - 1)) / across, stems)
    drawing.height = y
    return drawing


def _group(
    drawing: Drawing,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[EffectRow],
    chosen: range,
    y: float,
    label: float,
    room: float,
    stems: bool,
) -> float:
    narrow = label == drawing.width
    start = 118.0 if narrow else label + GAP
    lefts = [start + place * (room + GAP) for place in range(len(chosen))]
    top = max(
        drawing.heading(0 if narrow else left, y, drawing.width if narrow else room, *_named(columns[goal]))
        for left, goal in zip(lefts, chosen, strict=True)
    )
    scales = [_scale(rows, goal, left, room) for left, goal in zip(lefts, chosen, strict=True)]
    y, begin = top - 4, top - 4
    for row in rows:
        room_for_words = 112.0 if narrow else label
        height = _height(row, room_for_words, stems, narrow)
        if row.total:
            drawing.line((0, y), (drawing.width, y), GRID, 1.2)
        _words(drawing, row, y, room_for_words, narrow, stems)
        for scale, goal in zip(scales, chosen, strict=True):
            _effect(drawing, row.effects[goal], scale, y + height / 2, row, stems)
        y += height
        drawing.line((0, y), (drawing.width, y), GRID, 1.2)
    last = y if not rows[-1].total else y - _height(rows[-1], label, stems, narrow)
    for scale in scales:
        drawing.line((scale(0.0), begin), (scale(0.0), last), INK, 1.2)
    return y + 22


def _named(column: tuple[str, str]) -> tuple[str, list[str]]:
    return column[0], [column[1]]


def _scale(rows: Sequence[EffectRow], goal: int, left: float, room: float) -> Scale:
    """Scale a column so that bars and the values at their ends stay inside it."""
    values = [row.effects[goal].value for row in rows if not row.total]
    low, high = min(*values, 0.0), max(*values, 0.0)
    if low == high:
        low, high = -1.0, 1.0
    found = [(row.effects[goal], LARGE if row.total else SMALL) for row in rows]
    before, after = (
        max(
            [width_of(one.label, size, bold=True) for one, size in found if (one.value < 0) == negative],
            default=0,
        )
        for negative in (True, False)
    )
    return Scale(low, high, left + before + BESIDE, left + room - after - BESIDE)


def _height(row: EffectRow, room: float, stems: bool, narrow: bool) -> float:
    title = len(wrapped(row.title, LABEL if narrow or stems else TITLE, room, bold=not stems)) * 18
    notes = 0 if narrow or not row.note else len(wrapped(row.note, SMALL, room)) * 15.5
    return max(title + notes + (8 if stems else 16), 27 if stems else 40)


def _words(drawing: Drawing, row: EffectRow, y: float, room: float, narrow: bool, stems: bool) -> None:
    size = LABEL if narrow or stems else TITLE
    y = drawing.lines(0, y + (18 if stems else 22), row.title, size, room, bold=not stems)
    if row.note and not narrow:
        drawing.lines(0, y - 2, row.note, SMALL, room, colour=GREY)


def _effect(drawing: Drawing, effect: Effect, scale: Scale, y: float, row: EffectRow, stems: bool) -> None:
    zero, place = scale(0.0), scale(effect.value)
    colour = {BETTER: GOOD, WORSE: BAD, TIED: GREY}[effect.state if effect.value else TIED]
    left = effect.value < 0
    if row.total:
        drawing.text(
            zero + (-6 if left else 6),
            y + 6,
            effect.label,
            LARGE,
            anchor="end" if left else "start",
            bold=True,
        )
        return
    if stems:
        drawing.line((zero, y), (place, y), colour, 1.8, opacity=0.7)
        fill = HOLLOW if effect.state == TIED else FULL if effect.sure else HALF
        shape = DIAMOND if effect.state == WORSE else "circle"
        drawing.mark(place, y, Look(colour, shape, fill), 10)
    else:
        x, size = min(zero, place), abs(place - zero)
        fill = {BETTER: GOOD, WORSE: "hatch", TIED: "#fff"}[effect.state]
        drawing.rect(x, y - 7, size, 14, fill, stroke=GREY if effect.state == TIED else "")
    if effect.label:
        away = 10 if stems else 6
        drawing.text(
            place + (-away if left else away),
            y + 4.5,
            effect.label,
            SMALL,
            colour=colour,
            anchor="end" if left else "start",
            bold=not stems and width_of(effect.label, SMALL) > 0,
        )
