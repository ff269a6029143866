"""From what a user asks of an experiment to what is computed and recorded; all faults are found here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from twintrack.errors import Fault, InputError
from twintrack.experiments import manifest as manifests
from twintrack.experiments.design import Array, Sampling, pieces, sampled, sampling_faults
from twintrack.experiments.drawing import choose_source, design_faults
from twintrack.experiments.parts import Work, part_ranges
from twintrack.experiments.plan import Plan
from twintrack.experiments.posterior import posterior_rows
from twintrack.experiments.store import name_faults
from twintrack.experiments.tables import Table, open_table, resampled
from twintrack.experiments.worlds import Design
from twintrack.inputs.validation import FaultList, unknown

if TYPE_CHECKING:
    from twintrack.engines.registry import BlendingName
    from twintrack.experiments.experiment import Experiment, Times
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario, WorldValue
    from twintrack.model import Model

_PACKED = 0.75
"""Size of a part in relation to its numbers, measured on the model's outcomes."""


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


def prepare(experiment: Experiment) -> Prepared:
    """Read everything that an experiment names. Raises InputError with all faults."""
    from twintrack.model import load

    model = experiment.model or load()
    asked = _read(experiment, model)
    faults = FaultList()
    budgets: dict[str, dict[str, tuple[Strategy, float]]] = {name: {} for name in asked.scenarios}
    for scenario, plan in product(asked.scenarios, asked.plans):
        with faults:
            budgets[scenario][plan.name] = model.at_budget(plan, scenario)
    faults.raise_any()
    work = _work(model, asked, budgets, experiment.engine)
    factors = {
        plan.name: {scenario: found[plan.name][1] for scenario, found in budgets.items()}
        for plan in asked.plans
    }
    recorded = _manifest(model, work, asked, factors)
    notes = (*asked.drawn.notes, *_replaced_notes(asked))
    return Prepared(work, asked.design, recorded, notes)


@dataclass(frozen=True)
class _Drawn:
    """The worlds of an experiment; `source` names what holds the columns (empty: the prior's ranges do)."""

    design: Design
    source: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """What an experiment names, as it was found; `rows` are places among the saved times."""

    plans: Sequence[Strategy]
    scenarios: Mapping[str, Scenario]
    world: Mapping[str, WorldValue]
    outputs: Sequence[str]
    rows: NDArray[np.int64]
    drawn: _Drawn

    @property
    def design(self) -> Design:
        return self.drawn.design


def _read(experiment: Experiment, model: Model) -> _Asked:
    faults = FaultList()
    found: dict[str, Any] = {}
    with faults:
        found["plans"] = _crossed(model, _several(experiment.strategies), experiment.levers or {})
    with faults:
        found["scenarios"] = _scenarios(model, _several(experiment.scenarios))
    with faults:
        found["world"] = model.world_values(experiment.world or {})
    with faults:
        found["outputs"] = _outputs(model, experiment.outputs and _several(experiment.outputs))
    with faults:
        found["rows"] = _rows(model.equations.time.saved, experiment.times)
    with faults:
        found["drawn"] = _design(experiment, model)
    faults.raise_any()
    return _Asked(**found)


def _work(
    model: Model,
    asked: _Asked,
    budgets: Mapping[str, Mapping[str, tuple[Strategy, float]]],
    engine: BlendingName,
) -> Work:
    """Put together what is computed; `budgets` holds strategies as their budgets want them, by scenario."""
    plan = Plan(
        arrays=model.world_arrays,
        scenarios={name: {**scenario.world, **asked.world} for name, scenario in asked.scenarios.items()},
        strategies={
            scenario: {name: plan for name, (plan, _) in found.items()} for scenario, found in budgets.items()
        },
        outputs=asked.outputs,
    )
    return Work(
        equations=model.equations,
        plan=plan,
        parameters=asked.design.names,
        rows=asked.rows,
        times=model.equations.time.saved[asked.rows],
        units={name: model.catalogue.unit(name) for name in asked.outputs},
        engine=engine,
    )


def _manifest(
    model: Model, work: Work, asked: _Asked, factors: Mapping[str, Mapping[str, float]]
) -> manifests.Manifest:
    return {
        "format": manifests.FORMAT,
        "model_hash": model.equations.hash,
        "versions": manifests.versions(),
        "design": {
            **asked.design.described,
            "parameters": {
                name: manifests.parameter_entry(parameter) for name, parameter in model.world.items()
            },
            "dated": work.plan.arrays.dated,
        },
        "engine": work.engine,
        "part_worlds": len(part_ranges(asked.design.worlds)[0]),
        "scenarios": {name: manifests.values_entry(values) for name, values in work.plan.scenarios.items()},
        "strategies": {plan.name: manifests.strategy_entry(plan, factors[plan.name]) for plan in asked.plans},
        "outputs": {name: {"unit": unit} for name, unit in work.units.items()},
        "times": work.times.tolist(),
        **manifests.surroundings(),
    }


def _several(names: Any) -> Any:
    """Give a list, also of one name, file or strategy that was given as it is."""
    from twintrack.inputs.strategies import Strategy

    return [names] if isinstance(names, str | Path | Strategy) else list(names)


def _crossed(model: Model, references: Sequence[Any], levers: Mapping[str, Sequence[Any]]) -> list[Strategy]:
    """Give every strategy with every combination of values of levers, by names that say so."""
    faults = FaultList()
    plans: list[Strategy] = []
    if not references:
        faults.append(Fault("strategies", "none is named: name at least one"))
    for name, values in levers.items():
        if not len(values):
            faults.append(Fault(f"lever {name}", "has no values to cross the strategies with"))
    for reference in references:
        for values in product(*levers.values()):
            setting = dict(zip(levers, values, strict=True))
            with faults:
                plan = model.strategy(reference, **setting)
                told = ", ".join(f"{name}={_told(value)}" for name, value in setting.items())
                plans.append(replace(plan, name=f"{plan.name} with {told}") if told else plan)
    names = [plan.name for plan in plans]
    faults += _repeated("strategy", names) + name_faults("strategy", names)
    faults.raise_any()
    return plans


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{date}:{_told(number)}" for date, number in value.items())
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _scenarios(model: Model, names: Sequence[str]) -> dict[str, Scenario]:
    faults = FaultList()
    found: list[Scenario] = []
    if not names:
        faults.append(Fault("scenarios", "none is named: name at least one"))
    for name in names:
        with faults:
            found.append(model.scenario(name))
    known = [scenario.name for scenario in found]
    faults += _repeated("scenario", known) + name_faults("scenario", known)
    faults.raise_any()
    return {scenario.name: scenario for scenario in found}


def _repeated(kind: str, names: Sequence[str]) -> list[Fault]:
    twice = sorted({name for name in names if names.count(name) > 1})
    return [Fault(f"{kind} {name}", "is named twice; keep one") for name in twice]


def _outputs(model: Model, asked: Sequence[str] | None) -> list[str]:
    if asked is None:
        return list(model.inputs.outcomes.goals)
    variables = model.equations.variables
    asked = [label for name in asked for label in (variables[name].labels if name in variables else [name])]
    known = {label for item in variables.values() for label in item.labels}
    faults = [Fault("outputs", unknown("variable", name, known)) for name in asked if name not in known]
    faults += _repeated("output", asked)
    if not asked:
        faults.append(Fault("outputs", "none is named: name at least one"))
    if faults:
        raise InputError(faults)
    return list(asked)


def _rows(saved: Array, asked: Times | None) -> NDArray[np.int64]:
    """Give the places of the wanted times among the saved ones."""
    if asked == "all":
        return np.arange(len(saved))
    if asked is None or asked == "yearly":
        return np.flatnonzero(saved == np.rint(saved))
    try:
        times = sorted({float(time) for time in asked})
    except (TypeError, ValueError):
        times = []
    step = f"{saved[1] - saved[0]:g}" if len(saved) > 1 else "1"
    message = f"is not saved; times are from {saved[0]:g} to {saved[-1]:g} in steps of {step}"
    faults = [Fault(f"time {time:g}", message) for time in times if time not in saved]
    if not times:
        faults.append(Fault("times", 'write times in decimal years, "yearly" or "all"'))
    if faults:
        raise InputError(faults)
    return np.searchsorted(saved, times)


def _design(experiment: Experiment, model: Model) -> _Drawn:
    given, seed = experiment.worlds, int(experiment.seed)
    drawn = isinstance(given, int | np.integer)
    faults = FaultList(design_faults(experiment.design, prior=experiment.prior, given=not drawn))
    if isinstance(given, int | np.integer):
        faults += sampling_faults(int(given), seed)
        if experiment.resample is not None:
            faults.append(Fault("resample", "draws from a table of worlds, but none is given"))
        faults.raise_any()
        return _drawn(experiment, model, int(given), seed)
    faults.raise_any()
    return _Drawn(_from_table(open_table(given, model.world), experiment.resample, seed), "the table")


def _drawn(experiment: Experiment, model: Model, worlds: int, seed: int) -> _Drawn:
    """Draw worlds from the posterior or the prior."""
    source = choose_source(model, experiment.design, prior=experiment.prior, worlds=worlds)
    described: dict[str, Any] = {"kind": source.design, "worlds": worlds, "seed": seed}
    if source.posterior is None:
        design: Sampling = "sobol" if source.design == "sobol" else "latin"
        parts = partial(pieces, model.world, worlds, seed, design)
        notes = (*source.notes, *_sobol_notes(source.design, worlds))
        return _Drawn(Design(tuple(sampled(model.world)), worlds, parts, described), "", notes)
    described["posterior"] = source.posterior.described()
    frame, picked = source.posterior.frame, posterior_rows(len(source.posterior.frame), worlds, seed)
    parts = partial(open_table(frame, model.world).pieces, picked)
    return _Drawn(Design(tuple(frame.columns), worlds, parts, described), "the posterior", source.notes)


def _from_table(table: Table, resample: int | None, seed: int) -> Design:
    described = {"kind": "table", "rows": table.rows, "sha256": table.digest, "columns": list(table.names)}
    picked, worlds = None, table.rows
    if resample is not None:
        worlds = int(resample)
        picked = resampled(table.rows, worlds, seed)
        described |= {"kind": "table, resampled", "seed": seed}
    return Design(table.names, worlds, partial(table.pieces, picked), {**described, "worlds": worlds})


def _sobol_notes(design: str, worlds: int) -> list[str]:
    if design != "sobol" or not worlds & (worlds - 1):
        return []
    below = 1 << (worlds.bit_length() - 1)
    return [
        f"a Sobol sequence is evenly spread at powers of two; {worlds} is none,"
        f" take {below} or {2 * below} if you can"
    ]


def _replaced_notes(asked: _Asked) -> list[str]:
    """Say which columns of a table or of the posterior a scenario sets to values of its own."""
    columns, source = set(asked.design.names), asked.drawn.source
    found = {
        name: [item for item in scenario.world if item in columns]
        for name, scenario in asked.scenarios.items()
    }
    return [
        f"scenario {scenario} sets {', '.join(names)} in every world, instead of what {source} holds"
        for scenario, names in found.items()
        if names and source
    ]
