"""Many worlds: every strategy under every scenario in the same sampled worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twintrack.experiments.arrays import Array, WorldArrays, along_time, lever_series, place_of
from twintrack.inputs.paths import LeverPath
from twintrack.inputs.world import WorldValue

if TYPE_CHECKING:
    from twintrack.engines.base import Engine

Paths = Mapping[str, LeverPath]


@dataclass(frozen=True)
class Experiment:
    """What is simulated.

    Attributes:
        scenarios: World parameters that each scenario sets, by scenario.
        strategies: Paths of all levers, by scenario and strategy; the same strategies in every scenario.
        draws: Sampled values by world parameter, each of shape (worlds,).
        worlds: Number of worlds.
        outputs: Variables, or elements of arrays.
    """

    scenarios: Mapping[str, Mapping[str, WorldValue]]
    strategies: Mapping[str, Mapping[str, Paths]]
    draws: Mapping[str, Array]
    worlds: int
    outputs: Sequence[str]


def simulate(engine: Engine, arrays: WorldArrays, experiment: Experiment) -> dict[str, Array]:
    """Give every output as an array of shape (scenario, strategy, world, saved time)."""
    equations = engine.equations
    # Sorted, so that the order in which outputs are asked for does not matter to what is compiled.
    places = {name: place_of(equations, name) for name in experiment.outputs}
    variables = sorted({variable for variable, _ in places.values()})
    results: dict[str, list[list[Array]]] = {name: [] for name in experiment.outputs}
    for scenario, overrides in experiment.scenarios.items():
        world = arrays.inputs(overrides, equations.time.times, experiment.draws, experiment.worlds)
        for rows in results.values():
            rows.append([])
        for paths in experiment.strategies[scenario].values():
            series = {**lever_series(paths, equations.time.times), **world.series}
            values = engine.run(world.constants, series, variables, runs=experiment.worlds)
            for name, rows in results.items():
                variable, place = places[name]
                rows[-1].append(along_time(values[variable], place).T)
    return {name: np.array(rows) for name, rows in results.items()}
