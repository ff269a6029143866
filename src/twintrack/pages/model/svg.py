"""A diagram as SVG that needs nothing else: shapes, curves, signs, and a line that says what they mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from twintrack.pages.model.drawing import (
    CLOUD,
    LINE_HEIGHT,
    TIP,
    VALVE,
    Arrow,
    Channel,
    Drawing,
    Point,
    Shape,
)

MARGIN = 16.0
INK = "#1f2933"
SOFT = "#6b7480"
LEVER = "#fff0c7"
LEVER_LINE = "#c98a00"
STOCK = "#eaf2fb"
COLOURS = {"+": "#2a6fb0", "-": "#c4472b", "±": "#7a5a9c", "": "#9aa3ad"}
"""Of lines by sign; the sign stands beside the tip too, so that colour is not needed."""
FONT = "Helvetica, Arial, 'Liberation Sans', 'Noto Sans', 'DejaVu Sans', sans-serif"

THIN, THICK = 1.2, 5.0
"""Widths of the line of a link, by its weight."""
HEAD = 22.0
LEGEND_WIDTH = 700.0
LEGEND = (
    "Box: stock. Valve on a pipe: flow. Cloud: beyond what the view follows. Yellow: lever. "
    "<name>: shown elsewhere.",
    "+ cause and effect move the same way, − opposite ways, ± one or the other; "
    "none: no effect in the central run.",
)

Href = Callable[[str], str]


def svg(
    drawing: Drawing,
    title: str,
    about: dict[str, str],
    href: Href | None = None,
    legend: Sequence[str] = LEGEND,
) -> str:
    """Write a diagram.

    Args:
        drawing: What to draw, in px.
        title: Name of the picture, for readers that do not see it.
        about: For each variable a text that appears when it is pointed at.
        href: Gives the address of a variable's equation; without it names are no links, and the title stands
            above and a legend below, for a picture that stands alone.
        legend: The lines of that legend.
    """
    width, height = drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN
    top = -MARGIN
    if href is None:
        top -= HEAD
        width, height = max(width, LEGEND_WIDTH), height + HEAD + LINE_HEIGHT * len(legend) + MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="{-MARGIN:g} {top:g} {width:.0f} {height:.0f}" role="img" class="diagram" '
        f'font-family="{escape(FONT)}" font-size="12" text-anchor="middle">',
        f"<title>{escape(title)}</title>",
    ]
    parts += [_arrow(arrow) for arrow in drawing.arrows]
    parts += [_bracket(*ends) for ends in drawing.brackets]
    parts += [_channel(channel) for channel in drawing.channels]
    parts += [_shape(shape, about, href) for shape in drawing.shapes]
    parts += [_sign(arrow) for arrow in drawing.arrows]
    if href is None:
        parts += _captions(title, legend, drawing.height + MARGIN + LINE_HEIGHT)
    return "\n".join([*parts, "</svg>\n"])


def _captions(title: str, legend: Sequence[str], below: float) -> list[str]:
    """Write the title above the drawing and what the signs mean below it."""
    lines = [
        f'<text x="0" y="{below + LINE_HEIGHT * place:g}" text-anchor="start" font-size="11" fill="{SOFT}">'
        f"{escape(line)}</text>"
        for place, line in enumerate(legend)
    ]
    head = (
        f'<text x="0" y="{-HEAD + 12:g}" text-anchor="start" font-size="15" font-weight="700" fill="{INK}">'
    )
    return [f"{head}{escape(title)}</text>", *lines]


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _arrow(arrow: Arrow) -> str:
    """Draw straight and curved pieces in turn, and the tip."""
    points = arrow.points
    steps = [f"M{_points(points[:1])}"]
    for place in range(1, len(points)):
        (x, y), (to_x, to_y) = points[place - 1], points[place]
        if place % 2 == 1 or y == to_y:
            steps.append(f"L{_points(points[place : place + 1])}")
        else:
            middle = (x + to_x) / 2
            steps.append(f"C{_points([(middle, y), (middle, to_y), (to_x, to_y)])}")
    x, y = points[-1]
    back = -7 if points[-1][0] > points[-2][0] else 7
    half = 3.2 + 2.6 * arrow.link.weight
    tip = _points([(x, y), (x + back, y - half), (x + back, y + half)])
    colour, width = COLOURS[arrow.link.sign], THIN + arrow.link.weight * (THICK - THIN)
    return (
        f'<path d="{" ".join(steps)}" fill="none" stroke="{colour}" stroke-width="{_number(width)}"/>'
        f'<polygon points="{tip}" fill="{colour}"/>'
    )


def _bracket(one: Point, other: Point) -> str:
    (x, top), (_, bottom) = one, other
    line = f"M{_number(x + 1)},{_number(top - 4)} V{_number(bottom + 4)}"
    return f'<path d="{line}" fill="none" stroke="{SOFT}" stroke-width="1" opacity=".55"/>'


def _sign(arrow: Arrow) -> str:
    """Draw the sign on its line, before the tip."""
    sign = arrow.link.sign
    if not sign:
        return ""
    x, y = arrow.points[-1]
    x += (-TIP / 2 - 1) * (1 if x > arrow.points[-2][0] else -1)
    shown = sign.replace("-", "−")
    return (
        f'<circle cx="{_number(x)}" cy="{_number(y)}" r="5.6" fill="#fff" stroke="{COLOURS[sign]}" '
        'stroke-width=".8"/>'
        f'<text x="{_number(x)}" y="{_number(y + 3.6)}" font-size="11" font-weight="700" '
        f'fill="{COLOURS[sign]}">{shown}</text>'
    )


def _channel(channel: Channel) -> str:
    """Draw a pipe with its cloud, or its tip at a stock."""
    points = list(channel.points)
    (x, y), (before, _) = points[-1], points[-2]
    turn = 1 if x > before else -1
    if channel.cloud:
        points[-1] = (x - turn * (CLOUD / 2 + (6 if channel.tip else 0)), y)
    elif channel.tip:
        points[-1] = (x - turn * 9, y)
    line = _points(points)
    parts = [
        f'<polyline points="{line}" fill="none" stroke="{INK}" stroke-width="6" stroke-linejoin="round"/>',
        f'<polyline points="{line}" fill="none" stroke="#fff" stroke-width="3.4" stroke-linejoin="round"/>',
    ]
    if channel.cloud:
        parts.append(_cloud(*channel.cloud))
    if channel.tip:
        end = x - turn * CLOUD / 2 if channel.cloud else x
        size = 6 if channel.cloud else 8
        tip = _points([(end, y), (end - turn * (size + 3), y - size), (end - turn * (size + 3), y + size)])
        parts.append(f'<polygon points="{tip}" fill="{INK}"/>')
    return "".join(parts)


def _cloud(x: float, y: float) -> str:
    return (
        f'<path transform="translate({_number(x)} {_number(y)})" fill="#fff" stroke="{SOFT}" '
        'stroke-width="1.1" '
        'd="M-8,6 a5,5 0 0 1 -1,-9 a6,6 0 0 1 9,-4 a6,6 0 0 1 9,4 a5,5 0 0 1 -1,9 z"/>'
    )


def _shape(shape: Shape, about: dict[str, str], href: Href | None) -> str:
    item = shape.item
    parts = [*_frame(shape), _text(shape)]
    inner = "".join(parts)
    if item.variable:
        inner += f"<title>{escape(about.get(item.variable, item.variable))}</title>"
        if href:
            inner = f'<a href="{escape(href(item.variable))}">{inner}</a>'
    return f'<g class="{item.kind}" data-variable="{escape(item.variable)}">{inner}</g>'


def _frame(shape: Shape) -> list[str]:
    """Draw what stands around or above a name."""
    kind = shape.item.kind
    x, y, half = shape.x, shape.y, shape.width / 2
    if kind == "stock":
        return [_rectangle(x - half, y - shape.up, shape.width, 2 * shape.up, STOCK, INK, 1.5, 0)]
    if kind == "lever":
        left, top, right, bottom = shape.label
        return [_rectangle(left - 6, top - 2, right - left + 12, bottom - top + 4, LEVER, LEVER_LINE, 1, 7)]
    if kind in ("flow", "net", "pipe"):
        size = VALVE
        corners = [(x - 7, y - size), (x + 7, y - size), (x - 7, y + size), (x + 7, y + size)]
        return [f'<polygon points="{_points(corners)}" fill="#fff" stroke="{INK}" stroke-width="1.3"/>']
    return []


def _rectangle(
    x: float, y: float, width: float, height: float, fill: str, stroke: str, line: float, round_: float
) -> str:
    return (
        f'<rect x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}" '
        f'rx="{round_:g}" fill="{fill}" stroke="{stroke}" stroke-width="{line:g}"/>'
    )


def _text(shape: Shape) -> str:
    kind = shape.item.kind
    x, y = shape.text
    soft = kind in ("shadow", "net", "pipe")
    style = f' font-style="italic" fill="{SOFT}"' if soft else f' fill="{INK}"'
    weight = ' font-weight="700"' if kind == "stock" else ""
    top = y - LINE_HEIGHT * (len(shape.lines) - 1) / 2 + 4
    lines = "".join(
        f'<tspan x="{_number(x)}" y="{_number(top + LINE_HEIGHT * place)}">{escape(line)}</tspan>'
        for place, line in enumerate(shape.lines)
    )
    return f"<text{style}{weight}>{lines}</text>"
