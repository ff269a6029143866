"""What is simulated: every strategy under every scenario, all of them in the same worlds.

A plan holds no worlds: those are given part by part, so that a plan is small enough to be sent to every
process that works on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twintrack.inputs.world import WorldValue
from twintrack.runs.arrays import Array, WorldArrays, along_time, place_of
from twintrack.runs.switching import lever_inputs

if TYPE_CHECKING:
    from twintrack.engines.base import BlendingEngine
    from twintrack.inputs.strategies import Strategy


@dataclass(frozen=True)
class Plan:
    """What is simulated in every world.

    Attributes:
        arrays: Puts world parameters into the arrays of the model's constants.
        scenarios: World parameters that each scenario sets, by scenario.
        strategies: What is done, by scenario and name; the same names in every scenario.
        outputs: Variables, or elements of arrays.
    """

    arrays: WorldArrays
    scenarios: Mapping[str, Mapping[str, WorldValue]]
    strategies: Mapping[str, Mapping[str, Strategy]]
    outputs: Sequence[str]

    @property
    def strategy_names(self) -> list[str]:
        """Names of the strategies in order."""
        return list(next(iter(self.strategies.values())))


def simulate(engine: BlendingEngine, plan: Plan, draws: Mapping[str, Array], worlds: int) -> dict[str, Array]:
    """Give every output as an array of shape (scenario, strategy, world, saved time).

    `draws` are sampled values by world parameter, each of shape (worlds,).
    """
    results: dict[str, list[list[Array]]] = {name: [] for name in plan.outputs}
    for scenario in plan.scenarios:
        for rows in results.values():
            rows.append([])
        for strategy in plan.strategies[scenario]:
            for name, values in simulate_one(engine, plan, scenario, strategy, draws, worlds).items():
                results[name][-1].append(values)
    return {name: np.array(rows) for name, rows in results.items()}


def simulate_one(
    engine: BlendingEngine,
    plan: Plan,
    scenario: str,
    strategy: str,
    draws: Mapping[str, Array],
    worlds: int,
) -> dict[str, Array]:
    """Give every output of one strategy under one scenario, shape (world, saved time).

    A strategy that waits for something switches in every world at its own time, or never.
    """
    places = {name: place_of(engine.equations, name) for name in plan.outputs}
    values = simulate_variables(
        engine,
        plan.arrays,
        plan.scenarios[scenario],
        plan.strategies[scenario][strategy],
        [variable for variable, _ in places.values()],
        draws,
        worlds,
    )
    return {name: along_time(values[variable], place).T for name, (variable, place) in places.items()}


def simulate_variables(
    engine: BlendingEngine,
    arrays: WorldArrays,
    scenario: Mapping[str, WorldValue],
    strategy: Strategy,
    variables: Iterable[str],
    draws: Mapping[str, Array],
    worlds: int,
) -> dict[str, Array]:
    """Give whole variables of one strategy, shape (saved time, ..., world); `scenario` is what it sets."""
    times = engine.equations.time.times
    world = arrays.inputs(scenario, times, draws, worlds)
    levers = lever_inputs(strategy, engine.equations, times)
    return engine.run(
        {**world.constants, **levers.constants},
        {**levers.series, **world.series},
        # Sorted, so that the order in which outputs are asked for does not matter to what is compiled.
        sorted(set(variables)),
        runs=worlds,
        blend=levers.blend,
    )
