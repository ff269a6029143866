"""The clock of a model: control variables, the grid of times, and how stocks are integrated over it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from twintrack.errors import Fault, InputError
from twintrack.names import suggest

CONTROL_NAMES = ("initial_time", "final_time", "time_step", "saveper")
"""The variables that say when a run begins and ends, how long its steps are and what is saved."""

Integration = Literal["euler", "rk2", "rk4"]
"""How a step is made: from its beginning, from its middle, or by the classical method of four stages."""
INTEGRATIONS: tuple[Integration, ...] = get_args(Integration)

STAGES: dict[Integration, tuple[float, ...]] = {
    "euler": (0.0,),
    "rk2": (0.0, 0.5),
    "rk4": (0.0, 0.5, 0.5, 1.0),
}
"""Where in a step the rates are computed; each stage begins from where the rates of the one before lead."""
WEIGHTS: dict[Integration, tuple[float, ...]] = {
    "euler": (1.0,),
    "rk2": (0.0, 1.0),
    "rk4": (1.0, 2.0, 2.0, 1.0),
}
"""How much the rates of each stage count for the whole step."""

# The fourth number of line 15 of the settings behind the sketch: the method, and what is done otherwise.
_FIXED = "whose steps Vensim makes shorter where it needs to, is computed with the TIME STEP of the file"
_SETTINGS: dict[int, tuple[Integration, str]] = {
    0: ("euler", ""),
    1: ("rk4", f"RK4 Auto, {_FIXED}"),
    2: ("euler", "Diff is computed as Euler's method: auxiliaries are those of the time they stand beside"),
    3: ("rk2", f"RK2 Auto, {_FIXED}"),
    4: ("rk2", ""),
    5: ("rk4", ""),
}
_SETTING = re.compile(r"^15:(?:\d+,){3}(\d+)", re.MULTILINE)
_SETTINGS_MARK = "///---"

MOST_STEPS = 10_000_000
"""Integration steps that a run may have."""
_CLOSE = 1e-6
"""How far from a whole number of steps a time may lie."""


def integration_of(text: str) -> tuple[Integration, str]:
    """Give how a model file wants to be integrated, and a note where that is done in another way."""
    found = _SETTING.search(text, max(text.find(_SETTINGS_MARK), 0))
    number = int(found[1]) if found and _SETTINGS_MARK in text else 0
    unknown: tuple[Integration, str] = "euler", f"integration type {number} is not known; Euler's is taken"
    return _SETTINGS.get(number, unknown)


def _goes_into(step: float, length: float) -> bool:
    """Say whether a length is a whole number of steps, one at least."""
    count = length / step
    return count > 0.5 and abs(count - round(count)) <= _CLOSE


@dataclass(frozen=True)
class TimeGrid:
    """The integration grid, in the model's unit of time (years). Times are `initial + i * step`.

    Where the time step changes, `lengths` has the length of each step and `step` is the first one; where that
    or SAVEPER changes, `kept` has the numbers of the steps that are saved.
    """

    initial: float
    final: float
    step: float
    save_step: float
    integration: Integration = "euler"
    lengths: tuple[float, ...] = ()
    kept: tuple[int, ...] = ()

    @property
    def steps(self) -> int:
        """Number of integration steps."""
        return len(self.lengths) or round((self.final - self.initial) / self.step)

    @property
    def controls(self) -> dict[str, float]:
        """Values of the control variables by name."""
        return dict(zip(CONTROL_NAMES, (self.initial, self.final, self.step, self.save_step), strict=True))

    @cached_property
    def times(self) -> NDArray[np.float64]:
        """Times of the grid, shape (steps + 1,)."""
        if self.lengths:
            return self.initial + np.cumsum([0.0, *self.lengths])
        return self.initial + np.arange(self.steps + 1, dtype=np.float64) * self.step

    @cached_property
    def saved_index(self) -> NDArray[np.int64]:
        """Indices of the saved rows into `times`, shape (saves,): the step nearest to each due time."""
        if self.kept:
            return np.asarray(self.kept, np.int64)
        every = self.save_step / self.step
        if _goes_into(self.step, self.save_step):
            return np.arange(0, self.steps + 1, round(every))
        due = np.arange(int((self.steps + 0.5) / every) + 1) * every
        index = np.unique(np.floor(due + 0.5).astype(np.int64))
        return index[index <= self.steps]

    @cached_property
    def saved(self) -> NDArray[np.float64]:
        """Times of the saved rows, shape (saves,)."""
        return self.times[self.saved_index]

    def length(self, number: int) -> float:
        """Give the length of the step that begins at a time of the grid."""
        return self.lengths[min(number, len(self.lengths) - 1)] if self.lengths else self.step

    def check(self) -> TimeGrid:
        """Give this grid back; raise InputError when its step divides its times badly or makes no run."""
        uneven = [Fault("time_step", f"{text}; take a fraction of it") for text in self.uneven]
        if faults := self._faults() or uneven:
            raise InputError(faults)
        return self

    def possible(self) -> TimeGrid:
        """Give this grid back; raise InputError when no run is made of it."""
        if faults := self._faults():
            raise InputError(faults)
        return self

    @property
    def uneven(self) -> list[str]:
        """What the time step does not go evenly into, told."""
        lengths = (("SAVEPER", self.save_step), ("FINAL TIME - INITIAL TIME", self.final - self.initial))
        return [
            f"{self.step} does not go evenly into {name} = {length}"
            for name, length in lengths
            if not self.lengths and not _goes_into(self.step, length)
        ]

    def _faults(self) -> list[Fault]:
        """Say why no run can be made."""
        span = self.final - self.initial
        values = {"TIME STEP": self.step, "SAVEPER": self.save_step, "FINAL TIME - INITIAL TIME": span}
        bad = [name for name, value in values.items() if not (math.isfinite(value) and value > 0)]
        message = ""
        if bad:
            message = f"{bad[0]} = {values[bad[0]]:g} makes no run; it must be above 0"
        elif span / self.step <= 0.5:
            message = f"TIME STEP = {self.step:g} is longer than the run"
        elif self.save_step > span + _CLOSE * self.step:
            message = (
                f"SAVEPER = {self.save_step:g} is longer than the run, so that its end would not be saved"
            )
        elif span / self.step > MOST_STEPS:
            count = f"{self.step:g} makes {span / self.step:,.0f} steps"
            message = f"{count}; at most {MOST_STEPS:,} fit in the memory"
        return [Fault("time_step", message)] if message else []

    def until(self, end: float) -> TimeGrid:
        """Give the grid that ends at the first saved time not before `end`."""
        if self.lengths or self.kept:
            row = min(int(np.searchsorted(self.saved, end - 1e-9)), len(self.saved) - 1)
            last = int(self.saved_index[row])
            kept = tuple(number for number in self.kept if number <= last)
            return replace(self, final=float(self.times[last]), lengths=self.lengths[:last], kept=kept)
        saves = math.ceil((end - self.initial) / self.save_step - 1e-9)
        return replace(self, final=self.initial + saves * self.save_step)

    def between(self, **times: float) -> TimeGrid:
        """Give the grid with another `initial`, `final` or `save_step`.

        Raises InputError when the step does not go evenly into them, though it does here, or the model itself
        changes its step.
        """
        if self.lengths or self.kept:
            message = "TIME STEP or SAVEPER changes while this model runs; change the file instead"
            raise InputError(Fault("time_step", message))
        other = replace(self, **times)  # type: ignore[arg-type]
        return other.possible() if self.uneven else other.check()

    def with_step(self, step: float | None) -> TimeGrid:
        """Give the grid with another integration step and the same saved times; None changes nothing.

        Raises InputError when `step` does not go evenly into SAVEPER, or the model itself changes its step.
        """
        if step is None or (step == self.step and not self.lengths):
            return self
        if self.lengths or self.kept:
            message = "TIME STEP or SAVEPER changes while this model runs; change its equation instead"
            raise InputError(Fault("time_step", message))
        return replace(self, step=float(step)).check()

    def integrated(self, integration: str | None) -> TimeGrid:
        """Give the grid with another way of integration; None changes nothing. Raises InputError."""
        if integration is None:
            return self
        for known in INTEGRATIONS:
            if known == integration.lower():
                return replace(self, integration=known)
        message = f'there is no integration "{integration}"{suggest(integration, INTEGRATIONS)}'
        raise InputError(Fault("integration", message))
