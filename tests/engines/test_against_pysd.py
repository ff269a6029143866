"""Every construct gives what PySD gives, compiled by LLVM and under NumPy."""

from __future__ import annotations

import numpy as np
import pytest
from engine_helpers import EngineOf, assert_same

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("model", ["functions", "subscripts"])
def test_all_variables_agree_with_pysd(model: str, engine_of: EngineOf, oracle: EngineOf) -> None:
    assert_same(engine_of(model).run({}, {}), oracle(model).run({}, {}))


def test_agrees_with_another_time_step(engine_of: EngineOf, oracle: EngineOf) -> None:
    found = engine_of("arrays").run({}, {}, time_step=0.5)
    expected = oracle("arrays").run({}, {}, time_step=0.5)
    assert_same(found, expected)
    default = engine_of("arrays").run({}, {}, ["frontier_cost"])["frontier_cost"]
    assert default.shape == found["frontier_cost"].shape, "the saved times stay the same"


def test_given_values_and_series_agree_with_pysd(engine_of: EngineOf, oracle: EngineOf) -> None:
    grid = engine_of("arrays").equations.time.with_step(0.5)
    constants = {"base_knowledge": np.float64(7.0), "initial_knowledge": np.arange(12.0).reshape(4, 3) + 1}
    dated = np.interp(grid.times, [2018, 2024, 2031], [1.0, 5.0, 2.0])
    series = {"sensitivity": dated, "stage_share": np.outer(dated, [0.1, 0.2, 0.3])}
    found = engine_of("arrays").run(constants, series, time_step=0.5)
    expected = oracle("arrays").run(constants, series, time_step=0.5)
    assert_same(found, expected)


def test_an_auxiliary_can_be_replaced_as_well(engine_of: EngineOf, oracle: EngineOf) -> None:
    constants = {"share": np.array([0.1, 0.2, 0.3, 0.4])}
    found = engine_of("arrays").run(constants, {}, ["knowledge", "share"], time_step=0.5)
    expected = oracle("arrays").run(constants, {}, ["knowledge", "share"], time_step=0.5)
    assert_same(found, expected)
    np.testing.assert_array_equal(found["share"][:, :, 0], np.tile([0.1, 0.2, 0.3, 0.4], (49, 1)))
