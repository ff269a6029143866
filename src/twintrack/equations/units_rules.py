"""The unit rules of functions, written against the checker that is handed in.

Units are found from the inside out. A part that offends is told once; its unit is then unknown, and what
stands around it is not told again. A literal number has any unit where units must be equal, and none in a
product. Rules: Vensim reference manual, "Units checking" and the pages of the functions.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Protocol

from twintrack.equations.naming import spoken
from twintrack.equations.structure import Apply, Expr, Number, Vector
from twintrack.equations.units_parse import Unit


class Loose(enum.Enum):
    """What is known of a unit that is not a definite one."""

    ANY = "a number as it is written, which fits any unit"
    UNKNOWN = "not declared, or told already"


Dimension = Unit | Loose

DMNL = Unit()

POWERS = (0.5, 1.0, 2.0, 3.0, 4.0)
"""Literal exponents that may be applied to a quantity with a unit."""


class Checker(Protocol):
    """What rules ask for. `time` is the unit of time."""

    time: Dimension

    def unit_of(self, expression: Expr) -> Dimension:
        """Give the unit of an expression, telling what offends inside."""
        ...

    def must_be(self, expected: Dimension, expression: Expr, reason: str) -> Dimension:
        """Tell when an expression has another unit than is expected, and give its unit."""
        ...

    def same(self, parts: Sequence[Expr], reason: str) -> Dimension:
        """Give the one unit of two parts, telling when they differ."""
        ...

    def fault(self, reason: str, *units: Unit) -> Loose:
        """Tell a fault."""
        ...

    def shown(self, expression: Expr, unit: Unit) -> str:
        """Give an expression and its unit as messages show them."""
        ...


Call = Apply | Vector
"""A function of some arguments."""

Rule = Callable[[Checker, Call], Dimension]
"""Gives the unit of a call."""


def equal(reason: str) -> Rule:
    """All arguments have one unit, which is that of the result; `reason` has places for two of them."""
    return lambda checker, node: checker.same(node.args, reason)


def compared(checker: Checker, node: Call) -> Dimension:
    """Two values of one unit are compared."""
    checker.same(node.args, "compares {0} with {1}")
    return DMNL


def pure(checker: Checker, node: Call) -> Dimension:
    """Arguments and result have no unit."""
    for arg in node.args:
        checker.must_be(DMNL, arg, f"{spoken(node.function)} needs {{0}}, but is given {{1}}")
    return DMNL


def kept(checker: Checker, node: Call) -> Dimension:
    """The result has the unit of the argument."""
    return checker.unit_of(node.args[0])


def first(checker: Checker, node: Call) -> Dimension:
    """The result has the unit of the first argument; the others are looked at by themselves."""
    for arg in node.args[1:]:
        checker.unit_of(arg)
    return checker.unit_of(node.args[0])


def priced(checker: Checker, node: Call) -> Dimension:
    """The result has the unit of the priority or price, of which nothing is known where they are curves."""
    for arg in node.args:
        checker.unit_of(arg)
    return Loose.UNKNOWN


def inverse(checker: Checker, node: Call) -> Dimension:
    """The result has the inverse unit."""
    unit = checker.unit_of(node.args[0])
    return DMNL / unit if isinstance(unit, Unit) else unit


def truth(checker: Checker, node: Call) -> Dimension:
    """Arguments with any units give a pure number: they are truth values, or are put in an order."""
    for arg in node.args:
        checker.unit_of(arg)
    return DMNL


def choice(checker: Checker, node: Call) -> Dimension:
    """Both results have one unit."""
    checker.unit_of(node.args[0])
    return checker.same(node.args[1:], "gives {0} or {1}, as the condition is")


def product(checker: Checker, node: Call) -> Dimension:
    """Units multiply."""
    factors = _factors(checker, node)
    return factors if isinstance(factors, Loose) else factors[0] * factors[1]


def quotient(checker: Checker, node: Call) -> Dimension:
    """Units divide."""
    factors = _factors(checker, node)
    return factors if isinstance(factors, Loose) else factors[0] / factors[1]


def quotient_or_else(checker: Checker, node: Call) -> Dimension:
    """The third argument has the unit of the quotient of the others."""
    found = quotient(checker, node)
    instead = checker.must_be(found, node.args[2], "XIDZ gives {0}, or else {1}")
    return instead if found is Loose.ANY else found


def _factors(checker: Checker, node: Call) -> tuple[Unit, Unit] | Loose:
    """Give the units of the first two arguments of a product; a number in it has none."""
    units = [checker.unit_of(arg) for arg in node.args[:2]]
    if Loose.UNKNOWN in units:
        return Loose.UNKNOWN
    if all(unit is Loose.ANY for unit in units):
        return Loose.ANY
    one, other = (unit if isinstance(unit, Unit) else DMNL for unit in units)
    return one, other


def raised(checker: Checker, node: Call) -> Dimension:
    """A power of a quantity with a unit has one of some literal exponents."""
    base, exponent = node.args
    if isinstance(exponent, Number) and exponent.value in POWERS:
        unit = checker.unit_of(base)
        return unit ** Fraction(exponent.value) if isinstance(unit, Unit) else unit
    units = [
        checker.must_be(DMNL, base, "a power other than 0.5, 1, 2, 3 or 4 needs {0}, but is taken of {1}"),
        checker.must_be(DMNL, exponent, "an exponent must be {0}, but is {1}"),
    ]
    if any(unit is Loose.UNKNOWN or unit not in (DMNL, Loose.ANY) for unit in units):
        return Loose.UNKNOWN
    return DMNL if DMNL in units else Loose.ANY


def root(checker: Checker, node: Call) -> Dimension:
    """The argument has even powers of units only."""
    unit = checker.unit_of(node.args[0])
    if not isinstance(unit, Unit):
        return unit
    shown = checker.shown(node.args[0], unit)
    return unit.root or checker.fault(f"SQRT needs a unit of even powers, but is given {shown}", unit)


def pulsing(checker: Checker, node: Call) -> Dimension:
    """All arguments are times."""
    for arg in node.args:
        is_time(checker, arg, spoken(node.function))
    return DMNL


def stepping(checker: Checker, node: Call) -> Dimension:
    """A height, which the result has the unit of, and times."""
    for arg in node.args[1:]:
        is_time(checker, arg, spoken(node.function))
    return checker.unit_of(node.args[0])


def rising(checker: Checker, node: Call) -> Dimension:
    """A slope, whose product with a time the result is, and times."""
    unit = stepping(checker, node)
    if isinstance(unit, Unit):
        return unit * checker.time if isinstance(checker.time, Unit) else Loose.UNKNOWN
    return unit


def is_time(checker: Checker, expression: Expr, name: str) -> None:
    """Tell when an argument of a function is no time."""
    checker.must_be(checker.time, expression, f"{name} takes a time in {{0}}, but is given {{1}}")
