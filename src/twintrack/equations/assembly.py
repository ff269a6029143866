"""Putting a model together: left-hand sides first, then right-hand sides, kinds, time grid and constants."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.equations import calendar, conveyors, data_functions, markets, stateful
from twintrack.equations.clock import CONTROL_NAMES, Integration
from twintrack.equations.construct_table import CONSTRUCTS
from twintrack.equations.control import ClockReader
from twintrack.equations.cyclic_arrays import untangle
from twintrack.equations.expressions import Frame, Lowering
from twintrack.equations.graph import Graph
from twintrack.equations.meaning import meaning
from twintrack.equations.naming import Names
from twintrack.equations.parsing import Definition, Unread
from twintrack.equations.structure import (
    RUN_NUMBER,
    Array,
    Component,
    Equations,
    Expr,
    Index,
    Literal,
    LookupCall,
    Number,
    Reference,
    StateValue,
    Variable,
    walk,
)
from twintrack.equations.subscripts import Ranges, positions
from twintrack.errors import EquationError, raise_together

CLOCK = "time"
"""The name of what no model defines."""


def build_equations(
    definitions: Sequence[Definition],
    unread: Sequence[Unread],
    ranges: Ranges,
    file: str,
    settings: tuple[Integration, str] = ("euler", ""),
    base_date: tuple[int, int, int] = (2000, 1, 1),
) -> Equations:
    """Join the equations of a model, in the order of the file.

    `settings` are what `integration_of` reads in it, `base_date` is year, month and day at time 0. Raises
    EquationError with all faults.
    """
    assembly = _Assembly(definitions, ranges, file)
    assembly.frame.base_date = base_date
    assembly.frame.faults += [fault.error for fault in unread]
    assembly.frame.broken |= {assembly.frame.names.add(fault.name) for fault in unread}
    assembly.read_left_sides()
    assembly.read_right_sides()
    raise_together(assembly.frame.faults)
    equations = untangle(assembly.equations(*settings))
    for initial in (False, True):
        Graph(equations, initial=initial).check()
    conveyors.check_conveyors(equations)
    return replace(equations, hash=meaning(equations))


class _Assembly:
    """Holds what is known so far about each variable; see `build_equations` for the order of the steps."""

    def __init__(self, definitions: Sequence[Definition], ranges: Ranges, file: str) -> None:
        self.file = file
        self.frame = Frame(ranges, Names(), axes={})
        self.parts: dict[str, list[Definition]] = {}
        for definition in definitions:
            self.parts.setdefault(self.frame.names.add(definition.name), []).append(definition)
        self.frame.written |= {
            name: parts[0].tree
            for name, parts in self.parts.items()
            if len(parts) == 1 and not parts[0].subscripts
        }
        self.boxes: dict[str, list[tuple[Index, ...]]] = {}
        self.owners: dict[str, NDArray[np.int64]] = {}
        self.components: dict[str, tuple[Component, ...]] = {}
        self.moving: frozenset[str] = frozenset()
        """Control variables that change, which are computed as others are."""

    def _where(self, name: str, component: int = 0) -> str:
        return f"{self.file}:{self.parts[name][component].entry.line}"

    def _fault(self, name: str, message: str, construct: str = "", component: int = 0) -> None:
        where = self._where(name, component)
        self.frame.faults.append(EquationError(message, variable=name, construct=construct, where=where))

    # Left-hand sides

    def read_left_sides(self) -> None:
        """Find the axes of every variable, the box of every component and the tables of every lookup."""
        find = self.frame.ranges.names.find
        for name, parts in self.parts.items():
            if name == CLOCK:
                self._fault(name, "this is the clock of every model; give the variable another name")
            subscripts = [[find(item) for item in part.subscripts] for part in parts]
            if len({len(items) for items in subscripts}) > 1:
                self._fault(name, "its equations have different numbers of subscripts")
                continue
            try:
                axes = tuple(self.frame.ranges.axis(used) for used in zip(*subscripts, strict=True))
            except KeyError as error:
                if not {item for items in subscripts for item in items} & self.frame.broken:
                    self._fault(name, "no subscript range holds these", str(error.args[0]))
                continue
            self.frame.axes[name] = axes
            self.boxes[name] = [tuple(map(self.frame.ranges.index, axes, items)) for items in subscripts]
            self._own(name, parts)
        for name, parts in self.parts.items():
            if parts[0].kind == "lookup" and name in self.boxes:
                self._read_lookup(name, parts)
            elif name in self.boxes:
                data_functions.keep(self.frame, name, self.owners[name], parts)

    def _own(self, name: str, parts: Sequence[Definition]) -> None:
        """Find which component defines each element of a variable."""
        ranges = self.frame.ranges
        axes = self.frame.axes[name]
        owner = np.full(tuple(len(ranges.elements[axis]) for axis in axes), -1)
        for number, (box, part) in enumerate(zip(self.boxes[name], parts, strict=True)):
            mask = np.zeros(owner.shape, bool)
            mask[np.ix_(*positions(box))] = True
            for excluded in part.excepted:
                try:
                    named = [ranges.members(ranges.names.find(item)) for item in excluded]
                except KeyError as error:
                    self._fault(name, "no such subscript after :EXCEPT:", str(error.args[0]), number)
                else:  # what is not among the elements of the variable takes nothing away
                    pairs = zip((ranges.elements[axis] for axis in axes), named, strict=True)
                    places = [[items.index(item) for item in out if item in items] for items, out in pairs]
                    mask[np.ix_(*places)] = False
            if (owner[mask] >= 0).any():
                self._fault(
                    name, "an element is defined twice", self._label(name, (owner >= 0) & mask), number
                )
            owner[mask] = number
        self.owners[name] = owner

    def _label(self, name: str, mask: NDArray[np.bool_]) -> str:
        """Name the first element of a mask."""
        cell = np.argwhere(mask)[0]
        names = [
            self.frame.ranges.elements[axis][i] for axis, i in zip(self.frame.axes[name], cell, strict=True)
        ]
        return f"{name}[{','.join(names)}]"

    def _read_lookup(self, name: str, parts: Sequence[Definition]) -> None:
        cells = self.frame.lookups.setdefault(name, {})
        for number, part in enumerate(parts):
            if type(part.tree).__name__ != "LookupsStructure":
                message = "lookups must be written in the model file"
                self._fault(name, message, "GET XLS LOOKUPS", number)
                continue
            try:
                table = self.frame.add_table(part.tree.x, part.tree.y)
            except ValueError as error:
                self._fault(name, str(error), "lookup", number)
                continue
            for cell in np.argwhere(self.owners[name] == number):
                cells[tuple(int(i) for i in cell)] = table

    # Right-hand sides

    def read_right_sides(self) -> None:
        """Lower the expression of every component."""
        self.frame.time_unit = calendar.unit_of(self.parts)
        self.frame.broken |= self.parts.keys() - self.frame.axes.keys()
        for name, parts in self.parts.items():
            if name in self.frame.broken:
                continue
            lowered = [self._component(name, number, part) for number, part in enumerate(parts)]
            self.components[name] = tuple(lowered)
        if self.frame.draws:
            self._add_run_number()
        if not self.frame.faults:
            markets.check_shapes(self.frame, self._numbers)
            self._check_elements()
            self._fill_gaps()

    def _add_run_number(self) -> None:
        """Add the constant that random numbers follow from; each of many runs is given another one."""
        first = next(iter(self.frame.draws))
        part = self.parts[first][0]
        entry = replace(part.entry, title=RUN_NUMBER, text=f"{RUN_NUMBER} = 0", units="", source="")
        self.parts[RUN_NUMBER] = [Definition(entry, RUN_NUMBER, (), (), 0, internal=True)]
        self.frame.axes[RUN_NUMBER], self.owners[RUN_NUMBER] = (), np.array(0)
        where = self._where(first)
        self.components[RUN_NUMBER] = (Component(RUN_NUMBER, (), (), (), Number(value=0.0), where),)

    def _component(self, name: str, number: int, part: Definition) -> Component:
        box = self.boxes[name][number]
        left = [self.frame.ranges.names.find(item) for item in part.subscripts]
        axes = tuple(item for item, index in zip(left, box, strict=True) if isinstance(index, tuple))
        shape = tuple(len(index) for index in box if isinstance(index, tuple))
        expression: Expr | None = None
        if len(set(axes)) < len(axes):
            self._fault(name, "one range stands twice on the left-hand side", ", ".join(axes), number)
        elif name in self.frame.lookups:
            pass  # its tables are read already
        elif type(part.tree).__name__ == "DataStructure":
            expression = Number(value=math.nan)
            self.frame.empty[name] = None
        else:
            where = self._where(name, number)
            lowering = Lowering(self.frame, CONSTRUCTS, name, axes, where)
            is_array = isinstance(part.tree, np.ndarray)
            expression = lowering.literal(part.tree) if is_array else _whole(lowering, part.tree, box)
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

    # Elements without an equation, which are no fault as long as nothing reads them

    def _check_elements(self) -> None:
        """Tell every reference to an element without an equation."""
        gaps = {name for name, owner in self.owners.items() if (owner < 0).any()}
        for name, parts in self.components.items() if gaps else ():
            for number, part in enumerate(parts):
                for found in walk(part.expression, self.frame.states):
                    if not isinstance(found, Reference | LookupCall) or found.variable not in gaps:
                        continue
                    taken = np.zeros(self.owners[found.variable].shape, bool)
                    taken[np.ix_(*positions(found.indices))] = True
                    taken &= self.owners[found.variable] < 0
                    if taken.any():
                        label = self._label(found.variable, taken)
                        self._fault(name, "an element has no equation", label, number)

    def _fill_gaps(self) -> None:
        """Give every element without an equation one that says that there is no value."""
        for name, owner in self.owners.items():
            gaps = np.argwhere(owner < 0)
            if len(gaps) and name not in self.frame.lookups:
                first = len(self.components[name])
                self.components[name] += tuple(
                    Component(
                        name,
                        tuple(map(int, cell)),
                        (),
                        (),
                        Number(value=np.nan),
                        self._where(name),
                        missing=True,
                    )
                    for cell in gaps
                )
                owner[tuple(gaps.T)] = range(first, first + len(gaps))

    # The whole

    def equations(self, integration: Integration, note: str) -> Equations:
        """Give the finished equations, without their digest."""
        frame = self.frame
        reader = ClockReader(self.components, self.owners, frame.states, frame.tables, self.file, frame.empty)
        clock = reader.clock()
        self.moving = clock.moving - {"final_time"}
        ending = self._followed("final_time") if "final_time" in clock.moving else ""
        variables = {name: self._variable(name) for name in self.parts}
        return Equations(
            path=self.file,
            hash="",
            time=replace(clock.grid, integration=integration),
            variables=variables,
            ranges=self.frame.ranges.elements,
            components=self.components,
            owners={name: tuple(int(i) for i in owner.ravel()) for name, owner in self.owners.items()},
            states=tuple(self.frame.states),
            tables=tuple(self.frame.tables),
            defaults={
                name: self._default(name) for name, known in variables.items() if known.kind == "constant"
            },
            ending=ending,
            empty=tuple(self.frame.empty),
            notes=tuple(filter(None, (note, *clock.grid.uneven))),
        )

    def _variable(self, name: str) -> Variable:
        parts = self.parts[name]
        entries = [part.entry for part in parts]
        axes = self.frame.axes[name]
        elements = tuple(self.frame.ranges.elements[axis] for axis in axes)
        return Variable(
            name=name,
            title=parts[0].name.strip('"') if parts[0].internal else entries[0].title,
            kind=self._kind(name),
            dims=axes,
            elements=elements,
            units=next((entry.units for entry in entries if entry.units), ""),
            documentation=" ".join(
                dict.fromkeys(entry.documentation for entry in entries if entry.documentation)
            ),
            source="; ".join(dict.fromkeys(entry.source for entry in entries if entry.source)),
            group=entries[0].group,
            equation="\n".join(entry.text for entry in entries),
            line=entries[0].line,
            element_titles=tuple(tuple(map(self.frame.ranges.title, names)) for names in elements),
            internal=parts[0].internal,
            limits=next((entry.limits for entry in entries if entry.limits), ()),
        )

    def _kind(self, name: str) -> str:
        if name in CONTROL_NAMES and name not in self.moving:
            return "control"
        if name in self.frame.lookups:
            return "lookup"
        parts = self.components[name]
        if all(_is_literal(part) for part in parts):
            return "constant"
        stock = any(
            isinstance(part.expression, StateValue)
            and self.frame.states[part.expression.state].kind == "integ"
            for part in parts
        )
        return "stock" if stock else "auxiliary"

    def _numbers(self, reference: Reference) -> list[float]:
        """Give the numbers that a reference takes, without those that follow from formulas."""
        name = reference.variable
        values = self._default(name)[np.ix_(*positions(reference.indices))]
        return [float(value) for value in values.ravel() if value == value]

    def _default(self, name: str) -> Array:
        values = np.empty(self.owners[name].shape)
        for number, part in enumerate(self.components[name]):
            expression = part.expression
            literal = (
                expression.values if isinstance(expression, Literal) else getattr(expression, "value", np.nan)
            )
            block = np.broadcast_to(np.reshape(literal, part.shape if np.ndim(literal) else ()), part.shape)
            places = positions(part.box)
            full = block.reshape(tuple(len(items) for items in places))
            mask = self.owners[name][np.ix_(*places)] == number
            target = values[np.ix_(*places)]
            values[np.ix_(*places)] = np.where(mask, full, target)
        return values

    def _followed(self, name: str) -> str:
        """Add an internal variable with the equation of a control variable, and give its name."""
        copy = f"{name}_now"
        while copy in self.parts:
            copy += "_"
        self.parts[copy] = [replace(part, name=copy, internal=True) for part in self.parts[name]]
        self.components[copy] = tuple(replace(part, variable=copy) for part in self.components[name])
        self.frame.axes[copy], self.owners[copy] = self.frame.axes[name], self.owners[name]
        return copy


def _whole(lowering: Lowering, tree: Any, box: tuple[Index, ...]) -> Expr:
    """Give the expression of a whole right-hand side, `box` being the elements on the left."""
    if type(tree).__name__ == "SampleIfTrueStructure":
        return stateful.sample_of_itself(lowering, tree, box)
    return lowering.lower(tree)


def _is_literal(part: Component) -> bool:
    expression = part.expression
    return isinstance(expression, Number) or (
        isinstance(expression, Literal) and expression.axes == part.axes
    )
