"""The engines of this package against each other: every variable and saved step, 2016 to 2040."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from parity_helpers import STRATEGIES, assert_parity, table

from twintrack.engines import NumpyEngine
from twintrack.experiments.switching import lever_inputs
from twintrack.model import Model


@pytest.fixture(scope="module")
def numpy(model: Model) -> dict[str, pd.DataFrame]:
    """All strategies under NumPy; those that do not switch side by side, in the time of a few."""
    equations, times = model.equations, model.equations.time.times
    levers = {
        name: lever_inputs(model.at_budget(model.strategy(name), "central")[0], equations, times)
        for name in STRATEGIES
    }
    plain = [name for name, given in levers.items() if given.blend is None]
    series = {
        name: np.stack([levers[plan].series[name] for plan in plain], axis=-1)
        for name in levers[plain[0]].series
    }
    world = model.world_arrays.inputs(model.scenario("central").world, times)
    engine = NumpyEngine(equations)
    values = engine.run(world.constants, {**series, **world.series}, runs=len(plain))
    found = {
        plan: table(equations, {name: array[..., run] for name, array in values.items()})
        for run, plan in enumerate(plain)
    }
    switching = {name: model.run(name, engine="numpy").variables for name in levers if name not in plain}
    return {**found, **switching}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_variable_is_the_same_under_numpy(
    model: Model, numpy: dict[str, pd.DataFrame], strategy: str
) -> None:
    native = model.run(strategy).variables
    assert len(native) == len(model.equations.time.saved)
    assert_parity(native, numpy[strategy])
