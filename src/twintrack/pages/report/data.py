"""The numbers behind a report: every strategy in the same sampled worlds, summed up once for all pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.inputs.strategies import BASELINE
from twintrack.runs.switching import SHARE

if TYPE_CHECKING:
    import xarray as xr

    from twintrack.core import Core
    from twintrack.decisions.attribution import Attribution
    from twintrack.inputs.outcomes import Outcome, Statistic
    from twintrack.inputs.report_schemas import Report
    from twintrack.inputs.schema_kinds import Bilingual
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario
    from twintrack.pages.report.asked import Contrast, Grid
    from twintrack.worlds.drawing import Origin

COST = "public_cost"
COST_VALUE = "public_cost_pv"
COSTS = (COST, COST_VALUE)
"""Outcomes that equal public cost makes equal: what is left of their differences there is noise."""
LEADER = "leader_{}"
"""The leader's counterpart of an outcome has this name, where the model has one."""
WASTE_PARTS = (
    "waste_by_zombies",
    "waste_by_idle_compute",
    "waste_past_saturation",
    "waste_by_hollow_projects",
)
"""What the outcome waste is made of, in the model's words."""
MOST_COLUMNS = 8
"""With more strategies than this, tables have a row for each of them instead of a column."""
MOST_SCENARIOS = 4
"""With more scenarios than this, costs, waste and levels over time are shown for the first ones, and first
places and regret for the last year; files hold all."""
MOST_LINES = 4
"""Strategies in one figure of paths where there are many."""
BUDGETS: tuple[Literal["own"], Literal["equal"]] = ("own", "equal")


@dataclass(frozen=True)
class ReportData:
    """What was computed for one report.

    `own` and `equal` hold one variable per outcome with the dimensions scenario, strategy, world and time;
    in `equal` the money of every strategy is scaled, in each scenario and world, by the coordinate
    `budget_factor`; worlds in which that is not possible for all strategies are left out by `at`.
    `worlds` has a row for each world and a column for each uncertain parameter.
    """

    definition: Report
    source: Path
    model: Core
    strategies: Mapping[str, Strategy]
    scenarios: Mapping[str, Scenario]
    own: xr.Dataset
    equal: xr.Dataset
    worlds: pd.DataFrame
    grid: Grid | None = None
    """Two factors in all combinations, where the report declares them."""
    contrasts: tuple[Contrast, ...] = ()
    """What the findings are about."""
    goals: tuple[str, ...] = ()
    """The outcomes that findings are told in."""
    mixes: xr.Dataset | None = None
    """Mixes of the two poles at own budget in the first scenario and the horizon: (strategy, world)."""
    package: Package | None = None
    """A package of levers, decomposed."""
    prior: xr.Dataset | None = None
    """The contrasts at own budget in worlds of the prior: (strategy, world), first scenario, horizon."""
    waste: Mapping[str, xr.DataArray] = field(default_factory=dict)
    """The parts of waste at own budget: (scenario, strategy, world), mean a year since policies begin."""
    origin: Origin = "prior"
    """Whether the worlds are those that agree with history, or drawn from the prior."""
    posterior_digest: str = ""
    """Digest of the posterior that the worlds were drawn from."""

    @property
    def many(self) -> bool:
        """Whether there are too many strategies for a column each."""
        return len(self.strategies) > MOST_COLUMNS

    @property
    def wide(self) -> bool:
        """Whether strategies or scenarios are too many for tables of every year and measure."""
        return self.many or len(self.scenarios) > MOST_SCENARIOS

    @property
    def first_scenarios(self) -> list[str]:
        """The scenarios that costs, waste and levels over time are shown for."""
        return list(self.scenarios)[:MOST_SCENARIOS]

    @property
    def scenario(self) -> str:
        """The scenario that findings are told of: the first one."""
        return next(iter(self.scenarios))

    @cached_property
    def kept(self) -> dict[object, object]:
        """What has been worked out and is asked for again, in whatever language."""
        return {}

    @property
    def statistics(self) -> dict[str, Statistic]:
        """The statistics of outcomes that the report names."""
        known = self.model.inputs.outcomes.statistics
        return {name: entry for name, entry in known.items() if entry.of in self.definition.outcomes}

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
        """The last saved time until which every outcome is the same for all strategies in every world."""
        return divergence(self.own[[*self.definition.outcomes, COST]])

    @property
    def differ(self) -> bool:
        """Whether the strategies bring anything else in any world."""
        return self.divergence < float(self.own["time"][-1])

    @property
    def since(self) -> float:
        """The time from which means a year are taken: policies begin."""
        return self.model.lever_table.policy_start

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
        """The strategy that others are compared with: baseline, a middle cell of the grid, or the first."""
        if BASELINE in self.strategies:
            return BASELINE
        if self.grid is not None:
            return self.grid.middle
        return next(iter(self.strategies))

    @property
    def drawn(self) -> list[str]:
        """The strategies that lines are drawn of: all where there is room, else those of the contrasts."""
        if not self.many:
            return list(self.strategies)
        shown = [name for contrast in self.contrasts for name in contrast.shown.names]
        return list(dict.fromkeys([self.reference, *shown]))[:MOST_LINES]

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

    def switch_times(self, strategy: str, scenario: str) -> np.ndarray:
        """Give the first saved time after the switch of a strategy in each world; NaN where it never does.

        Empty where the model has no switch.
        """
        if SHARE not in self.own:
            return np.empty(0)
        share = self.own[SHARE].sel(scenario=scenario, strategy=strategy).transpose("world", "time")
        moved = share.to_numpy() > 0
        times = self.own["time"].to_numpy()
        return np.where(moved.any(axis=1), times[moved.argmax(axis=1)], np.nan)

    def at(self, outcome: str, scenario: str, year: float, *, equal: bool = False) -> pd.DataFrame:
        """Give one outcome in one scenario and year, in its unit: a row per world, a column per strategy.

        At equal cost worlds are left out, for all strategies, in which one of them cannot cost the same.
        """
        results = self.equal if equal else self.own
        values = results[outcome].sel(scenario=scenario, time=year).transpose("world", "strategy")
        table = pd.DataFrame(values.to_numpy(), index=self.worlds.index, columns=list(self.strategies))
        return table[matched(self.equal, scenario)] if equal else table

    def cost(self, scenario: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give public cost by world and strategy: present value, and mean a year since policies begin."""
        yearly = self.own[COST].sel(scenario=scenario, time=slice(self.since, None)).mean("time")
        mean = pd.DataFrame(
            yearly.transpose("world", "strategy").to_numpy(),
            index=self.worlds.index,
            columns=list(self.strategies),
        )
        return self.at(COST_VALUE, scenario, float(self.own["time"][-1])), mean


@dataclass(frozen=True)
class Package:
    """Two strategies that differ in many levers, and what each group of them brings.

    Attributes:
        first: The strategy that is changed.
        second: What it is changed to.
        parts: Titles by the key of each part; the levers of a part by the same key are in `found.changes`.
        found: What each part brings, in the goals at the horizon.
    """

    first: Strategy
    second: Strategy
    parts: Mapping[str, Bilingual]
    found: Attribution


def matched(results: xr.Dataset, scenario: str) -> np.ndarray:
    """Say in which worlds all strategies of an ensemble have a factor on money, shape (world,)."""
    factors = results["budget_factor"].sel(scenario=scenario).transpose("strategy", "world")
    return np.asarray(np.isfinite(factors.to_numpy()).all(axis=0))


def comparable(results: xr.Dataset, scenarios: Iterable[str]) -> list[str]:
    """Give the scenarios in which all strategies can cost the same in some world."""
    return [scenario for scenario in scenarios if matched(results, scenario).any()]


def divergence(results: xr.Dataset) -> float:
    """Give the last saved time until which all strategies have the same results, in every world.

    The same is what agrees to within a relative 1e-6 (ROUNDING), or is no number for all. `results` have the
    dimensions strategy and time, and any others.
    """
    times = results["time"].to_numpy()
    differs = np.zeros(len(times), dtype=bool)
    for array in results.data_vars.values():
        values = array.transpose("strategy", ..., "time").to_numpy()
        apart = ~np.isclose(values, values[:1], rtol=robustness.ROUNDING, atol=0.0, equal_nan=True)
        differs |= apart.reshape(-1, len(times)).any(axis=0)
    return float(times[max(int(np.argmax(differs)) - 1, 0)] if differs.any() else times[-1])
