"""From names of strategies, or a stored ensemble, to what is compared.

Strategies are run at the baseline's public cost in each world and at their own budget, the same worlds for
all, by the same stored experiments as `twintrack ensemble`: what is broken off is continued.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.core import Core
from twintrack.decisions.compared import AS_STORED, COSTS, EQUAL, OWN, Compared, Factors, ranked
from twintrack.decisions.factorial import cells
from twintrack.errors import Fault, InputError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.validation import FaultList, repeated, unknown
from twintrack.runs.asked import Strategies, read_asked
from twintrack.runs.experiment import Experiment, Progress
from twintrack.runs.store import MANIFEST
from twintrack.runs.stored_ensemble import EnsembleResult

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from twintrack.inputs.outcomes import Outcome

YEARS = (2030.0, 2035.0, 2040.0)
"""Horizons."""

Targets = Mapping[str, Mapping[float, float]]
"""By outcome, what it is to reach in each year, in its unit."""


@dataclass(frozen=True)
class AnalysisSettings:
    """What is to be run and compared.

    Attributes:
        strategies: As for `Experiment`; the baseline is added where it is not named.
        scenarios: Names of scenarios.
        worlds: Number of worlds, or the worlds themselves.
        seed: Seed of the draw.
        prior: Draw from all that the ranges allow; by default from the worlds that agree with history.
        years: Saved times in decimal years.
        costs: EQUAL, OWN or both, the one that is looked at first before the other.
        factors: By what is asked about, the part without it and the part with it; see `factorial`.
        targets: On top of those that model/outcomes.yaml declares.
    """

    strategies: Strategies
    scenarios: Sequence[str] = (CENTRAL,)
    worlds: int | pd.DataFrame = 1000
    seed: int = 1
    prior: bool = False
    years: Sequence[float] = YEARS
    costs: Sequence[str] = COSTS
    factors: Factors = field(default_factory=dict)
    targets: Targets = field(default_factory=dict)


def run_compared(
    core: Core,
    asked: AnalysisSettings,
    folder: Path | None = None,
    *,
    resume: bool = False,
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Compared:
    """Run strategies and give what is compared.

    With a `folder` the runs are stored there, one ensemble for each cost; what was broken off is continued
    with `resume`. Raises InputError with all faults.
    """
    plans, named = _plans(core, asked)
    outcomes = _outcomes(core)
    results: dict[str, xr.Dataset] = {}
    for cost in asked.costs:
        experiment = Experiment(
            [at_cost(plan, cost) for plan in plans],
            asked.scenarios,
            asked.worlds,
            seed=asked.seed,
            prior=asked.prior,
            outputs=list(outcomes),
            times=sorted(asked.years),
            model=core,
        )
        if folder is None:
            results[cost] = experiment.dataset()
        else:
            stored = experiment.run(folder / cost, workers, resume, progress=progress)
            results[cost] = stored.dataset()
    return Compared(
        results=results,
        outcomes=outcomes,
        headline=_headline(core, outcomes),
        strategies=named,
        factors=asked.factors,
        origin=str(next(iter(results.values())).attrs["worlds"]),
        targets=all_targets(core, asked.targets),
    )


def stored_compared(
    core: Core, folder: Path, targets: Targets | None = None, factors: Factors | None = None
) -> Compared:
    """Read what is compared from a stored ensemble, or from the folder of an analysis with one for each cost.

    Every strategy of the ensemble is compared, the baseline first, but for the combinations of `factors`.
    Raises InputError for a folder that holds no ensemble, for one without an outcome that has a direction,
    and for combinations that are not stored.
    """
    folders = [folder / cost for cost in COSTS if (folder / cost / MANIFEST).exists()] or [folder]
    stores = [EnsembleResult.open(path) for path in folders]
    first = stores[0]
    outcomes = {name: item for name, item in _outcomes(core).items() if name in first.outputs}
    if not outcomes:
        message = "holds no outcome that is better higher or lower: there is nothing to compare"
        raise InputError(Fault(str(folder), message))
    combined = list(cells(factors).values()) if factors else []
    FaultList(
        Fault("factors", unknown("stored strategy", name, first.strategies))
        for name in combined
        if name not in first.strategies
    ).raise_any()
    results = {_cost(store): store.dataset(list(outcomes)) for store in stores}
    return Compared(
        results=results,
        outcomes=outcomes,
        headline=_headline(core, outcomes),
        strategies=sorted(
            (name for name in first.strategies if name not in combined), key=lambda name: name != BASELINE
        ),
        factors=factors or {},
        origin=first.origin,
        targets=all_targets(core, targets or {}),
    )


def at_cost(plan: Strategy, cost: str) -> Strategy:
    """Give a strategy with the budget rule of a cost; the baseline costs what it costs."""
    own = cost == OWN or plan.name == BASELINE
    return replace(plan, budget="own" if own else "equal")


def all_targets(core: Core, further: Targets) -> dict[str, dict[float, float]]:
    """Give the targets of model/outcomes.yaml, and others on top. Raises InputError for what has none."""
    found = {name: dict(item.target) for name, item in core.outcomes.items() if item.target}
    faults = FaultList()
    for name, by_year in further.items():
        if name not in core.outcomes:
            faults.append(Fault(f"target {name}", unknown("outcome", name, core.outcomes)))
        elif core.outcomes[name].better == "neutral":
            faults.append(Fault(f"target {name}", "is better neither higher nor lower: it has no target"))
        else:
            found.setdefault(name, {}).update(by_year)
    faults.raise_any()
    return found


def _plans(core: Core, asked: AnalysisSettings) -> tuple[list[Strategy], list[str]]:
    """Give all strategies to run, and the names of those that are compared, the baseline first."""
    faults = FaultList(
        Fault("costs", unknown("cost", cost, COSTS)) for cost in asked.costs if cost not in COSTS
    )
    faults += repeated("cost", list(asked.costs))
    plans: dict[str, Strategy] = {BASELINE: core.strategy(BASELINE)}
    combinations: dict[str, Strategy] = {}
    with faults:
        plans |= read_asked(core, asked.strategies, asked.scenarios).strategies
    with faults:
        all_targets(core, asked.targets)
    for name in cells(asked.factors).values() if asked.factors else ():
        with faults:
            combinations[name] = core.strategy(name)
    faults.raise_any()
    return list({**combinations, **plans}.values()), list(plans)


def _outcomes(core: Core) -> dict[str, Outcome]:
    """Give all outcomes that are ranked: those proper, and those of the headline."""
    return ranked(core.outcomes, list(dict.fromkeys([*core.inputs.outcomes.goals, *core.headline])))


def _headline(core: Core, outcomes: Mapping[str, Outcome]) -> list[str]:
    return [name for name in core.headline if name in outcomes] or list(outcomes)[:1]


def _cost(store: EnsembleResult) -> str:
    """Name the cost at which a stored ensemble was run, by the budgets of all strategies but the baseline."""
    budgets = {budget for name, budget in store.budgets.items() if name != BASELINE}
    return next(iter(budgets)) if len(budgets) == 1 and budgets <= {OWN, EQUAL} else AS_STORED
