"""Test 1: everything that moves with time from outside is told, with a reason that is not stale."""

from __future__ import annotations

from pathlib import Path

import pytest

from field_tests.boundary_adequacy import CLIMATE
from twintrack.equations import load_equations
from twintrack.equations.drivers import reached_from, time_drivers, time_readers
from twintrack.inputs.boundary import BOUNDARY_FILE
from twintrack.inputs.cross_checks import boundary_faults, driving_inputs
from twintrack.model import Model

EQUATIONS = """{UTF-8}
pace= 2 ~ 1/Year ~ |
lever= 1 ~ Dmnl ~ |
one year= 1 ~ Year ~ |
clock= Time/one year ~ Dmnl ~ |
dated= WITH LOOKUP(clock, ([(0,0)-(9,9)],(0,0),(9,9))) ~ Dmnl ~ |
follows= 2*dated ~ Dmnl ~ |
trend= EXP(pace*Time) ~ Dmnl ~ |
own course= INTEG(pace*own course, 1) ~ Dmnl ~ |
still= 2*pace ~ 1/Year ~ |
home= INTEG(lever*dated/one year-home/one year, 0) ~ Dmnl ~ |
both= home+Time/one year ~ Dmnl ~ |
INITIAL TIME= 0 ~ Year ~ |
FINAL TIME= 4 ~ Year ~ |
TIME STEP= 1 ~ Year ~ |
SAVEPER= 1 ~ Year ~ |
"""


def test_drivers_are_found_in_the_equations(tmp_path: Path) -> None:
    path = tmp_path / "driven.mdl"
    path.write_text(EQUATIONS, encoding="utf-8")
    equations = load_equations(path)
    assert time_drivers(equations, ["lever"]) == ["dated", "trend", "own_course"]
    assert time_readers(equations, ["lever"]) == ["both"]
    assert reached_from(equations, ["lever"]) == {"home", "both"}


def test_every_input_has_an_entry_and_no_entry_is_stale(model: Model) -> None:
    assert boundary_faults(model.content / BOUNDARY_FILE, model.inputs, model.equations) == []


def test_histories_and_dated_scenarios_are_among_the_inputs(model: Model) -> None:
    found = driving_inputs(model.inputs, model.equations)
    assert found["export_control_history"] == found[CLIMATE] == "equations"
    assert found["literacy_trend"] == "equations"
    assert found["public_cost_pv"] == "reader"
    assert found["capital_shock"] == "scenario"
    assert "capability_index" not in found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  capital_climate:", "  capital_weather:", '"capital_climate" moves with time from outside'),
        ("  capital_climate:", "  capability_index:", '"capability_index" does not move with time'),
        ("strategies: [english, scholarly]", "strategies: [scolarly]", 'no strategy "scolarly"'),
    ],
)
def test_what_is_missing_stale_or_unknown_is_told(
    model: Model, tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = (model.content / BOUNDARY_FILE).read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = tmp_path / "boundary.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    faults = boundary_faults(path, model.inputs, model.equations)
    assert any(message in fault.message for fault in faults)
    assert all(fault.where.startswith(str(path)) for fault in faults)
