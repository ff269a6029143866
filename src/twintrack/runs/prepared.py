"""From the settings of an experiment to what is computed and recorded; all faults are found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from twintrack.core import Core
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.settings import plain_number
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.validation import FaultList
from twintrack.inputs.world import laid_over
from twintrack.runs import manifest as manifests
from twintrack.runs.arguments import check_arguments
from twintrack.runs.arrays import world_arrays
from twintrack.runs.asked import (
    Asked,
    Scenarios,
    Strategies,
    read_asked,
    read_outputs,
    replaced_notes,
    saved_rows,
)
from twintrack.runs.equal_cost import IN_EACH_WORLD, at_budget, equal_by_world, sized
from twintrack.runs.parts import Work, part_ranges
from twintrack.runs.simulating import EqualCost, Plan
from twintrack.worlds.drawing import DesignName, DrawnDesign, draw_design
from twintrack.worlds.sampling import parameter_entry
from twintrack.worlds.worlds_file import Design

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.engines.registry import BatchEngineName

Times = Sequence[float] | Literal["all", "yearly"]

DEFAULT_WORLDS = 1000

_PACKED = 0.75
"""Size of a part in relation to its numbers, measured on the model's outcomes."""


@dataclass(frozen=True)
class ExperimentSettings:
    """What is to be simulated: every strategy under every scenario in the same worlds.

    Attributes:
        strategies: Names, paths of .yaml files, mixes, or merged strategies; or a mapping to these from names
            of your own, which tell two settings of one strategy apart.
        scenarios: Names of scenarios; what a scenario sets replaces the sampled value in every world, a dated
            value from its first date on.
        worlds: Number of worlds to draw; or the worlds themselves as a DataFrame, or as the path of a .csv or
            .parquet file, with a column for each world parameter that varies. The others keep their central
            values.
        design: How worlds are drawn: "posterior" (from those that agree with history), "latin" (a Latin
            hypercube of the prior, which is all that the ranges allow) or "sobol" (a scrambled Sobol sequence
            of the prior, best with a power of two). By default the posterior where the content has one that
            belongs to the model, else a Latin hypercube, with a note that says why.
        seed: Seed of the draw.
        outputs: Variables, or elements of arrays; by default all outcomes.
        times: Saved times in decimal years, "yearly" (the default: whole years) or "all".
        levers: Values of levers, each a number or {date: value}; every strategy is crossed with all of their
            combinations.
        resample: Number of worlds to draw from the given table, with replacement; by default its rows are
            taken as they are.
        engine: "native", or "numpy", which compiles nothing.
        model: The model; by default that of `twintrack.load()`.
        prior: Draw from the prior: the same as the design "latin", unless that is "sobol".
        world: World parameters that hold in all worlds, on top of the scenarios: numbers, {date: value}, or
            paths. Budgets that are equal in the central world are scaled without them, as in `Model.run`.
    """

    strategies: Strategies
    scenarios: Scenarios = (CENTRAL,)
    worlds: int | pd.DataFrame | Path | str = DEFAULT_WORLDS
    design: DesignName | None = None
    seed: int = 1
    outputs: Sequence[str] | None = None
    times: Times | None = None
    levers: Mapping[str, Sequence[Any]] | None = None
    resample: int | None = None
    engine: BatchEngineName = "native"
    model: Core | None = None
    prior: bool = False
    world: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Prepared:
    """An experiment whose names are all known.

    Attributes:
        work: What is computed for each part.
        design: The worlds.
        manifest: What is recorded.
        notes: What a user should know before.
    """

    work: Work
    design: Design
    manifest: manifests.Manifest
    notes: tuple[str, ...]

    @property
    def columns(self) -> int:
        """Number of strategies under scenarios: what is simulated in every world."""
        return len(self.work.plan.scenarios) * len(self.work.plan.strategy_names)

    @property
    def part_size(self) -> float:
        """Bytes that an average part will take, about."""
        numbers = self.design.worlds * len(self.work.times) * len(self.work.plan.outputs)
        return 8 * numbers * _PACKED / len(part_ranges(self.design.worlds))


def prepare(settings: ExperimentSettings) -> Prepared:
    """Read everything that an experiment names. Raises InputError with all faults."""
    check_arguments(
        strategies=settings.strategies,
        scenarios=settings.scenarios,
        worlds=settings.worlds,
        design=settings.design,
        seed=settings.seed,
        outputs=settings.outputs,
        times=settings.times,
        levers=settings.levers,
        resample=settings.resample,
        engine=settings.engine,
        prior=settings.prior,
        world=settings.world,
    )
    counts = {name: plain_number(getattr(settings, name)) for name in ("worlds", "seed", "resample")}
    settings, core = replace(settings, **counts), settings.model or Core()
    asked, outputs, rows, drawn = _read(settings, core)
    faults = FaultList()
    budgets: _Budgets = {name: {} for name in asked.scenarios}
    equal: dict[str, dict[str, EqualCost]] = {name: {} for name in asked.scenarios}
    for (scenario, outside), (name, merged) in product(asked.scenarios.items(), asked.strategies.items()):
        with faults:
            if merged.budget == "equal":
                equal[scenario][name] = equal_by_world(core, merged, outside)
                whole = sized(merged, outside.public_money, core.lever_table)
                budgets[scenario][name] = whole, IN_EACH_WORLD
            else:
                budgets[scenario][name] = at_budget(core, merged, outside)
    faults.raise_any()
    plan = Plan(
        arrays=world_arrays(core),
        scenarios={
            name: laid_over(scenario.world, asked.world) for name, scenario in asked.scenarios.items()
        },
        strategies={
            scenario: {name: scaled for name, (scaled, _) in found.items()}
            for scenario, found in budgets.items()
        },
        outputs=outputs,
        equal=equal,
        common_until=core.policy_start if len(asked.strategies) > 1 else None,
    )
    work = Work(
        equations=core.equations,
        plan=plan,
        parameters=drawn.design.names,
        rows=rows,
        times=core.equations.time.saved[rows],
        units={name: core.catalogue.unit(name) for name in outputs},
        engine=settings.engine,
    )
    recorded = _manifest(core, work, asked, drawn.design, budgets)
    notes = (*asked.notes, *drawn.notes, *_replaced_notes(asked, drawn))
    return Prepared(work, drawn.design, recorded, notes)


_Budgets = dict[str, dict[str, tuple[Strategy, float | str]]]
"""Strategies as their budgets want them and the factors on their money, by scenario and name.

A strategy whose factor is IN_EACH_WORLD is not scaled yet.
"""


def _read(
    settings: ExperimentSettings, core: Core
) -> tuple[Asked, list[str], NDArray[np.int64], DrawnDesign]:
    """Read what is asked for, the outputs, the rows of the saved times, and the worlds."""
    faults = FaultList()
    found: dict[str, Any] = {}
    with faults:
        found["asked"] = read_asked(
            core, settings.strategies, settings.scenarios, settings.world, crossed=settings.levers
        )
    with faults:
        found["outputs"] = read_outputs(core, settings.outputs, core.inputs.outcomes.goals)
    with faults:
        found["rows"] = _rows(core.equations.time.saved, settings.times)
    with faults:
        found["drawn"] = draw_design(
            core,
            settings.worlds,
            design=settings.design,
            seed=int(settings.seed),
            prior=settings.prior,
            resample=settings.resample,
        )
    faults.raise_any()
    return found["asked"], found["outputs"], found["rows"], found["drawn"]


def _manifest(core: Core, work: Work, asked: Asked, design: Design, budgets: _Budgets) -> manifests.Manifest:
    factors = {
        name: {scenario: found[name][1] for scenario, found in budgets.items()} for name in asked.strategies
    }
    return {
        "format": manifests.FORMAT,
        "model_hash": core.equations.hash,
        "versions": manifests.versions(),
        "design": {
            **design.described,
            "parameters": {name: parameter_entry(parameter) for name, parameter in core.world.items()},
            "dated": work.plan.arrays.dated,
        },
        "engine": work.engine,
        "part_worlds": len(part_ranges(design.worlds)[0]),
        "scenarios": {name: manifests.values_entry(values) for name, values in work.plan.scenarios.items()},
        "strategies": {
            name: manifests.strategy_entry(plan, factors[name]) for name, plan in asked.strategies.items()
        },
        "outputs": {name: {"unit": unit} for name, unit in work.units.items()},
        "times": work.times.tolist(),
        "replaced files": replaced_notes(core, asked.strategies.values()),
        **manifests.surroundings(),
    }


def _rows(saved: Array, asked: Times | None) -> NDArray[np.int64]:
    """Give the places of the wanted times among the saved ones."""
    if isinstance(asked, str) and asked == "all":
        return np.arange(len(saved))
    if asked is None or (isinstance(asked, str) and asked == "yearly"):
        return np.flatnonzero(saved == np.rint(saved))
    try:
        times = sorted({float(time) for time in asked})
    except (TypeError, ValueError):
        times = []
    if not times:
        raise InputError(Fault("times", 'write times in decimal years, "yearly" or "all"'))
    return saved_rows(saved, times)


def _replaced_notes(asked: Asked, drawn: DrawnDesign) -> list[str]:
    """Say which columns of a table or of the posterior a scenario sets to values of its own."""
    columns = set(drawn.design.names)
    found = {
        name: [item for item in scenario.world if item in columns]
        for name, scenario in asked.scenarios.items()
    }
    return [
        f"scenario {scenario} sets {', '.join(names)} in every world, instead of what {drawn.holder} holds"
        for scenario, names in found.items()
        if names and drawn.holder
    ]
