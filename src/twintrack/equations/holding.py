"""Links of a model held: an equation sees one of its causes as it was in another run.

Source: the cutting of a link to see what a feedback loop does is an old practice of the field (Ford 1999, "A
behavioral approach to feedback loop dominance analysis", System Dynamics Review 15).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twintrack.equations.meaning import meaning
from twintrack.equations.structure import (
    ActiveInitial,
    Apply,
    Component,
    Equations,
    Expr,
    Number,
    Reference,
    State,
    StateValue,
    Variable,
    walk,
)


@dataclass(frozen=True)
class Link:
    """That the equation of `effect` refers to `cause`; names of variables, without elements."""

    cause: str
    effect: str

    @property
    def path(self) -> str:
        """Name of the variable, shaped like the cause, that holds what the effect is to see."""
        return f"held:{self.cause}:{self.effect}"

    @property
    def share(self) -> str:
        """Name of the constant, shaped like the cause, that says which elements are held: 1, others 0."""
        return f"held share:{self.cause}:{self.effect}"


def with_links(equations: Equations, links: Sequence[Link]) -> Equations:
    """Give equations in which links can be held, by giving `path` as a series and `share` as a constant.

    With a share of 0, its default, an effect sees the cause as it is, and all values are the same to the last
    digit. Initial values are never held: a held run begins where the other does.
    """
    states = list(equations.states)
    components = dict(equations.components)
    added: dict[str, Variable] = {}
    for link in dict.fromkeys(links):
        cause = equations.variables[link.cause]
        for name in (link.path, link.share):
            added[name] = replace(cause, name=name, title=name, kind="constant", internal=True)
        parts = components[link.effect]
        reached = [
            item.state
            for part in parts
            for item in walk(part.expression, states)
            if isinstance(item, StateValue)
        ]
        for number in dict.fromkeys(reached):
            states[number] = _held_state(states[number], link)
        components[link.effect] = tuple(
            part if part.expression is None else replace(part, expression=_held(part.expression, link))
            for part in parts
        )
    shapes = {name: item.shape for name, item in added.items()}
    changed = replace(
        equations,
        variables={**equations.variables, **added},
        components={**components, **{name: (_empty(equations, item),) for name, item in added.items()}},
        owners={**equations.owners, **{name: (0,) * int(np.prod(shape)) for name, shape in shapes.items()}},
        states=tuple(states),
        defaults={**equations.defaults, **{name: np.zeros(shape) for name, shape in shapes.items()}},
    )
    return replace(changed, hash=meaning(changed))


def _held_state(state: State, link: Link) -> State:
    return replace(state, inputs={role: _held(item, link) for role, item in state.inputs.items()})


def _held(expression: Expr, link: Link) -> Expr:
    """Replace every reference to the cause by cause + share * (path - cause)."""
    if isinstance(expression, ActiveInitial):
        return replace(expression, active=_held(expression.active, link))
    if not isinstance(expression, Reference) or expression.variable != link.cause:
        return expression.mapped(lambda child: _held(child, link))

    def apply(function: str, *args: Expr) -> Expr:
        return Apply(axes=expression.axes, function=function, args=args)

    share, path = (replace(expression, variable=name, apart=False) for name in (link.share, link.path))
    return apply("add", expression, apply("multiply", share, apply("subtract", path, expression)))


def _empty(equations: Equations, variable: Variable) -> Component:
    """Give an equation that says nought for every element."""
    box = tuple(tuple(range(length)) for length in variable.shape)
    return Component(variable.name, box, variable.dims, variable.shape, Number(value=0.0), "")


def every_step(equations: Equations) -> Equations:
    """Give the same equations with every step saved."""
    return replace(equations, time=replace(equations.time, save_step=equations.time.step))
