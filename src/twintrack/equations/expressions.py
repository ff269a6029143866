"""From PySD's syntax trees to typed expressions with named axes.

A construct that is not understood becomes a fault that names the variable, the construct and the line; the
work goes on, so that all faults of a model are told at once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

from twintrack.equations.functions import ARGUMENTS, LOGICAL, OPERATORS, REDUCERS
from twintrack.equations.structure import (
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
    StateValue,
    Table,
    Time,
)
from twintrack.equations.subscripts import Ranges
from twintrack.errors import EquationError
from twintrack.names import snake, suggest


@dataclass
class Frame:
    """What the left-hand sides say, filled before any right-hand side is lowered.

    `axes`: the range that describes each axis of each variable. `lookups`: for each lookup variable, the
    table of each of its cells. `tables`, `states` and `faults` grow while right-hand sides are lowered.
    """

    ranges: Ranges
    axes: dict[str, tuple[str, ...]]
    lookups: dict[str, dict[tuple[int, ...], int]] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    faults: list[EquationError] = field(default_factory=list)

    def add_table(self, xs: Sequence[float], ys: Sequence[float]) -> int:
        """Store a lookup's points once and give their number. Raises ValueError when x does not ascend."""
        table = Table(tuple(map(float, xs)), tuple(map(float, ys)))
        if any(right <= left for left, right in zip(table.x, table.x[1:], strict=False)):
            message = "the x values of a lookup must ascend"
            raise ValueError(message)
        if table not in self.tables:
            self.tables.append(table)
        return self.tables.index(table)


class Lowering:
    """Lowers the right-hand side of one component; `left` names the axes of its left-hand side."""

    def __init__(self, frame: Frame, variable: str, left: Sequence[str], where: str) -> None:
        self.frame = frame
        self.variable = variable
        self.left = tuple(left)
        self.where = where
        self._order = list(left)
        self._handlers: dict[str, Callable[[Any], Expr]] = {
            "ReferenceStructure": self._reference,
            "ArithmeticStructure": self._arithmetic,
            "LogicStructure": self._logic,
            "CallStructure": self._call,
            "InlineLookupsStructure": self._inline_lookup,
            "GameStructure": lambda node: self.lower(node.expression),
            "IntegStructure": self._integ,
            "SmoothStructure": self._smooth,
            "SmoothNStructure": self._smooth,
            "DelayStructure": self._delay,
            "DelayNStructure": self._delay_n,
            "DelayFixedStructure": self._delay_fixed,
            "TrendStructure": self._trend,
            "ForecastStructure": self._forecast,
            "SampleIfTrueStructure": self._sample_if_true,
            "InitialStructure": self._initial,
        }

    def lower(self, node: Any) -> Expr:
        """Give the expression of a syntax tree; a fault gives NaN and is recorded in the frame."""
        if isinstance(node, int | float):
            return Number(value=float(node))
        handler = self._handlers.get(type(node).__name__)
        if handler is None:
            construct = type(node).__name__.removesuffix("Structure")
            return self._fault("this construct is not understood", construct)
        return handler(node)

    def literal(self, values: Any) -> Expr:
        """Give the expression of a literal array (`1, 2; 3, 4`), which must fill the left-hand side."""
        shape = tuple(self._size(axis) for axis in self.left)
        flat = tuple(float(value) for value in values.ravel())
        if len(flat) != math.prod(shape):
            return self._fault(f"{len(flat)} numbers are given for {math.prod(shape)} elements", "array")
        return Literal(axes=self.left, values=flat, shape=shape)

    def _fault(self, message: str, construct: str) -> Expr:
        error = EquationError(message, variable=self.variable, construct=construct, where=self.where)
        self.frame.faults.append(error)
        return Number(value=math.nan)

    def _size(self, axis: str) -> int:
        return len(self.frame.ranges.elements[axis.removesuffix("!")])

    def _sorted(self, axes: Sequence[str]) -> tuple[str, ...]:
        for axis in axes:
            if axis not in self._order:
                self._order.append(axis)
        return tuple(sorted(dict.fromkeys(axes), key=self._order.index))

    def _apply(self, function: str, *args: Expr) -> Expr:
        axes = self._sorted([axis for arg in args for axis in arg.axes])
        return Apply(axes=axes, logical=function in LOGICAL, function=function, args=args)

    # References

    def _reference(self, node: Any) -> Expr:
        name = snake(node.reference)
        ranges = self.frame.ranges
        if name == "time":
            return Time()
        if name in self.frame.lookups:
            return self._fault("a lookup needs an argument: write name(x)", node.reference)
        if name in self.frame.axes:
            return self._variable_value(name, node.subscripts.subscripts if node.subscripts else ())
        if ranges.is_range(name):
            positions = ranges.positions(name)
            return Literal(axes=self._sorted([self._axis(name)]), values=positions, shape=(len(positions),))
        if ranges.is_element(name):
            return Number(value=ranges.positions(name)[0])
        options = [*self.frame.axes, *ranges.names()]
        return self._fault(f"no variable of this name{suggest(name, options)}", node.reference)

    def _variable_value(self, name: str, subscripts: Sequence[str]) -> Expr:
        indices, raw_axes = self._pick(name, subscripts)
        return Reference(axes=self._sorted(raw_axes), variable=name, indices=indices, raw_axes=raw_axes)

    def _pick(self, name: str, subscripts: Sequence[str]) -> tuple[tuple[Index, ...], tuple[str, ...]]:
        """Give what a reference takes of each axis of a variable, and the names of the axes that remain."""
        ranges = self.frame.ranges
        described = self.frame.axes[name]
        indices: list[Index] = []
        kept: list[str] = []
        if len(subscripts) != len(described):
            self._fault(f"{name} has {len(described)} subscripts, {len(subscripts)} are given", name)
            return (0,) * len(described), ()
        for axis, subscript in zip(described, subscripts, strict=True):
            key = snake(subscript.rstrip("! "))
            try:
                index = ranges.index(axis, key)
            except KeyError:
                options = [*ranges.elements, *ranges.elements[axis]]
                self._fault(
                    f'{name} has no element "{subscript}"{suggest(key, options)}', f"{name}[{subscript}]"
                )
                index = 0
            indices.append(index)
            if isinstance(index, tuple):
                kept.append(f"{key}!" if subscript.rstrip().endswith("!") else self._axis(key))
        if len(set(kept)) < len(kept):
            self._fault(
                "one range stands twice in a reference; use a second range with the same elements", name
            )
        return tuple(indices), tuple(kept)

    def _axis(self, key: str) -> str:
        """Give the axis of the left-hand side that a range on the right-hand side stands for."""
        if key in self.left:
            return key
        for axis in self.left:
            if self.frame.ranges.mapped(axis, key):
                return axis
        self._fault(f'subscript "{key}" is not on the left-hand side; sum over it with "{key}!"', key)
        return key

    # Operators and functions

    def _arithmetic(self, node: Any) -> Expr:
        args = [self.lower(arg) for arg in node.arguments]
        if node.operators == ["negative"]:
            return (
                Number(value=-args[0].value)
                if isinstance(args[0], Number)
                else self._apply("negative", args[0])
            )
        if node.operators[0] == "^":
            return reduce(lambda exponent, base: self._power(base, exponent), reversed(args))
        result = args[0]
        for operator, arg in zip(node.operators, args[1:], strict=True):
            result = self._apply(OPERATORS[operator], result, arg)
        return result

    def _power(self, base: Expr, exponent: Expr) -> Expr:
        # The reader folds the sign into a literal, but in Vensim -2^2 is -(2^2).
        if isinstance(base, Number) and base.value < 0:
            return self._apply("negative", self._apply("power", Number(value=-base.value), exponent))
        return self._apply("power", base, exponent)

    def _logic(self, node: Any) -> Expr:
        args = [self.lower(arg) for arg in node.arguments]
        operators = [operator.upper() for operator in node.operators]
        if operators == [":NOT:"]:
            return self._apply("not", args[0])
        if operators[0] not in (":AND:", ":OR:"):
            return self._apply(OPERATORS[operators[0]], args[0], args[1])
        alternatives = [args[0]]  # :AND: binds stronger than :OR:
        for operator, arg in zip(operators, args[1:], strict=True):
            if operator == ":AND:":
                alternatives[-1] = self._apply("and", alternatives[-1], arg)
            else:
                alternatives.append(arg)
        return reduce(lambda one, other: self._apply("or", one, other), alternatives)

    def _call(self, node: Any) -> Expr:
        written = node.function.reference
        name = snake(written)
        if name in self.frame.lookups:
            return self._lookup_call(name, node)
        if name == "elmcount":
            return self._element_count(node.arguments[0])
        args = [self.lower(arg) for arg in node.arguments]
        if name in REDUCERS and len(args) == 1:
            return self._reduction(name, args[0])
        if name == "active_initial" and len(args) == 2:
            axes = self._sorted([axis for arg in args for axis in arg.axes])
            return ActiveInitial(axes=axes, active=args[0], initial=args[1])
        shown = written.upper().replace("_", " ")
        if name not in ARGUMENTS:
            near = suggest(name, [*ARGUMENTS, *REDUCERS, *self.frame.lookups])
            return self._fault(f"this function is not understood{near}", shown)
        if len(args) != ARGUMENTS[name]:
            return self._fault(f"{ARGUMENTS[name]} arguments are needed, {len(args)} are given", shown)
        return self._apply(name, *args)

    def _reduction(self, name: str, arg: Expr) -> Expr:
        reduced = tuple(axis for axis in arg.axes if axis.endswith("!"))
        if not reduced:
            return self._fault("nothing to reduce: mark a subscript with !", name.upper())
        kept = tuple(axis for axis in arg.axes if axis not in reduced)
        return Reduce(axes=kept, function=name, arg=arg, reduced=reduced)

    def _element_count(self, node: Any) -> Expr:
        key = snake(getattr(node, "reference", str(node)))
        if not self.frame.ranges.is_range(key):
            return self._fault(
                f"no subscript range of this name{suggest(key, self.frame.ranges.elements)}", "ELMCOUNT"
            )
        return Number(value=float(len(self.frame.ranges.elements[key])))

    # Lookups

    def _lookup_call(self, name: str, node: Any) -> Expr:
        if len(node.arguments) != 1:
            return self._fault("a lookup takes one argument", name)
        subscripts = node.function.subscripts.subscripts if node.function.subscripts else ()
        indices, kept = self._pick(name, subscripts)
        cells: list[tuple[int, ...]] = [()]
        for index in indices:
            options = index if isinstance(index, tuple) else (index,)
            cells = [(*cell, option) for cell in cells for option in options]
        arg = self.lower(node.arguments[0])
        return LookupCall(
            axes=self._sorted([*kept, *arg.axes]),
            variable=name,
            tables=tuple(self.frame.lookups[name].get(cell, 0) for cell in cells),
            shape=tuple(len(index) for index in indices if isinstance(index, tuple)),
            table_axes=kept,
            arg=arg,
            indices=indices,
        )

    def _inline_lookup(self, node: Any) -> Expr:
        arg = self.lower(node.argument)
        try:
            table = self.frame.add_table(node.lookups.x, node.lookups.y)
        except ValueError as error:
            return self._fault(str(error), "WITH LOOKUP")
        return LookupCall(axes=arg.axes, tables=(table,), arg=arg)

    # Stateful constructs: each becomes a state, and the node a formula of its value

    def _state(self, kind: str, initial: Expr, **inputs: Expr) -> int:
        axes = self._sorted([axis for part in (initial, *inputs.values()) for axis in part.axes])
        shape = tuple(self._size(axis) for axis in axes)
        self.frame.states.append(State(kind, self.variable, axes, shape, initial, inputs, self.where))
        return len(self.frame.states) - 1

    def _value(self, state: int, part: str = "last") -> Expr:
        return StateValue(axes=self.frame.states[state].axes, state=state, part=part)

    def _integ(self, node: Any) -> Expr:
        return self._value(self._state("integ", self.lower(node.initial), flow=self.lower(node.flow)))

    def _smooth(self, node: Any) -> Expr:
        inputs = {
            "input": self.lower(node.input),
            "time": self.lower(node.smooth_time),
            "order": self.lower(node.order),
        }
        return self._value(self._state("smooth", self.lower(node.initial), **inputs))

    def _delay_inputs(self, node: Any) -> tuple[Expr, dict[str, Expr]]:
        inputs = {
            "input": self.lower(node.input),
            "time": self.lower(node.delay_time),
            "order": self.lower(node.order),
        }
        return self._apply("multiply", self.lower(node.initial), inputs["time"]), inputs

    def _delay(self, node: Any) -> Expr:
        initial, inputs = self._delay_inputs(node)
        return self._apply("divide", self._value(self._state("delay", initial, **inputs)), inputs["time"])

    def _delay_n(self, node: Any) -> Expr:
        initial, inputs = self._delay_inputs(node)
        state = self._state("delay_n", initial, **inputs)
        return self._apply("divide", self._value(state), self._value(state, "time"))

    def _delay_fixed(self, node: Any) -> Expr:
        inputs = {"input": self.lower(node.input), "time": self.lower(node.delay_time)}
        return self._value(self._state("delay_fixed", self.lower(node.initial), **inputs))

    def _trend_state(self, initial_growth: Expr, **inputs: Expr) -> Expr:
        """Give the averaged input whose relative distance to the input is the trend."""
        one_more = self._apply("add", Number(value=1.0), initial_growth)
        return self._value(self._state("trend", self._apply("divide", inputs["input"], one_more), **inputs))

    def _trend(self, node: Any) -> Expr:
        value, time = self.lower(node.input), self.lower(node.average_time)
        growth = self._apply("multiply", self.lower(node.initial_trend), time)
        average = self._trend_state(growth, input=value, time=time)
        scale = self._apply("multiply", time, self._apply("abs", average))
        return self._apply("zidz", self._apply("subtract", value, average), scale)

    def _forecast(self, node: Any) -> Expr:
        value, time = self.lower(node.input), self.lower(node.average_time)
        average = self._trend_state(self.lower(node.initial_trend), input=value, time=time)
        scale = self._apply("multiply", time, average)
        growth = self._apply("zidz", self._apply("subtract", value, average), scale)
        ahead = self._apply("multiply", growth, self.lower(node.horizon))
        return self._apply("multiply", value, self._apply("add", Number(value=1.0), ahead))

    def _sample_if_true(self, node: Any) -> Expr:
        inputs = {"condition": self.lower(node.condition), "input": self.lower(node.input)}
        held = self._value(self._state("sample", self.lower(node.initial), **inputs))
        return self._apply("if_then_else", inputs["condition"], inputs["input"], held)

    def _initial(self, node: Any) -> Expr:
        return self._value(self._state("initial", self.lower(node.initial)))
