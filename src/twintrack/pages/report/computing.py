"""The runs behind a report: all strategies in the same worlds, mixes of the poles, the package, the prior."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from twintrack.decisions.attribution import SWITCH, Runs, differing_groups, explain_difference
from twintrack.errors import Fault
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.validation import FaultList
from twintrack.pages.report.asked import Contrast, contrasts_of, goals_of, grid_of, strategies_of
from twintrack.pages.report.data import BUDGETS, COST, COST_VALUE, LEADER, WASTE_PARTS, Package, ReportData
from twintrack.runs.asked import saved_rows
from twintrack.runs.experiment import Experiment
from twintrack.runs.memory import PARAMETERS
from twintrack.runs.switching import SHARE
from twintrack.worlds.drawing import found_posterior

if TYPE_CHECKING:
    import xarray as xr

    from twintrack.core import Core
    from twintrack.inputs.report_schemas import PackageEntry, PolesEntry, Report
    from twintrack.inputs.strategies import Strategy
    from twintrack.runs.experiment import Progress
    from twintrack.worlds.drawing import Origin

MOST_PARTS = 8
"""Groups of levers that the page tells apart without being told which: 256 combinations."""
REST = "rest"
"""Levers of a package that no declared part names."""


def compute(
    definition: Report,
    source: Path,
    model: Core,
    progress: Callable[[Progress], None] | None = None,
) -> ReportData:
    """Run every strategy of a report, at its own budget and at equal public cost, in the same worlds.

    Raises InputError for years that are not simulated, and for fewer than two different strategies.
    """
    grid = grid_of(definition, model)
    strategies = strategies_of(definition, model, grid)
    scenarios = {scenario.name: scenario for scenario in map(model.scenario, definition.scenarios)}
    _check(definition, source, model, strategies)
    contrasts = contrasts_of(definition, model, grid, strategies)
    for contrast in contrasts:
        for name in (name for pair in contrast.names for name in pair):
            strategies.setdefault(name, model.strategy(name))
    goals = goals_of(definition, model)
    own, equal, origin = _main(definition, model, strategies, progress)
    worlds = _worlds(own)
    first, horizon = next(iter(scenarios)), float(max(definition.years))
    runs = _Questions(model, first, horizon, goals, worlds)
    posterior = found_posterior(model).posterior if origin == "posterior" else None
    extra = [name for name in WASTE_PARTS if name in own and name not in definition.outcomes]
    waste = {
        name: own[name].sel(time=slice(model.policy_start, None)).mean("time")
        for name in WASTE_PARTS
        if name in own
    }
    tested = definition.tests.prior and origin == "posterior"
    return ReportData(
        definition=definition,
        source=source,
        model=model,
        strategies=strategies,
        scenarios=scenarios,
        own=own.drop_vars(extra),
        equal=equal.drop_vars(extra),
        worlds=worlds,
        waste=waste,
        origin=origin,
        posterior_digest=posterior.digest if posterior else "",
        grid=grid,
        contrasts=contrasts,
        goals=goals,
        mixes=runs.mixes(definition.poles) if definition.poles else None,
        package=runs.package(_package(definition, contrasts)),
        prior=runs.prior(contrasts, strategies, definition.ensemble.seed) if tested else None,
    )


def _main(
    definition: Report,
    model: Core,
    strategies: Mapping[str, Strategy],
    progress: Callable[[Progress], None] | None,
) -> tuple[xr.Dataset, xr.Dataset, Origin]:
    """Run all strategies at both budgets under all scenarios; give both, and where the worlds are from."""
    drawn = definition.ensemble
    results = Experiment(
        {
            f"{name}, {budget}": replace(plan, budget=budget)
            for budget in BUDGETS
            for name, plan in strategies.items()
        },
        definition.scenarios,
        drawn.worlds,
        seed=drawn.seed,
        prior=drawn.prior,
        outputs=_needed(definition, model),
        times="all",
        model=model,
    ).dataset(progress)
    number = len(strategies)
    own, equal = (
        results.isel(strategy=part).assign_coords(strategy=list(strategies))
        for part in (slice(None, number), slice(number, None))
    )
    return own, equal, results.attrs["worlds"]


class _Questions:
    """Runs for single questions, in the first scenario and at the horizon, all at own budget."""

    def __init__(
        self, model: Core, scenario: str, horizon: float, goals: Sequence[str], worlds: pd.DataFrame
    ) -> None:
        self._model, self._scenario, self._horizon = model, scenario, horizon
        self._goals, self._worlds = list(goals), worlds

    def mixes(self, poles: PolesEntry) -> xr.Dataset:
        """Run mixes of two strategies in equal steps, named by the share of the second."""
        plans = {}
        for step in range(poles.steps + 1):
            share = step / poles.steps
            terms = [(1 - share, poles.first), (share, poles.second)]
            mix = " + ".join(f"{weight:.6g} {name}" for weight, name in terms if weight > 0)
            name = poles.first if step == 0 else poles.second if step == poles.steps else mix
            plans[f"{share:.6g}"] = replace(self._model.strategy(name), budget="own")
        return self._run(plans, self._worlds)

    def package(self, asked: PackageEntry | tuple[str, str] | None) -> Package | None:
        """Decompose a package: by its parts where they are declared, else by the groups of levers."""
        if asked is None:
            return None
        names = asked if isinstance(asked, tuple) else (asked.first, asked.second)
        first, second = map(self._model.strategy, names)
        groups = {key: list(levers) for key, levers in differing_groups(self._model, first, second).items()}
        titles = {key: _title(self._model, key) for key in groups}
        parts = () if isinstance(asked, tuple) else asked.parts
        if parts:
            differ = [name for levers in groups.values() for name in levers]
            groups, titles = {}, {}
            for place, part in enumerate(parts):
                named = {lever for name in part.levers for lever in _members(self._model, name)}
                groups[f"part {place + 1}"] = [name for name in differ if name in named]
                titles[f"part {place + 1}"] = part.title
                differ = [name for name in differ if name not in named]
            groups[REST], titles[REST] = differ, Bilingual(en="Other settings", zh="其他设定")
            groups = {key: levers for key, levers in groups.items() if levers}
        if not 2 <= len(groups) <= MOST_PARTS:
            return None
        runs = Runs(worlds=self._worlds, outcomes=self._goals, years=(self._horizon,))
        found = explain_difference(self._model, first, second, self._scenario, runs, groups)
        return Package(first, second, {key: titles[key] for key in groups}, found)

    def prior(
        self, contrasts: Sequence[Contrast], strategies: Mapping[str, Strategy], seed: int
    ) -> xr.Dataset:
        """Run what is contrasted in as many worlds of the prior."""
        names = dict.fromkeys(name for contrast in contrasts for pair in contrast.names for name in pair)
        plans = {name: replace(strategies[name], budget="own") for name in names}
        return self._run(plans, len(self._worlds), seed=seed, prior=True)

    def _run(
        self, plans: Mapping[str, Strategy], worlds: pd.DataFrame | int, *, seed: int = 1, prior: bool = False
    ) -> xr.Dataset:
        found = Experiment(
            {f"{name}, own": plan for name, plan in plans.items()},  # the baseline keeps its name to itself
            [self._scenario],
            worlds,
            seed=seed,
            prior=prior,
            outputs=self._goals,
            times=[self._horizon],
            model=self._model,
        ).dataset()
        return found.isel(scenario=0, time=0).assign_coords(strategy=list(plans))


def _package(definition: Report, contrasts: Sequence[Contrast]) -> PackageEntry | tuple[str, str] | None:
    """Give what is decomposed: what is declared, else the first contrast of two strategies."""
    if definition.package is not None:
        return definition.package
    plain = [contrast for contrast in contrasts if len(contrast.pairs) == 1]
    if not plain:
        return None
    first, second = plain[0].shown.names
    return second, first


def _title(model: Core, key: str) -> Bilingual:
    """Give what a group of levers is called; a lever that no group names is a group of its own."""
    if key == SWITCH:
        return Bilingual(en="When to switch", zh="何时转向")
    table = model.lever_table
    return table.groups[key].title if key in table.groups else table.levers[key].title


def _members(model: Core, name: str) -> Sequence[str]:
    """Give the levers of a group, or the lever itself."""
    table = model.lever_table
    return table.groups[name].levers if name in table.groups else [name]


def _worlds(results: xr.Dataset) -> pd.DataFrame:
    """Give the worlds that results carry: a row for each, a column for each parameter."""
    values = results[PARAMETERS].transpose("world", "parameter")
    return pd.DataFrame(
        values.to_numpy(), values["world"].to_index(), [str(name) for name in values["parameter"].to_numpy()]
    )


def _needed(definition: Report, model: Core) -> list[str]:
    """Give what must be computed: the report's outcomes, and what its fixed sections are made of."""
    leaders = [LEADER.format(name) for name in definition.outcomes]
    extra = [name for name in (*leaders, *WASTE_PARTS) if name in model.outcomes]
    watched = [SHARE] if SHARE in model.equations.variables else []
    return list(dict.fromkeys([*definition.outcomes, COST, COST_VALUE, *extra, *watched]))


def _check(definition: Report, source: Path, model: Core, strategies: Mapping[str, Strategy]) -> None:
    faults = FaultList()
    with faults:
        saved_rows(model.equations.time.saved, definition.years, f"{source}: years")
    if len(strategies) < 2:
        faults.append(Fault(f"{source}: strategies", "name at least two strategies"))
    faults.raise_any()
