"""Test 9: another country runs on the same equations, and differs as was expected before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from field_tests.family_member import MEMBER
from twintrack.calibration.field_results import FieldTest, Measure
from twintrack.errors import InputError
from twintrack.model import Model

Result = Callable[[str], FieldTest]


@pytest.fixture
def member(model: Model) -> str:
    return str(model.content / MEMBER)


def test_every_value_has_a_source_and_a_reason(model: Model, member: str) -> None:
    scenario = model.scenario(member)
    assert set(scenario.grounds) == {*scenario.world, "public_money"}
    assert len(scenario.constants) >= 15
    assert len(scenario.world) >= 35


@pytest.mark.slow
def test_public_money_is_of_the_country_s_size_at_all_times(model: Model, member: str) -> None:
    size = model.scenario(member).public_money
    other, home = model.run("baseline", member), model.run("baseline")
    for name in ("chip_money", "training_money"):
        np.testing.assert_allclose(other[name], size * home[name], rtol=1e-12)
    research = [run["public_research_money"] - run["recycled_money"] for run in (other, home)]
    np.testing.assert_allclose(research[0], size * research[1], rtol=1e-12)


@pytest.mark.slow
def test_constants_are_those_of_the_file_also_in_ensembles(model: Model, member: str) -> None:
    run = model.run("baseline", member)
    assert run["gdp"][0][0] == pytest.approx(11000)
    assert run["accelerator_stock"][0][0].tolist() == [50, 1]
    assert (run["export_control"] == 0).all()
    worlds = model.sample_worlds(3, seed=5)
    outputs = ["gdp", "export_control"]
    many = model.ensemble(["baseline"], [member], worlds=worlds, outputs=outputs)
    assert many["gdp[home_market]"].isel(time=0).to_numpy() == pytest.approx(11000)
    assert (many["export_control"] == 0).all()


def test_expectations_written_before_the_run_hold(measured: Callable[[str, str], Measure]) -> None:
    assert measured("family_member", "Expectations written before the run that hold").passed


def test_that_persons_use_no_foreign_services_is_not_hidden(
    result: Result, measured: Callable[[str, str], Measure]
) -> None:
    """Half of the country had tried AI by 2023; while the model says otherwise the test is not passed."""
    use = measured("family_member", "Use of AI in 2024")
    assert (result("family_member").status == "passed") == use.passed


SCENARIO = """
title: {en: "A", zh: "甲"}
world: {literacy_base: 0.4}
constants: {initial_gdp: 9000}
grounds:
  literacy_base: {source: assumption, reason: "Because."}
  initial_gdp: {source: assumption, reason: "Because."}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  initial_gdp: {source", "  initial_gpd: {source", '"initial_gdp" has no entry under "grounds:"'),
        ("  initial_gdp: {source", "  initial_gpd: {source", 'no value "initial_gpd"'),
        ("grounds:", "public_money: 0.5\ngrounds:", '"public_money" has no entry under "grounds:"'),
        ("{initial_gdp: 9000}", "{initial_gdp: 9000, wage_ratio: 1}", '"wage_ratio" is a world parameter'),
    ],
)
def test_what_is_wrong_with_a_country_is_told(
    model: Model, tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = tmp_path / "country.yaml"
    path.write_text(SCENARIO.replace(old, new), encoding="utf-8")
    with pytest.raises(InputError) as error:
        model.scenario(str(path))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("constants", "message"),
    [
        ("{initial_gpd: 9000}", "no variable of this name"),
        ("{time_step: 1}", "is control"),
        ('{"knowledge[home,scale,basic]": 1}', "one element"),
    ],
)
def test_a_constant_that_cannot_be_set_is_refused(
    model: Model, tmp_path: Path, constants: str, message: str
) -> None:
    path = tmp_path / "country.yaml"
    text = SCENARIO[: SCENARIO.index("grounds")].replace("{initial_gdp: 9000}", constants)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        model.run("baseline", str(path))
