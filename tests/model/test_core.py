"""The core of two countries: one set of equations for both, and accounts that hold for each."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from field_tests.laboratory import Laboratory, Saved
from twintrack.equations import Equations
from twintrack.model import Model

pytestmark = pytest.mark.slow

HOME, LEADER = 0, 1
"""Places of the countries along the first axis of their variables."""

KNOWN = 4
"""Number of routes that are known from the start; they come first."""

HOME_MARKET, SCALE, BASIC, APPLIED, INDUSTRIAL = 0, 0, 0, 1, 2
ANSWERS = {
    "control_response": 1.0,
    "secrecy": 1.0,
    "race_capital": 2.0,
}
"""Strengths of the leader's answers to success that it sees."""

IN_FORCE = ("export_control", "tool_control", "leader_openness_policy", "access")
"""What the leader's answers change at once."""

PROGRAMMES = ("two_way_mobility", "software_stack_support", "public_data_opening", "institutional_supply")
OTHER_PROGRAMMES = ("alliances", "marks", "partners")
LINEAR = {"stage_need": 1.0, "helix_gain": 0.0, "problem_need": 0.0}
"""A chain of stages: each stands on the one before it, and nothing comes back."""

CASES: Mapping[str, Mapping[str, float]] = {
    "central": {},
    "faster hardware": {"hardware_growth_factor": 1.5},
    "a cap of a tenth": {"concentration_cap": 0.1},
    "a cap of a fifth": {"concentration_cap": 0.2},
    "scale is never believed": {"belief_level": 100.0},
    "nobody leaves": {"leave_share_base": 0.0},
    "all leave": {"leave_share_base": 1.0, "pull_by_packages": 0.0, "pull_by_standing": 0.0},
    "a flood of students": {"talent_training": 1e3},
    "no domestic chips": {"domestic_chip_invest": 0.0},
    "many domestic chips": {"domestic_chip_invest": 400.0},
    "linear chain": LINEAR,
    "home ahead": {"initial_stage_ratio": 5.0},
    "home ahead, leader does not read": {
        "initial_stage_ratio": 5.0,
        "open_source_release": 0.0,
        "knowledge_openness": 0.0,
    },
    "no answers": {"race_response": 0.0},
    "no answers, however strong": {"race_response": 0.0, **ANSWERS},
    "answers that are nothing": {"race_response": 1.0, **dict.fromkeys(ANSWERS, 0.0)},
    **{name: {"race_response": 1.0, **dict.fromkeys(ANSWERS, 0.0), name: ANSWERS[name]} for name in ANSWERS},
}


@pytest.fixture(scope="module")
def cases(laboratory: Laboratory) -> dict[str, Saved]:
    return laboratory.runs(CASES)


@pytest.fixture(scope="module", params=["central", "faster hardware", "a flood of students", "home ahead"])
def saved(cases: dict[str, Saved], request: pytest.FixtureRequest) -> Saved:
    """Unlike runs, in each of which every account must hold."""
    return cases[request.param]


# Runs and fleets


def test_one_law_of_hardware_moves_the_runs_fleets_and_capability_of_both(cases: dict[str, Saved]) -> None:
    central, faster = cases["central"], cases["faster hardware"]
    for run in (central, faster):
        np.testing.assert_allclose(
            np.ptp(np.log(run["base_price"] * run["hardware_price_performance"])), 0, atol=1e-12
        )
    for name in ("run_capacity", "largest_run", "capability_by_route", "general_capability"):
        rise = faster[name][-1] - central[name][-1]
        assert (rise.reshape(2, -1)[:, SCALE] > 0).all(), name


def test_both_pay_for_use_with_compute_before_they_train(saved: Saved) -> None:
    share, joint = saved["inference_share"], saved["joint_compute"]
    assert (share[-1] > 0.1).all() and (share < 1).all()
    kept = joint * (1 - share)
    np.testing.assert_allclose(saved["effective_compute"], kept, rtol=1e-12)


def test_both_obey_the_same_cap_on_what_runs_take(cases: dict[str, Saved], saved: Saved) -> None:
    constants = ("concentration_cap", "run_compute_per_accelerator")
    work = np.prod([float(saved[name].ravel()[0]) for name in constants])
    np.testing.assert_allclose(saved["run_capacity"], work * saved["effective_compute"], rtol=1e-12)
    # First trials of a road that is not open come on top.
    trials = saved["first_trial_share"].ravel()[0]
    assert (saved["largest_run"].sum(axis=2) <= saved["run_capacity"] * (1 + trials)).all()
    doubled, usual = (cases[name]["run_capacity"][0] for name in ("a cap of a fifth", "a cap of a tenth"))
    np.testing.assert_allclose(doubled, 2 * usual, rtol=1e-12)


def test_the_follower_makes_no_large_run_before_it_believes_in_scale(cases: dict[str, Saved]) -> None:
    never, central = (
        cases[name]["largest_run"][-1, HOME, SCALE] for name in ("scale is never believed", "central")
    )
    assert never < 0.01 * central
    early = cases["central"]
    without_belief = early["scale_belief"] < 1e-3
    assert without_belief.sum() > 4
    floor = early["first_trial_run"][without_belief]
    assert (early["largest_run"][without_belief, HOME, SCALE] < 3 * floor).all()


# The leader's answers


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_answer_counts_from_the_start_of_policy_on_and_not_before(
    cases: dict[str, Saved], equations: Equations, answer: str
) -> None:
    with_it, without = cases[answer], cases["answers that are nothing"]
    past = with_it["calendar_year"] <= 2026
    stocks = [name for name, variable in equations.variables.items() if variable.kind == "stock"]
    for name in (*stocks, *IN_FORCE):
        np.testing.assert_array_equal(with_it[name][past], without[name][past], err_msg=name)
    moved = np.abs(with_it["general_capability"][-1] - without["general_capability"][-1])
    assert moved.max() > 1e-3


def test_a_leader_that_looks_at_itself_alone_answers_nothing(cases: dict[str, Saved]) -> None:
    weak, strong = cases["no answers"], cases["no answers, however strong"]
    np.testing.assert_array_equal(weak["leader_answer"], 0.0)
    for name in set(weak) - set(ANSWERS):
        np.testing.assert_array_equal(weak[name], strong[name], err_msg=name)


# Knowledge


def test_the_leader_reads_what_a_country_ahead_of_it_shows(cases: dict[str, Saved]) -> None:
    reads, does_not = (
        cases[name]["imitation_growth"][:, LEADER, :KNOWN]
        for name in ("home ahead", "home ahead, leader does not read")
    )
    assert reads[0].min() > 0
    np.testing.assert_array_equal(does_not, 0.0)


def test_the_linear_chain_is_a_limit_of_the_model_and_not_its_centre(cases: dict[str, Saved]) -> None:
    linear, central = cases["linear chain"], cases["central"]
    for stage, before in ((APPLIED, BASIC), (INDUSTRIAL, APPLIED)):
        np.testing.assert_allclose(
            linear["ln_ground"][..., stage], linear["ln_base"][..., before], rtol=1e-12
        )
    np.testing.assert_allclose(linear["ln_ground"][..., BASIC], linear["ln_base"][..., BASIC], rtol=1e-12)
    shoulders = np.exp(linear["shoulder_exponent"].ravel()[0] * linear["ln_ground"])
    np.testing.assert_allclose(linear["creation_ground"], shoulders * linear["room"][..., np.newaxis])
    assert (np.abs(linear["general_capability"][-1] - central["general_capability"][-1]) > 0.1).all()


# People


def test_those_who_leave_work_for_the_leader(cases: dict[str, Saved]) -> None:
    stay, leave = cases["nobody leaves"], cases["all leave"]
    gained = leave["top_staff"][-1] - stay["top_staff"][-1]
    assert gained[HOME] < 0 < gained[LEADER]
    staff = leave["effective_staff"][-1, :, BASIC] - stay["effective_staff"][-1, :, BASIC]
    assert staff[HOME] < 0 < staff[LEADER]


def test_places_in_the_top_tier_are_fixed_so_one_side_gains_what_the_other_loses(
    cases: dict[str, Saved], saved: Saved
) -> None:
    np.testing.assert_allclose(saved["top_formation"].sum(axis=1), saved["top_places_to_fill"], rtol=1e-12)
    people = [cases[name]["top_talent_of_the_world"] for name in ("central", "a flood of students")]
    np.testing.assert_allclose(people[0], people[1], rtol=1e-12)


def test_pay_clears(saved: Saved) -> None:
    """What there is for research falls to those who work, whoever they are and however many."""
    paid = saved["pay"] * saved["paid_staff"]
    np.testing.assert_allclose(paid, saved["total_research_money"], rtol=1e-12)


def test_fewer_enrol_where_pay_has_fallen(cases: dict[str, Saved]) -> None:
    central, crowded = cases["central"], cases["a flood of students"]
    assert crowded["pay"][-1, HOME] < 0.8 * central["pay"][-1, HOME]
    assert crowded["market_enrolment"][-1, HOME] < 0.9 * central["market_enrolment"][-1, HOME]
    assert (crowded["exit_rate_of_skilled"][-1, HOME] > central["exit_rate_of_skilled"][-1, HOME]).all()


# Markets


def test_market_shares_are_shares(saved: Saved) -> None:
    shares = saved["market_share"]
    assert shares.min() >= 0
    np.testing.assert_allclose(shares.sum(axis=1), 1.0, rtol=1e-12)


def test_users_never_pay_more_than_they_gain(saved: Saved) -> None:
    gain = saved["base_gdp"] * saved["value_in_use"].sum(axis=1)
    paid = saved["sales"].sum(axis=1)
    assert (paid <= gain).all() and (paid[-1] > 0).all()


def test_income_is_what_users_keep_and_suppliers_earn_less_what_accidents_destroy(saved: Saved) -> None:
    kept = saved["ai_enabled_output"] - saved["sales"][:, :, HOME_MARKET].sum(axis=1)
    earned = saved["revenue_of_services"][:, HOME]
    np.testing.assert_allclose(saved["ai_income"], kept + earned - saved["accident_loss"], rtol=1e-12)


# Chips and programmes


def test_compute_that_a_blockade_leaves_grows_with_chips_of_ones_own(cases: dict[str, Saved]) -> None:
    none, many = (cases[name]["compute_kept"] for name in ("no domestic chips", "many domestic chips"))
    for kept in (none, many):
        assert kept.min() >= 0 and kept.max() <= 1
    assert many[-1] > none[-1] + 0.05


def test_one_administration_carries_out_all_programmes(model: Model) -> None:
    """With more of them each is carried out less well; with fewer no better than today."""
    fewer, usual, more = (
        model.run("baseline", **levers).variables.iloc[-1]
        for levers in (dict.fromkeys(PROGRAMMES, 0.0), {}, dict.fromkeys(PROGRAMMES, 1.0))
    )
    assert fewer["execution"] == usual["execution"] == pytest.approx(1.0)
    for name in ("execution", *(f"programme_in_force[{programme}]" for programme in OTHER_PROGRAMMES)):
        assert more[name] < usual[name], name


def test_half_the_extent_of_a_programme_costs_a_quarter(laboratory: Laboratory) -> None:
    costs = laboratory.runs({f"{x}": {"scenario_opening": x} for x in (0.0, 0.5, 1.0)})
    none, half, full = (costs[name]["index_running_cost"][-1] for name in ("0.0", "0.5", "1.0"))
    assert half - none == pytest.approx((full - none) / 4, rel=1e-9)
