"""Runs that the tests of the field share: strategies in given worlds, with variables replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twintrack.engines import NativeEngine
from twintrack.equations.structure import Array
from twintrack.runs.switching import lever_inputs

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import WorldValue
    from twintrack.model import Model


COMPARED = (
    "baseline",
    "pure_catchup",
    "pure_exploration",
    "catchup_explore_open",
    "catchup_open",
    "diffusion_first",
    "new_national_system",
)
"""Strategies among which the best is looked for: the poles of the question, and what planners name."""

JUDGED = ("capability_index", "ai_income", "capability_gap")
"""Outcomes by which the best strategy is looked for."""

SEED = 7


class Workbench:
    """Runs of a model's equations by the native engine, one strategy at a time."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.engine = NativeEngine(model.equations)

    def run(
        self,
        strategy: str | Strategy,
        worlds: pd.DataFrame | None = None,
        *,
        scenario: str = "central",
        constants: Mapping[str, Array] | None = None,
        series: Mapping[str, Array] | None = None,
        outputs: Sequence[str] | None = None,
        time_step: float | None = None,
    ) -> dict[str, Array]:
        """Simulate a strategy in some worlds, or in the central one.

        Args:
            strategy: A name, or a merged strategy.
            worlds: One row for each world, one column for each sampled parameter.
            scenario: What holds in every world.
            constants: Further variables by name that a number replaces, shape axes (+ worlds).
            series: The same with a value for each time of the grid, shape (steps + 1,) + axes (+ worlds).
            outputs: Variables; by default those of the outcomes.
            time_step: Another step than the model's.

        Returns:
            For each variable an array of shape (saved times,) + axes + (worlds,); one world where none is
            given.
        """
        model = self.model
        sized, _ = model.at_budget(model.strategy(strategy), scenario)
        times = model.equations.time.with_step(time_step).times
        draws = None if worlds is None else {str(it): worlds[it].to_numpy(np.float64) for it in worlds}
        outside: Mapping[str, WorldValue] = model.scenario(scenario).world
        number = None if worlds is None else len(worlds)
        world = model.world_arrays.inputs(outside, times, draws, number)
        levers = lever_inputs(sized, model.equations, times)
        return self.engine.run(
            {**world.constants, **levers.constants, **(constants or {})},
            {**levers.series, **world.series, **(series or {})},
            list(outputs or model.catalogue.outcome_variables),
            runs=number or 1,
            time_step=time_step,
            blend=levers.blend,
        )

    def finals(
        self, strategies: Sequence[str], worlds: pd.DataFrame | None, names: Sequence[str] = JUDGED
    ) -> dict[str, Array]:
        """Give outcomes of the last saved time by name, shape (strategies, worlds)."""
        runs = [self.run(name, worlds) for name in strategies]
        return {name: np.stack([run[name][-1] for run in runs]) for name in names}


@lru_cache(maxsize=2)
def workbench(model: Model) -> Workbench:
    """Give the workbench of a model; it is kept, with what it has compiled."""
    return Workbench(model)


def best(model: Model, name: str, values: Array) -> NDArray[np.int64]:
    """Give the index of the best strategy in each world; `values` of shape (strategies, worlds)."""
    higher = model.outcomes[name].better != "lower"
    found: NDArray[np.int64] = values.argmax(axis=0) if higher else values.argmin(axis=0)
    return found
