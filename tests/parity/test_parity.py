"""The engine against PySD, the oracle: every variable and saved step, full horizon, the model's own step."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import twintrack
from twintrack.model import Model

STRATEGIES = ("baseline", "pure_catchup", "pure_exploration", "catchup_explore_open")
TOLERANCE = 1e-9


def run_pysd(content: Path, strategy: str) -> pd.DataFrame:
    """Give all variables of a strategy, as PySD computes them; a minute of work."""
    return twintrack.load(content).run(strategy, engine="pysd").variables


@pytest.fixture(scope="module")
def oracles(content: Path) -> Iterator[dict[str, Future[pd.DataFrame]]]:
    """Run PySD for all strategies, two at a time; spawned, because JAX's threads do not fork."""
    with ProcessPoolExecutor(max_workers=2, mp_context=get_context("spawn")) as pool:
        yield {strategy: pool.submit(run_pysd, content, strategy) for strategy in STRATEGIES}


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_variable_agrees_with_pysd(
    model: Model, oracles: dict[str, Future[pd.DataFrame]], strategy: str
) -> None:
    """Relative to the value itself; a value that is zero but for rounding, to the largest of its variable."""
    engine = model.run(strategy).variables
    oracle = oracles[strategy].result()
    assert len(engine) == len(model.equations.time.saved)
    assert set(engine) == set(oracle)
    mine, other = engine.to_numpy(), oracle[engine.columns].to_numpy()
    scale = np.maximum(np.abs(other), 1e-6 * np.abs(other).max(axis=0))
    error = (np.abs(mine - other) / np.where(scale > 0, scale, 1.0)).max(axis=0)
    worst = {engine.columns[place]: float(error[place]) for place in np.argsort(error)[-5:]}
    assert error.max() <= TOLERANCE, worst
