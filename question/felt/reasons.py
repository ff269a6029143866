"""Why a constant may move nothing, or may move a headline outcome without being drawn."""

from __future__ import annotations

from collections.abc import Mapping

FELT_WHEN_CUT = "a fifth of the link is not felt, the whole of it is: a cut of model/mechanisms.csv"
FELT_AT_AN_END = "a fifth of it is small beside the spread of worlds; an end of its range is felt"

STILL: Mapping[str, str] = {
    FELT_WHEN_CUT: (
        "breadth_gain closure_distrust closure_effect coupling_gain credit_pull critical_mass "
        "crowd_in crowding_cost data_by_opening data_by_use data_need foreign_commons_weight "
        "grant_gain highest_evidence_weight inclusion_time information_error iteration_strength "
        "long_work_gain money_pull people_need person_innovation plan_split pressure_pull "
        "quality_gain recombination_weight reference_staff_cost release_reach_gain repeated_work "
        "retrain_by_courses rivalry_speed scarcity_gain scene_gain stage_need "
        "subsidy_additionality topic_gain trial_gain trust_by_partners valuation_by_market"
    ),
    FELT_AT_AN_END: "absorption_half inference_load reciprocity rent_cross switch_time top_weight",
    "a fifth of it is small beside the spread of worlds; half or all of it is felt": (
        "accelerator_share_base access_by_release applied_part leader_release licence_width skilled_exit_rate"
    ),
    "a guard against dividing by nothing": "progress_floor tiny",
    "smooths a step, so that it does not jump with the time step": "use_width",
    "shares of a whole, which scaling leaves as they are": "initial_route_share",
    "the state of 2016, or what moves the first years only": (
        "home_share_at_start initial_accelerators initial_junior_share initial_revenue "
        "initial_top_abroad initial_top_at_home organisation_innovation"
    ),
    "how fast, or from where it is counted; not how far it goes": (
        "capital_time door_time future_phase half_shift index_trend_time leader_use_time lean_closing_time "
        "level_height study_time trend_time"
    ),
    "dates of turns that the central world does not take; drawn worlds do": "period_start",
    "a part of a bill that is shown": "energy_share_of_run reference_run_cost wage_ratio",
    "strength of a lever or of an answer to it, which these settings move little": (
        "access_by_rules alarm_by_packages appetite_gain door_half near_sight programme_load protection_drag "
        "rule_by_safety safety_effect weak_selection"
    ),
    "a bound that is far off in the central world; it binds in others": "capital_limit_share",
    "weak: no better reason than that a law of several parts needs all of them": (
        "access_to_leader applied_share_of_top bar_bill compute_weight leader_reading least_share pay_trend "
        "price_response problem_need scarcity_half vertical_offset"
    ),
}
"""Constants, with blanks between, by the reason for which a fifth more or less of them moves nothing."""

DEFINED: Mapping[str, str] = {
    "a definition": "future_start number_of_routes shock_horizon",
    "shares of a whole: a fifth more of all is no share": (
        "leader_stage_share region_weight stage_weight use_weight"
    ),
    "relative to a mean that stays": "schooling",
    "national accounts": "gdp_growth_before initial_gdp",
}
"""Constants that are not drawn though they move a headline outcome, by the reason."""


def reason(name: str, reasons: Mapping[str, str]) -> str:
    """Give the reason for a constant, "" if there is none."""
    return next((why for why, names in reasons.items() if name in names.split()), "")
