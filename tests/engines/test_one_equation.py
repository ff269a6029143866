"""One equation by itself gives what the engine gives."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from one_equation import OneEquation

from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.equations import Equations, load_equations

DATA = Path(__file__).parents[1] / "data"
ROW = 9


@cache
def equations_of(model: str) -> Equations:
    """Give the equations of a model of tests/data that saves every step."""
    equations = load_equations(DATA / f"{model}.mdl")
    return replace(equations, time=replace(equations.time, save_step=equations.time.step))


@cache
def values_of(model: str, row: int) -> dict[str, np.ndarray]:
    """Give the values of all variables at a time of the run of a model."""
    run = NumpyEngine(equations_of(model)).run({}, {})
    return {name: array[row, ..., 0] for name, array in run.items()}


def answer(equations: Equations, name: str, held: dict[str, np.ndarray], **moved: np.ndarray) -> np.ndarray:
    return OneEquation(equations, name).value(held, moved, float(equations.time.times[ROW]))


@pytest.mark.parametrize("model", ["arrays", "functions", "subscripts"])
def test_each_equation_reproduces_the_run_from_the_values_of_its_causes(model: str) -> None:
    equations, now, following = equations_of(model), values_of(model, ROW), values_of(model, ROW + 1)
    with_memory = {state.variable for state in equations.states if state.kind != "integ"}
    tried = 0
    for name, variable in equations.variables.items():
        causes = OneEquation(equations, name).causes if variable.kind in ("stock", "auxiliary") else ()
        if not causes or name in with_memory:
            continue
        expected = following[name] if variable.kind == "stock" else now[name]
        same = {causes[0]: now[causes[0]][..., None]}
        found = answer(equations, name, now, **same)
        np.testing.assert_allclose(found[..., 0], expected, rtol=1e-12, err_msg=name)
        tried += 1
    assert tried > 5


@pytest.mark.parametrize(
    "name",
    ["smoothed", "smoothed_thrice", "smoothed_n_times", "delayed_thrice", "delayed_n_times", "in_a_pipe"],
)
def test_what_has_a_memory_answers_after_as_many_steps_as_it_has_stages(name: str) -> None:
    equations, now = equations_of("functions"), values_of("functions", ROW)
    low, high = answer(equations, name, now, wave=now["wave"] + np.array([-0.1, 0.1]))
    assert high > low


def test_an_initial_value_does_not_answer_while_the_model_runs() -> None:
    equations, now = equations_of("functions"), values_of("functions", ROW)
    low, high = answer(equations, "at_the_start", now, wave=now["wave"] + np.array([-0.1, 0.1]))
    assert high == low
