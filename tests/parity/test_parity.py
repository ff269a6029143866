"""The engine against PySD, the oracle: every variable, every saved step, the full horizon, at the model's own step."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.model import Model

STRATEGIES = ("baseline", "pure_catchup", "pure_exploration", "catchup_explore_open")
TOLERANCE = 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_variable_agrees_with_pysd(model: Model, strategy: str) -> None:
    """Relative to the value itself; where a value is zero to rounding, to the largest value of its variable."""
    engine = model.run(strategy).variables
    oracle = model.run(strategy, engine="pysd").variables[engine.columns]
    assert len(engine) == len(model.equations.time.saved)
    scale = np.maximum(oracle.abs(), 1e-6 * oracle.abs().max(axis=0))
    error = ((engine - oracle).abs() / scale.where(scale > 0, 1.0)).max()
    worst = error.nlargest(5)
    assert worst.iloc[0] <= TOLERANCE, worst.to_dict()
