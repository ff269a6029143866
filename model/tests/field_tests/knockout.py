"""Equations in which single links can be cut: the effect then sees the cause as it was at the start.

A link is the pair (cause, effect). Cutting it leaves the cause as it is for all its other uses. In place of
the cause c the equation of the effect reads c * (1 - w) + c0 * w, where c0 is the value that is held and w is
1 for a cut and 0 for none. Both are constants of their own, so that one compiled model makes all cuts side by
side, one in each run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from math import prod
from typing import Any, TypeVar

import numpy as np

from twintrack.equations.structure import (
    Apply,
    Array,
    Component,
    Equations,
    Expr,
    Literal,
    Number,
    Reference,
    StateValue,
    Variable,
)
from twintrack.errors import Fault, InputError

CausalLink = tuple[str, str]
"""A cause and an effect, names of variables."""

_Node = TypeVar("_Node", bound=Expr)


def with_switches(equations: Equations, links: Sequence[CausalLink]) -> Equations:
    """Give equations in which each of some links can be cut, see `cut_inputs`.

    Raises InputError for links that the model does not have, all at once.
    """
    missing = [link for link in links if link[0] not in equations.causes(link[1])]
    if missing:
        raise InputError(
            [Fault(f"{it[0]} -> {it[1]}", "there is no such link in the model") for it in missing]
        )
    variables, components = dict(equations.variables), dict(equations.components)
    owners, defaults = dict(equations.owners), dict(equations.defaults)
    states = list(equations.states)
    for cause in dict.fromkeys(cause for cause, _ in links):
        variable, component = _held(equations.variables[cause])
        name = variable.name
        variables[name], components[name] = variable, (component,)
        owners[name], defaults[name] = (0,) * prod(variable.shape), np.zeros(variable.shape)
    for number, (cause, effect) in enumerate(links):
        name = _switch(number)
        variables[name] = _constant(name, equations.variables[cause], scalar=True)
        components[name] = (Component(name, (), (), (), Number(value=0.0), "switch"),)
        owners[name], defaults[name] = (0,), np.zeros(())
        change = _blend(cause, number)
        for part in components[effect]:
            if isinstance(part.expression, StateValue):
                state = states[part.expression.state]
                inputs = {role: _mapped(item, change) for role, item in state.inputs.items()}
                states[part.expression.state] = replace(state, inputs=inputs)
        components[effect] = tuple(
            part if part.expression is None else replace(part, expression=_mapped(part.expression, change))
            for part in components[effect]
        )
    digest = hashlib.sha256(f"{equations.hash} {list(links)}".encode()).hexdigest()
    return replace(
        equations,
        hash=digest,
        variables=variables,
        components=components,
        owners=owners,
        defaults=defaults,
        states=tuple(states),
    )


def cut_inputs(
    links: Sequence[CausalLink], start: Mapping[str, Array], cuts: Sequence[int]
) -> dict[str, Array]:
    """Give the constants of as many runs as there are `cuts`: the places in `links`, -1 for none.

    `start` gives the value at which each cause is held, shape axes.
    """
    places = np.asarray(cuts)
    switches = {_switch(number): (places == number).astype(np.float64) for number in range(len(links))}
    held = {_held_name(cause): np.asarray(start[cause], np.float64) for cause, _ in links}
    return {**switches, **held}


def _switch(number: int) -> str:
    return f"cut_of_link_{number}"


def _held_name(cause: str) -> str:
    return f"held_{cause}"


def _constant(name: str, like: Variable, *, scalar: bool) -> Variable:
    """Give a constant for a switch, or one of the shape of another variable."""
    return replace(
        like,
        name=name,
        title=name,
        kind="constant",
        units="Dmnl" if scalar else like.units,
        equation="",
        dims=() if scalar else like.dims,
        elements=() if scalar else like.elements,
        element_titles=() if scalar else like.element_titles,
    )


def _held(cause: Variable) -> tuple[Variable, Component]:
    name, shape = _held_name(cause.name), cause.shape
    box = tuple(tuple(range(length)) for length in shape)
    value: Expr = Number(value=0.0)
    if shape:
        value = Literal(axes=cause.dims, values=(0.0,) * prod(shape), shape=shape)
    return _constant(name, cause, scalar=False), Component(name, box, cause.dims, shape, value, "held value")


def _blend(cause: str, number: int) -> Callable[[Reference], Expr]:
    """Give what replaces a reference to the cause."""

    def blend(reference: Reference) -> Expr:
        if reference.variable != cause:
            return reference
        weight = Reference(variable=_switch(number))
        held = replace(reference, variable=_held_name(cause))
        rest = Apply(function="subtract", args=(Number(value=1.0), weight))
        axes = reference.axes
        return Apply(
            axes,
            function="add",
            args=(
                Apply(axes, function="multiply", args=(reference, rest)),
                Apply(axes, function="multiply", args=(held, weight)),
            ),
        )

    return blend


def _mapped(expression: _Node, change: Callable[[Reference], Expr]) -> Expr:
    """Give an expression with all its references changed; those inside stocks are not reached."""
    if isinstance(expression, Reference):
        return change(expression)
    inner: dict[str, Any] = {}
    for field in fields(expression):
        value = getattr(expression, field.name)
        if isinstance(value, Expr):
            inner[field.name] = _mapped(value, change)
        elif isinstance(value, tuple) and any(isinstance(item, Expr) for item in value):
            inner[field.name] = tuple(_mapped(item, change) for item in value)
    return replace(expression, **inner) if inner else expression
