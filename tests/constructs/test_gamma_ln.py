"""GAMMA LN: ln (n - 1)! at whole numbers, known constants at halves, nothing without a positive number."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.equations.units import check_units

POINTS = {
    0.5: 0.5 * math.log(math.pi),
    1.0: 0.0,
    1.5: 0.5 * math.log(math.pi) - math.log(2),
    2.0: 0.0,
    5.0: math.log(24),
    7.5: 0.5 * math.log(math.pi) + math.log(135135 / 128),
    8.0: math.log(5040),
    21.0: math.log(2432902008176640000),
    1e-9: 9 * math.log(10) - 5.772156649e-10,
    1e10: (1e10 - 0.5) * math.log(1e10) - 1e10 + 0.5 * math.log(2 * math.pi),
}


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_known_values(engine: str, write: Callable[[str], Path]) -> None:
    model = Simulator(write("x = 1 ~~|\ny = GAMMA LN(x) ~~|\nz = EXP(GAMMA LN(x + 1) - y) + 0*Time ~~|\n"))
    points = np.array([*POINTS])
    found = model.batch({"x": points}, outputs=["y", "z"], engine=engine)  # type: ignore[arg-type]
    np.testing.assert_allclose(found["y"][0], [*POINTS.values()], rtol=1e-14, atol=3e-15)
    small = points < 1e6  # the ratio of two neighbours is the argument
    np.testing.assert_allclose(found["z"][-1][small], points[small], rtol=2e-13)
    nothing = model.batch({"x": np.array([0.0, -0.5, math.nan])}, outputs=["y"], engine=engine)  # type: ignore[arg-type]
    assert np.isnan(nothing["y"]).all()


def test_the_engines_agree(write: Callable[[str], Path]) -> None:
    model = Simulator(write("x = 1 ~~|\ny = GAMMA LN(x + 0*Time) ~~|\n"))
    given = {"x": np.geomspace(1e-3, 1e6, 1000)}
    native, numpy = (model.batch(given, outputs=["y"], engine=name)["y"] for name in ("native", "numpy"))  # type: ignore[arg-type]
    np.testing.assert_allclose(native, numpy, rtol=1e-12, atol=1e-12)


def test_it_takes_a_pure_number(write: Callable[[str], Path]) -> None:
    path = write("x = 1 ~ Year ~|\ny = GAMMA LN(x) ~ Dmnl ~|\n")
    told = [fault.reason for fault in check_units(load_equations(path)).faults if fault.variable == "y"]
    assert told == ["GAMMA LN needs Dmnl, but is given Year (x)"]
