"""Modules of WebAssembly in Node give what the engines give, and a run the same bits in any company."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from wasm_node import Node, NodeModel

from bench.workloads import SIR, WORLD3, Workload
from twintrack.engines import NumpyEngine
from twintrack.engines.base import check_inputs
from twintrack.engines.wasm.module import compiled, module_of
from twintrack.equations import Equations, load_equations

DATA = Path(__file__).parents[2] / "data"
VECTORS = """{UTF-8}
who: a, b, c ~~|
profile: ptype, ppriority, pwidth, pextra ~~|
row: r1, r2, r3 ~~|
column: k1, k2, k3 ~~|
asked[who] = 10, 5, 8 ~~|
weight[who] = 3, 1, 2.5 ~~|
shape[who] = 1, 3, 4 ~~|
supply = 3*Time + 0.1 ~~|
how[who, ptype] = shape[who] ~~|
how[who, ppriority] = weight[who] ~~|
how[who, pwidth] = 1.5 ~~|
how[who, pextra] = 0 ~~|
given[who] = ALLOCATE AVAILABLE(asked[who], how[who, ptype], supply) ~~|
in turn[who] = ALLOCATE BY PRIORITY(asked[who], weight[who], 3, 1, supply) ~~|
moving[who] = weight[who] + SIN(Time*who) ~~|
order[who] = VECTOR SORT ORDER(moving[who], 1) ~~|
rank[who] = VECTOR RANK(moving[who], -1) ~~|
sorted[who] = VECTOR REORDER(moving[who], order[who]) ~~|
matrix[row, column] = 4, 1, 0; 2, 5, 1; 0, 1, 3; ~~|
turned[row, column] = matrix[row, column] + COS(Time)*row ~~|
inverse[row, column] = INVERT MATRIX(turned[row, column], 3) ~~|
half life = 2 ~~|
log of gamma = GAMMA LN(1 + Time*half life) ~~|
FINAL TIME = 6 ~~|
INITIAL TIME = 0 ~~|
SAVEPER = 0.5 ~~|
TIME STEP = 0.5 ~~|
"""
RUNS = 43
"""More than a block, and no even number."""


def path_of(name: str, folder: Path) -> Path:
    if name == "vectors":
        (folder / "vectors.mdl").write_text(VECTORS, encoding="utf-8")
        return folder / "vectors.mdl"
    return {"sir": SIR, "world3": WORLD3}.get(name, DATA / f"{name}.mdl")


def assert_near(found: np.ndarray, expected: np.ndarray, name: str) -> None:
    """Compare on the scale of the variable, to a billionth."""
    flat = expected.reshape(found.shape)
    scale = max(float(np.nanmax(np.abs(flat), initial=0)), 1e-12)
    np.testing.assert_allclose(found / scale, flat / scale, rtol=0, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("name", ["functions", "subscripts", "arrays", "vectors", "world3", "sir"])
def test_all_variables_of_many_runs_agree_and_each_run_alone_has_the_same_bits(
    name: str, node: Node, tmp_path: Path
) -> None:
    equations = load_equations(path_of(name, tmp_path))
    random = np.random.default_rng(3)
    module = module_of(equations)
    defaults = {
        item["name"]: equations.defaults[item["name"]]
        for item in module.description["inputs"]
        if item["kind"] == "constant"
    }
    constants = {
        name: value[..., np.newaxis] * random.uniform(0.95, 1.05, (*value.shape, RUNS))
        for name, value in defaults.items()
    }
    series: dict[str, np.ndarray] = {}
    if name == "functions":  # a course of its own is given to each run
        constants = {}
        series = {"wave": 5 + 3 * np.sin(np.outer(equations.time.times, random.uniform(1, 2, RUNS)))}
        inputs = check_inputs(equations, {}, {"wave": series["wave"][:, 0]}, None, 1, equations.time)
        module = compiled(equations, inputs, ["wave"])
    many = {**constants, **series}
    model = NodeModel(node, module, tmp_path / "module")
    together = model.run(many)
    expected = NumpyEngine(equations).run(constants, series, runs=RUNS)
    assert together.keys() == expected.keys()
    for output, values in expected.items():
        assert_near(together[output], values, output)
    for run in (0, 1, 39, 40, RUNS - 1):
        alone = {key: np.ravel(value[..., run]).tolist() for key, value in many.items()}
        for output, values in model.run(set=alone).items():
            np.testing.assert_array_equal(values[..., 0], together[output][..., run], err_msg=output)


@pytest.fixture(scope="module")
def whole() -> Workload:
    """The full model with all outcomes."""
    return Workload()


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["pure_catchup", "pure_exploration", "sequenced"])
def test_the_full_model_agrees_with_the_native_engine_in_sampled_worlds(
    strategy: str, whole: Workload, node: Node, tmp_path: Path
) -> None:
    """Levers that move, dated assumptions that differ from world to world, and a strategy that switches."""
    from bench.workloads import engine_runner

    workload = Workload(strategy=strategy)
    one, given = workload.given(1), workload.given(RUNS)
    varying = [name for name, array in given.series.items() if array.shape[-1] == RUNS]
    assert varying and len(given.constants) > 100
    equations = workload.equations
    inputs = check_inputs(
        equations, one.constants, one.series, workload.outputs, 1, equations.time, one.blend
    )
    model = NodeModel(node, compiled(equations, inputs, varying), tmp_path)
    many = {**given.constants, **{name: given.series[name] for name in varying}}
    many = {name: np.broadcast_to(array, (*array.shape[:-1], RUNS)) for name, array in many.items()}
    together = model.run(many)
    expected = engine_runner(workload)(given, workload.outputs)
    for output, values in expected.items():
        assert_near(together[output], values, output)
    for run in (0, 7, RUNS - 1):
        alone = model.run({name: array[..., run : run + 1] for name, array in many.items()})
        for output, values in alone.items():
            np.testing.assert_array_equal(values[..., 0], together[output][..., run], err_msg=output)
    for output, values in model.run(many, past=2026.0, later={}).items():
        np.testing.assert_array_equal(values, together[output], err_msg=f"{output}, gone on with in 2026")


LATER = """{UTF-8}
rate = 1 ~~|
start = 2 ~~|
level = INTEG(rate - level/piped, start) ~~|
piped = 3 + DELAY FIXED(level, 1.5, 1)/10 ~~|
smooth = SMOOTH3(level, 2) ~~|
fixed = start*2 ~~|
FINAL TIME = 8 ~~|
INITIAL TIME = 0 ~~|
SAVEPER = 0.5 ~~|
TIME STEP = 0.25 ~~|
"""


@pytest.fixture
def later(tmp_path: Path) -> Equations:
    path = tmp_path / "later.mdl"
    path.write_text(LATER, encoding="utf-8")
    return load_equations(path)


@pytest.mark.parametrize("moment", [0.75, 3.0, 3.25, 8.0])
def test_runs_that_go_on_from_a_kept_state_have_the_bits_of_whole_runs(
    moment: float, later: Equations, node: Node, tmp_path: Path
) -> None:
    model = NodeModel(node, module_of(later, series=["rate"]), tmp_path / "module")
    many = {"start": np.linspace(1, 3, 50)}
    rates = np.where(later.time.times < moment, 1.0, 2.5).tolist()
    whole = model.run(many, set={"rate": rates})
    found = model.run(many, past=moment, later={"rate": 2.5})
    assert found.keys() == whole.keys()
    for name, values in whole.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    before = model.run(many)["level"]
    assert (before[-1] != found["level"][-1]).all() == (moment < 8)
