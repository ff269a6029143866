"""Why a constant may move nothing, or may move a headline outcome without being drawn."""

from __future__ import annotations

from collections.abc import Mapping

STILL: Mapping[str, str] = {
    "guards against dividing by nothing": "tiny progress_floor",
    "smooths a step, so that it does not jump with the time step": "knee_width passing_width use_width",
    "shares: scaled as a whole they stay as they are": "initial_route_share plan_split",
    "a beginning, forgotten by 2030": (
        "home_share_at_start initial_accelerators initial_junior_share initial_top_abroad initial_top_at_home"
    ),
    "counts only what is published: a bill, a level passed, a trend": (
        "energy_share_of_run level_height reference_staff_cost trend_time wage_ratio"
    ),
    "strength of a lever or an answer, which the six settings move little": (
        "access_by_rules alarm_by_packages appetite_gain breadth_gain closure_distrust closure_effect "
        "coupling_gain data_by_opening long_work_gain near_sight programme_load protection_drag quality_gain "
        "recombination_weight release_reach_gain repeated_work retrain_by_courses rivalry_speed "
        "rule_by_safety safety_effect scene_gain topic_gain trial_gain trust_by_openness trust_by_partners "
        "valuation_by_market weak_selection"
    ),
    "a limit or a threshold that is far in the central world, and near in others": (
        "access_to_leader bar_bill capital_limit_share concentration_floor credit_pull door_half "
        "door_time half_shift highest_evidence_weight leader_reading least_share lean_closing_time "
        "pressure_pull"
    ),
    "use is near its potential by 2030, however it came there": (
        "data_by_use data_need inclusion_time leader_use_time organisation_innovation person_innovation "
        "price_response"
    ),
    "a weight among several that replace one another": (
        "applied_share_of_top compute_weight crowding_cost foreign_commons_weight information_error "
        "iteration_strength pay_trend problem_need scarcity_gain scarcity_half stage_need vertical_offset"
    ),
}
"""Constants, with blanks between, by the reason for which a fifth more or less of them moves nothing."""

DEFINED: Mapping[str, str] = {
    "a definition": "future_start number_of_routes shock_horizon",
    "shares of a whole: a fifth more of all is no share": (
        "leader_stage_share region_weight stage_weight use_weight"
    ),
    "relative to a mean that stays": "schooling",
    "national accounts": "initial_gdp",
}
"""Constants that are not drawn though they move a headline outcome, by the reason."""


def reason(name: str, reasons: Mapping[str, str]) -> str:
    """Give the reason for a constant, "" if there is none."""
    return next((why for why, names in reasons.items() if name in names.split()), "")
