"""The numbers behind a report: every strategy in the same sampled worlds, summed up once for all pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twintrack.analysis import robustness
from twintrack.errors import Fault, InputError
from twintrack.inputs.strategies import BASELINE

if TYPE_CHECKING:
    import xarray as xr

    from twintrack.inputs.outcomes import Outcome
    from twintrack.inputs.schemas import Report
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario
    from twintrack.model import Model

COST = "public_cost"
COST_VALUE = "public_cost_pv"
COSTS = (COST, COST_VALUE)
"""Outcomes that equal public cost makes equal: what is left of their differences there is noise."""
LEADER = "leader_{}"
"""The leader's counterpart of an outcome has this name, where the model has one."""


@dataclass(frozen=True)
class ReportData:
    """What was computed for one report.

    `own` and `equal` hold one variable per outcome with the dimensions scenario, strategy, world and time;
    in `equal` the money of every strategy is scaled, in each scenario, by the coordinate `budget_factor`.
    `worlds` has a row for each world and a column for each uncertain parameter.
    """

    definition: Report
    source: Path
    model: Model
    strategies: Mapping[str, Strategy]
    scenarios: Mapping[str, Scenario]
    own: xr.Dataset
    equal: xr.Dataset
    worlds: pd.DataFrame

    @property
    def years(self) -> tuple[float, ...]:
        """Years of the tables, in order."""
        return tuple(sorted(float(year) for year in self.definition.years))

    @cached_property
    def against_reference(self) -> xr.Dataset:
        """The same percentiles of what each strategy has more than the reference in the same world."""
        return (self.own - self.own.sel(strategy=self.reference)).map(robustness.percentiles)

    @cached_property
    def divergence(self) -> float:
        """The last simulated time at which all strategies have set the same levers from the beginning on."""
        times = self.own["time"].to_numpy()
        plans = list(self.strategies.values())
        differs = np.zeros(len(times), dtype=bool)
        for name, path in plans[0].paths.items():
            differs |= np.any([plan.paths[name].at(times) != path.at(times) for plan in plans[1:]], axis=0)
        return float(times[max(int(np.argmax(differs)) - 1, 0)] if differs.any() else times[-1])

    @property
    def worlds_count(self) -> int:
        """How many worlds every strategy was run in."""
        return len(self.worlds)

    @property
    def last_year(self) -> float:
        """The year that strategies are judged in where one year is shown."""
        return self.years[-1]

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes that the report names, in its order."""
        return {name: self.model.outcomes[name] for name in self.definition.outcomes}

    @property
    def ranked(self) -> dict[str, Outcome]:
        """The outcomes of the report that have a better direction."""
        return {name: outcome for name, outcome in self.outcomes.items() if outcome.better != "neutral"}

    @property
    def reference(self) -> str:
        """The strategy that others are compared with: baseline, or else the first."""
        return BASELINE if BASELINE in self.strategies else next(iter(self.strategies))

    @cached_property
    def bands(self) -> xr.Dataset:
        """5th, 50th and 95th percentile over worlds: dimensions percentile, scenario, strategy, time."""
        return self.own.map(robustness.percentiles)

    def untouched(self, outcome: str) -> bool:
        """Tell whether the choice of strategy leaves an outcome the same in every scenario and year."""
        return all(
            robustness.same_for_all(self.at(outcome, scenario, year))
            for scenario in self.scenarios
            for year in self.years
        )

    def at(self, outcome: str, scenario: str, year: float, *, equal: bool = False) -> pd.DataFrame:
        """Give one outcome in one scenario and year, in its unit: a row per world, a column per strategy."""
        results = self.equal if equal else self.own
        values = results[outcome].sel(scenario=scenario, time=year).transpose("world", "strategy")
        return pd.DataFrame(values.to_numpy(), index=self.worlds.index, columns=list(self.strategies))

    def cost(self, scenario: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give public cost by world and strategy: present value, and mean a year since strategies differ."""
        yearly = self.own[COST].sel(scenario=scenario, time=slice(self.divergence, None)).mean("time")
        mean = pd.DataFrame(
            yearly.transpose("world", "strategy").to_numpy(),
            index=self.worlds.index,
            columns=list(self.strategies),
        )
        return self.at(COST_VALUE, scenario, float(self.own["time"][-1])), mean


def compute(definition: Report, source: Path, model: Model) -> ReportData:
    """Run every strategy of a report, at its own budget and at equal public cost, in the same worlds.

    Raises InputError for years that are not simulated, and for fewer than two different strategies.
    """
    strategies = {plan.name: plan for plan in map(model.strategy, definition.strategies)}
    scenarios = {scenario.name: scenario for scenario in map(model.scenario, definition.scenarios)}
    _check(definition, source, model, strategies)
    worlds = model.sample_worlds(definition.ensemble.worlds, definition.ensemble.seed)
    leaders = [LEADER.format(name) for name in definition.outcomes if LEADER.format(name) in model.outcomes]
    needed = list(dict.fromkeys([*definition.outcomes, COST, COST_VALUE, *leaders]))
    ensemble = partial(model.ensemble, scenarios=definition.scenarios, worlds=worlds, outputs=needed)
    return ReportData(
        definition=definition,
        source=source,
        model=model,
        strategies=strategies,
        scenarios=scenarios,
        own=ensemble([replace(plan, budget="own") for plan in strategies.values()]),
        equal=ensemble([replace(plan, budget="equal") for plan in strategies.values()]),
        worlds=worlds,
    )


def _check(definition: Report, source: Path, model: Model, strategies: Mapping[str, Strategy]) -> None:
    saved = model.equations.time.saved
    faults = [
        Fault(
            f"{source}: years",
            f"{year:g} is not simulated; write whole years from {saved[0]:g} to {saved[-1]:g}",
        )
        for year in definition.years
        if year not in saved
    ]
    if len(strategies) < max(2, len(definition.strategies)):
        faults.append(Fault(f"{source}: strategies", "name at least two strategies, each once"))
    if faults:
        raise InputError(faults)
