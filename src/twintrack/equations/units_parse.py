"""Units of measurement: what a text such as "bn CNY/(Year*persons)" means, and arithmetic with it.

A unit is a map from names to exponents; "Dmnl" and "1" are the empty map. Names are compared as they are
written, after the synonyms below have been replaced: person and people are different without one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

SYNONYMS: dict[str, tuple[str, ...]] = {
    "": ("1", "Dmnl", "dmnl", "dimensionless", "Dimensionless", "fraction", "Fraction"),
    "Year": ("Years", "year", "years", "yr"),
    "months": ("Month", "Months", "month"),
    "days": ("Day", "Days", "day"),
    "hours": ("Hour", "Hours", "hour"),
    "persons": ("Person", "Persons", "person", "People", "people"),
    "models": ("Model", "Models", "model"),
    "firms": ("Firm", "Firms", "firm"),
    "papers": ("Paper", "Papers", "paper"),
}
"""The one list of synonyms: the name that counts, then other ways to write it; "" is dimensionless."""

_CANONICAL = {written: name for name, several in SYNONYMS.items() for written in several}
_TOKEN = re.compile(r"\s*([*/()^]|[^*/()^]+)")


@dataclass(frozen=True)
class Unit:
    """A unit: names with exponents other than 0, sorted by name. `Unit()` is dimensionless."""

    powers: tuple[tuple[str, Fraction], ...] = ()

    @property
    def is_dimensionless(self) -> bool:
        """Tell whether it is a pure number."""
        return not self.powers

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.powers)
        for name, exponent in other.powers:
            powers[name] = powers.get(name, Fraction(0)) + exponent
        return Unit(tuple(sorted((name, value) for name, value in powers.items() if value)))

    def __truediv__(self, other: Unit) -> Unit:
        return self * other**-1

    def __pow__(self, exponent: Fraction | int) -> Unit:
        return Unit(tuple((name, value * exponent) for name, value in self.powers if exponent))

    @cached_property
    def root(self) -> Unit | None:
        """The unit of the square root; None when an exponent is not an even number."""
        even = all(value.denominator == 1 and value.numerator % 2 == 0 for _, value in self.powers)
        return self ** Fraction(1, 2) if even else None

    def __str__(self) -> str:
        above = [_power(name, value) for name, value in self.powers if value > 0]
        below = [_power(name, -value) for name, value in self.powers if value < 0]
        if not below:
            return "*".join(above) or "Dmnl"
        divisor = "*".join(below)
        return f"{'*'.join(above) or '1'}/{f'({divisor})' if '*' in divisor else divisor}"


def _power(name: str, exponent: Fraction) -> str:
    if exponent.denominator == 1:
        return "*".join([name] * exponent.numerator)
    return f"{name}^({exponent})"


def parse_unit(text: str) -> Unit:
    """Read a unit: names, * and /, parentheses; "1" and "Dmnl" are dimensionless. A power is a product.

    Raises ValueError, saying what is wrong, when the text is no unit.
    """
    tokens = [match[1].strip() for match in _TOKEN.finditer(text)]
    reader = _Reader([token for token in tokens if token])
    unit = reader.product()
    if reader.rest:
        message = f'"{reader.rest[0]}" is not expected'
        raise ValueError(message)
    return unit


class _Reader:
    """Reads tokens by recursive descent; `rest` holds those that are not read yet."""

    def __init__(self, tokens: list[str]) -> None:
        self.rest = tokens

    def product(self) -> Unit:
        """Read factors joined by * and /, from left to right."""
        unit = self._factor()
        while self.rest and self.rest[0] in "*/":
            divides = self.rest.pop(0) == "/"
            other = self._factor()
            unit = unit / other if divides else unit * other
        if self.rest and self.rest[0] == "^":
            message = "write a power as a product: Year*Year"
            raise ValueError(message)
        return unit

    def _factor(self) -> Unit:
        token = self.rest.pop(0) if self.rest else ""
        if token == "(":
            unit = self.product()
            if not self.rest or self.rest.pop(0) != ")":
                message = "a parenthesis is not closed"
                raise ValueError(message)
            return unit
        name = " ".join(token.split())
        if not name or name in "*/()^":
            message = f'a name is missing before "{token}"' if token else "a name is missing at the end"
            raise ValueError(message)
        if name not in _CANONICAL and re.fullmatch(r"[\d.]+", name):
            message = f'"{name}" is a number; only 1 may stand in a unit'
            raise ValueError(message)
        name = _CANONICAL.get(name, name)
        return Unit(((name, Fraction(1)),)) if name else Unit()
