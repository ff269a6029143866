"""Test 11: the measures of sensitivity measure what they say; advice turns in most worlds, and is no draw."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from field_tests.modes import MODES, modes
from field_tests.sensitivity_analysis import partial_rank_correlations
from field_tests.workbench import COMPARED, JUDGED
from twintrack.calibration.field_results import FieldTest, Measure

MORE_THAN_CHANCE = 1.5
"""How much more often than by lot the strategy that is best in most worlds has to be the best."""
TIMES = np.linspace(0, 1, 97)
SHAPES = {
    "flat": 5 + 0.001 * TIMES,
    "speeding up": np.exp(4 * TIMES),
    "levelling off": 1 - np.exp(-5 * TIMES),
    "s-shape": 1 / (1 + np.exp(-16 * (TIMES - 0.5))),
    "decline": 2 - TIMES,
    "rise and fall": np.sin(np.pi * TIMES),
    "fall and rise": 1 - np.sin(np.pi * TIMES),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("scale", [1e-3, 1e6])
def test_a_course_is_classified_by_its_shape_whatever_its_size(shape: str, scale: float) -> None:
    assert MODES[modes(scale * SHAPES[shape][:, np.newaxis])[0]] == shape


def test_courses_are_classified_one_by_one() -> None:
    found = modes(np.stack(list(SHAPES.values()), axis=-1))
    assert [MODES[place] for place in found] == list(SHAPES)


def test_partial_correlation_finds_the_driver_behind_what_moves_with_it() -> None:
    rng = np.random.default_rng(5)
    driver, other = rng.normal(size=(2, 2000))
    beside = driver + 0.5 * rng.normal(size=2000)
    outcome = np.exp(driver - 0.3 * other) + 0.05 * rng.normal(size=2000)
    found = partial_rank_correlations(np.column_stack([driver, beside, other]), outcome)
    assert found[0] > 0.8
    assert abs(found[1]) < 0.1
    assert found[2] < -0.5


def test_the_strongest_parameters_are_found_again(measured: Callable[[str, str], Measure]) -> None:
    for name in ("capability_index", "ai_income", "adoption_rate"):
        assert measured("sensitivity_analysis", f"{name}: strongest").value >= 0.6


def test_advice_depends_on_the_world_but_is_not_a_draw(result: Callable[[str], FieldTest]) -> None:
    """One strategy is the best far more often than by lot; that of the central world need not be."""
    (table,) = [item for item in result("sensitivity_analysis").tables if item.title.en == "Best strategy"]
    assert [row[0] for row in table.rows] == list(JUDGED)
    for name, _, same, others in table.rows:
        commonest = max(float(share) / 100 for share in re.findall(r"(\d+)%", str(others)))
        assert 0.0 < float(same) < 1.0, name
        assert max(commonest, float(same)) >= MORE_THAN_CHANCE / len(COMPARED), name
