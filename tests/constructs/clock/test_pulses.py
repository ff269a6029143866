"""Functions of the clock look at the middle of the time step, as Vensim's do; values by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from construct_helpers import TIMES, Table

Run = Callable[[str], Table]


def on(*times: float) -> np.ndarray:
    """Give 1 at some times of the grid, which has steps of a half from 0 to 6."""
    return np.isin(TIMES, times).astype(float)


def test_a_pulse_lasts_a_step_at_least_and_begins_at_the_nearest_one(run: Run) -> None:
    found = run(
        "none = PULSE(2, 0) ~~|\nshort = PULSE(2, 0.1) ~~|\nlong = PULSE(2, 1) ~~|\n"
        "early = PULSE(2.2, 0.5) ~~|\nlate = PULSE(2.3, 0.5) ~~|\nbefore = PULSE(-1, 1.5) ~~|\n"
    )
    np.testing.assert_array_equal(found["none"], on(2))
    np.testing.assert_array_equal(found["short"], on(2))
    np.testing.assert_array_equal(found["long"], on(2, 2.5))
    np.testing.assert_array_equal(found["early"], on(2))
    np.testing.assert_array_equal(found["late"], on(2.5))
    np.testing.assert_array_equal(found["before"], on(0))


def test_a_train_of_pulses_fires_once_more_at_its_end(run: Run) -> None:
    found = run(
        "to the end = PULSE TRAIN(1, 1, 2, 5) ~~|\nshort = PULSE TRAIN(1, 0, 2, 4.9) ~~|\n"
        "always = PULSE TRAIN(1, 5, 2, 3) ~~|\nnever = PULSE TRAIN(3, 1, 2, 2) ~~|\n"
    )
    np.testing.assert_array_equal(found["to the end"], on(1, 1.5, 3, 3.5, 5))
    np.testing.assert_array_equal(found["short"], on(1, 3))
    np.testing.assert_array_equal(found["always"], on(1, 1.5, 2, 2.5, 3))
    np.testing.assert_array_equal(found["never"], on())


def test_steps_and_ramps(run: Run) -> None:
    found = run("up = STEP(3, 2.2) ~~|\nslope = RAMP(2, 1, 3) ~~|\n")
    np.testing.assert_array_equal(found["up"], 3.0 * (TIMES >= 2))
    np.testing.assert_allclose(found["slope"], 2 * np.clip(TIMES - 1, 0, 2))
