"""What a user asks for, read and checked in one way, whatever is done with it then.

The same mistake gets the same answer from a single run, a comparison, an ensemble in memory or in a folder,
and a report. All faults are told at once; what is allowed but worth knowing becomes a note.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.core import Core, StrategyReference
from twintrack.equations import Equations
from twintrack.equations.beginnings import initial_only
from twintrack.equations.structure import Array
from twintrack.errors import Fault
from twintrack.inputs.paths import DatedPath
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.inputs.validation import FaultList, repeated, unknown
from twintrack.inputs.world import Scenario, WorldParameter, WorldValue
from twintrack.inputs.yaml_files import shown
from twintrack.names import split_element

Strategies = StrategyReference | Sequence[StrategyReference] | Mapping[str, StrategyReference]
"""One strategy, several, or several under names of their own."""
Scenarios = str | Scenario | Sequence[str | Scenario]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What is to be simulated, by name, and what is set in all worlds on top of the scenarios.

    `strategies` are merged but not scaled to a budget; `notes` are for the user.
    """

    strategies: Mapping[str, Strategy]
    scenarios: Mapping[str, Scenario]
    world: Mapping[str, WorldValue]
    notes: tuple[str, ...]


def read_asked(
    core: Core,
    strategies: Strategies,
    scenarios: Scenarios,
    world: Mapping[str, Any] | None = None,
    levers: Mapping[str, Any] | None = None,
    crossed: Mapping[str, Sequence[Any]] | None = None,
) -> Asked:
    """Read strategies, scenarios and world parameters that are set.

    Args:
        core: The content.
        strategies: Strategies; each one once, or under names of their own.
        scenarios: Names of scenarios, each one once.
        world: World parameters that are set: numbers, {date: value}, or paths.
        levers: Levers that are set on top of every strategy.
        crossed: Values of levers; every strategy is taken with all of their combinations.

    Raises InputError with all faults.
    """
    faults = FaultList()
    plans: list[Strategy] = []
    outside: list[Scenario] = []
    values: dict[str, WorldValue] = {}
    with faults:
        plans = _strategies(core, strategies, levers or {}, crossed or {})
    with faults:
        outside = _scenarios(core, scenarios)
    with faults:
        values = core.world_values(world or {})
    faults.raise_any()
    return Asked(
        {plan.name: plan for plan in plans},
        {scenario.name: scenario for scenario in outside},
        values,
        (
            *_scenario_notes(core, outside),
            *replaced_notes(core, plans),
            *outside_range(core.world, values),
            *_dated_too_late(core.equations, values),
        ),
    )


def read_outputs(core: Core, asked: Sequence[str] | str | None, default: Sequence[str]) -> list[str]:
    """Give the labels of outputs, arrays element by element. Raises InputError with all faults."""
    if asked is None:
        return list(default)
    variables = core.equations.variables
    known = {label for item in variables.values() for label in item.labels}
    faults = FaultList()
    given = [asked] if isinstance(asked, str) else list(asked)
    others = [name for name in given if name not in known and name not in variables]
    today = core.inputs.renamed.outcomes.settle(dict.fromkeys(others), lambda _: "outputs", faults)
    names = [today.get(name, name) for name in given if name in today or name not in others]
    labels = [label for name in names for label in (variables[name].labels if name in variables else [name])]
    faults += [Fault("outputs", unknown("variable", name, known)) for name in labels if name not in known]
    faults += repeated("output", labels)
    if not given:
        faults.append(_none("outputs"))
    faults.raise_any()
    return labels


def saved_rows(saved: Array, times: Iterable[float], where: str = "time") -> NDArray[np.int64]:
    """Give the places of times among the saved ones: nothing is read between two saves.

    Raises InputError, at the place `where`, with all times that are not saved.
    """
    step = f" in steps of {saved[1] - saved[0]:g}" if len(saved) > 1 else ""
    message = f"is not saved; times are from {saved[0]:g} to {saved[-1]:g}{step}"
    asked = [float(time) for time in times]
    FaultList(Fault(f"{where} {time:.10g}", message) for time in asked if time not in saved).raise_any()
    return np.searchsorted(saved, asked)


def tell_notes(notes: Iterable[str]) -> None:
    """Bring what a user should know to the log "twintrack"."""
    for note in notes:
        _log.warning("note: %s", note)


def _scenario_notes(core: Core, scenarios: Iterable[Scenario]) -> Iterator[str]:
    """Say which values of scenarios lie outside the range that is thought likely."""
    for scenario in scenarios:
        for note in outside_range(core.world, scenario.world):
            yield f"scenario {scenario.name}: {note}"


def replaced_notes(core: Core, plans: Collection[Strategy]) -> list[str]:
    """Say which files of the user took the place of files of the content; see `replaced_files`."""

    def read() -> list[str]:
        return [f"{own} takes the place of {hidden}" for own, hidden in replaced_files(core, plans)]

    told = tuple(plan.files for plan in (*plans, core.strategy(BASELINE)))
    return core.remembered(("replaced", told), read, lambda _: core.inputs.strategies.searched)


def replaced_files(core: Core, plans: Iterable[Strategy]) -> Iterator[tuple[str, str]]:
    """Give files of the user, each with the file of the content whose place it takes, for merged strategies.

    Those that they start from count, and the baseline, which stands beside every result.
    """
    files = {path: None for plan in plans for path in (*plan.files, *core.strategy(BASELINE).files)}
    for path in files:
        hidden = core.inputs.strategies.hidden(path)
        if hidden is not None:
            yield shown(path), shown(hidden)


def outside_range(
    parameters: Mapping[str, WorldParameter], values: Mapping[str, WorldValue]
) -> Iterator[str]:
    """Say which values lie outside the range that is thought likely; they are allowed.

    Names that are no world parameters, as paths made in Python may have, are told where arrays are made.
    """
    for name, value in values.items():
        if name not in parameters:
            continue
        low, high = parameters[name].range
        several = [value] if isinstance(value, float | int) else value.values
        if min(several) < low or max(several) > high:
            yield f"{name} is set outside its range, {low:g} to {high:g}"


def _dated_too_late(equations: Equations, values: Mapping[str, WorldValue]) -> Iterator[str]:
    """Say which dated values change nothing, as only the beginning follows from them."""
    start = equations.time.initial
    for name, value in values.items():
        dated = isinstance(value, DatedPath) and value.start > start
        if dated and initial_only(equations, split_element(name)[0]):
            yield f"{name} counts only at the start of {start:.0f}: a later date changes nothing"


def _strategies(
    core: Core,
    asked: Strategies,
    levers: Mapping[str, Any],
    crossed: Mapping[str, Sequence[Any]],
) -> list[Strategy]:
    """Give every strategy with every combination of values of levers, by names that say so."""
    faults = FaultList()
    plans: list[Strategy] = []
    named = asked if isinstance(asked, Mapping) else None
    references = list(named.values()) if named is not None else _several(asked)
    if not references:
        faults.append(_none("strategies"))
    old = core.inputs.renamed.levers
    today = old.settle(crossed, lambda name: f"lever {name}", faults)
    crossed = {name: crossed[written] for written, name in today.items()}
    for name, values in crossed.items():
        if not len(values):
            faults.append(Fault(f"lever {name}", "has no values to cross the strategies with"))
    for own in named or ():
        faults += own_name_faults(own)
    for own, reference in zip(named or [""] * len(references), references, strict=True):
        for values in product(*crossed.values()):
            setting = dict(zip(crossed, values, strict=True))
            with faults:
                plan = core.strategy(reference, **levers, **setting)
                told = ", ".join(f"{name}={_told(value)}" for name, value in setting.items())
                name = own or plan.name
                plans.append(replace(plan, name=f"{name} with {told}" if told else name))
    faults += repeated("strategy", [plan.name for plan in plans], ", or give names of their own")
    faults.raise_any()
    return plans


def own_name_faults(name: str) -> list[Fault]:
    """Say what is wrong with a name that a user gives to a strategy."""
    if name != BASELINE:
        return []
    return [Fault(f"strategy {name}", "is what others are compared with; take another name for this one")]


def _scenarios(core: Core, names: Scenarios) -> list[Scenario]:
    faults = FaultList()
    found: list[Scenario] = []
    asked = _several(names)
    if not asked:
        faults.append(_none("scenarios"))
    for name in asked:
        with faults:
            found.append(core.scenario(name))
    faults += repeated("scenario", [scenario.name for scenario in found])
    faults.raise_any()
    return found


def _several(names: Any) -> list[Any]:
    """Give a list, also of one name, file or strategy that was given as it is."""
    return [names] if isinstance(names, str | Path | Strategy | Scenario) else list(names)


def _none(kind: str) -> Fault:
    return Fault(kind, "none is named: name at least one")


def _told(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{date}:{_told(number)}" for date, number in value.items())
    return f"{value:.10g}" if isinstance(value, float) else str(value)
