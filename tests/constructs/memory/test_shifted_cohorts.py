"""SHIFT IF TRUE: cohorts that grow older all at once, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES, Table

from twintrack.equations import load_equations
from twintrack.errors import EquationError

Run = Callable[[str], Table]
AGES = "age: a0, a1, a2 ~~|\nolder: a1, a2 ~~|\n"


def by_hand(
    starts: list[float], flows: list[float], entering: float, *, gathered: bool
) -> tuple[np.ndarray, list]:
    """Step three cohorts on, shifted at the end of each step that begins at a whole time; and what leaves."""
    now, rows, left = np.array(starts), [], []
    for time in TIMES:
        rows.append(now)
        following = now + 0.5 * np.array(flows)
        shifts = time % 1 == 0
        left.append(following[2] if shifts and not gathered else 0)
        if shifts:
            last = following[1] + (following[2] if gathered else 0)
            following = np.array([entering, following[0], last])
        now = following
    return np.array(rows), left


@pytest.mark.parametrize("gathered", [0, 1])
def test_cohorts_move_on_together(gathered: int, run: Run) -> None:
    found = run(
        AGES + "people[a0] = INTEG(4, 1) ~~|\npeople[older] = INTEG(-1, 10*older) ~~|\n"
        f"gone = SHIFT IF TRUE(people[a0], MODULO(Time, 1) = 0, ELMCOUNT(age), {gathered}, 7) ~~|\n"
        "total = SUM(people[age!]) ~~|\n"
    )
    rows, left = by_hand([1, 20, 30], [4, -1, -1], 7, gathered=bool(gathered))
    for place, name in enumerate(("a0", "a1", "a2")):
        np.testing.assert_allclose(found[f"people[{name}]"], rows[:, place], rtol=1e-12)
    np.testing.assert_allclose(found["gone"], left, rtol=1e-12)
    np.testing.assert_allclose(found["total"], rows.sum(axis=1), rtol=1e-12)


def test_arrays_of_cohorts_move_on_by_themselves(run: Run) -> None:
    found = run(
        AGES + "land: north, south ~~|\npeople[land, age] = INTEG(-0.1*people[land, age]*land, 5*age) ~~|\n"
        "gone[land] = SHIFT IF TRUE(people[land, a0], Time = land, 3, 0, land) ~~|\n"
        "plain[land, age] = INTEG(-0.1*plain[land, age]*land, 5*age) ~~|\n"
    )
    for number, land in ((1, "north"), (2, "south")):
        at = 2 * number  # the step that begins at the time 1 or 2
        for name in ("a0", "a1", "a2"):
            np.testing.assert_allclose(
                found[f"people[{land},{name}]"][: at + 1], found[f"plain[{land},{name}]"][: at + 1]
            )
        assert found[f"people[{land},a0]"][at + 1] == pytest.approx(number)
        assert found[f"people[{land},a1]"][at + 1] == pytest.approx(found[f"plain[{land},a0]"][at + 1])
        assert found[f"gone[{land}]"][at] == pytest.approx(found[f"plain[{land},a2]"][at + 1])
        assert np.count_nonzero(found[f"gone[{land}]"]) == 1


def test_cohorts_from_a_later_one_on(run: Run) -> None:
    found = run(
        AGES + "people[age] = INTEG(0, age) ~~|\ngone = SHIFT IF TRUE(people[a1], Time < 0.5, 2, 0, 9) ~~|\n"
    )
    assert [found[f"people[{name}]"][1] for name in ("a0", "a1", "a2")] == [1, 9, 2]


@pytest.mark.parametrize(
    ("equation", "message"),
    [
        ("SHIFT IF TRUE(people[a0], 1)", "5 arguments are needed, 2 are given"),
        ("SHIFT IF TRUE(x[a0], 1, 3, 0, 0)", "the first argument is no stock"),
        ("SHIFT IF TRUE(people, 1, 3, 0, 0)", "no element of a stock"),
    ],
)
def test_wrong_calls_are_told(equation: str, message: str, write: Callable[[str], Path]) -> None:
    text = AGES + "people[age] = INTEG(0, age) ~~|\nx[age] = age ~~|\n"
    with pytest.raises(EquationError, match=message):
        load_equations(write(text + f"gone = {equation} ~~|\n"))
