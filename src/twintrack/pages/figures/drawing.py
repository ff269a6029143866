"""A sheet that lines, marks and words are drawn on, written as SVG with the same bytes each time."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from html import escape

from twintrack.pages.figures.look import CIRCLE, DIAMOND, FULL, GREY, HALF, HOLLOW, INK, SQUARE, Look

SMALL, LABEL, TITLE, COUNT = 12.5, 13.5, 15, 25
"""Sizes of words, in px; nothing is smaller."""
Point = tuple[float, float]


def px(value: float) -> str:
    """Write a place with one decimal."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Estimate how wide a text is, in px: a Chinese sign is as wide as high, a Latin letter half."""
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    narrow = sum(sign in " .,:;|'ilIjtfr()" for sign in text)
    return size * (wide + 0.27 * narrow + (0.545 if bold else 0.515) * (len(text) - wide - narrow))


def wrapped(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit into a room, in px; Chinese between any two signs.

    A sign that ends something begins no line: the one before it goes along.
    """
    chinese = any(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    words, space = (list(text), "") if chinese else (text.split(" "), " ")
    lines = [""]
    for word in words:
        longer = f"{lines[-1]}{space}{word}" if lines[-1] else word
        if not lines[-1] or width_of(longer, size, bold=bold) <= room:
            lines[-1] = longer
        elif chinese and word in "，。、；：）%":
            lines[-1:] = [lines[-1][:-1], lines[-1][-1] + word]
        else:
            lines.append(word)
    return lines


class Drawing:
    """A sheet of a width and a height in px."""

    def __init__(self, width: float, height: float = 0.0) -> None:
        self.width, self.height = width, height
        self._parts: list[str] = []

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = LABEL,
        *,
        colour: str = INK,
        anchor: str = "start",
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        """Write a line; y is its base. A halo keeps it readable on top of marks."""
        more = f' text-anchor="{anchor}"' if anchor != "start" else ""
        more += ' font-weight="600"' if bold else ""
        more += ' class="halo"' if halo else ""
        self._parts.append(
            f'<text x="{px(x)}" y="{px(y)}" font-size="{size:g}" fill="{colour}"{more}>{escape(text)}</text>'
        )

    def lines(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        room: float,
        *,
        colour: str = INK,
        bold: bool = False,
    ) -> float:
        """Write a text in as many lines as it needs, and give the base of the next line."""
        for line in wrapped(text, size, room, bold=bold):
            self.text(x, y, line, size, colour=colour, bold=bold)
            y += size * 1.22
        return y

    def line(
        self,
        start: Point,
        end: Point,
        colour: str = INK,
        width: float = 1.2,
        *,
        dash: str = "",
        opacity: float = 1.0,
    ) -> None:
        """Draw a straight line."""
        d = f"M{px(start[0])} {px(start[1])}L{px(end[0])} {px(end[1])}"
        self.path(d, stroke=colour, width=width, dash=dash, opacity=opacity)

    def path(
        self,
        d: str,
        *,
        stroke: str = "none",
        width: float = 1.2,
        fill: str = "none",
        dash: str = "",
        opacity: float = 1.0,
        cap: str = "",
    ) -> None:
        """Draw a path."""
        more = f' stroke="{stroke}" stroke-width="{width:g}"' if stroke != "none" else ""
        more += f' stroke-dasharray="{dash}"' if dash else ""
        more += f' stroke-linecap="{cap}"' if cap else ""
        more += f' opacity="{opacity:g}"' if opacity < 1 else ""
        self._parts.append(f'<path d="{d}" fill="{fill}"{more}/>')

    def curve(self, points: Sequence[Point], colour: str, width: float = 2.6, *, dash: str = "") -> None:
        """Draw a line through points."""
        d = "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points)
        self.path(d, stroke=colour, width=width, dash=dash)

    def area(self, points: Sequence[Point], fill: str, *, opacity: float = 1.0) -> None:
        """Fill what points enclose."""
        d = "M" + "L".join(f"{px(x)} {px(y)}" for x, y in points) + "Z"
        self.path(d, fill=fill, opacity=opacity)

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        stroke: str = "",
        round_: float = 0,
    ) -> None:
        """Draw a rectangle; a filling named "hatch" is orange stripes."""
        more = f' stroke="{stroke}" stroke-width="1.2"' if stroke else ""
        more += f' rx="{round_:g}"' if round_ else ""
        self._parts.append(
            f'<rect x="{px(x)}" y="{px(y)}" width="{px(max(width, 0))}" height="{px(height)}"'
            f' fill="{fill}"{more}/>'
        )

    def dots(self, points: Iterable[Point], size: float, look: Look) -> None:
        """Draw many marks of one look in one path: points with round or square ends."""
        d = "".join(f"M{px(x)} {px(y)}h.01" for x, y in points)
        if not d:
            return
        square = look.shape == SQUARE
        cap, size = ("square", size * 0.86) if square else ("round", size)
        self.path(d, stroke=look.colour, width=size, cap=cap)
        if look.fill == HOLLOW:
            self.path(d, stroke="#fff", width=round(size - 2.6, 2), cap=cap)

    def mark(self, x: float, y: float, look: Look, size: float = 11) -> None:
        """Draw one mark; a half-filled one is full on its left."""
        half, fill = size / 2, look.colour if look.fill == FULL else "#fff"
        outline = _outline(look.shape, x, y, half)
        self.path(outline, stroke=look.colour, width=1.8, fill=fill)
        if look.fill == HALF:
            self.path(_left_half(look.shape, x, y, half), fill=look.colour)

    def rule(self, x: float, y: float, width: float) -> None:
        """Draw the line that stands above a panel."""
        self.line((x, y), (x + width, y), INK, 1.2)

    def heading(self, x: float, y: float, width: float, title: str, notes: Sequence[str] = ()) -> float:
        """Draw the rule, title and grey notes of a panel from y on; give the base of the next line."""
        self.rule(x, y, width)
        y = self.lines(x, y + 20, title, TITLE, width, bold=True)
        for note in filter(None, notes):
            y = self.lines(x, y, note, SMALL, width, colour=GREY)
        return y

    def svg(self, name: str, title: str, description: str, size: str = "", told_in: str = "") -> str:
        """Give the sheet as SVG for inside a page; `name` makes ids, `size` is a class.

        `told_in` is the id of what on the page says the same as the description, which is then left out.
        """
        label = f"{name}-{size}" if size else name
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="{size}" role="img" width="{px(self.width)}"'
            f' height="{px(self.height)}" viewBox="0 0 {px(self.width)} {px(self.height)}"'
            f' aria-labelledby="{label}-t" aria-describedby="{told_in or f"{label}-d"}">'
        )
        told = f'<title id="{label}-t">{escape(title)}</title>'
        if not told_in:
            told += f'<desc id="{label}-d">{escape(description)}</desc>'
        body = "".join(self._parts).replace('fill="hatch"', f'fill="url(#{label}-h)"')
        if f"{label}-h" in body:
            told += (
                f'<defs><pattern id="{label}-h" width="5" height="5" patternUnits="userSpaceOnUse"'
                ' patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/>'
                '<rect width="3" height="5" fill="#BF5709"/></pattern></defs>'
            )
        return f"{head}{told}{body}</svg>"


def _outline(shape: str, x: float, y: float, half: float) -> str:
    if shape == CIRCLE:
        arc = f"a{px(half)} {px(half)} 0 1 1"
        return f"M{px(x - half)} {px(y)}{arc} {px(2 * half)} 0{arc} {px(-2 * half)} 0Z"
    if shape == SQUARE:
        side = half * 0.9
        return f"M{px(x - side)} {px(y - side)}h{px(2 * side)}v{px(2 * side)}h{px(-2 * side)}Z"
    if shape == DIAMOND:
        tip = half * 1.25
        return f"M{px(x)} {px(y - tip)}L{px(x + tip)} {px(y)}L{px(x)} {px(y + tip)}L{px(x - tip)} {px(y)}Z"
    return f"M{px(x)} {px(y - half)}L{px(x + half)} {px(y + half)}L{px(x - half)} {px(y + half)}Z"


def _left_half(shape: str, x: float, y: float, half: float) -> str:
    if shape == CIRCLE:
        return f"M{px(x)} {px(y - half)}a{px(half)} {px(half)} 0 0 0 0 {px(2 * half)}Z"
    if shape == SQUARE:
        side = half * 0.9
        return f"M{px(x - side)} {px(y - side)}h{px(side)}v{px(2 * side)}h{px(-side)}Z"
    if shape == DIAMOND:
        tip = half * 1.25
        return f"M{px(x)} {px(y - tip)}L{px(x)} {px(y + tip)}L{px(x - tip)} {px(y)}Z"
    return f"M{px(x)} {px(y - half)}L{px(x)} {px(y + half)}L{px(x - half)} {px(y + half)}Z"
