"""Extreme conditions sector by sector: zero in, nothing out; too much in, a ceiling holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from field_tests.laboratory import STEP, Laboratory, Saved

NO_VALLEY = (
    "advance_by_institutions",
    "advance_by_bridge",
    "advance_by_scenes",
    "advance_by_openness",
    "advance_by_demand",
)
NO_DOORS_ABROAD = {
    **dict.fromkeys(("access_base", "access_by_trade", "access_to_home"), 0.0),
    # Not quite nothing: at home services are compared with those of the leader.
    "closed_share": 1e-9,
}
NO_ACCELERATOR_MONEY = {"accelerator_share_limit": 0.0}
NO_ORGANISATIONS = {"organisation_use_at_start": 1e-9}
HOME, LEADER = 0, 1
"""Places of the countries along the first axis of their variables."""

CASES: Mapping[str, Mapping[str, float]] = {
    "far ahead": {"initial_stage_ratio": 5.0},
    "no accelerator money": NO_ACCELERATOR_MONEY,
    "no chip money": {"domestic_chip_invest": 0.0, "chip_diversion": 0.0},
    "no loss of chips, no purchases": {**NO_ACCELERATOR_MONEY, "accelerator_life": 1e9},
    "no data opened": {"public_data_opening": 0.0},
    "no access": {"imitation_rate": 0.0},
    "no helix": {"helix_gain": 0.0},
    # Not quite nothing: products are counted against what applied work made at the start.
    "no research effect": {"research_productivity": 1e-15, "imitation_rate": 0.0},
    "no breakthroughs": {"breakthrough_rate": 0.0},
    "full steering": {"steering": 1.0, "management_agility": 0.0, "share_time_base": 1.0},
    "only catch-up": {"catchup_share": 1.0},
    "no catch-up": {"catchup_share": 0.0},
    "no catch-up and a new road": {"catchup_share": 0.0, "breakthrough_draw": 1.0},
    "no students": {"initial_market_enrolment[home]": 1e-9, "talent_training": 0.0},
    "closed doors": {"leave_share_base": 0.0},
    "all training in places": {"talent_training": 1e4},
    "no patient capital": {"patient_capital": 0.0},
    "crowded": {"crowding_models": 1.0},
    "no entry": {"entry_at_heat": 0.0},
    "closed valley": dict.fromkeys(NO_VALLEY, 0.0),
    "soft money": {"subsidy_rate": 0.8, "performance_condition": 0.0},
    "no misuse": {"misuse_rate": 0.0},
    "endless misuse": {"misuse_rate": 5.0, "open_source_release": 1.0},
    "no programmes": {"index_cost": 0.0, "admin_capacity": 1e12},
    "only quality counts": {"kpi_quality_weight": 1.0},
    "a contest without a centre": {"kpi_quality_weight": 0.0, "central_coordination": 0.0},
    "coffers without end": {"burden_norm": 1e9},
    "nobody can use": {"literacy_base": 1e-9, "literacy_growth": 0.0, "inclusion_gain": 0.0}
    | NO_ORGANISATIONS,
    "everybody wants": {"person_innovation": 3.0, "organisation_imitation": 3.0, "literacy_growth": 0.2},
    "useless": {"highest_gain": 0.0, "task_saving": 0.0},
    "doors abroad shut": NO_DOORS_ABROAD,
}


@pytest.fixture(scope="module")
def cases(laboratory: Laboratory) -> dict[str, Saved]:
    return laboratory.runs(CASES)


def rate_of_decay(stock: np.ndarray) -> np.ndarray:
    """Give the share lost per year between saved times; the laboratory's step is their distance."""
    return (1 - stock[1:] / stock[:-1]) / STEP


# Frontier and training cost


def test_frontier_without_growth_stands_still(extremes: dict[str, Saved]) -> None:
    cost = extremes["no growth of cost"]["frontier_run_cost"]
    np.testing.assert_allclose(cost, cost[0], rtol=1e-12)


@pytest.mark.parametrize("case", ["tenfold growth of cost", "a hundredfold growth of cost"])
def test_frontier_cost_never_outgrows_the_leader(extremes: dict[str, Saved], case: str) -> None:
    saved = extremes[case]
    runs = saved["largest_run"][:, LEADER]
    capacity = saved["run_capacity"][:, LEADER] * saved["compute_claim"][:, LEADER, 0]
    assert (runs[:, 0] <= capacity * (1 + 1e-12)).all()
    assert runs[-1, 0] > 0.9 * capacity[-1], "money is what ends the growth"
    # First trials of a road that is not open come on top.
    trials = saved["first_trial_share"].ravel()[0]
    assert (runs.sum(axis=1) <= saved["run_capacity"][:, LEADER] * (1 + trials)).all()


def test_who_is_ahead_imitates_nothing_and_is_imitated(cases: dict[str, Saved]) -> None:
    # Of the roads that are known: nobody is ahead on one that nobody has found.
    start = cases["far ahead"]["imitation_growth"][0, :, :4]
    assert start[HOME].max() == 0.0
    assert start[LEADER].min() > 0.0


# Compute, chips and energy


def test_no_money_for_accelerators_lets_the_stock_decay(cases: dict[str, Saved]) -> None:
    saved = cases["no accelerator money"]
    bought = saved["accelerator_stock"][:, [HOME, LEADER], [0, 0]]
    np.testing.assert_allclose(rate_of_decay(bought), 1 / saved["accelerator_life"].ravel()[0])
    stock = cases["no loss of chips, no purchases"]["accelerator_stock"]
    np.testing.assert_allclose(stock, stock[:1].repeat(len(stock), axis=0), rtol=1e-6)


def test_full_embargo_stops_imports(extremes: dict[str, Saved]) -> None:
    saved = extremes["embargo"]
    late = saved["calendar_year"] >= 2028
    np.testing.assert_allclose(saved["legal_imports"][late], 0.0, atol=1e-6)
    assert saved["desired_imports"][late].min() > 0
    assert (saved["private_chip_money"][late] > 0).all(), "idle money must look for domestic chips"


def test_without_money_for_chips_there_is_no_domestic_output(cases: dict[str, Saved], central: Saved) -> None:
    """Makers begin from nothing in 2016; nobody builds for them but who is paid for it."""
    assert cases["no chip money"]["domestic_output"].max() == 0 < central["domestic_output"][-1]


def test_without_chips_there_is_no_compute_and_less_capability(
    extremes: dict[str, Saved], central: Saved
) -> None:
    saved = extremes["no chips"]
    assert saved["effective_compute"][:, HOME].max() < 1
    assert saved["capability_index"][-1] < central["capability_index"][-1] - 1


# Data


def test_where_no_data_are_opened_the_walls_of_platforms_alone_move_them(cases: dict[str, Saved]) -> None:
    saved = cases["no data opened"]
    outside_walls = 1 - saved["platform_concentration"]
    np.testing.assert_allclose(saved["data_richness"], outside_walls / outside_walls[0])


# Knowledge stages


def test_without_access_nothing_is_imitated(cases: dict[str, Saved]) -> None:
    saved = cases["no access"]
    np.testing.assert_allclose(saved["imitation_growth"], 0.0)
    assert (saved["own_origin_share"] > 0.999).all()


def test_without_coupling_of_stages_ties_give_nothing(cases: dict[str, Saved]) -> None:
    saved = cases["no helix"]
    alone = (
        np.exp(saved["shoulder_exponent"].ravel()[0] * saved["ln_ground"]) * saved["room"][..., np.newaxis]
    )
    np.testing.assert_allclose(saved["creation_ground"], alone, rtol=1e-12)


def test_knowledge_that_nobody_renews_ages(cases: dict[str, Saved]) -> None:
    saved = cases["no research effect"]
    loss = saved["knowledge_depreciation"].reshape(-1, 3)[0]
    expected = -loss * saved["route_open"][..., np.newaxis]
    np.testing.assert_allclose(saved["knowledge_growth"], expected, atol=1e-12)


# Technology routes


def test_exhausted_routes_yield_nothing_more(extremes: dict[str, Saved]) -> None:
    saved = extremes["exhausted routes"]
    assert saved["capability_by_route"].max() <= 4.0


@pytest.mark.parametrize("case", [case for case in CASES if "catch-up" in case])
def test_any_portfolio_is_a_portfolio(cases: dict[str, Saved], case: str) -> None:
    routes = cases[case]["route_share"]
    assert routes.min() >= 0
    np.testing.assert_allclose(routes.sum(axis=-1), 1.0, atol=1e-12)


def test_without_breakthroughs_no_road_opens_and_nobody_works_on_it(cases: dict[str, Saved]) -> None:
    saved = cases["no breakthroughs"]
    for name in ("breakthrough_hazard", "hazard_sum", "found", "opened", "inherited_growth"):
        np.testing.assert_allclose(saved[name], 0.0, err_msg=name)
    np.testing.assert_allclose(saved["route_share"][..., -1], 0.0)


def test_full_steering_carries_out_the_plan(cases: dict[str, Saved]) -> None:
    saved = cases["full steering"]
    plan = saved["plan"][-1, HOME]
    np.testing.assert_allclose(saved["target_share"][-1, HOME], plan, atol=0.01)
    np.testing.assert_allclose(saved["route_share"][-1, HOME], plan, atol=0.03)


# Talent


def test_no_students_means_the_staff_runs_out(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["no students"]
    staff = saved["skilled_staff"][:, HOME].sum(axis=1)
    assert (np.diff(staff[8:]) < 0).all()
    assert saved["capability_index"][-1] < central["capability_index"][-1]


def test_without_people_money_makes_next_to_nothing(extremes: dict[str, Saved], central: Saved) -> None:
    saved = extremes["no talent"]
    money, creation = (
        [run[name][:, HOME] for run in (saved, central)] for name in ("total_research_money", "creation")
    )
    assert money[0][-1] > 0.2 * money[1][-1]
    assert creation[0].max() < 2e-3 * creation[1].max()


def test_closed_doors_keep_everyone(cases: dict[str, Saved]) -> None:
    np.testing.assert_allclose(cases["closed doors"]["leaving"], 0.0)


def test_places_without_end_share_the_same_pay_and_no_more(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["all training in places"]

    def over(name: str) -> float:
        return float((saved[name][-1, HOME] / central[name][-1, HOME]).max())

    assert over("students") > 5
    assert over("pay") < 0.5
    assert over("research_scale") < 10


# Funding and capital


def test_no_money_at_all(extremes: dict[str, Saved]) -> None:
    saved = extremes["no money"]
    np.testing.assert_allclose(saved["public_cost"], 0.0, atol=1e-9)
    # What young firms held in 2016 has gone round ever since, less at each turn.
    money, creation = saved["total_research_money"], saved["creation"][-1]
    assert money[-1, HOME] < 0.01 * money[0, HOME]
    assert creation[HOME].max() < 1e-3 * creation[LEADER].max()


def test_a_flood_of_money_meets_people_and_compute(extremes: dict[str, Saved], central: Saved) -> None:
    """A thousand times the public money: effort stays under what the people at work can carry."""
    saved = extremes["a thousand times the research money"]
    weight, exponent = (saved[name].ravel()[0] for name in ("talent_weight", "effort_exponent"))
    carried = saved["talent_effort"] * weight ** (1 / exponent)
    assert (saved["research_scale"] <= carried * (1 + 1e-9)).all()
    assert saved["research_scale"][-1, HOME].max() < 100 * central["research_scale"][-1, HOME].max()


def test_private_capital_that_stays_away_runs_down(extremes: dict[str, Saved]) -> None:
    saved = extremes["no private capital"]
    np.testing.assert_allclose(rate_of_decay(saved["private_capital"][:, HOME]), 1 / 0.7)
    np.testing.assert_allclose(saved["platform_capital"][:, HOME], 0.0)


def test_without_patient_capital_fewer_ideas_cross_the_valley(
    cases: dict[str, Saved], central: Saved
) -> None:
    saved = cases["no patient capital"]
    np.testing.assert_allclose(saved["patient_money"], 0.0)
    assert saved["bridge_money"][-1] < central["bridge_money"][-1]
    assert saved["valley_survival"][-1] < central["valley_survival"][-1]


# Firms and ecosystem


def test_crowding_takes_the_margin_and_ends_entry(cases: dict[str, Saved], central: Saved) -> None:
    crowded = cases["crowded"]
    assert crowded["margin"][-1] < 0.1
    assert crowded["project_starts"][-1] < 0.5 * central["project_starts"][-1]


def test_without_entry_nothing_is_filed_and_firms_only_leave(cases: dict[str, Saved]) -> None:
    saved = cases["no entry"]
    np.testing.assert_allclose(saved["registered_models"], 0.0)
    assert (np.diff(saved["active_models"] + saved["zombie_models"]) <= 0).all()


def test_a_closed_valley_lets_nothing_through(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["closed valley"]
    for name in ("advance_strength", "valley_survival"):
        np.testing.assert_allclose(saved[name], 0.0, atol=1e-12, err_msg=name)
    assert saved["market_use"][:, HOME].max() == 0 < saved["organisation_adoption"][-1]
    assert saved["ai_enabled_output"][-1] < central["ai_enabled_output"][-1]


def test_soft_money_keeps_firms_alive_that_earn_nothing(cases: dict[str, Saved], central: Saved) -> None:
    assert cases["soft money"]["zombie_share"][-1] > central["zombie_share"][-1] + 0.05


# Openness and governance


def test_without_misuse_there_is_no_harm_and_no_further_rule(cases: dict[str, Saved]) -> None:
    saved = cases["no misuse"]
    for name in ("felt_harm", "accident_loss", "regulation"):
        np.testing.assert_allclose(saved[name], 0.0, atol=1e-12, err_msg=name)


def test_endless_misuse_destroys_and_calls_rules_that_hold_use_back(
    cases: dict[str, Saved], central: Saved
) -> None:
    saved = cases["endless misuse"]
    assert saved["felt_harm"].max() <= 1 + 1e-9
    assert saved["regulation"][-1] > central["regulation"][-1] + 0.3
    assert saved["adoption_rate"][-1] < 0.8 * central["adoption_rate"][-1]
    assert saved["public_confidence"][-1] < central["public_confidence"][-1] - 0.1
    assert saved["accident_loss"][-1] > 2 * central["accident_loss"][-1]


def test_programmes_that_cost_nothing_and_ask_nothing(cases: dict[str, Saved]) -> None:
    saved = cases["no programmes"]
    np.testing.assert_allclose(saved["index_running_cost"], 0.0)
    np.testing.assert_allclose(saved["execution"], 1.0)


# Regions


def test_where_only_quality_counts_nothing_is_hollow(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["only quality counts"]
    np.testing.assert_allclose(saved["hollow_share"], 0.0, atol=1e-12)
    assert (saved["contest_effort"] < central["contest_effort"]).all()


def test_an_unbounded_contest_ends_in_debt(cases: dict[str, Saved], central: Saved) -> None:
    """Effort of regions meets the burden of what they have spent; what is hollow has a ceiling."""
    saved, rich = cases["a contest without a centre"], cases["coffers without end"]
    assert (np.diff(saved["local_debt"]) > 0).any()
    assert saved["local_effort"][-1] < saved["local_effort"].max()
    assert rich["local_effort"][-1] > central["local_effort"][-1]
    for run in (saved, rich):
        assert run["hollow_share"].max() <= 0.5
        for part in ("protection", "duplication_index"):
            assert run[part].min() >= 0 and run[part].max() <= 1, part


# Diffusion, economy and risk


def test_nobody_adopts_what_nobody_can_use(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["nobody can use"]
    assert saved["adoption_rate"].max() < 1e-3
    assert saved["ai_enabled_output"].max() < 1e-3 * central["ai_enabled_output"].max()


def test_adoption_stays_within_its_potential(cases: dict[str, Saved]) -> None:
    """Harm and rules may take potential away faster than users leave: what counts is the highest so far."""
    saved = cases["everybody wants"]
    for use, potential in (
        ("adoption_rate", "person_potential"),
        ("organisation_use", "organisation_potential"),
    ):
        assert (saved[use] <= np.maximum.accumulate(saved[potential], axis=0)).all(), use
    assert saved["literacy"].max() <= 1.0


def test_what_is_of_no_use_adds_no_output_and_displaces_nobody(cases: dict[str, Saved]) -> None:
    saved = cases["useless"]
    for name in ("ai_enabled_output", "displacement", "displaced_share"):
        np.testing.assert_allclose(saved[name], 0.0, atol=1e-12, err_msg=name)


# International


def test_who_may_sell_nowhere_abroad_has_no_customers_there(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["doors abroad shut"]
    np.testing.assert_allclose(saved["home_share"][:, 1:], 0.0, atol=1e-6)
    assert saved["export_revenue"][-1] < 1e-3 * central["export_revenue"][-1]


def test_decoupling_ends_imitation_and_is_survived(extremes: dict[str, Saved], central: Saved) -> None:
    saved = extremes["total decoupling"]
    late = saved["calendar_year"] >= 2028
    np.testing.assert_allclose(saved["imitation_growth"][late, HOME], 0.0)
    assert saved["own_origin_share"][-1] > 0.99
    assert 0 < saved["capability_index"][-1] < central["capability_index"][-1]
