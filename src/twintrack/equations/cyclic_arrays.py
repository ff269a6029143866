"""Arrays whose elements use one another: their equations are taken apart, one for each element.

`cohort[later] = cohort[earlier] * survival` is one equation, and as one it would need itself. Only equations
of such a cycle, a strongly connected component of the graph, are taken apart, and only along the subscripts
that the cycle runs along; others stay arrays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np

from twintrack.equations.graph import Graph, Node
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Component,
    Equations,
    Expr,
    Index,
    Literal,
    LookupCall,
    Number,
    OwnValue,
    Reduce,
    Reference,
    State,
    StateValue,
    Time,
    Vector,
    walk,
)
from twintrack.equations.subscripts import positions
from twintrack.errors import EquationError

ComponentKey = tuple[str, int]
"""A component: its variable and its number."""

_MOST = 20_000
"""Equations that one equation may be taken apart into."""


def untangle(equations: Equations) -> Equations:
    """Give equations in which no component needs itself through other elements.

    What needs itself truly is left as it is. Raises EquationError for an array that is too large.
    """
    cycles: list[set[ComponentKey]] = []
    for initial in (False, True):
        graph = Graph(equations, initial=initial)
        for ring in _strongly_connected(graph):
            found = {
                (node.variable, max(node.part, 0))
                for node in ring
                if node.variable and (node.part >= 0 or len(equations.components[node.variable]) == 1)
            }
            touched = [cycle for cycle in cycles if cycle & found]
            cycles = [cycle for cycle in cycles if not cycle & found] + [found.union(*touched)] * bool(found)
    return _Splitter(equations, cycles).split() if cycles else equations


def _strongly_connected(graph: Graph) -> Iterator[list[Node]]:
    """Yield the strongly connected components: nodes that need one another (Tarjan, without recursion)."""
    number: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    stack: list[Node] = []
    on_stack: set[Node] = set()
    for root in graph.targets():
        path = [(root, iter(graph.needs(root)))] if root not in number else []
        for node, _ in path:
            number[node] = lowest[node] = len(number)
            stack.append(node)
            on_stack.add(node)
        while path:
            node, pending = path[-1]
            following = next((item for item in pending if item not in number or item in on_stack), None)
            if following is None:
                path.pop()
                if path:
                    before = path[-1][0]
                    lowest[before] = min(lowest[before], lowest[node])
                if lowest[node] == number[node]:
                    ring = [stack.pop()]
                    while ring[-1] != node:
                        ring.append(stack.pop())
                    on_stack.difference_update(ring)
                    if len(ring) > 1 or node in graph.needs(node):
                        yield ring
            elif following in number:
                lowest[node] = min(lowest[node], number[following])
            else:
                number[following] = lowest[following] = len(number)
                stack.append(following)
                on_stack.add(following)
                path.append((following, iter(graph.needs(following))))


class _Splitter:
    """Takes the components of cycles apart; `whole` are the axes along which each stays an array."""

    def __init__(self, equations: Equations, cycles: list[set[ComponentKey]]) -> None:
        self.equations = equations
        self.states = list(equations.states)
        self.whole = {part: self._whole_axes(cycle) for cycle in cycles for part in cycle}

    def _component(self, part: ComponentKey) -> Component:
        return self.equations.components[part[0]][part[1]]

    def _parts_of(self, expression: Expr | None) -> Iterator[Expr]:
        return walk(expression, self.equations.states)

    def _whole_axes(self, cycle: set[ComponentKey]) -> set[str]:
        """Give the axes along which every element of a cycle needs only its like."""
        whole = set.intersection(*(set(self._component(part).axes) for part in cycle))
        for part in cycle:
            for item in self._parts_of(self._component(part).expression):
                for other in cycle if isinstance(item, Reference) else ():
                    if isinstance(item, Reference) and other[0] == item.variable:
                        whole &= self._shared(item, self._component(other))
        return whole

    @staticmethod
    def _shared(reference: Reference, target: Component) -> set[str]:
        """Give the axes that a reference hands on to the same axes of a component."""
        names, own = iter(reference.raw_axes), iter(target.axes)
        found = set()
        for index, box in zip(reference.indices, target.box, strict=True):
            name = next(names) if isinstance(index, tuple) else ""
            axis = next(own) if isinstance(box, tuple) else ""
            if name and name == axis and index == box:
                found.add(name)
        return found

    def split(self) -> Equations:
        """Give the equations with the components of cycles taken apart."""
        components = dict(self.equations.components)
        owners = dict(self.equations.owners)
        for name in {name for name, _ in self.whole}:
            components[name], owners[name] = self._variable(name)
        return _without_unused(replace(self.equations, components=components, owners=owners), self.states)

    def _variable(self, name: str) -> tuple[tuple[Component, ...], tuple[int, ...]]:
        shape = self.equations.variables[name].shape
        before = np.reshape(self.equations.owners[name], shape)
        after = np.full(shape, -1)
        parts: list[Component] = []
        for number, part in enumerate(self.equations.components[name]):
            whole = self.whole.get((name, number))
            for piece in [part] if whole is None else self._pieces(part, whole):
                place = np.ix_(*positions(piece.box))
                mask = before[place] == number
                if mask.any() or not shape:
                    after[place] = np.where(mask, len(parts), after[place])
                    parts.append(piece)
        return tuple(parts), tuple(int(owner) for owner in after.ravel())

    def _pieces(self, part: Component, whole: set[str]) -> Iterator[Component]:
        """Yield the components of single elements that make up a component."""
        expression = part.expression
        assert expression is not None, "a lookup needs nothing"
        axes = [axis for axis in part.axes if axis not in whole]
        if any(
            isinstance(item, Vector) and set(item.along) & set(axes) for item in self._parts_of(expression)
        ):
            yield part
            return
        lengths = dict(zip(part.axes, part.shape, strict=True))
        if prod(lengths[axis] for axis in axes) > _MOST:
            message = f"its elements use one another, which is understood for up to {_MOST} elements"
            raise EquationError(message, variable=part.variable, where=part.where)
        for places in product(*(range(lengths[axis]) for axis in axes)):
            cell = _Cell(self.states, dict(zip(axes, places, strict=True)))
            box, kept = cell.indices(part.box, part.axes)
            shape = tuple(lengths[axis] for axis in kept)
            yield replace(part, box=box, axes=kept, shape=shape, expression=cell.at(expression))


class _Cell:
    """One element: gives expressions without the axes of `cell`, and adds states for it to `states`."""

    def __init__(self, states: list[State], cell: Mapping[str, int]) -> None:
        self.states = states
        self.cell = cell
        self._known: dict[int, int] = {}

    def _kept(self, axes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(axis for axis in axes if axis not in self.cell)

    def at(self, expression: Expr) -> Expr:
        """Give the expression at this element."""
        axes = self._kept(expression.axes)
        match expression:
            case Number() | Time():
                return expression
            case Literal():
                values = self._taken(expression.values, expression.shape, expression.axes)
                flat = tuple(float(value) for value in values.ravel())
                return Literal(axes, False, flat, values.shape) if axes else Number(value=flat[0])
            case Reference():
                indices, raw = self.indices(expression.indices, expression.raw_axes)
                return replace(expression, axes=axes, indices=indices, raw_axes=raw, apart=True)
            case StateValue():
                return replace(expression, axes=axes, state=self._state(expression.state))
            case OwnValue():
                return replace(expression, axes=axes, state=self._known[expression.state])
            case Apply() | Vector() | Reduce() | ActiveInitial():
                return expression.mapped(self.at, axes=axes)
            case LookupCall():
                tables = self._taken(expression.tables, expression.shape, expression.table_axes)
                indices, raw = self.indices(expression.indices, expression.table_axes)
                return expression.mapped(
                    self.at,
                    axes=axes,
                    tables=tuple(int(table) for table in tables.ravel()),
                    shape=tables.shape,
                    table_axes=raw,
                    indices=indices,
                )
        message = f"no element of {type(expression).__name__}"
        raise AssertionError(message)

    def _taken(self, values: tuple[float, ...], shape: tuple[int, ...], axes: tuple[str, ...]) -> np.ndarray:
        return np.reshape(values, shape)[tuple(self.cell.get(axis, slice(None)) for axis in axes)]

    def indices(
        self, indices: tuple[Index, ...], raw_axes: tuple[str, ...]
    ) -> tuple[tuple[Index, ...], tuple[str, ...]]:
        """Give what is taken of each axis at this element, and the axes that remain."""
        names = iter(raw_axes)
        found: list[Index] = []
        for index in indices:
            axis = next(names) if isinstance(index, tuple) else ""
            found.append(index[self.cell[axis]] if isinstance(index, tuple) and axis in self.cell else index)
        return tuple(found), self._kept(raw_axes)

    def _state(self, number: int) -> int:
        """Give the state of this element that stands for a state."""
        if number not in self._known:
            state = self.states[number]
            axes = self._kept(state.axes)
            lengths = dict(zip(state.axes, state.shape, strict=True))
            shape = tuple(lengths[axis] for axis in axes)
            place = self._known[number] = len(self.states)
            self.states.append(state)  # its inputs may follow from itself
            inputs = {role: self.at(value) for role, value in state.inputs.items()}
            initial = self.at(state.initial)
            self.states[place] = replace(state, axes=axes, shape=shape, initial=initial, inputs=inputs)
        return self._known[number]


def _without_unused(equations: Equations, states: list[State]) -> Equations:
    """Number the states that are used, and drop the others."""
    every = tuple(states)
    roots = [
        part.expression
        for parts in equations.components.values()
        for part in parts
        if part.expression is not None
    ]
    used = sorted(
        {item.state for root in roots for item in walk(root, every) if isinstance(item, StateValue)}
    )
    places = {state: place for place, state in enumerate(used)}

    def renumbered(expression: Expr) -> Expr:
        if isinstance(expression, StateValue | OwnValue):
            return replace(expression, state=places[expression.state])
        return expression.mapped(renumbered)

    return replace(
        equations,
        components={
            name: tuple(
                part if part.expression is None else replace(part, expression=renumbered(part.expression))
                for part in parts
            )
            for name, parts in equations.components.items()
        },
        states=tuple(
            replace(
                every[state],
                initial=renumbered(every[state].initial),
                inputs={role: renumbered(value) for role, value in every[state].inputs.items()},
            )
            for state in used
        ),
    )
