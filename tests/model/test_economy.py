"""What AI brings users, suppliers and the treasury; the price of use; and when safety pays."""

from __future__ import annotations

import numpy as np
import pytest

from field_tests.laboratory import Saved
from twintrack.model import Model

pytestmark = pytest.mark.slow

FLOWS = ("gained_by_users", "paid_by_users", "ai_enabled_output", "ai_industry_size")
RULES = ("careful, harmful", "careless, harmful", "careful, harmless", "careless, harmless")


def last(saved: Saved, name: str) -> float:
    return float(saved[name][-1])


@pytest.mark.parametrize("case", ["central", "kept", "released", "no automation", "much automation"])
def test_users_pay_no_more_than_they_gain_in_any_year(policies: dict[str, Saved], case: str) -> None:
    saved = policies[case]
    assert (saved["paid_by_users"] <= saved["gained_by_users"]).all()
    assert (saved["paid_by_users"] > 0).all()


@pytest.mark.parametrize("name", FLOWS)
def test_the_economy_does_not_jump_where_policy_starts(policies: dict[str, Saved], name: str) -> None:
    """Growth goes on from one quarter to the next as it did: it turns by no more than a hundredth."""
    saved = policies["central"]
    (at,) = np.flatnonzero(saved["calendar_year"] == 2026)
    growth = np.diff(np.log(saved[name][at - 8 : at + 9]))
    assert np.abs(np.diff(growth)).max() < 0.01


def test_output_is_that_of_before_and_what_ai_adds(policies: dict[str, Saved]) -> None:
    saved = policies["much automation"]
    added = saved["base_gdp"] * saved["value_in_use"].sum(axis=1)
    np.testing.assert_allclose(saved["gdp"], saved["base_gdp"] + added, rtol=1e-12)
    np.testing.assert_allclose(saved["ai_enabled_output"], added[:, 0], rtol=1e-12)
    assert 0 < last(saved, "ai_output_share") < saved["gain_limit"].max()


# Release and the price of use


def test_release_lowers_the_rents_that_users_pay(policies: dict[str, Saved]) -> None:
    order = [policies[case] for case in ("released", "central", "kept")]
    values = [float(saved["rent"][-1, 0]) for saved in order]
    assert values == sorted(values) and values[0] < 0.95 * values[2]


def test_release_leaves_users_more_and_harms_more(policies: dict[str, Saved]) -> None:
    """What suppliers do not keep is a reason to use AI; misuse, and the income of rents, speak against it."""
    released, kept = policies["released"], policies["kept"]
    assert released["usefulness"][-1, 0] > kept["usefulness"][-1, 0]
    assert last(released, "felt_harm") > last(kept, "felt_harm") + 0.01
    assert released["rent"][-1, 0] < kept["rent"][-1, 0]


# Safety


def test_the_worlds_in_which_safety_is_judged_lie_in_the_ranges(
    model: Model, policies: dict[str, Saved]
) -> None:
    for case in RULES:
        for name in ("misuse_rate", "accident_cost", "drag_strength"):
            value = policies[case][name].ravel()[0]
            assert model.world[name].low <= value <= model.world[name].high, name


def test_safety_lowers_harm_and_builds_confidence(policies: dict[str, Saved]) -> None:
    for world in ("harmful", "harmless"):
        careful, careless = policies[f"careful, {world}"], policies[f"careless, {world}"]
        for name, sign in (("felt_harm", -1), ("public_confidence", 1), ("licence", 1), ("regulation", 1)):
            assert sign * (last(careful, name) - last(careless, name)) > 0, f"{world}: {name}"


def test_safety_pays_where_harm_is_large_and_costs_where_it_is_small(policies: dict[str, Saved]) -> None:
    def gain(world: str) -> float:
        careful, careless = policies[f"careful, {world}"], policies[f"careless, {world}"]
        base = last(policies["central"], "ai_income")
        return (last(careful, "ai_income") - last(careless, "ai_income")) / base

    assert gain("harmful") > 0.02
    assert gain("harmless") < -0.02


def test_accidents_destroy_more_than_in_proportion_to_harm(policies: dict[str, Saved]) -> None:
    saved = policies["careless, harmful"]
    cost = saved["accident_cost"].ravel()[0]
    loss = cost * saved["felt_harm"] ** 2 * saved["gdp"][:, 0]
    np.testing.assert_allclose(saved["accident_loss"], loss, rtol=1e-12)
