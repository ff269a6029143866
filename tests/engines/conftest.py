"""Engines and small models for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from twintrack.engines import Engine, NativeEngine, NumpyEngine, PysdEngine
from twintrack.equations import load_equations

DATA = Path(__file__).parents[1] / "data"
CONTROL = """
FINAL TIME = 4 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
"""


@cache
def numpy_engine(path: Path) -> NumpyEngine:
    return NumpyEngine(load_equations(path))


@cache
def native_engine(path: Path) -> NativeEngine:
    return NativeEngine(load_equations(path))


@cache
def pysd_engine(path: Path) -> PysdEngine:
    return PysdEngine(path)


@pytest.fixture
def oracle() -> Callable[[str], PysdEngine]:
    """Gives PySD's engine for a model of tests/data."""
    return lambda model: pysd_engine(DATA / f"{model}.mdl")


@pytest.fixture(params=[numpy_engine, native_engine], ids=["numpy", "native"])
def engine_of(request: pytest.FixtureRequest) -> Callable[[str], Engine]:
    """Gives the engine under test for a model of tests/data."""
    return lambda model: request.param(DATA / f"{model}.mdl")


@pytest.fixture(params=[numpy_engine, native_engine], ids=["numpy", "native"])
def engine_for(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Engine]:
    """Gives the engine under test for equations written in the test."""

    def build(text: str) -> Engine:
        path = tmp_path / "model.mdl"
        path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
        return request.param(path)

    return build
