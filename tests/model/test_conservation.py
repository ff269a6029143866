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
    assert error.max() <= 1e-12 * variables["purse_sources"].max()


def test_public_cost_is_the_sum_of_all_public_money(variables: pd.DataFrame) -> None:
    parts = [
        *("public_research_money", "public_fund_money", "patient_money", "chip_money", "training_money"),
        *("attraction_money", "inclusion_money", "procurement_money", "local_money"),
        *("subsidy_outlay", "index_running_cost"),
    ]
    spent = variables[parts].sum(axis=1) - variables["recycled_money"]
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


def test_services_in_use_are_of_one_country_or_the_other(variables: pd.DataFrame) -> None:
    for market in ("home_market", "leader_market", "rest_market"):
        whole = sum(variables[f"weight_share[{country},{market}]"] for country in ("home", "leader"))
        np.testing.assert_allclose(whole, 1.0, rtol=1e-12, err_msg=market)


def test_what_flows_back_from_taxes_is_a_part_of_them(variables: pd.DataFrame) -> None:
    """It is neither counted as a cost of the strategy nor paid before taxes come in."""
    back, tax = variables["recycled_money"], variables["fiscal_return"].clip(lower=0)
    assert (back >= 0).all() and (back <= tax).all() and back.iloc[-1] > 0
    assert (back[back.index <= 2026] == 0).all()
