"""Prices that clear markets, and what is given at them, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import Table

from twintrack.equations import load_equations
from twintrack.errors import EquationError

Run = Callable[[str], Table]
CURVES = "profile: ptype, ppriority, pwidth, pextra ~~|\nbuyer: b1, b2 ~~|\nseller: s1, s2, s3 ~~|\n"


def curve(name: str, *rows: tuple[str, str]) -> str:
    return "".join(f"{name}[{element}, profile] = {numbers} ~~|\n" for element, numbers in rows)


def test_a_market_clears_where_straight_curves_cross(run: Run) -> None:
    """One demand falls from 10 at a price of 0 to nothing at 10, one is fixed; a supply rises to 40 at 10."""
    text = (
        CURVES
        + curve("dc", ("b1", "1, 5, 10, 0"), ("b2", "0, 0, 0, 0"))
        + curve("sc", ("s1", "1, 5, 10, 0"), ("s2", "1, 5, 10, 0"), ("s3", "1, 5, 10, 0"))
        + "want[buyer] = 10, 10 ~~|\ncan[seller] = 20, 10, 10 ~~|\n"
        "p = FIND MARKET PRICE(want[b1], dc[b1, ptype], can[s1], sc[s1, ptype]) ~~|\n"
        "bought[buyer] = DEMAND AT PRICE(want[buyer], dc[buyer, ptype], p) ~~|\n"
        "sold[seller] = SUPPLY AT PRICE(can[seller], sc[seller, ptype], p) ~~|\n"
        "two[buyer] = p*buyer ~~|\n"
    )
    found = run(text)
    # 10*(1 - p/10) + 10 = 40*p/10, so that p = 4
    np.testing.assert_allclose(found["p"], 4, rtol=1e-12)
    np.testing.assert_allclose([found["bought[b1]"][0], found["bought[b2]"][0]], [6, 10], rtol=1e-12)
    np.testing.assert_allclose([found[f"sold[{s}]"][0] for s in ("s1", "s2", "s3")], [8, 4, 4], rtol=1e-12)


@pytest.mark.parametrize(
    ("shape", "below", "above"),
    [
        ("1", 0.75, 0.25),
        ("2", 0.875, 0.125),
        ("3", 0.6914624612740131, 0.3085375387259869),
        ("4", 0.6967346701436833, 0.30326532985631671),
    ],
)
def test_curves_are_the_integrals_of_their_shapes(shape: str, below: float, above: float, run: Run) -> None:
    """At a quarter (rectangle, triangle) or half (normal, exponential) of the width from the middle."""
    off = 1 if shape in "12" else 2
    found = run(
        CURVES
        + curve("dc", ("b1", f"{shape}, 5, 4, 0"), ("b2", f"{shape}, 5, 4, 0"))
        + f"price[buyer] = {5 - off}, {5 + off} ~~|\n"
        "d[buyer] = DEMAND AT PRICE(1, dc[buyer, ptype], price[buyer]) ~~|\n"
        "s[buyer] = SUPPLY AT PRICE(1, dc[buyer, ptype], price[buyer]) ~~|\n"
    )
    np.testing.assert_allclose([found["d[b1]"][0], found["d[b2]"][0]], [below, above], rtol=1e-12)
    np.testing.assert_allclose([found["s[b1]"][0], found["s[b2]"][0]], [above, below], rtol=1e-12)


def test_markets_of_an_array_clear_by_themselves(run: Run) -> None:
    found = run(
        CURVES
        + "place: here, there ~~|\nwant[place, buyer] = 10, 0; 20, 0; ~~|\ncan[seller] = 10, 0, 0 ~~|\n"
        "dc[buyer, profile] = 1, 5, 10, 0; 1, 5, 10, 0; ~~|\n"
        "sc[seller, profile] = 1, 5, 10, 0; 1, 5, 10, 0; 1, 5, 10, 0; ~~|\n"
        "p[place] = FIND MARKET PRICE(want[place, b1], dc[b1, ptype], can[s1], sc[s1, ptype]) ~~|\n"
    )
    np.testing.assert_allclose([found["p[here]"][0], found["p[there]"][0]], [5, 20 / 3], rtol=1e-12)


def test_a_fixed_quantity_is_served_before_all_others(run: Run) -> None:
    found = run(
        CURVES + curve("dc", ("b1", "0, 0, 0, 0"), ("b2", "3, 5, 2, 0")) + "want[buyer] = 4, 8 ~~|\n"
        "got[buyer] = ALLOCATE AVAILABLE(want[buyer], dc[buyer, ptype], Time + 4) ~~|\n"
    )
    np.testing.assert_allclose(found["got[b1]"], 4, rtol=1e-9)
    np.testing.assert_allclose(found["got[b2]"], found["time"], rtol=1e-9, atol=1e-9)


def test_a_market_priority_gives_out_what_a_single_step_does(run: Run) -> None:
    text = (
        "r: a, b, c ~~|\nask[r] = 4, 3, 5 ~~|\nrank[r] = 3, 2.5, 1 ~~|\nsupply = Time*1.5 + 0.5 ~~|\n"
        "m = MARKETP(ask[a], rank[a], 3, 1, supply) ~~|\ngot[r] = ALLOC P(ask[r], rank[r], 1, m) ~~|\n"
        "direct[r] = ALLOCATE BY PRIORITY(ask[r], rank[r], 3, 1, supply) ~~|\n"
    )
    found = run(text)
    for name in "abc":
        np.testing.assert_allclose(found[f"got[{name}]"], found[f"direct[{name}]"], rtol=1e-9, atol=1e-9)
    # at the beginning the first alone is served: 0.5 of 4 is an eighth, so that it is passed by an eighth
    np.testing.assert_allclose(found["m"][0], 3 - 0.125, rtol=1e-12)


def test_a_curve_that_is_not_computed_is_told(write: Callable[[str], Path]) -> None:
    text = CURVES + curve("dc", ("b1", "3, 5, 2, 0"), ("b2", "3, 5, 2, 1")) + "want[buyer] = 4, 8 ~~|\n"
    elastic = text.replace("3, 5, 2, 1", "5, 5, 2, 1")
    bad = "got[buyer] = ALLOCATE AVAILABLE(want[buyer], dc[buyer, ptype], 3) ~~|\n"
    with pytest.raises(EquationError, match=r"got: a curve of shape 5, constant elasticity, is not computed"):
        load_equations(write(elastic + bad))
    with pytest.raises(EquationError, match="p: demand and supply have one range"):
        load_equations(
            write(text + "p = FIND MARKET PRICE(want[b1], dc[b1, ptype], want[b1], dc[b1, ptype]) ~~|\n")
        )
    with pytest.raises(EquationError, match="p: the arguments are elements of arrays"):
        load_equations(write(text + "p = MARKETP(3, want[b1], 2, 1, 4) ~~|\n"))
