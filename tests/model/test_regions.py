"""Regions: they contest for rank and share one market; officials' marks and cooperation decide how much."""

from __future__ import annotations

import numpy as np
import pytest

from field_tests.laboratory import Saved

pytestmark = pytest.mark.slow

CONTESTS = ("rivals", "friendly rivals", "friends", "strangers", "rivalry", "co-opetition")


def last(saved: Saved, name: str) -> float:
    return float(saved[name][-1])


def test_cooperation_lowers_protection_and_marks_lower_the_contest(policies: dict[str, Saved]) -> None:
    """Each moves its own side, whatever the other does."""
    for one_market, many in (("friendly rivals", "rivals"), ("friends", "strangers")):
        assert last(policies[one_market], "protection") < last(policies[many], "protection") - 0.05
    for scale, quality in (("rivals", "strangers"), ("friendly rivals", "friends")):
        assert last(policies[scale], "local_effort") > last(policies[quality], "local_effort") + 0.1
        assert last(policies[scale], "hollow_share") > last(policies[quality], "hollow_share") + 0.05
        assert last(policies[scale], "local_debt") > last(policies[quality], "local_debt")


def test_co_opetition_brings_more_from_ai_than_involution(policies: dict[str, Saved]) -> None:
    """One market is used by more, and less is counted that holds nothing."""
    friends, rivals = policies["co-opetition"], policies["rivalry"]
    assert last(friends, "ai_enabled_output") > 1.02 * last(rivals, "ai_enabled_output")
    assert last(friends, "fiscal_return") > last(rivals, "fiscal_return")
    for name in ("duplication_index", "hollow_share", "waste_by_hollow_projects", "protection"):
        assert last(friends, name) < last(rivals, name), name


def test_rivalry_speeds_industry_and_repeats_work(policies: dict[str, Saved]) -> None:
    """A contest is not only waste: effort of regions is effort."""
    friends, rivals = policies["friends"], policies["rivals"]
    assert last(rivals, "unlike_work") < last(friends, "unlike_work")
    for case in (rivals, friends):
        industrial, applied = (case["effort_yield"][-1, 0, stage] for stage in (2, 1))
        assert industrial == pytest.approx(applied * last(case, "local_effort"))
    assert last(rivals, "local_effort") > last(friends, "local_effort")


@pytest.mark.parametrize("case", CONTESTS)
def test_debt_of_regions_damps_their_contest(policies: dict[str, Saved], case: str) -> None:
    saved = policies[case]
    effort = saved["contest_effort"] * (1 + saved["local_debt"] / saved["burden_norm"].ravel()[0])
    assert (effort >= saved["contest_effort"]).all()
    for name in ("protection", "duplication_index", "hollow_share"):
        assert saved[name].min() >= 0 and saved[name].max() <= 1, name


def test_use_by_organisations_is_the_mean_of_both_kinds_of_regions(policies: dict[str, Saved]) -> None:
    for case in CONTESTS:
        saved = policies[case]
        weights = saved["region_weight"].reshape(-1, 2)[0]
        assert weights.sum() == pytest.approx(1)
        mean = saved["organisation_use"] @ weights
        np.testing.assert_allclose(saved["organisation_adoption"], mean, rtol=1e-12)
        gap = saved["organisation_use"][:, 0] - saved["organisation_use"][:, 1]
        np.testing.assert_allclose(saved["regional_gap"], gap, rtol=1e-12)
        assert gap.min() > 0
