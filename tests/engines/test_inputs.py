"""What is given to a run: shapes, series, many runs at once, and how faults are told."""

from __future__ import annotations

import numpy as np
import pytest
from engine_helpers import EngineOf, assert_same

from twintrack.errors import InputError

OUTPUTS = ["knowledge", "concentration", "gap", "budget_base"]


def test_many_runs_equal_one_run_at_a_time(engine_of: EngineOf) -> None:
    engine = engine_of("arrays")
    random = np.random.default_rng(3)
    grid = engine.equations.time.with_step(0.5)
    constants = {
        "sensitivity": random.uniform(0.5, 2, 5),
        "lifetime": random.uniform(3, 9, (3, 5)),
        "base_knowledge": np.float64(8.0),
    }
    series = {
        "budget_base": random.uniform(5, 15, (grid.steps + 1, 5)),
        "stage_share": random.uniform(0.1, 0.4, (grid.steps + 1, 3)),
    }
    together = engine.run(constants, series, OUTPUTS, runs=5, time_step=0.5)
    for run in range(5):
        alone = engine.run(
            {
                name: np.asarray(value)[..., run] if np.ndim(value) and value.shape[-1] == 5 else value
                for name, value in constants.items()
            },
            {"budget_base": series["budget_base"][:, run], "stage_share": series["stage_share"]},
            OUTPUTS,
            time_step=0.5,
        )
        assert_same({name: value[..., run : run + 1] for name, value in together.items()}, alone, 1e-12)


def test_blocks_are_filled_up_and_cut_again(engine_of: EngineOf) -> None:
    engine = engine_of("arrays")
    factor = np.linspace(1.5, 3.0, 37)
    found = engine.run({"cost_factor": factor}, {}, ["frontier_cost", "cost_factor"], runs=37, time_step=0.5)
    np.testing.assert_allclose(found["frontier_cost"][2], 40 * factor, rtol=1e-12)
    np.testing.assert_array_equal(found["cost_factor"][-1], factor)


def test_outputs_that_nothing_moves_still_have_all_axes(engine_of: EngineOf) -> None:
    found = engine_of("arrays").run({}, {}, ["lifetime", "time_step", "vertical_bonus"], runs=3)
    assert found["lifetime"].shape == (49, 3, 3)
    assert found["time_step"].shape == (49, 3)
    np.testing.assert_array_equal(found["lifetime"][7, :, 1], [12, 7, 4])


def test_a_series_is_used_step_by_step(engine_for: EngineOf) -> None:
    engine = engine_for("inflow = 1 ~ Dmnl ~ |\nlevel = INTEG(inflow, 0) ~ Dmnl ~ |\n")
    path = np.arange(17.0) ** 2
    found = engine.run({}, {"inflow": path}, ["level", "inflow"])
    np.testing.assert_array_equal(found["inflow"][:, 0], path[::2])
    np.testing.assert_allclose(found["level"][:, 0], [0.25 * path[:i].sum() for i in range(0, 17, 2)])


def test_a_given_delay_time_decides_the_length_of_the_pipe(engine_for: EngineOf) -> None:
    engine = engine_for("lag = 1 ~ Year ~ |\nlate = DELAY FIXED(Time, lag, -1) ~ Dmnl ~ |\n")
    first = engine.run({}, {}, ["late"])["late"][:, 0]
    second = engine.run({"lag": 2.0}, {}, ["late"])["late"][:, 0]
    np.testing.assert_allclose(first, [-1, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3])
    np.testing.assert_allclose(second, [-1, -1, -1, -1, 0, 0.5, 1, 1.5, 2])
    with pytest.raises(InputError, match=r"late: .*different runs"):
        engine.run({"lag": np.array([1.0, 2.0])}, {}, ["late"], runs=2)


def test_all_faults_are_told_at_once(engine_of: EngineOf) -> None:
    with pytest.raises(InputError) as raised:
        engine_of("arrays").run(
            {"budgt_base": 1.0, "lifetime": np.ones(2), "time_step": 1.0},
            {"sensitivity": np.ones(3)},
            ["knowlege", "growth_effect"],
        )
    text = str(raised.value)
    assert 'did you mean "budget_base"' in text
    assert "lifetime: has shape (2,); (3,) or (3, 1) is needed" in text
    assert "sensitivity: has shape (3,); (385,)" in text
    assert 'did you mean "knowledge"' in text
    assert len(raised.value.faults) == 6


def test_a_time_step_that_does_not_fit_is_refused(engine_of: EngineOf) -> None:
    with pytest.raises(InputError, match=r"time_step: 0\.3 does not go evenly into SAVEPER"):
        engine_of("arrays").run({}, {}, time_step=0.3)


def test_what_is_changed_between_two_runs_counts(engine_for: EngineOf) -> None:
    engine = engine_for("inflow = 1 ~ Dmnl ~ |\nlevel = INTEG(inflow, 0) ~ Dmnl ~ |\n")
    steps = engine.equations.time.steps
    for path in (np.ones(steps + 1), np.ones(steps + 1, np.int64)):
        before = engine.run({}, {"inflow": path}, ["level"])["level"][-1, 0]
        path *= 3
        assert engine.run({}, {"inflow": path}, ["level"])["level"][-1, 0] == 3 * before
    with pytest.raises(InputError, match="has shape"):
        engine.run({}, {"inflow": path[:-1]}, ["level"])
