"""Places for the boxes of a diagram in columns, so that no line runs through a box.

The layered drawing of K. Sugiyama, S. Tagawa and M. Toda, "Methods for visual understanding of
hierarchical system structures" (1981): break cycles, put boxes into columns, lead long lines through places
of their own in the columns between, order each column so that few lines cross, then set heights. Columns and
heights are the linear programs of E. R. Gansner et al., "A technique for drawing directed graphs" (1993),
solved by HiGHS.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SWEEPS = 24
"""Passes over the columns in search of fewer crossings; they settle in far less."""
GAP = 12.0
"""Least distance between two boxes of a column, in px."""
BEND_WEIGHT = 6.0
"""How much more a bend counts between two places of a long line than between a line and a box."""


@dataclass(frozen=True)
class Box:
    """What is to be placed: width, and reach above and below the height at which lines join it, in px."""

    key: str
    width: float
    up: float
    down: float


@dataclass(frozen=True)
class Line:
    """A line between two boxes; `weight` is how much it should be short, straight and forward.

    `between`: the two boxes that this line and another one join by way of a third, which is to stand between
    them.
    """

    source: str
    target: str
    weight: float = 1.0
    between: tuple[str, str] | None = None


@dataclass
class Layout:
    """Where everything stands, in px. `points`: for each line its places in the columns that it crosses."""

    columns: dict[str, int] = field(default_factory=dict)
    x: dict[str, float] = field(default_factory=dict)
    y: dict[str, float] = field(default_factory=dict)
    points: list[list[tuple[int, float]]] = field(default_factory=list)
    edges: list[tuple[float, float]] = field(default_factory=list)
    """Left and right end of each column."""
    width: float = 0.0
    height: float = 0.0


Place = Hashable
"""A box's key, or (line, column) where a line crosses a column."""


def place(boxes: Sequence[Box], lines: Sequence[Line], followers: dict[str, str], gap: float) -> Layout:
    """Lay boxes out in columns from left to right, in the direction of the lines.

    Args:
        boxes: What is to be placed.
        lines: Lines between boxes; they may form cycles, and some then run back to the left.
        followers: For a box that stands just left of another, without lines of its own besides, the other.
        gap: Room between two columns, in px.

    Returns:
        The layout; its upper left corner is at (0, 0).
    """
    sizes = {box.key: box for box in boxes}
    inner = [box.key for box in boxes if box.key not in followers]
    columns = _columns(inner, [line for line in lines if line.source not in followers])
    columns |= {key: columns[other] - 1 for key, other in followers.items()}
    first = min(columns.values())
    columns = {key: column - first for key, column in columns.items()}
    paths = [_path(number, line, columns) for number, line in enumerate(lines)]
    order = _order(list(sizes), columns, lines, paths)
    heights = _heights(order, sizes, lines, paths)
    return _measured(order, sizes, columns, heights, paths, gap)


def _columns(keys: Sequence[str], lines: Sequence[Line]) -> dict[str, int]:
    """Give each box its column: lines go forward, and the sum of their weighted lengths is least."""
    import numpy as np
    from scipy.optimize import linprog

    rank = {key: float(place) for place, key in enumerate(_without_cycles(keys, lines))}
    for line in lines:
        if line.between:
            middle = line.target if line.source in line.between else line.source
            rank[middle] = sum(rank[end] for end in line.between) / 2
    number = {key: place for place, key in enumerate(keys)}
    rows, costs = [], np.full(len(keys), 1e-3)
    for line in lines:
        ends = sorted((line.source, line.target), key=lambda key: (rank[key], number[key]))
        row = np.zeros(len(keys))
        row[number[ends[0]]], row[number[ends[1]]] = 1.0, -1.0
        rows.append(row)
        costs -= line.weight * row
    if not rows:
        return dict.fromkeys(keys, 0)
    found = linprog(
        costs, A_ub=np.array(rows), b_ub=-np.ones(len(rows)), bounds=(0, len(keys)), method="highs-ds"
    )
    return {key: round(found.x[number[key]]) for key in keys}


def _without_cycles(keys: Sequence[str], lines: Sequence[Line]) -> list[str]:
    """Order boxes so that little weight runs backward.

    P. Eades, X. Lin, W. F. Smyth, "A fast and effective heuristic for the feedback arc set problem" (1993).
    """
    left: list[str] = []
    right: list[str] = []
    rest = list(keys)
    while rest:
        inside = [line for line in lines if line.source in rest and line.target in rest]
        out, into = dict.fromkeys(rest, 0.0), dict.fromkeys(rest, 0.0)
        for line in inside:
            out[line.source] += line.weight
            into[line.target] += line.weight
        sink = next((key for key in rest if not out[key]), None)
        best = max(rest, key=lambda key: (not into[key], out[key] - into[key]))
        if sink is not None and into[best]:
            right.insert(0, sink)
            rest.remove(sink)
        else:
            left.append(best)
            rest.remove(best)
    return left + right


def _path(number: int, line: Line, columns: dict[str, int]) -> list[Place]:
    """Give the places of a line from its left to its right end."""
    ends = sorted((line.source, line.target), key=columns.__getitem__)
    between = range(columns[ends[0]] + 1, columns[ends[1]])
    return [ends[0], *((number, column) for column in between), ends[1]]


def _order(
    keys: Sequence[str], columns: dict[str, int], lines: Sequence[Line], paths: Sequence[list[Place]]
) -> list[list[Place]]:
    """Order each column by the mean height of its neighbours; keep the order with the fewest crossings."""
    order: list[list[Place]] = [[] for _ in range(max(columns.values()) + 1)]
    for key in keys:
        order[columns[key]].append(key)
    links: dict[Place, list[tuple[Place, float]]] = {}
    for line, path in zip(lines, paths, strict=True):
        for place_ in path[1:-1]:
            order[place_[1]].append(place_)  # type: ignore[index]
        for one, other in pairwise(path):
            links.setdefault(one, []).append((other, line.weight))
            links.setdefault(other, []).append((one, line.weight))
    best, fewest = [list(column) for column in order], _crossings(order, links)
    for sweep in range(SWEEPS):
        numbers = range(len(order)) if sweep % 2 == 0 else range(len(order) - 1, -1, -1)
        for number in numbers:
            _sort(order, number, links, both=sweep % 4 > 1)
        _swap(order, links)
        if (count := _crossings(order, links)) < fewest:
            best, fewest = [list(column) for column in order], count
    return best


def _sort(
    order: list[list[Place]], number: int, links: dict[Place, list[tuple[Place, float]]], *, both: bool
) -> None:
    """Sort one column by the mean place of its neighbours, on one side or on both."""
    sides = [side for side in (number - 1, number + 1) if 0 <= side < len(order)]
    where = {item: i / max(1, len(order[side]) - 1) for side in sides for i, item in enumerate(order[side])}
    if not both and sides:
        chosen = set(order[sides[0]])
        where = {item: at for item, at in where.items() if item in chosen}
    length = max(1, len(order[number]) - 1)

    def mean(item: Place) -> float:
        near = [(where[other], weight) for other, weight in links.get(item, []) if other in where]
        total = sum(weight for _, weight in near)
        return sum(at * weight for at, weight in near) / total if near else order[number].index(item) / length

    means = {item: mean(item) for item in order[number]}
    order[number].sort(key=means.__getitem__)


def _swap(order: list[list[Place]], links: dict[Place, list[tuple[Place, float]]]) -> None:
    """Swap neighbours in a column where that takes away crossings."""
    where = {item: i for column in order for i, item in enumerate(column)}
    side = {item: number for number, column in enumerate(order) for item in column}
    for number, column in enumerate(order):
        changed = True
        while changed:
            changed = False
            for i in range(len(column) - 1):
                one, other = column[i], column[i + 1]
                now = later = 0.0
                for near in (number - 1, number + 1):
                    upper = [(where[n], w) for n, w in links.get(one, []) if side[n] == near]
                    lower = [(where[n], w) for n, w in links.get(other, []) if side[n] == near]
                    now += _crossed(upper, lower)
                    later += _crossed(lower, upper)
                if later < now:
                    column[i], column[i + 1] = other, one
                    where[one], where[other] = i + 1, i
                    changed = True


def _crossed(upper: Iterable[tuple[int, float]], lower: Sequence[tuple[int, float]]) -> float:
    """Count crossings of the lines of two neighbours, the first above the second."""
    return sum(one * other for at, one in upper for there, other in lower if at > there)


def _crossings(order: list[list[Place]], links: dict[Place, list[tuple[Place, float]]]) -> float:
    total = 0.0
    for column, following in pairwise(order):
        where = {item: i for i, item in enumerate(following)}
        ends = [[(where[n], w) for n, w in links.get(item, []) if n in where] for item in column]
        for i, lower in enumerate(ends):
            total += sum(_crossed(upper, lower) for upper in ends[:i])
    return total


def _heights(
    order: list[list[Place]], sizes: dict[str, Box], lines: Sequence[Line], paths: Sequence[list[Place]]
) -> dict[Place, float]:
    """Give each place its height: lines as level as can be, boxes apart from one another."""
    import numpy as np
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    number = {item: i for i, item in enumerate(item for column in order for item in column)}
    pieces = [
        (number[one], number[other], line.weight * _bend_weight(one, other))
        for line, path in zip(lines, paths, strict=True)
        for one, other in pairwise(path)
    ]
    apart = [
        (number[upper], number[lower], _reach(upper, sizes)[1] + _reach(lower, sizes)[0] + GAP)
        for column in order
        for upper, lower in pairwise(column)
    ]
    size = len(number)
    # Unknowns: heights, then for each piece of a line the difference of its ends, which is not less than ±.
    entries: list[tuple[int, int, float]] = []
    bounds: list[float] = []
    for i, (one, other, _) in enumerate(pieces):
        for sign in (1.0, -1.0):
            row = len(bounds)
            entries += [(row, one, sign), (row, other, -sign), (row, size + i, -1.0)]
            bounds.append(0.0)
    for upper, lower, distance in apart:
        row = len(bounds)
        entries += [(row, upper, 1.0), (row, lower, -1.0)]
        bounds.append(-distance)
    costs = np.array([1e-4] * size + [weight for _, _, weight in pieces])
    if not bounds:
        return dict.fromkeys(number, 0.0)
    rows, places, values = (list(part) for part in zip(*entries, strict=True))
    matrix = csr_array((values, (rows, places)), shape=(len(bounds), len(costs)))
    found: NDArray[np.float64] = linprog(costs, A_ub=matrix, b_ub=bounds, bounds=(0, None), method="highs").x
    return {item: float(found[i]) for item, i in number.items()}


def _bend_weight(one: Place, other: Place) -> float:
    crossing = sum(isinstance(item, tuple) for item in (one, other))
    return (1.0, 2.0, BEND_WEIGHT)[crossing]


def _reach(item: Place, sizes: dict[str, Box]) -> tuple[float, float]:
    """Give how far a place reaches up and down."""
    return (sizes[item].up, sizes[item].down) if isinstance(item, str) else (0.0, 0.0)


def _measured(
    order: list[list[Place]],
    sizes: dict[str, Box],
    columns: dict[str, int],
    heights: dict[Place, float],
    paths: Sequence[list[Place]],
    gap: float,
) -> Layout:
    """Set columns side by side and move everything to the corner."""
    layout = Layout(columns=columns)
    right = 0.0
    for column in order:
        width = max((sizes[item].width for item in column if isinstance(item, str)), default=0.0)
        layout.edges.append((right, right + width))
        right += width + gap
    layout.width = right - gap
    top = min(heights[key] - box.up for key, box in sizes.items())
    top = min(top, min(heights.values()))
    layout.y = {key: heights[key] - top for key in sizes}
    layout.x = {key: sum(layout.edges[columns[key]]) / 2 for key in sizes}
    layout.points = [
        [(item[1], heights[item] - top) for item in path[1:-1]]  # type: ignore[index]
        for path in paths
    ]
    lowest = max(layout.y[key] + box.down for key, box in sizes.items())
    layout.height = max([lowest, *(y for points in layout.points for _, y in points)])
    return layout
