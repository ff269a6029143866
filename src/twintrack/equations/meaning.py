"""The digest of what equations mean: files with the same one give the same numbers under the same names.

What counts: names, kinds, units, subscripts, expressions, states, lookups, values of constants, numbers that
were read from other files, the control values and the way of integration. What does not: comments, blanks
and the layout of the text, line numbers, documentation, sources, groups, sketches, capital letters in names,
the way in which a unit is written, the path of the file, and the order of the variables in it. The order of
the equations of one variable counts. So does the order of the operands in an expression, for sums are rounded
in it.

A field of an expression that has its default value is left out: a further field, whose default is what was
meant before it came, changes no digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import numpy as np

from twintrack.equations.structure import (
    Component,
    Equations,
    Expr,
    LookupCall,
    OwnValue,
    State,
    StateValue,
    Variable,
)
from twintrack.equations.units_parse import parse_unit


def meaning(equations: Equations) -> str:
    """Give the SHA-256 of what equations mean, in hexadecimal digits."""
    digest = hashlib.sha256()
    for word in _Telling(equations).words():
        digest.update(f"{word}\0".encode())
    return digest.hexdigest()


class _Telling:
    """Tells equations word by word; states and lookups get numbers in the order in which they are met."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self.states: dict[int, int] = {}
        self.tables: dict[int, int] = {}

    def words(self) -> Iterator[str]:
        """Yield a word for each value; lists and expressions begin with the number of their parts."""
        equations = self.equations
        yield from self._told([equations.time.controls, equations.ranges])
        if equations.time.integration != "euler":  # which has no word, as nothing else was known once
            yield from self._told(equations.time.integration)
        yield from self._told([equations.ending, sorted(equations.empty)])
        for name in sorted(equations.variables):
            yield from self._told(self._variable(equations.variables[name]))
        told = 0
        while told < len(self.states):  # what is told of one state may lead to others
            yield from self._told(_state(equations.states[[*self.states][told]]))
            told += 1
        for number in self.tables:
            yield from self._told([equations.tables[number].x, equations.tables[number].y])

    def _variable(self, variable: Variable) -> list[Any]:
        name, equations = variable.name, self.equations
        return [
            [name, variable.kind, variable.dims, variable.elements, _unit(variable.units), variable.internal],
            [self._component(part) for part in equations.components[name]],
            equations.owners[name],
            equations.defaults.get(name, ()),
        ]

    def _component(self, part: Component) -> list[Any]:
        table = None if part.table is None else self._met(self.tables, part.table)
        return [part.box, part.axes, part.shape, part.missing, table, part.expression]

    def _told(self, whole: Any) -> Iterator[str]:
        """Tell a value with all that is in it; without recursion, for expressions may be deep."""
        pending = [whole]
        while pending:
            item = pending.pop()
            if isinstance(item, Expr):
                item = [type(item).__name__, self._fields(item)]
            elif isinstance(item, np.ndarray):
                item = [item.shape, item.ravel().tolist()]
            if isinstance(item, dict):
                item = sorted(item.items())
            if isinstance(item, list | tuple):
                yield f"({len(item)}"
                pending.extend(reversed(item))
            else:
                yield repr(item.item() if isinstance(item, np.generic) else item)

    def _fields(self, expression: Expr) -> dict[str, Any]:
        """Give the fields of an expression that are not at their defaults."""
        values = ((item, getattr(expression, item.name)) for item in fields(expression))
        found = {item.name: value for item, value in values if value != item.default}
        if isinstance(expression, StateValue | OwnValue):
            found["state"] = self._met(self.states, expression.state)
        elif isinstance(expression, LookupCall):
            found["tables"] = [self._met(self.tables, number) for number in expression.tables]
        return found

    @staticmethod
    def _met(known: dict[int, int], number: int) -> int:
        return known.setdefault(number, len(known))


def _state(state: State) -> list[Any]:
    return [state.kind, state.variable, state.axes, state.shape, state.initial, dict(state.inputs)]


def _unit(text: str) -> str:
    """Give one form to all ways in which a unit is written; what is no unit stays as it is."""
    try:
        return str(parse_unit(text))
    except ValueError:
        return text
