"""Extreme conditions of each sector: zero in, nothing out; too much in, a ceiling holds; numbers stay finite.

Constants outside world.yaml are set here too, so these runs use the NumPy engine, which needs no compilation.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from twintrack.engines.numpy_engine import NumpyEngine
from twintrack.equations import Equations
from twintrack.model import Model

Saved = dict[str, np.ndarray]


class Laboratory:
    """Runs the bare equations with any of their constants changed, at a step of a quarter of a year."""

    def __init__(self, equations: Equations) -> None:
        self.engine = NumpyEngine(equations)
        self.defaults = equations.defaults

    def run(self, **constants: float | Mapping[int, float]) -> Saved:
        """Give all variables, run axis dropped; a number fills an array constant whole."""
        arrays = {name: np.full_like(self.defaults[name], value) for name, value in constants.items()}
        saved = self.engine.run(arrays, {}, time_step=0.25)
        return {name: values[..., 0] for name, values in saved.items()}


@pytest.fixture(scope="module")
def laboratory(equations: Equations) -> Laboratory:
    return Laboratory(equations)


@pytest.fixture(scope="module")
def central(laboratory: Laboratory) -> Saved:
    return laboratory.run()


def test_frontier_without_growth_stands_still(laboratory: Laboratory) -> None:
    cost = laboratory.run(cost_growth_factor=1.0)["frontier_run_cost"]
    np.testing.assert_allclose(cost, cost[0], rtol=1e-12)


def test_frontier_cost_never_outgrows_the_leader(laboratory: Laboratory) -> None:
    saved = laboratory.run(cost_growth_factor=10.0)
    assert (saved["frontier_run_cost"] * 0.0072 <= 1.3 * 0.06 * saved["leader_capital"].max()).all()


def test_who_is_ahead_imitates_nothing_and_is_imitated(laboratory: Laboratory) -> None:
    saved = laboratory.run(initial_stage_ratio=5.0)
    assert saved["imitation"][0].max() == 0.0
    assert saved["leader_imitation_growth"][0].min() > 0.0


def test_no_money_for_accelerators_lets_the_stock_decay(laboratory: Laboratory) -> None:
    saved = laboratory.run(accelerator_share_base=0.0, accelerator_share_gain=0.0)
    stock = saved["accelerator_stock"]
    np.testing.assert_allclose(stock, stock[0] * (1 - 0.25 / 5) ** np.arange(len(stock))[:, None], rtol=1e-9)


def test_full_embargo_stops_imports(laboratory: Laboratory) -> None:
    saved = laboratory.run(export_control_future=1.0, rationing=1.0, smuggling_share=0.0)
    late = saved["calendar_year"] >= 2028
    np.testing.assert_allclose(saved["legal_imports"][late], 0.0, atol=1e-9)
    assert (saved["private_chip_money"][late] > 0).all(), "idle money must look for domestic chips"
    assert np.isfinite(saved["capability_index"]).all()


def test_no_money_for_chips_ends_domestic_output(laboratory: Laboratory) -> None:
    saved = laboratory.run(domestic_chip_invest=0.0, chip_diversion=0.0)
    assert (np.diff(saved["domestic_capacity"][20:]) < 0).all()


def test_no_students_means_the_staff_runs_out(laboratory: Laboratory, central: Saved) -> None:
    saved = laboratory.run(initial_students=1e-9, initial_market_enrolment=1e-9, talent_training=0.0)
    staff = saved["skilled_staff"].sum(axis=1)
    assert (np.diff(staff) < 0).all()
    assert saved["capability_index"][-1] < central["capability_index"][-1]


def test_closed_doors_keep_everyone(laboratory: Laboratory) -> None:
    saved = laboratory.run(leave_share_base=0.0)
    np.testing.assert_allclose(saved["leaving"], 0.0)


def test_no_money_at_all(laboratory: Laboratory) -> None:
    money = ["fiscal_ai_rd", "ai_public_fund", "patient_capital", "domestic_chip_invest", "talent_training"]
    money += [
        "talent_attraction",
        "inclusive_support",
        "capital_reference",
        "reinvestment_share",
        "index_cost",
    ]
    saved = laboratory.run(**dict.fromkeys(money, 0.0))
    assert saved["public_cost"].max() < 1e-9 + saved["subsidy_outlay"].max()
    assert saved["research_money"][-1].sum() < 1e-6
    assert saved["creation"][-1].max() < 1e-3 * saved["leader_creation"][-1].max()


def test_a_flood_of_money_meets_people_and_compute(laboratory: Laboratory, central: Saved) -> None:
    """A thousand times the public money: effort stays under what the people at work can carry."""
    saved = laboratory.run(fiscal_ai_rd=60e3)
    carried = saved["talent_effort"] * 0.4 ** (1 / -0.5)
    assert (saved["research_scale"] <= carried * (1 + 1e-9)).all()
    assert saved["research_scale"][-1].max() < 100 * central["research_scale"][-1].max()


def test_without_access_nothing_is_imitated(laboratory: Laboratory) -> None:
    saved = laboratory.run(imitation_rate=0.0, commons_gain=0.0)
    np.testing.assert_allclose(saved["imitation"], 0.0)
    assert (saved["own_origin_share"] > 0.999).all()


def test_exhausted_routes_yield_nothing_more(laboratory: Laboratory) -> None:
    saved = laboratory.run(route_ceiling=4.0)
    assert saved["leader_capability"].max() <= 4.0
    assert saved["capability_by_route"].max() <= 4.0


@pytest.mark.parametrize("share", [0.0, 1.0])
@pytest.mark.parametrize("breadth", [0.0, 1.0])
def test_any_portfolio_is_a_portfolio(laboratory: Laboratory, share: float, breadth: float) -> None:
    routes = laboratory.run(catchup_share=share, portfolio_breadth=breadth)["route_share"]
    assert routes.min() >= 0
    np.testing.assert_allclose(routes.sum(axis=1), 1.0, atol=1e-12)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_governance_stocks_stay_between_zero_and_one(
    laboratory: Laboratory, model: Model, level: float
) -> None:
    names = [name for name, lever in model.levers.items() if lever.kind == "index"]
    saved = laboratory.run(**dict.fromkeys(names, level))
    stocks = [
        "own_openness",
        "release_in_force",
        "tolerance_in_force",
        "agility_in_force",
        "trust",
        "coupling",
    ]
    for name in [*stocks, "usable_stack", "domestic_yield", "incidents", "standing"]:
        assert saved[name].min() >= 0, name
        assert saved[name].max() <= 1, name


def test_nobody_adopts_what_nobody_can_use(laboratory: Laboratory) -> None:
    saved = laboratory.run(
        literacy_base=1e-9, literacy_growth=0.0, inclusion_gain=0.0, initial_organisation_adoption=0.0
    )
    assert saved["adoption_rate"].max() < 1e-6
    assert saved["ai_enabled_output"].max() < 1e-3


def test_adoption_stays_within_its_potential(laboratory: Laboratory) -> None:
    saved = laboratory.run(person_innovation=3.0, organisation_imitation=3.0, literacy_growth=0.2)
    assert saved["adoption_rate"].max() <= 0.85 + 1e-9
    assert saved["organisation_adoption"].max() <= 1.0
    assert saved["literacy"].max() <= 1.0


def test_crowding_takes_the_margin_and_ends_entry(laboratory: Laboratory, central: Saved) -> None:
    crowded = laboratory.run(crowding_models=1.0)
    assert crowded["margin"][-1] < 0.1
    assert crowded["project_starts"][-1] < 0.5 * central["project_starts"][-1]


def test_corners_of_the_world_keep_every_number_finite(model: Model) -> None:
    """Three hundred worlds with every parameter at one end of its range."""
    worlds = model.sample_worlds(300, seed=3)
    rng = np.random.default_rng(11)
    for name in worlds:
        worlds[name] = rng.choice(model.world[name].range, size=len(worlds))
    variables = ["capability_index", "knowledge", "leader_knowledge", "accelerator_stock", "skilled_staff"]
    variables += ["route_share", "ai_industry_size", "adoption_rate", "public_cost_pv", "private_capital"]
    outputs = [label for name in variables for label in model.equations.variables[name].labels]
    data = model.ensemble(["baseline", "catchup_explore_open"], worlds=worlds, outputs=outputs)
    for name, values in data.data_vars.items():
        assert np.isfinite(values).all(), name
        if name != "capability_index":
            assert float(values.min()) >= 0, name
