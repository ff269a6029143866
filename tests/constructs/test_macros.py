"""Macros: stocks inside, macros in macros, arrays, further results, lookups as arguments."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.errors import EquationError

MACROS = """
:MACRO: HOLD(x, tau)
HOLD = INTEG((x - HOLD)/tau, x)
	~	x
	~	An average of x. |
:END OF MACRO:
:MACRO: TWICE(input, parameter : half, third)
TWICE = input*parameter + half ~~|
half = input/2 ~~|
third = HOLD(input, 3*TIME STEP$)/3 ~~|
:END OF MACRO:
:MACRO: READ(table, x)
READ = table(x) + offset ~~|
offset = 1 ~~|
:END OF MACRO:
"""
CALLS = """
r: a, b ~~|
q: u, v ~~|
x[r] = 1, 2 ~~|
tau[q] = 1, 4 ~~|
alone = HOLD(Time, 2) ~~|
plain = 3*TWICE(alone, 2) - HOLD(4, 1) ~~|
inner = Hold(HOLD(Time, 2) + 1, 2) ~~|
array[q, r] = HOLD(x[r]*Time, tau[q]) ~~|
part[a] = HOLD(Time, 2) ~~|
part[b] = 5 ~~|
main = TWICE(Time, 3 : the half, the third) ~~|
both[r] = TWICE(x[r]*Time, 2 : halves[r]) ~~|
sum = the half + the third + SUM(halves[r!]) ~~|
line((0,0),(10,5)) ~~|
looked = READ(line, Time) ~~|
"""


def held(value: np.ndarray, tau: float) -> np.ndarray:
    """Average by Euler's method, from the first value on."""
    rows = [value[0]]
    for entering in value[:-1]:
        rows.append(rows[-1] + 0.5 * (entering - rows[-1]) / tau)
    return np.array(rows)


def test_calls_of_macros(run: Callable[[str], dict[str, np.ndarray]]) -> None:
    found = run(MACROS + CALLS)
    alone = held(TIMES, 2)
    np.testing.assert_allclose(found["alone"], alone)
    np.testing.assert_allclose(found["plain"], 3 * 2.5 * alone - 4)
    np.testing.assert_allclose(found["inner"], held(alone + 1, 2))
    np.testing.assert_allclose(found["array[v,b]"], held(2 * TIMES, 4))
    np.testing.assert_allclose(found["part[a]"], alone)
    np.testing.assert_allclose(found["main"], 3.5 * TIMES)
    third = held(TIMES, 1.5) / 3
    np.testing.assert_allclose(found["the third"], third)
    np.testing.assert_allclose(found["both[b]"], 5 * TIMES)
    np.testing.assert_allclose(found["sum"], TIMES / 2 + third + 1.5 * TIMES)
    np.testing.assert_allclose(found["looked"], TIMES / 2 + 1)
    assert not any(":" in name for name in found), "what is inside of a macro is no output"


def test_pysd_agrees_on_plain_macros(agrees_with_pysd: Callable[[str], object]) -> None:
    agrees_with_pysd(
        ":MACRO: HOLD(x, tau)\nHOLD = INTEG((x - HOLD)/tau, x) ~~|\n:END OF MACRO:\n"
        ":MACRO: MIX(x, y)\nMIX = x*part + y ~~|\npart = 0.25*x ~~|\n:END OF MACRO:\n"
        "wave = SIN(Time) ~~|\nslow = HOLD(wave, 2) ~~|\nmixed = MIX(wave, 3) + 1 ~~|\n"
    )


def test_inner_equations_keep_their_lines(write: Callable[[str], Path]) -> None:
    model = Simulator(write(MACROS + CALLS))
    name = next(name for name, item in model.equations.variables.items() if item.title.endswith(": half"))
    assert model.equations.variables[name].internal
    assert model.equations.components[name][0].where.endswith(":10")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "y = HOLD(1) ~~|\n",
            ":17: y: 2 arguments and at most 0 further results are needed, 1 and 0 are given (HOLD)",
        ),
        (
            ":MACRO: LOOP(x)\nLOOP = LOOP(x) + 1 ~~|\n:END OF MACRO:\ny = LOOP(1) ~~|\n",
            "a macro calls itself (LOOP",
        ),
        (
            ":MACRO: NONE(x)\nother = x ~~|\n:END OF MACRO:\ny = NONE(1) ~~|\n",
            "no equation of the macro gives its result",
        ),
        ("y = HOLD(z, 2) ~~|\n", ":4: hold_1_hold: no variable of this name (z)"),
    ],
)
def test_wrong_calls_are_told(text: str, message: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError) as raised:
        load_equations(write(MACROS + text))
    assert message in str(raised.value)
