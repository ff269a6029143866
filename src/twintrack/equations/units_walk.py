"""The unit of an expression, by the rules of Vensim's unit check: a walk through all its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod

from twintrack.equations.constructs import VECTORS
from twintrack.equations.functions import FUNCTIONS
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
from twintrack.equations.units_states import Construct, construct_of
from twintrack.equations.units_text import shown_part


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
        return f"{unit} ({shown_part(expression, self.equations)})"

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
        if "initial" in parts:
            self.must_be(rate, parts["initial"], "TREND is {0}, but begins with {1}")
        return rate

    def _forecast(self, construct: Construct) -> Dimension:
        is_time(self, construct.parts["time"], construct.name)
        is_time(self, construct.parts["horizon"], construct.name)
        return self.unit_of(construct.parts["input"])
