"""The engines by name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from twintrack.engines import registry
from twintrack.engines.registry import BATCHING, ENGINES, KEPT, batch_engine_of, engine_of
from twintrack.equations import Equations, load_equations
from twintrack.errors import InputError

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def equations(monkeypatch: pytest.MonkeyPatch) -> Equations:
    monkeypatch.setattr(registry, "_kept", {})
    return load_equations(DATA / "functions.mdl")


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ENGINES))
def test_every_engine_is_made_once_for_a_model_and_its_horizon(name: str, equations: Equations) -> None:
    engine = engine_of(equations, name)
    assert engine.equations.hash == equations.hash
    assert engine_of(load_equations(DATA / "functions.mdl"), name) is engine
    shorter = replace(equations, time=replace(equations.time, final=equations.time.initial + 1))
    assert engine_of(shorter, name) is not engine


@pytest.mark.parametrize("name", BATCHING)
def test_an_engine_for_many_runs_takes_them(name: str, equations: Equations) -> None:
    found = batch_engine_of(equations, name).run({}, {}, runs=3)
    assert {value.shape[-1] for value in found.values()} == {3}


def test_a_name_that_means_no_engine_is_refused_with_the_nearest(equations: Equations) -> None:
    with pytest.raises(InputError, match='no engine "natve"; did you mean "native"'):
        engine_of(equations, "natve")
    with pytest.raises(InputError, match='no engine "pysd"'):
        batch_engine_of(equations, "pysd")


def test_engines_of_many_models_are_forgotten_in_turn(equations: Equations) -> None:
    first = engine_of(equations, "numpy")
    for number in range(KEPT):
        engine_of(replace(equations, hash=str(number)), "numpy")
    assert len(registry._kept) == KEPT
    assert engine_of(equations, "numpy") is not first
