"""Sizes and places of everything in a diagram, in px: from a view to shapes ready to be drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from twintrack.pages.model.layout import GAP, Box, Layout, Line, place
from twintrack.pages.model.views import OWN, Item, Link, Pipe, View

LINE_HEIGHT = 14.0
CHARACTER = 6.9
"""Width of most letters of the 12 px font, and some more for fonts wider than Helvetica."""
NARROW, WIDE = "fijlrtI .,;:'|!()[]-", "mwMW@%"
BOLD = 1.06
WRAP = 16
"""Characters after which a name is broken into lines."""
SLOT = 13.0
"""Distance between arrows that end at the same side of a box."""
TIP = 26.0
"""Room before a box for an arrow's tip and its sign."""
COLUMN_GAP = 62.0
VALVE = 8.0
CLOUD = 26.0
STOCK_HEIGHT = 40.0
PORT = 18.0
"""Distance between pipes that join a stock at the same side."""
PIPE_WEIGHT = 30.0
LARGEST_WIDTH = 1330.0
"""A diagram wider than this would have to be shrunk on a screen of 1400 px."""
NET_LABEL = "net change"

Point = tuple[float, float]


@dataclass(frozen=True)
class Shape:
    """An item in its place: (x, y) is the middle of a box, or of the valve of a flow.

    `left`, `top`, `right` and `bottom` bound what is drawn, `text` is the middle of the label.
    """

    item: Item
    lines: tuple[str, ...]
    x: float
    y: float
    width: float
    up: float
    down: float
    text: Point
    text_width: float

    @property
    def label(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the text."""
        height = LINE_HEIGHT * len(self.lines)
        x, y = self.text
        return x - self.text_width / 2, y - height / 2, x + self.text_width / 2, y + height / 2


@dataclass(frozen=True)
class Arrow:
    """A link: a start, then points; between an even and an odd one a straight line, else a curve."""

    link: Link
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Channel:
    """A pipe from a cloud or stock to the valve, or from the valve on: corners, and what is at its ends."""

    points: tuple[Point, ...]
    cloud: Point | None
    tip: bool


@dataclass
class Drawing:
    """A whole picture."""

    width: float = 0.0
    height: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    channels: list[Channel] = field(default_factory=list)

    @property
    def brackets(self) -> list[tuple[Point, Point]]:
        """Give the lines that hold together arrows which end at the same side of a name."""
        tips: dict[tuple[str, float], list[float]] = {}
        for arrow in self.arrows:
            x, y = arrow.points[-1]
            tips.setdefault((arrow.link.target, x), []).append(y)
        return [((x, min(ys)), (x, max(ys))) for (_, x), ys in tips.items() if len(ys) > 1]


def text_width(line: str) -> float:
    """Give about the width of a line of text, rather more than less."""
    return CHARACTER * sum(0.6 if letter in NARROW else 1.4 if letter in WIDE else 1.0 for letter in line)


def wrapped(name: str, most: int = WRAP) -> tuple[str, ...]:
    """Break a name into the fewest lines of at most `most` characters, of about the same length."""
    words = name.split()
    fewest = len(_broken(words, most))
    width = next(
        width for width in range(1, most + 1) if len(_broken(words, width)) <= fewest or width == most
    )
    return _broken(words, width)


def _broken(words: Sequence[str], most: int) -> tuple[str, ...]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and len(longer) > most:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(lines)


def draw(view: View, titles: dict[str, str]) -> Drawing:
    """Lay out a view. `titles` are the variables' names as they are shown.

    What is wider than LARGEST_WIDTH is cut, and the pieces stand below one another; a link that is cut begins
    at a copy of its cause.
    """
    while True:
        parts = [_Part(view, keys, titles) for keys in view.components()]
        cut = [link for part in parts for link in part.cut()]
        if not cut:
            drawings = [part.drawing() for part in parts]
            return _packed(sorted(drawings, key=lambda item: item.width < LARGEST_WIDTH / 2))
        view = view.detached(cut)


def _packed(parts: Sequence[Drawing]) -> Drawing:
    """Put drawings that do not hang together side by side and in rows."""
    whole = Drawing()
    left = top = row = 0.0
    for part in parts:
        if left and left + part.width > max(LARGEST_WIDTH, whole.width):
            left, top, row = 0.0, top + row + 3 * GAP, 0.0
        whole.shapes += [_moved_shape(shape, left, top) for shape in part.shapes]
        whole.arrows += [Arrow(item.link, _moved(item.points, left, top)) for item in part.arrows]
        for channel in part.channels:
            cloud = _moved([channel.cloud], left, top)[0] if channel.cloud else None
            whole.channels.append(Channel(_moved(channel.points, left, top), cloud, channel.tip))
        whole.width = max(whole.width, left + part.width)
        row = max(row, part.height)
        whole.height = max(whole.height, top + row)
        left += part.width + COLUMN_GAP
    return whole


def _moved(points: Sequence[Point], x: float, y: float) -> tuple[Point, ...]:
    return tuple((left + x, top + y) for left, top in points)


def _moved_shape(shape: Shape, x: float, y: float) -> Shape:
    return replace(shape, x=shape.x + x, y=shape.y + y, text=(shape.text[0] + x, shape.text[1] + y))


def _label(item: Item, titles: dict[str, str]) -> str:
    """Give the text of an item; names from elsewhere stand in angle brackets, as in Vensim."""
    if item.kind == "net":
        return NET_LABEL
    title = titles[item.variable]
    return f"<{title}>" if item.kind in ("shadow", "pipe") else title


class _Part:
    """One connected part of a view on its way to a drawing."""

    def __init__(self, view: View, keys: Sequence[str], titles: dict[str, str]) -> None:
        chosen = set(keys)
        self.items = {key: view.items[key] for key in keys}
        self.links = [link for link in view.links if link.source in chosen]
        self.pipes = {pipe.valve: pipe for pipe in view.pipes if pipe.valve in chosen}
        self.lines = {key: wrapped(_label(item, titles)) for key, item in self.items.items()}
        self.boxes = {key: self._box(item) for key, item in self.items.items()}
        self.layout = self._place()

    def _box(self, item: Item) -> Box:
        text_width = self._text_width(item.key)
        text = LINE_HEIGHT * len(self.lines[item.key])
        slots = SLOT * sum(link.target == item.key for link in self.links)
        if item.kind == "stock":
            ends = [(pipe.source, pipe.target) for pipe in self.pipes.values()]
            pipes = max(sum(pair[side] == item.key for pair in ends) for side in (0, 1))
            half = max(STOCK_HEIGHT, text + 12, PORT * pipes + 20) / 2
            return Box(item.key, max(86.0, text_width + 16), half, half)
        if item.key in self.pipes:
            clouds = not all((self.pipes[item.key].source, self.pipes[item.key].target))
            width = max(text_width, 2 * (CLOUD + 27) if clouds else 40.0)
            return Box(item.key, width, VALVE + 3, VALVE + 6 + max(text, slots))
        half = max(text, slots) / 2 + (4 if item.kind == "lever" else 1)
        return Box(item.key, text_width + (14 if item.kind == "lever" else 4), half, half)

    def _text_width(self, key: str) -> float:
        widest = max(text_width(line) for line in self.lines[key])
        return widest * BOLD if self.items[key].kind == "stock" else widest

    def _place(self) -> Layout:
        lines = [Line(link.source, link.target) for link in self.links]
        for pipe in self.pipes.values():
            ends = ((pipe.source, pipe.valve), (pipe.valve, pipe.target))
            outer = (pipe.source, pipe.target) if pipe.source and pipe.target else None
            lines += [Line(one, other, PIPE_WEIGHT, outer) for one, other in ends if one and other]
        inputs = {link.source: link.target for link in self.links if self.items[link.source].kind not in OWN}
        return place(list(self.boxes.values()), lines, inputs, COLUMN_GAP)

    def cut(self) -> list[Link]:
        """Give the links to cut where the part is too wide: between the two columns with the fewest."""
        layout = self.layout
        if layout.width <= LARGEST_WIDTH:
            return []
        pieces = math.ceil(layout.width / LARGEST_WIDTH)
        best: tuple[float, list[Link]] = (math.inf, [])
        for column, (left, _) in enumerate(layout.edges):
            crossing = [link for link in self.links if self._crosses((link.source, link.target), column)]
            crossing = [link for link in crossing if self.items[link.source].kind in OWN]
            ends = [
                (pipe.valve, end) for pipe in self.pipes.values() for end in (pipe.source, pipe.target) if end
            ]
            if not crossing or any(self._crosses(pair, column) for pair in ends):
                continue
            cost = len(crossing) + 12 * abs(left / layout.width - 1 / pieces)
            best = min(best, (cost, crossing), key=lambda found: found[0])
        return best[1] or self._pulls()

    def _pulls(self) -> list[Link]:
        """Give the links that pull a flow furthest from its stock, where no column divides the part."""
        far = max(self.pipes, key=self._reach, default="")
        return [link for link in self.links if link.target == far and self.items[link.source].kind in OWN]

    def _reach(self, valve: str) -> int:
        """Give over how many columns the pipe of a flow runs."""
        pipe, columns = self.pipes[valve], self.layout.columns
        places = [columns[key] for key in (pipe.source, valve, pipe.target) if key]
        return max(places) - min(places)

    def _crosses(self, ends: tuple[str, str], column: int) -> bool:
        """Tell whether a line between two items runs over the left border of a column."""
        return len({self.layout.columns[end] < column for end in ends}) > 1

    def drawing(self) -> Drawing:
        """Give the part as shapes, arrows and pipes."""
        layout = self.layout
        drawing = Drawing(layout.width, layout.height)
        drawing.shapes = [self._shape(key) for key in self.items]
        slots = self._slots()
        for number, link in enumerate(self.links):
            drawing.arrows.append(Arrow(link, self._route(number, link, slots)))
        routes = iter(layout.points[len(self.links) :])
        ports = self._ports()
        for pipe in self.pipes.values():
            for end in ("source", "target"):
                stock = getattr(pipe, end)
                between = next(routes) if stock else []
                drawing.channels.append(self._channel(pipe, end, between, ports))
        return drawing

    def _shape(self, key: str) -> Shape:
        box, layout = self.boxes[key], self.layout
        x, y = layout.x[key], layout.y[key]
        return Shape(
            self.items[key], self.lines[key], x, y, box.width, box.up, box.down,
            (x, self._middle(key)), self._text_width(key),
        )  # fmt: skip

    def _middle(self, key: str) -> float:
        """Give the height of the middle of an item's text."""
        y = self.layout.y[key]
        if key not in self.pipes:
            return y
        return y + VALVE + 6 + (self.boxes[key].down - VALVE - 6) / 2

    def _goes_right(self, link: Link) -> bool:
        return self.layout.columns[link.source] < self.layout.columns[link.target]

    def _slots(self) -> dict[int, float]:
        """Give each link the height at which it ends: apart from others that end at the same side."""
        sides: dict[tuple[str, bool], list[tuple[float, int]]] = {}
        for number, link in enumerate(self.links):
            points = self.layout.points[number]
            rightward = self._goes_right(link)
            near = (points[-1] if rightward else points[0])[1] if points else self._middle(link.source)
            sides.setdefault((link.target, rightward), []).append((near, number))
        for number, link in enumerate(self.links):
            # A line that leaves to the left shares the side with arrows that come from there.
            if not self._goes_right(link) and self.items[link.source].kind != "stock":
                side = sides.setdefault((link.source, True), [])
                points = self.layout.points[number]
                if all(other >= 0 for _, other in side):
                    side.append((points[-1][1] if points else self._middle(link.target), -1))
        found: dict[int, float] = {}
        self._exits: dict[str, float] = {}
        for (key, _), ends in sides.items():
            for place_, (_, number) in enumerate(sorted(ends)):
                height = self._middle(key) + SLOT * (place_ - (len(ends) - 1) / 2)
                if number < 0:
                    self._exits[key] = height
                else:
                    found[number] = height
        return found

    def _exit(self, key: str, *, rightward: bool) -> float:
        """Give the height at which links leave an item."""
        if self.items[key].kind == "stock":
            return self.layout.y[key] + self.boxes[key].down - 8
        return self._middle(key) if rightward else self._exits[key]

    def _route(self, number: int, link: Link, slots: dict[int, float]) -> tuple[Point, ...]:
        layout, rightward = self.layout, self._goes_right(link)
        turn = 1 if rightward else -1
        between = layout.points[number] if rightward else layout.points[number][::-1]
        stops: list[tuple[int, float]] = [
            (layout.columns[link.source], self._exit(link.source, rightward=rightward)),
            *between,
            (layout.columns[link.target], slots[number]),
        ]
        points: list[Point] = []
        for place_, (column, height) in enumerate(stops):
            left, right = layout.edges[column]
            near, far = (left - TIP, right) if rightward else (right + TIP, left)
            points += [(near, height), (far, height)]
            if place_ == 0:
                points[0] = (self._edge(link.source, turn), height)
        points[-1] = (self._edge(link.target, -turn), slots[number])
        return tuple(points)

    def _edge(self, key: str, turn: int) -> float:
        """Give the x of an item's right edge (`turn` 1) or left edge (-1)."""
        width = self.boxes[key].width
        if key in self.pipes:
            width = self._text_width(key) + 4
        return self.layout.x[key] + turn * width / 2

    def _ports(self) -> dict[tuple[str, str], Point]:
        """Give where each pipe joins its stock, by (valve, end): height, and distance of its bend."""
        sides: dict[tuple[str, bool], list[tuple[float, str, str]]] = {}
        columns, y = self.layout.columns, self.layout.y
        for pipe in self.pipes.values():
            for end, stock in (("source", pipe.source), ("target", pipe.target)):
                if stock:
                    side = (stock, columns[pipe.valve] > columns[stock])
                    sides.setdefault(side, []).append((y[pipe.valve], pipe.valve, end))
        found: dict[tuple[str, str], Point] = {}
        for (stock, _), pipes in sides.items():
            for place_, (height, valve, end) in enumerate(sorted(pipes)):
                port = y[stock] + PORT * (place_ - (len(pipes) - 1) / 2)
                # Those that bend up do so one outside the other from the top on, so that they do not cross.
                rank = place_ if height < port else len(pipes) - 1 - place_
                found[valve, end] = (port, 15.0 + 11.0 * rank)
        return found

    def _channel(
        self, pipe: Pipe, end: str, between: Sequence[tuple[int, float]], ports: dict[tuple[str, str], Point]
    ) -> Channel:
        """Give the half of a pipe between its valve and one end, from the valve on."""
        layout, valve = self.layout, pipe.valve
        stock, other = (pipe.source, pipe.target) if end == "source" else (pipe.target, pipe.source)
        start = (layout.x[valve], layout.y[valve])
        if not stock:
            turn = -1 if end == "source" else 1
            if other and (layout.columns[other] > layout.columns[valve]) == (turn > 0):
                turn = -turn
            cloud = (start[0] + turn * (CLOUD / 2 + 27), start[1])
            return Channel((start, cloud), cloud, end == "target" or pipe.both)
        rightward = layout.columns[stock] > layout.columns[valve]
        turn = 1 if rightward else -1
        height, bend = ports[valve, end]
        stops = [*(between if rightward else between[::-1]), (layout.columns[stock], height)]
        points = [start]
        for column, height in stops:
            left, right = layout.edges[column]
            corner = (left if rightward else right) - turn * bend
            points += [(corner, points[-1][1]), (corner, height)]
        points.append((layout.x[stock] - turn * self.boxes[stock].width / 2, points[-1][1]))
        return Channel(tuple(points), None, end == "target")
