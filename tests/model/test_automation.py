"""AI that does tasks by itself: in research and in work, whom it displaces, and what comes back in taxes."""

from __future__ import annotations

import numpy as np
import pytest

from field_tests.laboratory import Saved

pytestmark = pytest.mark.slow

LIMITS = ("no automation", "some automation", "central", "much automation")
"""Cases by the most that AI will ever do by itself."""


def last(saved: Saved, name: str) -> float:
    return float(saved[name][-1])


def test_without_automation_ai_is_a_tool_and_no_researcher(policies: dict[str, Saved]) -> None:
    saved = policies["no automation"]
    np.testing.assert_array_equal(saved["automation"], 0.0)
    np.testing.assert_array_equal(saved["research_assistance"], 1.0)
    np.testing.assert_allclose(saved["gain_limit"], saved["highest_gain"].ravel()[0])


def test_hardly_anything_was_automated_before_2025(policies: dict[str, Saved]) -> None:
    for case in LIMITS:
        past = policies[case]["calendar_year"] < 2025
        assert policies[case]["automation"][past].max() < 0.03, case
        assert policies[case]["displaced_share"][past].max() < 0.01, case


def test_automation_follows_capability_and_stays_under_its_limit(policies: dict[str, Saved]) -> None:
    for case in LIMITS[1:]:
        saved = policies[case]
        assert (np.diff(saved["automation"], axis=0) > 0).all(), case
        assert saved["automation"].max() < saved["automation_limit"].ravel()[0], case


def test_more_automation_brings_more_research_and_more_output(policies: dict[str, Saved]) -> None:
    for name in ("capability_index", "leader_capability_index", "ai_enabled_output", "fiscal_return"):
        values = [last(policies[case], name) for case in LIMITS]
        assert values == sorted(values) and values[-1] > 1.02 * values[0], name
    helped = [policies[case]["research_assistance"][-1] for case in LIMITS]
    assert (np.diff(helped, axis=0) > 0).all()


def test_those_who_are_displaced_find_new_work(policies: dict[str, Saved]) -> None:
    """More are displaced where more is automated; all who are counted as displaced came from somewhere."""
    displaced = [last(policies[case], "displaced_share") for case in LIMITS]
    assert displaced == sorted(displaced) and displaced[-1] > 1.5 * displaced[0] > 0
    for case in LIMITS:
        saved = policies[case]
        assert saved["displaced_share"].min() >= 0 and saved["displaced_share"].max() < 0.2, case
        back = saved["reemployment_rate"] * saved["displaced_share"]
        np.testing.assert_allclose(saved["reemployment"], back, rtol=1e-12)


def test_what_comes_back_in_taxes_feeds_research(policies: dict[str, Saved]) -> None:
    central, idle = policies["central"], policies["nothing comes back"]
    np.testing.assert_array_equal(idle["recycled_money"], 0.0)
    assert last(central, "recycled_money") > 1.0
    more = last(central, "public_research_money") - last(idle, "public_research_money")
    assert more == pytest.approx(last(central, "recycled_money"), rel=1e-9)
    assert last(central, "capability_index") > last(idle, "capability_index")


def test_the_balance_of_the_treasury_is_what_comes_back_less_what_is_paid(policies: dict[str, Saved]) -> None:
    for case in LIMITS:
        saved = policies[case]
        balance = saved["fiscal_return"] - saved["public_cost"]
        np.testing.assert_allclose(saved["fiscal_balance"], balance, rtol=1e-12)
