"""Many worlds: every strategy under every scenario in the same sampled worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twintrack.experiments.arrays import Array, WorldArrays, along_time, place_of
from twintrack.experiments.switching import lever_inputs
from twintrack.inputs.world import WorldValue

if TYPE_CHECKING:
    from twintrack.engines.base import BlendingEngine
    from twintrack.inputs.strategies import Strategy


@dataclass(frozen=True)
class Experiment:
    """What is simulated.

    Attributes:
        scenarios: World parameters that each scenario sets, by scenario.
        strategies: What is done, by scenario and name; the same names in every scenario.
        draws: Sampled values by world parameter, each of shape (worlds,).
        worlds: Number of worlds.
        outputs: Variables, or elements of arrays.
    """

    scenarios: Mapping[str, Mapping[str, WorldValue]]
    strategies: Mapping[str, Mapping[str, Strategy]]
    draws: Mapping[str, Array]
    worlds: int
    outputs: Sequence[str]


def simulate(engine: BlendingEngine, arrays: WorldArrays, experiment: Experiment) -> dict[str, Array]:
    """Give every output as an array of shape (scenario, strategy, world, saved time).

    A strategy that waits for something switches in every world at its own time, or never.
    """
    equations = engine.equations
    # Sorted, so that the order in which outputs are asked for does not matter to what is compiled.
    places = {name: place_of(equations, name) for name in experiment.outputs}
    variables = sorted({variable for variable, _ in places.values()})
    results: dict[str, list[list[Array]]] = {name: [] for name in experiment.outputs}
    for scenario, overrides in experiment.scenarios.items():
        world = arrays.inputs(overrides, equations.time.times, experiment.draws, experiment.worlds)
        for rows in results.values():
            rows.append([])
        for plan in experiment.strategies[scenario].values():
            levers = lever_inputs(plan, equations, equations.time.times)
            values = engine.run(
                {**world.constants, **levers.constants},
                {**levers.series, **world.series},
                variables,
                runs=experiment.worlds,
                blend=levers.blend,
            )
            for name, rows in results.items():
                variable, place = places[name]
                rows[-1].append(along_time(values[variable], place).T)
    return {name: np.array(rows) for name, rows in results.items()}
