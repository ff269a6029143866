"""From a strategy to what an engine takes: its levers, and what it waits for before it switches.

The model's own stock tells how far the levers have moved from the first strategy to the second. A strategy
that does not switch leaves the model's trigger as it stands in the file, which is never.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.schemas import SwitchOutcome
from twintrack.runs.arrays import lever_series

if TYPE_CHECKING:
    from twintrack.engines.base import Blend
    from twintrack.equations import Equations
    from twintrack.inputs.paths import TimePath
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.switches import Switch

SHARE = "policy_switch"
"""The stock that goes from 0 (first strategy) to 1 (second strategy)."""

TRIGGER: Mapping[SwitchOutcome, str] = {
    "frontier_gap_months": "switch_gap_months",
    "scale_pace": "switch_scale_pace",
}
"""For each outcome that can be waited for the constant of the model that holds its trigger."""

TIMES = {"switch_hold_time": "for_years", "switch_ramp": "ramp_years"}
"""Constants of the model that hold times, and what of a switch each of them takes."""

SWITCH_VARIABLES = (SHARE, *TRIGGER.values(), *TIMES)
"""What a model has for strategies to switch in it."""


@dataclass(frozen=True)
class LeverInputs:
    """What a strategy gives to a run: levers as series, the trigger as constants, and the second levers."""

    constants: dict[str, Array]
    series: dict[str, Array]
    blend: Blend | None


@dataclass(frozen=True)
class WorldMoney:
    """Money levers multiplied in each world with a factor of its own.

    Attributes:
        none: The strategy with the factor nought. Paths are linear in the factor.
        levers: Names of the levers that are given by world, whether they are multiplied or not: with one set
            of them for all strategies, one compiled function serves all.
        factors: The factors, shape (worlds,).
    """

    none: Strategy
    levers: Sequence[str]
    factors: Array

    def series(
        self, paths: Mapping[str, TimePath], none: Mapping[str, TimePath], times: Array
    ) -> dict[str, Array]:
        """Give the levers of some paths, shape (steps + 1,), or (steps + 1, worlds) for those by world."""
        found, least = (
            lever_series(paths, times),
            lever_series({name: none[name] for name in self.levers}, times),
        )
        for name, start in least.items():
            found[name] = start[:, np.newaxis] + np.outer(found[name] - start, self.factors)
        return found


def lever_inputs(
    plan: Strategy, equations: Equations, times: Array, money: WorldMoney | None = None
) -> LeverInputs:
    """Give what a strategy means to the model; `times` are the integration times, shape (steps + 1,).

    `money` multiplies money levers by world. Raises InputError when the strategy switches and the model has
    no switch.
    """
    series = _series(plan, money.none if money else None, times, money)
    switch = plan.switch
    if switch is None:
        return LeverInputs({}, series, None)
    trigger = TRIGGER[switch.outcome]
    missing = [name for name in (SHARE, trigger, *TIMES) if name not in equations.variables]
    if missing:
        message = f"waits for its moment to switch, but the model has no {', '.join(missing)}"
        raise InputError(Fault(f'strategy "{plan.name}"', message))
    from twintrack.engines.base import Blend

    given = {trigger: switch.below, **{name: getattr(switch, part) for name, part in TIMES.items()}}
    constants = {name: np.array(value, np.float64) for name, value in given.items()}
    second = _series(switch, money.none.switch if money else None, times, money)
    return LeverInputs(constants, series, Blend(SHARE, second))


def _series(
    what: Strategy | Switch, none: Strategy | Switch | None, times: Array, money: WorldMoney | None
) -> dict[str, Array]:
    """Give the levers of a strategy, or of what it switches to; `none` is the same with the factor nought."""
    if money is None or none is None:
        return lever_series(what.paths, times)
    return money.series(what.paths, none.paths, times)


def followed_series(
    equations: Equations,
    constants: Mapping[str, Array],
    series: Mapping[str, Array],
    blend: Blend,
    time_step: float | None,
) -> dict[str, Array]:
    """Give the series as one run uses them at every step: plain series, for an engine that cannot blend.

    The run is made under NumPy first, only for the share that it has moved. The other engine computes that
    share anew, so that a disagreement shows.
    """
    from twintrack.engines.base import blended
    from twintrack.engines.numpy.engine import NumpyEngine

    grid = equations.time.with_step(time_step)
    every_step = replace(equations, time=replace(grid, save_step=grid.step))
    run = NumpyEngine(every_step).run(constants, series, [blend.weight], blend=blend)
    share = run[blend.weight][:, 0]
    followed = dict(series)
    for name, second in blend.series.items():
        weight = share.reshape(-1, *[1] * (np.ndim(second) - 1))
        followed[name] = blended(series[name], np.asarray(second, np.float64), weight)
    return followed
