"""Why a constant may move nothing, or may move a headline outcome without being drawn."""

from __future__ import annotations

from collections.abc import Mapping

FELT_WHEN_CUT = "a fifth of the link is not felt, the whole of it is: a cut of model/mechanisms.csv"
FELT_AT_AN_END = "a fifth of it is small beside the spread of worlds; an end of its range is felt"

STILL: Mapping[str, str] = {
    FELT_WHEN_CUT: (
        "capital_response credit_pull crowd_in enrolment_response grant_gain inclusion_time "
        "information_error long_work_gain money_pull pressure_pull pull_by_packages recombination_weight "
        "rent_by_concentration scarcity_gain stage_need subsidy_additionality topic_shift"
    ),
    "the whole of it decides between ways to let regions compete": "protection_drag",
    "a part of the treasury's balance": "jobless_support",
    "the state of 2016, or what moves the first years only": "initial_top_abroad initial_top_at_home",
    "how fast, or from where it is counted; not how far it goes": (
        "capital_time future_phase habit_time skilled_exit_rate study_time"
    ),
    "dates of turns that the central world does not take; drawn worlds do": "period_start",
    FELT_AT_AN_END: "inference_load initial_revenue price_sensitivity return_rate",
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
