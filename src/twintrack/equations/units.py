"""The unit check of a model: every equation has a unit, and its two sides and all its parts agree.

Offenders are faults. Warnings tell what is legal but hides something: numbers written inside an equation,
constants of value 1 that only change a unit, lookups of quantities with a unit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from twintrack.equations.clock import CONTROL_NAMES
from twintrack.equations.structure import (
    Apply,
    Component,
    Equations,
    Expr,
    Literal,
    Number,
    StateValue,
    Variable,
)
from twintrack.equations.units_parse import Unit, parse_unit
from twintrack.equations.units_rules import POWERS, Dimension, Loose
from twintrack.equations.units_walk import Finding, UnitWalk

_NUMBER = re.compile(r"(?<![\w.])(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_CONTINUATION = re.compile(r"\\\r?\n")


@dataclass(frozen=True)
class UnitFault:
    """One thing that is wrong with the units of an equation.

    `where` is "file:line" of the equation, `variable` its name, `equation` its text on one line, `units` the
    units that clash. `severity` is "error" or "warning".
    """

    where: str
    variable: str
    equation: str
    reason: str
    units: tuple[str, ...] = ()
    severity: str = "error"


@dataclass(frozen=True)
class UnitReport:
    """What the check found: faults and warnings in the order of the file, and how much was looked at.

    `checked`: the number of equations. `units`: the different units that are declared, most frequent first.
    """

    faults: tuple[UnitFault, ...]
    warnings: tuple[UnitFault, ...]
    checked: int
    units: tuple[str, ...]


def check_units(equations: Equations) -> UnitReport:
    """Check the units of all equations by the rules of `units_rules`."""
    declared: dict[str, Unit | None] = {}
    found: list[UnitFault] = []
    for variable in equations.variables.values():
        unit, reason = _declared(variable)
        declared[variable.name] = unit
        if unit is None:
            first = equations.components[variable.name][0]
            found.append(_fault(first, _on_one_line(variable.equation), Finding(reason, ())))
    time = _time_unit(declared)
    for name, components in equations.components.items():
        texts = _texts(equations.variables[name], len(components))
        for component, text in zip(components, texts, strict=True):
            rules = UnitWalk(equations, declared, time)
            _check_component(component, rules)
            rules.found.extend(_warnings(component, text, equations, declared[name]))
            found.extend(_fault(component, text, finding) for finding in dict.fromkeys(rules.found))
    found.sort(key=lambda fault: int(fault.where.rpartition(":")[2]))
    counts = Counter(str(unit) for unit in declared.values() if unit is not None)
    return UnitReport(
        faults=tuple(fault for fault in found if fault.severity == "error"),
        warnings=tuple(fault for fault in found if fault.severity == "warning"),
        checked=sum(map(len, equations.components.values())),
        units=tuple(unit for unit, _ in counts.most_common()),
    )


def _fault(component: Component, text: str, finding: Finding) -> UnitFault:
    severity = "warning" if finding.is_warning else "error"
    return UnitFault(component.where, component.variable, text, finding.reason, finding.units, severity)


def _declared(variable: Variable) -> tuple[Unit | None, str]:
    """Give the unit of a variable, or None and what is wrong with it."""
    if not variable.units:
        return None, "the unit is missing; write Dmnl for a pure number"
    try:
        return parse_unit(variable.units), ""
    except ValueError as error:
        return None, f'"{variable.units}" is no unit: {error}'


def _time_unit(declared: Mapping[str, Unit | None]) -> Dimension:
    """Give the unit of time: the one that most of the control variables have."""
    counts = Counter(unit for name in CONTROL_NAMES if (unit := declared.get(name)) is not None)
    return counts.most_common(1)[0][0] if counts else Loose.UNKNOWN


def _check_component(component: Component, rules: UnitWalk) -> None:
    """Compare the two sides of an equation; control variables are times."""
    unit = rules.declared[component.variable]
    side = Loose.UNKNOWN if unit is None else unit
    if component.variable in CONTROL_NAMES and isinstance(unit, Unit) and unit != rules.time:
        units = (str(rules.time), str(unit))
        rules.found.append(Finding(f"time is in {units[0]}, but this is declared {units[1]}", units))
    elif component.expression is not None:
        rules.must_be(side, component.expression, "declared {0}, but the equation gives {2}")


# The text of each equation


def _texts(variable: Variable, count: int) -> list[str]:
    """Give the text of each equation of a variable, on one line."""
    if count > 1:
        title = r"\s+".join(map(re.escape, variable.title.split()))
        starts = re.compile(rf'^(?="?{title}"?\s*\[[^\]]*\][^=(]*[=(])', re.MULTILINE | re.IGNORECASE)
        pieces = [piece for piece in starts.split(variable.equation) if piece.strip()]
        if len(pieces) == count:
            return list(map(_on_one_line, pieces))
    return [_on_one_line(variable.equation)] * count


def _on_one_line(text: str) -> str:
    return " ".join(_CONTINUATION.sub(" ", text).split())


# Warnings


def _warnings(component: Component, text: str, equations: Equations, unit: Unit | None) -> Iterator[Finding]:
    variable = equations.variables[component.variable]
    has_unit = unit is not None and not unit.is_dimensionless
    if variable.kind == "constant" and has_unit and (equations.defaults[variable.name] == 1).all():
        yield Finding(
            "a constant of value 1 with a unit; does it only change the unit?", (str(unit),), is_warning=True
        )
    if component.expression is None or _is_plain(component.expression):
        return
    written = {float(token) for token in _NUMBER.findall(text)}
    numbers = dict.fromkeys(_numbers(component.expression, equations))
    # Subscripts used as numbers, counts of elements and the parts of TREND are not written in the text.
    hidden = [f"{number:g}" for number in numbers if abs(number) in written]
    if hidden:
        several = "numbers stand" if len(hidden) > 1 else "a number stands"
        reason = f"{several} in the equation: {', '.join(hidden)}; give constants of their own"
        yield Finding(reason, (), is_warning=True)


def _is_plain(expression: Expr) -> bool:
    """Tell whether an expression is made of numbers only: a constant, however it is written."""
    if isinstance(expression, Apply):
        return all(map(_is_plain, expression.args))
    return isinstance(expression, Number | Literal)


def _numbers(expression: Expr, equations: Equations) -> Iterator[float]:
    """Yield the numbers that stand in an expression, without 0, 1, -1 and powers that keep units."""
    if isinstance(expression, Number) and abs(expression.value) not in (0.0, 1.0):
        yield expression.value
    if isinstance(expression, StateValue):
        state = equations.states[expression.state]
        for role, part in {**state.inputs, "initial": state.initial}.items():
            if role != "order":
                yield from _numbers(part, equations)
    children = expression.children
    if isinstance(expression, Apply) and expression.function == "power":
        children = tuple(part for part in children if getattr(part, "value", None) not in POWERS)
    for child in children:
        yield from _numbers(child, equations)
