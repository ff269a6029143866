"""Steps that do not fit between saved times, and control variables that change."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import Table

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.errors import EquationError, InputError

RunFile = Callable[[Path], Table]


@pytest.fixture
def model(tmp_path: Path) -> Callable[..., Path]:
    """Writes a model of some equations with a clock."""

    def write(text: str, final: str = "4", step: str = "1", saved: str = "1") -> Path:
        path = tmp_path / "model.mdl"
        clock = (
            f"INITIAL TIME = 0 ~~|\nFINAL TIME = {final} ~~|\nTIME STEP = {step} ~~|\nSAVEPER = {saved} ~~|\n"
        )
        path.write_text("{UTF-8}\n" + text + clock, encoding="utf-8")
        return path

    return write


def test_a_row_is_the_step_nearest_to_the_time_at_which_it_is_due(
    model: Callable[..., Path], run_file: RunFile
) -> None:
    path = model("s = INTEG(1, 0) ~~|\n", final="2", step="0.3", saved="0.5")
    found = run_file(path)
    np.testing.assert_allclose(found["time"], [0, 0.6, 0.9, 1.5, 2.1])  # 2/0.3 is nearest to 7 steps
    np.testing.assert_allclose(found["s"], found["time"])
    notes = load_equations(path).notes
    assert "0.3 does not go evenly into SAVEPER = 0.5" in notes[0]
    assert "FINAL TIME" in notes[1]


def test_saving_more_often_than_there_are_steps_saves_every_step(
    model: Callable[..., Path], run_file: RunFile
) -> None:
    found = run_file(model("s = INTEG(1, 0) ~~|\n", step="1", saved="0.25"))
    np.testing.assert_allclose(found["time"], [0, 1, 2, 3, 4])


def test_a_step_that_changes_with_the_time(model: Callable[..., Path], run_file: RunFile) -> None:
    step = "IF THEN ELSE(Time < 2, 1, 0.5)"
    text = (
        "s = INTEG(s, 1) ~~|\nonce = PULSE(3, 0) ~~|\nslope = RAMP(1, 0, 9) ~~|\n"
        "late = SMOOTHI(1, 2, 0) ~~|\nseen = TIME STEP ~~|\n"
    )
    found = run_file(model(text, step=step, saved="0.5"))
    np.testing.assert_allclose(found["time"], [0, 1, 2, 2.5, 3, 3.5, 4])
    np.testing.assert_allclose(found["s"], [1, 2, 4, 6, 9, 13.5, 20.25])
    np.testing.assert_allclose(found["once"], [0, 0, 0, 0, 1, 0, 0])
    np.testing.assert_allclose(found["slope"], found["time"])
    np.testing.assert_allclose(found["late"][:4], [0, 0.5, 0.75, 0.8125])
    np.testing.assert_allclose(found["seen"], [1, 1, 0.5, 0.5, 0.5, 0.5, 0.5])
    np.testing.assert_allclose(found["TIME STEP"], found["seen"])


def test_a_period_between_rows_that_changes(model: Callable[..., Path], run_file: RunFile) -> None:
    path = model("s = INTEG(1, 0) ~~|\n", step="0.25", saved="IF THEN ELSE(Time < 1, 0.5, 1.5)")
    found = run_file(path)
    np.testing.assert_allclose(found["time"], [0, 0.5, 1, 2.5, 4])
    np.testing.assert_allclose(found["s"], found["time"])
    with pytest.raises(InputError, match="SAVEPER changes while this model runs"):
        Simulator(path).run(time_step=0.125)


def test_a_series_is_read_off_at_steps_of_any_length(model: Callable[..., Path]) -> None:
    path = model("f = 0 ~~|\ns = INTEG(f, 0) ~~|\n", step="IF THEN ELSE(Time < 2, 1, 0.5)")
    for engine in ("native", "numpy"):
        found = Simulator(path).table({"f": {0: 0, 4: 4}}, engine=engine)  # type: ignore[arg-type]
        np.testing.assert_allclose(found["s"], [0, 0, 1, 1 + 1 + 1.25, 3.25 + 1.5 + 1.75])


@pytest.mark.parametrize(
    ("clock", "message"),
    [
        ({"step": "0.5 + s"}, "it follows from stocks"),
        ({"step": "1 - Time"}, "it is 0 at time 1"),
        ({"step": "-1"}, "TIME STEP = -1 makes no run"),
        ({"final": "-1"}, "FINAL TIME - INITIAL TIME = -1 makes no run"),
        ({"step": "1e-9"}, "at most 10,000,000 fit"),
        ({"saved": "9"}, "SAVEPER = 9 is longer than the run"),
    ],
)
def test_what_makes_no_run_is_told(clock: dict[str, str], message: str, model: Callable[..., Path]) -> None:
    with pytest.raises(EquationError, match=message):
        load_equations(model("s = INTEG(1, 0) ~~|\n", **clock))
