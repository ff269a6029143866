"""Money, people, chips, firms and shares are neither made nor lost.

Runs of the NumPy engine with the step as long as the interval of saved results: each saved flow is then the
one that was integrated, and from one saved time to the next a stock changes by its flows and nothing else.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from field_tests.conservation import (
    FLOWS,
    SHARES,
    conservation_run,
    residual,
    share_error,
    with_inner_flows,
)
from twintrack.model import Model, Run

pytestmark = pytest.mark.slow

STRATEGIES = ("baseline", "pure_catchup", "pure_exploration", "catchup_explore_open", "new_national_system")


@pytest.fixture(scope="module", params=STRATEGIES)
def run(request: pytest.FixtureRequest, model: Model) -> Run:
    return conservation_run(model, request.param)


@pytest.fixture(scope="module")
def variables(run: Run) -> pd.DataFrame:
    return with_inner_flows(run)


@pytest.mark.parametrize("what", FLOWS)
def test_stocks_change_by_their_declared_flows_and_nothing_else(
    variables: pd.DataFrame, model: Model, what: str
) -> None:
    assert residual(variables, what, model.equations.time.save_step) <= 1e-9


def test_uses_of_the_purse_sum_to_its_sources(variables: pd.DataFrame) -> None:
    error = (variables["purse_sources"] - variables["purse_uses"]).abs()
    assert error.max() <= 1e-10 * variables["purse_sources"].max()


def test_public_cost_is_the_sum_of_all_public_money(variables: pd.DataFrame) -> None:
    parts = [
        *("public_research_money", "public_fund_money", "patient_money", "chip_money", "training_money"),
        *("attraction_money", "inclusion_money", "procurement_money", "relief_outlay", "local_money"),
        *("subsidy_outlay", "index_running_cost"),
    ]
    spent = variables[parts].sum(axis=1) - variables["returned_money"]
    np.testing.assert_allclose(spent, variables["public_cost"], rtol=1e-12)


def test_every_money_lever_is_public_cost(model: Model) -> None:
    """A billion more a year costs more than it did, whatever it is spent on."""
    baseline = model.run("baseline").outcomes["public_cost_pv"].iloc[-1]
    for name, lever in model.levers.items():
        if lever.kind == "money":
            cost = model.run("baseline", **{name: lever.baseline + 10}).outcomes["public_cost_pv"].iloc[-1]
            assert cost > baseline + 50, name


def test_waste_is_the_sum_of_its_four_parts_and_each_part_was_money(variables: pd.DataFrame) -> None:
    uses = {
        "waste_by_zombies": "subsidy_outlay",
        "waste_by_idle_compute": "accelerator_outlay",
        "waste_past_saturation": "total_research_money[home]",
        "waste_by_hollow_projects": "public_research_money",
    }
    np.testing.assert_allclose(variables[list(uses)].sum(axis=1), variables["waste"], rtol=1e-12)
    for part, use in uses.items():
        assert (variables[part] >= 0).all(), part
        assert (variables[part] <= variables[use]).all(), part


@pytest.mark.parametrize("name", SHARES)
def test_shares_sum_to_one(variables: pd.DataFrame, name: str) -> None:
    # A little money keeps the mix of entries defined when there is none.
    assert share_error(variables, name) <= (1e-6 if name == "entry_mix" else 1e-12)


def test_moves_keep_the_number_of_people(variables: pd.DataFrame) -> None:
    for name in ("stage_move", "talent_move"):
        moves = variables.filter(regex=rf"^{name}\[").sum(axis=1)
        np.testing.assert_allclose(moves, 0.0, atol=1e-9, err_msg=name)


def test_what_sites_hold_is_built_and_retired_like_the_plan_says(
    variables: pd.DataFrame, model: Model
) -> None:
    """Site capacity follows its plan with the time that building takes."""
    step = model.equations.time.save_step
    for zone in ("east", "west"):
        capacity, plan = variables[f"site_capacity[{zone}]"], variables[f"site_plan[{zone}]"]
        flow = (plan - capacity) / variables["site_time"]
        np.testing.assert_allclose(np.diff(capacity), step * flow[:-1], rtol=1e-9, atol=1e-6)


@pytest.fixture(scope="module")
def drawn(model: Model) -> pd.DataFrame:
    return model.run("baseline", world={"breakthrough_noise": 1.0}, engine="numpy").variables


@pytest.mark.parametrize("side", ["", "leader_"])
@pytest.mark.parametrize("route", ["scale", "lean", "embodied", "vertical"])
def test_drawn_breakthroughs_come_as_often_as_the_hazard_has_passed_a_threshold(
    drawn: pd.DataFrame, side: str, route: str
) -> None:
    """Each threshold lets one breakthrough in, spread over a little hazard; after the third they flow."""
    future = drawn[drawn.index >= 2026]
    hazard, width = future[f"{side}hazard_sum[{route}]"], drawn["arrival_width"].iloc[0]
    thresholds = drawn.filter(regex=rf"^{side}arrival_threshold\[{route},").iloc[0].to_numpy()
    assert len(thresholds) == 3

    def arrived(level: float) -> float:
        one_by_one = np.sum(1 / (1 + np.exp(-(level - thresholds) / width)))
        return float(one_by_one + width * np.logaddexp(0, (level - thresholds[-1]) / width))

    came = np.trapezoid(future[f"{side}breakthroughs[{route}]"], future.index)
    assert hazard.iloc[0] == 0
    assert came == pytest.approx(arrived(hazard.iloc[-1]) - arrived(0.0), abs=0.03)
    crossed = np.count_nonzero(hazard.iloc[-1] > thresholds)
    assert came == pytest.approx(crossed + max(0.0, hazard.iloc[-1] - thresholds[-1]), abs=0.5)
