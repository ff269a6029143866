"""The unit of an expression, by the rules of Vensim's unit check: a walk through all its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from twintrack.equations.constructs import VECTORS
from twintrack.equations.functions import FUNCTIONS, SIGNS
from twintrack.equations.naming import spoken
from twintrack.equations.stateful import Construct, construct_of
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
    Vector,
)
from twintrack.equations.units_parse import Unit
from twintrack.equations.units_rules import DMNL, Dimension, Loose, is_time

_LONGEST = 60
"""Characters of a part that are shown; the equation itself is told beside it."""

_STRENGTHS = {
    **dict.fromkeys(("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "and", "or"), 0),
    **dict.fromkeys(("add", "subtract"), 1),
    **dict.fromkeys(("multiply", "divide"), 2),
    "power": 3,
}
"""How strongly each operator binds."""

_ATOM = 4


@dataclass(frozen=True)
class Finding:
    """A reason and the units in it; `is_warning`: it may be left as it is."""

    reason: str
    units: tuple[str, ...]
    is_warning: bool = False


@dataclass
class UnitWalk:
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
            return FUNCTIONS[expression.function].units(self, expression)
        if isinstance(expression, Vector):
            rule = VECTORS[expression.function].units
            assert rule is not None, f"{expression.function} should have been replaced"
            return rule(self, expression)
        if isinstance(expression, Reduce):
            return self._reduce(expression)
        if isinstance(expression, LookupCall):
            return self._lookup(expression)
        if isinstance(expression, ActiveInitial):
            return self.same(expression.children, "begins as {1} and is then {0}")
        return Loose.UNKNOWN

    def must_be(self, expected: Dimension, expression: Expr, reason: str) -> Dimension:
        """Find a fault when an expression has another unit than is expected, and give its unit.

        In `reason`, {0} is the expected unit, {1} the expression with its own, {2} its unit alone.
        """
        found = self.unit_of(expression)
        if isinstance(expected, Unit) and isinstance(found, Unit) and found != expected:
            self.fault(reason.format(expected, self.shown(expression, found), found), expected, found)
        return found

    def fault(self, reason: str, *units: Unit, is_warning: bool = False) -> Loose:
        """Add a finding, after which the unit is unknown."""
        self.found.append(Finding(reason, tuple(map(str, units)), is_warning))
        return Loose.UNKNOWN

    def shown(self, expression: Expr, unit: Unit) -> str:
        """Give an expression and its unit as messages show them."""
        return f"{unit} ({_shown_part(expression, self.equations)})"

    def _declared(self, name: str) -> Dimension:
        unit = self.declared[name]
        return Loose.UNKNOWN if unit is None else unit

    def same(self, parts: Sequence[Expr], reason: str) -> Dimension:
        """Give the one unit of two parts; `reason` has places for both."""
        units = [self.unit_of(part) for part in parts]
        if Loose.UNKNOWN in units:
            return Loose.UNKNOWN
        definite = [unit for unit in units if isinstance(unit, Unit)]
        if len(set(definite)) > 1:
            words = map(self.shown, parts, definite)
            return self.fault(reason.format(*words), *definite)
        return definite[0] if definite else Loose.ANY

    def _reduce(self, node: Reduce) -> Dimension:
        unit = self.unit_of(node.arg)
        if node.function != "prod" or not isinstance(unit, Unit):
            return unit
        return unit ** prod(len(self.equations.ranges[axis.removesuffix("!")]) for axis in node.reduced)

    def _lookup(self, node: LookupCall) -> Dimension:
        unit = self.unit_of(node.arg)
        if isinstance(unit, Unit) and not unit.is_dimensionless:
            shown = self.shown(node.arg, unit)
            self.fault(f"a lookup is given {shown}; divide it by a reference", unit, is_warning=True)
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
            is_time(self, parts["time"], construct.name)
        unit = self.unit_of(parts["input"])
        first = self.must_be(unit, parts["initial"], f"{construct.name} follows {{0}}, but begins with {{1}}")
        return first if unit is Loose.ANY else unit

    def _trend(self, construct: Construct) -> Dimension:
        parts = construct.parts
        self.unit_of(parts["input"])
        is_time(self, parts["time"], construct.name)
        rate = self._per_time(DMNL)
        self.must_be(rate, parts["initial"], "TREND is {0}, but begins with {1}")
        return rate

    def _forecast(self, construct: Construct) -> Dimension:
        is_time(self, construct.parts["time"], construct.name)
        is_time(self, construct.parts["horizon"], construct.name)
        return self.unit_of(construct.parts["input"])


# Parts of equations as messages show them


def _shown_part(expression: Expr, equations: Equations) -> str:
    """Write a part of an equation in Vensim's notation, shortened where it is long."""
    text = _written(expression, equations)[1]
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


def _written(expression: Expr, equations: Equations) -> tuple[int, str]:
    """Give the binding strength of the outermost operator, and the text."""
    construct = construct_of(expression, equations)
    if construct is not None:
        return _call(construct.name, construct.arguments, equations)
    if isinstance(expression, Apply) and expression.function in _STRENGTHS:
        strength, sign = _STRENGTHS[expression.function], SIGNS[expression.function]
        left, right = (_written(arg, equations) for arg in expression.args)
        before = _inside(left, strength)
        return strength, f"{before} {sign} {_inside(right, strength + 1)}"
    if isinstance(expression, Apply) and expression.function == "negative":
        return 2, f"-{_inside(_written(expression.args[0], equations), 2)}"
    if isinstance(expression, Apply | Reduce):
        return _call(spoken(expression.function), expression.children, equations)
    if isinstance(expression, LookupCall):
        known = equations.variables.get(expression.variable)
        return _call(known.title if known else "WITH LOOKUP", [expression.arg], equations)
    if isinstance(expression, ActiveInitial):
        return _call("ACTIVE INITIAL", expression.children, equations)
    return _ATOM, _leaf(expression, equations)


def _inside(part: tuple[int, str], strength: int) -> str:
    return part[1] if part[0] >= strength else f"({part[1]})"


def _call(name: str, parts: Sequence[Expr], equations: Equations) -> tuple[int, str]:
    return _ATOM, f"{name}({', '.join(_written(part, equations)[1] for part in parts)})"


def _leaf(expression: Expr, equations: Equations) -> str:
    if isinstance(expression, Number):
        return f"{expression.value:g}"
    if isinstance(expression, Time):
        return "Time"
    if isinstance(expression, Reference):
        return equations.variables[expression.variable].title + _subscripts(expression, equations)
    return ", ".join(expression.axes) if isinstance(expression, Literal) else "..."


def _subscripts(reference: Reference, equations: Equations) -> str:
    axes = iter(reference.raw_axes)
    elements = equations.variables[reference.variable].elements
    names = [
        next(axes) if isinstance(index, tuple) else known[index]
        for index, known in zip(reference.indices, elements, strict=True)
    ]
    return f"[{','.join(names).replace('_', ' ')}]" if names else ""
