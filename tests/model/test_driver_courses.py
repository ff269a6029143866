"""Chance in outside drivers: none in the central run, from the policy start on, in its own period."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.model import Model

LOOSE = {f"driver_course[controls,{period}]": 0.6 for period in ("middle_years", "later_years")}


def test_the_central_run_has_none(model: Model) -> None:
    values = model.run("baseline").variables
    paths = [name for name in values if name.startswith("driver_path[")]
    assert len(paths) == 3
    assert (values[paths] == 1).all(axis=None)


def test_a_course_holds_in_its_periods_and_takes_a_while(model: Model) -> None:
    values = model.run("baseline", world=LOOSE).variables
    path, control = values["driver_path[controls]"], values["export_control_meant"]
    usual = model.run("baseline").variables["export_control_meant"]
    assert (path[path.index <= 2029] == 1).all()
    assert path[2030.0] == pytest.approx(1 - 0.4 * (1 - np.exp(-0.5)), abs=0.02)
    assert path[2036.0] == pytest.approx(0.6, abs=0.02)
    assert path[2040.0] > 0.9
    np.testing.assert_allclose(control, path * usual, rtol=1e-9)


def test_what_has_been_observed_knows_nothing_of_it(model: Model) -> None:
    names = [name for name in model.world if name.startswith("driver_course[")]
    ends = {name: model.world[name].range[0] for name in names}
    moved, usual = (model.run("baseline", world=world).variables for world in (ends, {}))
    known = model.equations.variables
    stocks = [name for name in usual if known[name.partition("[")[0]].kind == "stock"]
    past = usual.index <= 2026
    np.testing.assert_array_equal(moved.loc[past, stocks], usual.loc[past, stocks])
    assert moved.loc[2030.0, "largest_run[leader,scale]"] < usual.loc[2030.0, "largest_run[leader,scale]"]


@pytest.mark.parametrize(
    ("driver", "variable"),
    [
        ("controls", "tool_control"),
        ("climate", "private_capital[home]"),
        ("progress", "hardware_price_performance"),
    ],
)
def test_each_driver_follows_its_course(model: Model, driver: str, variable: str) -> None:
    low, high = (
        model.run("baseline", world={f"driver_course[{driver},near_years]": course}).variables[variable]
        for course in (0.7, 1.3)
    )
    assert high[2029.0] > 1.05 * low[2029.0]


def test_severity_never_exceeds_one(model: Model) -> None:
    world = {name: 1.8 for name in model.world if name.startswith("driver_course[controls")}
    values = model.run("baseline", world={**world, "export_control_future": 0.95}).variables
    assert values["export_control"].max() <= 1
