"""A planted error of growth is the same in all worlds, and the form of the discrepancy has to bear it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from calibration_helpers import SAVED, series_of

from twintrack.calibration.observations import observations
from twintrack.calibration.planting import Lean, leaning, looked_at, planted, planted_study
from twintrack.calibration.strands import strands
from twintrack.calibration.target import Target


def quiet(_: str) -> None:
    pass


def test_errors_are_drawn_for_each_variable_in_its_unit() -> None:
    history = [
        series_of([2019], [0.5], name="one", variable="a", scale="log"),
        series_of([2018], [0.5], name="two", variable="a", scale="log"),
        series_of([2018], [0.5], name="share", variable="b", scale="logit"),
        series_of([2018], [0.5], name="plain", variable="c", discrepancy=3.0),
    ]
    found = planted(observations(history, SAVED), 0.2, np.random.default_rng(1))
    a, b, c = np.random.default_rng(1).standard_normal(3)
    sizes = {name: lean.growth for name, lean in found.items()}
    assert sizes == pytest.approx({"a": 0.2 * a, "b": 0.1 * b, "c": 1.2 * c})
    assert {name: lean.since for name, lean in found.items()} == {"a": 2018, "b": 2018, "c": 2018}
    none = planted(observations(history, SAVED), 0.0, np.random.default_rng(1))
    assert {lean.growth for lean in none.values()} == {0.0}


def test_a_planted_error_of_growth_leans_the_model_from_a_date_on() -> None:
    history = [
        series_of([2018, 2020], [1.0, 2.0], name="one"),
        series_of([2019, 2021], [7.0, 8.0], name="other", variable="width"),
        series_of(
            [2021, 2022], [1.0, 3.0], name="sum", variable="sum", scale="log", reading="total", since=2020
        ),
        series_of([2019], [1.5], name="most", bound="upper"),
    ]
    observed = observations(history, SAVED)
    said = np.random.default_rng(1).standard_normal((7, 3))
    said[5] = said[4] + 1  # a total does not fall
    leans = {"level": Lean(0.5, 2018.0), "width": Lean(0.0, 2018.0), "sum": Lean(-0.25, 2020.5)}
    found = leaning(observed, said, leans)
    for one, away in zip(strands(observed), ([0.0, 1.0], [0.0, 0.0], [0.0, -0.25]), strict=True):
        assert one.learned(found) - one.learned(said) == pytest.approx(np.repeat([away], 3, axis=0).T)
    assert (found[6] == said[6]).all()  # nothing was missed of a bound


def test_what_was_observed_is_looked_at_from_five_origins(small_target: Target) -> None:
    shown: list[str] = []
    found = looked_at(small_target, 1, 1, quiet, shown.append, runs=500, draws=100)
    assert found["settings"]["runs"] == 500 and found["settings"]["power"] == 0.5
    assert [row["origin"] for row in found["origins"]] == [2019, 2020, 2021, 2022, 2023]
    assert {row["name"] for row in found["series"]} == {"gap", "gap_of_the_year"}  # bounds are not counted
    assert sum("effective worlds" in text for text in shown) == 5
    again = looked_at(small_target, 1, 1, quiet, quiet, runs=500, draws=100)
    assert json.dumps(again, default=list) == json.dumps(found, default=list)


def test_a_planted_error_costs_all_members_that_use_the_model(small_target: Target) -> None:
    found = planted_study(
        small_target, 1, 1, quiet, quiet, runs=500, draws=100, growths=(0.0, 1.5), plantings=2
    )
    none, much = found["growths"]
    assert much["predictions"] == 2 * none["predictions"] and found["plantings"] == 2
    before = {row["member"]: row["crps"] for row in none["table"]}
    after = {row["member"]: row["crps"] for row in much["table"]}
    assert after["prior"] > before["prior"] and after["trend"] == pytest.approx(before["trend"])
    assert len(much["walks"]) == 5 and set(much["effective"]) == {"learnt", "learnt_full", "separate"}
