"""Which variables have bounds by their nature: amounts that are not below zero, shares from 0 to 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from twintrack.equations import Equations
from twintrack.equations.structure import Array

ROUNDING = 1e-9

SIGNED = {
    "capability_by_route",
    "general_capability",
    "passing_time",
    "perceived_payoff",
    "public_confidence",
    "recent_capability",
    "recent_index",
}
"""Stocks of orders of magnitude and of their trends, of what is counted from the start, and of times that
may lie before it."""

SHARE_NAMES = """
    absorptive_capacity accelerator_share access access_to_foreign_knowledge adoption_rate affordability
    attraction_effect automation basic_part beyond_knee bridge_money chase combination_in_force
    combination_weight compute_claim compute_kept contest_share coupling coupling_of_country
    demand_orientation development_cost_share disclosure displaced_share domestic_demand_share
    domestic_stack_share domestic_yield door_in_force drive_to_scale duplication_index
    effective_catchup_share entry_mix evidence_share evidence_weight execution export_control felt_harm
    foreign_openness found fund_effect history_share hollow_share home_service_share home_share
    idle_share imitation_credit inclusion inclusion_effect inference_share layman_access leader_answer
    leader_openness_policy leave_share licence literacy long_cycle margin market_share market_use
    mass_effect opened openness_of_country order_effect organisation_adoption organisation_potential
    organisation_use own_mix own_origin_share patience_effect person_potential plan plan_weight
    platform_concentration policy_switch private_mix problems programme_in_force programme_level
    programme_reach protection public_stage_share rank_prize rent room route_concentration_hhi
    route_floor_in_force route_open route_share scale_belief scouting_of_country seen_use share_wanted
    shared_data shared_data_at_start shortage_target standing subsidy_in_force target_share threat
    tool_control top_talent_share_at_home top_talent_share_by_origin usable_stack use_belief
    use_intensity use_of_organisations use_potential usefulness valley_survival visa_restriction
    visibility weight_share zombie_share
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
