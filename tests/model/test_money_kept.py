"""No money is gained or lost, however short a programme is and wherever between two steps it begins."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.engines.registry import BatchEngineName
from twintrack.model import Model

LEVER = "talent_training"
"""Money that moves no other public outlay at once, so that what the programme costs can be told apart."""
MORE = 40.0
KEPT = 1e-3

PROGRAMMES = [
    (2030.01, 0.05),
    (2030.03, 0.001),
    (2030.0, 0.0625),
    (2030.06, 0.01),
    (2028.017, 0.9),
    (2027.3, 3.33),
    *zip(*np.random.default_rng(5).uniform([[2027], [0.001]], [[2036], [2]], (2, 6)).tolist(), strict=True),
]
"""Begin and length of programmes, in years; a step takes 0.0625."""


@pytest.mark.parametrize(("begin", "length"), PROGRAMMES)
def test_a_programme_costs_what_it_says(model: Model, begin: float, length: float) -> None:
    usual, undiscounted = model.levers[LEVER].baseline, {"discount_rate": 0.0}
    dates = {2026: usual, begin: [usual, usual + MORE], begin + length: [usual + MORE, usual]}

    run = model.run("baseline", world=undiscounted, **{LEVER: dates})
    base = model.run("baseline", world=undiscounted)

    at = np.searchsorted(run.time, begin + length + model.equations.time.step)
    spent = (run["public_cost_pv"] - base["public_cost_pv"])[at]
    assert spent == pytest.approx(MORE * length, rel=KEPT)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_a_programme_within_one_step_does_not_vanish_in_any_engine(
    model: Model, engine: BatchEngineName
) -> None:
    usual = model.levers[LEVER].baseline
    dates = {2026: usual, 2030.01: [usual, 100], 2030.06: [100, usual]}

    shown = model.run("baseline", engine=engine, **{LEVER: dates})[LEVER]

    assert shown[shown != usual].tolist() == [pytest.approx(usual + (100 - usual) * 0.05 / 0.0625)]
