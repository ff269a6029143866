"""The native engine against NumPy, PySD and Simlin: every variable and saved step, 2016 to 2040.

Strategies move some levers from 2026 on. The random settings move all levers at any time, in any direction,
and in other worlds, so that every path through the equations is taken by some of them.

NumPy computes many runs at once, in the time of one. PySD runs the model without subscripts, some forty times
faster than with them; Simlin reads the subscripts by itself, and is told the levers of every step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from parity_helpers import FAR_APART, STRATEGIES, assert_parity, by_numpy

from bench.simlin import SimlinEngine
from twintrack.engines.oracles.pysd import FlatPysdEngine
from twintrack.engines.registry import EngineName
from twintrack.inputs.paths import EARLIEST, LATEST, TimePath
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.switches import Switch
from twintrack.model import Model
from twintrack.resources import MODEL_FILE

pytestmark = pytest.mark.slow

SEED = 11
SETTINGS = 4
OTHERS = ["numpy", *(pytest.param(name, marks=pytest.mark.slow) for name in ("pysd", "simlin"))]


@pytest.fixture(scope="module", params=OTHERS)
def other(request: pytest.FixtureRequest, model: Model) -> Iterator[EngineName]:
    """Name under which the model runs another program; Simlin, which has none, stands in for PySD."""
    if request.param == "numpy":
        yield "numpy"
        return
    if request.param == "simlin":
        pytest.importorskip("simlin")
    make = FlatPysdEngine if request.param == "pysd" else SimlinEngine
    with pytest.MonkeyPatch.context() as patch:
        oracle = make(model.content / MODEL_FILE)
        patch.setattr(model, "engine", lambda name: oracle)
        yield "pysd"


Compare = Callable[..., None]


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """What the native engine gives, by what is run: once for all the others."""
    return {}


@pytest.fixture
def compare(
    model: Model,
    other: EngineName,
    tables: dict[str, pd.DataFrame],
    request: pytest.FixtureRequest,
) -> Compare:
    """Asserts that the native engine and the other one agree about a run that has a title."""

    def compare(title: str, plan: Strategy, world: Mapping[str, float] | None = None) -> None:
        if title not in tables:
            tables[title] = model.run(plan, world=world).variables
            assert len(tables[title]) == len(model.equations.time.saved)
        if other == "numpy":
            assert_parity(tables[title], request.getfixturevalue("computed_by_numpy")[title])
        else:
            assert_parity(tables[title], model.run(plan, world=world, engine=other).variables)

    return compare


def random_path(low: float, high: float, rng: np.random.Generator) -> TimePath:
    """Give a path through four values, with a step between the second and the third."""
    first, step, last = np.sort(rng.uniform(EARLIEST, LATEST, 3))
    return TimePath.through(zip((first, step, step, last), rng.uniform(low, high, 4), strict=True))


def random_paths(model: Model, rng: np.random.Generator) -> dict[str, TimePath]:
    """Give a path for every lever, anywhere in its range."""
    return {name: random_path(*lever.range, rng) for name, lever in model.levers.items()}


@pytest.fixture(scope="module")
def settings(model: Model) -> list[tuple[Strategy, dict[str, float]]]:
    """Random strategies, every other one of which switches when policies start, and a world for each.

    Their own past is that of their baseline: another one would be refused.
    """
    rng = np.random.default_rng(SEED)
    worlds = model.sample_worlds(SETTINGS, SEED).to_dict("records")
    found = []
    for number, world in enumerate(worlds):
        paths, after = random_paths(model, rng), random_paths(model, rng)
        switch = Switch("random", "frontier_gap_months", 1e6, 0.0, 3.0, after)
        plan = replace(
            model.strategy("baseline"), paths=paths, baseline=paths, switch=switch if number % 2 else None
        )
        found.append((plan, world))
    return found


@pytest.fixture(scope="module")
def computed_by_numpy(
    model: Model, settings: list[tuple[Strategy, dict[str, float]]], request: pytest.FixtureRequest
) -> dict[str, pd.DataFrame]:
    """What NumPy gives, by what is run."""
    names = STRATEGIES if request.config.getoption("all_strategies") else FAR_APART
    return by_numpy(
        model,
        {
            **{name: (model.strategy(name), None) for name in names},
            **{f"setting {number}": setting for number, setting in enumerate(settings)},
        },
    )


def test_every_variable_of_a_strategy_agrees(model: Model, compare: Compare, strategy: str) -> None:
    compare(strategy, model.strategy(strategy))


@pytest.mark.parametrize("number", range(SETTINGS))
def test_every_variable_of_a_random_setting_agrees(
    compare: Compare, settings: list[tuple[Strategy, dict[str, float]]], number: int
) -> None:
    compare(f"setting {number}", *settings[number])
