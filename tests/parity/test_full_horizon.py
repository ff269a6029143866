"""The engine against PySD and Simlin: every variable and saved step, 2016 to 2040, every strategy.

PySD runs the model without subscripts, some forty times faster than with them; Simlin reads the subscripts by
itself, and is told the levers of every step.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from parity_helpers import STRATEGIES, assert_parity

from twintrack.benchmarks.simlin_engine import SimlinEngine
from twintrack.engines import Engine
from twintrack.engines.pysd_engine import FlatPysdEngine
from twintrack.model import Model
from twintrack.resources import MODEL_FILE


@pytest.fixture(scope="module")
def flat_pysd(content: Path) -> FlatPysdEngine:
    return FlatPysdEngine(content / MODEL_FILE)


@pytest.fixture(scope="module")
def simlin(content: Path) -> SimlinEngine:
    pytest.importorskip("simlin")
    return SimlinEngine(content / MODEL_FILE)


def compare(model: Model, oracle: Engine, strategy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twintrack.model.engine_of", lambda equations, name: oracle)
    engine = model.run(strategy).variables
    assert len(engine) == len(model.equations.time.saved)
    assert_parity(engine, model.run(strategy, engine="pysd").variables)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_variable_agrees_with_pysd_without_subscripts(
    model: Model, flat_pysd: FlatPysdEngine, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(model, flat_pysd, strategy, monkeypatch)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_variable_agrees_with_simlin(
    model: Model, simlin: SimlinEngine, strategy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare(model, simlin, strategy, monkeypatch)
