"""Central values: the least move that brings outcomes to their medians, and where the values are written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from question.central_values import in_equations, in_world, rounded
from question.centre import Outcomes, centred, ruler
from twintrack.calibration.target import prepare_target
from twintrack.model import Model
from twintrack.resources import MODEL_FILE


def test_places_are_distances_from_the_median_in_spreads_of_its_own_side() -> None:
    worlds = np.concatenate([np.linspace(-1, 0, 501), np.linspace(0, 4, 501)[1:]])[None]
    rule = ruler(worlds)
    assert rule.places(np.array([[0.0]])).item() == pytest.approx(0, abs=0.01)
    up, down = rule.above.item(), rule.below.item()
    assert up == pytest.approx(4 * down, rel=0.02)
    assert rule.places(np.array([[2 * up, -2 * down]])) == pytest.approx(np.array([[2, -2]]), abs=0.01)


def test_an_outcome_that_never_differs_is_in_its_place() -> None:
    assert ruler(np.full((1, 9), 3.0)).places(np.array([[5.0]])).item() == 0


def test_the_move_is_the_least_one_that_reaches_the_medians() -> None:
    """Of a linear model the answer is that of the generalised inverse."""
    stream = np.random.default_rng(3)
    slopes, start = stream.normal(size=(2, 6)), stream.normal(size=6)
    root = stream.normal(size=(6, 6))
    covariance = root @ root.T
    found = centred(start, covariance, np.zeros(2), lambda runs: slopes @ runs, rounds=40)
    np.testing.assert_allclose(slopes @ found, 0, atol=1e-6)
    reach = covariance @ slopes.T
    expected = start - reach @ np.linalg.solve(slopes @ reach, slopes @ start)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_an_unknown_without_variance_is_held() -> None:
    covariance = np.diag([0.0, 1.0])
    found = centred(np.array([1.0, 0.0]), covariance, np.zeros(1), lambda runs: runs.sum(axis=0)[None], 40)
    np.testing.assert_allclose(found, [1, -1], rtol=1e-5)


@pytest.mark.slow
def test_outcomes_are_as_many_as_have_a_slack(model: Model) -> None:
    outcomes = Outcomes(model, prepare_target(model))
    worlds = pd.DataFrame({name: [item.value] * 2 for name, item in model.world.items()})
    values = outcomes.of(worlds)
    assert values.shape == (len(outcomes.slack), 2)
    assert np.isfinite(values).all()


@pytest.mark.parametrize(
    ("value", "written"), [(0.123456, 0.123), (-2.7182e20, -2.72e20), (0.0, 0.0), (99.96, 100.0), (5e6, 1e6)]
)
def test_values_have_three_digits_and_stay_in_their_range(value: float, written: float) -> None:
    assert rounded(value, (-1e30, 1e6)) == written


WORLD = """parameters:
  pull:
    title: {en: "Pull", zh: "x"}
    value: 1
    range: [0, 2]
  "pull[home]":
    value: 2
    range: [0, 3]
"""


@pytest.mark.parametrize(("name", "line"), [("pull", 4), ("pull[home]", 7)])
def test_a_value_of_the_world_is_set_and_nothing_else(name: str, line: int) -> None:
    lines = in_world(WORLD, name, 0.25).splitlines()
    changed = [place for place, old in enumerate(WORLD.splitlines(), 1) if lines[place - 1] != old]
    assert changed == [line]
    assert lines[line - 1] == "    value: 0.25"


def test_a_value_that_is_not_there_is_told() -> None:
    with pytest.raises(ValueError, match="push is found 0 times"):
        in_world(WORLD, "push", 1)


@pytest.mark.parametrize(
    "name",
    [
        "top_weight",
        "research_productivity[applied]",
        "driver_course[progress,last_years]",
    ],
)
def test_a_constant_of_the_model_is_set(model: Model, name: str) -> None:
    """A number, an element of a row, and one of several rows."""
    known = model.equations.variables[name.partition("[")[0]]
    text = (model.content / MODEL_FILE).read_text(encoding="utf-8")
    found = in_equations(text, known, name, 0.12345)
    changed = [
        (old, new) for old, new in zip(text.splitlines(), found.splitlines(), strict=True) if old != new
    ]
    assert len(changed) == 1
    assert "0.12345" in changed[0][1]
    assert in_equations(found, known, name, 0.5) != found
