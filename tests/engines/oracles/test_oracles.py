"""The engines made of other programs, PySD with and without subscripts and Simlin, against NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from engine_helpers import assert_same

from bench.simlin import SimlinEngine
from twintrack.engines import Blend, Engine, NumpyEngine, PysdEngine
from twintrack.engines.oracles.pysd import FlatPysdEngine
from twintrack.equations import load_equations
from twintrack.errors import InputError, TwinTrackError

DATA = Path(__file__).parents[2] / "data"
ENGINES: dict[str, Callable[[Path], Engine]] = {
    "pysd": PysdEngine,
    "flat": FlatPysdEngine,
    "simlin": SimlinEngine,
}
MODEL = """{UTF-8}
side: left, right ~ ~ |
speed = 1 ~ Dmnl ~ |
threshold = 1 ~ Dmnl ~ |
pull[side] = 1, 2 ~ Dmnl ~ |
road = INTEG(speed, 0) ~ Dmnl ~ |
share = INTEG(IF THEN ELSE(road>=threshold :AND: share<1, 1, 0), 0) ~ Dmnl ~ |
load[side] = INTEG(pull[side]*speed + Time, pull[side]) ~ Dmnl ~ |
whole = SUM(load[side!]) ~ Dmnl ~ |
FINAL TIME = 4 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
"""
TIMES = np.arange(17) * 0.25
FIRST = {"speed": 1 + TIMES, "pull": np.outer(1 + TIMES**2, [1.0, 3.0])}


@cache
def engine(kind: str, path: Path) -> Engine:
    return ENGINES[kind](path)


@pytest.fixture(params=sorted(ENGINES))
def oracle(request: pytest.FixtureRequest, model: Path) -> Engine:
    if request.param == "simlin":
        pytest.importorskip("simlin")
    return engine(request.param, model)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("oracles") / "model.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def numpy(model: Path) -> NumpyEngine:
    return NumpyEngine(load_equations(model))


def test_what_the_model_says(oracle: Engine, numpy: NumpyEngine) -> None:
    assert_same(oracle.run({}, {}), numpy.run({}, {}), 1e-14)


def test_constants_and_series_with_another_step(oracle: Engine, numpy: NumpyEngine) -> None:
    constants = {"threshold": np.float64(2.0), "pull": np.array([5.0, 0.5])}
    series = {"speed": np.linspace(3, 0, 33)}
    found = oracle.run(constants, series, time_step=0.125)
    assert_same(found, numpy.run(constants, series, time_step=0.125), 1e-14)
    assert_same(oracle.run({}, {}), numpy.run({}, {}), 1e-14)  # nothing of it is left


def test_series_of_arrays(oracle: Engine, numpy: NumpyEngine) -> None:
    found = oracle.run({}, FIRST, ["load", "pull", "time_step"])
    assert list(found) == ["load", "pull", "time_step"]
    assert_same(found, numpy.run({}, FIRST, ["load", "pull", "time_step"]), 1e-14)


def test_series_that_a_stock_moves_to_second_values(oracle: Engine, numpy: NumpyEngine) -> None:
    blend = Blend("share", {"speed": 10 - TIMES, "pull": 7.0 * FIRST["pull"]})
    expected = numpy.run({}, FIRST, blend=blend)
    assert expected["share"][-1, 0] == 1
    assert_same(oracle.run({}, FIRST, blend=blend), expected, 1e-14)


def test_one_run_at_a_time(oracle: Engine) -> None:
    with pytest.raises(InputError, match="one run at a time"):
        oracle.run({}, {}, runs=2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["functions", "subscripts", "arrays"])
def test_every_construct_without_subscripts(name: str) -> None:
    path = DATA / f"{name}.mdl"
    assert_same(engine("flat", path).run({}, {}), NumpyEngine(load_equations(path)).run({}, {}), 1e-12)


def test_simlin_replaces_constants_only(model: Path) -> None:
    pytest.importorskip("simlin")
    with pytest.raises(InputError, match="whole: has an equation; Simlin replaces constants only"):
        engine("simlin", model).run({"whole": np.float64(1.0)}, {})


def test_a_model_that_simlin_cannot_run_is_told(tmp_path: Path) -> None:
    pytest.importorskip("simlin")
    path = tmp_path / "model.mdl"
    path.write_text(MODEL.replace("SUM(load[side!])", "FORECAST(speed, 2, 1)"), encoding="utf-8")
    with pytest.raises(TwinTrackError, match="Simlin cannot"):
        SimlinEngine(path).run({}, {})
