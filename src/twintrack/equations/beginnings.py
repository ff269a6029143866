"""Which constants count only at the beginning: in the initial values of stocks, and nowhere later."""

from __future__ import annotations

from collections.abc import Iterator

from twintrack.equations.structure import ActiveInitial, Equations, Expr, LookupCall, Reference, StateValue


def initial_only(equations: Equations, name: str) -> bool:
    """Whether initial values alone follow from a variable, by itself or through auxiliaries.

    What nothing at all follows from is none of these: it may be looked at for its own sake.
    """
    users = equations.uses(name)
    if not users:
        return False
    return all(
        equations.variables[user].kind != "stock" and initial_only(equations, user)
        for user in users
        if name in _running_causes(equations, user)
    )


def _running_causes(equations: Equations, name: str) -> set[str]:
    """Give the variables that an equation refers to while the model runs."""
    return {
        item.variable
        for part in equations.components[name]
        if part.expression is not None
        for item in _running(equations, part.expression)
        if isinstance(item, Reference | LookupCall)
    }


def _running(equations: Equations, expression: Expr) -> Iterator[Expr]:
    """Yield an expression and all in it but initial values."""
    yield expression
    inner = expression.children
    if isinstance(expression, ActiveInitial):
        inner = (expression.active,)
    elif isinstance(expression, StateValue):
        inner = tuple(equations.states[expression.state].inputs.values())
    for child in inner:
        yield from _running(equations, child)
