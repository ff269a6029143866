"""Functions of whole vectors: selection, sorting, matrices, allocation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from twintrack.equations import load_equations
from twintrack.errors import EquationError

VECTORS = """
r: a, b, c, d ~~|
q: u, v ~~|
x[r] = 3, 1, 4, 1.5 ~~|
xx[q, r] = x[r]*q + Time ~~|
chosen[r] = 1, 0, 2, 0 ~~|
up[r] = VECTOR SORT ORDER(x[r], 1) ~~|
down[r] = VECTOR SORT ORDER(x[r], -1) ~~|
each[q,r] = VECTOR SORT ORDER(xx[q,r], 1) ~~|
sorted[r] = VECTOR REORDER(x[r], up[r]) ~~|
each sorted[q,r] = VECTOR REORDER(xx[q,r], each[q,r]) ~~|
rank[r] = VECTOR RANK(x[r], 1) ~~|
v1 = VECTOR SELECT(chosen[r!], x[r!], -1, 1, 0) ~~|
v5 = VECTOR SELECT(chosen[r!], x[r!], -1, 5, 0) ~~|
any action = VECTOR SELECT(chosen[r!], x[r!], -1, MIN(Time*2, 10), 0) ~~|
missing[q] = VECTOR SELECT(chosen[r!]*(q-1), xx[q,r!], -7, 10, 0) ~~|
row: n1, n2 ~~|
column: m1, m2 ~~|
matrix[row, column] = 1, 2; 3, 5 ~~|
inverse[row, column] = INVERT MATRIX(matrix[row, column], 2) ~~|
n: n1, n2, n3, n4 ~~|
m: m1, m2, m3, m4 ~~|
large[n, m] = 0, 2, 1, 3; 1, 0, 0, 2; 4, 1, 0, 0; 2, 2, 5, 1; ~~|
moving[n, m] = large[n, m] + SIN(Time*n)*m ~~|
inverses[n, m] = INVERT MATRIX(moving[n, m], 4) ~~|
tabbed[q, r] = TABBED ARRAY(
1 2 3 4
5 6 7 8) ~~|
"""
ALLOCATION = """
r: a, b, c ~~|
market: m1, m2 ~~|
profile: ptype, ppriority, pwidth, pextra ~~|
asked[r] = 10, 5, 8 ~~|
asked there[market, r] = asked[r]*market + Time ~~|
priority[r] = 3, 1, 2.5 ~~|
supply = 3*Time + 0.1 ~~|
supply there[market] = supply*market/2 ~~|
same[r, ptype] = 1 ~~|
same[r, ppriority] = priority[r] ~~|
same[r, pwidth] = 1.5 ~~|
same[r, pextra] = 0 ~~|
mixed[a, profile] = 1, 3, 2, 0 ~~|
mixed[b, profile] = 2, 2, 1, 0 ~~|
mixed[c, profile] = 4, 2.5, 1, 0 ~~|
normal[r, ptype] = 3 ~~|
normal[r, ppriority] = priority[r] ~~|
normal[r, pwidth] = 1.5 ~~|
normal[r, pextra] = 0 ~~|
got same[r] = ALLOCATE AVAILABLE(asked[r], same[r, ptype], supply) ~~|
got mixed[r] = ALLOCATE AVAILABLE(asked[r], mixed[r, ptype], supply) ~~|
got normal[r] = ALLOCATE AVAILABLE(asked[r], normal[r, ptype], supply) ~~|
in order[r] = ALLOCATE BY PRIORITY(asked[r], priority[r], 3, 2, supply) ~~|
some[r] = ALLOCATE BY PRIORITY(asked[r]*MAX(0,priority[r]-1), priority[r], 3, 0.3, supply) ~~|
markets[market, r] = ALLOCATE BY PRIORITY(asked there[market, r], priority[r], 3, 2, supply there[market]) ~~|
"""


@pytest.mark.slow
@pytest.mark.parametrize("text", [VECTORS, ALLOCATION], ids=["vectors", "allocation"])
def test_functions_of_vectors_agree_with_pysd(text: str, agrees_with_pysd: Callable[[str], object]) -> None:
    agrees_with_pysd(text)


def test_all_that_is_supplied_is_allocated(run: Callable[[str], dict[str, np.ndarray]]) -> None:
    found = run(
        "r: a, b, c ~~|\np: t, m, w, e ~~|\nasked[r] = 4, 0, 6 ~~|\n"
        "how[a, p] = 3, 2, 1, 0 ~~|\nhow[b, p] = 1, 9, 1, 0 ~~|\nhow[c, p] = 2, 1, 1, 0 ~~|\n"
        "by price[r] = ALLOCATE AVAILABLE(asked[r], how[r, t], 2*Time) ~~|\n"
        "in order[r] = ALLOCATE BY PRIORITY(asked[r], how[r, m], 3, 0.5, 2*Time) ~~|\n"
    )
    supplied = np.minimum(found["time"] * 2, 10)
    for name in ("by price", "in order"):
        parts = np.stack([found[f"{name}[{element}]"] for element in "abc"])
        np.testing.assert_allclose(parts.sum(axis=0), supplied, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(parts[1], 0.0)
    np.testing.assert_allclose(found["in order[a]"], np.minimum(supplied, 4), atol=1e-12)


def test_beyond_the_ends_of_a_vector_there_is_no_number(run: Callable[[str], dict[str, np.ndarray]]) -> None:
    found = run(
        "r: a, b ~~|\nx[r] = 1, 2 ~~|\nplace[a] = Time ~~|\nplace[b] = Time - 2 ~~|\n"
        "y[r] = VECTOR REORDER(x[r], place[r]) ~~|\n"
    )
    np.testing.assert_array_equal(found["y[a]"], [1, 1, 2, 2, *[np.nan] * 9])
    np.testing.assert_array_equal(found["y[b]"], [np.nan, np.nan, np.nan, 1, 1, 1, 2, 2, *[np.nan] * 5])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y[r] = VECTOR RANK(x[r]) ~~|\n", "2 arguments are needed, 1 are given"),
        ("y = VECTOR SELECT(x[r!], x[r!], 0, 11, 0) ~~|\n", "the numerical action is a number from 0 to 10"),
        ("y = VECTOR SELECT(x[a], x[a], 0, 1, 0) ~~|\n", "nothing to select from"),
        ("q: u, v, w ~~|\nz[r, q] = 1 ~~|\ny[r, q] = INVERT MATRIX(z[r, q], 2) ~~|\n", "not as many rows as"),
        ("y = VECTOR SORT ORDER(3, 1) ~~|\n", "the argument has too few subscripts"),
        ("y[r] = ALLOCATE AVAILABLE(x[r], x[r], 3) ~~|\n", "a priority has four numbers"),
    ],
)
def test_faults_of_vectors(text: str, message: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError, match=message):
        load_equations(write("r: a, b ~~|\nx[r] = 1, 2 ~~|\n" + text))
