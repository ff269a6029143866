"""The unit of an expression, by the rules of Vensim's unit check.

Units are found from the inside out. A part that offends is told once; its unit is then unknown, and what
stands around it is not told again. A literal number has any unit where units must be equal, and none in a
product. Rules: Vensim reference manual, "Units checking" and the pages of the functions.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Equations,
    Expr,
    Literal,
    LookupCall,
    Number,
    Reduce,
    Reference,
    Time,
)
from twintrack.equations.units_parse import Unit
from twintrack.equations.units_states import Construct, construct_of
from twintrack.equations.units_text import shown_part


class Loose(enum.Enum):
    """What is known of a unit that is not a definite one."""

    ANY = "a number as it is written, which fits any unit"
    UNKNOWN = "not declared, or told already"


Dimension = Unit | Loose

DMNL = Unit()

POWERS = (0.5, 1.0, 2.0, 3.0, 4.0)
"""Literal exponents that may be applied to a quantity with a unit."""

_EQUAL = {
    "add": "adds {0} and {1}",
    "subtract": "subtracts {1} from {0}",
    "min": "takes the MIN of {0} and {1}",
    "max": "takes the MAX of {0} and {1}",
    "modulo": "takes the MODULO of {0} by {1}",
    "quantum": "rounds {0} down to multiples of {1}",
}
"""Functions whose arguments have one unit, which is that of the result."""

_COMPARED = frozenset({"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"})
_DIMENSIONLESS = frozenset(
    {"exp", "ln", "log", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh"}
)
_KEPT = frozenset({"abs", "integer", "negative"})
_TIMED = {"pulse": 0, "pulse_train": 0, "step": 1, "ramp": 1}
"""Functions of the current time, and their first argument that is a time."""


@dataclass(frozen=True)
class Finding:
    """A reason and the units in it; `is_warning`: it may be left as it is."""

    reason: str
    units: tuple[str, ...]
    is_warning: bool = False


@dataclass
class UnitRules:
    """Gives the units of expressions and collects what offends in `found`.

    `declared`: the unit of each variable, None where it is missing or no unit. `time`: the unit of time.
    """

    equations: Equations
    declared: Mapping[str, Unit | None]
    time: Dimension
    found: list[Finding] = field(default_factory=list)

    def unit_of(self, expression: Expr) -> Dimension:
        """Give the unit of an expression; what offends inside is added to `found`."""
        construct = construct_of(expression, self.equations)
        if construct is not None:
            return self._construct(construct)
        if isinstance(expression, Number | Literal):
            return Loose.ANY
        if isinstance(expression, Time):
            return self.time
        if isinstance(expression, Reference):
            return self._declared(expression.variable)
        if isinstance(expression, Apply):
            return self._apply(expression)
        if isinstance(expression, Reduce):
            return self._reduce(expression)
        if isinstance(expression, LookupCall):
            return self._lookup(expression)
        if isinstance(expression, ActiveInitial):
            return self._same(expression.children, "begins as {1} and is then {0}")
        return Loose.UNKNOWN

    def must_be(self, expected: Dimension, expression: Expr, reason: str) -> Dimension:
        """Find a fault when an expression has another unit than is expected, and give its unit.

        In `reason`, {0} is the expected unit, {1} the expression with its own, {2} its unit alone.
        """
        found = self.unit_of(expression)
        if isinstance(expected, Unit) and isinstance(found, Unit) and found != expected:
            self._fault(reason.format(expected, self._shown(expression, found), found), expected, found)
        return found

    def _fault(self, reason: str, *units: Unit, is_warning: bool = False) -> Loose:
        self.found.append(Finding(reason, tuple(map(str, units)), is_warning))
        return Loose.UNKNOWN

    def _shown(self, expression: Expr, unit: Unit) -> str:
        return f"{unit} ({shown_part(expression, self.equations)})"

    def _declared(self, name: str) -> Dimension:
        unit = self.declared[name]
        return Loose.UNKNOWN if unit is None else unit

    def _same(self, parts: tuple[Expr, ...], reason: str) -> Dimension:
        """Give the one unit of two parts; `reason` has places for both."""
        units = [self.unit_of(part) for part in parts]
        if Loose.UNKNOWN in units:
            return Loose.UNKNOWN
        definite = [unit for unit in units if isinstance(unit, Unit)]
        if len(set(definite)) > 1:
            words = map(self._shown, parts, definite)
            return self._fault(reason.format(*words), *definite)
        return definite[0] if definite else Loose.ANY

    # Operators and functions

    def _apply(self, node: Apply) -> Dimension:
        name = node.function
        if name in _EQUAL:
            return self._same(node.args, _EQUAL[name])
        if name in _COMPARED:
            self._same(node.args, "compares {0} with {1}")
            return DMNL
        if name in _DIMENSIONLESS:
            for arg in node.args:
                self.must_be(DMNL, arg, f"{name.upper()} needs {{0}}, but is given {{1}}")
            return DMNL
        if name in _KEPT:
            return self.unit_of(node.args[0])
        if name in _TIMED:
            return self._timed(node)
        return self._others[name](node)

    @property
    def _others(self) -> dict[str, Callable[[Apply], Dimension]]:
        return {
            "multiply": self._product,
            "divide": self._quotient,
            "zidz": self._quotient,
            "xidz": self._quotient_or_else,
            "power": self._power,
            "sqrt": self._root,
            "if_then_else": self._choice,
            "and": self._truth,
            "or": self._truth,
            "not": self._truth,
        }

    def _factors(self, node: Apply) -> tuple[Unit, Unit] | Loose:
        """Give the units of the first two arguments of a product; a number in it has none."""
        units = [self.unit_of(arg) for arg in node.args[:2]]
        if Loose.UNKNOWN in units:
            return Loose.UNKNOWN
        if all(unit is Loose.ANY for unit in units):
            return Loose.ANY
        one, other = (unit if isinstance(unit, Unit) else DMNL for unit in units)
        return one, other

    def _product(self, node: Apply) -> Dimension:
        factors = self._factors(node)
        return factors if isinstance(factors, Loose) else factors[0] * factors[1]

    def _quotient(self, node: Apply) -> Dimension:
        factors = self._factors(node)
        return factors if isinstance(factors, Loose) else factors[0] / factors[1]

    def _quotient_or_else(self, node: Apply) -> Dimension:
        quotient = self._quotient(node)
        instead = self.must_be(quotient, node.args[2], "XIDZ gives {0}, or else {1}")
        return instead if quotient is Loose.ANY else quotient

    def _power(self, node: Apply) -> Dimension:
        base, exponent = node.args
        if isinstance(exponent, Number) and exponent.value in POWERS:
            unit = self.unit_of(base)
            return unit ** Fraction(exponent.value) if isinstance(unit, Unit) else unit
        units = [
            self.must_be(DMNL, base, "a power other than 0.5, 1, 2, 3 or 4 needs {0}, but is taken of {1}"),
            self.must_be(DMNL, exponent, "an exponent must be {0}, but is {1}"),
        ]
        if any(unit is Loose.UNKNOWN or unit not in (DMNL, Loose.ANY) for unit in units):
            return Loose.UNKNOWN
        return DMNL if DMNL in units else Loose.ANY

    def _root(self, node: Apply) -> Dimension:
        unit = self.unit_of(node.args[0])
        if not isinstance(unit, Unit):
            return unit
        shown = self._shown(node.args[0], unit)
        return unit.root or self._fault(f"SQRT needs a unit of even powers, but is given {shown}", unit)

    def _choice(self, node: Apply) -> Dimension:
        self.unit_of(node.args[0])
        return self._same(node.args[1:], "gives {0} or {1}, as the condition is")

    def _truth(self, node: Apply) -> Dimension:
        for arg in node.args:
            self.unit_of(arg)
        return DMNL

    def _timed(self, node: Apply) -> Dimension:
        first = _TIMED[node.function]
        for arg in node.args[first:]:
            self._is_time(arg, node.function)
        if not first:
            return DMNL
        unit = self.unit_of(node.args[0])
        if node.function == "ramp" and isinstance(unit, Unit):
            return unit * self.time if isinstance(self.time, Unit) else Loose.UNKNOWN
        return unit

    def _is_time(self, expression: Expr, name: str) -> None:
        shown = name.upper().replace("_", " ")
        self.must_be(self.time, expression, f"{shown} takes a time in {{0}}, but is given {{1}}")

    def _reduce(self, node: Reduce) -> Dimension:
        unit = self.unit_of(node.arg)
        if node.function != "prod" or not isinstance(unit, Unit):
            return unit
        return unit ** prod(len(self.equations.ranges[axis.removesuffix("!")]) for axis in node.reduced)

    def _lookup(self, node: LookupCall) -> Dimension:
        unit = self.unit_of(node.arg)
        if isinstance(unit, Unit) and not unit.is_dimensionless:
            shown = self._shown(node.arg, unit)
            self._fault(f"a lookup is given {shown}; divide it by a reference", unit, is_warning=True)
        return self._declared(node.variable) if node.variable else Loose.ANY

    # Constructs with a state

    def _construct(self, construct: Construct) -> Dimension:
        rules = {
            "INTEG": self._integ,
            "TREND": self._trend,
            "FORECAST": self._forecast,
            "INITIAL": self._initial,
        }
        return rules.get(construct.name, self._follower)(construct)

    def _per_time(self, unit: Dimension) -> Dimension:
        if isinstance(unit, Unit) and isinstance(self.time, Unit):
            return unit / self.time
        return Loose.UNKNOWN

    def _initial(self, construct: Construct) -> Dimension:
        return self.unit_of(construct.parts["initial"])

    def _integ(self, construct: Construct) -> Dimension:
        stock = self._declared(self.equations.states[construct.state].variable)
        self.must_be(self._per_time(stock), construct.parts["flow"], "the flow must be {0}, but is {1}")
        self.must_be(stock, construct.parts["initial"], "the stock is {0}, but begins with {1}")
        return stock

    def _follower(self, construct: Construct) -> Dimension:
        """SMOOTH, DELAY, DELAY FIXED and SAMPLE IF TRUE have the unit of their input."""
        parts = construct.parts
        for role in ("condition", "order"):
            if role in parts:
                self.unit_of(parts[role])
        if "time" in parts:
            self._is_time(parts["time"], construct.name)
        unit = self.unit_of(parts["input"])
        first = self.must_be(unit, parts["initial"], f"{construct.name} follows {{0}}, but begins with {{1}}")
        return first if unit is Loose.ANY else unit

    def _trend(self, construct: Construct) -> Dimension:
        parts = construct.parts
        self.unit_of(parts["input"])
        self._is_time(parts["time"], construct.name)
        rate = self._per_time(DMNL)
        if "initial" in parts:
            self.must_be(rate, parts["initial"], "TREND is {0}, but begins with {1}")
        return rate

    def _forecast(self, construct: Construct) -> Dimension:
        self._is_time(construct.parts["time"], construct.name)
        self._is_time(construct.parts["horizon"], construct.name)
        return self.unit_of(construct.parts["input"])
