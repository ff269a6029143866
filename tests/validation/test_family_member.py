"""Test 9: another country is learnt and predicted blind by the same equations, and differs as expected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from field_tests.behaviour_reproduction import RIVAL_NAMES
from field_tests.family_member import MEMBER
from field_tests.member_forecast import forecast_measures
from twintrack.calibration.field_results import FieldTest, Measure, status_of
from twintrack.calibration.members import member_of
from twintrack.calibration.unseen import RIVALS
from twintrack.errors import InputError
from twintrack.inputs.history import end_of
from twintrack.model import Model

Result = Callable[[str], FieldTest]


@pytest.fixture
def member(model: Model) -> str:
    return str(model.content / MEMBER)


def test_every_value_has_a_source_and_a_reason(model: Model, member: str) -> None:
    scenario = model.scenario(member)
    assert set(scenario.grounds) == {*scenario.world, "public_money"}
    assert len(scenario.constants) >= 12
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
    assert (run["export_control"] == 0).all()
    worlds = model.sample_worlds(3, seed=5)
    outputs = ["gdp", "export_control"]
    many = model.ensemble(["baseline"], [member], worlds=worlds, outputs=outputs)
    assert many["gdp[home_market]"].isel(time=0).to_numpy() == pytest.approx(11000)
    assert (many["export_control"] == 0).all()


def test_expectations_written_before_the_run_hold(measured: Callable[[str, str], Measure]) -> None:
    assert measured("family_member", "Expectations written before the run that hold").passed


@pytest.mark.parametrize("rival", RIVALS)
def test_blind_forecasts_are_judged_against_every_rival(
    measured: Callable[[str, str], Measure], result: Result, rival: str
) -> None:
    name = RIVAL_NAMES[rival].en
    (luck,) = [
        item
        for item in result("family_member").measures
        if item.name.en.startswith("Blind: chance") and f"better than {name} by luck" in item.name.en
    ]
    assert measured("family_member", f"Blind: skill against {name}").matters and luck.matters


def test_korea_is_learnt_from_ten_series_of_its_own_and_predicted_after(
    model: Model, measured: Callable[[str, str], Measure], result: Result
) -> None:
    history = model.inputs.member_history(MEMBER.stem)
    assert measured("family_member", "Series of its own").value == len(history) >= 10
    _, points, *_ = result("family_member").tables
    ends = {name: {p.year: end_of(one, p) for p in one.points} for name, one in history.items()}
    assert points.rows and {row[0] for row in points.rows} <= set(history)
    assert all(2023 < ends[row[0]][row[1]] <= 2025 for row in points.rows)


@pytest.fixture
def forecast() -> dict[str, Any]:
    """Blind forecasts that keep every limit."""
    scores = {"learnt": 0.1, "prior": 0.4, "last": 0.3, "growth": 0.3, "trend": 0.3}
    game = {"series_won": 9, "series": 9, "series_p": 0.004}
    row = {"member": "learnt", "inside_90": 0.9, "inside_50": 0.5, "wis": 0.1}
    return {
        "own": ["gdp"] * 10, "taught": ["gdp"], "learnt": 30, "points": 12, "points_unseen": 2,
        "table": [{**row, "member": member, "crps": crps} for member, crps in scores.items()],
        "unseen": [dict(row)],
        "tests": [{"rival": rival, **game} for rival in RIVALS],
    }  # fmt: skip


def test_forecasts_that_keep_all_limits_pass(forecast: dict[str, Any]) -> None:
    assert status_of(forecast_measures(forecast)) == "passed"


@pytest.mark.parametrize(
    ("table", "place", "change"),
    [
        ("table", 0, {"crps": 0.35}),
        ("table", 0, {"inside_90": 0.7}),
        ("table", 0, {"inside_50": 0.2}),
        ("table", 0, {"inside_50": 0.9}),
        ("unseen", 0, {"inside_90": 0.0}),
        ("tests", 1, {"series_p": 0.07}),
        ("tests", 2, {"series_won": 0}),
    ],
)
def test_each_limit_alone_decides(
    forecast: dict[str, Any], table: str, place: int, change: dict[str, float]
) -> None:
    forecast[table][place] |= change
    assert status_of(forecast_measures(forecast)) == "not passed"


def test_nine_series_are_too_few(forecast: dict[str, Any]) -> None:
    forecast["own"] = ["gdp"] * 9
    assert status_of(forecast_measures(forecast)) == "not passed"


@pytest.mark.slow
def test_a_draft_on_another_continent_is_whole_and_runs(model: Model) -> None:
    france = model.scenario("france")
    assert france.draft and set(france.grounds) == {*france.world, "public_money"}
    assert len(model.inputs.member_history("france")) >= 3
    run = model.run("baseline", "france")
    assert run["gdp"][0][0] == pytest.approx(france.world["initial_gdp[home_market]"])
    assert all(
        np.isfinite(run[name]).all() for name in ("capability_index", "ai_industry_size", "adoption_rate")
    )
    assert member_of(model, "france").own == tuple(model.inputs.member_history("france"))


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
