"""The generated C computes what the engines compute; gcc must be there, as it is where the tests run."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.c_source import Shape
from bench.vectorised_c import VectorisedC, has_wide_vectors, library
from bench.workloads import WORLD3
from twintrack.engines import Blend, NativeEngine, NumpyEngine
from twintrack.engines.base import check_inputs
from twintrack.equations import load_equations
from twintrack.equations.structure import Equations
from twintrack.errors import TwinTrackError

DATA = Path(__file__).parents[1] / "data"
WIDE = [False, True] if has_wide_vectors() else [False]
CONTROL = """
FINAL TIME = 4 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
"""

EquationsOf = Callable[[str], Equations]
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed"),
]


@pytest.fixture
def equations_of(tmp_path: Path) -> Callable[[str], Equations]:
    """Gives the equations of a text."""

    def build(text: str) -> Equations:
        path = tmp_path / "model.mdl"
        path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
        return load_equations(path)

    return build


def compare(found: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert found[name].shape == values.shape, name
        scale = max(np.abs(values).max(), 1e-12)
        np.testing.assert_allclose(found[name] / scale, values / scale, rtol=0, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("wide", WIDE, ids=lambda wide: "wide" if wide else "plain")
@pytest.mark.parametrize("model", ["functions", "arrays", "subscripts", "world3"])
def test_every_construct_agrees_with_numpy(model: str, wide: bool) -> None:
    equations = load_equations(WORLD3 if model == "world3" else DATA / f"{model}.mdl")
    compare(
        VectorisedC(equations, Shape(8, 20, wide)).run({}, {}, runs=3),
        {name: np.repeat(v, 3, -1) for name, v in NumpyEngine(equations).run({}, {}).items()},
    )


@pytest.mark.parametrize("loop", [1, 7, 10_000])
def test_runs_may_differ_in_constants_and_series_however_loops_are_cut(loop: int) -> None:
    equations = load_equations(DATA / "functions.mdl")
    runs, times = 11, equations.time.times
    constants = {"time_constant": np.linspace(1.2, 2.5, runs)}
    series = {
        "rising": 2.03 + 0.4137 * times,
        "crossing": np.cos(times)[:, None] * np.linspace(0.4, 0.9, runs),
    }
    engine = VectorisedC(equations, Shape(8, loop, wide=WIDE[-1]))
    compare(
        engine.run(constants, series, runs=runs), NumpyEngine(equations).run(constants, series, runs=runs)
    )


def test_given_arrays_and_other_steps_are_understood() -> None:
    equations = load_equations(DATA / "arrays.mdl")
    name = next(v.name for v in equations.variables.values() if v.kind == "constant" and len(v.shape) == 1)
    spread = equations.defaults[name][:, None] * np.linspace(0.9, 1.1, 5)
    step = equations.time.step / 2
    given = ({name: spread}, {})
    found = VectorisedC(equations).run(*given, runs=5, time_step=step)
    compare(found, NumpyEngine(equations).run(*given, runs=5, time_step=step))


def test_series_move_to_second_values_as_a_stock_says(equations_of: EquationsOf) -> None:
    equations = equations_of(
        "speed = 1 ~ Dmnl ~ |\nroad = INTEG(speed, 0) ~ Dmnl ~ |\n"
        "share = INTEG(IF THEN ELSE(share<1, rate, 0), 0) ~ Dmnl ~ |\n"
        "rate = 0.5 ~ Dmnl ~ |\n"
    )
    times = equations.time.times
    blend = Blend("share", {"speed": 3 + times})
    given = ({"rate": np.array([0.2, 0.5])}, {"speed": 1 + times})
    found = VectorisedC(equations).run(*given, runs=2, blend=blend)
    compare(found, NumpyEngine(equations).run(*given, runs=2, blend=blend))


def test_only_what_the_outputs_need_is_written(equations_of: EquationsOf) -> None:
    equations = equations_of(
        "a = INTEG(0.1*a, 1) ~ Dmnl ~ |\nb = INTEG(SIN(Time)*gain, 1) ~ Dmnl ~ |\ngain = 2 ~ Dmnl ~ |\n"
    )
    engine = VectorisedC(equations)

    def text(output: str) -> str:
        inputs = check_inputs(equations, {"gain": np.ones(2)}, {}, [output], 2, equations.time)
        return engine.written(inputs, [output])[1].text.partition("static void fixed")[2]

    assert "ssin(" not in text("a")
    # The sine is the same for all runs: it is computed once per step, outside of the loops over runs.
    assert "ssin(" in text("b") and "vsin(" not in text("b")


def test_every_kind_of_lookup_agrees_with_numpy(equations_of: EquationsOf) -> None:
    table = "LOOKUP {}(points, x)"
    kinds = "".join(
        f"{kind} = {table.format(kind)} ~ Dmnl ~ |\n" for kind in ("EXTRAPOLATE", "FORWARD", "BACKWARD")
    )
    equations = equations_of(
        "points((0,1),(1,3),(1,4),(2,4),(3,0)) ~ ~ |\nx = 0.5*Time + shift ~ Dmnl ~ |\nshift = 0 ~ Dmnl ~ |\n"
        f"within = points(x) ~ Dmnl ~ |\n{kinds}"
    )
    given = ({"shift": np.array([-0.7, 0.0, 1.3])}, {})
    compare(VectorisedC(equations).run(*given, runs=3), NumpyEngine(equations).run(*given, runs=3))


def test_what_is_computed_in_a_loop_is_refused_and_sorting_is_not(equations_of: EquationsOf) -> None:
    equations = equations_of(
        "land: north, south ~ ~ |\nlevel[land] = 1, 2 ~ Dmnl ~ |\nshape: kind, middle, width, more ~ ~ |\n"
        "profile[land,shape] = 3, 1, 1, 0; 3, 2, 1, 0; ~ Dmnl ~ |\n"
        "order[land] = VECTOR SORT ORDER(level[land], 1) ~ Dmnl ~ |\n"
        "share[land] = ALLOCATE AVAILABLE(level[land], profile[land,kind], 2) ~ Dmnl ~ |\n"
    )
    given = ({"level": np.array([[1.0, 3.0], [2.0, 2.0]])}, {}, ["order"])
    compare(VectorisedC(equations).run(*given, runs=2), NumpyEngine(equations).run(*given, runs=2))
    with pytest.raises(TwinTrackError, match="no loops"):
        VectorisedC(equations).run({}, {}, ["share"])


def test_the_computation_alone_gives_what_a_run_gives(equations_of: EquationsOf) -> None:
    equations = equations_of("a = INTEG(gain*a, 1) ~ Dmnl ~ |\ngain = 2 ~ Dmnl ~ |\n")
    given = {"gain": np.linspace(0.1, 0.3, 11)}
    inputs = check_inputs(equations, given, {}, ["a"], 11, equations.time)
    for engine in (NativeEngine(equations), VectorisedC(equations)):
        alone = engine.computation(inputs, ("a",))
        alone.compute()
        np.testing.assert_array_equal(alone.values()["a"], engine.run(given, {}, ["a"], runs=11)["a"])


def test_a_missing_compiler_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench import machine

    machine.compiler_version.cache_clear()
    monkeypatch.setenv("PATH", "")
    try:
        with pytest.raises(TwinTrackError, match="gcc is not installed"):
            machine.compiler_version()
    finally:
        machine.compiler_version.cache_clear()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="libmvec is looked for as x86-64 has it")
def test_functions_of_the_math_library_are_called_for_whole_vectors(equations_of: EquationsOf) -> None:
    equations = equations_of("a = INTEG(EXP(-a)*gain + LN(1+a), 1) ~ Dmnl ~ |\ngain = 2 ~ Dmnl ~ |\n")
    engine = VectorisedC(equations, Shape(16, 100, wide=False))
    inputs = check_inputs(equations, {"gain": np.ones(20)}, {}, ["a"], 20, equations.time)
    built = Path(library(engine.written(inputs, ["a"])[1].text)._name).read_bytes()
    assert b"v_exp" in built and b"v_log" in built


@pytest.mark.slow
def test_loading_c_leaves_small_numbers_as_they_are() -> None:
    library("double twice(double x) { return x + x; }")
    assert 2.0**-1030 * 0.5 > 0
