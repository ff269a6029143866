"""Reading the clock of a model: its control variables are worked out once, when the model is read."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from twintrack.equations.clock import CONTROL_NAMES, TimeGrid
from twintrack.equations.static import NotStaticError, Static
from twintrack.equations.structure import Component, State, Table
from twintrack.errors import EquationError, InputError

MOST_UNEVEN_STEPS = 1_000_000
"""Steps of a run whose time step changes: each of them is listed."""
_CLOSE = 1e-9


@dataclass(frozen=True)
class Clock:
    """The time grid, and the control variables that change while the model runs."""

    grid: TimeGrid
    moving: frozenset[str]


@dataclass
class ClockReader:
    """Reads the clock from the equations of a model; `file` and `empty` are told in errors."""

    components: Mapping[str, Sequence[Component]]
    owners: Mapping[str, np.ndarray]
    states: Sequence[State]
    tables: Sequence[Table]
    file: str
    empty: Collection[str]

    def clock(self) -> Clock:
        """Give the clock.

        FINAL TIME may follow from anything, TIME STEP and SAVEPER from the time. Raises EquationError that
        names a control variable.
        """
        # Without SAVEPER every step is saved.
        missing = [name for name in CONTROL_NAMES if name not in self.components and name != "saveper"]
        if missing:
            raise EquationError("this control variable is missing", variable=missing[0], where=self.file)
        found = {name: self._first(name) for name in CONTROL_NAMES if name in self.components}
        values = {name: value for name, (value, _) in found.items()}
        moving = frozenset(name for name, (_, moves) in found.items() if moves)
        if "initial_time" in moving:
            self._refuse("initial_time", "it changes with time")
        step = values["time_step"]
        grid = TimeGrid(values["initial_time"], values["final_time"], step, values.get("saveper", step))
        try:
            grid = grid.possible()
            return Clock(self._uneven(grid, moving) if moving - {"final_time"} else grid, moving)
        except InputError as error:
            raise EquationError(str(error), variable="time_step", where=self._where("time_step")) from error

    def _static(self, now: float | None = None) -> Static:
        return Static(self.components, self.owners, self.states, self.tables, now=now)

    def _first(self, name: str) -> tuple[float, bool]:
        """Give the value of a control variable at the initial time, and whether it changes later."""
        static = self._static()
        value, reason = math.nan, ""
        try:
            value = static.value(name)
        except NotStaticError as error:
            reason = str(error)
        if static.stateful and name != "final_time":
            reason = "it follows from stocks"
        if name in self.empty:
            reason = "it has no numbers"
        if reason:
            self._refuse(name, reason)
        return value, static.moving

    def _refuse(self, name: str, reason: str) -> NoReturn:
        message = "a control variable must be computed from numbers, constants and Time"
        if name == "initial_time":
            message = "a control variable must be computed from numbers and constants"
        raise EquationError(message, variable=name, construct=reason, where=self._where(name))

    def _where(self, name: str) -> str:
        return self.components[name][0].where

    def _at(self, name: str, now: float) -> float:
        """Give the value of a control variable at a time; it must be above 0."""
        try:
            value = self._static(now).value(name)
        except NotStaticError as error:
            self._refuse(name, str(error))
        if not (math.isfinite(value) and value > 0):
            self._refuse(name, f"it is {value:g} at time {now:g}")
        return value

    def _uneven(self, grid: TimeGrid, moving: Collection[str]) -> TimeGrid:
        """List the steps, and those that are saved: the nearest to each time at which one is due."""
        times, lengths = [grid.initial], []
        while True:
            now = times[-1]
            length = self._at("time_step", now) if "time_step" in moving else grid.step
            if grid.final - now < 0.5 * length:
                break
            lengths.append(length)
            times.append(now + length if "time_step" in moving else grid.initial + len(lengths) * grid.step)
            if len(lengths) > MOST_UNEVEN_STEPS:
                self._refuse("time_step", f"it makes more than {MOST_UNEVEN_STEPS:,} steps")
        kept, due = [], grid.initial
        for number, now in enumerate(times):
            length = lengths[min(number, len(lengths) - 1)]
            if now + 0.5 * length < due + _CLOSE * length:
                continue
            kept.append(number)
            every = self._at("saveper", now) if "saveper" in moving else grid.save_step
            due = max(due + every, now + _CLOSE * length)
        even = "time_step" not in moving
        return replace(grid, lengths=() if even else tuple(lengths), kept=tuple(kept))
