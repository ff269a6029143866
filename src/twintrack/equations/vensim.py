"""Printing an expression for one element of its axes as Vensim text without subscripts.

Sums and their like are written out term by term in the order in which the engines add, numbers with all their
digits and a decimal point, so that the text computes the same values to the last bit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from itertools import product

from twintrack.equations.functions import FUNCTIONS, SIGNS
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Equations,
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
    Vector,
)
from twintrack.names import join_element

Cell = Mapping[str, int]
"""The position that is meant on each named axis."""

Text = tuple[str, int]
"""Text and how strongly its outermost operator binds."""

OR, AND, NOT, COMPARE, ADD, MULTIPLY, POWER, ATOM = range(1, 9)
# A leading sign binds differently in every program: it always gets brackets inside a formula.
SIGN = 0

_STRENGTHS = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"), COMPARE),
    **dict.fromkeys(("add", "subtract"), ADD),
    **dict.fromkeys(("multiply", "divide"), MULTIPLY),
}
_REDUCED = {"sum": ("+", ADD), "prod": ("*", MULTIPLY)}
_SMOOTHS = {1.0: "SMOOTH", 3.0: "SMOOTH3"}
_DELAYS = {1.0: "DELAY1", 3.0: "DELAY3"}
# Where in such a formula the value of the state stands, children by number, and the kinds it may have. TREND
# and FORECAST differ in the denominator: a trend is relative to the size of the average.
_FORMULAS: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {
    "divide": (("delay", "delay_n"), (0,)),
    "if_then_else": (("sample",), (2,)),
    "zidz": (("trend",), (1, 1, 0)),
    "multiply": (("trend",), (1, 1, 0, 1, 1)),
}
_PLAIN_NAME = re.compile(r"[^\W\d]\w*(?: \w+)*")
_NAME_OR_BREAK = re.compile(r'"(?:\\"|[^"])*"|, | (?:[-+*/]|:AND:|:OR:) ')
WIDTH = 250


class UnprintableError(Exception):
    """A construct that has no form without subscripts; the message names it."""


class Printer:
    """Prints expressions of one model; `names` gives the flat name of every element by its label."""

    def __init__(self, equations: Equations, names: Mapping[str, str]) -> None:
        self.equations = equations
        self.names = names

    def expression(self, expression: Expr, cell: Cell) -> str:
        """Give the text of an expression at one cell. Raises UnprintableError."""
        return self._text(expression, cell)[0]

    def _bound(self, expression: Expr, cell: Cell, least: int) -> str:
        """Give the text, in brackets unless it binds at least as strongly as asked."""
        text, strength = self._text(expression, cell)
        return text if strength >= least else f"({text})"

    def _text(self, expression: Expr, cell: Cell) -> Text:
        match expression:
            case Number():
                return _signed(expression.value)
            case Time():
                return "Time", ATOM
            case Literal():
                return _signed(expression.values[_place(expression, cell)])
            case Reference():
                return self._name(expression.variable, expression.indices, expression.raw_axes, cell), ATOM
            case StateValue():
                return self._state(expression, cell)
            case Apply():
                return self._apply(expression, cell)
            case Reduce():
                return self._reduce(expression, cell)
            case LookupCall():
                return self._lookup(expression, cell)
            case ActiveInitial():
                return self._call("ACTIVE INITIAL", (expression.active, expression.initial), cell)
            case Vector():
                raise UnprintableError(expression.function.upper().replace("_", " "))
            case _:
                raise UnprintableError(type(expression).__name__)

    def _call(self, function: str, args: Sequence[Expr], cell: Cell) -> Text:
        return f"{function}({', '.join(self.expression(arg, cell) for arg in args)})", ATOM

    # References and lookups

    def _name(self, variable: str, indices: Sequence[Index], axes: Sequence[str], cell: Cell) -> str:
        """Give the name of the element that a reference means; `axes` names what `indices` leave open."""
        kept = iter(axes)
        places = [index if isinstance(index, int) else index[cell[next(kept)]] for index in indices]
        elements = self.equations.variables[variable].elements
        label = join_element(variable, [names[i] for names, i in zip(elements, places, strict=True)])
        return quoted(self.names[label])

    def _lookup(self, call: LookupCall, cell: Cell) -> Text:
        arg = self.expression(call.arg, cell)
        if call.mode != "interpolate" and not call.variable:
            raise UnprintableError(f"data with {call.mode}")
        if call.mode != "interpolate":
            return self._lookup_function(call, arg, cell)
        if call.variable:
            return f"{self._name(call.variable, call.indices, call.table_axes, cell)}({arg})", ATOM
        return f"WITH LOOKUP({arg}, {points(self.equations.tables[call.tables[0]])})", ATOM

    def _lookup_function(self, call: LookupCall, arg: str, cell: Cell) -> Text:
        name = self._name(call.variable, call.indices, call.table_axes, cell)
        return f"LOOKUP {call.mode.upper()}({name}, {arg})", ATOM

    # Operators and functions

    def _apply(self, expression: Apply, cell: Cell) -> Text:
        function, args = expression.function, expression.args
        if state := self._expanded_state(expression, cell):
            return state
        if function in _STRENGTHS:
            operator, strength = SIGNS[function], _STRENGTHS[function]
            if strength <= COMPARE:  # readers differ in which of two logical operators binds more strongly
                left, right = (self._bound(arg, cell, ADD if strength == COMPARE else NOT) for arg in args)
            else:
                left, right = self._bound(args[0], cell, strength), self._bound(args[1], cell, strength + 1)
            return f"{left} {operator} {right}", strength
        if function == "power":
            return f"{self._bound(args[0], cell, ATOM)} ^ {self._bound(args[1], cell, ATOM)}", POWER
        if function == "negative":
            return f"-{self._bound(args[0], cell, ATOM)}", SIGN
        if function == "not":
            return f":NOT: {self._bound(args[0], cell, ATOM)}", NOT
        return self._call(function.upper().replace("_", " "), FUNCTIONS[function].as_written(args), cell)

    def _reduce(self, expression: Reduce, cell: Cell) -> Text:
        ranges = [self.equations.ranges[axis.removesuffix("!")] for axis in expression.reduced]
        cells = [
            {**cell, **dict(zip(expression.reduced, places, strict=True))}
            for places in product(*(range(len(items)) for items in ranges))
        ]
        if expression.function in _REDUCED:
            operator, strength = _REDUCED[expression.function]
            terms = [self._bound(expression.arg, inner, strength + 1) for inner in cells]
            return (f" {operator} ".join(terms), strength) if len(terms) > 1 else (terms[0], MULTIPLY)
        name = {"vmin": "MIN", "vmax": "MAX"}[expression.function]
        texts = [self.expression(expression.arg, inner) for inner in cells]
        return (_paired(name, texts), ATOM) if len(texts) > 1 else (f"({texts[0]})", ATOM)

    # Stateful functions

    def _state(self, value: StateValue, cell: Cell) -> Text:
        """Print a state that stands in an expression as it is; the others are part of a formula."""
        state = self.equations.states[value.state]
        inputs = state.inputs
        match state.kind:
            case "integ":
                return self._call("INTEG", (inputs["flow"], state.initial), cell)
            case "initial":
                return self._call("INITIAL", (state.initial,), cell)
            case "delay_fixed":
                return self._call("DELAY FIXED", (inputs["input"], inputs["time"], state.initial), cell)
            case "smooth":
                order = inputs["order"]
                name = _SMOOTHS.get(order.value) if isinstance(order, Number) else None
                if name:
                    return self._started(name, state, state.initial, cell)
                return self._staged("SMOOTH N", state, state.initial, cell)
            case _:
                raise UnprintableError(state.kind.upper().replace("_", " "))

    def _started(self, name: str, state: State, initial: Expr, cell: Cell) -> Text:
        """Print a smooth or delay; with an I and the initial value unless it starts from its input."""
        value, time = state.inputs["input"], state.inputs["time"]
        if initial == value:
            return self._call(name, (value, time), cell)
        return self._call(f"{name}I", (value, time, initial), cell)

    def _staged(self, name: str, state: State, initial: Expr, cell: Cell) -> Text:
        """Print a smooth or delay of any order; PySD wants a literal order without a decimal point."""
        inputs = state.inputs
        texts = [self.expression(item, cell) for item in (inputs["input"], inputs["time"], initial)]
        order = inputs["order"]
        last = f"{order.value:g}" if isinstance(order, Number) else self.expression(order, cell)
        return f"{name}({', '.join([*texts, last])})", ATOM

    def _expanded_state(self, expression: Apply, cell: Cell) -> Text | None:
        """Print a formula that stands for one function of the model file, None for every other formula.

        These are the formulas that `expressions` makes of DELAY, DELAY N, TREND, FORECAST, SAMPLE IF TRUE.
        """
        kinds, path = _FORMULAS.get(expression.function, ((), ()))
        value = _inside(expression, path)
        if not isinstance(value, StateValue) or self.equations.states[value.state].kind not in kinds:
            return None
        state = self.equations.states[value.state]
        inputs, initial = state.inputs, state.initial
        if state.kind in ("delay", "delay_n"):
            start = initial.children[0]  # the initial value times the delay
            order = inputs["order"]
            name = _DELAYS.get(order.value) if isinstance(order, Number) else None
            if name and state.kind == "delay":
                return self._started(name, state, start, cell)
            return self._staged("DELAY N", state, start, cell)
        if state.kind == "sample":
            return self._call("SAMPLE IF TRUE", (inputs["condition"], inputs["input"], initial), cell)
        growth = initial.children[1].children[1]  # input / (1 + growth)
        if expression.function == "zidz":  # the growth is the initial trend times the averaging time
            return self._call("TREND", (inputs["input"], inputs["time"], growth.children[0]), cell)
        horizon = expression.args[1].children[1].children[1]  # input * (1 + trend * horizon)
        return self._call("FORECAST", (inputs["input"], inputs["time"], horizon), cell)


def quoted(name: str) -> str:
    """Give a name as it is written in an equation: in quotes when it holds more than letters and digits."""
    return name if _PLAIN_NAME.fullmatch(name) else f'"{name}"'


def points(table: Table) -> str:
    """Give the points of a lookup as Vensim writes them: `((0.0,1.0),(2.0,3.5))`."""
    return "(" + ",".join(f"({x!r},{y!r})" for x, y in zip(table.x, table.y, strict=True)) + ")"


def wrapped(text: str) -> str:
    """Break an equation of more than `WIDTH` characters after operators, commas and quoted names."""
    lines = [""]
    start = 0
    ends = [match.end() for match in _NAME_OR_BREAK.finditer(text)]
    for end in [*ends, len(text)]:
        if lines[-1] and len(lines[-1]) + end - start > WIDTH:
            lines.append("")
        lines[-1] += text[start:end]
        start = end
    return "\\\n\t\t".join(line.rstrip() for line in lines)


def _inside(expression: Expr, path: Sequence[int]) -> Expr | None:
    """Follow a path of children; None where it leads nowhere."""
    for number in path:
        if len(expression.children) <= number:
            return None
        expression = expression.children[number]
    return expression


def _signed(value: float) -> Text:
    if not math.isfinite(value):
        raise UnprintableError(str(value))
    return repr(value), ATOM if math.copysign(1.0, value) > 0 else SIGN


def _paired(function: str, texts: Sequence[str]) -> str:
    """Nest a function of two arguments, no deeper than needed: readers of formulas have a limit."""
    if len(texts) == 1:
        return texts[0]
    half = len(texts) // 2
    return f"{function}({_paired(function, texts[:half])}, {_paired(function, texts[half:])})"


def _place(literal: Literal, cell: Cell) -> int:
    position = 0
    for axis, length in zip(literal.axes, literal.shape, strict=True):
        position = position * length + cell[axis]
    return position
