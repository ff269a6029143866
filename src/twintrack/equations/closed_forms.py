"""Closed forms of time: levels that are written as a formula of how much time has passed.

`level*EXP(growth*(Time-2016))` holds for a growth that never changes. Where the growth is dated, the formula
takes the new growth for all the time since 2016, and the level jumps. A stock with that growth as its rate
keeps what it has come to. Time alone as the argument of a table or in a condition, or held between 0 and 1 (a
weight) is no closed form: it says when, and not how long. Where it is joined with the growth first, it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import permutations

from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Equations,
    Expr,
    LookupCall,
    Number,
    Reference,
    StateValue,
    Time,
)

_CHAINED = frozenset({"multiply", "divide", "negative"})
"""Operators whose arguments are factors of one product."""
_JOINING = _CHAINED | {"power", "ramp"}
"""Functions that make a parameter count for all the time that has passed."""

_TIME, _STATE = "the time", "a state"
_HELD = (("min", "max"), ("max", "min"))


@dataclass(frozen=True)
class ClosedForm:
    """An equation that joins the time with a parameter; `line` is where it stands in the model file."""

    variable: str
    line: int
    parameter: str


def closed_forms(equations: Equations, parameters: Collection[str]) -> list[ClosedForm]:
    """Give the equations in which some constants are multiplied, divided or raised with the time.

    Both may stand in the equation itself, or in auxiliaries that follow from the time and constants alone.
    The initial values of stocks do not count. In the order of the file, each once.
    """
    search = _Search(equations, frozenset(parameters))
    found: dict[ClosedForm, None] = {}
    for name, parts in equations.components.items():
        for part in parts:
            line = int(part.where.rpartition(":")[2])
            for parameter in search.joined(part.expression):
                found.setdefault(ClosedForm(name, line, parameter))
    return list(found)


class _Search:
    """Knows what every auxiliary follows from."""

    def __init__(self, equations: Equations, parameters: frozenset[str]) -> None:
        self._equations, self._parameters = equations, parameters
        self._known: dict[str, frozenset[str]] = {}

    def joined(self, expression: Expr | None) -> Iterator[str]:
        """Yield the parameters that an expression, or the flow of its stock, joins with the time."""
        if expression is None:
            return
        if not (isinstance(expression, Apply) and expression.function in _JOINING):
            for child in self._running(expression):
                yield from self.joined(child)
            return
        factors = _factors(expression)
        yield from self._joined_here(expression, factors)
        for factor in factors:
            yield from self.joined(factor)

    def _joined_here(self, expression: Apply, factors: list[Expr]) -> Iterator[str]:
        parts = [self._content(factor) for factor in factors]
        if expression.function == "ramp":  # a slope for the time since its start
            parts = [parts[0], frozenset({_TIME})]
        for one, other in permutations(parts, 2):
            if _TIME in one and _STATE not in one:
                yield from sorted(other & self._parameters)

    def _running(self, expression: Expr) -> tuple[Expr, ...]:
        """Give the parts of an expression that count while the model runs."""
        if isinstance(expression, ActiveInitial):
            return (expression.active,)
        if isinstance(expression, StateValue):
            return tuple(self._equations.states[expression.state].inputs.values())
        return expression.children

    def _content(self, expression: Expr) -> frozenset[str]:
        """Say what an expression holds: parameters, the time that has passed, a state."""
        if isinstance(expression, Time):
            return frozenset({_TIME})
        if isinstance(expression, StateValue):
            return frozenset({_STATE})
        if isinstance(expression, Reference):
            return self._referred(expression.variable)
        if expression.logical:
            return frozenset()
        inner = (expression.active,) if isinstance(expression, ActiveInitial) else expression.children
        found: frozenset[str] = frozenset().union(*map(self._content, inner))
        return found - {_TIME} if isinstance(expression, LookupCall) or _is_held(expression) else found

    def _referred(self, name: str) -> frozenset[str]:
        """Say what an auxiliary holds; one that follows from a state is a level of its own."""
        if name in self._parameters:
            return frozenset({name})
        if name not in self._known:
            parts = self._equations.components.get(name, ())
            inner = [self._content(part.expression) for part in parts if part.expression is not None]
            found: frozenset[str] = frozenset().union(*inner)
            self._known[name] = frozenset({_STATE}) if _STATE in found else found
        return self._known[name]


def _factors(expression: Expr) -> list[Expr]:
    """Give the factors and divisors of a product; of another function its arguments."""
    if not isinstance(expression, Apply):
        return [expression]
    if expression.function not in _CHAINED:
        return list(expression.args) if expression.function in _JOINING else [expression]
    found: list[Expr] = []
    for arg in expression.args:
        chained = isinstance(arg, Apply) and arg.function in _CHAINED
        found += _factors(arg) if chained else [arg]
    return found


def _is_held(expression: Expr) -> bool:
    """Whether an expression is held between 0 and 1: MIN(1, MAX(0, x)) or the other way round.

    Held by a larger number, it is the time that has passed until then.
    """
    if not isinstance(expression, Apply):
        return False
    inner = [arg for arg in expression.args if isinstance(arg, Apply)]
    return any(
        (expression.function, arg.function) in _HELD and _has_share(expression) and _has_share(arg)
        for arg in inner
    )


def _has_share(expression: Apply) -> bool:
    return any(isinstance(arg, Number) and 0 <= arg.value <= 1 for arg in expression.args)
