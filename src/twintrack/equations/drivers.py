"""Which variables move with time from outside: nothing that a planner can set reaches them.

Found from the equations alone. A driver reads the time, or a clock made of it, or is a stock of its own
course; what merely follows from drivers is not one again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from twintrack.equations.graph import Graph
from twintrack.equations.structure import Apply, Equations, Expr, Reference, StateValue, Time


def time_drivers(equations: Equations, levers: Collection[str]) -> list[str]:
    """Give the variables that move with time and that no lever reaches, in the order of the file."""
    reached = reached_from(equations, levers)
    moving = _moving(equations) - reached
    clocks = {name for name in moving if _is_clock(equations, name)}
    return [
        name
        for name in equations.variables
        if name in moving - clocks and _is_source(equations, name, clocks)
    ]


def time_readers(equations: Equations, levers: Collection[str]) -> list[str]:
    """Give the variables that a lever reaches and whose own equation reads the time as well."""
    reached = reached_from(equations, levers)
    return [name for name in equations.variables if name in reached and _reads_time(equations, name)]


def reached_from(equations: Equations, names: Iterable[str]) -> frozenset[str]:
    """Give all variables that depend on some others, directly or through others and stocks."""
    found: set[str] = set()
    pending = list(names)
    while pending:
        following = [name for name in equations.uses(pending.pop()) if name not in found]
        found.update(following)
        pending += following
    return frozenset(found)


def _moving(equations: Equations) -> set[str]:
    graph = Graph(equations, initial=False)
    return {node.variable for node in graph.order(graph.targets()) if graph.is_dynamic(node)} - {""}


def _is_clock(equations: Equations, name: str) -> bool:
    """Whether a variable is the time, or the time over a constant."""
    parts = equations.components[name]
    value = parts[0].expression if len(parts) == 1 else None
    if isinstance(value, Apply) and value.function == "divide":
        divisor = value.args[1]
        constant = isinstance(divisor, Reference) and divisor.variable in equations.defaults
        return constant and isinstance(value.args[0], Time)
    return isinstance(value, Time)


def _is_source(equations: Equations, name: str, clocks: Collection[str]) -> bool:
    is_stock = equations.variables[name].kind == "stock"
    return is_stock or _reads_time(equations, name) or any(it in clocks for it in equations.causes(name))


def _reads_time(equations: Equations, name: str) -> bool:
    parts = equations.components[name]
    return any(
        isinstance(item, Time)
        for part in parts
        if part.expression is not None
        for item in _all(equations, part.expression)
    )


def _all(equations: Equations, expression: Expr) -> Iterator[Expr]:
    """Yield an expression and all inside it, the flows of its stocks included."""
    yield expression
    inner = expression.children
    if isinstance(expression, StateValue):
        inner = tuple(equations.states[expression.state].inputs.values())
    for child in inner:
        yield from _all(equations, child)
