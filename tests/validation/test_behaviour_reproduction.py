"""Test 7: later points and rivals decide, errors are called by their scale, and no fitted error helps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from field_tests import field_tests
from field_tests.behaviour_reproduction import behaviour_reproduction
from twintrack.calibration.field_results import FieldTest, Measure
from twintrack.calibration.unseen import RIVALS, Unseen, UnseenSeries
from twintrack.model import Model

THEIL = {"bias": 0.1, "variation": 0.1, "covariation": 0.8}
GOOD = {"scale": "log", "unit": "MUSD", "size": 1.0, "error": 0.1, "theil": THEIL, "coverage": 0.9}
POOR = {**GOOD, "error": 0.9, "theil": {**THEIL, "bias": 0.6, "covariation": 0.3}, "coverage": 0.2}
SERIES = UnseenSeries(
    name="adoption",
    scale="logit",
    unit=1.0,
    unit_name="1",
    points=10,
    inside=9,
    error=0.2,
    crps={"learnt": 0.1, "prior": 0.3, "last": 0.4, "growth": 0.5, "trend": 0.6},
)
MONTHS = replace(SERIES, name="capability_lag", scale="linear", unit=6.0, unit_name="months", error=1.4)
LATER = Unseen((2021.0, 2022.0), 100, 50.0, (SERIES,) * 9 + (MONTHS,))


def judged(model: Model, later: Unseen = LATER, **fit: dict[str, object]) -> FieldTest:
    return behaviour_reproduction(model, fit, later)


def measures(found: FieldTest, beginning: str) -> list[Measure]:
    return [measure for measure in found.measures if measure.name.en.startswith(beginning)]


def test_a_good_model_passes_and_any_poor_figure_of_a_fit_fails_it(model: Model) -> None:
    assert judged(model).status == "passed"
    assert judged(model, one=GOOD).status == "passed"
    for key in ("error", "theil", "coverage"):
        found = judged(model, one=GOOD, two={**GOOD, key: POOR[key]})
        assert found.status == "not passed" and "decides: Learnt points of two: " in found.why.en
    assert judged(model, one={"error": None}).status == "passed"


@pytest.mark.parametrize("rival", RIVALS)
def test_a_model_that_does_not_beat_a_rival_at_later_points_is_not_passed(model: Model, rival: str) -> None:
    better = replace(SERIES, crps={**SERIES.crps, rival: 0.05})
    found = judged(model, replace(LATER, series=(better,) * 10), one=GOOD)
    assert found.status == "not passed"
    assert [measure.passed for measure in measures(found, "Unseen points: skill")].count(False) == 1


def test_winning_by_chance_is_no_better(model: Model) -> None:
    """Skill above nought that comes from one series of two is what a coin could give."""
    assert judged(model, replace(LATER, series=(SERIES, MONTHS))).status == "not passed"


def test_losing_in_most_series_is_no_proof_of_skill(model: Model) -> None:
    """One series far better makes up for many that are a little worse: the sum alone would hide them."""
    worse = replace(SERIES, crps={**SERIES.crps, "last": 0.09})
    much = replace(SERIES, crps={**SERIES.crps, "last": 9.0})
    later = replace(LATER, series=(worse,) * 14 + (much,))
    assert later.skill("last") > 0 and later.won("last") == 1
    assert judged(model, later).status == "not passed"


def test_bands_that_miss_later_points_are_not_passed(model: Model) -> None:
    narrow = replace(SERIES, inside=7)
    assert judged(model, replace(LATER, series=(narrow,) * 10)).status == "not passed"


def test_errors_are_called_by_their_scale(model: Model) -> None:
    found = judged(model, one=GOOD)
    (months,) = measures(found, "Unseen points of capability_lag")
    assert months.name.en == "Unseen points of capability_lag: error" and months.unit == "months"
    assert months.threshold == "<= 1.5" and months.passed
    logits = measures(found, "Unseen points of adoption")[0]
    assert logits.name.en.endswith("error on logits") and "对数几率" in logits.name.zh and logits.unit == "1"
    (logs,) = measures(found, "Learnt points of one: error")
    assert logs.name.en == "Learnt points of one: error on logarithms" and logs.unit == "1"


@pytest.mark.slow
def test_later_points_are_judged_where_no_fit_is_given(
    model: Model, result: Callable[[str], FieldTest]
) -> None:
    found = result("behaviour_reproduction")
    assert found.tables[0].title.en.startswith("Points that were not learnt from")
    assert all(measure.value > 0 for measure in measures(found, "Unseen points: skill"))
    assert found.status == "not passed" and "no blind test" in found.summary.en
    assert set(field_tests(None)) == set(field_tests({"one": GOOD}))
