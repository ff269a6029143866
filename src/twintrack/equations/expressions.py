"""From PySD's syntax trees to typed expressions with named axes.

A construct that is not understood becomes a fault that names the variable, the construct and the line; the
work goes on, so that all faults of a model are told at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial, reduce
from itertools import product
from typing import Any

from twintrack.equations.constructs import REDUCERS, REFUSED
from twintrack.equations.functions import CALLED, FUNCTIONS, OPERATORS
from twintrack.equations.naming import Names, spoken
from twintrack.equations.structure import (
    NA,
    ActiveInitial,
    Apply,
    Expr,
    Index,
    Literal,
    LookupCall,
    Number,
    Reduce,
    Reference,
    State,
    Table,
    Time,
)
from twintrack.equations.subscripts import Ranges, positions
from twintrack.errors import EquationError
from twintrack.names import snake, suggest

_UNREADABLE = {
    "GetLookupsStructure": "GET XLS LOOKUPS",
    "GetDataStructure": "GET XLS DATA",
    "GetConstantsStructure": "GET XLS CONSTANTS",
    "DataStructure": "data",
}
"""Constructs that read other files, where they cannot be read."""

_MODES = {"hold_backward": "backward", "look_forward": "forward", "extrapolate": "extrapolate"}
"""How data are read between their times, if not in a straight line, and lookups beyond their ends."""


Handler = Callable[["Lowering", Any], Expr]
"""Lowers one kind of syntax tree."""
Call = Callable[["Lowering", str, Sequence[Any]], Expr]
"""Lowers a call of a function by its name and its arguments."""


@dataclass
class Frame:
    """What the left-hand sides say, filled before any right-hand side is lowered.

    `names` finds variables by what is written. `axes`: the range that describes each axis of each variable.
    `written`: the syntax tree of each variable that has one equation and no subscripts.
    `lookups`: for each lookup variable, the table of each of its cells. `data`: for each variable with data
    of its own, the times and values of each of its cells. `tables`, `states` and `faults` grow while
    right-hand sides are lowered; `broken` are variables of which a fault is told already, `empty` those
    that must be given numbers. `draws` counts the random functions of each variable, and `shapes`
    are those of curves, with who tells what is wrong with them, and of which function. `base_date` is year,
    month and day at time 0, `time_unit` as it is written.
    """

    ranges: Ranges
    names: Names
    axes: dict[str, tuple[str, ...]]
    written: dict[str, Any] = field(default_factory=dict)
    lookups: dict[str, dict[tuple[int, ...], int]] = field(default_factory=dict)
    data: dict[str, dict[tuple[int, ...], tuple[tuple[float, ...], tuple[float, ...]]]] = field(
        default_factory=dict
    )
    tables: list[Table] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    empty: dict[str, None] = field(default_factory=dict)
    draws: dict[str, int] = field(default_factory=dict)
    shapes: list[tuple[Lowering, str, Reference]] = field(default_factory=list)
    faults: list[EquationError] = field(default_factory=list)
    base_date: tuple[int, int, int] = (2000, 1, 1)
    time_unit: str = ""

    def add_table(self, xs: Sequence[float], ys: Sequence[float]) -> int:
        """Store a lookup's points once, without repetitions, and give their number.

        Raises ValueError when x does not ascend.
        """
        points = dict.fromkeys((float(x), float(y)) for x, y in zip(xs, ys, strict=True))
        table = Table(tuple(x for x, _ in points), tuple(y for _, y in points))
        if any(right < left for left, right in zip(table.x, table.x[1:], strict=False)):
            message = "the x values of a lookup must ascend"
            raise ValueError(message)
        if table not in self.tables:
            self.tables.append(table)
        return self.tables.index(table)


@dataclass(frozen=True)
class Constructs:
    """What lowers constructs that have a way of their own: `trees` by their kind, `calls` by their name."""

    trees: Mapping[str, Handler]
    calls: Mapping[str, Call]


class Lowering:
    """Lowers the right-hand side of one component; `left` names the axes of its left-hand side."""

    def __init__(
        self,
        frame: Frame,
        constructs: Constructs,
        variable: str,
        left: Sequence[str],
        where: str,
    ) -> None:
        self.frame = frame
        self._calls = constructs.calls
        self.variable = variable
        self.left = tuple(left)
        self.where = where
        # Where a variable may ask for its own elements: which these are, and what stands for them.
        self.own: tuple[tuple[Index, ...], Callable[[Reference], Expr]] | None = None
        self._order = list(left)
        self._handlers: dict[str, Callable[[Any], Expr]] = {
            "ReferenceStructure": self._reference,
            "ArithmeticStructure": self._arithmetic,
            "LogicStructure": self._logic,
            "CallStructure": self._call,
            "InlineLookupsStructure": self._inline_lookup,
            "GameStructure": lambda node: self.lower(node.expression),
            **{kind: partial(build, self) for kind, build in constructs.trees.items()},
        }

    def lower(self, node: Any) -> Expr:
        """Give the expression of a syntax tree; a fault gives NaN and is recorded in the frame."""
        if isinstance(node, int | float):
            return self._number(node)
        handler = self._handlers.get(type(node).__name__)
        if handler is None:
            kind = type(node).__name__
            if kind in _UNREADABLE:
                return self.fault("numbers must be written in the model file", _UNREADABLE[kind])
            return self.fault("this construct is not understood", kind.removesuffix("Structure"))
        return handler(node)

    def _number(self, value: float) -> Expr:
        try:
            number = float(value)
        except OverflowError:  # a whole number of hundreds of digits
            number = math.inf
        if math.isnan(number):  # which is how the reader gives :NA:
            return Number(value=NA)
        return self.fault("too large a number", "number") if math.isinf(number) else Number(value=number)

    def literal(self, values: Any) -> Expr:
        """Give the expression of a literal array (`1, 2; 3, 4`), which must fill the left-hand side."""
        shape = tuple(self.size_of(axis) for axis in self.left)
        flat = tuple(float(value) for value in values.ravel())
        if len(flat) != math.prod(shape):
            return self.fault(f"{len(flat)} numbers are given for {math.prod(shape)} elements", "array")
        return Literal(axes=self.left, values=flat, shape=shape)

    def fault(self, message: str, construct: str) -> Expr:
        """Record a fault and give NaN, with which the work goes on."""
        error = EquationError(message, variable=self.variable, construct=construct, where=self.where)
        self.frame.faults.append(error)
        return Number(value=math.nan)

    def size_of(self, axis: str) -> int:
        """Give the length of a named axis."""
        return len(self.frame.ranges.elements[axis.removesuffix("!")])

    def sorted_axes(self, axes: Sequence[str]) -> tuple[str, ...]:
        """Give axes without repetition, in the order that all parts of this equation keep."""
        for axis in axes:
            if axis not in self._order:
                self._order.append(axis)
        return tuple(sorted(dict.fromkeys(axes), key=self._order.index))

    def apply(self, function: str, *args: Expr) -> Expr:
        """Give a function of some arguments, with the axes of all of them."""
        axes = self.sorted_axes([axis for arg in args for axis in arg.axes])
        return Apply(axes=axes, logical=FUNCTIONS[function].logical, function=function, args=args)

    # References

    def _reference(self, node: Any) -> Expr:
        name = self.frame.names.find(node.reference)
        ranges = self.frame.ranges
        if name in self.frame.broken:
            return Number(value=math.nan)
        if name in self.frame.lookups:
            return self.fault("a lookup needs an argument: write name(x)", node.reference)
        if name in self.frame.axes:
            found = self.variable_value(name, node.subscripts.subscripts if node.subscripts else ())
            if name != self.variable or self.own is None:
                return found
            box, stand_in = self.own
            return stand_in(found) if (found.indices, found.raw_axes) == (box, self.left) else found
        if name == "time":
            return Time()
        inside = ranges.names.find(node.reference)
        if ranges.is_range(inside):
            return self._positions(inside)
        if ranges.is_element(inside):
            return Number(value=ranges.positions(inside)[0])
        options = [*self.frame.axes, *ranges.all_names()]
        return self.fault(f"no variable of this name{suggest(name, options)}", node.reference)

    def _positions(self, name: str) -> Expr:
        """Give the positions of a range's elements, which stand for them in formulas."""
        axis, places = self._axis(name)
        values = self.frame.ranges.positions(name)
        taken = tuple(values[place] for place in places)
        return Literal(axes=self.sorted_axes([axis]), values=taken, shape=(len(taken),))

    def variable_value(self, name: str, subscripts: Sequence[str]) -> Reference:
        """Give a reference to a variable with some subscripts."""
        indices, raw_axes = self.pick(name, subscripts)
        return Reference(axes=self.sorted_axes(raw_axes), variable=name, indices=indices, raw_axes=raw_axes)

    def pick(self, name: str, subscripts: Sequence[str]) -> tuple[tuple[Index, ...], tuple[str, ...]]:
        """Give what a reference takes of each axis of a variable, and the names of the axes that remain."""
        ranges = self.frame.ranges
        described = self.frame.axes[name]
        indices: list[Index] = []
        kept: list[str] = []
        if len(subscripts) != len(described):
            self.fault(f"{name} has {len(described)} subscripts, {len(subscripts)} are given", name)
            return (0,) * len(described), ()
        for axis, subscript in zip(described, subscripts, strict=True):
            key = ranges.names.find(subscript.rstrip("! "))
            try:
                index = ranges.index(axis, key)
            except KeyError:
                options = [*ranges.elements, *ranges.elements[axis]]
                self.fault(
                    f'{name} has no element "{subscript}"{suggest(key, options)}', f"{name}[{subscript}]"
                )
                index = 0
            if isinstance(index, tuple) and subscript.rstrip().endswith("!"):
                kept.append(f"{key}!")
            elif isinstance(index, tuple):
                name_of_axis, places = self._axis(key)
                index = tuple(index[place] for place in places)
                kept.append(name_of_axis)
            indices.append(index)
        return tuple(indices), tuple(kept)

    def _axis(self, key: str) -> tuple[str, Sequence[int]]:
        """Give the axis of the left-hand side that a range on the right-hand side stands for.

        Also the position in the range of what each element of that axis stands for.
        """
        whole = range(len(self.frame.ranges.elements[key]))
        if key in self.left:
            return key, whole
        for axis in self.left:
            places = self.frame.ranges.mapped(axis, key)
            if places is not None:
                return axis, places
        self.fault(f'subscript "{key}" is not on the left-hand side; sum over it with "{key}!"', key)
        return key, whole

    # Operators and functions

    def _arithmetic(self, node: Any) -> Expr:
        args = [self.lower(arg) for arg in node.arguments]
        if node.operators == ["negative"]:
            return (
                Number(value=-args[0].value)
                if isinstance(args[0], Number)
                else self.apply("negative", args[0])
            )
        if node.operators[0] == "^":
            return reduce(lambda exponent, base: self.apply("power", base, exponent), reversed(args))
        result = args[0]
        for operator, arg in zip(node.operators, args[1:], strict=True):
            result = self.apply(OPERATORS[operator], result, arg)
        return result

    def _logic(self, node: Any) -> Expr:
        args = [self.lower(arg) for arg in node.arguments]
        operators = [operator.upper() for operator in node.operators]
        if operators == [":NOT:"]:
            return self.apply("not", args[0])
        if operators[0] not in (":AND:", ":OR:"):
            return self.apply(OPERATORS[operators[0]], *args)
        alternatives = [args[0]]  # :AND: binds stronger than :OR:
        for operator, arg in zip(operators, args[1:], strict=True):
            if operator == ":AND:":
                alternatives[-1] = self.apply("and", alternatives[-1], arg)
            else:
                alternatives.append(arg)
        return reduce(lambda one, other: self.apply("or", one, other), alternatives)

    def _call(self, node: Any) -> Expr:
        written = node.function.reference
        called = self.frame.names.find(written)
        if called in self.frame.lookups:
            return self._lookup_call(called, node)
        if called in self.frame.broken:
            return Number(value=math.nan)
        name = snake(written)
        shown = spoken(written)
        if name in self._calls:
            return self._calls[name](self, name, node.arguments)
        if name not in CALLED and name.startswith(tuple(REFUSED)):
            return self.fault(next(REFUSED[start] for start in REFUSED if name.startswith(start)), shown)
        if name == "elmcount":
            return self._element_count(node.arguments[0])
        args = [self.lower(arg) for arg in node.arguments]
        if name in REDUCERS and len(args) == 1:
            return self._reduction(name, args[0])
        if name == "active_initial" and len(args) == 2:
            axes = self.sorted_axes([axis for arg in args for axis in arg.axes])
            return ActiveInitial(axes=axes, active=args[0], initial=args[1])
        if name not in CALLED:
            known = [*CALLED, *REDUCERS, *self._calls, *self.frame.lookups]
            near = suggest(name, known)
            return self.fault(f"this function is not understood{near}", shown)
        if len(args) != CALLED[name].arity:
            return self.fault(f"{CALLED[name].arity} arguments are needed, {len(args)} are given", shown)
        return self.apply(name, *args)

    def _reduction(self, name: str, arg: Expr) -> Expr:
        reduced = tuple(axis for axis in arg.axes if axis.endswith("!"))
        if not reduced and self.frame.broken:
            return Number(value=math.nan)  # what would have been reduced may be what is broken
        if not reduced:
            return self.fault("nothing to reduce: mark a subscript with !", name.upper())
        kept = tuple(axis for axis in arg.axes if axis not in reduced)
        return Reduce(axes=kept, function=name, arg=arg, reduced=reduced)

    def _element_count(self, node: Any) -> Expr:
        key = self.frame.ranges.names.find(getattr(node, "reference", str(node)))
        if not self.frame.ranges.is_range(key):
            return self.fault(
                f"no subscript range of this name{suggest(key, self.frame.ranges.elements)}", "ELMCOUNT"
            )
        return Number(value=float(len(self.frame.ranges.elements[key])))

    # Lookups

    def _lookup_call(self, name: str, node: Any) -> Expr:
        if len(node.arguments) != 1:
            return self.fault("a lookup takes one argument", name)
        return self.lookup(name, node.function.subscripts, self.lower(node.arguments[0]))

    def lookup(self, name: str, subscripts: Any, arg: Expr, mode: str = "interpolate") -> Expr:
        """Give a lookup variable, or some of its elements, applied to an argument."""
        indices, kept = self.pick(name, subscripts.subscripts if subscripts else ())
        if len(set(kept)) < len(kept):
            return self.fault("one range stands twice in a lookup; use a second range as its copy", name)
        cells = product(*positions(indices))
        return LookupCall(
            axes=self.sorted_axes([*kept, *arg.axes]),
            variable=name,
            tables=tuple(self.frame.lookups[name].get(cell, 0) for cell in cells),
            shape=tuple(len(index) for index in indices if isinstance(index, tuple)),
            table_axes=kept,
            arg=arg,
            indices=indices,
            mode=mode,
        )

    def _inline_lookup(self, node: Any) -> Expr:
        arg = self.lower(node.argument)
        try:
            table = self.frame.add_table(node.lookups.x, node.lookups.y)
        except ValueError as error:
            return self.fault(str(error), "WITH LOOKUP")
        mode = _MODES.get(node.lookups.type, "interpolate")
        return LookupCall(axes=arg.axes, tables=(table,), arg=arg, mode=mode)
