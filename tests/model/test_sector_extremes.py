"""Extreme conditions sector by sector: zero in, nothing out; too much in, a ceiling holds."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from field_tests.laboratory import STEP, Laboratory, Saved

NO_VALLEY = ("advance_base", "advance_by_institutions", "advance_by_bridge", "advance_by_openness")
NO_PILOTS = ("advance_by_agility", "advance_by_scenes", "advance_by_condition")
NO_COLLECTION = ("private_collection", "public_collection", "fund_collection", "inclusive_collection")

NO_DOORS_ABROAD = ("access_to_leader", "access_base", "access_by_trade", "access_by_release")
NO_ACCELERATOR_MONEY = dict.fromkeys(
    ("accelerator_share_base", "accelerator_share_gain", "chase_strength"), 0.0
)
HOME, LEADER = 0, 1
"""Places of the countries along the first axis of their variables."""

CASES: Mapping[str, Mapping[str, float]] = {
    "far ahead": {"initial_stage_ratio": 5.0},
    "no accelerator money": NO_ACCELERATOR_MONEY,
    "no chip money": {"domestic_chip_invest": 0.0, "chip_diversion": 0.0},
    "no loss of chips, no purchases": {**NO_ACCELERATOR_MONEY, "accelerator_life": 1e9},
    "no collection of data": dict.fromkeys(NO_COLLECTION, 0.0),
    "a flood of data": {"private_collection": 3.0, "public_data_opening": 1.0, "data_interoperability": 1.0},
    "closed data": {"public_data_opening": 0.0, "data_interoperability": 0.0, "island_strength": 1e6},
    "no access": {"imitation_rate": 0.0, "commons_gain": 0.0},
    "no helix": {"helix_gain": 0.0},
    # Not quite nothing: prototypes are counted against those that applied work made at the start.
    "no research effect": {"research_productivity": 1e-15, "imitation_rate": 0.0, "commons_gain": 0.0},
    "no breakthroughs": {"breakthrough_ceiling": 0.0},
    "full steering": {"steering": 1.0, "management_agility": 0.0, "share_time_base": 1.0},
    "only catch-up, narrow": {"catchup_share": 1.0, "portfolio_breadth": 0.0},
    "only catch-up, broad": {"catchup_share": 1.0, "portfolio_breadth": 1.0},
    "no catch-up, narrow": {"catchup_share": 0.0, "portfolio_breadth": 0.0},
    "no catch-up, broad": {"catchup_share": 0.0, "portfolio_breadth": 1.0},
    "no students": {
        "initial_students[home]": 1e-9,
        "initial_market_enrolment[home]": 1e-9,
        "talent_training": 0.0,
    },
    "closed doors": {"leave_share_base": 0.0},
    "all training in places": {"talent_training": 1e4},
    "no patient capital": {"patient_capital": 0.0},
    "no relief": {"rd_tax_relief": 0.0},
    "crowded": {"crowding_models": 1.0},
    "no entry": {"entry_at_heat": 0.0},
    "closed valley": dict.fromkeys([*NO_VALLEY, *NO_PILOTS], 0.0),
    "soft money": {"subsidy_rate": 0.8, "performance_condition": 0.0},
    "no misuse": {"misuse_rate": 0.0, "rule_by_displacement": 0.0},
    "endless misuse": {"misuse_rate": 5.0, "open_source_release": 1.0},
    "no programmes": {"index_cost": 0.0, "admin_capacity": 1e12},
    "nobody moves": {"move_rate": 0.0},
    "no contest": {"contest_response": 0.0},
    "endless contest": {"contest_response": 5.0},
    "nobody can use": {"literacy_base": 1e-9, "literacy_growth": 0.0, "inclusion_gain": 0.0}
    | {"training_reach": 0.0, "initial_sector_adoption": 0.0},
    "everybody wants": {"person_innovation": 3.0, "organisation_imitation": 3.0, "literacy_growth": 0.2},
    "useless": {"highest_gain": 0.0},
    "no seed in the south": {"south_innovation": 0.0},
    "doors abroad shut": dict.fromkeys(NO_DOORS_ABROAD, 0.0),
    "the south all at once": {"south_innovation": 3.0, "south_imitation": 3.0, "international_coop": 1.0},
    "no partners": {"international_coop": 0.0, "standards_rate": 0.0},
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
    assert (runs.sum(axis=1) <= saved["run_capacity"][:, LEADER] * (1 + 1e-12)).all()


def test_who_is_ahead_imitates_nothing_and_is_imitated(cases: dict[str, Saved]) -> None:
    saved = cases["far ahead"]
    assert saved["imitation_growth"][0, HOME].max() == 0.0
    assert saved["imitation_growth"][0, LEADER].min() > 0.0


# Compute, chips and energy


def test_no_money_for_accelerators_lets_the_stock_decay(cases: dict[str, Saved]) -> None:
    bought = cases["no accelerator money"]["accelerator_stock"][:, [HOME, HOME, LEADER], [0, 1, 0]]
    np.testing.assert_allclose(rate_of_decay(bought), 1 / 5)
    stock = cases["no loss of chips, no purchases"]["accelerator_stock"]
    np.testing.assert_allclose(stock, stock[:1].repeat(len(stock), axis=0), rtol=1e-6)


def test_full_embargo_stops_imports(extremes: dict[str, Saved]) -> None:
    saved = extremes["embargo"]
    late = saved["calendar_year"] >= 2028
    imported = saved["legal_imports"][late]
    # What the reaction of trust leaves of the embargo is at most its easing.
    assert imported.min() >= 0
    assert imported.max() < 0.02 * saved["desired_imports"][late].max()
    assert (saved["private_chip_money"][late] > 0).all(), "idle money must look for domestic chips"


def test_no_money_for_chips_ends_domestic_output(cases: dict[str, Saved]) -> None:
    assert (np.diff(cases["no chip money"]["domestic_capacity"][20:]) < 0).all()


def test_without_chips_there_is_no_compute_and_less_capability(
    extremes: dict[str, Saved], central: Saved
) -> None:
    saved = extremes["no chips"]
    assert saved["effective_compute"][:, HOME].max() < 1
    assert saved["capability_index"][-1] < central["capability_index"][-1] - 1


# Data


def test_data_of_sectors_age_away_when_nobody_collects_them(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["no collection of data"]
    np.testing.assert_allclose(rate_of_decay(saved["sector_data"]), 0.2)
    assert saved["ai_enabled_output"][-1] < central["ai_enabled_output"][-1]


def test_more_data_than_there_are_fill_their_place_and_no_more(
    cases: dict[str, Saved], central: Saved
) -> None:
    saved = cases["a flood of data"]
    assert saved["sector_data"].max() < 1
    assert saved["usable_data"][-1] > central["usable_data"][-1]


def test_islands_and_closed_offices_leave_less_to_train_on(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["closed data"]
    assert saved["accessible_share"][-1] < 0.01
    assert saved["data_height"][-1].max() < central["data_height"][-1].min()


# Knowledge stages


def test_without_access_nothing_is_imitated(cases: dict[str, Saved]) -> None:
    saved = cases["no access"]
    np.testing.assert_allclose(saved["imitation_growth"], 0.0)
    assert (saved["own_origin_share"] > 0.999).all()


def test_without_coupling_of_stages_each_works_alone(cases: dict[str, Saved]) -> None:
    np.testing.assert_allclose(cases["no helix"]["helix"], 1.0)


def test_knowledge_that_nobody_renews_ages(cases: dict[str, Saved]) -> None:
    saved = cases["no research effect"]
    news = np.stack([saved["breakthroughs"], saved["leader_breakthroughs"]], axis=1) * saved["room"]
    leaps = news[..., np.newaxis] * saved["leap_weight"].reshape(-1, 3)[0] * saved["leap_size"].ravel()[0]
    expected = leaps - saved["ageing"][:, np.newaxis, np.newaxis, :]
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


def test_without_breakthroughs_there_is_no_news(cases: dict[str, Saved]) -> None:
    saved = cases["no breakthroughs"]
    for name in ("breakthroughs", "leader_breakthroughs", "hazard_sum", "expectation"):
        np.testing.assert_allclose(saved[name], 0.0, err_msg=name)


def test_full_steering_carries_out_the_plan(cases: dict[str, Saved]) -> None:
    saved = cases["full steering"]
    plan = saved["plan"][-1, HOME]
    np.testing.assert_allclose(saved["target_share"][-1, HOME], plan, atol=0.01)
    np.testing.assert_allclose(saved["route_share"][-1, HOME], plan, atol=0.03)


# Talent


def test_no_students_means_the_staff_runs_out(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["no students"]
    staff = saved["total_staff"][:, HOME]
    assert (np.diff(staff[8:]) < 0).all()
    assert saved["capability_index"][-1] < central["capability_index"][-1]


def test_without_people_money_makes_nothing(extremes: dict[str, Saved], central: Saved) -> None:
    saved = extremes["no talent"]
    money, creation = (
        [run[name][:, HOME] for run in (saved, central)] for name in ("total_research_money", "creation")
    )
    assert money[0][-1] > 0.2 * money[1][-1]
    assert creation[0].max() < 1e-3 * creation[1].max()


def test_closed_doors_keep_everyone(cases: dict[str, Saved]) -> None:
    np.testing.assert_allclose(cases["closed doors"]["leaving"], 0.0)


def test_places_without_end_share_the_same_pay_and_no_more(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["all training in places"]

    def over(name: str) -> float:
        return float((saved[name][-1, HOME] / central[name][-1, HOME]).max())

    assert over("students") > 5
    assert over("pay") < 0.5
    assert saved["teaching_share"].max() <= saved["teaching_load"].max()
    assert over("research_scale") < 10


# Funding and capital


def test_no_money_at_all(extremes: dict[str, Saved]) -> None:
    saved = extremes["no money"]
    np.testing.assert_allclose(saved["public_cost"], 0.0, atol=1e-9)
    # What the patient fund held in 2016 has gone round ever since, less at each turn.
    money, creation = saved["total_research_money"], saved["creation"][-1]
    assert money[-1, HOME] < 0.01 * money[0, HOME]
    assert creation[HOME].max() < 1e-3 * creation[LEADER].max()


def test_a_flood_of_money_meets_people_and_compute(extremes: dict[str, Saved], central: Saved) -> None:
    """A thousand times the public money: effort stays under what the people at work can carry."""
    saved = extremes["a thousand times the research money"]
    carried = saved["talent_effort"] * 0.4 ** (1 / -0.5)
    assert (saved["research_scale"] <= carried * (1 + 1e-9)).all()
    assert saved["research_scale"][-1, HOME].max() < 100 * central["research_scale"][-1, HOME].max()


def test_private_capital_that_stays_away_runs_down(extremes: dict[str, Saved]) -> None:
    saved = extremes["no private capital"]
    np.testing.assert_allclose(rate_of_decay(saved["private_capital"][:, HOME]), 1 / 0.7)
    np.testing.assert_allclose(saved["platform_capital"][:, HOME], 0.0)


def test_a_patient_fund_without_contributions_lives_on_its_exits(
    cases: dict[str, Saved], central: Saved
) -> None:
    saved = cases["no patient capital"]
    np.testing.assert_allclose(saved["fund_contributions"], 0.0)
    assert (saved["patient_investment"][-1] < 0.1 * central["patient_investment"][-1]).all()


def test_relief_that_is_not_granted_costs_nothing(cases: dict[str, Saved]) -> None:
    for name in ("relief_outlay", "relief_research", "relief_windfall"):
        np.testing.assert_allclose(cases["no relief"][name], 0.0, err_msg=name)


# Firms and ecosystem


def test_crowding_takes_the_margin_and_ends_entry(cases: dict[str, Saved], central: Saved) -> None:
    crowded = cases["crowded"]
    assert crowded["margin"][-1] < 0.1
    assert crowded["project_starts"][-1] < 0.5 * central["project_starts"][-1]


def test_without_entry_nothing_is_filed_and_firms_only_leave(cases: dict[str, Saved]) -> None:
    saved = cases["no entry"]
    np.testing.assert_allclose(saved["registered_models"], 0.0)
    assert (np.diff(saved["active_models"] + saved["zombie_models"]) <= 0).all()


def test_a_closed_valley_lets_nothing_through(cases: dict[str, Saved]) -> None:
    saved = cases["closed valley"]
    for name in ("passage", "valley_survival", "pilots", "products", "conversion_rate"):
        np.testing.assert_allclose(saved[name], 0.0, atol=1e-12, err_msg=name)
    assert saved["prototypes"].min() > 0


def test_soft_money_keeps_firms_alive_that_earn_nothing(cases: dict[str, Saved], central: Saved) -> None:
    assert cases["soft money"]["zombie_share"][-1] > central["zombie_share"][-1] + 0.05


# Openness and governance


def test_without_misuse_there_are_no_incidents_and_no_further_rules(cases: dict[str, Saved]) -> None:
    saved = cases["no misuse"]
    np.testing.assert_allclose(saved["incidents"], 0.0)
    np.testing.assert_allclose(saved["regulation"], 0.2)


def test_endless_misuse_calls_rules_that_stop_use(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["endless misuse"]
    assert saved["regulation"].max() <= 1 + 1e-9
    assert saved["regulation"][-1] > central["regulation"][-1] + 0.3
    assert saved["adoption_rate"][-1] < 0.8 * central["adoption_rate"][-1]


def test_programmes_that_cost_nothing_and_ask_nothing(cases: dict[str, Saved]) -> None:
    saved = cases["no programmes"]
    np.testing.assert_allclose(saved["index_running_cost"], 0.0)
    np.testing.assert_allclose(saved["execution"], 1.0)


# Regions


def test_regions_that_nobody_moves_between_keep_their_talent(cases: dict[str, Saved]) -> None:
    shares = cases["nobody moves"]["talent_share"]
    np.testing.assert_allclose(shares, shares[:1].repeat(len(shares), axis=0), rtol=1e-12)


def test_regions_that_do_not_contest_spend_what_they_did(cases: dict[str, Saved]) -> None:
    saved = cases["no contest"]
    np.testing.assert_allclose(saved["local_effort"], 1.0)
    np.testing.assert_allclose(saved["local_push"], 0.0)


def test_endless_contest_ends_in_debt(cases: dict[str, Saved], central: Saved) -> None:
    """Effort of regions meets the burden of what they have spent; what is hollow has a ceiling."""
    saved = cases["endless contest"]
    assert saved["local_burden"][-1] > 1.5 * central["local_burden"][-1]
    assert saved["fiscal_room"][-1] < central["fiscal_room"][-1] - 0.1
    assert saved["hollow_share"].max() <= 0.5
    np.testing.assert_allclose(saved["talent_share"].sum(axis=1), 1.0, atol=1e-12)


# Diffusion, economy and risk


def test_nobody_adopts_what_nobody_can_use(cases: dict[str, Saved], central: Saved) -> None:
    saved = cases["nobody can use"]
    # Two people in a hundred were trained in 2016; they forget.
    assert saved["adoption_rate"].max() < 1e-3
    assert saved["ai_enabled_output"].max() < 1e-3 * central["ai_enabled_output"].max()


def test_adoption_stays_within_its_potential(cases: dict[str, Saved]) -> None:
    saved = cases["everybody wants"]
    assert saved["adoption_rate"].max() <= 0.95
    assert saved["sector_adoption"].max() <= 1.0
    assert saved["literacy"].max() <= 1.0


def test_what_is_of_no_use_adds_no_output(cases: dict[str, Saved]) -> None:
    np.testing.assert_allclose(cases["useless"]["ai_enabled_output"], 0.0)


# International


def test_the_south_adopts_nothing_that_nobody_brings(cases: dict[str, Saved]) -> None:
    saved = cases["no seed in the south"]
    np.testing.assert_allclose(saved["south_adoption"], 0.0)


def test_who_may_sell_nowhere_abroad_loses_its_customers_there(
    cases: dict[str, Saved], central: Saved
) -> None:
    """Those of the start change their supplier, at the rate at which users do."""
    saved = cases["doors abroad shut"]
    np.testing.assert_allclose(rate_of_decay(saved["home_share"][:, 1:]), 1 / saved["switch_time"].ravel()[0])
    assert saved["export_revenue"][-1] < 1e-3 * central["export_revenue"][-1]


def test_the_south_stays_within_its_potential(cases: dict[str, Saved]) -> None:
    saved = cases["the south all at once"]
    assert (saved["south_adoption"] <= saved["south_potential"] + 0.02).all()
    assert saved["rule_influence"].max() <= 1


def test_who_has_no_partners_loses_the_standards_it_held(cases: dict[str, Saved]) -> None:
    saved = cases["no partners"]
    assert (np.diff(saved["standards_held"]) < 0).all()
    assert saved["partnership"][-1] < 0.01


def test_decoupling_ends_imitation_and_is_survived(extremes: dict[str, Saved], central: Saved) -> None:
    saved = extremes["total decoupling"]
    late = saved["calendar_year"] >= 2028
    np.testing.assert_allclose(saved["imitation_growth"][late, HOME], 0.0)
    assert saved["own_origin_share"][-1] > 0.99
    assert 0 < saved["capability_index"][-1] < central["capability_index"][-1]
