"""Why two strategies differ: parts by hand, sums, switches, equal cost, scenarios."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twintrack.decisions.attribution import (
    SWITCH,
    TOTAL,
    Runs,
    explain_difference,
    explain_scenarios,
    mixed,
)
from twintrack.errors import InputError
from twintrack.model import Model

RUNS = Runs(worlds=12, prior=True)


def test_parts_are_those_of_each_lever_and_sum_to_the_difference_in_every_world(small_model: Model) -> None:
    found = explain_difference(small_model, "baseline", "fast", runs=RUNS)
    assert found.residual < 1e-9 and set(found.changes) == {"catchup_share", "fiscal_ai_rd"}
    by = found.table.set_index(["outcome", "change"])
    gap, cost = "frontier_gap_months", "public_cost_pv"
    # The gap closes by strength times the share, which money does not touch; money costs, and nothing else.
    assert by.loc[(gap, "fiscal_ai_rd"), "mean"] == pytest.approx(0, abs=1e-9)
    assert by.loc[(gap, "catchup_share"), "mean"] == pytest.approx(by.loc[(gap, TOTAL), "mean"])
    assert by.loc[(cost, "fiscal_ai_rd"), "median"] == pytest.approx(-30 * 13)
    assert by.loc[(gap, TOTAL), "share"] == 1 and by.loc[(gap, TOTAL), "unit"] == "months"


def test_a_switch_is_a_change_of_its_own_and_parts_sum_with_it(small_model: Model) -> None:
    found = explain_difference(small_model, "open", "turning", runs=replace(RUNS, worlds=40))
    assert SWITCH in found.changes and found.residual < 1e-9
    gap = found.table[found.table["outcome"] == "frontier_gap_months"].set_index("change")["mean"]
    assert gap.drop(TOTAL).sum() == pytest.approx(gap[TOTAL], rel=1e-9)
    # Waiting for the moment turns what catches up into what does not: it can only widen the gap.
    assert gap[SWITCH] < 0 < gap["catchup_share"]


def test_all_changes_make_the_second_strategy_and_none_the_first(small_model: Model) -> None:
    one, other = small_model.strategy("turning"), small_model.strategy("open")
    every = {"levers": list(small_model.levers), SWITCH: []}
    assert mixed(one, other, every).paths == other.paths and mixed(one, other, every).switch is None
    assert mixed(one, other, {}).switch == one.switch
    there = mixed(other, one, every)
    assert there.paths == one.paths and there.switch == one.switch
    fast = small_model.strategy("fast")
    half = mixed(one, fast, {"money": ["fiscal_ai_rd"]})
    assert half.switch is not None and one.switch is not None
    assert half.switch.paths["fiscal_ai_rd"] == fast.paths["fiscal_ai_rd"] != one.switch.paths["fiscal_ai_rd"]
    assert half.switch.paths["catchup_share"] == one.switch.paths["catchup_share"]


def test_at_equal_cost_every_combination_costs_the_same(small_model: Model) -> None:
    found = explain_difference(small_model, "baseline", "fast", runs=replace(RUNS, cost="equal"))
    cost = found.table[found.table["outcome"] == "public_cost_pv"]
    assert np.abs(cost["mean"]).max() < 1e-3


def test_two_scenarios_are_explained_by_their_assumptions(small_model: Model) -> None:
    found = explain_scenarios(small_model, "fast", "central", "fast_leader", runs=RUNS)
    assert list(found.changes) == ["strength"]
    part, total = found.table[found.table["outcome"] == "frontier_gap_months"]["mean"]
    assert part == pytest.approx(total) and total > 0


def test_what_does_not_differ_and_unknown_outcomes_are_told(small_model: Model) -> None:
    with pytest.raises(InputError, match="do not differ"):
        explain_difference(small_model, "fast", "fast", runs=RUNS)
    with pytest.raises(InputError, match="frontier_gap_months"):
        explain_difference(small_model, "fast", "open", runs=replace(RUNS, outcomes=["frontier_gap"]))


def test_groups_of_levers_are_told_together(model: Model) -> None:
    from twintrack.decisions.attribution import differing_groups

    one, other = model.strategy("pure_catchup"), model.strategy("explore_open")
    changes = differing_groups(model, one, other)
    assert "doors" in changes and len(changes) <= 12
    assert set(changes["doors"]) <= set(model.lever_table.groups["doors"].levers)
