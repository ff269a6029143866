"""Which variables have bounds by their nature: amounts that are not below zero, shares from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twintrack.equations import Equations
from twintrack.equations.structure import Array

ROUNDING = 1e-9

SIGNED = {
    "capability_by_route",
    "data_height",
    "gap_seen",
    "general_capability",
    "leader_recent_index",
    "passing_time",
    "perceived_payoff",
    "recent_capability",
    "recent_index",
}
"""Stocks of orders of magnitude and of their trends, and of times that may lie before the start."""

SHARE_NAMES = """
    absorptive_capacity accelerator_share access access_to_foreign_knowledge accessible_share
    adoption_rate affordability agility_in_force alliance_in_force beyond_knee chain_coordination chase
    combination_in_force combination_weight commons complementarity compound_staff compute_claim
    compute_kept condition_in_force contest_share control_felt cooperation_in_force coordination_in_force
    coupling creation_share credibility cutoff_in_force data_standards data_variety demand_orientation
    developer_share development_cost_share disclosure displaced_share divide domestic_demand_share
    domestic_installed_share domestic_stack_share domestic_yield drive_to_scale duplication_index
    effective_catchup_share entry_mix evidence_share export_control field_alignment flexibility_in_force
    foreign_openness foreign_presence fork_capacity free_choice funder_diversity gap_pressure gifted_share
    gifted_share_at_start grid_matching heat history_share hollow_share home_share idle_share
    imitated_growth imitation_credit incident_rate incidents inclusion inference_share
    institutional_quality internal_openness lead_of_route leader_answer leader_problems leader_use
    leave_share literacy margin market_share market_use mass_effect mean_portfolio mobility_in_force
    mobility_loss_of_basic money_share national_sector_adoption need_diversity open_data open_scenes
    organisation_adoption organisation_potential own_openness own_origin_share partner_share partnership
    passage person_potential pilot_passage plan platform_access platform_concentration platform_sharing
    policy_following policy_switch portfolio_evenness private_mix private_share_of_research problems
    public_share_of_capital public_share_of_research public_stage_share pull_share quality_marks
    regional_adoption regional_adoption_gini regional_literacy regional_portfolio regional_talent_gap
    regional_trust regulation release_in_force rent roles_in_force room route_concentration_hhi
    route_lead_probability route_share rule_influence safety_in_force scale_belief scarcity scouting
    sector_adoption sector_data securitisation_in_force share_wanted shortage_target signal_clarity
    south_adoption south_dependence staff_share stage_talent_mismatch standing store_share
    subsidy_in_force survival_by_subsidy talent_share target_share teaching_of_country teaching_share
    threat tolerance_in_force top_talent_share_at_home top_talent_share_by_origin trade_in_force
    trained_workers trust usable_stack use_belief use_intensity use_of_organisations use_part
    use_potential usefulness utilisation valley_survival venture_survival visibility visible_success
    weight_share withdrawal zombie_share zone_share_west
"""
SHARES = frozenset(SHARE_NAMES.split())
"""Parts of a whole: variables without unit that are neither below 0 nor above 1."""


def amounts(equations: Equations) -> list[str]:
    """Give the stocks that count or measure something: not logarithms, not signed quantities."""
    return [
        name
        for name, variable in equations.variables.items()
        if variable.kind == "stock" and not name.startswith("ln_") and name not in SIGNED
    ]


def infinite(saved: Mapping[str, Array]) -> list[str]:
    """Give the variables that have a number which is not finite."""
    return [name for name, values in saved.items() if not np.isfinite(values).all()]


def negative(saved: Mapping[str, Array], stocks: Sequence[str]) -> list[str]:
    """Give the stocks that fall below zero, with their lowest value."""
    return [f"{name} {saved[name].min():.3g}" for name in stocks if saved[name].min() < 0]


def outside(saved: Mapping[str, Array]) -> list[str]:
    """Give the shares that leave the range from 0 to 1 by more than rounding, with their ends."""
    return [
        f"{name} from {saved[name].min():.3g} to {saved[name].max():.3g}"
        for name in sorted(SHARES)
        if saved[name].min() < -ROUNDING or saved[name].max() > 1 + ROUNDING
    ]
