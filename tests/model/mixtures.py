"""Random corners of everything at once: levers and world parameters at their ends, under any scenario."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from field_tests.bounds import SHARES, amounts
from field_tests.laboratory import CORNER_STEP, Laboratory, Saved
from twintrack.equations.structure import Array
from twintrack.inputs.paths import TimePath
from twintrack.model import Model

TIMES = ("share_time_of_country",)
"""Time constants that the model computes."""

Rng = np.random.Generator


def random_mixtures(model: Model, laboratory: Laboratory, runs: int, seed: int) -> Saved:
    """Give stocks, shares and outcomes of runs that each have a corner, a mix of levers and a scenario.

    Levers hold from 2016 on, which is harder than what policy can do. Shape (saves,) + axes + (runs,).
    """
    equations, rng = model.equations, np.random.default_rng(seed)
    times = equations.time.with_step(CORNER_STEP).times
    levers = {name: _ends(lever.range, runs, rng) for name, lever in model.levers.items()}
    world = {name: _ends(parameter.range, runs, rng) for name, parameter in model.world.items()}
    dated = _under_scenarios(model, world, times, rng.integers(0, len(model.scenarios), runs))
    constant = {name: values for name, values in {**world, **levers}.items() if name not in dated}
    cases = [{name: float(values[run]) for name, values in constant.items()} for run in range(runs)]
    outputs = sorted({*amounts(equations), *SHARES, *TIMES, *model.catalogue.outcome_variables})
    return laboratory.engine.run(
        laboratory.constants(cases), dated, outputs, runs=runs, time_step=CORNER_STEP
    )


def _ends(span: tuple[float, float], runs: int, rng: Rng) -> Array:
    return np.where(rng.integers(0, 2, runs) == 1, span[1], span[0])


def _under_scenarios(
    model: Model, world: dict[str, Array], times: Array, chosen: NDArray[np.int64]
) -> dict[str, Array]:
    """Put what each run's scenario says into `world`, and give what is dated as series."""
    dated: dict[str, Any] = {}
    for place, scenario in enumerate(model.scenarios):
        here = chosen == place
        for name, value in model.scenario(scenario).world.items():
            if isinstance(value, TimePath):
                series = dated.setdefault(name, np.repeat(world[name][np.newaxis], len(times), 0))
                later = times >= getattr(value, "start", times[0])
                series[np.ix_(later, here)] = value.at(times[later])[:, np.newaxis]
            else:
                world[name][here] = value
    return dated
