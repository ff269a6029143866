"""Subscripts: mappings, exceptions, elements without an equation, diagonals, equations of several kinds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES

from twintrack.equations import load_equations
from twintrack.errors import EquationError

Run = Callable[[str], dict[str, np.ndarray]]

RANGES = """
target: (t1-t3), (t8-t9) ~~|
half: t1, t2 ~~|
rest: t3, t8, t9 ~~|
whole: half, rest ~~|
The Dim: El One, el_two ~~|
group: g1, g2 -> (whole: half, rest) ~~|
first: k1, k2, k3 -> second, third ~~|
second: l1, l2, l3 ~~|
third <-> second ~~|
position[target] = target ~~|
part[half] = position[half]*2 ~~|
part[rest] = position[rest]*3 ~~|
pair[The Dim] = 3, 4 ~~|
named = pair[El One] + 10*pair[EL TWO] ~~|
of group[group] = 10, 20 ~~|
spread[whole] = of group[group] + whole ~~|
one[first] = 1, 2, 3 ~~|
two[second] = one[first]*2 ~~|
three[third] = one[first]*3 + two[second] ~~|
square[second, third] = second*10 + third + Time ~~|
diagonal[second] = square[second, second] ~~|
trace = SUM(square[second!, second!]) ~~|
turned[second, third] = square[third, second] ~~|
cube[half, The Dim, second] = 1,2,3; 4,5,6; 7,8,9; 10,11,12; ~~|
picked[The Dim] = SUM(cube[half!, The Dim, second!]) + VMAX(cube[t2, The Dim, second!]) ~~|
count = ELMCOUNT(target) + ELMCOUNT(rest)/10 ~~|
"""


def test_ranges_mappings_and_diagonals(run: Run) -> None:
    found = run(RANGES)

    def row(name: str, *elements: str) -> list[float]:
        return [float(found[f"{name}[{element}]"][1]) for element in elements]

    targets = ("t1", "t2", "t3", "t8", "t9")
    assert row("position", *targets) == [1, 2, 3, 4, 5]
    assert row("part", *targets) == [2, 4, 9, 12, 15]
    assert found["named"][0] == 43
    assert row("spread", *targets) == [11, 12, 23, 24, 25]
    assert row("two", "l1", "l2", "l3") == [2, 4, 6]
    assert row("three", "l1", "l2", "l3") == [5, 10, 15]
    assert row("diagonal", "l1", "l2", "l3") == [11.5, 22.5, 33.5]
    assert found["trace"][1] == 67.5
    assert row("turned", "l1,l2", "l3,l1") == [21.5, 13.5]
    assert row("picked", "El One", "el_two") == [1 + 2 + 3 + 7 + 8 + 9 + 9, 4 + 5 + 6 + 10 + 11 + 12 + 12]
    assert found["count"][0] == 5.3


def test_a_range_may_have_an_element_of_its_name_and_several_mappings(run: Run) -> None:
    found = run(
        "A: A, B ~~|\nC: c1, c2 -> (D: d1, dx), E ~~|\nD: d1, d2, d3 ~~|\ndx: d2, d3 ~~|\nE: e1, e2 ~~|\n"
        "x[A] = 1, 2 ~~|\ny = SUM(x[A!]) ~~|\nof c[C] = 10, 20 ~~|\nboth[D, E] = of c[C] + E ~~|\n"
        "other[E] = of c[C] ~~|\n"
    )
    assert found["y"][0] == 3
    assert [found[f"both[d{i},e2]"][0] for i in (1, 2, 3)] == [12, 22, 22]
    assert [found[f"other[e{i}]"][0] for i in (1, 2)] == [10, 20]


def test_exceptions_gaps_and_equations_of_several_kinds(run: Run) -> None:
    found = run(
        "r: a, b, c, d, e ~~|\ns: a, b ~~|\nt: c, d, e ~~|\nq: u, v, w ~~|\np: u, v ~~|\n"
        "x[r, q] :EXCEPT: [s, p] = 1 + Time ~~|\nx[s, p] = 7 ~~|\n"
        "z[r, q] :EXCEPT: [a, u], [t, w] = 2 ~~|\nz[a, u] = 3 ~~|\nz[t, w] = 4 + SUM(x[t, p!]) ~~|\n"
        "mixed[a] = INTEG(mixed[b], 1) ~~|\nmixed[b] = 2 ~~|\nmixed[c] = mixed[a]*2 ~~|\n"
        "mixed[d] = SMOOTH(mixed[a], 2) ~~|\nmixed[e] = DELAY FIXED(mixed[a], 1, 9) ~~|\n"
        "some[a] = 1 ~~|\nsome[c] = some[a] + Time ~~|\n"
    )
    np.testing.assert_array_equal(found["x[a,v]"], 7.0)
    np.testing.assert_array_equal(found["x[a,w]"], 1 + TIMES)
    np.testing.assert_array_equal(found["z[b,u]"], 2.0)
    np.testing.assert_array_equal(found["z[a,u]"], 3.0)
    np.testing.assert_array_equal(found["z[d,w]"], 4 + 2 * (1 + TIMES))
    stock = 1 + 2 * TIMES
    np.testing.assert_allclose(found["mixed[a]"], stock)
    np.testing.assert_array_equal(found["mixed[b]"], 2.0)
    np.testing.assert_allclose(found["mixed[c]"], 2 * stock)
    np.testing.assert_allclose(found["mixed[e]"], [9, 9, *stock[:-2]])
    np.testing.assert_array_equal(found["some[c]"], 1 + TIMES)
    assert "some[b]" not in found, "what has no equation has no column"


CHAIN = """
land: n, s ~~|
age: (y1-y6) ~~|
older: (y2-y6) -> younger ~~|
younger: (y1-y5) ~~|
births[land] = 2, 3 ~~|
people[land, y1] = INTEG(births[land] - ageing[land, y1], 10*land) ~~|
people[land, older] = INTEG(ageing[land, younger] - ageing[land, older], people[land, younger]*0.5) ~~|
ageing[land, age] = people[land, age]/2 ~~|
up to[land, y1] = people[land, y1] ~~|
up to[land, older] = up to[land, younger] + people[land, older] ~~|
left[y1] = 1 ~~|
left[older] = left[younger]*kept[older] ~~|
kept[age] = 1 - 0.1*age ~~|
one[land, y1] = 1 ~~|
one[land, older] = other[land, younger] + 1 ~~|
other[land, age] = one[land, age]*2 ~~|
slow[y1] = SMOOTH(Time, 2) ~~|
slow[older] = SMOOTH(slow[younger], 2) ~~|
last[y1] = Time ~~|
last[older] = IF THEN ELSE(older = 3, SUM(last[y1]*births[land!]), last[younger]) ~~|
share[y1] = 1 ~~|
share[y2] = 2 + share[y1] ~~|
share[y3] = SUM(share[young!]) ~~|
share[y4] = 0 ~~|
share[y5] = 0 ~~|
share[y6] = VMAX(share[younger!]) ~~|
young: y1, y2 ~~|
"""


def test_elements_of_one_equation_use_one_another(run: Run, write: Callable[[str], Path]) -> None:
    found = run(CHAIN.replace("SUM(last[y1]*births[land!])", "SUM(births[land!])"))
    np.testing.assert_allclose(
        [found[f"left[y{i}]"][0] for i in range(1, 7)], np.cumprod([1, 0.8, 0.7, 0.6, 0.5, 0.4])
    )
    people = np.stack([found[f"people[s,y{i}]"] for i in range(1, 7)])
    np.testing.assert_allclose(people[:, 0], 20 * 0.5 ** np.arange(6))
    np.testing.assert_allclose(people[2, 1:], people[2, :-1] + 0.25 * (people[1] - people[2])[:-1])
    np.testing.assert_allclose(found["up to[s,y4]"], people[:4].sum(axis=0))
    assert [found[f"other[n,y{i}]"][3] for i in range(1, 7)] == [2, 6, 14, 30, 62, 126]
    np.testing.assert_allclose(
        found["slow[y3]"][1:], (found["slow[y3]"] + 0.25 * (found["slow[y2]"] - found["slow[y3]"]))[:-1]
    )
    assert [found[f"last[y{i}]"][2] for i in range(1, 7)] == [1, 1, 5, 5, 5, 5]
    assert [found[f"share[y{i}]"][0] for i in range(1, 7)] == [1, 3, 4, 0, 0, 4]
    equations = load_equations(write(CHAIN))
    assert len(equations.components["ageing"]) == 1, "what is in no cycle stays an array"
    assert equations.components["up_to"][1].shape == (2,), "a cycle is taken apart along its own subscript"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x[a] = x[c] ~~|\nx[b] = x[a] ~~|\nx[c] = x[b]*2 ~~|\n", "x[a] -> x[c] -> x[b] -> x[a]"),
        ("x[a] = 1 ~~|\nx[late] = SUM(x[r!]) ~~|\n", "need each other without a stock between: x[b]"),
        ("x[r] = y[r] ~~|\ny[r] = x[r] + 1 ~~|\n", "need each other without a stock between: x -> y -> x"),
        ("x[a] = 1 ~~|\nx[c] = 1 ~~|\nb = SUM(x[r!]) ~~|\n", "b: an element has no equation (x[b])"),
    ],
)
def test_true_cycles_are_told_by_element(text: str, message: str, write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError) as raised:
        load_equations(write("r: a, b, c ~~|\nlate: b, c ~~|\n" + text))
    assert message in str(raised.value)
