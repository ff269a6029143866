"""The integration type of a model file, against the formulas of one step by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import Table

from twintrack.engines import Simulator
from twintrack.equations.clock import INTEGRATIONS
from twintrack.errors import InputError

RunFile = Callable[[Path], Table]
H = 0.25
CONTROL = "INITIAL TIME = 0 ~~|\nFINAL TIME = 1 ~~|\nTIME STEP = 0.25 ~~|\nSAVEPER = TIME STEP ~~|\n"
SKETCH = "\\\\\\---/// Sketch information\nV300\n///---\\\\\\\n"
SETTINGS = SKETCH + (
    "\\\\\\---/// Sketch information\nV300\n///---\\\\\\\n:L<%^E!@\n9:Current\n15:0,0,0,{},0,0\n19:100,0\n"
)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str, int], Path]:
    """Writes a model whose settings name an integration type by its number."""

    def write(text: str, number: int) -> Path:
        path = tmp_path / "model.mdl"
        path.write_text("{UTF-8}\n" + text + CONTROL + SETTINGS.format(number), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    ("number", "growth"),
    [
        (0, 1 + H),
        (2, 1 + H),
        (3, 1 + H + H**2 / 2),
        (4, 1 + H + H**2 / 2),
        (1, 1 + H + H**2 / 2 + H**3 / 6 + H**4 / 24),
        (5, 1 + H + H**2 / 2 + H**3 / 6 + H**4 / 24),
    ],
)
def test_a_stock_that_grows_by_itself_follows_the_series_of_its_type(
    number: int, growth: float, written: Callable[[str, int], Path], run_file: RunFile
) -> None:
    found = run_file(written("s = INTEG(s, 1) ~~|\n", number))
    np.testing.assert_allclose(found["s"], growth ** np.arange(5), rtol=1e-14)


def test_the_time_moves_within_a_step_and_the_clock_of_test_inputs_does_not(
    written: Callable[[str, int], Path], run_file: RunFile
) -> None:
    found = run_file(
        written(
            "cube = INTEG(4*Time^3, 0) ~~|\nstep up = INTEG(STEP(1, 0.5), 0) ~~|\n"
            "slope = INTEG(RAMP(1, 0, 2), 0) ~~|\npipe = INTEG(DELAY FIXED(Time, 0.25, 0), 0) ~~|\n",
            5,
        )
    )
    t = np.arange(5) * H
    np.testing.assert_allclose(found["cube"], t**4, atol=1e-15)
    np.testing.assert_allclose(found["step up"], np.maximum(t - 0.5, 0))
    np.testing.assert_allclose(found["slope"], [0, *np.cumsum(t[:-1] * H)])
    np.testing.assert_allclose(found["pipe"], [0, *np.cumsum([0, *t[:-2] * H])])


def test_stocks_smooths_and_arrays_move_together(
    written: Callable[[str, int], Path], run_file: RunFile
) -> None:
    """A pendulum turns by the polynomial of its type; a smooth of order 1 is a stock of its own."""
    text = (
        "r: a, b ~~|\nx[r] = INTEG(v[r], 1) ~~|\nv[r] = INTEG(-x[r]*r, 0) ~~|\n"
        "late = SMOOTHI(x[a], 2, 0) ~~|\nby hand = INTEG((x[a] - by hand)/2, 0) ~~|\n"
        "d = DELAY1I(x[a], 2, 3) ~~|\nlevel = INTEG(x[a] - level/2, 6) ~~|\n"
    )
    found = run_file(written(text, 5))
    for name, speed in (("a", 1.0), ("b", math.sqrt(2))):
        z = 1j * speed * H
        turned = (1 + z + z**2 / 2 + z**3 / 6 + z**4 / 24) ** np.arange(5)
        np.testing.assert_allclose(found[f"x[{name}]"], turned.real, rtol=1e-13)
    np.testing.assert_allclose(found["late"], found["by hand"], rtol=1e-14)
    np.testing.assert_allclose(found["d"], found["level"] / 2, rtol=1e-14)


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_a_given_series_goes_in_a_straight_line_through_a_step(
    engine: str, written: Callable[[str, int], Path]
) -> None:
    model = Simulator(written("f = 0 ~~|\ns = INTEG(f*f, 0) ~~|\n", 5))
    shared = model.table({"f": {0: 0, 1: 1}}, engine=engine)["s"]  # type: ignore[arg-type]
    np.testing.assert_allclose(shared, (np.arange(5) * H) ** 3 / 3, atol=1e-16)


@pytest.mark.parametrize("integration", INTEGRATIONS)
def test_a_batch_is_integrated_as_a_single_run_is(
    integration: str, written: Callable[[str, int], Path]
) -> None:
    path = written("k = 1 ~~|\ns = INTEG(-k*s*s + STEP(1, 0.5), 1) ~~|\n", 0)
    model = Simulator(path, integration=integration)  # type: ignore[arg-type]
    rates = np.linspace(0.5, 2, 11)
    for engine in ("native", "numpy"):
        many = model.batch({"k": rates}, ["s"], engine=engine)["s"]  # type: ignore[arg-type]
        alone = model.table({"k": rates[7]}, ["s"], engine=engine)["s"]  # type: ignore[arg-type]
        np.testing.assert_allclose(many[:, 7], alone, rtol=1e-13)


def test_an_unknown_type_is_told_and_so_is_one_that_is_computed_otherwise(
    written: Callable[[str, int], Path],
) -> None:
    path = written("s = INTEG(s, 1) ~~|\n", 1)
    assert "RK4 Auto" in Simulator(path).equations.notes[0]
    with pytest.raises(InputError, match='no integration "rk5"; did you mean "rk4"'):
        Simulator(path, integration="rk5")  # type: ignore[arg-type]
    assert "not known" in Simulator(written("s = INTEG(s, 1) ~~|\n", 9)).equations.notes[0]
