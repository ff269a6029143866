"""From levers and worlds to the arrays that an engine takes.

Every lever is given as a series and every world parameter as a constant, whether it differs from the model
file or not: one compiled function then serves all strategies. A parameter that some scenario dates is always
given as a series, for the same reason.

Here is decided what a date means to a step. A lever enters each step as its mean over it, for levers are
money spent and rules in force, of which nothing may be lost; a world parameter as its value where the step
begins, for what it was before its date stays as it was. Every engine is given the same arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from twintrack.core import Core
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.paths import DatedPath, TimePath
from twintrack.inputs.table_names import table_faults
from twintrack.inputs.validation import FaultList
from twintrack.inputs.world import WorldParameter, WorldValue
from twintrack.names import split_element, suggest

Element = tuple[str, tuple[int, ...]]
"""A variable, and the index of one element in its array (empty: the whole of it)."""
_Change = tuple[tuple[int, ...], WorldValue | Array]
"""The index of an element, and what it becomes."""


@dataclass(frozen=True)
class WorldInputs:
    """Values of all world parameters by constant: axes (+ worlds), and with time before that for series."""

    constants: dict[str, Array]
    series: dict[str, Array]


class WorldArrays:
    """Puts world parameters, which may be single elements, into the arrays of the model's constants."""

    def __init__(
        self, equations: Equations, parameters: Mapping[str, WorldParameter], dated: Iterable[str] = ()
    ) -> None:
        """Prepare the central world; `dated` names the parameters that are always given as series."""
        self._equations = equations
        self._places = {name: place_of(equations, name) for name in parameters}
        self._dated = frozenset(self._places[name][0] for name in dated)
        self._central: dict[str, Array] = {}
        for name, (constant, place) in self._places.items():
            values = self._central.setdefault(constant, equations.defaults[constant].astype(np.float64))
            values[place] = parameters[name].value

    @property
    def dated(self) -> list[str]:
        """Names of the constants that are always given as series."""
        return sorted(self._dated)

    def inputs(
        self,
        overrides: Mapping[str, WorldValue],
        times: Array,
        draws: Mapping[str, Array] | None = None,
        worlds: int | None = None,
    ) -> WorldInputs:
        """Give the arrays of one world, or of many.

        Args:
            overrides: Parameters that a scenario or a user sets; they win over draws, dated ones from their
                first date on. A scenario may also set other constants, and single variables that a number
                then replaces.
            times: Integration times in decimal years, shape (steps + 1,).
            draws: Sampled values by parameter, each of shape (worlds,).
            worlds: Number of worlds; the arrays then have a last axis of that length. None: no such axis.
        """
        changed = self._by_constant([*(draws or {}).items(), *overrides.items()])
        series: dict[str, Array] = {}
        further = {name: self._file_value(name) for name in changed if name not in self._central}
        every = {**self._central, **further}
        moved = every.keys() if worlds is not None else self._dated.union(changed)
        constants = {name: array for name, array in every.items() if name not in moved}
        for constant in moved:
            values = every[constant]
            if worlds is not None:
                values = np.broadcast_to(values[..., None], (*values.shape, worlds))
            changes = changed.get(constant, [])
            if constant in self._dated or any(isinstance(value, TimePath) for _, value in changes):
                series[constant] = _dated(values, changes, times)
            else:
                constants[constant] = _replaced(values, changes)
        return WorldInputs(constants, series)

    def _by_constant(self, values: Iterable[tuple[str, WorldValue | Array]]) -> dict[str, list[_Change]]:
        """Sort values by constant; of one element the last value wins."""
        found: dict[str, list[_Change]] = {}
        for name, value in values:
            constant, place = self._places.get(name) or self._further_place(name)
            found.setdefault(constant, []).append((place, value))
        return found

    def _further_place(self, name: str) -> Element:
        """Find what a scenario sets beside world parameters. Raises InputError for what cannot be set."""
        variables = self._equations.variables
        try:
            constant, place = place_of(self._equations, name)
        except (KeyError, ValueError):
            raise InputError(Fault(name, f"no variable of this name{suggest(name, variables)}")) from None
        replaced = self._equations.variables[constant]
        if replaced.kind in ("lookup", "control") or (place and constant not in self._equations.defaults):
            message = f"is {replaced.kind} or one element of it; set constants, or whole variables"
            raise InputError(Fault(name, message))
        return constant, place

    def _file_value(self, constant: str) -> Array:
        """Give a constant's value in the model file; zeros for a variable that has an equation."""
        shape = self._equations.variables[constant].shape
        value = self._equations.defaults.get(constant, np.zeros(shape))
        return np.asarray(value, dtype=np.float64)


def world_arrays(core: Core) -> WorldArrays:
    """Give the `WorldArrays` of a content; made once.

    What some scenario dates is always given as a series. Raises InputError where the tables of the content
    name what the model does not have.
    """

    def make() -> WorldArrays:
        FaultList(table_faults(core.inputs, core.equations)).raise_any()
        scenarios = [core.scenario(name) for name in core.scenarios]
        dated = {
            name for item in scenarios for name, value in item.world.items() if isinstance(value, TimePath)
        }
        return WorldArrays(core.equations, core.world, dated)

    return core.remembered("world arrays", make, lambda _: [])


def lever_series(paths: Mapping[str, TimePath], times: Array) -> dict[str, Array]:
    """Give the mean of every lever over the step from each integration time on, shape (steps + 1,) each."""
    grid = times.tobytes()
    return {name: _over_steps(path, grid) for name, path in paths.items()}


@lru_cache(maxsize=4096)
def _over_steps(path: TimePath, times: bytes) -> Array:
    """Give the means of a path; kept, because most levers do not move while a slider does."""
    values: Array = path.over_steps(np.frombuffer(times, np.float64))
    values.flags.writeable = False
    return values


def place_of(equations: Equations, name: str) -> Element:
    """Find a variable, or an element of one, by its name.

    Raises KeyError for an unknown variable, ValueError for an element that it does not have.
    """
    constant, elements = split_element(name)
    axes = equations.variables[constant].elements
    return constant, tuple(
        axis.index(element) for axis, element in zip(axes, elements, strict=bool(elements))
    )


def along_time(values: Array, place: tuple[int, ...]) -> Array:
    """Give the view of one element at all times; time is the first axis of `values`."""
    index: Any = (slice(None), *place)
    view: Array = values[index]
    return view


def _replaced(values: Array, changes: Sequence[tuple[tuple[int, ...], Any]]) -> Array:
    if not changes:
        return values
    result = values.copy()
    for place, value in changes:
        result[place] = value
    return result


def _dated(values: Array, changes: Sequence[_Change], times: Array) -> Array:
    """Repeat values along time, first axis, with some of them replaced; paths vary along it.

    Where none does, the repeated values lie in memory once, and cannot be written to.
    """
    if not any(isinstance(value, TimePath) for _, value in changes):
        return np.broadcast_to(_replaced(values, changes), (len(times), *values.shape))
    result = np.repeat(values[None], len(times), axis=0)
    for place, value in changes:
        target = along_time(result, place)
        if isinstance(value, TimePath):
            said = times >= value.start if isinstance(value, DatedPath) else np.full(len(times), True)
            target[said] = value.at(times[said]).reshape(-1, *[1] * (target.ndim - 1))
        else:
            target[...] = value
    return result
