"""Tests 2 to 6: figures with bounds, where the tests of the model assert the rest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from field_tests.bounds import SHARES, outside
from field_tests.integration_error import LARGEST_ERROR
from field_tests.parameter_assessment import position
from twintrack.calibration.field_results import Measure
from twintrack.model import Model

Measured = Callable[[str, str], Measure]


def test_the_model_has_the_size_that_is_told(model: Model, measured: Measured) -> None:
    assert measured("structure_assessment", "Stocks").value >= 60
    assert measured("structure_assessment", "Named feedback loops").value >= 16


def test_no_central_value_lies_outside_its_range(model: Model, measured: Measured) -> None:
    assert measured("parameter_assessment", "Central values outside").value == 0
    assert all(0 <= position(parameter) <= 1 for parameter in model.world.values())


def test_that_most_parameters_rest_on_judgement_is_not_hidden(measured: Measured) -> None:
    share = measured("parameter_assessment", "Share that rests on judgement")
    assert share.passed == (share.value <= 0.5)


@pytest.mark.parametrize("value", [-0.01, 1.01])
def test_a_share_that_leaves_its_range_is_found(value: float) -> None:
    saved = {name: np.full(4, 0.5) for name in SHARES}
    assert outside(saved) == []
    saved["margin"][2] = value
    assert [found.split()[0] for found in outside(saved)] == ["margin"]


@pytest.mark.parametrize(
    "what", ["Numbers that are not finite", "Amounts below zero", "Shares outside", "Flows that go on"]
)
def test_extreme_conditions_lead_to_nothing_impossible(what: str, measured: Measured) -> None:
    assert measured("extreme_conditions", what).value == 0


def test_money_without_people_saturates(measured: Measured) -> None:
    assert 1 < measured("extreme_conditions", "Research from a thousand times").value < 100


def test_headline_outcomes_do_not_hang_on_the_step(measured: Measured) -> None:
    assert measured("integration_error", "Largest error of a headline").value <= LARGEST_ERROR
    assert measured("integration_error", "Pairs of strategies").value == 0
    assert measured("integration_error", "Outcomes off by more").value == 0
    assert measured("integration_error", "Largest difference from Runge").value <= 0.05
