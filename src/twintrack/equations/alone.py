"""A model without dynamics: whatever moves is given, and each equation is computed from what is given alone.

So it is seen what one cause does to an effect while all others are held, by the equations as they stand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import numpy as np

from twintrack.equations.functions import TIME_DEPENDENT
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Component,
    Equations,
    Expr,
    OwnValue,
    Reference,
    StateValue,
    Time,
    Variable,
    walk,
)
from twintrack.errors import EquationError

NOW = "run:time"
"""The constant that stands for the time."""
_FIXED = ("constant", "lookup", "control")
_CLOCK = Variable(NOW, NOW, "constant", (), (), "", "", "", "", "", 0)


def alone(name: str) -> str:
    """Name the variable that has the equation of another one; of a stock, its net flow."""
    return f"{name}:alone"


def moves(equations: Equations, name: str) -> bool:
    """Say whether a variable has an equation."""
    return equations.variables[name].kind not in _FIXED


def keeps_first(equations: Equations, name: str) -> bool:
    """Say whether a variable keeps what it is at the beginning of a run: INITIAL, maybe beside constants."""
    parts = equations.components[name]
    found = [_is_initial(equations, part) for part in parts]
    return any(found) and all(
        first or _is_fixed(equations, part) for first, part in zip(found, parts, strict=True)
    )


def _is_initial(equations: Equations, part: Component) -> bool:
    value = part.expression
    return isinstance(value, StateValue) and equations.states[value.state].kind == "initial"


def _is_fixed(equations: Equations, part: Component) -> bool:
    """Say whether an equation follows from nothing but numbers and constants."""
    items = list(walk(part.expression, equations.states))
    named = [item.variable for item in items if isinstance(item, Reference)]
    return not any(isinstance(item, Time) or _reads_clock(item) for item in items) and not any(
        moves(equations, name) for name in named
    )


def _reads_clock(item: Expr) -> bool:
    return isinstance(item, Apply) and item.function in TIME_DEPENDENT


def each_alone(equations: Equations, effects: Iterable[str]) -> Equations:
    """Give a model in which every variable is a constant, and `alone(effect)` has the equation of an effect.

    An element that an equation takes of its own variable is computed with it, as links into the variable are
    those from other ones; of a stock it is given.

    Raises EquationError for a function that remembers or looks at the clock; a stock and the time itself do
    no harm, nor does a variable that is nothing but an INITIAL.
    """
    variables = equations.variables
    fixed = [name for name in variables if moves(equations, name)]
    own = {alone(name): name for name in effects}
    parts = {
        new: tuple(_part(equations, part) for part in equations.components[old]) for new, old in own.items()
    }
    return replace(
        equations,
        hash=hashlib.sha256(f"{equations.hash} {[*own]}".encode()).hexdigest(),
        variables={
            **variables,
            **{name: replace(variables[name], kind="constant") for name in fixed},
            NOW: _CLOCK,
            **{new: replace(variables[old], name=new, kind="auxiliary") for new, old in own.items()},
        },
        components={**equations.components, NOW: (Component(NOW, (), (), (), None, ""),), **parts},
        owners={**equations.owners, NOW: (0,), **{new: equations.owners[old] for new, old in own.items()}},
        defaults={
            **equations.defaults,
            **{name: np.zeros(variables[name].shape) for name in fixed},
            NOW: np.array(0.0),
        },
    )


def _part(equations: Equations, part: Component) -> Component:
    """Give an equation of a variable as one of the variable that stands for it."""
    expression = part.expression
    if isinstance(expression, StateValue) and equations.states[expression.state].kind == "integ":
        expression = equations.states[expression.state].inputs["flow"]
    new = alone(part.variable)
    try:
        return replace(
            part, variable=new, expression=expression and _changed(equations, part.variable, expression)
        )
    except _RefusedError as refused:
        message = f"{refused} cannot be computed of what is given at one time"
        raise EquationError(message, variable=part.variable, where=part.where) from None


class _RefusedError(Exception):
    """Named by the function that cannot be computed alone."""


def _changed(equations: Equations, own: str, expression: Expr) -> Expr:
    change = partial(_changed, equations, own)
    match expression:
        case Time():
            return Reference(variable=NOW)
        case ActiveInitial():
            return change(expression.active)
        case Reference() if expression.variable == own and equations.variables[own].kind != "stock":
            return expression.mapped(change, variable=alone(own))
        case StateValue() | OwnValue():
            raise _RefusedError(equations.states[expression.state].kind.upper())
        case Apply() if _reads_clock(expression):
            raise _RefusedError(expression.function.upper())
    return expression.mapped(change)
