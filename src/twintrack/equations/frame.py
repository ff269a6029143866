"""Putting a model together: left-hand sides first, then right-hand sides, kinds, time grid and constants."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.expressions import Frame, Lowering
from twintrack.equations.faults import raise_together
from twintrack.equations.graph import Graph
from twintrack.equations.source import Entry
from twintrack.equations.structure import (
    CONTROL_NAMES,
    Apply,
    Array,
    Component,
    Equations,
    Expr,
    Index,
    Literal,
    Number,
    Reference,
    StateValue,
    TimeGrid,
    Variable,
)
from twintrack.equations.subscripts import Ranges
from twintrack.errors import EquationError, InputError
from twintrack.names import snake


def build_equations(section: Any, entries: list[Entry], file: str, digest: str) -> Equations:
    """Join PySD's abstract section with the scanned entries. Raises EquationError with all faults."""
    builder = _Builder(section, entries, file)
    builder.read_left_sides()
    raise_together(builder.frame.faults)
    builder.read_right_sides()
    raise_together(builder.frame.faults)
    equations = builder.equations(digest)
    for initial in (False, True):
        Graph(equations, initial=initial).check()
    return equations


class _Builder:
    """Holds what is known so far about each variable; see `build_equations` for the order of the steps."""

    def __init__(self, section: Any, entries: list[Entry], file: str) -> None:
        self.file = file
        self.elements = {snake(element.name): element for element in section.elements}
        self.frame = Frame(_ranges(section), axes={})
        self.entries: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            self.entries[entry.name].append(entry)
        self.boxes: dict[str, list[tuple[Index, ...]]] = {}
        self.owners: dict[str, NDArray[np.int64]] = {}
        self.components: dict[str, tuple[Component, ...]] = {}
        titles = [element.name for element in section.elements]
        for name in self.elements:
            same = [title for title in titles if snake(title) == name]
            if len(same) > 1:
                self._fault(name, f"{len(same)} variables have this name in snake_case", " / ".join(same))

    def _where(self, name: str, component: int = 0) -> str:
        return f"{self.file}:{self.entries[name][component].line}"

    def _fault(self, name: str, message: str, construct: str = "", component: int = 0) -> None:
        where = self._where(name, component)
        self.frame.faults.append(EquationError(message, variable=name, construct=construct, where=where))

    # Left-hand sides

    def read_left_sides(self) -> None:
        """Find the axes of every variable, the box of every component and the tables of every lookup."""
        for name, element in self.elements.items():
            subscripts = [[snake(item) for item in part.subscripts[0]] for part in element.components]
            if len({len(items) for items in subscripts}) > 1:
                self._fault(name, "its equations have different numbers of subscripts")
                continue
            try:
                axes = tuple(self.frame.ranges.axis(used) for used in zip(*subscripts, strict=True))
            except KeyError as error:
                self._fault(name, "no subscript range holds these", str(error.args[0]))
                continue
            self.frame.axes[name] = axes
            self.boxes[name] = [tuple(map(self.frame.ranges.index, axes, items)) for items in subscripts]
            self._own(name, element.components)
        for name, element in self.elements.items():
            if element.components[0].type == "Lookup" and name in self.boxes:
                self._read_lookup(name, element.components)

    def _own(self, name: str, parts: list[Any]) -> None:
        """Find which component defines each element of a variable."""
        ranges = self.frame.ranges
        axes = self.frame.axes[name]
        owner = np.full(tuple(len(ranges.elements[axis]) for axis in axes), -1)
        for number, (box, part) in enumerate(zip(self.boxes[name], parts, strict=True)):
            mask = np.zeros(owner.shape, bool)
            mask[np.ix_(*_lists(box))] = True
            for excluded in part.subscripts[1]:
                try:
                    hidden = tuple(map(ranges.index, axes, map(snake, excluded)))
                except KeyError as error:
                    self._fault(name, "no such subscript after :EXCEPT:", str(error.args[0]), number)
                else:
                    mask[np.ix_(*_lists(hidden))] = False
            if (owner[mask] >= 0).any():
                self._fault(
                    name, "an element is defined twice", self._label(name, (owner >= 0) & mask), number
                )
            owner[mask] = number
        if (owner < 0).any():
            self._fault(name, "an element has no equation", self._label(name, owner < 0))
        self.owners[name] = owner

    def _label(self, name: str, mask: NDArray[np.bool_]) -> str:
        """Name the first element of a mask."""
        cell = np.argwhere(mask)[0]
        names = [
            self.frame.ranges.elements[axis][i] for axis, i in zip(self.frame.axes[name], cell, strict=True)
        ]
        return f"{name}[{','.join(names)}]"

    def _read_lookup(self, name: str, parts: list[Any]) -> None:
        cells = self.frame.lookups.setdefault(name, {})
        for number, part in enumerate(parts):
            if type(part.ast).__name__ != "LookupsStructure":
                self._fault(
                    name, "lookups must be written in the model file", type(part.ast).__name__, number
                )
                continue
            try:
                table = self.frame.add_table(part.ast.x, part.ast.y)
            except ValueError as error:
                self._fault(name, str(error), "lookup", number)
                continue
            for cell in np.argwhere(self.owners[name] == number):
                cells[tuple(int(i) for i in cell)] = table

    # Right-hand sides

    def read_right_sides(self) -> None:
        """Lower the expression of every component."""
        for name, element in self.elements.items():
            parts = []
            for number, part in enumerate(element.components):
                parts.append(self._component(name, number, part))
            self.components[name] = tuple(parts)

    def _component(self, name: str, number: int, part: Any) -> Component:
        box = self.boxes[name][number]
        left = [snake(item) for item in part.subscripts[0]]
        axes = tuple(item for item, index in zip(left, box, strict=True) if isinstance(index, tuple))
        shape = tuple(len(index) for index in box if isinstance(index, tuple))
        expression: Expr | None = None
        if len(set(axes)) < len(axes):
            self._fault(name, "one range stands twice on the left-hand side", ", ".join(axes), number)
        elif name in self.frame.lookups:
            pass  # its tables are read already
        elif part.type == "Data":
            self._fault(name, "data variables are not understood; give a dated series instead", ":=", number)
        else:
            lowering = Lowering(self.frame, name, axes, self._where(name, number))
            is_array = isinstance(part.ast, np.ndarray)
            expression = lowering.literal(part.ast) if is_array else lowering.lower(part.ast)
            extra = [axis for axis in expression.axes if axis not in axes]
            if extra and not self.frame.faults:
                self._fault(
                    name, "a marked subscript is left over; reduce it with SUM or its like", extra[0], number
                )
        table = self._table(name, number) if name in self.frame.lookups else None
        return Component(name, box, axes, shape, expression, self._where(name, number), table)

    def _table(self, name: str, number: int) -> int | None:
        """Give the table of one equation of a lookup; every cell that the equation defines has the same."""
        cells = self.frame.lookups[name]
        return next((cells[cell] for cell in cells if self.owners[name][cell] == number), None)

    # The whole

    def equations(self, digest: str) -> Equations:
        """Give the finished equations."""
        variables = {name: self._variable(name) for name in self.elements}
        return Equations(
            path=self.file,
            hash=digest,
            time=self._time(),
            variables=variables,
            ranges=self.frame.ranges.elements,
            components=self.components,
            owners={name: tuple(int(i) for i in owner.ravel()) for name, owner in self.owners.items()},
            states=tuple(self.frame.states),
            tables=tuple(self.frame.tables),
            defaults={
                name: self._default(name) for name, known in variables.items() if known.kind == "constant"
            },
        )

    def _variable(self, name: str) -> Variable:
        entries = self.entries[name]
        axes = self.frame.axes[name]
        return Variable(
            name=name,
            title=entries[0].title,
            kind=self._kind(name),
            dims=axes,
            elements=tuple(self.frame.ranges.elements[axis] for axis in axes),
            units=next((entry.units for entry in entries if entry.units), ""),
            documentation=" ".join(
                dict.fromkeys(entry.documentation for entry in entries if entry.documentation)
            ),
            source="; ".join(dict.fromkeys(entry.source for entry in entries if entry.source)),
            group=entries[0].group,
            equation="\n".join(entry.text for entry in entries),
            line=entries[0].line,
        )

    def _kind(self, name: str) -> str:
        if name in CONTROL_NAMES:
            return "control"
        if name in self.frame.lookups:
            return "lookup"
        expressions = [part.expression for part in self.components[name]]
        if all(isinstance(expression, Number | Literal) for expression in expressions):
            return "constant"
        stock = any(
            isinstance(expression, StateValue) and self.frame.states[expression.state].kind == "integ"
            for expression in expressions
        )
        return "stock" if stock else "auxiliary"

    def _default(self, name: str) -> Array:
        values = np.empty(self.owners[name].shape)
        for number, part in enumerate(self.components[name]):
            expression = part.expression
            literal = (
                expression.values if isinstance(expression, Literal) else getattr(expression, "value", np.nan)
            )
            block = np.broadcast_to(np.reshape(literal, part.shape if np.ndim(literal) else ()), part.shape)
            lists = _lists(part.box)
            full = block.reshape(tuple(len(items) for items in lists))
            mask = self.owners[name][np.ix_(*lists)] == number
            target = values[np.ix_(*lists)]
            values[np.ix_(*lists)] = np.where(mask, full, target)
        return values

    def _time(self) -> TimeGrid:
        missing = [name for name in CONTROL_NAMES if name not in self.components]
        if missing:
            raise EquationError("this control variable is missing", variable=missing[0], where=self.file)
        initial, final, step, save_step = (self._static(name, name) for name in CONTROL_NAMES)
        try:
            return TimeGrid(initial, final, step, save_step).check()
        except InputError as error:
            raise EquationError(str(error), variable="time_step", where=self._where("time_step")) from error

    def _static(self, name: str, control: str) -> float:
        """Evaluate a control variable, which may refer to constants and other control variables."""
        expression = self.components[name][0].expression
        return self._evaluate(expression, control)

    def _evaluate(self, expression: Expr | None, control: str) -> float:
        if isinstance(expression, Number):
            return expression.value
        if isinstance(expression, Reference) and not expression.indices and expression.variable != control:
            return self._static(expression.variable, control)
        if isinstance(expression, Apply) and expression.function in _ARITHMETIC:
            return float(
                _ARITHMETIC[expression.function](*(self._evaluate(arg, control) for arg in expression.args))
            )
        message = "a control variable must be computed from numbers and constants with + - * /"
        raise EquationError(message, variable=control, where=self._where(control))


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
}


def _lists(box: tuple[Index, ...]) -> list[tuple[int, ...]]:
    return [index if isinstance(index, tuple) else (index,) for index in box]


def _ranges(section: Any) -> Ranges:
    from pysd.builders.python.subscripts import SubscriptManager

    manager = SubscriptManager(section.subscripts, section.path.parent)
    return Ranges(manager.subscripts, manager.subranges, manager.mapping)
