"""World3 as the project has it gives what an independent program gives, under every engine and oracle."""

from __future__ import annotations

import csv
from functools import cache

import numpy as np
import pytest
from engine_helpers import assert_same
from renew_world3 import MODEL, RUNS, TABLE, WITH_POLICIES, YEARS, short_names

from bench.simlin import SimlinEngine
from twintrack.engines import NumpyEngine, PysdEngine, Simulator
from twintrack.equations import load_equations
from twintrack.equations.units import check_units

NEAR = 1e-9
"""Largest difference, in parts of a variable's largest value."""


@cache
def model() -> Simulator:
    return Simulator(MODEL)


def rows(run: str) -> dict[str, np.ndarray]:
    """Give the frozen values of a run by short name, at `YEARS`."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        found = csv.DictReader(line for line in file if not line.startswith("#"))
        return {
            row["name"]: np.array([float(row[str(year)]) for year in YEARS])
            for row in found
            if row["run"] == run
        }


@pytest.mark.parametrize("engine", ["numpy", "native"])
@pytest.mark.parametrize("run", RUNS)
def test_every_variable_is_that_of_pyworld3(run: str, engine: str) -> None:
    names, expected = short_names(model()), rows(run)
    given = {names[short]: value for short, value in RUNS[run].items()}
    frame = model().run(given, outputs=[names[short] for short in expected], engine=engine)
    for (short, values), (_, found) in zip(expected.items(), frame.loc[[*YEARS]].items(), strict=True):
        scale = np.abs(values).max()
        np.testing.assert_allclose(found, values, rtol=0, atol=NEAR * scale, err_msg=short)


def test_the_table_has_every_variable_that_is_computed() -> None:
    names, variables = short_names(model()), model().equations.variables
    computed = {short for short, name in names.items() if variables[name].kind != "constant"}
    assert computed - {"fcet"} == rows("standard").keys(), "pyworld3 keeps FCET within FCE"
    assert rows("policies").keys() == {*WITH_POLICIES}
    without = [
        v.name
        for v in variables.values()
        if v.kind in ("stock", "auxiliary") and v.name not in names.values()
    ]
    assert without == []


@pytest.mark.slow
def test_other_programs_that_read_the_file_agree() -> None:
    expected = NumpyEngine(load_equations(MODEL)).run({}, {})
    assert_same(PysdEngine(MODEL).run({}, {}), expected)


def test_simlin_agrees() -> None:
    pytest.importorskip("simlin")
    assert_same(SimlinEngine(MODEL).run({}, {}), NumpyEngine(load_equations(MODEL)).run({}, {}))


def test_the_file_tells_what_its_run_does() -> None:
    told = " ".join(MODEL.read_text(encoding="utf-8").partition("\t|")[0].split())
    run = model().run()
    people, food = run["population"], run["food per capita"]
    industry, dirt = run["industrial output per capita"], run["index of persistent pollution"]
    left = run["nonrenewable resource fraction remaining"][2100]
    for text in (
        f"population is highest in {people.idxmax():g} with {people.max() / 1e9:.2f} billion, ",
        f"food per capita in {food.idxmax():g}, ",
        f"industrial output per capita in {industry.idxmax():g} with {industry.max():.0f} dollars, ",
        f"persistent pollution in {dirt.idxmax():g} with {dirt.max():.1f} times that of 1970; ",
        f"in 2100 there are {people[2100] / 1e9:.2f} billion people, and {left:.3f} of the resources of 1900",
    ):
        assert text in told
    fine = model().run(time_step=0.125)["population"]
    assert f"population is highest in {fine.idxmax():g} with {fine.max() / 1e9:.2f} billion." in told


def test_units_agree() -> None:
    assert check_units(load_equations(MODEL)).faults == ()
