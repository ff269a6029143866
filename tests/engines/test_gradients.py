"""A run under JAX can be differentiated: what accelerators compute, calibration can follow downhill."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from twintrack.engines import JaxEngine
from twintrack.engines.jax_setup import start_jax
from twintrack.equations import load_equations

MODEL = """{UTF-8}
rate = 0.1 ~ ~ |
level = INTEG(LN(1 + rate)*level^0.7 + MAX(rate, 0), 1) ~ ~ |
FINAL TIME = 4 ~ ~ |
INITIAL TIME = 0 ~ ~ |
SAVEPER = 1 ~ ~ |
TIME STEP = 0.25 ~ ~ |
"""


def test_the_slope_of_a_run_is_that_of_small_differences(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    path.write_text(MODEL, encoding="utf-8")
    engine = JaxEngine(load_equations(path))
    at, by = 0.1, 1e-6
    higher, lower = (engine.run({"rate": at + side}, {}, ["level"])["level"][-1, 0] for side in (by, -by))
    (kernel,) = engine._kernels.values()
    first, *rest = kernel.simulation.argument_shapes
    jax = start_jax()
    with jax.enable_x64(True):
        empty = [np.zeros(shape) for shape in rest]
        slope = jax.grad(lambda given: kernel.simulation(given, *empty)[0][-1].sum())(np.full(first, at))
    np.testing.assert_allclose(slope, (higher - lower) / (2 * by), rtol=1e-7)
