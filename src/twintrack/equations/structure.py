"""What a translated model is made of: variables, components, states and their expressions.

Everything here is plain data, which `twintrack.plain_data` can keep; PySD's own classes appear nowhere. An
expression knows its axes: names of subscript ranges as they are written in the equation, with a trailing `!`
for those that SUM and its like reduce. Within one component all axes follow one order, so that aligning two
operands needs only the insertion of axes of length one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.clock import TimeGrid
from twintrack.errors import EquationError
from twintrack.names import join_element, suggest

Array = NDArray[np.float64]

RUN_NUMBER = "run:number"
"""The internal constant of a model with random functions that tells one run from another."""
NA = -(2.0**109)
"""The number that stands for what is missing, `:NA:`; Vensim's own."""

Index = int | tuple[int, ...]
"""What a reference takes of one axis of a variable: one element, or several in order."""


@dataclass(frozen=True)
class Expr:
    """Base of all expressions. `axes`: the named axes of the value. `logical`: it is a truth value."""

    axes: tuple[str, ...] = ()
    logical: bool = False

    inner: ClassVar[tuple[str, ...]] = ()
    """The fields that hold expressions."""

    @property
    def children(self) -> tuple[Expr, ...]:
        """The expressions directly inside this one."""
        found: list[Expr] = []
        for name in self.inner:
            value = getattr(self, name)
            found += value if isinstance(value, tuple) else [value]
        return tuple(found)

    def mapped(self, change: Callable[[Expr], Expr], **fields: Any) -> Self:
        """Give this expression with its children changed, and other values of some fields."""
        for name in self.inner:
            value = getattr(self, name)
            fields[name] = tuple(map(change, value)) if isinstance(value, tuple) else change(value)
        return replace(self, **fields) if fields else self


@dataclass(frozen=True)
class Number(Expr):
    """A literal number."""

    value: float = 0.0


@dataclass(frozen=True)
class Literal(Expr):
    """A literal array; `values` flat in C order over `shape`, one length per axis."""

    values: tuple[float, ...] = ()
    shape: tuple[int, ...] = ()


@dataclass(frozen=True)
class Time(Expr):
    """The current time."""


@dataclass(frozen=True)
class Reference(Expr):
    """The value of another variable: `indices` has an entry per axis, `raw_axes` names the kept axes.

    A name twice in `raw_axes` takes the diagonal. With `apart` it needs only the equations of the elements it
    takes, not the whole variable.
    """

    variable: str = ""
    indices: tuple[Index, ...] = ()
    raw_axes: tuple[str, ...] = ()
    apart: bool = False


@dataclass(frozen=True)
class StateValue(Expr):
    """The current value of a synthetic state; `part` chooses the stage: "last", "time" or "value"."""

    state: int = 0
    part: str = "last"


@dataclass(frozen=True)
class OwnValue(Expr):
    """The value of a state among its own inputs; whoever follows these meets it as an end."""

    state: int = 0


@dataclass(frozen=True)
class Apply(Expr):
    """A function or operator of the table in `functions`, applied element by element."""

    function: str = ""
    args: tuple[Expr, ...] = ()

    inner: ClassVar[tuple[str, ...]] = ("args",)


@dataclass(frozen=True)
class Reduce(Expr):
    """SUM, PROD, VMIN or VMAX over the axes `reduced` of the argument."""

    function: str = ""
    arg: Expr = field(default_factory=Expr)
    reduced: tuple[str, ...] = ()

    inner: ClassVar[tuple[str, ...]] = ("arg",)


@dataclass(frozen=True)
class Vector(Expr):
    """A function of whole vectors (sorting, allocation, matrices): it works along the axes `along`."""

    function: str = ""
    args: tuple[Expr, ...] = ()
    along: tuple[str, ...] = ()

    inner: ClassVar[tuple[str, ...]] = ("args",)


@dataclass(frozen=True)
class LookupCall(Expr):
    """Tables applied to an argument: `tables` flat over `shape`, whose axes are `table_axes`.

    `variable` is the lookup's name, empty for WITH LOOKUP; `indices` says what is taken of each of its axes.
    `mode` says what is found between and beyond the points: "interpolate" (the ends are held), "extrapolate",
    "forward" (the next point), "backward" (the last one), or "invert" (as "interpolate", `tables` being those
    of the lookup with x and y exchanged).
    """

    variable: str = ""
    tables: tuple[int, ...] = ()
    shape: tuple[int, ...] = ()
    table_axes: tuple[str, ...] = ()
    arg: Expr = field(default_factory=Expr)
    indices: tuple[Index, ...] = ()
    mode: str = "interpolate"

    inner: ClassVar[tuple[str, ...]] = ("arg",)


@dataclass(frozen=True)
class ActiveInitial(Expr):
    """`active` while the model runs, `initial` while initial values are computed."""

    active: Expr = field(default_factory=Expr)
    initial: Expr = field(default_factory=Expr)

    inner: ClassVar[tuple[str, ...]] = ("active", "initial")


@dataclass(frozen=True)
class Table:
    """The points of a lookup, x ascending; values outside are those at the ends.

    Where an x is repeated, the value jumps: at x it is the first of them, and beyond it the last.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class State:
    """One stateful construct (INTEG, SMOOTH, DELAY, ...) as a state of its own.

    `initial` is the initial value of every stage; `inputs` holds the expressions by role (flow, input, time,
    order, condition, lead). Kinds are those of `states.STATES`.
    """

    kind: str
    variable: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    initial: Expr
    inputs: Mapping[str, Expr]
    where: str


def walk(expression: Expr | None, states: Sequence[State] = ()) -> Iterator[Expr]:
    """Yield an expression and all its parts; with `states` also those of the states that it reads."""
    pending = [] if expression is None else [expression]
    while pending:
        item = pending.pop()
        yield item
        inner = list(item.children)
        if isinstance(item, StateValue) and states:
            state = states[item.state]
            inner += [*state.inputs.values(), state.initial]
        pending += reversed(inner)


@dataclass(frozen=True)
class Component:
    """One equation of a variable: the box of elements it defines, and its right-hand side.

    `box` has one Index per axis of the variable: a number where the left-hand side names an element. `axes`
    and `shape` describe the value (the positions of `box` that are not numbers). A lookup has no expression
    but the number of its `table`. `missing` tells that the file has no equation for this element.
    """

    variable: str
    box: tuple[Index, ...]
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    expression: Expr | None
    where: str
    table: int | None = None
    missing: bool = False

    def place(self, cell: Sequence[int]) -> tuple[int, ...]:
        """Give where in the value an element of the variable stands."""
        pairs = zip(self.box, cell, strict=True)
        return tuple(have.index(at) for have, at in pairs if isinstance(have, tuple))


@dataclass(frozen=True)
class Variable:
    """A variable of the model as users see it. `elements` holds the element names of each axis.

    `element_titles` are the same names as the file writes them. `internal` tells that the variable belongs to
    the call of a macro, which users do not see. `limits` are the lowest and the highest value and the step of
    a slider, None where the file leaves them open.
    """

    name: str
    title: str
    kind: str
    dims: tuple[str, ...]
    elements: tuple[tuple[str, ...], ...]
    units: str
    documentation: str
    source: str
    group: str
    equation: str
    line: int
    element_titles: tuple[tuple[str, ...], ...] = ()
    internal: bool = False
    limits: tuple[float | None, ...] = ()

    @property
    def titles(self) -> list[str]:
        """Names of all elements as the file writes them, in C order: "Income", or "Income[North,Young]"."""
        return [join_element(self.title, combination) for combination in product(*self.element_titles)]

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """Number of elements per axis; () for a variable without subscripts."""
        return tuple(len(names) for names in self.elements)

    @property
    def labels(self) -> list[str]:
        """Names of all elements in C order: "x", or "x[a,b]"."""
        return [join_element(self.name, combination) for combination in product(*self.elements)]


@dataclass(frozen=True)
class Equations:
    """A translated model. Made by `load_equations`; see `structure` for the parts."""

    path: str
    hash: str
    """Digest of what the equations mean; see `meaning`."""
    time: TimeGrid
    variables: dict[str, Variable]
    ranges: dict[str, tuple[str, ...]]
    components: dict[str, tuple[Component, ...]]
    owners: dict[str, tuple[int, ...]]
    """For each variable, the number of the component that defines each element, in C order."""
    states: tuple[State, ...]
    tables: tuple[Table, ...]
    defaults: dict[str, Array]
    """Values of all constants, shape = that of the variable (float64)."""
    ending: str = ""
    """The internal variable that follows a FINAL TIME which changes; the clock has its first value."""
    empty: tuple[str, ...] = ()
    """What the file has no numbers for: each run must be given some."""
    notes: tuple[str, ...] = ()
    """What is done in another way than the file says, a sentence each."""

    @property
    def numbered(self) -> str:
        """Name what compiled code follows from: the meaning, and the order in which states are numbered."""
        return f"{self.hash} {' '.join(state.variable for state in self.states)}"

    def expressions(self) -> Iterator[Expr]:
        """Yield the expressions of all components and states."""
        for parts in self.components.values():
            yield from (part.expression for part in parts if part.expression is not None)
        for state in self.states:
            yield from (state.initial, *state.inputs.values())

    def causes(self, name: str) -> tuple[str, ...]:
        """Give the variables that the equation of `name` refers to, in order, without itself."""
        return self._links[0][self._known(name)]

    def uses(self, name: str) -> tuple[str, ...]:
        """Give the variables whose equations refer to `name`, in the order of the file."""
        return self._links[1][self._known(name)]

    @cached_property
    def _links(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        causes = {name: tuple(self._referenced(name)) for name in self.variables}
        uses: dict[str, list[str]] = {name: [] for name in self.variables}
        for name, others in causes.items():
            for other in others:
                uses[other].append(name)
        return causes, {name: tuple(others) for name, others in uses.items()}

    def _known(self, name: str) -> str:
        if name not in self.variables:
            raise EquationError(f"no variable of this name{suggest(name, self.variables)}", variable=name)
        return name

    def _referenced(self, name: str) -> dict[str, None]:
        found: dict[str, None] = {}
        for part in self.components[name]:
            for item in walk(part.expression, self.states):
                if isinstance(item, Reference | LookupCall) and item.variable:
                    found.setdefault(item.variable)
        found.pop(name, None)
        return found
