"""Twenty ways in which a model of this kind becomes a toy, and for each a test that this one is none.

Three are tested elsewhere: that waste is made of parts that were money (18, test_conservation.py), that
openness has a price (4, test_openness.py), and that anchors are kept apart from validation (20): the anchors
that equations were set with are in test_history.py, and agreement with them is no validation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from field_tests.laboratory import Laboratory, Saved
from twintrack.equations import Equations
from twintrack.equations.structure import Expr, Reference
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs.equal_cost import COST, equal_cost

pytestmark = pytest.mark.slow

HOME, LEADER = 0, 1
ABLE = {"admin_capacity": 12.0}
"""An administration that carries many programmes: what one of them does is not what it takes from others."""

ROOMY = {"route_ceiling[scale]": 24.0, "route_ceiling[lean]": 12.0, "route_ceiling[embodied]": 10.0}
CASES = {
    "central": {},
    "leader explores": {"leader_exploration": 0.5},
    "leader does not explore": {"leader_exploration": 0.0},
    "close": {"initial_stage_ratio": 0.7},
    "far": {"initial_stage_ratio": 0.2},
    "out of sight": {"initial_stage_ratio": 0.005},
    "many students": {"talent_training": 200.0},
    "crowds out": {"patient_capital": 200.0},
    "subsidy": {"subsidy_rate": 0.8, "performance_condition": 0.0},
    "grant": {"fiscal_ai_rd": 120.0},
    "dear": {"hardware_growth_factor": 1.1},
    "unschooled": {"literacy_base": 0.1},
    "not yet usable": {"usable_level": 12.0},
}


@pytest.fixture(scope="module")
def cases(laboratory: Laboratory) -> dict[str, Saved]:
    return laboratory.runs(CASES)


def last(
    model: Model,
    strategy: str | Strategy = "baseline",
    world: dict[str, float] | None = None,
    **levers: float,
) -> pd.Series:
    return model.run(strategy, world=world or {}, **levers).outcomes.iloc[-1]


def readers(equations: Equations, name: str) -> set[str]:
    """Give the variables whose equations read a variable, initial values and flows included."""

    def reads(expression: Expr | None) -> bool:
        if expression is None:
            return False
        if isinstance(expression, Reference) and expression.variable == name:
            return True
        return any(reads(child) for child in expression.children)

    found = {
        variable
        for variable, parts in equations.components.items()
        if any(reads(part.expression) for part in parts)
    }
    for state in equations.states:
        if any(reads(given) for given in (state.initial, *state.inputs.values())):
            found.add(state.variable)
    return found - {name}


def test_trap_01_cost_of_the_frontier_has_a_limit_and_algorithms_get_cheaper(central: Saved) -> None:
    """The frontier's cost rises to a limit; algorithms and hardware make a given capability cheaper."""
    growth = np.diff(np.log(central["frontier_run_cost"]))
    assert 0 < growth[-1] < 0.5 * growth[0]
    assert (central["leader_algorithmic_growth"] > 0).all()
    assert (np.diff(central["base_price"]) < 0).all()


def test_trap_02_a_gap_may_open_and_the_leader_moves(model: Model, cases: dict[str, Saved]) -> None:
    """Imitation is strongest at a middle distance; the leader's exploration moves it from road to road."""
    pace = {name: cases[name]["imitation_growth"][0, HOME, 0, 0] for name in CASES}
    assert pace["far"] > pace["close"] > 0
    assert pace["far"] > 1.5 * pace["out of sight"]
    wide, narrow = (
        cases[name]["capability_by_route"][-1, LEADER] for name in CASES if name.startswith("leader")
    )
    assert narrow[0] > wide[0] + 0.1
    # The lean road is left out: it gains by what the leader learns on the main one.
    assert (wide[2:4] > narrow[2:4] + 0.1).all()
    gaps = [last(model, name, ROOMY)["capability_gap"] for name in ("pure_exploration", "pure_catchup")]
    assert gaps[0] > gaps[1] + 0.1


def test_trap_03_exploration_needs_a_critical_mass_and_more_is_not_better(model: Model) -> None:
    """Effort spread over the routes is lost where a route needs much of it at once."""

    def gain(mass: float) -> float:
        world = {"critical_mass": mass}
        capability = [last(model, "baseline", world, catchup_share=x)["capability_index"] for x in (0.2, 0.9)]
        return capability[0] - capability[1]

    assert gain(0.15) < gain(0.01) - 0.02
    steps = [last(model, "baseline", None, catchup_share=x) for x in np.linspace(0, 1, 6)]
    changes = np.diff([step["capability_index"] for step in steps])
    assert np.abs(changes).max() > 2 * np.abs(changes).min(), "no share yields in proportion"


def test_trap_05_knowledge_that_is_used_stays_and_coupling_does_not_explode(model: Model) -> None:
    """Nothing drains the basic stage when stages are coupled, and the gain of the loop is bounded."""
    levers = dict.fromkeys(("two_way_mobility", "alliance_support"), 1.0)
    coupled, apart = (
        model.run("baseline", world={**ABLE, "helix_gain": gain}, **levers).variables
        for gain in (model.world["helix_gain"].high, 0.0)
    )
    basic = "knowledge[home,scale,basic]"
    assert coupled[basic].iloc[-1] > apart[basic].iloc[-1]
    assert coupled["coupling"].max() <= 1
    growth = coupled.filter(regex=r"^knowledge_growth\[").loc[2035:]
    assert growth.to_numpy().max() < 0.5


def test_trap_06_people_of_one_country_are_not_also_in_another(cases: dict[str, Saved]) -> None:
    """Top researchers work in one place, and more students do not make more places at the top."""
    central, crowd = cases["central"], cases["many students"]
    whole = [
        case["top_talent_at_home"] + case["top_talent_abroad"] + case["top_talent_elsewhere"]
        for case in (central, crowd)
    ]
    np.testing.assert_allclose(whole[0], central["top_talent_of_the_world"], rtol=1e-12)
    np.testing.assert_allclose(whole[1], whole[0], rtol=1e-12)
    assert crowd["top_talent_elsewhere"][-1] < central["top_talent_elsewhere"][-1]


def test_trap_07_money_crowds_out_and_a_subsidy_is_no_grant(cases: dict[str, Saved]) -> None:
    """A unit of patient public money draws in less private money as the public part grows.

    And a unit of grants is more research than a unit of subsidies is.
    """
    drawn = {
        name: cases[name]["crowded_in"][-1] / cases[name]["patient_money"][-1]
        for name in ("central", "crowds out")
    }
    assert 0 < drawn["crowds out"] < drawn["central"] - 0.02
    base, subsidy, grant = cases["central"], cases["subsidy"], cases["grant"]
    assert subsidy["zombie_share"][-1] > grant["zombie_share"][-1] + 0.02

    def research_for_money(case: Saved) -> float:
        research = case["total_research_money"][-1, HOME] - base["total_research_money"][-1, HOME]
        return float(research / (case["public_cost"][-1] - base["public_cost"][-1]))

    assert research_for_money(grant) > research_for_money(subsidy)


def test_trap_08_the_number_of_models_makes_nothing(equations: Equations) -> None:
    assert readers(equations, "registered_models") == set()
    assert "margin" in readers(equations, "active_models")
    outputs = {"ai_enabled_output", "capability_index", "creation", "ai_industry_size", "organisation_uptake"}
    for count in ("active_models", "zombie_models", "projects", "registrations"):
        assert readers(equations, count).isdisjoint(outputs), count


def test_trap_09_lock_in_has_no_threshold(model: Model) -> None:
    """Concentration follows the share that catches up without a jump or a kink anywhere."""
    shares = np.linspace(0.4, 1.0, 13)
    concentration = [last(model, catchup_share=x)["route_concentration_hhi"] for x in shares]
    steps = np.diff(concentration)
    assert steps[-1] > 0.01
    assert np.abs(np.diff(steps)).max() < 0.25 * np.ptp(steps)


def test_trap_10_regions_compete_and_cooperate_at_once(policies: dict[str, Saved]) -> None:
    """Two levers: each moves its own side whatever the other does, and regions differ."""

    def level(case: str, name: str) -> float:
        return float(policies[case][name][-1])

    for rivals, others in (("rivals", "strangers"), ("friendly rivals", "friends")):
        assert level(rivals, "local_effort") > level(others, "local_effort") + 0.05
        assert level(rivals, "hollow_share") > level(others, "hollow_share") + 0.05
    for one_market, many in (("friendly rivals", "rivals"), ("friends", "strangers")):
        assert level(one_market, "protection") < level(many, "protection") - 0.05
    assert policies["central"]["regional_gap"][-1] > 0.02


@pytest.mark.parametrize("case", ["dear", "unschooled", "not yet usable"])
def test_trap_11_who_can_adopt_depends_on_capability_price_and_skill(
    cases: dict[str, Saved], case: str
) -> None:
    reached = cases[case]["adoption_rate"]
    assert (
        reached[40] < 0.9 * cases["central"]["adoption_rate"][40]
        or reached[-1] < 0.9 * (cases["central"]["adoption_rate"][-1])
    )


def test_trap_12_institutions_take_years_and_money(model: Model) -> None:
    name = "programme_in_force[institutions]"
    base, more = (model.run("baseline", institutional_supply=x).variables for x in (0.4, 1.0))
    raised = (more[name] - base[name])[[2028.0, 2030.0, 2040.0]]
    assert raised[2028.0] < 0.3 * raised[2040.0]
    assert raised[2030.0] < 0.7 * raised[2040.0]
    assert (more["public_cost"] - base["public_cost"])[2029.0] > 1.0


def test_trap_13_chips_of_ones_own_are_not_capability(model: Model) -> None:
    """More domestic chips may come with less capability; what cannot be programmed does not count."""
    base, closed = last(model), last(model, own_securitisation=1.0, trade_openness=0.0)
    assert closed["domestic_stack_share"] > base["domestic_stack_share"]
    assert closed["capability_index"] < base["capability_index"]
    with_stack, without = (last(model, software_stack_support=x) for x in (1.0, 0.0))
    assert with_stack["domestic_stack_share"] > 1.2 * without["domestic_stack_share"]


def test_trap_14_data_count_as_far_as_they_can_be_used(
    policies: dict[str, Saved], equations: Equations
) -> None:
    """There is no heap of data that grows by itself: what is opened, and not walled off, can be used."""
    base, shared, walled = (
        policies[name]["data_richness"][-1] for name in ("central", "opened data", "data behind walls")
    )
    assert shared > base + 0.02 and walled < base - 0.02
    assert readers(equations, "data_richness") == {"uptake_speed"}


def test_trap_15_counts_feed_nothing(equations: Equations) -> None:
    """Filed models, and models that merely stay, are counted; capability and output read neither."""
    assert readers(equations, "registered_models") == set()
    assert readers(equations, "zombie_share") == {"waste_by_zombies"}


def test_trap_16_coordination_ends_duplication_and_errs(model: Model) -> None:
    """It ends duplication. Where the centre errs least, some adds output and more does not; else it costs."""

    def outcome(name: str, level: float, error: float) -> float:
        world = {**ABLE, "information_error": error}
        return float(last(model, "baseline", world, central_coordination=level)[name])

    wise, blind = 0.05, 0.45
    for centre in (wise, blind):
        assert outcome("duplication_index", 1, centre) < 0.9 * outcome("duplication_index", 0, centre)
    none, half, full = (outcome("ai_enabled_output", level, wise) for level in (0.0, 0.5, 1.0))
    assert half > 1.01 * none and full - half < 0.5 * (half - none)
    assert outcome("capability_index", 1, blind) < outcome("capability_index", 0, blind) - 0.015


def capability_lost_to_controls(model: Model, world: dict[str, float]) -> pd.Series:
    loose, tight = (
        model.run("baseline", world={**world, "export_control_future": x}).outcomes["capability_index"]
        for x in (0.2, 0.95)
    )
    return loose - tight


def test_trap_17_controls_call_their_own_answer(model: Model) -> None:
    """Compute is lost at once; money turns to domestic chips, and engineers do more with less, later.

    Engineers win back a part of the capability lost, which is past its peak by 2040. Chips made at home are
    paid for with research: they are compute that nobody can cut off, and no capability by then.
    """
    loose, tight = (model.run("baseline", world={"export_control_future": x}).variables for x in (0.2, 0.95))
    at_work = "effective_compute[home]"
    assert tight[at_work][2029.0] < 0.8 * loose[at_work][2029.0]
    for answer in ("domestic_capacity", "scarcity", "domestic_stack_share"):
        assert tight[answer][2040.0] > 1.1 * loose[answer][2040.0], answer
    lost = capability_lost_to_controls(model, {})
    assert 0 < lost[2040.0] < 0.99 * lost.max()
    assert lost[2040.0] < capability_lost_to_controls(model, {"scarcity_gain[lean]": 0.0})[2040.0] - 0.001
    kept = [
        model.run("baseline", world={"export_control_future": 0.95, "chip_diversion": share}).outcomes[
            "compute_kept"
        ]
        for share in (0.0, 0.8)
    ]
    assert kept[1][2040.0] > kept[0][2040.0] + 0.02


def test_trap_17_controls_move_sales_as_well_as_chips(model: Model) -> None:
    """What the follower loses in capability shows in whose services the rest of the world uses."""
    shares = [
        model.run("baseline", world={"export_control_future": x})
        .variables["weight_share[leader,rest_market]"]
        .iloc[-1]
        for x in (0.2, 0.95)
    ]
    assert shares[1] > shares[0]


def test_trap_19_strategies_are_compared_at_equal_cost_and_over_several_horizons(model: Model) -> None:
    """The order of strategies turns with the budget rule and with the year."""
    names = ["pure_catchup", "pure_exploration", "catchup_explore_open", "english", "involution"]
    scaled = [equal_cost(model, name)[0] for name in names]
    costs = [last(model, plan)[COST] for plan in scaled]
    assert costs == pytest.approx([costs[0]] * len(costs), rel=1e-6)

    def order(plans: Sequence[str | Strategy], year: float) -> list[str]:
        values = pd.Series(
            {
                name: model.run(plan).outcomes["capability_index"][year]
                for name, plan in zip(names, plans, strict=True)
            }
        )
        return list(values.sort_values().index)

    assert any(order(scaled, year) != order(names, year) for year in (2030.0, 2040.0))
    assert order(names, 2030.0) != order(names, 2040.0)
