"""The numbers behind a report: every strategy in the same sampled worlds, summed up once for all pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.errors import Fault
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.validation import FaultList
from twintrack.runs.asked import saved_rows
from twintrack.runs.experiment import Experiment
from twintrack.runs.memory import PARAMETERS
from twintrack.runs.switching import SHARE
from twintrack.worlds.drawing import found_posterior

if TYPE_CHECKING:
    import xarray as xr

    from twintrack.core import Core
    from twintrack.inputs.outcomes import Outcome, Statistic
    from twintrack.inputs.schemas import Report
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario
    from twintrack.runs.experiment import Progress
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
GOVERNANCE = ("closed", "base", "open")
PORTFOLIOS = {
    "catchup": ("catchup_closed", "pure_catchup", "catchup_open"),
    "mix": ("catchup_explore_closed", "explore_base", "explore_open"),
}
"""The strategies of the portfolio by governance experiment, in the order of GOVERNANCE."""
BUDGETS: tuple[Literal["own"], Literal["equal"]] = ("own", "equal")
CELL_OUTCOMES = ("capability_index", "ai_enabled_output", "frontier_gap_months")
"""Outcomes that the portfolio by governance experiment is told in."""


@dataclass(frozen=True)
class PortfolioResults:
    """Portfolio by governance: six strategies in the worlds of the report, whichever the report compares.

    `own` and `equal` are as in `ReportData`, with the outcomes of CELL_OUTCOMES.
    """

    strategies: Mapping[str, Strategy]
    own: xr.Dataset
    equal: xr.Dataset


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
    experiment: PortfolioResults | None = None
    """None where the content lacks one of its strategies."""
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
    def simulated(self) -> dict[str, Strategy]:
        """All strategies that were run: those compared, and those of the experiment."""
        return {**self.strategies, **(self.experiment.strategies if self.experiment else {})}

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


def compute(
    definition: Report,
    source: Path,
    model: Core,
    progress: Callable[[Progress], None] | None = None,
) -> ReportData:
    """Run every strategy of a report, at its own budget and at equal public cost, in the same worlds.

    Raises InputError for years that are not simulated, and for fewer than two different strategies.
    """
    strategies = {plan.name: plan for plan in map(model.strategy, definition.strategies)}
    scenarios = {scenario.name: scenario for scenario in map(model.scenario, definition.scenarios)}
    _check(definition, source, model, strategies)
    cells = _cells(model)
    plans = {**strategies, **cells}
    drawn = definition.ensemble
    asked = Experiment(
        {
            f"{name}, {budget}": replace(plan, budget=budget)
            for budget in BUDGETS
            for name, plan in plans.items()
        },
        definition.scenarios,
        drawn.worlds,
        seed=drawn.seed,
        prior=drawn.prior,
        outputs=_needed(definition, model),
        times="all",
        model=model,
    )
    results = asked.dataset(progress)
    own, equal = (
        results.isel(strategy=part).assign_coords(strategy=list(plans))
        for part in (slice(None, len(plans)), slice(len(plans), None))
    )
    origin = results.attrs["worlds"]
    posterior = found_posterior(model).posterior if origin == "posterior" else None
    experiment = None
    if cells:
        part = {"strategy": list(cells)}
        named = [name for name in CELL_OUTCOMES if name in own]
        experiment = PortfolioResults(cells, own[named].sel(part), equal[named].sel(part))
    compared = {"strategy": list(strategies)}
    waste = {
        name: own[name].sel(compared).sel(time=slice(model.policy_start, None)).mean("time")
        for name in WASTE_PARTS
        if name in own
    }
    others = [name for name in WASTE_PARTS if name in own and name not in definition.outcomes]
    return ReportData(
        definition=definition,
        source=source,
        model=model,
        strategies=strategies,
        scenarios=scenarios,
        own=own.drop_vars(others).sel(compared),
        equal=equal.drop_vars(others).sel(compared),
        worlds=_worlds(results),
        experiment=experiment,
        waste=waste,
        origin=origin,
        posterior_digest=posterior.digest if posterior else "",
    )


def _worlds(results: xr.Dataset) -> pd.DataFrame:
    """Give the worlds that results carry: a row for each, a column for each parameter."""
    values = results[PARAMETERS].transpose("world", "parameter")
    return pd.DataFrame(
        values.to_numpy(), values["world"].to_index(), [str(name) for name in values["parameter"].to_numpy()]
    )


def _cells(model: Core) -> dict[str, Strategy]:
    """Give the strategies of the portfolio by governance experiment, or none where one is missing."""
    names = [name for row in PORTFOLIOS.values() for name in row]
    if not set(names) <= set(model.strategies):
        return {}
    return {name: model.strategy(name) for name in names}


def _needed(definition: Report, model: Core) -> list[str]:
    """Give what must be computed: the report's outcomes, and what its fixed sections are made of."""
    leaders = [LEADER.format(name) for name in definition.outcomes]
    extra = [name for name in (*leaders, *WASTE_PARTS, *CELL_OUTCOMES) if name in model.outcomes]
    watched = [SHARE] if SHARE in model.equations.variables else []
    return list(dict.fromkeys([*definition.outcomes, COST, COST_VALUE, *extra, *watched]))


def _check(definition: Report, source: Path, model: Core, strategies: Mapping[str, Strategy]) -> None:
    faults = FaultList()
    with faults:
        saved_rows(model.equations.time.saved, definition.years, f"{source}: years")
    if len(strategies) < 2:
        faults.append(Fault(f"{source}: strategies", "name at least two strategies"))
    faults.raise_any()
