"""SINTEG and IF MISSING, step by step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES, Table

from twintrack.equations import load_equations
from twintrack.equations.flatten import flatten
from twintrack.equations.units import check_units
from twintrack.errors import EquationError

Run = Callable[[str], Table]


def test_a_stock_without_limits_is_an_integral(run: Run) -> None:
    found = run("s = SINTEG(2, 1, :NA:, :NA:, :NA:, :NA:, :NA:) ~~|\n")
    np.testing.assert_allclose(found["s"], 1 + 2 * TIMES)


def test_a_stock_stays_within_its_limits(run: Run) -> None:
    found = run(
        "r: a, b ~~|\nrate[r] = 3, -3 ~~|\ns[r] = SINTEG(rate[r], 1, 0, 4, :NA:, :NA:, :NA:) ~~|\n"
        "back = SINTEG(IF THEN ELSE(Time < 3, 3, -3), 1, :NA:, 4, :NA:, :NA:, :NA:) ~~|\n"
    )
    np.testing.assert_allclose(found["s[a]"], np.minimum(1 + 3 * TIMES, 4))
    np.testing.assert_allclose(found["s[b]"], np.maximum(1 - 3 * TIMES, 0))
    np.testing.assert_allclose(found["back"][:9], [1, 2.5, 4, 4, 4, 4, 4, 2.5, 1])  # it falls at once


def test_a_stock_of_whole_numbers_forgets_what_is_left_over(run: Run) -> None:
    found = run(
        "slow = SINTEG(1, 0, :NA:, :NA:, 1, :NA:, :NA:) ~~|\n"
        "fast = SINTEG(3, 0, :NA:, :NA:, 1, :NA:, :NA:) ~~|\n"
    )
    np.testing.assert_allclose(found["slow"], 0)  # half a unit a step is cut each time
    np.testing.assert_allclose(found["fast"], np.arange(13))


def test_a_stock_that_is_near_a_value_is_at_it(run: Run) -> None:
    found = run("s = SINTEG(-0.4, 1, :NA:, :NA:, :NA:, 0, 0.25) ~~|\n")
    np.testing.assert_allclose(found["s"][:8], [1, 0.8, 0.6, 0.4, 0, 0, 0, 0])  # 0.2 is near


def test_limits_are_numbers(write: Callable[[str], Path]) -> None:
    with pytest.raises(EquationError, match=r"s: the last five arguments are numbers or :NA:"):
        load_equations(write("k = 0 ~~|\ns = SINTEG(1, 0, k, :NA:, :NA:, :NA:, :NA:) ~~|\n"))
    with pytest.raises(EquationError, match=r"s: 7 arguments are needed, 2 are given \(SINTEG\)"):
        load_equations(write("s = SINTEG(1, 0) ~~|\n"))


def test_what_is_missing_is_replaced(run: Run) -> None:
    found = run("x = IF THEN ELSE(Time > 3, Time, :NA:) ~~|\ny = IF MISSING(x, -1) ~~|\n")
    np.testing.assert_array_equal(found["y"], np.where(TIMES > 3, TIMES, -1))


def test_what_follows_from_itself_can_be_walked_through(write: Callable[[str], Path]) -> None:
    equations = load_equations(
        write(
            "r: a, b, c ~~|\ns[a] = SINTEG(1, 0, 0, 9, 1, :NA:, :NA:) ~~|\n"
            "s[b] = s[a] + 1 ~~|\ns[c] = NPV(s[b], 0.1, 0, 1) ~~|\nx = SUM(s[r!]) ~~|\n"
        )
    )
    assert equations.causes("x") == ("s",)
    assert "time_step" in equations.causes("s")
    check_units(equations)
    with pytest.raises(EquationError, match="this construct has no form"):
        flatten(equations, Path(equations.path).read_text("utf-8"))
