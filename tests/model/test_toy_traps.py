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
    "no poaching": {"poaching_gain": 0.0, "move_rate": 0.0},
    "much poaching": {"poaching_gain": 3.0, "move_rate": 0.15},
    "crowds out": {"patient_capital": 200.0},
    "subsidy": {"subsidy_rate": 0.8, "performance_condition": 0.0},
    "grant": {"fiscal_ai_rd": 120.0},
    "dear": {"hardware_growth_factor": 1.1, "price_response": 0.6},
    "unschooled": {"literacy_base": 0.1},
    "not yet usable": {"usable_level": 12.0},
    "twice the data": {"data_growth": 0.3},
    "shared data": {"data_interoperability": 1.0, "public_data_opening": 1.0},
    "rivals": {"kpi_quality_weight": 0.0, "interregional_cooperation": 0.0},
    "friendly rivals": {"kpi_quality_weight": 0.0, "interregional_cooperation": 1.0},
    "friends": {"kpi_quality_weight": 1.0, "interregional_cooperation": 1.0},
    "strangers": {"kpi_quality_weight": 1.0, "interregional_cooperation": 0.0},
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


def test_trap_01_cost_has_a_frontier_a_fixed_capability_and_a_price_of_a_lag(central: Saved) -> None:
    """The frontier's cost rises to a limit, that of a fixed capability falls; who enters late pays less."""
    growth = np.diff(np.log(central["frontier_run_cost"]))
    assert 0 < growth[-1] < 0.5 * growth[0]
    assert (np.diff(central["fixed_capability_cost"]) < 0).all()
    parity = central["home_frontier_cost"] * central["bn_cny_per_musd"]
    assert (central["frontier_entry_threshold"][40:] < parity[40:]).all()


def test_trap_02_a_gap_may_open_and_the_leader_moves(model: Model, cases: dict[str, Saved]) -> None:
    """Imitation is strongest at a middle distance; the leader's exploration moves it from road to road."""
    pace = {name: cases[name]["imitation_growth"][0, HOME, 0, 0] for name in CASES}
    assert pace["far"] > pace["close"] > 0
    assert pace["far"] > 1.5 * pace["out of sight"]
    wide, narrow = (
        cases[name]["capability_by_route"][-1, LEADER] for name in CASES if name.startswith("leader")
    )
    assert narrow[0] > wide[0] + 0.1
    assert (wide[1:] > narrow[1:] + 0.1).all()
    gaps = [last(model, name, ROOMY)["capability_gap"] for name in ("pure_exploration", "pure_catchup")]
    assert gaps[0] > gaps[1] + 0.1


def test_trap_03_exploration_needs_a_critical_mass_and_more_is_not_better(model: Model) -> None:
    """Effort spread over all routes is lost where a route needs much of it at once.

    Exploring one more route only is not hurt more than catching up: a follower is below a large mass on the
    leader's main road, too.
    """
    spread = {"portfolio_breadth": 1.0}

    def gain(mass: float) -> float:
        world = {"critical_mass": mass}
        capability = [
            last(model, "baseline", world, catchup_share=x, **spread)["capability_index"] for x in (0.2, 0.9)
        ]
        return capability[0] - capability[1]

    assert gain(0.15) < gain(0.01) - 0.02
    steps = [last(model, "baseline", None, catchup_share=x, **spread) for x in np.linspace(0, 1, 6)]
    changes = np.diff([step["capability_index"] for step in steps])
    assert np.abs(changes).max() > 2 * np.abs(changes).min(), "no share yields in proportion"


def test_trap_05_knowledge_that_is_used_stays_and_coupling_does_not_explode(model: Model) -> None:
    """Nothing drains the basic stage when stages are coupled, and the gain of the loop is bounded."""
    levers = ("two_way_mobility", "alliance_support")
    coupled, apart = (
        model.run("baseline", world=ABLE, engine="numpy", **dict.fromkeys(levers, extent)).variables
        for extent in (1.0, 0.0)
    )
    basic = "knowledge[home,scale,basic]"
    assert coupled[basic].iloc[-1] > apart[basic].iloc[-1]
    helix = coupled.filter(regex=r"^helix\[")
    assert helix.to_numpy().max() <= 1 + 0.5 * 2
    growth = coupled.filter(regex=r"^knowledge_growth\[").loc[2035:]
    assert growth.to_numpy().max() < 0.5


def test_trap_06_people_who_move_between_regions_are_not_new(cases: dict[str, Saved]) -> None:
    few, many = cases["no poaching"], cases["much poaching"]
    assert np.abs(many["talent_share"][-1] - few["talent_share"][-1]).max() > 0.02
    people = [case["total_staff"][-1, HOME] + case["top_talent_at_home"][-1] for case in (few, many)]
    assert people[1] == pytest.approx(people[0], rel=0.05)


def test_trap_07_money_crowds_out_and_a_subsidy_is_no_grant(cases: dict[str, Saved]) -> None:
    """The part of public capital that brings private partners falls with the public share."""
    base, crowded = cases["central"], cases["crowds out"]
    assert crowded["partner_share"][-1] < base["partner_share"][-1] - 0.02
    subsidy, grant = cases["subsidy"], cases["grant"]
    assert subsidy["zombie_share"][-1] > grant["zombie_share"][-1] + 0.02
    assert grant["total_research_money"][-1, HOME] > subsidy["total_research_money"][-1, HOME]


def test_trap_08_the_number_of_models_makes_nothing(equations: Equations) -> None:
    assert readers(equations, "registered_models") == set()
    assert "margin" in readers(equations, "active_models")
    outputs = {"ai_enabled_output", "capability_index", "creation", "ai_industry_size", "sector_uptake"}
    for count in ("active_models", "zombie_models", "projects", "registrations"):
        assert readers(equations, count).isdisjoint(outputs), count


def test_trap_09_lock_in_has_no_threshold(model: Model) -> None:
    """Concentration follows the share that catches up without a jump or a kink anywhere."""
    shares = np.linspace(0.4, 1.0, 13)
    concentration = [last(model, catchup_share=x)["route_concentration_hhi"] for x in shares]
    steps = np.diff(concentration)
    assert steps[-1] > 0.01
    assert np.abs(np.diff(steps)).max() < 0.25 * np.ptp(steps)


def test_trap_10_regions_compete_and_cooperate_at_once(cases: dict[str, Saved]) -> None:
    """Two levers: each moves its own side whatever the other does, and four regions differ."""

    def level(case: str, name: str) -> float:
        return float(np.mean(cases[case][name][-1]))

    assert level("friendly rivals", "cooperation_in_force") > level("rivals", "cooperation_in_force") + 0.3
    assert level("friends", "cooperation_in_force") > level("strangers", "cooperation_in_force") + 0.3
    assert level("friendly rivals", "target_inflation") > level("friends", "target_inflation") + 0.05
    assert level("rivals", "target_inflation") > level("strangers", "target_inflation") + 0.05
    talent = cases["central"]["talent_share"][-1]
    assert len(set(np.round(talent, 3))) == 4


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
    base, more = (model.run("baseline", engine="numpy", institutional_supply=x).variables for x in (0.4, 1.0))
    raised = (more["institutional_quality"] - base["institutional_quality"])[[2028.0, 2030.0, 2040.0]]
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


def test_trap_14_more_data_are_not_better_data(cases: dict[str, Saved]) -> None:
    """What is generated ages with its volume; what may be shared counts, and sectors need their own."""
    base, volume, shared = (
        cases[name]["data_richness"][-1] for name in ("central", "twice the data", "shared data")
    )
    assert volume == pytest.approx(base, rel=0.2)
    assert shared > 1.3 * base


def test_trap_15_counts_feed_nothing(equations: Equations) -> None:
    assert readers(equations, "counted_output") == set()


def test_trap_16_coordination_costs_initiative_and_errs(model: Model) -> None:
    """It ends duplication. Capability hardly gains even where it errs least, and most with half of it."""

    def outcome(name: str, level: float, error: float, loss: float) -> float:
        world = {**ABLE, "information_error": error, "initiative_loss": loss}
        return float(last(model, "baseline", world, central_coordination=level)[name])

    wise, blind = (0.05, 0.0), (0.45, 0.35)
    for centre in (wise, blind):
        assert outcome("duplication_index", 1, *centre) < 0.9 * outcome("duplication_index", 0, *centre)
    none, half, full = (outcome("capability_index", level, *wise) for level in (0.0, 0.5, 1.0))
    assert half > none + 0.002 and half > full > none
    assert outcome("capability_index", 1, *blind) < outcome("capability_index", 0, *blind) - 0.05


def capability_lost_to_controls(model: Model, world: dict[str, float]) -> pd.Series:
    loose, tight = (
        model.run("baseline", world={**world, "export_control_future": x}).outcomes["capability_index"]
        for x in (0.2, 0.95)
    )
    return loose - tight


def test_trap_17_controls_call_their_own_answer(model: Model) -> None:
    """Compute is lost at once; money turns to domestic chips, and engineers do more with less, later.

    These answers win back a tenth of what would be lost by 2040, not more: the loss is past its peak by then.
    """
    loose, tight = (
        model.run("baseline", world={"export_control_future": x}, engine="numpy").variables
        for x in (0.2, 0.95)
    )
    at_work = "effective_compute[home]"
    assert tight[at_work][2029.0] < 0.8 * loose[at_work][2029.0]
    for answer in ("domestic_capacity", "scarcity", "domestic_stack_share"):
        assert tight[answer][2040.0] > 1.1 * loose[answer][2040.0], answer
    lost = capability_lost_to_controls(model, {})
    unanswered = capability_lost_to_controls(model, {"chip_diversion": 0.0, "scarcity_gain": 0.0})
    assert 0 < lost[2040.0] < lost.max() - 0.01
    assert lost[2040.0] < 0.9 * unanswered[2040.0]
    assert unanswered[2040.0] - lost[2040.0] > 2 * (unanswered[2030.0] - lost[2030.0])


def test_trap_17_controls_cost_the_leader_something_too(model: Model) -> None:
    """Its makers lose a market. The gap that controls open is smaller where that costs them much."""

    def opened(backlash: float) -> float:
        gaps = [
            last(model, world={"control_backlash": backlash, "export_control_future": x})["capability_gap"]
            for x in (0.2, 0.95)
        ]
        return gaps[1] - gaps[0]

    assert 0 < opened(0.15) < opened(0.0) - 0.01


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
