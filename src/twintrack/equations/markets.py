"""Allocation and markets: functions of curves, which the last subscript of an array describes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from twintrack.equations.constructs import VECTORS
from twintrack.equations.curves import SHAPES
from twintrack.equations.expressions import Call, Frame, Handler, Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.structure import Expr, Number, Reduce, Reference
from twintrack.equations.vectors import own_axes, vector

_UNSETTLED = {5.0: "constant elasticity", **dict.fromkeys(map(float, range(10, 16)), "in whole amounts")}
"""Shapes that Vensim's manual names without telling how they are computed."""
_PROFILE = 4
"""Numbers that describe a curve: its shape, its middle, its width, and one more."""


def _written(node: Any) -> tuple[str, ...]:
    return node.subscripts.subscripts if getattr(node, "subscripts", None) else ()


def _curve(lowering: Lowering, node: Any, shown: str) -> tuple[Expr, ...]:
    """Give shape, middle and width of a curve, whose last subscript goes over them from what is named on."""
    name, subscripts = lowering.frame.names.find(getattr(node, "reference", "")), _written(node)
    nothing = Number(value=math.nan)
    if name not in lowering.frame.axes or not subscripts:
        lowering.fault("a priority or curve with subscripts is needed", shown)
        return nothing, nothing, nothing
    names, elements = lowering.frame.ranges.names, lowering.frame.ranges.elements
    profile = elements[lowering.frame.axes[name][-1]]
    first = names.find(subscripts[-1].rstrip("! "))
    start = profile.index(first) if first in profile else 0
    taken = profile[start : start + _PROFILE]
    if len(taken) < _PROFILE:
        lowering.fault("a priority has four numbers", shown)
        return nothing, nothing, nothing
    parts = [lowering.variable_value(name, [*subscripts[:-1], element]) for element in taken]
    lowering.frame.shapes.append((lowering, shown, parts[0]))
    return parts[0], parts[1], parts[2]


def check_shapes(frame: Frame, numbers: Callable[[Reference], Sequence[float]]) -> None:
    """Tell curves of a shape that is not computed, where the file itself says what it is.

    `numbers` gives the numbers that a reference takes, as far as they are written in the file.
    """
    for lowering, shown, shape in frame.shapes:
        for number in numbers(shape):
            if number not in SHAPES:
                reason = _UNSETTLED.get(number, "which is none")
                lowering.fault(f"a curve of shape {number:g}, {reason}, is not computed; take 0 to 4", shown)
                break


def _whole(lowering: Lowering, node: Any, place: int, shown: str) -> Any:
    """Name all elements along a subscript, counted from the end, where the first of them is written."""
    name, subscripts = lowering.frame.names.find(getattr(node, "reference", "")), _written(node)
    if name not in lowering.frame.axes or len(subscripts) < -place:
        lowering.fault("the arguments are elements of arrays: write the first of each", shown)
        return math.nan
    along = f"{lowering.frame.axes[name][place]}!"
    everything = (*subscripts[:place], along, *subscripts[len(subscripts) + place + 1 :])
    return replace(node, subscripts=replace(node.subscripts, subscripts=everything))


def _at_price(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give what is asked for or supplied at a price."""
    quantity, price = lowering.lower(trees[0]), lowering.lower(trees[2])
    return lowering.apply(f"of_{name}", quantity, *_curve(lowering, trees[1], spoken(name)), price)


def _alloc_p(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    return lowering.apply(f"of_{name}", *map(lowering.lower, trees))


def _joined(lowering: Lowering, name: str, args: tuple[Expr, ...], along: Sequence[str]) -> Expr:
    """Give what all elements have in common."""
    found = vector(lowering, name, args, along)
    kept = tuple(axis for axis in found.axes if axis not in along)
    return Reduce(axes=kept, function="vmin", arg=found, reduced=tuple(along))


def _find_market_price(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    shown = spoken(name)
    whole = [_whole(lowering, tree, -1 if k % 2 == 0 else -2, shown) for k, tree in enumerate(trees)]
    if lowering.frame.faults:
        return Number(value=math.nan)
    demand, supply = lowering.lower(whole[0]), lowering.lower(whole[2])
    along = (own_axes(demand)[-1], own_axes(supply)[-1])
    if along[0] == along[1]:
        return lowering.fault("demand and supply have one range; use a second range as its copy", shown)
    curves = [_curve(lowering, tree, shown) for tree in (whole[1], whole[3])]
    count = Number(value=float(lowering.size_of(along[1])))
    return _joined(lowering, name, (demand, *curves[0], supply, *curves[1], count), along)


def _marketp(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    whole = [_whole(lowering, tree, -1, spoken(name)) for tree in trees[:2]]
    if lowering.frame.faults:
        return Number(value=math.nan)
    request, priority = map(lowering.lower, whole)
    rest = lowering.lower(trees[3]), lowering.lower(trees[4])
    return _joined(lowering, name, (request, priority, *rest), own_axes(request)[-1:])


def _allocate_by_priority(lowering: Lowering, node: Any) -> Expr:
    parts = (node.request, node.priority, node.width, node.supply)
    args = tuple(lowering.lower(part) for part in parts)
    along = own_axes(args[0])[-1:]
    if not along:
        return lowering.fault("the request needs a subscript", "ALLOCATE BY PRIORITY")
    return vector(lowering, "allocate_by_priority", args, along)


def _allocate_available(lowering: Lowering, node: Any) -> Expr:
    """Give ALLOCATE AVAILABLE; the priorities are an array whose last subscript goes over the profile."""
    request = lowering.lower(node.request)
    supply = lowering.lower(node.avail)
    along = own_axes(request)[-1:]
    if not along:
        return lowering.fault("a request with subscripts is needed", "ALLOCATE AVAILABLE")
    curve = _curve(lowering, node.pp, "ALLOCATE AVAILABLE")
    return vector(lowering, "allocate_available", (request, *curve, supply), along)


_BUILD: dict[str, Call] = {
    "alloc_p": _alloc_p,
    "demand_at_price": _at_price,
    "supply_at_price": _at_price,
    "find_market_price": _find_market_price,
    "marketp": _marketp,
}


def _call(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    needed = len(VECTORS[name].arguments)
    if len(trees) != needed:
        return lowering.fault(f"{needed} arguments are needed, {len(trees)} are given", spoken(name))
    return _BUILD[name](lowering, name, trees)


CALLS: dict[str, Call] = dict.fromkeys(_BUILD, _call)
"""What lowers each of these functions that is written as a call."""

HANDLERS: dict[str, Handler] = {
    "AllocateAvailableStructure": _allocate_available,
    "AllocateByPriorityStructure": _allocate_by_priority,
}
"""What lowers each kind of syntax tree."""
