"""Stocks and flows of a model, read from its equations: which variable fills or drains which stock.

In Vensim's language a flow is an ordinary variable; it is a flow because it is a term of a stock's INTEG.
What else stands in an INTEG (`(target-stock)/time`) is a net flow that has no name of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from twintrack.equations.functions import TIME_DEPENDENT
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Equations,
    Expr,
    LookupCall,
    Reduce,
    Reference,
    StateValue,
    Time,
)


@dataclass(frozen=True)
class Flow:
    """A pipe: it drains the stock `source` and fills the stock `target`; "" is a cloud.

    `variable` is "" for a net flow without a name; `expressions` are then what it is made of.
    """

    variable: str
    source: str
    target: str
    expressions: tuple[Expr, ...] = ()

    @property
    def both_ways(self) -> bool:
        """Whether it is a difference, such as the gap to a target, so that it can run either way."""
        return any(_is_difference(item) for item in self.expressions)


@dataclass(frozen=True)
class FlowMap:
    """All flows of a model, and what each variable and each nameless flow is computed from."""

    equations: Equations
    flows: tuple[Flow, ...]

    @property
    def names(self) -> set[str]:
        """Variables that are flows."""
        return {flow.variable for flow in self.flows if flow.variable}

    def expressions(self, name: str) -> tuple[Expr, ...]:
        """Give the right-hand sides of a variable while the model runs; none for a stock."""
        parts = self.equations.components[name]
        if _rates(self.equations, name):
            return ()
        return tuple(part.expression for part in parts if part.expression is not None)

    def causes(self, expressions: tuple[Expr, ...]) -> tuple[str, ...]:
        """Give the variables that expressions read while the model runs, in order."""
        found = (name for item in expressions for name in references(item, self.equations))
        return tuple(dict.fromkeys(found))


def references(expression: Expr, equations: Equations) -> Iterator[str]:
    """Yield the variables that an expression reads while the model runs: not those of initial values."""
    if isinstance(expression, Reference | LookupCall) and expression.variable:
        yield expression.variable
    children = expression.children
    if isinstance(expression, ActiveInitial):
        children = (expression.active,)
    if isinstance(expression, StateValue):
        state = equations.states[expression.state]
        children = tuple(state.inputs.values())
    for child in children:
        yield from references(child, equations)


def reads_time(expression: Expr, equations: Equations) -> bool:
    """Tell whether an expression reads the time, or remembers as averages and delays do."""
    if isinstance(expression, Time) or (
        isinstance(expression, Apply) and expression.function in TIME_DEPENDENT
    ):
        return True
    if isinstance(expression, StateValue):
        return equations.states[expression.state].kind != "initial"
    return any(reads_time(child, equations) for child in expression.children)


def read_flows(equations: Equations) -> FlowMap:
    """Find the flows of a model.

    A variable that fills one stock and drains another is one flow between the two. One that fills several is
    a flow of each.
    """
    filled: dict[str, list[str]] = {}
    drained: dict[str, list[str]] = {}
    nameless: list[Flow] = []
    for name, variable in equations.variables.items():
        rest: list[tuple[int, Expr]] = []
        for rate in _rates(equations, name) if variable.kind == "stock" else ():
            for sign, term in _terms(rate, 1):
                flow = _flow_name(term, equations)
                if flow is None:
                    rest.append((sign, term))
                elif name not in (ends := (filled if sign > 0 else drained).setdefault(flow, [])):
                    ends.append(name)
        if rest:
            nameless.append(_nameless(name, rest))
    named = [
        flow
        for variable in equations.variables
        for flow in _pairs(variable, drained.get(variable, []), filled.get(variable, []))
    ]
    return FlowMap(equations, (*named, *nameless))


def _rates(equations: Equations, name: str) -> list[Expr]:
    """Give the rates of change of a stock, one per equation."""
    found = []
    for part in equations.components[name]:
        if isinstance(part.expression, StateValue):
            state = equations.states[part.expression.state]
            if state.kind == "integ":
                found.append(state.inputs["flow"])
    return found


def _is_difference(expression: Expr) -> bool:
    """Tell whether a product or quotient has a difference among its factors."""
    if not isinstance(expression, Apply):
        return False
    if expression.function in ("multiply", "divide"):
        return any(_is_difference(arg) for arg in expression.args)
    return expression.function in ("subtract", "negative")


def _terms(expression: Expr, sign: int) -> Iterator[tuple[int, Expr]]:
    """Yield the terms of a sum with their signs."""
    if isinstance(expression, Apply) and expression.function in ("add", "subtract"):
        yield from _terms(expression.args[0], sign)
        yield from _terms(expression.args[1], sign if expression.function == "add" else -sign)
    elif isinstance(expression, Apply) and expression.function == "negative":
        yield from _terms(expression.args[0], -sign)
    else:
        yield sign, expression


def _flow_name(term: Expr, equations: Equations) -> str | None:
    """Give the auxiliary that a term is, alone or summed over elements."""
    if isinstance(term, Reduce) and term.function == "sum":
        term = term.arg
    if isinstance(term, Reference) and equations.variables[term.variable].kind == "auxiliary":
        return term.variable
    return None


def _nameless(stock: str, terms: list[tuple[int, Expr]]) -> Flow:
    """Make one flow of all terms without a name: out of the stock where all are subtracted."""
    if all(sign < 0 for sign, _ in terms):
        return Flow("", stock, "", tuple(term for _, term in terms))
    signed = (term if sign > 0 else Apply(function="negative", args=(term,)) for sign, term in terms)
    return Flow("", "", stock, tuple(signed))


def _pairs(variable: str, sources: list[str], targets: list[str]) -> Iterator[Flow]:
    """Yield the pipes of a variable; the first source and the first target share one."""
    first = Flow(variable, "", "")
    for place in range(max(len(sources), len(targets))):
        yield replace(
            first,
            source=sources[place] if place < len(sources) else "",
            target=targets[place] if place < len(targets) else "",
        )
