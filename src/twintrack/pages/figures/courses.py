"""Courses over the years: shares of futures with the zone of ties, and the fan of a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from twintrack.pages.figures.drawing import LABEL, SMALL, Drawing, Point, width_of, wrapped
from twintrack.pages.figures.look import GREY, GRID, INK, TIE
from twintrack.pages.figures.scales import Scale

HEIGHT, GAP = 226.0, 56.0
ROOM_FOR_SIDE = 26.0
"""Px above or below zero in which it is said what it means to be there."""


@dataclass(frozen=True)
class Line:
    """Shares of futures by year, 0 to 100, with the span over what is held."""

    label: str
    colour: str
    dash: str
    middle: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]


@dataclass(frozen=True)
class SharePanel:
    """Lines on one axis from 0 to 100; `tie` is the word in the zone from 40 to 60."""

    title: str
    note: str
    years: Sequence[float]
    lines: Sequence[Line]
    tie: str


@dataclass(frozen=True)
class Fan:
    """A distribution over futures along an axis.

    Attributes:
        title: What it is of.
        note: Its unit, and what is held.
        at: Places along the axis, such as years.
        marks: Labels along the axis, by place.
        bands: 5, 25, 50, 75 and 95 % points, each a value for each place.
        ends: Low, high and step of the value axis.
        labels: How values of the axis are written, by tick.
        words: "90 of 100", "half of futures", "median".
        sides: What it means to be above and below zero; may be empty.
        colour: Of the median.
        tints: Of the outer and the inner band.
        dotted: Whether places are single ones, with a mark each.
    """

    title: str
    note: str
    at: Sequence[float]
    marks: Sequence[tuple[float, str]]
    bands: Sequence[Sequence[float]]
    ticks: Sequence[tuple[float, str]]
    words: tuple[str, str, str]
    sides: tuple[tuple[str, str], tuple[str, str]] | None
    colour: str
    tints: tuple[str, str]
    dotted: bool = False


def courses(shares: Sequence[SharePanel], fan: Fan | None, width: float) -> Drawing:
    """Draw panels of shares and then the fan, three, two or one side by side."""
    panels: list[SharePanel | Fan] = [*shares, *([fan] if fan else [])]
    across = min(len(panels), 3 if width >= 1000 else 2 if width >= 560 else 1)
    gap = GAP if width >= 1000 else 40.0
    room = (width - gap * (across - 1)) / across
    drawing, y = Drawing(width), 2.0
    for first in range(0, len(panels), across):
        group = panels[first : first + across]
        top = max(
            drawing.heading(place * (room + gap), y, room, panel.title, [panel.note])
            for place, panel in enumerate(group)
        )
        for place, panel in enumerate(group):
            x = place * (room + gap)
            if isinstance(panel, Fan):
                fan_panel(drawing, panel, x, top + 14, room, HEIGHT)
            else:
                _shares(drawing, panel, x, top + 14, room)
        y = top + 14 + HEIGHT + 40
    drawing.height = y - 14
    return drawing


def _shares(drawing: Drawing, panel: SharePanel, x: float, y: float, room: float) -> None:
    left = x + 34
    across = Scale(min(panel.years), max(panel.years), left, x + room - 6)
    up = Scale(0, 100, y + HEIGHT, y + 8)
    drawing.rect(left, up(60), x + room - 6 - left, up(40) - up(60), TIE)
    drawing.text(left + 6, up(50) + 4, panel.tie, SMALL, colour=GREY, halo=True)
    for value in (0, 50, 100):
        drawing.line((left, up(value)), (x + room - 6, up(value)), INK if value == 0 else GRID, 1.2)
        drawing.text(left - 6, up(value) + 4, f"{value}", SMALL, colour=GREY, anchor="end")
    for line in panel.lines:
        points = [(across(year), share) for year, share in zip(panel.years, line.high, strict=True)]
        points += [(across(year), share) for year, share in zip(panel.years, line.low, strict=True)][::-1]
        drawing.area([(place, up(share)) for place, share in points], line.colour, opacity=0.22)
    for line in panel.lines:
        places = [(across(year), up(share)) for year, share in zip(panel.years, line.middle, strict=True)]
        drawing.curve(places, line.colour, 2.6, dash=line.dash)
    taken: list[tuple[float, float]] = []
    for line in panel.lines:
        taken.append(_label_line(drawing, line, panel, across, up, taken))
    _years(drawing, panel.years, across, y + HEIGHT)


def _label_line(
    drawing: Drawing,
    line: Line,
    panel: SharePanel,
    across: Scale,
    up: Scale,
    taken: Sequence[tuple[float, float]],
) -> tuple[float, float]:
    """Write the name of a line beside it, farthest from other lines and labels; give where."""
    half = width_of(line.label, LABEL, bold=True) / 2
    others = [edge for other in panel.lines if other is not line for edge in (other.low, other.high)]
    best, found = -1e9, (0.0, 0.0)
    for place in range(len(panel.years)):
        x = min(max(across(panel.years[place]), across.start + half), across.end - half)
        near = [number for number, year in enumerate(panel.years) if abs(across(year) - x) <= half + 8] or [
            place
        ]
        for y in (up(max(line.high[n] for n in near)) - 9, up(min(line.low[n] for n in near)) + 18):
            if not up.end - 12 <= y - 12 <= up.start - 12:
                continue
            gaps = [abs(up(edge[n]) - (y - 5)) for edge in others for n in near]
            gaps += [abs(y - at[1]) if abs(x - at[0]) < 2 * half else 99 for at in taken]
            room = min([*gaps, 40.0]) + 0.05 * x / max(drawing.width, 1)
            if room > best:
                best, found = room, (x, y)
    drawing.text(*found, line.label, LABEL, colour=line.colour, anchor="middle", bold=True, halo=True)
    return found


def _years(drawing: Drawing, years: Sequence[float], across: Scale, base: float) -> None:
    first, last = min(years), max(years)
    middles = [float(year) for year in range(int(first) + 1, int(last)) if year % 5 == 0]
    for year in [first, *(one for one in middles if one - first > 2 and last - one > 2), last]:
        anchor = "end" if year == last else "middle"
        drawing.line((across(year), base), (across(year), base + 4), INK, 1.2)
        drawing.text(across(year), base + 17, f"{year:.0f}", SMALL, colour=GREY, anchor=anchor)


def fan_panel(drawing: Drawing, fan: Fan, x: float, y: float, room: float, height: float) -> None:
    """Draw a fan whose words stand at its right end."""
    left, right = x + 40, x + room - 64
    across = Scale(min(fan.at), max(fan.at), left, right)
    values = [value for value, _ in fan.ticks] + [value for band in fan.bands for value in band]
    low, high = min(values), max(values)
    up = Scale(low, high if high > low else low + 1.0, y + height, y + 8)
    for value, label in fan.ticks:
        drawing.line((left, up(value)), (right, up(value)), GREY if value == 0 else GRID, 1.2)
        drawing.text(left - 6, up(value) + 4, label, SMALL, colour=GREY, anchor="end")
    for low, high, tint in ((0, 4, fan.tints[0]), (1, 3, fan.tints[1])):
        drawing.area(_band(fan, low, high, across, up), tint)
    middle = [(across(at), up(value)) for at, value in zip(fan.at, fan.bands[2], strict=True)]
    drawing.curve(middle, fan.colour, 2.8)
    if fan.dotted:
        drawing.path(
            "".join(f"M{px:.1f} {py:.1f}h.01" for px, py in middle), stroke=fan.colour, width=7, cap="round"
        )
    _fan_words(drawing, fan, right + 8, up)
    if fan.sides:
        (above, one), (below, other) = fan.sides
        if up(0.0) - up.end > ROOM_FOR_SIDE:
            _side(drawing, above, one, left + 4, y + 20, right - left - 4)
        if up.start - up(0.0) > ROOM_FOR_SIDE:
            lines = len(wrapped(below, LABEL, right - left - 4, bold=True))
            _side(drawing, below, other, left + 4, y + height - 8 - (lines - 1) * 17, right - left - 4)
    for at, label in fan.marks:
        drawing.text(across(at), y + height + 17, label, SMALL, colour=GREY, anchor="middle")


def _side(drawing: Drawing, text: str, colour: str, x: float, y: float, room: float) -> None:
    for line in wrapped(text, LABEL, room, bold=True):
        drawing.text(x, y, line, LABEL, colour=colour, bold=True, halo=True)
        y += 17


def _band(fan: Fan, low: int, high: int, across: Scale, up: Scale) -> list[Point]:
    upper = [(across(at), up(value)) for at, value in zip(fan.at, fan.bands[high], strict=True)]
    lower = [(across(at), up(value)) for at, value in zip(fan.at, fan.bands[low], strict=True)]
    return upper + lower[::-1]


def _fan_words(drawing: Drawing, fan: Fan, x: float, up: Scale) -> None:
    """Write what the bands are at their ends, pushed apart where they would touch."""
    wide, half, median = fan.words
    parts = [(up(fan.bands[4][-1]) + 4, wide, False), (up(fan.bands[3][-1]) + 4, half, False)]
    parts.append((up(fan.bands[2][-1]) + 4, median, True))
    lowest = -1e9
    for y, text, bold in parts:
        lines = wrapped(text, SMALL, 62, bold=bold)
        y = max(y, lowest + 15)
        for line in lines:
            drawing.text(x, y, line, SMALL, colour=fan.colour if bold else GREY, bold=bold)
            lowest, y = y, y + 14
