"""Naive rules go on from what is known, with a width from their own past."""

from __future__ import annotations

import numpy as np
import pytest
from calibration_helpers import SAVED, series_of

from twintrack.calibration.observations import Observed, observations
from twintrack.calibration.rivals import RULES, naive


def made(values: list[float], **changes: object) -> Observed:
    years = [2018.0 + number for number in range(len(values))]
    return observations([series_of(years, values, **changes)], SAVED).series[0]


@pytest.mark.parametrize(
    ("rule", "wanted"), [("last", [3.0, 3.0]), ("growth", [3.0 + 2.0, 3.0 + 4.0]), ("trend", [4.0, 5.5])]
)
def test_middles(rule: str, wanted: list[float]) -> None:
    found = naive(made([0.0, 1.0, 3.0, 9.0, 9.0]), 3, RULES[rule], 401)
    assert np.median(found, axis=1) == pytest.approx(
        wanted if rule != "trend" else [4 / 3 + 1.5 * 2, 4 / 3 + 1.5 * 3], abs=1e-9
    )


def test_width_comes_from_the_errors_that_the_rule_made_before() -> None:
    item = made([0.0, 1.0, 3.0, 9.0, 9.0], discrepancy=0.3, error=0.1)
    found = naive(item, 3, RULES["last"], 4001)
    yearly = (0.3**2 + 1.0**2 + 2.0**2) / 3
    assert found.std(axis=1) == pytest.approx(np.sqrt([yearly + 0.01, 2 * yearly + 0.01]), rel=0.01)
    alone = naive(item, 1, RULES["growth"], 4001)
    assert alone.std(axis=1)[0] == pytest.approx(np.sqrt(0.3**2 + 0.01), rel=0.01)


def test_what_comes_later_changes_no_forecast() -> None:
    one, other = made([0.0, 1.0, 3.0, 9.0]), made([0.0, 1.0, -5.0, 7.0])
    for rule in RULES.values():
        assert (naive(one, 2, rule, 50) == naive(other, 2, rule, 50)).all()


def test_a_rule_needs_a_known_point() -> None:
    with pytest.raises(ValueError, match="made has no known point"):
        naive(made([1.0, 2.0]), 0, RULES["last"], 10)
