"""Whether the links of a feedback loop have the signs that are claimed, in a stated run and year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from one_equation import OneEquation

from twintrack.equations.structure import Array
from twintrack.inputs.loops import links
from twintrack.runs.arrays import along_time, place_of
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations import Equations
    from twintrack.inputs.structure_schemas import LoopEntry
    from twintrack.runs.results import Run

STEP = 1e-4
"""A cause is moved up and down by this share of itself: far from rounding, and too little to pass a bend."""

LEAP = 0.5
"""The cause of a switch is moved by this share of itself: a switch answers only when a mark is passed."""

ROUNDING = 1e-12
"""A response of less than this share of the effect's value is none: it could be rounding (float64: 2e-16)."""


@dataclass(frozen=True)
class LinkSign:
    """A link of a loop, and what the equation of the effect says of it.

    `found` is "+", "-", or "0" when the effect does not respond. `elasticity` is the relative change of the
    effect per relative change of the cause; for a stock, of its value one time step later.
    """

    cycle: str
    cause: str
    effect: str
    stated: str
    found: str
    elasticity: float

    @property
    def agrees(self) -> bool:
        """Whether the sign is the one that is stated."""
        return self.found == self.stated


def link_signs(model: Core, *loops: LoopEntry) -> list[LinkSign]:
    """Find the sign of every link of some loops, each in the state that it names.

    All variables take their values of that run at the saved time nearest to the year. The
    equation of each effect is then evaluated by itself with the cause moved and everything else held. A cause
    that is an array moves as a whole, and the elements of an effect are added up, where the loop names no
    element. An effect that is 0 or 1 at all times of the run is a switch, whose cause moves by `LEAP`. Loops
    whose states differ in nothing but the year share one run.

    Raises InputError for an unknown strategy, scenario or variable.
    """
    runs: dict[str, Run] = {}
    found = []
    for loop in loops:
        state = loop.state
        described = repr(state.model_dump(exclude={"year"}))
        if described not in runs:
            plan = model.strategy(state.strategy, **state.levers)
            runs[described] = run_strategy(model, plan, state.scenario, world=state.world)
        run = runs[described]
        values, time = _values(run, state.year)
        for cycle in loop.cycles:
            for (cause, effect), stated in zip(links(cycle), cycle.signs, strict=True):
                step = LEAP if _is_switch(run, effect) else STEP
                elasticity = _elasticity(model.equations, values, time, cause, effect, step)
                sign = "0" if elasticity == 0 else "-" if elasticity < 0 else "+"
                found.append(LinkSign(cycle.id, cause, effect, stated, sign, elasticity))
    return found


def _values(run: Run, year: float) -> tuple[dict[str, Array], float]:
    """Give the values of all variables at the saved time nearest to a year, shape axes each, and the time."""
    place = int(np.abs(run.time - year).argmin())
    variables = run.catalogue.equations.variables.values()
    named = [variable.name for variable in variables if variable.kind != "lookup"]
    return {name: run[name][place] for name in named}, float(run.time[place])


def _is_switch(run: Run, name: str) -> bool:
    """Tell whether a variable, or an element, is 0 or 1 at all saved times of a run."""
    variable, place = place_of(run.catalogue.equations, name)
    return bool(np.isin(along_time(run[variable], place), (0.0, 1.0)).all())


def _elasticity(
    equations: Equations, values: Mapping[str, Array], time: float, cause: str, effect: str, step: float
) -> float:
    """Give the relative response of an effect to a cause; 0 when it is no larger than rounding."""
    (moving, there), (name, here) = place_of(equations, cause), place_of(equations, effect)
    value = np.asarray(values[moving], dtype=np.float64)
    size = np.where(value == 0, np.abs(value).max() or 1.0, np.abs(value))
    change = np.zeros_like(value)
    change[there] = step * size[there]
    moved = np.stack([value - change, value + change], axis=-1)
    result = OneEquation(equations, name).value(values, {moving: moved}, time)[here]
    low, high = result.reshape(-1, 2).sum(axis=0)
    scale = np.abs(result).sum() / 2
    response = (high - low) / scale if scale else 0.0
    return float(response / (2 * step)) if abs(response) > ROUNDING else 0.0
