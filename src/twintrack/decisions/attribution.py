"""Why two strategies, or two scenarios, differ: exact Shapley values of groups of levers, or of assumptions.

Every combination of changes is run in the same worlds, with whole paths of levers before and after a switch;
at equal cost each combination has its own factor on money in each world. What a change brings is averaged
over all orders in which the changes could be made (see `shapley`), so that the parts sum to the difference in
every world.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from twintrack.core import Core
from twintrack.decisions.compared import OWN
from twintrack.decisions.contests import spread
from twintrack.decisions.further_runs import Way
from twintrack.decisions.gathering import at_cost
from twintrack.decisions.robustness import performance
from twintrack.decisions.shapley import shapley
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.paths import TimePath
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.validation import FaultList, unknown
from twintrack.inputs.world import Scenario
from twintrack.runs.experiment import Experiment

MOST = 12
"""Changes that are told apart at most: 4,096 combinations."""

SWITCH = "switch"
"""The change of what a strategy waits for; what the levers then do belongs to their groups."""

TOTAL = "total"

Changes = Mapping[str, Sequence[str]]
"""Names of levers, or of world parameters, by what the change of them is called."""


@dataclass(frozen=True)
class Runs:
    """In which worlds differences are explained, and of which outcomes.

    Attributes:
        worlds: Number of worlds, or the worlds themselves.
        seed: Seed of the draw.
        prior: Draw from all that the ranges allow; by default from the worlds that agree with history.
        cost: OWN or EQUAL; at equal cost every combination is scaled by itself.
        outcomes: Outcomes that have a direction; by default those of the headline.
        years: Saved times in decimal years.
        way: Where runs are stored, if they are.
    """

    worlds: int | pd.DataFrame = 200
    seed: int = 1
    prior: bool = False
    cost: str = OWN
    outcomes: Sequence[str] | None = None
    years: Sequence[float] = (2040.0,)
    way: Way = field(default_factory=Way)


@dataclass(frozen=True)
class Attribution:
    """What each change brings.

    Attributes:
        changes: What is changed by each.
        table: A row for each outcome and change, and one for TOTAL: `outcome`, `unit`, `year`, `change`,
            `mean` over worlds (these sum to the total; medians do not), the BANDS, `share` of worlds above
            zero, `worlds`, `left_out`. Above zero the second of the two compared does better by it.
        residual: Largest distance of the sum of parts from the difference in any world, over its size.
    """

    changes: Changes
    table: pd.DataFrame
    residual: float


def explain_difference(
    core: Core,
    first: str | Strategy,
    second: str | Strategy,
    scenario: str = CENTRAL,
    runs: Runs = Runs(),
    changes: Changes | None = None,
) -> Attribution:
    """Say what of the difference between two strategies comes from which group of levers.

    Groups are those of `changes`, which must hold all levers that differ, or those of model/levers.yaml, or
    single levers where it has none. Raises InputError where the two do not differ, or in more than MOST
    groups.
    """
    one, other = core.strategy(first), core.strategy(second)
    changes = differing_groups(core, one, other) if changes is None else changes
    _check_number(changes, f"{one.name} and {other.name}")
    plans = [
        at_cost(replace(mixed(one, other, chosen), name=label), runs.cost) for label, chosen in _sets(changes)
    ]
    return _attributed(core, changes, plans, [core.scenario(scenario)], runs)


def explain_scenarios(
    core: Core,
    strategy: str | Strategy,
    first: str,
    second: str,
    runs: Runs = Runs(),
) -> Attribution:
    """Say what of the difference a strategy makes under two scenarios comes from which assumption.

    Raises InputError where the scenarios do not differ, differ in more than MOST world parameters, or are of
    another country.
    """
    one, other = core.scenario(first), core.scenario(second)
    if any(item.constants or item.public_money != 1.0 for item in (one, other)):
        message = "makes another country, which is more than assumptions; name scenarios of this one"
        raise InputError(Fault(f"scenarios {one.name}, {other.name}", message))
    names = [
        name
        for name in dict.fromkeys([*one.world, *other.world])
        if one.world.get(name) != other.world.get(name)
    ]
    changes = {name: [name] for name in names}
    _check_number(changes, f"{one.name} and {other.name}")
    outside = [_between(one, other, chosen, label) for label, chosen in _sets(changes)]
    plan = at_cost(core.strategy(strategy), runs.cost)
    return _attributed(core, changes, [plan], outside, runs)


def differing_groups(core: Core, first: Strategy, second: Strategy) -> Changes:
    """Give the groups in which two strategies differ, each with its levers; SWITCH if they wait otherwise."""
    table = core.lever_table
    found: dict[str, list[str]] = {}
    for name in table.levers:
        if any(
            before[name] != after[name] for before, after in zip(_both(first), _both(second), strict=True)
        ):
            found.setdefault(table.group_of(name) or name, []).append(name)
    if _waiting(first) != _waiting(second):
        found[SWITCH] = []
    return found


def mixed(first: Strategy, second: Strategy, chosen: Changes) -> Strategy:
    """Give the first strategy with some changes towards the second, whole paths before and after a switch."""
    levers = {name for names in chosen.values() for name in names}

    def put_together(one: Mapping[str, TimePath], other: Mapping[str, TimePath]) -> dict[str, TimePath]:
        return {name: other[name] if name in levers else one[name] for name in one}

    before, after = (put_together(*both) for both in zip(_both(first), _both(second), strict=True))
    waiting = second.switch if SWITCH in chosen else first.switch
    unscaled = frozenset(name for name in before if name in (second if name in levers else first).unscaled)
    return replace(first, paths=before, switch=waiting and replace(waiting, paths=after), unscaled=unscaled)


def _both(strategy: Strategy) -> tuple[Mapping[str, TimePath], Mapping[str, TimePath]]:
    """Give the paths of a strategy until a switch, and after one."""
    return strategy.paths, strategy.switch.paths if strategy.switch else strategy.paths


def _waiting(strategy: Strategy) -> tuple[Any, ...] | None:
    """Give what a strategy waits for, and how fast it then moves; None for one that does not switch."""
    switch = strategy.switch
    return (switch.outcome, switch.below, switch.for_years, switch.ramp_years) if switch else None


def _between(first: Scenario, second: Scenario, chosen: Changes, label: str) -> Scenario:
    """Give the first scenario with some assumptions of the second."""
    world = {name: value for name, value in first.world.items() if name not in chosen}
    world |= {name: second.world[name] for name in chosen if name in second.world}
    return replace(first, name=label, world=world)


def _sets(changes: Changes) -> list[tuple[str, Changes]]:
    """Give all sets of changes with a label each, by mask: bit i stands for change i."""
    names = list(changes)
    return [
        (f"set {mask}", {name: changes[name] for place, name in enumerate(names) if mask >> place & 1})
        for mask in range(1 << len(names))
    ]


def _check_number(changes: Changes, between: str) -> None:
    if not changes:
        raise InputError(Fault(between, "do not differ: there is nothing to explain"))
    if len(changes) > MOST:
        message = f"differ in {len(changes)} things, {', '.join(changes)}; at most {MOST} are told apart"
        raise InputError(Fault(between, message))


def _attributed(
    core: Core,
    changes: Changes,
    plans: Sequence[Strategy],
    scenarios: Sequence[Scenario],
    runs: Runs,
) -> Attribution:
    """Run every combination and share the differences; either plans or scenarios are the combinations."""
    names = explained_outcomes(core, runs)
    experiment = Experiment(
        plans,
        scenarios,
        runs.worlds,
        seed=runs.seed,
        prior=runs.prior,
        outputs=list(names),
        times=sorted(runs.years),
        model=core,
    )
    results = runs.way.results(experiment)
    rows: list[dict[str, Any]] = []
    residual = 0.0
    for name in names:
        for year in sorted(runs.years):
            values = results[name].sel(time=year).transpose("scenario", "strategy", "world").to_numpy()
            scores = performance(
                pd.DataFrame(values.reshape(-1, values.shape[-1])), core.outcomes[name].better
            )
            found, left = _rows(scores.to_numpy(dtype=np.float64), list(changes))
            residual = max(residual, left)
            unit = core.outcomes[name].unit
            rows += [{"outcome": name, "unit": unit, "year": year, **row} for row in found]
    return Attribution(changes, pd.DataFrame(rows), residual)


def _rows(scores: Array, changes: Sequence[str]) -> tuple[list[dict[str, Any]], float]:
    """Give the rows of one outcome from scores (sets, worlds), and the largest relative residual."""
    finite = scores[:, np.isfinite(scores).all(axis=0)]
    parts, total = shapley(finite), finite[-1] - finite[0]
    size = np.maximum(np.abs(finite).max(axis=0), 1.0) if finite.size else np.ones(0)
    residual = float((np.abs(parts.sum(axis=0) - total) / size).max()) if finite.size else 0.0
    rows = []
    for name, part in zip([*changes, TOTAL], [*parts, total], strict=True):
        row: dict[str, Any] = {"change": name, "mean": float(part.mean()) if part.size else np.nan}
        row |= {band: float(value) for band, value in spread(part).items()}
        row["share"] = float((part > 0).mean()) if part.size else np.nan
        rows.append({**row, "worlds": finite.shape[1], "left_out": scores.shape[1] - finite.shape[1]})
    return rows, residual


def explained_outcomes(core: Core, runs: Runs) -> list[str]:
    """Give the outcomes that are asked about, or those of the headline; InputError where one has no side."""
    names = list(runs.outcomes or [])
    names = names or [name for name in core.headline if core.outcomes[name].better != "neutral"]
    FaultList(
        Fault("outcomes", unknown("outcome", name, core.outcomes))
        if name not in core.outcomes
        else Fault("outcomes", f"{name} is better neither higher nor lower: its parts have no side")
        for name in names
        if name not in core.outcomes or core.outcomes[name].better == "neutral"
    ).raise_any()
    return names
