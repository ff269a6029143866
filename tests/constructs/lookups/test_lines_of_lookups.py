"""Areas and slopes of lookups, and arrays as lookups, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES, Table

from twintrack.equations import load_equations
from twintrack.errors import EquationError

Run = Callable[[str], Table]
HILL = "hill((1,0),(3,4),(5,0)) ~~|\n"


def test_an_area_lies_between_two_values(run: Run) -> None:
    found = run(
        HILL + "whole = LOOKUP AREA(hill, -9, 99) ~~|\nmiddle = LOOKUP AREA(hill, 2, 4) ~~|\n"
        "back = LOOKUP AREA(hill, 3, 1) ~~|\ngrown = LOOKUP AREA(hill, 0, Time) ~~|\n"
    )
    assert (found["whole"][0], found["middle"][0], found["back"][0]) == (8, 6, -4)
    up, down = np.clip(TIMES - 1, 0, 2), np.clip(TIMES - 3, 0, 2)
    np.testing.assert_allclose(found["grown"], up**2 + 4 * down - down**2)


def test_a_slope_at_a_point_is_that_of_a_side_or_their_mean(run: Run) -> None:
    found = run(
        HILL + "x = Time ~~|\nleft = LOOKUP SLOPE(hill, x, -1) ~~|\nright = LOOKUP SLOPE(hill, x, 1) ~~|\n"
        "mean = LOOKUP SLOPE(hill, x, 0) ~~|\nplain = LOOKUP SLOPE(hill, x) ~~|\n"
    )
    t = TIMES
    np.testing.assert_array_equal(found["left"], np.select([t <= 1, t <= 3, t <= 5], [0, 2, -2], 0))
    np.testing.assert_array_equal(found["right"], np.select([t < 1, t < 3, t < 5], [0, 2, -2], 0))
    np.testing.assert_array_equal(found["mean"], (found["left"] + found["right"]) / 2)
    np.testing.assert_array_equal(found["plain"], found["mean"])


def test_lookups_of_an_array_have_their_own_lines(run: Run) -> None:
    found = run(
        "r: a, b ~~|\nq: u, v ~~|\nt[a]((0,0),(2,2)) ~~|\nt[b]((0,1),(1,1),(2,3)) ~~|\n"
        "area[q, r] = LOOKUP AREA(t[r], 0, q) ~~|\nslope[r] = LOOKUP SLOPE(t[r], 1.5, 0) ~~|\n"
    )
    assert [found[f"area[{q},{r}]"][0] for q in "uv" for r in "ab"] == [0.5, 1, 2, 3]
    assert [found[f"slope[{r}]"][0] for r in "ab"] == [1, 2]


X = np.array([-1.0, 0.0, 1.0, 2.5, 4.0, 6.0])
MODES = {  # of the values 1, 3, 9 at 0, 2 and 4
    0: [1, 1, 2, 4.5, 9, 9],
    1: [0, 0, 1.5, 5.875, 16, 16],
    2: [1, 1, 1, 3, 9, 9],
    3: [0, 1, 2, 4.5, 9, 15],
    4: [1, 1, 3, 9, 9, 9],
    5: [0, 0, 0, 1.5, 2 + 1 / 3, 3],
    6: [0, 0.5, 1, 3, 1.5, 0],
    7: [-0.5, 0, 1.5, 5.875, 16, 40],
    8: [-2, -1, 0, 1.5, 2 + 1 / 3, 3],
    9: [1, 1, 1, 3, 3, 3],
}


@pytest.mark.parametrize("mode", MODES)
def test_an_array_is_a_lookup_of_evenly_spaced_points(mode: int, run: Run) -> None:
    points = ",".join(f"({time},{x})" for time, x in zip(TIMES, X, strict=False))
    found = run(
        f"r: a, b, c ~~|\nv[r] = 1, 3, 9 ~~|\nx = WITH LOOKUP(Time, ({points})) ~~|\n"
        f"y = VECTOR LOOKUP(v[a], x, 0, 4, {mode}) ~~|\n"
    )
    np.testing.assert_allclose(found["y"][: len(X)], MODES[mode], rtol=1e-12, atol=1e-12)


def test_an_array_that_moves_is_a_lookup_that_moves(run: Run) -> None:
    found = run(
        "r: a, b ~~|\nq: u, v ~~|\nv[q, r] = Time*q*r ~~|\ny[q] = VECTOR LOOKUP(v[q, a], 0.5, 0, 1, 0) ~~|\n"
        "falling[r] = 4 - 2*r ~~|\nback = VECTOR LOOKUP(falling[a], 0.5, 10, 20, 5) ~~|\n"
    )
    np.testing.assert_allclose(found["y[u]"], 1.5 * TIMES)
    np.testing.assert_allclose(found["y[v]"], 3 * TIMES)
    np.testing.assert_allclose(found["back"], 17.5)


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("LOOKUP AREA(hills, 1, 2)", 'LOOKUP AREA needs a lookup; did you mean "hill"'),
        ("LOOKUP AREA(hill, 1)", "3 arguments are needed, 2 are given"),
        ("LOOKUP SLOPE(hill, 1, Time)", "the third argument is a number"),
        ("VECTOR LOOKUP(v[a], 1, 0, 1, 10)", "the mode is a number from 0 to 9"),
        ("VECTOR LOOKUP(3, 1, 0, 1, 0)", "no element of an array"),
    ],
)
def test_wrong_calls_are_told(equation: str, message: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError, match=message):
        load_equations(write(HILL + f"r: a, b ~~|\nv[r] = 1, 2 ~~|\ny = {equation} ~~|\n"))
