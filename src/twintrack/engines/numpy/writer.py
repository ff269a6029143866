"""Writing one expression as Python source that runs under NumPy.

Every array in the generated code has the axes of its value and then, always last, the axis of runs (of length
one where all runs share the value). A value without axes may also be a Python number. Operands are aligned by
inserting axes of length one; axes missing in front need nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from twintrack.engines.state_names import StateNames
from twintrack.equations.functions import FUNCTIONS
from twintrack.equations.graph import Graph, Node
from twintrack.equations.operations import OPERATIONS
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Array,
    Expr,
    Index,
    Literal,
    LookupCall,
    Number,
    OwnValue,
    Reduce,
    Reference,
    StateValue,
    Time,
    Vector,
)
from twintrack.equations.subscripts import positions

_INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "equal": "==",
    "not_equal": "!=",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
}
_ARITHMETIC = frozenset({"add", "subtract", "multiply", "divide"})


@dataclass
class Writer:
    """Writes expressions of one graph.

    `name_of` gives the name or literal of a node; `states` knows the names of states; `constants` collects
    the module-level arrays and tables that the code needs, by their code; `used` the local names it reads.
    """

    graph: Graph
    name_of: Callable[[Node], str]
    states: StateNames
    constants: dict[str, str]
    used: set[str] = field(default_factory=set)

    def name(self, node: Node) -> str:
        """Give the name of a node and note that it is used."""
        name = self.name_of(node)
        self.used.add(name)
        return name

    def number(self, expression: Expr) -> str:
        """Give the code of an expression as a number."""
        code = self._code(expression)
        return f"where({code}, 1.0, 0.0)" if expression.logical else code

    def aligned(self, expression: Expr, axes: Sequence[str]) -> str:
        """Give the code of an expression as a number, its axes aligned to `axes`."""
        return align(self.number(expression), expression.axes, axes)

    def component(self, node: Node) -> str:
        """Give the code of a component, with all its axes present."""
        part = self.graph.equations.components[node.variable][max(node.part, 0)]
        assert part.expression is not None, "a lookup is no value"
        expression = part.expression
        code, axes, shape = self.number(expression), [*part.axes], part.shape
        if node.part < 0:
            # A variable with one component: an axis whose range has a single, named element must be put back.
            names = iter(part.axes)
            axes = [next(names) if isinstance(index, tuple) else f"#{i}" for i, index in enumerate(part.box)]
            shape = self.graph.equations.variables[node.variable].shape
        # One of several components is joined with others: a number must become an array.
        full = [*expression.axes] == axes and (node.part < 0 or bool(shape))
        return code if full else f"spread({align(code, expression.axes, axes)}, {shape})"

    def assembled(self, name: str) -> str:
        """Give the code of a variable that several components make up."""
        shape = self.graph.equations.variables[name].shape
        owner = np.reshape(self.graph.equations.owners[name], shape)
        return self._region(name, owner, [tuple(range(length)) for length in shape])

    def _region(self, name: str, owner: Array, places: list[tuple[int, ...]]) -> str:
        if (owner == owner.flat[0]).all():
            number = int(owner.flat[0])
            box = self.graph.equations.components[name][number].box
            return pick(self.name(Node(name, number)), box, places)
        for axis in range(owner.ndim):
            slices = np.moveaxis(owner, axis, 0)
            cuts = [i for i in range(1, len(slices)) if (slices[i] != slices[i - 1]).any()]
            if cuts:
                edges = [0, *cuts, len(slices)]
                pieces = []
                for start, stop in pairwise(edges):
                    part = np.take(owner, range(start, stop), axis)
                    inner = [*places[:axis], places[axis][start:stop], *places[axis + 1 :]]
                    pieces.append(self._region(name, part, inner))
                return f"join(({', '.join(pieces)}), {axis})"
        message = f"owners of {name} differ along no axis"
        raise AssertionError(message)

    # One method per kind of expression

    def _code(self, expression: Expr) -> str:
        match expression:
            case Number():
                return number_literal(expression.value)
            case Time():
                return "t"
            case Literal():
                return self._array(expression.values, expression.shape)
            case Reference():
                return self._reference(expression)
            case StateValue():
                return self._state_value(expression)
            case OwnValue():
                return self._state_value(StateValue(axes=expression.axes, state=expression.state))
            case Apply():
                return self._apply(expression)
            case Reduce():
                return self._reduce(expression)
            case LookupCall():
                return self._lookup(expression)
            case Vector():
                return self._vector(expression)
            case ActiveInitial():
                return self.aligned(
                    expression.initial if self.graph.initial else expression.active, expression.axes
                )
            case _:
                message = f"no code for {type(expression).__name__}"
                raise AssertionError(message)

    def truth(self, expression: Expr, axes: Sequence[str]) -> str:
        """Give the code of an expression as a truth value, its axes aligned to `axes`."""
        code = align(self._code(expression), expression.axes, axes)
        return code if expression.logical else f"({code} != 0.0)"

    def _array(self, values: Sequence[float], shape: Sequence[int]) -> str:
        return self._constant("A", f"array(({', '.join(map(repr, values))},), {tuple(shape)})")

    def _constant(self, letter: str, code: str) -> str:
        return self.constants.setdefault(code, f"{letter}{len(self.constants)}")

    def _reference(self, reference: Reference) -> str:
        if len(self.graph.nodes_of(reference)) > 1:
            return self._several(reference)
        node = self.graph.node_of(reference)
        components = self.graph.equations.components[reference.variable]
        shape = self.graph.equations.variables[reference.variable].shape
        box: Sequence[Index] = [tuple(range(length)) for length in shape]
        if node.part >= 0:
            box = components[node.part].box
        name = self.name(node)
        if not reference.indices:
            return name
        return self._ordered(reference, pick(name, box, reference.indices))

    def _several(self, reference: Reference) -> str:
        """Give the code of elements that several components define, without those that are not taken."""
        places = positions(reference.indices)
        shape = self.graph.equations.variables[reference.variable].shape
        owner = np.reshape(self.graph.equations.owners[reference.variable], shape)[np.ix_(*places)]
        code = self._region(reference.variable, owner, places)
        return self._ordered(reference, pick(code, places, reference.indices))

    @staticmethod
    def _ordered(reference: Reference, code: str) -> str:
        axes = list(reference.raw_axes)
        for axis in reference.axes:
            # One range at two places takes the elements that both have in common.
            while axes.count(axis) > 1:
                first = axes.index(axis)
                second = axes.index(axis, first + 1)
                code = f"diagonal({code}, {first}, {second})"
                del axes[second]
        order = [axes.index(axis) for axis in reference.axes]
        if order != sorted(order):
            return f"transpose({code}, {(*order, len(order))})"
        return code

    def _state_value(self, value: StateValue) -> str:
        if self.graph.initial:
            return self.name(Node("", value.state, value.part))
        name = self.states.read(value.state, value.part)
        self.used.add(name)
        if self.graph.equations.states[value.state].kind != "delay_fixed":
            return name
        size = self.states.orders[value.state]
        return f"ring_read_each({name}, i, {size})" if isinstance(size, tuple) else f"ring_read({name}, i)"

    def _apply(self, expression: Apply) -> str:
        function = FUNCTIONS[expression.function]
        args = [
            self.truth(arg, expression.axes)
            if place in function.truths
            else self.aligned(arg, expression.axes)
            for place, arg in enumerate(expression.args)
        ]
        if function.name in _INFIX:
            return _infix(function.name, *args)
        if function.timed:
            args += ["now", "h"]
        return f"f_{function.name}({', '.join(args)})"

    def _reduce(self, expression: Reduce) -> str:
        places = tuple(expression.arg.axes.index(axis) for axis in expression.reduced)
        return f"reduce_{expression.function}({self.number(expression.arg)}, {places})"

    def _vector(self, expression: Vector) -> str:
        args = [self.aligned(arg, expression.axes) for arg in expression.args]
        # Counted from the end, behind which the axis of runs stands.
        places = [str(expression.axes.index(axis) - len(expression.axes) - 1) for axis in expression.along]
        return f"{expression.function}({', '.join([*args, *places])})"

    def _lookup(self, expression: LookupCall) -> str:
        tables = [self.graph.equations.tables[number] for number in expression.tables]
        arg = self.aligned(expression.arg, expression.axes)
        plain = expression.mode in ("interpolate", "invert")
        if not expression.table_axes and plain:
            return f"lookup({arg}, {self._constant('T', f'table({tables[0].x!r}, {tables[0].y!r})')})"
        # Axes of the tables in the order of the result, one long where the argument alone has the axis.
        order = [
            expression.table_axes.index(axis) for axis in expression.axes if axis in expression.table_axes
        ]
        numbers = np.reshape(expression.tables, expression.shape).transpose(order)
        lengths = iter(numbers.shape)
        shape = tuple(next(lengths) if axis in expression.table_axes else 1 for axis in expression.axes)
        points = ", ".join(
            f"({t.x!r}, {t.y!r})" for t in (self.graph.equations.tables[n] for n in numbers.flat)
        )
        function = "lookup_array" if plain else f"lookup_{expression.mode}"
        return f"{function}({arg}, {self._constant('T', f'tables(({points},), {shape})')})"


def number_literal(value: float) -> str:
    """Give a number as source; negative ones in brackets, so that they can stand in any formula."""
    return f"({value!r})" if value < 0 else repr(value)


def _known(code: str) -> float | None:
    """Give the value of code that is a literal number, else None."""
    try:
        return float(code.removeprefix("(").removesuffix(")"))
    except ValueError:
        return None


def _infix(function: str, left: str, right: str) -> str:
    """Write an operation; arithmetic of literals is done here, so that exponents like 1/6 are literals."""
    one, other = _known(left), _known(right)
    if one is not None and other is not None and function in _ARITHMETIC:
        with np.errstate(all="ignore"):
            return number_literal(float(OPERATIONS[function](one, other)))
    return f"({left} {_INFIX[function]} {right})"


def align(code: str, axes: Sequence[str], target: Sequence[str]) -> str:
    """Insert axes of length one so that a value with `axes` broadcasts against `target`."""
    if not axes or tuple(axes) == tuple(target):
        return code
    first = min(list(target).index(axis) for axis in axes)
    parts = [":" if axis in axes else "None" for axis in target[first:]]
    return code if "None" not in parts else f"{code}[{', '.join(parts)}, :]"


def pick(code: str, box: Sequence[Index], wanted: Sequence[Index]) -> str:
    """Take elements of a value that covers `box`; both are given as positions on the variable's axes."""
    parts: list[str] = []
    takes: list[tuple[int, tuple[int, ...]]] = []
    kept = 0
    for have, want in zip(box, wanted, strict=True):
        if isinstance(have, int):
            if isinstance(want, tuple):
                parts.append("None")
                kept += 1
        elif isinstance(want, int):
            parts.append(str(have.index(want)))
        else:
            places = tuple(have.index(item) for item in want)
            parts.append(_slice(places, len(have)))
            if parts[-1] == ":" and places != tuple(range(len(have))):
                takes.append((kept, places))
            kept += 1
    if any(part != ":" for part in parts):
        code = f"{code}[{', '.join(parts)}, :]"
    for axis, places in takes:
        code = f"take({code}, {places}, {axis})"
    return code


def _slice(places: tuple[int, ...], length: int) -> str:
    """Give a slice where the positions follow one another, else ":" (and a take must follow)."""
    whole = places == tuple(range(length))
    if whole or places != tuple(range(places[0], places[0] + len(places))):
        return ":"
    return f"{places[0]}:{places[-1] + 1}"
