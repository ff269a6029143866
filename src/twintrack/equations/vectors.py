"""Functions of whole vectors and of lookups: selection, sorting, allocation, matrices, inverse lookups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from twintrack.equations.constructs import VECTORS
from twintrack.equations.expressions import Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.structure import NA, Expr, Literal, LookupCall, Number, Reduce, Reference, Vector
from twintrack.names import suggest


def function(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give one of the functions of whole vectors."""
    shown = spoken(name)
    needed = len(VECTORS[name].arguments)
    if len(trees) != needed:
        message = f"{needed} arguments are needed, {len(trees)} are given"
        return lowering.fault(message, shown)
    if name == "vector_select":
        return _select(lowering, [lowering.lower(tree) for tree in trees])
    if name == "vector_elm_map":
        return _element_map(lowering, trees[0], lowering.lower(trees[1]))
    matrix = name == "invert_matrix"
    taken = [_square(lowering, trees[0])] if matrix else trees
    args = tuple(lowering.lower(tree) for tree in taken)
    ordered = args[-1] if name == "vector_reorder" else args[0]
    dimensions = 2 if matrix else 1
    along = own_axes(ordered)[-dimensions:]
    if len(along) < dimensions:
        return lowering.fault("the argument has too few subscripts", shown)
    if matrix and lowering.size_of(along[0]) != lowering.size_of(along[1]):
        return lowering.fault("the matrix has not as many rows as columns", shown)
    if len(set(along)) < len(along):
        return lowering.fault("one range stands twice; use a second range as its copy", shown)
    return vector(lowering, name, args, along)


def _square(lowering: Lowering, tree: Any) -> Any:
    """Name the rows and columns of a matrix, where one range stands for both, as the left-hand side does."""
    written = tree.subscripts.subscripts if getattr(tree, "subscripts", None) else ()
    keys = [lowering.frame.ranges.names.find(item) for item in written[-2:]]
    elements, named = lowering.frame.ranges.elements, lowering.left[-2:]
    if len(keys) < 2 or keys[0] != keys[1] or len(named) < 2:
        return tree
    if any(set(elements[axis]) != set(elements.get(keys[0], ())) for axis in named):
        return tree
    return replace(tree, subscripts=replace(tree.subscripts, subscripts=(*written[:-2], *named)))


def vector(lowering: Lowering, name: str, args: tuple[Expr, ...], along: Sequence[str]) -> Expr:
    """Give a function of whole vectors with the axes of all its arguments."""
    axes = lowering.sorted_axes([axis for arg in args for axis in arg.axes])
    return Vector(axes=axes, function=name, args=args, along=tuple(along))


def own_axes(value: Expr) -> tuple[str, ...]:
    """Give the axes of a value in the order in which its subscripts are written, if they are."""
    return value.raw_axes if isinstance(value, Reference) else value.axes


def _element_map(lowering: Lowering, tree: Any, offset: Expr) -> Expr:
    """Give VECTOR ELM MAP: the element that lies so far behind the one that is named; beyond the ends, none.

    Where one subscript is an element, one moves along it, else along the last one.
    """
    name = lowering.frame.names.find(getattr(tree, "reference", ""))
    written = tree.subscripts.subscripts if getattr(tree, "subscripts", None) else ()
    if name in lowering.frame.broken:
        return Number(value=math.nan)
    if name not in lowering.frame.axes or not written:
        return lowering.fault("the first argument is no element of a variable", "VECTOR ELM MAP")
    indices, kept = lowering.pick(name, written)
    single = [place for place, index in enumerate(indices) if isinstance(index, int)]
    moved = single[0] if len(single) == 1 else len(indices) - 1
    index = indices[moved]
    if isinstance(index, int):
        start: Expr = Number(value=float(index))
    else:
        axis = kept[sum(isinstance(before, tuple) for before in indices[:moved])]
        start = Literal(axes=(axis,), values=tuple(map(float, index)), shape=(len(index),))
    place = lowering.apply("add", start, offset)
    found: Expr = Number(value=NA)
    for number, element in enumerate(lowering.frame.ranges.elements[lowering.frame.axes[name][moved]]):
        distance = lowering.apply("abs", lowering.apply("subtract", place, Number(value=float(number))))
        value = lowering.variable_value(name, [*written[:moved], element, *written[moved + 1 :]])
        near = lowering.apply("less", distance, Number(value=0.5))
        found = lowering.apply("if_then_else", near, value, found)
    return found


# What VECTOR SELECT does with the selected values, by its number: reduction, and what is reduced.
_ACTIONS = {
    0: ("sum", "product"),
    1: ("prod", "product"),
    2: ("vmin", "product"),
    3: ("vmax", "product"),
    4: ("mean", "product"),
    5: ("prod", "power"),
    6: ("sum", "value"),
    7: ("prod", "value"),
    8: ("vmin", "value"),
    9: ("vmax", "value"),
    10: ("mean", "value"),
}
_NEUTRAL = {"sum": 0.0, "prod": 1.0, "vmin": math.inf, "vmax": -math.inf}


def _select(lowering: Lowering, args: Sequence[Expr]) -> Expr:
    """Give VECTOR SELECT(selection, value, missing, action, error action) from simpler functions.

    The error action has no effect: where Vensim would stop, the value is what the action makes of it.
    """
    selection, value, missing, action = args[:4]
    marked = tuple(axis for axis in lowering.sorted_axes([*selection.axes, *value.axes]) if axis[-1] == "!")
    if not marked:
        return lowering.fault("nothing to select from: mark a subscript with !", "VECTOR SELECT")
    chosen = lowering.apply("not_equal", selection, Number(value=0.0))
    count = _reduced(lowering, "sum", chosen, Number(value=1.0), value, marked)
    if isinstance(action, Number):
        if action.value not in _ACTIONS:
            return lowering.fault("the numerical action is a number from 0 to 10", "VECTOR SELECT")
        found = _acted(lowering, int(action.value), (chosen, selection, value), count, marked)
    else:
        found = Number(value=math.nan)
        for number in _ACTIONS:
            this = lowering.apply("equal", lowering.apply("integer", action), Number(value=float(number)))
            acted = _acted(lowering, number, (chosen, selection, value), count, marked)
            found = lowering.apply("if_then_else", this, acted, found)
    nothing = lowering.apply("equal", count, Number(value=0.0))
    return lowering.apply("if_then_else", nothing, missing, found)


def _acted(
    lowering: Lowering, number: int, parts: tuple[Expr, Expr, Expr], count: Expr, marked: tuple[str, ...]
) -> Expr:
    reduction, kind = _ACTIONS[number]
    chosen, selection, value = parts
    if kind == "product":
        value = lowering.apply("multiply", selection, value)
    elif kind == "power":
        value = lowering.apply("power", value, selection)
    if reduction != "mean":
        return _reduced(lowering, reduction, chosen, value, value, marked)
    return lowering.apply("divide", _reduced(lowering, "sum", chosen, value, value, marked), count)


def _reduced(
    lowering: Lowering, reduction: str, chosen: Expr, value: Expr, shape: Expr, marked: tuple[str, ...]
) -> Expr:
    """Reduce the chosen values over all marked axes, `shape` having those that the choice lacks."""
    taken = lowering.apply("if_then_else", chosen, value, Number(value=_NEUTRAL[reduction]))
    if not set(marked) <= set(taken.axes):
        zero = lowering.apply("multiply", Number(value=0.0), shape)
        taken = lowering.apply("add", taken, zero)
    kept = tuple(axis for axis in taken.axes if axis not in marked)
    return Reduce(axes=kept, function=reduction, arg=taken, reduced=marked)


def lookup_function(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give a function whose first argument is a lookup."""
    shown = spoken(name)
    lookups = lowering.frame.lookups
    if len(trees) != 2:
        return lowering.fault(f"2 arguments are needed, {len(trees)} are given", shown)
    written = getattr(trees[0], "reference", str(trees[0]))
    table = lowering.frame.names.find(written)
    if table not in lookups:
        return lowering.fault(f"the first argument is no lookup{suggest(table, lookups)}", shown)
    subscripts, arg = trees[0].subscripts, lowering.lower(trees[1])
    mode = name.removeprefix("lookup_")
    if mode != "invert":
        return lowering.lookup(table, subscripts, arg, mode)
    call = lowering.lookup(table, subscripts, arg)
    return _inverted(lowering, call, shown) if isinstance(call, LookupCall) else call


def _inverted(lowering: Lowering, call: LookupCall, shown: str) -> Expr:
    """Exchange x and y of all tables; y must rise or fall everywhere."""
    numbers = []
    for number in call.tables:
        table = lowering.frame.tables[number]
        points = sorted(zip(table.y, table.x, strict=True))
        rising = [x for _, x in points] in (sorted(table.x), sorted(table.x, reverse=True))
        if not rising or len(set(table.y)) < len(table.y):
            return lowering.fault("the lookup must rise or fall everywhere", shown)
        numbers.append(lowering.frame.add_table([y for y, _ in points], [x for _, x in points]))
    return replace(call, tables=tuple(numbers), mode="invert")
