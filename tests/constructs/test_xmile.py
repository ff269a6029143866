"""XMILE files give the values that PySD gives, and those of the same model in Vensim's language."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from construct_helpers import Table, key

from twintrack.engines import Simulator
from twintrack.equations import load_equations
from twintrack.equations.flatten import flatten_file
from twintrack.equations.xmile_text import plain
from twintrack.errors import EquationError

FRAME = """<?xml version="1.0" encoding="utf-8"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
  <sim_specs method="Euler" time_units="Months"><start>0</start><stop>10</stop><dt>0.25</dt></sim_specs>
  {before}
  <model><variables>{variables}</variables></model>
  {after}
</xmile>
"""
TEACUP = """
<stock name="Teacup\\nTemperature"><eqn>180</eqn><outflow>Heat_Loss</outflow></stock>
<flow name="Heat Loss"><eqn>(Teacup_Temperature - Room_Temperature) / Characteristic_Time</eqn></flow>
<aux name="Room Temperature"><eqn>70</eqn></aux>
<aux name="Characteristic Time"><eqn>10</eqn></aux>
"""
SIR = """
<stock name="susceptible"><eqn>total - 1</eqn><outflow>infection</outflow><non_negative/></stock>
<stock name="infectious"><eqn>1</eqn><inflow>infection</inflow><outflow>recovery</outflow></stock>
<stock name="recovered"><eqn>0</eqn><inflow>recovery</inflow></stock>
<flow name="infection"><eqn>susceptible*infectious/total*contacts*infectivity</eqn></flow>
<flow name="recovery"><eqn>DELAY3(infection, duration)</eqn><non_negative/></flow>
<aux name="total"><eqn>1000</eqn></aux>
<aux name="contacts"><eqn>IF TIME &gt; 5 THEN 3 ELSE 6</eqn></aux>
<aux name="infectivity"><eqn>0.25</eqn></aux>
<aux name="duration"><eqn>5</eqn></aux>
<aux name="seen"><eqn>SMTH3(infectious, 2) + SMTH1(recovered, 3, 1)</eqn></aux>
<aux name="shocks"><eqn>STEP(2, 4) + RAMP(1, 3) - PULSE(8, 2, 3)</eqn></aux>
<aux name="shape"><eqn>infectious/total</eqn>
  <gf><xscale min="0" max="1"/><ypts>0,0.4,0.7,0.9,1</ypts></gf></aux>
"""
PLACES = '<dimensions><dim name="Place"><elem name="North"/><elem name="South"/></dim></dimensions>'
SUBSCRIPTED = """
<stock name="people"><dimensions><dim name="Place"/></dimensions><eqn>start[Place]</eqn>
  <inflow>births[Place]</inflow><outflow>deaths[Place]</outflow></stock>
<flow name="births"><dimensions><dim name="Place"/></dimensions><eqn>people[Place]*0.1</eqn></flow>
<flow name="deaths"><dimensions><dim name="Place"/></dimensions>
  <eqn>people[Place]*people[Place]/total</eqn></flow>
<aux name="start"><dimensions><dim name="Place"/></dimensions>
  <element subscript="North"><eqn>100</eqn></element>
  <element subscript="South"><eqn>50+5</eqn></element></aux>
<aux name="total"><eqn>SUM(people[Place!])*20</eqn></aux>
"""


def pysd_table(path: Path, kind: str) -> Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pysd

        frame = getattr(pysd, f"read_{kind}")(str(path)).run(flatten_output=True)
    return {key(name): frame[name].to_numpy(float) for name in frame.columns}


@pytest.mark.parametrize(
    ("variables", "before"), [(TEACUP, ""), (SIR, ""), (SUBSCRIPTED, PLACES)], ids=["teacup", "sir", "arrays"]
)
def test_values_are_those_of_pysd(variables: str, before: str, tmp_path: Path) -> None:
    path = tmp_path / "model.xmile"
    path.write_text(FRAME.format(variables=variables, before=before, after=""), encoding="utf-8")
    wanted = pysd_table(path, "xmile")
    for engine in ("numpy", "native"):
        found = {key(name): values for name, values in Simulator(path).table({}, engine=engine).items()}
        assert found.keys() - {"time"} == wanted.keys()
        for name, values in wanted.items():
            np.testing.assert_allclose(found[name], values, rtol=1e-9, atol=1e-9, err_msg=name)


@pytest.mark.parametrize(("method", "notes"), [("RK4", 0), ("rk45, RK4", 1), ("odd", 1)])
def test_the_method_of_integration_is_that_of_the_file(method: str, notes: int, tmp_path: Path) -> None:
    path = tmp_path / "model.xmile"
    text = FRAME.format(variables=TEACUP, before="", after="").replace('"Euler"', f'"{method}"')
    path.write_text(text, encoding="utf-8")
    model = Simulator(path)
    found = model.table({}, engine="numpy")["Teacup Temperature"][-1]
    assert found == pytest.approx(70 + 110 * np.exp(-1), rel=1e-2 if method == "odd" else 1e-8)
    assert len(model.equations.notes) == notes


GROWN = """
<macro name="GROWN"><parm>start</parm><parm>rate</parm><eqn>level</eqn><variables>
  <stock name="level"><eqn>start</eqn><inflow>gain</inflow></stock>
  <flow name="gain"><eqn>level*rate</eqn></flow>
</variables></macro>
"""
SAME = """{UTF-8}
:MACRO: GROWN(start, rate)
GROWN = INTEG(gain, start) ~~|
gain = GROWN*rate ~~|
:END OF MACRO:
fast = GROWN(2, 0.5) ~~|
slow = GROWN(fast, 0.1) ~~|
people = INTEG(people*0.5, 3) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 10 ~~|
TIME STEP = 0.25 ~~|
SAVEPER = 0.25 ~~|
"""
USERS = """
<aux name="fast"><eqn>GROWN(2, 0.5)</eqn></aux><aux name="slow"><eqn>GROWN(fast, 0.1)</eqn></aux>
<module name="Births"><connect to="Births.of" from="people"/></module>
<stock name="people"><eqn>3</eqn><inflow>growth</inflow></stock>
<flow name="growth"><eqn>Births.rate</eqn></flow>
"""
BIRTHS = """
<model name="Births"><variables><aux name="of" access="input"><eqn>0</eqn></aux>
<aux name="rate" access="output"><eqn>of*share</eqn></aux>
<aux name="share"><eqn>0.5</eqn></aux></variables></model>
"""


def test_macros_and_modules_give_what_vensims_give(tmp_path: Path) -> None:
    path, other = tmp_path / "model.xmile", tmp_path / "model.mdl"
    path.write_text(FRAME.format(variables=USERS, before=GROWN, after=BIRTHS), encoding="utf-8")
    other.write_text(SAME, encoding="utf-8")
    wanted, found = pysd_table(other, "vensim"), Simulator(path).table({})
    for name in ("fast", "slow", "people"):
        np.testing.assert_allclose(found[name], wanted[name], rtol=1e-9, err_msg=name)
    assert {"Births.of", "Births.rate", "Births.share"} <= found.keys()


def test_what_the_file_says_of_a_variable_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "model.xmile"
    about = '<doc>how many</doc><units>people</units><range min="0" max="10"/>'
    text = FRAME.format(variables=f'<aux name="A\\nnumber"><eqn>2</eqn>{about}</aux>', before="", after="")
    path.write_text(text, encoding="utf-8")
    variable = load_equations(path).variables["a_number"]
    assert (variable.title, variable.units, variable.documentation) == ("A number", "people", "how many")
    assert (variable.limits, variable.line) == ((0.0, 10.0), 5)


def test_a_flat_form_is_written_in_vensims_language(tmp_path: Path) -> None:
    path, flat = tmp_path / "model.xmile", tmp_path / "flat.mdl"
    path.write_text(FRAME.format(variables=SUBSCRIPTED, before=PLACES, after=""), encoding="utf-8")
    flat.write_text(flatten_file(path).text, encoding="utf-8")
    np.testing.assert_allclose(Simulator(flat).table({})["total"], Simulator(path).table({})["total"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<?xml version='1.0'?><html/>", "is XML, but no XMILE"),
        ("<xmile><model>", r"model\.xmile:1: is no XML"),
        ("<xmile/>", "has no <model>"),
        ("<xmile><model/></xmile>", "has no <sim_specs>"),
        (
            FRAME.format(variables='<module name="gone"/>', before="", after=""),
            "gone: the module has no <model> of its name",
        ),
        (
            FRAME.format(variables='<aux name="x"><eqn>SELF</eqn></aux>', before="", after=""),
            r":5: x: no variable of this name",
        ),
        (
            FRAME.format(variables='<aux name="x"><eqn/></aux>', before="", after=""),
            "x: .*the equation is empty",
        ),
    ],
)
def test_wrong_files_are_told(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "model.xmile"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EquationError, match=message):
        load_equations(path)


def test_brackets_that_are_too_deep_are_told() -> None:
    with pytest.raises(ValueError, match="brackets are nested 2000 deep"):
        plain("(" * 2000 + "1" + ")" * 2000)


def test_entities_of_a_file_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("4711", encoding="utf-8")
    body = FRAME.format(variables='<aux name="x"><eqn>&s;</eqn></aux>', before="", after="")
    header = f'<!DOCTYPE xmile [<!ENTITY s SYSTEM "{tmp_path / "secret"}">]>\n'
    path = tmp_path / "model.xmile"
    path.write_text(body.replace("<xmile", f"{header}<xmile", 1), encoding="utf-8")
    with pytest.raises(EquationError) as caught:
        load_equations(path)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("if a then b else if c then d else e", "( IF a THEN b ELSE ( IF c THEN d ELSE e ) )"),
        ("max(if a then 1 else 2, 3)", "largest ( ( IF a THEN 1 ELSE 2 ) , 3 )"),
        ("x[if, *] * .5", None),
        ("SUM(x[*, a]) {all}", "SUM ( x [ every_element , a ] )"),
        ("m.rate + .top - 1.5e-3*.5", '"m.rate" + ".top" - 1.5e-3 * .5'),
        ("a<=b AND NOT c<>d", "a <= b and not c <> d"),
    ],
)
def test_equations_are_rewritten_for_the_grammar(written: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(ValueError, match="IF without THEN"):
            plain(written)
    else:
        assert plain(written) == read
