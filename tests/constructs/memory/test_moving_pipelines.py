"""DELAY INFORMATION and DELAY MATERIAL: pipelines whose time changes, by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES, Table

from twintrack.engines import Simulator
from twintrack.errors import InputError

Run = Callable[[str], Table]
STEPS = np.arange(13)


def arriving(leads: np.ndarray) -> list[list[int]]:
    """Give for each step which earlier steps arrive then, by how many steps each is under way."""
    found: list[list[int]] = [[] for _ in range(40)]
    for step, lead in enumerate(leads):
        found[step + int(lead)].append(step)
    return found


def test_with_a_time_that_stays_both_are_pipelines(run: Run) -> None:
    found = run(
        "r: a, b ~~|\ntau[r] = 1, 2.5 ~~|\nx[r] = Time + r ~~|\nf[r] = DELAY FIXED(x[r], tau[r], -r) ~~|\n"
        "i[r] = DELAY INFORMATION(x[r], tau[r], -r) ~~|\nm[r] = DELAY MATERIAL(x[r], tau[r], -r, 99) ~~|\n"
        "short = DELAY INFORMATION(Time, 0, -1) ~~|\n"
    )
    for name in "ab":
        np.testing.assert_allclose(found[f"i[{name}]"], found[f"f[{name}]"])
        np.testing.assert_allclose(found[f"m[{name}]"], found[f"f[{name}]"])
    np.testing.assert_allclose(found["short"], [-1, *TIMES[:-1]])


def test_a_longer_time_holds_what_is_known_and_leaves_a_gap_in_what_flows(run: Run) -> None:
    found = run(
        "tau = 1 + STEP(1, 2) ~~|\ni = DELAY INFORMATION(Time, tau, -1) ~~|\n"
        "m = DELAY MATERIAL(Time, tau, -1, -9) ~~|\n"
    )
    # what enters before 2 is under way for two steps, then for four
    np.testing.assert_allclose(found["i"], [-1, -1, 0, 0.5, 1, 1.5, 1.5, 1.5, 2, 2.5, 3, 3.5, 4])
    np.testing.assert_allclose(found["m"], [-1, -1, 0, 0.5, 1, 1.5, -9, -9, 2, 2.5, 3, 3.5, 4])


def test_a_shorter_time_drops_what_is_old_and_adds_up_what_meets(run: Run) -> None:
    found = run(
        "tau = 2 - STEP(1, 2) ~~|\ni = DELAY INFORMATION(Time, tau, -1) ~~|\n"
        "m = DELAY MATERIAL(Time, tau, -1, -9) ~~|\n"
    )
    # 2 arrives at 3 with 1, and 2.5 at 3.5 with 1.5
    np.testing.assert_allclose(found["i"], [-1, -1, -1, -1, 0, 0.5, 2, 2.5, 3, 3.5, 4, 4.5, 5])
    np.testing.assert_allclose(found["m"], [-1, -1, -1, -1, 0, 0.5, 3, 4, 3, 3.5, 4, 4.5, 5])


def test_times_that_change_at_every_step(run: Run) -> None:
    found = run(
        "tau = 1 + MODULO(Time*3, 2) ~~|\ni = DELAY INFORMATION(Time, tau, -1) ~~|\n"
        "m = DELAY MATERIAL(Time, tau, -1, -9) ~~|\n"
    )
    leads = np.rint((1 + (TIMES * 3) % 2) / 0.5)
    due = arriving(leads)
    sums = [
        sum(TIMES[s] for s in due[step]) if due[step] else (-1 if step < leads[0] else -9) for step in STEPS
    ]
    np.testing.assert_allclose(found["m"], sums)
    known, held = [], [-1.0] * 40
    for step in STEPS:
        known.append(held[step])
        held[step + int(leads[step]) :] = [TIMES[step]] * (40 - step - int(leads[step]))
    np.testing.assert_allclose(found["i"], known)


def test_a_run_of_too_many_steps_is_told(write: Callable[[str], Path]) -> None:
    model = Simulator(write("i = DELAY INFORMATION(Time, 1, 0) ~~|\n"))
    with pytest.raises(InputError, match=r"i: its delay looks ahead over 6,000 steps; at most 1,000 can be"):
        model.run(time_step=0.001)
