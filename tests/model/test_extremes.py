"""Extreme conditions of the whole model: numbers are finite, stocks at zero or above, shares in 0 to 1.

The fifth of the twelve tests of the model runs the corners of the world under four courses of action, and
tests/validation/test_measured_structure.py asks that nothing impossible is found there.
"""

from __future__ import annotations

import re

import pytest
from mixtures import TIMES, random_mixtures

from field_tests.bounds import SHARES, amounts, infinite, negative, outside
from field_tests.laboratory import Laboratory, Saved
from twintrack.equations import Equations
from twintrack.model import Model

pytestmark = pytest.mark.slow

SHARE_NAME = re.compile(r"share|_in_force$|adoption|trust$|literacy$|belief$|openness$|passage$")
NOT_SHARES = {"ambition_in_force", "ai_output_share", "trust"}
"""What is called alike: a size over another's, what is added over what there was, and what is counted
from the start."""


def test_every_share_of_the_model_is_watched(equations: Equations) -> None:
    named = {
        name
        for name, variable in equations.variables.items()
        if variable.kind in ("stock", "auxiliary")
        and variable.units == "Dmnl"
        and SHARE_NAME.search(name)
        and not name.startswith("ln_")
    }
    assert named - SHARES - NOT_SHARES == set()
    assert {name for name in SHARES if equations.variables[name].units != "Dmnl"} == set()


def test_every_number_is_finite_under_extreme_conditions(extremes: dict[str, Saved]) -> None:
    assert {case: found for case, saved in extremes.items() if (found := infinite(saved))} == {}


def test_stocks_stay_at_zero_or_above_under_extreme_conditions(
    extremes: dict[str, Saved], equations: Equations
) -> None:
    stocks = amounts(equations)
    assert {case: found for case, saved in extremes.items() if (found := negative(saved, stocks))} == {}


def test_shares_stay_between_zero_and_one_under_extreme_conditions(extremes: dict[str, Saved]) -> None:
    assert {case: found for case, saved in extremes.items() if (found := outside(saved))} == {}


@pytest.fixture(scope="module")
def mixtures(model: Model, laboratory: Laboratory) -> Saved:
    return random_mixtures(model, laboratory, runs=2000, seed=5)


@pytest.mark.slow
def test_mixtures_of_all_ends_stay_within_bounds(mixtures: Saved, equations: Equations) -> None:
    """Levers, world parameters and scenarios in 2,000 random corners."""
    assert infinite(mixtures) == []
    assert negative(mixtures, amounts(equations)) == []
    assert outside(mixtures) == []


@pytest.mark.slow
def test_no_time_constant_is_shorter_than_the_step_in_any_mixture(
    mixtures: Saved, equations: Equations
) -> None:
    shortest = {name: float(mixtures[name].min()) for name in TIMES}
    assert {name: value for name, value in shortest.items() if value <= equations.time.step} == {}
