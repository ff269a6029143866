"""Strategies at equal public cost in one world: money levers scaled until present values agree.

A strategy that spends more should reach more; what is worth knowing is what it reaches for the same money.
All money levers are multiplied with one factor, which grows in from the start of policies as a lever given as
one number does, so that history stays as it is and nothing jumps. The factor is found by Brent's method
(Brent 1973, "Algorithms for Minimization without Derivatives", chapter 4) as in `scipy.optimize.brentq`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np

from twintrack.core import Core, StrategyReference
from twintrack.errors import Fault, InputError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.levers import LeverTable
from twintrack.inputs.paths import TimePath, all_times, sides
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.world import Scenario, WorldValue, laid_over
from twintrack.runs.simulating import EqualCost, check_finite, simulate_one_world

COST = "public_cost_pv"
"""The variable that is made equal, at the last saved time."""

_CANNOT = "cannot cost the public as much as the {}"
_NO_MONEY = "it has no money that could be multiplied"
_ADVICE = "change them, or write budget: own"

TOLERANCE = 1e-12
"""Relative difference of cost, and error of the factor, that count as none."""


IN_EACH_WORLD = "in each world"
"""What stands for the factor of a strategy that has one in each world."""

EQUAL_COST: Mapping[str, str] = {"equal": IN_EACH_WORLD, "equal_central": "in the central world"}
"""Where cost is equal, by the budget rule; what is compared at own budget is not among them."""


def at_budget(
    core: Core, plan: Strategy, scenario: Scenario, world: Mapping[str, WorldValue] | None = None
) -> tuple[Strategy, float]:
    """Give a strategy as its budget rule wants it in one world, and the factor on its money levers.

    That is the central world of the scenario with `world` laid over it, which the rule "equal_central"
    leaves aside. In a scenario of a country of another size, all money is of that size as well. Raises
    InputError as `equal_cost` does.
    """
    size = scenario.public_money
    if plan.budget == "own":
        return sized(plan, size, core.lever_table), 1.0
    own = laid_over(scenario.world, world or {}) if plan.budget == "equal" else scenario.world
    fitted, factor = equal_cost(core, plan, replace(scenario, world=own))
    return sized(fitted, size, core.lever_table), factor


def equal_by_world(core: Core, plan: Strategy, scenario: Scenario) -> EqualCost:
    """Give what a strategy is scaled to in each world of a scenario: the cost of the baseline.

    Raises InputError for one that has no money to scale.
    """
    table, size = core.lever_table, scenario.public_money
    limits = factor_limits(plan, table)
    if not np.isfinite(limits[1]):
        raise InputError(
            Fault(f'strategy "{plan.name}"', f"{_CANNOT.format(BASELINE)}: {_NO_MONEY}; {_ADVICE}")
        )
    goal = replace(core.strategy(BASELINE), budget="own")
    none = sized(scaled(plan, 0.0, table), size, table)
    return EqualCost(sized(goal, size, table), none, tuple(sorted(table.money)), limits)


def equal_cost(
    core: Core,
    strategy: StrategyReference,
    scenario: str | Scenario = CENTRAL,
    like: StrategyReference = BASELINE,
) -> tuple[Strategy, float]:
    """Scale the money levers of a strategy until it costs the public as much as another, the baseline.

    Gives the scaled strategy, and the factor on its money levers. Present values are those at the last saved
    time in the central world of the scenario; `like` costs what its own money does. The strategy has
    `budget: own`, because nothing is left to scale. Raises InputError when no factor within the levers'
    ranges makes the costs equal.
    """
    plan = replace(core.strategy(strategy), budget="own")
    table, outside = core.lever_table, core.scenario(scenario)
    # All of them, because for these code is compiled anyway.
    outcomes = core.catalogue.outcome_variables

    def cost(asked: Strategy) -> float:
        own = sized(asked, outside.public_money, table)
        values = simulate_one_world(core, own, outside.world, outcomes)
        check_finite(values, outcomes, core.equations.time.saved, asked.name)
        return float(values[COST][-1])

    goal = replace(core.strategy(like), budget="own")
    target = cost(goal)

    def excess(factor: float) -> float:
        return cost(scaled(plan, factor, table)) / target - 1

    factor = _root(excess, factor_limits(plan, table), plan.name, goal.name)
    return scaled(plan, factor, table), factor


def scaled(strategy: Strategy, factor: float, table: LeverTable) -> Strategy:
    """Multiply the money levers of a strategy with a factor that grows in from the start of policies.

    Those of what it switches to are multiplied, too.
    """
    growth = TimePath.constant(1.0).ramp_to(factor, table.policy_start, table.ramp_years)
    return _multiplied(strategy, growth, scaled_levers(strategy, table))


def scaled_levers(strategy: Strategy, table: LeverTable) -> list[str]:
    """Give the names of the money levers that an equal budget scales: all but those set by hand."""
    return [name for name in table.levers if name in table.money - strategy.unscaled]


def sized(strategy: Strategy, factor: float, table: LeverTable) -> Strategy:
    """Multiply the money levers of a strategy with a factor at all times, for a country of another size."""
    if factor == 1.0:
        return strategy
    return _multiplied(strategy, TimePath.constant(factor), sorted(table.money))


def _multiplied(strategy: Strategy, growth: TimePath, names: Sequence[str]) -> Strategy:
    """Multiply some levers of a strategy, and of what it switches to, with a path."""

    def grown(paths: Mapping[str, TimePath]) -> dict[str, TimePath]:
        return {**paths, **{name: _product(paths[name], growth) for name in names}}

    switch = strategy.switch and replace(strategy.switch, paths=grown(strategy.switch.paths))
    return replace(strategy, paths=grown(strategy.paths), switch=switch)


def _product(path: TimePath, factor: TimePath) -> TimePath:
    """Multiply two paths at the knots of both; linear between them."""
    both = [path, factor]
    return TimePath.through((time, prod(values)) for time in all_times(both) for values in sides(both, time))


def factor_limits(strategy: Strategy, table: LeverTable) -> tuple[float, float]:
    """Give the lowest and highest factor that keep all money levers in their ranges."""
    lowest, highest = 0.0, np.inf
    plans = [strategy.paths, *([strategy.switch.paths] if strategy.switch else [])]
    for name, paths in product(scaled_levers(strategy, table), plans):
        path, lever = paths[name], table.levers[name]
        grown = table.policy_start + table.ramp_years
        later = [value for time, value in path.knots if time > table.policy_start]
        after = [float(path.at(grown)), *later]
        if min(after) > 0:
            lowest = max(lowest, lever.low / min(after))
        if max(after) > 0:
            highest = min(highest, lever.high / max(after))
    return lowest, highest


def _root(excess: Callable[[float], float], limits: tuple[float, float], name: str, like: str) -> float:
    """Find the factor at which the relative excess of cost is zero."""
    here = excess(1.0)
    if abs(here) <= TOLERANCE:
        return 1.0
    limit = limits[0] if here > 0 else limits[1]
    there = excess(limit) if np.isfinite(limit) else here
    if here * there > 0:
        reach = (
            f"its money levers, multiplied with {limit:.3g}, which is as far as their ranges allow, cost"
            f" {1 + there:.3g} times as much"
            if np.isfinite(limit)
            else _NO_MONEY
        )
        message = f"{_CANNOT.format(like)}: {reach}; {_ADVICE}"
        raise InputError(Fault(f'strategy "{name}"', message))
    from scipy.optimize import brentq

    return float(brentq(excess, *sorted((1.0, limit)), xtol=TOLERANCE, rtol=TOLERANCE))
