"""The engine against PySD, the oracle: every variable and saved step, full horizon, the model's own step."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.model import Model

STRATEGIES = ("baseline", "pure_catchup", "pure_exploration", "catchup_explore_open")
TOLERANCE = 1e-9


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_variable_agrees_with_pysd(model: Model, strategy: str) -> None:
    """Relative to the value itself; a value that is zero but for rounding, to the largest of its variable."""
    engine = model.run(strategy).variables
    oracle = model.run(strategy, engine="pysd").variables
    assert len(engine) == len(model.equations.time.saved)
    assert set(engine) == set(oracle)
    mine, other = engine.to_numpy(), oracle[engine.columns].to_numpy()
    scale = np.maximum(np.abs(other), 1e-6 * np.abs(other).max(axis=0))
    error = (np.abs(mine - other) / np.where(scale > 0, scale, 1.0)).max(axis=0)
    worst = {engine.columns[place]: float(error[place]) for place in np.argsort(error)[-5:]}
    assert error.max() <= TOLERANCE, worst
