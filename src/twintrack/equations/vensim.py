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
from twintrack.equations.naming import spoken
from twintrack.equations.stateful import Construct, construct_of
from twintrack.equations.structure import (
    NA,
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
    StateValue,
    Table,
    Time,
    Vector,
)
from twintrack.equations.subscripts import flat_place
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
_STAGED = {
    ("smooth", 1.0): "SMOOTH",
    ("smooth", 3.0): "SMOOTH3",
    ("delay", 1.0): "DELAY1",
    ("delay", 3.0): "DELAY3",
}
"""Smooths and delays that have a name of their own, by kind and order."""
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
        construct = construct_of(expression, self.equations)
        if construct is not None:
            return self._construct(construct, cell)
        match expression:
            case Number():
                return _signed(expression.value)
            case Time():
                return "Time", ATOM
            case Literal():
                place = flat_place([cell[axis] for axis in expression.axes], expression.shape)
                return _signed(expression.values[place])
            case Reference():
                return self._name(expression.variable, expression.indices, expression.raw_axes, cell), ATOM
            case StateValue():
                raise UnprintableError(spoken(self.equations.states[expression.state].kind))
            case Apply():
                return self._apply(expression, cell)
            case Reduce():
                return self._reduce(expression, cell)
            case LookupCall():
                return self._lookup(expression, cell)
            case ActiveInitial():
                return self._call("ACTIVE INITIAL", (expression.active, expression.initial), cell)
            case Vector():
                raise UnprintableError(spoken(expression.function))
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
        plain = call.mode == "interpolate"
        if not call.variable:
            if not plain:
                raise UnprintableError(f"data with {call.mode}")
            return f"WITH LOOKUP({arg}, {points(self.equations.tables[call.tables[0]])})", ATOM
        name = self._name(call.variable, call.indices, call.table_axes, cell)
        if plain:
            return f"{name}({arg})", ATOM
        return f"LOOKUP {call.mode.upper()}({name}, {arg})", ATOM

    # Operators and functions

    def _apply(self, expression: Apply, cell: Cell) -> Text:
        function, args = expression.function, expression.args
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
        return self._call(spoken(function), FUNCTIONS[function].as_written(args), cell)

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

    def _construct(self, construct: Construct, cell: Cell) -> Text:
        """Print a stateful construct as it was written."""
        if "order" not in construct.parts:
            return self._call(construct.name, construct.arguments, cell)
        kind, order = self.equations.states[construct.state].kind, construct.parts["order"]
        name = _STAGED.get((kind, order.value)) if isinstance(order, Number) else None
        if name is None:  # of any order; PySD wants a literal one without a decimal point
            last = f"{order.value:g}" if isinstance(order, Number) else self.expression(order, cell)
            texts = [self.expression(item, cell) for item in construct.arguments]
            return f"{construct.name} N({', '.join([*texts, last])})", ATOM
        value, time, initial = construct.arguments
        if initial == value:
            return self._call(name, (value, time), cell)
        return self._call(f"{name}I", (value, time, initial), cell)


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


def _signed(value: float) -> Text:
    if value == NA:
        return ":NA:", ATOM
    if not math.isfinite(value):
        raise UnprintableError(str(value))
    return repr(value), ATOM if math.copysign(1.0, value) > 0 else SIGN


def _paired(function: str, texts: Sequence[str]) -> str:
    """Nest a function of two arguments, no deeper than needed: readers of formulas have a limit."""
    if len(texts) == 1:
        return texts[0]
    half = len(texts) // 2
    return f"{function}({_paired(function, texts[:half])}, {_paired(function, texts[half:])})"
