"""Lookups in every form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES

from twintrack.equations import load_equations
from twintrack.errors import EquationError

LOOKUPS = """
r: a, b ~~|
q: u, v ~~|
line((0,0),(1,2),(5,3)) ~~|
bounded([(0,0)-(10,10),(0,0),(3,3)],(0,1),(2,5),(4,0)) ~~|
table[a, q]((0,0),(10,10)) ~~|
table[b, u]((0,5),(10,0)) ~~|
table[b, v]((-1,2),(3,4),(6,1)) ~~|
on line = line(Time) ~~|
on bounded = bounded(Time*2-1) ~~|
on table[r, q] = table[r, q](Time) ~~|
turned[q, r] = table[r, q](Time*r) ~~|
one[q] = table[b, q](Time) ~~|
within = WITH LOOKUP(Time, ([(0,0)-(10,10)],(0,0),(3,3),(4,9))) ~~|
"""


def test_lookups_agree_with_pysd(agrees_with_pysd: Callable[[str], object]) -> None:
    agrees_with_pysd(LOOKUPS)


def test_forms_that_pysd_lacks(run: Callable[[str], dict[str, np.ndarray]]) -> None:
    found = run(
        "r: a, b ~~|\nline((0,0),(1,2),(5,3)) ~~|\nset[a]((0,0),(4,8)) ~~|\n"
        "set[b]((0,1),(1,1),(4,3),(6,-1)) ~~|\nfall((0,5),(2,1),(4,0)) ~~|\n"
        "jump((0,0),(2,1),(2,5),(4,6)) ~~|\nlist(0,1,2, 10,20,40) ~~|\n"
        "beyond = LOOKUP EXTRAPOLATE(line, Time*2-2) ~~|\nnext = LOOKUP FORWARD(line, Time) ~~|\n"
        "last = LOOKUP BACKWARD(line, Time) ~~|\nback = LOOKUP INVERT(line, Time/2) ~~|\n"
        "fallen = LOOKUP INVERT(fall, Time) ~~|\nmany[r] = LOOKUP EXTRAPOLATE(set[r], Time+2) ~~|\n"
        "jumped = jump(Time) ~~|\njumps[r] = jump(Time + 0*r) ~~|\nlisted = list(Time) ~~|\n"
    )
    points = np.array([0, 1, 5]), np.array([0, 2, 3])
    x = TIMES * 2 - 2
    inside = np.interp(x, *points)
    np.testing.assert_allclose(found["beyond"], inside + 2 * np.minimum(x, 0) + 0.25 * np.maximum(x - 5, 0))
    np.testing.assert_array_equal(found["next"], np.where(TIMES <= 0, 0, np.where(TIMES <= 1, 2, 3)))
    np.testing.assert_array_equal(found["last"], np.where(TIMES < 1, 0, np.where(TIMES < 5, 2, 3)))
    np.testing.assert_allclose(found["back"], np.interp(TIMES / 2, points[1], points[0]))
    np.testing.assert_allclose(found["fallen"], np.interp(TIMES, [0, 1, 5], [4, 2, 0]))
    np.testing.assert_allclose(found["many[b]"][[0, 4, 8]], [1 + 2 / 3, 3, -1])
    np.testing.assert_allclose(found["many[a]"], 2 * (TIMES + 2))
    jumped = np.where(TIMES <= 2, TIMES / 2, np.minimum(5 + (TIMES - 2) / 2, 6))
    np.testing.assert_allclose(found["jumped"], jumped)
    np.testing.assert_allclose(found["jumps[a]"], jumped)
    np.testing.assert_allclose(found["listed"], np.interp(TIMES, [0, 1, 2], [10, 20, 40]))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "y = LOOKUP INVERT(t, 3) ~~|\nt((0,0),(1,2),(2,1)) ~~|\n",
            "the lookup must rise or fall everywhere",
        ),
        ("y = LOOKUP FORWARD(x, 3) ~~|\nx = 3 ~~|\n", "the first argument is no lookup"),
        ("t(0,1,2) ~~|\n", "as many y as x values"),
        ("t((0,0),(1,1)) ~~|\ny = t + 1 ~~|\n", "a lookup needs an argument"),
    ],
)
def test_faults_of_lookups(text: str, message: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError, match=message):
        load_equations(write(text))
