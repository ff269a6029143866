"""Any assumption on any date: every world parameter goes to the far end of its range in 2030.

Nothing before that date moves, stocks go on from where they stand, and what planners look at does not jump: a
dated assumption changes what comes, and not what has been reached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest

from twintrack.engines.numpy.engine import NumpyEngine
from twintrack.equations.clock import TimeGrid
from twintrack.equations.structure import Array
from twintrack.inputs.paths import TimePath
from twintrack.model import Model
from twintrack.runs.arrays import along_time, lever_series, place_of

pytestmark = pytest.mark.slow

DATE = 2030.0
HEADLINE = (
    "capability_index",
    "leader_capability_index",
    "capability_gap",
    "ai_enabled_output",
    "ai_industry_size",
    "adoption_rate",
    "frontier_run_cost",
    "public_cost_pv",
)
AT_ONCE, MOST_STEPS = 1.0, 3.0
"""What a dated value may move a headline level at its date, and one time step later, in units of the largest
step change of the undated run from 2026 on. One step of another rate moves a level by the difference of two
step changes; a level that is computed anew moves at once."""
MOST_OF_A_YEAR = 0.15
"""Where a range is wide, a rate may become many times what it was: then the step after the date may be at
most this part of what is moved within a year, of which a step is a sixteenth. A jump is nearly all of it."""
GROWTH = {"cost_growth_factor": "ln_desired_run_cost", "hardware_growth_factor": "ln_price_performance"}
"""Growth factors, and the logarithm of what grows by them."""
NOTHING_BINDS = {"run_compute_per_accelerator": 1e40, "route_ceiling": np.full(5, 1e6), "race_response": 0.0}
"""Constants with which no run is too large for a fleet, a route that is used up slows nothing, and the leader
answers nobody."""


@dataclass(frozen=True)
class Runs:
    """Values by variable, shape (saves, ..., runs): the undated run first, then one for each parameter."""

    time: Array
    values: Mapping[str, Array]
    parameters: tuple[str, ...]

    def moved(self, name: str, begin: float, end: float) -> list[str]:
        """Give the parameters that move a variable at some saved time from `begin` to `end`."""
        values = self.values[name][(self.time >= begin) & (self.time <= end)]
        if values.shape[-1] == 1:
            return []
        same = np.isclose(values[..., 1:], values[..., :1], rtol=1e-12, atol=0, equal_nan=True)
        moving = ~same.reshape(-1, len(self.parameters)).all(axis=0)
        return [self.parameters[place] for place in np.flatnonzero(moving)]


def far_end(model: Model, name: str) -> float:
    """Give the end of a parameter's range that is further from its value."""
    parameter = model.world[name]
    return max(parameter.range, key=lambda end: abs(end - parameter.value))


def dated(model: Model, name: str, grid: TimeGrid) -> Array:
    """Give the values of a parameter that goes to its far end at the date, by integration time."""
    path = model.world_values({name: {DATE: far_end(model, name)}})[name]
    assert isinstance(path, TimePath)
    return path.at(grid.times)


def dated_runs(model: Model, grid: TimeGrid, outputs: tuple[str, ...] | None) -> Runs:
    """Run the baseline undated and with each parameter dated; all runs side by side, on another time grid."""
    names, series = tuple(model.world), lever_series(model.strategy("baseline").paths, grid.times)
    for run, name in enumerate(names, 1):
        constant, place = place_of(model.equations, name)
        if constant not in series:
            usual = model.equations.defaults[constant][np.newaxis, ..., np.newaxis]
            series[constant] = np.tile(usual, (len(grid.times), *[1] * (usual.ndim - 2), len(names) + 1))
        along_time(series[constant], place)[:, run] = dated(model, name, grid)
    engine = NumpyEngine(replace(model.equations, time=grid))
    return Runs(grid.saved, engine.run({}, series, outputs, runs=len(names) + 1), names)


@pytest.fixture(scope="module")
def everything(model: Model) -> Runs:
    """All variables until the date."""
    return dated_runs(model, replace(model.equations.time, final=DATE), None)


@pytest.fixture(scope="module")
def headline(model: Model) -> Runs:
    """Headline levels at every time step, until a year after the date."""
    grid = model.equations.time
    return dated_runs(model, replace(grid, final=DATE + 1, save_step=grid.step), HEADLINE)


def test_every_parameter_can_be_dated_and_moves_away_from_its_value(model: Model) -> None:
    assert [name for name, item in model.world.items() if far_end(model, name) == item.value] == []


def test_nothing_before_the_date_moves(everything: Runs) -> None:
    last = everything.time[-2]

    moved = {name: everything.moved(name, everything.time[0], last) for name in everything.values}

    assert len(moved) > 700 and {name: by for name, by in moved.items() if by} == {}


def test_stocks_stand_at_the_date_where_they_would(model: Model, everything: Runs) -> None:
    stocks = [name for name, variable in model.equations.variables.items() if variable.kind == "stock"]

    moved = {name: everything.moved(name, DATE, DATE) for name in stocks}

    assert len(stocks) > 60 and {name: by for name, by in moved.items() if by} == {}


@pytest.mark.parametrize("level", HEADLINE)
def test_a_headline_level_does_not_jump_at_the_date(headline: Runs, level: str) -> None:
    values, (at,) = headline.values[level], np.flatnonzero(headline.time == DATE)
    undated = values[:, :1]
    usual = np.abs(np.diff(undated[headline.time >= 2026], axis=0)).max()

    moved = np.abs(values - undated)[at:, 1:]

    jumped = moved[0] > AT_ONCE * usual
    jumped |= (moved[1] > MOST_STEPS * usual) & (moved[1] > MOST_OF_A_YEAR * moved[-1])
    assert [name for name, found in zip(headline.parameters, jumped, strict=True) if found] == []


@pytest.mark.parametrize("parameter", GROWTH)
def test_a_dated_growth_holds_from_its_date_on(model: Model, parameter: str) -> None:
    level, time = GROWTH[parameter], model.equations.time
    grid = replace(time, save_step=time.step)
    engine = NumpyEngine(replace(model.equations, time=grid))

    usual, changed = (
        engine.run(NOTHING_BINDS, series, [level])[level][:, 0]
        for series in ({}, {parameter: dated(model, parameter, grid)})
    )

    until, after = grid.saved <= DATE, grid.saved >= DATE
    yearly = np.exp(np.diff(changed[after]) / time.step)
    np.testing.assert_allclose(yearly, far_end(model, parameter), rtol=1e-9)
    np.testing.assert_allclose(changed[until], usual[until], rtol=1e-12)
