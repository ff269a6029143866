"""A new road: who finds it, what opens it, and what it takes over; luck is the same for all strategies."""

from __future__ import annotations

import numpy as np
import pytest

from field_tests.laboratory import Saved
from twintrack.model import Model

pytestmark = pytest.mark.slow

HOME, LEADER, SCALE, FRESH, BASIC = 0, 1, 0, -1, 0


def test_no_breakthrough_touches_history(policies: dict[str, Saved], model: Model) -> None:
    past = model.equations.time.saved <= 2026
    stocks = [name for name, variable in model.equations.variables.items() if variable.kind == "stock"]
    for case in ("found at home", "found by the leader"):
        for name in stocks:
            ours, usual = policies[case][name], policies["central"][name]
            np.testing.assert_array_equal(ours[past], usual[past], err_msg=f"{case}: {name}")
        np.testing.assert_array_equal(policies[case]["hazard_sum"][past], 0.0)


def test_both_countries_find_by_the_same_equation(policies: dict[str, Saved]) -> None:
    """The world's rate, by the part of a country in all basic effort, and its evenness."""
    for case in ("central", "free to fail", "more basic work"):
        saved = policies[case]
        part = saved["research_scale"][..., BASIC]
        part = part / part.sum(axis=1, keepdims=True)
        rate = saved["breakthrough_rate"].ravel()[0]
        hazard = rate * part * saved["evenness"]
        np.testing.assert_allclose(saved["breakthrough_hazard"], hazard, rtol=1e-12)


def test_diverse_basic_effort_raises_the_hazard(policies: dict[str, Saved]) -> None:
    clock = {case: saved["hazard_sum"][-1, HOME] for case, saved in policies.items()}
    assert clock["more basic work"] > 1.05 * clock["central"]
    assert clock["more basic work"] > 1.05 * clock["more basic work on one road"]


def test_a_road_is_found_when_the_clock_passes_what_luck_says(policies: dict[str, Saved]) -> None:
    for saved in policies.values():
        luck = -np.log(saved["breakthrough_draw"].reshape(-1, 2)[0])
        np.testing.assert_array_equal(saved["found"], saved["hazard_sum"] >= luck)
    assert policies["found at home"]["found"][-1, HOME] == 1
    assert policies["central"]["found"].max() <= 1


def test_luck_is_the_same_for_all_strategies_and_what_they_do_decides_when(model: Model) -> None:
    """The one that explores finds sooner, though nothing that it sets is luck."""
    world = {"breakthrough_draw[home]": 0.9, "breakthrough_rate": 0.2}
    assert set(world) <= set(model.world) and not set(world) & set(model.levers)
    moments = []
    for strategy in ("pure_catchup", "pure_exploration"):
        run = model.run(strategy, world=world).variables
        assert (run["breakthrough_draw[home]"] == world["breakthrough_draw[home]"]).all()
        moments.append(run.index[run["found[home]"] == 1][0])
    assert moments[1] < moments[0]


def test_a_found_road_opens_and_takes_over_what_is_known(policies: dict[str, Saved]) -> None:
    saved, usual = policies["found at home"], policies["central"]
    assert saved["opened"][-1, HOME] > 0.9
    heights = saved["capability_by_route"][-1, HOME]
    assert heights[FRESH] > heights[SCALE] - 3
    assert saved["route_share"][-1, HOME, FRESH] > 0.02
    assert saved["capability_index"][-1] > usual["capability_index"][-1]
    little = policies["found at home, little inherited"]
    assert little["capability_by_route"][-1, HOME, FRESH] < heights[FRESH] - 1
    unopened = usual["opened"][:, HOME] == 0
    np.testing.assert_allclose(usual["capability_by_route"][unopened, HOME, FRESH], -10.0)
    np.testing.assert_allclose(usual["route_share"][unopened, HOME, FRESH], 0.0)


def test_a_road_that_the_other_found_opens_by_reading(policies: dict[str, Saved]) -> None:
    read, unread = (
        policies[case] for case in ("found by the leader", "found by the leader, nothing is read")
    )
    assert read["found"][-1, HOME] == 0 and read["opened"][-1, HOME] > 0.5
    late = unread["calendar_year"] >= 2028
    assert np.diff(unread["opened"][late, HOME]).max() == pytest.approx(0.0, abs=1e-12)
    assert unread["opened"][-1, LEADER] > 0.9
