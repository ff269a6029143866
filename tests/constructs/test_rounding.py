"""Functions that jump at whole numbers give the same under the compiler as under NumPy, to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from twintrack.engines import Simulator

MODEL = """
k = 3 ~~|
m = 0.1 ~~|
r: a, b ~~|
units[r] = 0.1, 0.7 ~~|
x = k*0.1 ~~|
quotient = x/m ~~|
direct = INTEGER(x/0.1) ~~|
by name = INTEGER(quotient) ~~|
shifted = INTEGER((x + 0.3)/m) + INTEGER(x*3/m - 0.5) ~~|
rest = MODULO(x, m) + MODULO(x, 0.3) ~~|
lower = QUANTUM(x, m) ~~|
each[r] = INTEGER(x/units[r]) + MODULO(x, units[r]) ~~|
even = IF THEN ELSE(MODULO(Time*0.1, m) = 0, 1, 0) ~~|
"""


@pytest.mark.parametrize("given", [{}, {"m": np.full(201, 0.1)}], ids=["one unit", "a unit per run"])
def test_multiples_of_a_tenth(given: dict[str, np.ndarray], write: Callable[[str], Path]) -> None:
    model = Simulator(write(MODEL))
    values = {"k": np.arange(201.0), **given}
    found, expected = model.batch(values), model.batch(values, engine="numpy")
    for name in expected:
        np.testing.assert_array_equal(found[name].values, expected[name].values, err_msg=str(name))
    np.testing.assert_array_equal(expected["direct"].values[0], np.trunc(np.arange(201) * 0.1 / 0.1))
    assert model.run(engine="native").equals(model.run(engine="numpy"))
