"""Parts of equations as messages show them."""

from __future__ import annotations

from twintrack.equations.functions import SIGNS
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
from twintrack.equations.units_states import construct_of

LONGEST = 60
"""Characters of a part that are shown; the equation itself is told beside it."""

_STRENGTHS = {
    **dict.fromkeys(("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "and", "or"), 0),
    **dict.fromkeys(("add", "subtract"), 1),
    **dict.fromkeys(("multiply", "divide"), 2),
    "power": 3,
}
"""How strongly each operator binds."""

_ATOM = 4


def shown_part(expression: Expr, equations: Equations) -> str:
    """Write a part of an equation in Vensim's notation, shortened where it is long."""
    text = _written(expression, equations)[1]
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _written(expression: Expr, equations: Equations) -> tuple[int, str]:
    """Give the binding strength of the outermost operator, and the text."""
    construct = construct_of(expression, equations)
    if construct is not None:
        roles = ("condition", "flow", "input", "time", "horizon", "initial")
        parts = [construct.parts[role] for role in roles if role in construct.parts]
        return _call(construct.name, parts, equations)
    if isinstance(expression, Apply) and expression.function in _STRENGTHS:
        strength, sign = _STRENGTHS[expression.function], SIGNS[expression.function]
        left, right = (_written(arg, equations) for arg in expression.args)
        before = _inside(left, strength)
        return strength, f"{before} {sign} {_inside(right, strength + 1)}"
    if isinstance(expression, Apply) and expression.function == "negative":
        return 2, f"-{_inside(_written(expression.args[0], equations), 2)}"
    if isinstance(expression, Apply | Reduce):
        return _call(expression.function.upper().replace("_", " "), expression.children, equations)
    if isinstance(expression, LookupCall):
        known = equations.variables.get(expression.variable)
        return _call(known.title if known else "WITH LOOKUP", [expression.arg], equations)
    if isinstance(expression, ActiveInitial):
        return _call("ACTIVE INITIAL", expression.children, equations)
    return _ATOM, _leaf(expression, equations)


def _inside(part: tuple[int, str], strength: int) -> str:
    return part[1] if part[0] >= strength else f"({part[1]})"


def _call(name: str, parts: tuple[Expr, ...] | list[Expr], equations: Equations) -> tuple[int, str]:
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
