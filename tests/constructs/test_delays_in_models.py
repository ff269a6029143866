"""Delays, smooths and other functions with a memory, against PySD and by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import TIMES

from twintrack.engines import Simulator
from twintrack.errors import InputError

Run = Callable[[str], dict[str, np.ndarray]]

# Initial values that are whole numbers are written as formulas: PySD would start from integers.
DELAYS = """
r: a, b, c ~~|
in[r] = STEP(10, 1)*r + SIN(Time) ~~|
tau[r] = 1, 2, 2.5 ~~|
moving = 2 + Time/3 ~~|
order = STEP(3, 0) + 1 ~~|
d1[r] = DELAY1(in[r], tau[r]) ~~|
d1i[r] = DELAY1I(in[r], moving, 2.5) ~~|
d3[r] = DELAY3(in[r], tau[r]*2) ~~|
d3i = DELAY3I(in[b], moving, 1.5) ~~|
dn = DELAY N(in[a], moving, 1.5, 4) ~~|
dn array[r] = DELAY N(in[r], tau[r]+moving, 3.5*r, 3) ~~|
dn order = DELAY N(Time, 3, 1.5, order) ~~|
s1[r] = SMOOTH(in[r], tau[r]) ~~|
s1i = SMOOTHI(in[b], moving, 1.5) ~~|
s3[r] = SMOOTH3(in[r], tau[r]) ~~|
s3i = SMOOTH3I(in[b], 2, 7.5) ~~|
sn = SMOOTH N(in[b], moving, 1.5, 5) ~~|
trend[r] = TREND(in[r]+1, 2, 0.1) ~~|
forecast[r] = FORECAST(in[r]+1, 3, 4) ~~|
fixed = DELAY FIXED(in[a], 1.5, 3) ~~|
fixed short = DELAY FIXED(Time, 0.2, 5) ~~|
fixed moving = DELAY FIXED(Time, 1+Time, -1) ~~|
sample[r] = SAMPLE IF TRUE(MODULO(Time, 2) = 0, in[r], r*1.5) ~~|
start[r] = INITIAL(in[r] + 3) ~~|
active = ACTIVE INITIAL(level*2, 10) ~~|
level = INTEG(active*0.1 - level*0.1, active/2) ~~|
pulses = PULSE(1, 1.5) + PULSE TRAIN(0, 0.5, 2, 5) + RAMP(2, 1, 4) ~~|
game = GAME(level + 1) ~~|
nested = SMOOTH(DELAY1(STEP(3,2), 2) + INTEG(1, 2), 2) ~~|
first = INTEG(1, second + 1) ~~|
second = SMOOTHI(first, 2, third) ~~|
third = ACTIVE INITIAL(first + 1, 3) ~~|
"""


@pytest.mark.slow
def test_functions_with_a_memory_agree_with_pysd(agrees_with_pysd: Callable[[str], object]) -> None:
    agrees_with_pysd(DELAYS)


def test_a_pipeline_has_a_length_for_each_element(run: Run) -> None:
    found = run(
        "r: a, b, c ~~|\nq: u, v ~~|\ntau[r] = 1, 2, 2.5 ~~|\n"
        "late[r] = DELAY FIXED(Time*r, tau[r], -r) ~~|\n"
        "later[q, r] = DELAY FIXED(Time*r + q, tau[r]*q, 7) ~~|\n"
    )
    for place, (name, length) in enumerate((("a", 2), ("b", 4), ("c", 5)), start=1):
        entering = TIMES * place
        np.testing.assert_allclose(found[f"late[{name}]"], [-place] * length + [*entering[:-length]])
        for q, other in ((1, "u"), (2, "v")):
            expected = [7.0] * length * q + [*(entering + q)[: max(13 - length * q, 0)]]
            np.testing.assert_allclose(found[f"later[{other},{name}]"], expected[:13])


def by_euler(entering: np.ndarray, time: float, stages: int, start: float) -> np.ndarray:
    """Give a delay of some stages, each a stock that loses what it holds over its part of the time."""
    levels, found = np.full(stages, start * time / stages), []
    for value in entering:
        leaving = levels * stages / time
        found.append(leaving[-1])
        levels = levels + 0.5 * (np.array([value, *leaving[:-1]]) - leaving)
    return np.array(found)


def test_a_delay_keeps_its_stages_however_short_it_is(run: Run) -> None:
    found = run(
        "r: a, b ~~|\ntau[r] = 0.7, 4 ~~|\nd3[r] = DELAY3(Time, tau[r]) ~~|\n"
        "d3i = DELAY3I(Time, 1, 1.5) ~~|\ndn = DELAY N(Time, 1, 1.5, 6) ~~|\n"
    )
    for name, time in (("a", 0.7), ("b", 4)):  # the short one does not change the long one
        np.testing.assert_allclose(found[f"d3[{name}]"], by_euler(TIMES, time, 3, 0), rtol=1e-11)
    np.testing.assert_allclose(found["d3i"], by_euler(TIMES, 1, 3, 1.5), rtol=1e-11)
    np.testing.assert_allclose(found["dn"], by_euler(TIMES, 1, 6, 1.5), rtol=1e-11)


def test_a_delay_time_may_differ_from_run_to_run(write: Callable[[str], Path]) -> None:
    model = Simulator(write("tau = 1 ~~|\nlate = DELAY3(Time, tau) ~~|\n"))
    for engine in ("native", "numpy"):
        found = model.batch({"tau": [0.5, 1, 4]}, ["late"], engine=engine)["late"]
        for run, time in enumerate((0.5, 1, 4)):
            np.testing.assert_allclose(found[:, run], by_euler(TIMES, time, 3, 0), rtol=1e-11)


def test_stages_that_differ_are_told(write: Callable[[str], Path]) -> None:
    model = Simulator(write("r: a, b ~~|\nn[r] = 1, 2 ~~|\nx[r] = SMOOTH N(Time, 2, 1, n[r]) ~~|\n"))
    with pytest.raises(InputError, match="x: its elements would have different numbers of stages"):
        model.run()
