"""NPV, NPVE and straight depreciation, by sums over the steps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from construct_helpers import TIMES, Table

Run = Callable[[str], Table]
H, STEPS = 0.5, np.arange(13)


def test_a_stream_is_worth_its_discounted_sum(run: Run) -> None:
    found = run(
        "v = NPV(Time + 1, 0.1, 5, 2) ~~|\ne = NPVE(Time + 1, 0.1, 5, 2) ~~|\nz = NPV(3, 0, 0, 1) ~~|\n"
    )
    falls = 1.05 ** -STEPS.astype(float)  # a tenth a month, by halves of months
    np.testing.assert_allclose(found["v"], 2 * (5 + np.cumsum((TIMES + 1) * falls * H)))
    np.testing.assert_allclose(found["e"], 2 * (5 + np.cumsum((TIMES + 1) * falls / 1.05 * H)))
    np.testing.assert_allclose(found["z"], 3 * (TIMES + H))


def test_values_of_arrays_are_their_own(run: Run) -> None:
    found = run("r: a, b ~~|\nrate[r] = 0, 2 ~~|\nv[r] = NPV(r, rate[r], 0, 1) ~~|\n")
    np.testing.assert_allclose(found["v[a]"], TIMES + H)
    np.testing.assert_allclose(found["v[b]"], np.cumsum(2 * 0.5**STEPS * H))


def test_a_steady_stream_is_written_off_as_it_is_spent(run: Run) -> None:
    found = run(
        "d = DEPRECIATE STRAIGHTLINE(7, 3, 1, 7) ~~|\none = DEPRECIATE STRAIGHTLINE(Time, 1, 1, 0) ~~|\n"
    )
    np.testing.assert_allclose(found["d"], 7)
    np.testing.assert_allclose(found["one"], TIMES)  # all in the period in which it is spent


def test_what_is_spent_once_is_written_off_over_its_life(run: Run) -> None:
    found = run(
        "spent = IF THEN ELSE(Time = 1.5, 12, 0) ~~|\nd = DEPRECIATE STRAIGHTLINE(spent, 3, 1, 0) ~~|\n"
        "total = INTEG(d, 0) ~~|\nfine = DEPRECIATE STRAIGHTLINE(spent, 2, 0.5, 0) ~~|\n"
    )
    # 6 are spent in the second month: a third of them then, and 2 in each of the two that follow
    expected = np.where(TIMES == 1.5, 4.0, 0) + np.where((TIMES >= 2) & (TIMES < 4), 2.0, 0)
    np.testing.assert_allclose(found["d"], expected, atol=1e-12)
    np.testing.assert_allclose(found["total"][-1], 6)
    np.testing.assert_allclose(found["fine"], np.where((TIMES >= 1.5) & (TIMES < 3.5), 3.0, 0), atol=1e-12)


def test_what_was_spent_before_the_run_is_written_off_in_it(run: Run) -> None:
    found = run("d = DEPRECIATE STRAIGHTLINE(0, 3, 1, 6) ~~|\n")
    np.testing.assert_allclose(found["d"], np.select([TIMES < 1, TIMES < 2], [4.0, 2.0], 0), atol=1e-12)
