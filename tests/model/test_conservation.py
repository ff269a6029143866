"""Money, people and shares are neither made nor lost."""

from __future__ import annotations

import numpy as np
import pytest

from twintrack.model import Model, Run

STRATEGIES = ("baseline", "pure_catchup", "pure_exploration", "catchup_explore_open")


@pytest.fixture(scope="module", params=STRATEGIES)
def run(request: pytest.FixtureRequest, model: Model) -> Run:
    return model.run(request.param, scenario="decoupling")


def test_uses_of_the_purse_sum_to_its_sources(run: Run) -> None:
    variables = run.variables
    error = (variables["purse_sources"] - variables["purse_uses"]).abs()
    assert error.max() <= 1e-10 * variables["purse_sources"].max()


def test_public_cost_is_the_sum_of_all_public_money(run: Run) -> None:
    parts = [
        "public_research_money",
        "public_fund_money",
        "patient_money",
        "chip_money",
        "training_money",
        "attraction_money",
        "inclusion_money",
        "subsidy_outlay",
        "index_running_cost",
    ]
    np.testing.assert_allclose(run.variables[parts].sum(axis=1), run.variables["public_cost"], rtol=1e-12)


def test_stage_and_route_shares_sum_to_one(run: Run) -> None:
    for name in ("route_share", "leader_share", "public_stage_share", "entry_mix", "development_cost_share"):
        total = run.variables.filter(regex=rf"^{name}\[").sum(axis=1)
        np.testing.assert_allclose(total, 1.0, atol=1e-6 if name == "entry_mix" else 1e-12, err_msg=name)


def test_moves_between_stages_keep_the_number_of_people(run: Run) -> None:
    moves = run.variables.filter(regex=r"^stage_move\[").sum(axis=1)
    np.testing.assert_allclose(moves, 0.0, atol=1e-9)


def test_people_change_only_by_declared_entries_and_exits(model: Model) -> None:
    """From step to step the stocks of people change by the entries less the exits, and by nothing else.

    With the step as long as the interval of saved results, each saved flow is the one that was integrated.
    """
    run = model.run("catchup_explore_open", time_step=model.equations.time.save_step, engine="numpy")
    variables = run.variables
    stocks = variables.filter(
        regex=r"^(students|juniors|skilled_staff\[.*\]|top_talent_at_home|top_talent_abroad)$"
    )
    top = variables["top_talent_at_home"] + variables["top_talent_abroad"]
    entries = variables["enrolment"]
    dropped_out = variables["graduation"] - variables["career_entry"]
    exits = (
        variables.filter(regex=r"^skilled_exit\[").sum(axis=1)
        + variables["top_exit_rate"] * top
        + dropped_out
    )
    people = stocks.sum(axis=1).to_numpy()
    flows = ((entries - exits) * model.equations.time.save_step).to_numpy()
    np.testing.assert_allclose(np.diff(people), flows[:-1], rtol=0, atol=1e-9 * people.max())
