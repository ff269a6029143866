"""Simulation of one strategy, in one world or in many at once: from inputs by name to arrays by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from twintrack.core import Core
from twintrack.engines.registry import BATCHING, EngineName, batch_engine_of
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.world import WorldValue
from twintrack.runs.arrays import WorldArrays, WorldInputs, along_time, place_of, world_arrays
from twintrack.runs.switching import WorldMoney, followed_series, lever_inputs

if TYPE_CHECKING:
    from twintrack.engines.base import BatchEngine, Blend
    from twintrack.equations import Equations


@dataclass(frozen=True)
class EqualCost:
    """What a strategy is scaled to in each world, and how.

    Attributes:
        goal: The strategy whose public cost is met.
        none: The strategy itself with no money where it is scaled.
        levers: Names of the levers that are money.
        limits: Lowest and highest factor that keep money in its ranges.
    """

    goal: Strategy
    none: Strategy
    levers: tuple[str, ...]
    limits: tuple[float, float]


@dataclass(frozen=True)
class Plan:
    """What is simulated in every world; small enough to be sent to every process that works on it.

    Attributes:
        arrays: Puts world parameters into the arrays of the model's constants.
        scenarios: World parameters that each scenario sets, by scenario.
        strategies: What is done, by scenario and name; the same names in every scenario.
        outputs: Variables, or elements of arrays.
        equal: By scenario and name, what those strategies are scaled to that cost the same in each world.
        common_until: Time until which several strategies are likely to be the same.
    """

    arrays: WorldArrays
    scenarios: Mapping[str, Mapping[str, WorldValue]]
    strategies: Mapping[str, Mapping[str, Strategy]]
    outputs: Sequence[str]
    equal: Mapping[str, Mapping[str, EqualCost]] = field(default_factory=dict)
    common_until: float | None = None

    @property
    def strategy_names(self) -> list[str]:
        """Names of the strategies in order."""
        return list(next(iter(self.strategies.values())))


def simulate_planned(
    engine: BatchEngine,
    plan: Plan,
    scenario: str,
    strategy: str,
    draws: Mapping[str, Array],
    worlds: int,
    money: WorldMoney | None = None,
) -> dict[str, Array]:
    """Give every output of one strategy under one scenario, shape (world, saved time).

    `draws` are sampled values by world parameter, each of shape (worlds,); `money` scales money by world. A
    strategy that waits for something switches in every world at its own time, or never.
    """
    elements = {name: place_of(engine.equations, name) for name in plan.outputs}
    values = simulate_variables(
        engine,
        plan.arrays,
        plan.scenarios[scenario],
        plan.strategies[scenario][strategy],
        [variable for variable, _ in elements.values()],
        draws,
        worlds,
        money,
        plan.common_until,
    )
    return {name: along_time(values[variable], index).T for name, (variable, index) in elements.items()}


def simulate_variables(
    engine: BatchEngine,
    arrays: WorldArrays,
    scenario: Mapping[str, WorldValue],
    strategy: Strategy,
    variables: Iterable[str],
    draws: Mapping[str, Array],
    worlds: int,
    money: WorldMoney | None = None,
    common_until: float | None = None,
    held: tuple[Mapping[str, Array], Mapping[str, Array]] = ({}, {}),
) -> dict[str, Array]:
    """Give whole variables of one strategy, shape (saved time, ..., world); `scenario` is what it sets.

    `held` are constants and series that stand beside those of the world and the strategy, or instead.
    """
    times = engine.equations.time.times
    world = arrays.inputs(scenario, times, draws, worlds)
    constants, series, blend = _inputs(world, strategy, engine.equations, times, money)
    constants, series = {**constants, **held[0]}, {**series, **held[1]}
    # Sorted, so that the order in which outputs are asked for does not matter to what is compiled.
    asked = sorted(set(variables))
    return engine.run(constants, series, asked, runs=worlds, blend=blend, common_until=common_until)


def simulate_one_world(
    core: Core,
    strategy: Strategy,
    world: Mapping[str, WorldValue],
    outputs: Sequence[str] | None,
    *,
    engine: EngineName = "native",
    time_step: float | None = None,
    every_step: bool = False,
) -> dict[str, Array]:
    """Give whole variables of one strategy in one world, shape (saved time, ...); None: all variables.

    `world` is what differs from the central world. An engine that cannot blend is given the levers as
    another one has moved them. With `every_step`, every step is saved and belongs to what is run.
    """
    equations = core.equations
    grid = equations.time.with_step(time_step)
    given = world_arrays(core).inputs(world, grid.times)
    constants, series, blend = _inputs(given, strategy, equations, grid.times)
    if engine in BATCHING:
        if every_step:
            equations = replace(equations, time=grid.between(save_step=grid.step))
        values = batch_engine_of(equations, engine).run(
            constants,
            series,
            outputs,
            time_step=time_step,
            blend=blend,
            common_until=core.policy_start,
        )
    else:
        if blend is not None:
            series = followed_series(equations, constants, series, blend, time_step)
        values = core.engine(engine).run(constants, series, outputs, time_step=time_step)
    return {name: array[..., 0] for name, array in values.items()}


def check_finite(values: Mapping[str, Array], names: Iterable[str], time: Array, run: str) -> None:
    """Raise TwinTrackError for a variable that is not finite; `run` is what is simulated, in words."""
    names = list(names)
    # One sum over all tells it of nearly every run; only where it is not finite, each is looked at.
    if isfinite(np.concatenate([values[name] for name in names], axis=None).sum()):
        return
    for name in names:
        finite = np.isfinite(values[name]).reshape(len(time), -1).all(axis=1)
        if not finite.all():
            year = time[finite.argmin()]
            message = f"{run}: {name} has no finite value from {year:g} on; set levers and world less extreme"
            raise TwinTrackError(message)


def _inputs(
    world: WorldInputs,
    strategy: Strategy,
    equations: Equations,
    times: Array,
    money: WorldMoney | None = None,
) -> tuple[dict[str, Array], dict[str, Array], Blend | None]:
    """Give the constants and the series of a run, and what some of its series go over to."""
    levers = lever_inputs(strategy, equations, times, money)
    constants, series = {**world.constants, **levers.constants}, {**levers.series, **world.series}
    return constants, series, levers.blend
