"""Extreme conditions of the whole model: numbers are finite, stocks at zero or above, shares in 0 to 1."""

from __future__ import annotations

import re

import numpy as np
import pytest
from laboratory import Laboratory, Saved

from twintrack.equations import Equations
from twintrack.experiments.arrays import lever_series
from twintrack.model import Model

ROUNDING = 1e-9
CORNERS = 300
CORNER_STEP = 0.125
"""Twice the model file's step. At a quarter of a year, a step in rare corners takes more out of a stock than
the stock holds, which says nothing of the equations."""

SIGNED = {
    "leader_perceived_payoff",
    "leader_recent_capability",
    "leader_recent_index",
    "passing_time",
    "perceived_payoff",
    "recent_capability",
}
"""Stocks of orders of magnitude and of their trends, and of times that may lie before the start."""

SHARE_NAMES = """
    absorptive_capacity accelerator_share access_to_foreign_knowledge accessible_share adoption_rate
    agility_in_force alliance_in_force chain_coordination commons complementarity compound_staff
    condition_in_force cooperation_in_force coordination_in_force coupling creation_share credibility
    data_standards data_variety demand_orientation developer_share development_cost_share disclosure
    displaced_share divide domestic_demand_share domestic_installed_share domestic_stack_share
    domestic_yield duplication_index effective_catchup_share entry_mix evidence_share export_control
    field_alignment flexibility_in_force foreign_openness foreign_presence fork_capacity free_choice
    funder_diversity gap_pressure gifted_share gifted_share_at_start grid_matching heat history_share
    hollow_share idle_share imitated_growth imitation_credit incident_rate incidents inclusion
    inference_share institutional_quality internal_openness lead_of_route leader_evidence_share
    leader_plan leader_room leader_share leader_use leave_share literacy margin mass_effect mean_portfolio
    mobility_in_force money_share national_sector_adoption need_diversity open_data open_scenes
    organisation_adoption organisation_potential own_openness own_origin_share partner_share partnership
    passage person_potential pilot_passage plan platform_access platform_concentration platform_sharing
    policy_following policy_switch portfolio_evenness private_mix private_share_of_research problems
    public_share_of_capital public_share_of_research public_stage_share pull_share quality_marks
    regional_adoption regional_adoption_gini regional_literacy regional_portfolio regional_talent_gap
    regional_trust regulation release_in_force resilience_index roles_in_force room
    route_concentration_hhi route_lead_probability route_share rule_influence run_budget_share
    safety_in_force scale_belief scarcity scouting sector_adoption sector_data securitisation_in_force
    signal_clarity south_adoption south_dependence staff_share stage_talent_mismatch standing store_share
    subsidy_in_force survival_by_subsidy talent_share target_share teaching_share threat
    tolerance_in_force top_talent_share_at_home top_talent_share_by_origin trade_in_force trained_workers
    trust usable_stack use_belief use_intensity use_part usefulness utilisation vacancy valley_survival
    venture_survival visible_success withdrawal zombie_share zone_share_west
"""
SHARES = frozenset(SHARE_NAMES.split())
"""Parts of a whole: variables without unit that are neither below 0 nor above 1."""

SHARE_NAME = re.compile(r"share|_in_force$|adoption|trust$|literacy$|belief$|openness$|passage$")
NOT_SHARES = {"programmes_in_force"}
"""What is called alike: a number of programmes."""


def below_zero(values: np.ndarray, scale: float = 1.0) -> bool:
    return bool(values.min() < -ROUNDING * scale)


def test_every_share_of_the_model_is_watched(equations: Equations) -> None:
    named = {
        name
        for name, variable in equations.variables.items()
        if variable.kind in ("stock", "auxiliary")
        and variable.units == "Dmnl"
        and SHARE_NAME.search(name)
        and not name.startswith("ln_")
    }
    assert named - SHARES - NOT_SHARES == set()
    assert {name for name in SHARES if equations.variables[name].units != "Dmnl"} == set()


def test_every_number_is_finite_under_extreme_conditions(extremes: dict[str, Saved]) -> None:
    infinite = [
        f"{case}: {name}"
        for case, saved in extremes.items()
        for name, values in saved.items()
        if not np.isfinite(values).all()
    ]
    assert infinite == []


def test_stocks_stay_at_zero_or_above_under_extreme_conditions(
    extremes: dict[str, Saved], equations: Equations
) -> None:
    stocks = amounts(equations)
    negative = [
        f"{case}: {name}" for case, saved in extremes.items() for name in stocks if saved[name].min() < 0
    ]
    assert negative == []


def test_shares_stay_between_zero_and_one_under_extreme_conditions(extremes: dict[str, Saved]) -> None:
    outside = [
        f"{case}: {name} from {saved[name].min():.3g} to {saved[name].max():.3g}"
        for case, saved in extremes.items()
        for name in sorted(SHARES)
        if below_zero(saved[name]) or saved[name].max() > 1 + ROUNDING
    ]
    assert outside == []


@pytest.fixture(scope="module")
def corners(model: Model, laboratory: Laboratory) -> dict[str, Saved]:
    """Stocks, shares and outcomes by course of action, in worlds with every parameter at one of its ends."""
    equations, rng = model.equations, np.random.default_rng(11)
    ends = np.array([parameter.range for parameter in model.world.values()])
    sides = rng.integers(0, 2, (len(ends), CORNERS))
    world = laboratory.constants(
        [dict(zip(model.world, ends[np.arange(len(ends)), sides[:, i]], strict=True)) for i in range(CORNERS)]
    )
    index = [name for name, lever in model.levers.items() if lever.kind == "index"]
    low = {name: lever.low for name, lever in model.levers.items()}
    plans = {
        "baseline": model.strategy("baseline"),
        "all index levers 1": model.strategy("baseline", **dict.fromkeys(index, 1.0)),
        "all levers at their low end": model.strategy("baseline", **low),
        "catchup_explore_open": model.strategy("catchup_explore_open"),
    }
    outputs = sorted({*amounts(equations), *SHARES, *model.catalogue.outcome_variables})
    times = equations.time.with_step(CORNER_STEP).times
    return {
        name: laboratory.engine.run(
            world,
            lever_series(plan.paths, times),
            outputs,
            runs=CORNERS,
            time_step=CORNER_STEP,
        )
        for name, plan in plans.items()
    }


def test_every_number_is_finite_in_the_corners_of_the_world(corners: dict[str, Saved]) -> None:
    infinite = [
        f"{plan}: {name} in {int((~np.isfinite(values)).any(axis=tuple(range(values.ndim - 1))).sum())}"
        for plan, saved in corners.items()
        for name, values in saved.items()
        if not np.isfinite(values).all()
    ]
    assert infinite == []


def test_stocks_stay_at_zero_or_above_in_the_corners_of_the_world(
    corners: dict[str, Saved], equations: Equations
) -> None:
    negative = [
        f"{plan}: {name} {saved[name].min():.3g}"
        for plan, saved in corners.items()
        for name in amounts(equations)
        if saved[name].min() < 0
    ]
    assert negative == []


def test_shares_stay_between_zero_and_one_in_the_corners_of_the_world(corners: dict[str, Saved]) -> None:
    outside = [
        f"{plan}: {name} from {saved[name].min():.3g} to {saved[name].max():.3g}"
        for plan, saved in corners.items()
        for name in sorted(SHARES)
        if below_zero(saved[name]) or saved[name].max() > 1 + ROUNDING
    ]
    assert outside == []


def amounts(equations: Equations) -> list[str]:
    """Give the stocks that count or measure something: not logarithms, not signed quantities."""
    return [
        name
        for name, variable in equations.variables.items()
        if variable.kind == "stock" and not name.startswith("ln_") and name not in SIGNED
    ]
