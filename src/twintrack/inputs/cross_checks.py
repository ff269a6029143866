"""What files of the content say of one another: names in one that another must have.

The readers know only their own file; here the whole content is at hand.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.equations.closed_forms import closed_forms
from twintrack.equations.drivers import time_drivers, time_readers
from twintrack.errors import Fault
from twintrack.inputs.boundary import BoundaryFile, BoundaryInput
from twintrack.inputs.content import Content
from twintrack.inputs.loops import read_loops
from twintrack.inputs.mechanisms import cut_names, read_mechanisms
from twintrack.inputs.model_names import name_fault
from twintrack.inputs.paths import TimePath
from twintrack.inputs.renamed import OldNames, load_renamed
from twintrack.inputs.sources import citation_faults
from twintrack.inputs.structure_schemas import Mechanism
from twintrack.inputs.validation import FaultList, unknown, validated
from twintrack.inputs.world import read_world
from twintrack.inputs.yaml_files import read_document, shown
from twintrack.names import split_element

if TYPE_CHECKING:
    from twintrack.equations import Equations


def state_faults(path: Path, content: Content) -> list[Fault]:
    """Say what is wrong with the states that the loops name; raises InputError when they cannot be read."""
    document, loops = read_loops(path)
    faults = FaultList()
    for place, loop in enumerate(loops.values()):
        where = partial(document.where, "loops", place, "state")
        state = loop.state
        if state.strategy not in content.strategies.known():
            message = unknown("strategy", state.strategy, content.strategies.known())
            faults.append(Fault(where("strategy"), message))
        if state.scenario not in content.scenarios:
            message = unknown("scenario", state.scenario, content.scenarios)
            faults.append(Fault(where("scenario"), message))
        with faults:
            read_world(state.world, content.world, partial(where, "world"))
        with faults:
            content.levers.read_settings(state.levers, partial(where, "levers"))
    return faults


def renamed_faults(path: Path, content: Content) -> list[Fault]:
    """Say which entries do not fit the content. Raises InputError when the file cannot be read.

    A name of before must not be in use any more, nor stand in both lists; what it is called now must exist.
    """
    document, table = read_document(path), load_renamed(path)
    known: dict[str, tuple[OldNames, Collection[str]]] = {
        "levers": (table.levers, content.levers.levers),
        "world": (table.world, content.world),
        "outcomes": (table.outcomes, content.outcomes.outcomes),
    }
    faults = FaultList()
    for key, (old, names) in known.items():
        for name, new in old.renamed.items():
            place = document.where("renamed", key, name)
            if new not in names:
                faults.append(Fault(place, unknown(old.kind, new, names)))
            if name in old.gone:
                faults.append(Fault(place, f'"{name}" stands under "gone:" too; keep one of the two'))
        for group, entries in (("renamed", old.renamed), ("gone", old.gone)):
            message = "is in use; take it out here, or rename it in its own table"
            faults += [
                Fault(document.where(group, key, name), f'the {old.kind} "{name}" {message}')
                for name in entries
                if name in names
            ]
    return faults


def mechanism_faults(path: Path, content: Content, equations: Equations | None = None) -> list[Fault]:
    """Say what is wrong with the names in the file.

    Sources, levers, outcomes, scenarios and world parameters must exist, with equations also variables,
    constants that are cut, and sectors. Raises InputError when the file cannot be read.
    """
    document, mechanisms = read_mechanisms(path)
    faults = []
    variables = equations.variables.values() if equations is not None else ()
    sectors = list(dict.fromkeys(variable.group for variable in variables))
    for place, entry in enumerate(mechanisms.values()):
        wrong = citation_faults(entry.seed, content.sources) + _content_faults(entry, content)
        if equations is not None:
            wrong += _model_faults(entry, equations, sectors)
        where = document.where("mechanisms", place)
        faults += [Fault(where, f"{entry.id}: {message}") for message in wrong]
    return faults


def _content_faults(entry: Mechanism, content: Content) -> list[str]:
    levers, outcomes = content.levers.levers, content.outcomes.outcomes
    wrong = [unknown("lever", name, levers) for name in entry.lever if name not in levers]
    named = dict.fromkeys(filter(None, (entry.outcome, entry.felt_outcome)))
    wrong += [unknown("outcome", name, outcomes) for name in named if name not in outcomes]
    if entry.scenario and entry.scenario not in content.scenarios:
        wrong.append(unknown("scenario", entry.scenario, content.scenarios))
    faults = FaultList()
    with faults:
        read_world(entry.world, content.world, lambda *_: "")
    return wrong + [fault.message for fault in faults]


def _model_faults(entry: Mechanism, equations: Equations, sectors: Collection[str]) -> list[str]:
    wrong = [name_fault(name, equations, whole=True) for name in entry.variables]
    wrong += [name_fault(name, equations, constant=True, whole=True) for name in cut_names(entry.cut)]
    if entry.sector not in sectors:
        wrong.append(unknown("sector of the model", entry.sector, sectors))
    return [message for message in wrong if message]


def dated_parameters(content: Content) -> dict[str, list[str]]:
    """Give the world parameters that scenarios date, each with the names of those scenarios."""
    found: dict[str, list[str]] = {}
    for name in content.scenarios:
        for parameter, value in content.scenario(name).world.items():
            if isinstance(value, TimePath) and not value.is_constant:
                found.setdefault(parameter, []).append(name)
    return found


def driving_inputs(content: Content, equations: Equations) -> dict[str, str]:
    """Give everything that moves with time from outside, with where: "equations", "reader" or "scenario".

    A "reader" is a variable of the model's own whose equation reads the date as well.
    """
    levers = content.levers.levers
    return {
        **dict.fromkeys(time_drivers(equations, levers), "equations"),
        **dict.fromkeys(time_readers(equations, levers), "reader"),
        **dict.fromkeys(dated_parameters(content), "scenario"),
    }


def boundary_faults(path: Path, content: Content, equations: Equations) -> list[Fault]:
    """Compare the file with what moves with time: no input without an entry, no entry without an input.

    Also strategies that do not exist. Raises InputError when a file cannot be read.
    """
    document = read_document(path)
    entries: Mapping[str, BoundaryInput] = validated(document, BoundaryFile).inputs
    found = driving_inputs(content, equations)
    faults = [
        Fault(document.where("inputs"), f'"{name}" moves with time from outside; say why under "inputs:"')
        for name in found
        if name not in entries
    ]
    faults += [
        Fault(document.where("inputs", name), f'"{name}" does not move with time from outside; remove it')
        for name in entries
        if name not in found
    ]
    known = content.strategies.names()
    return faults + [
        Fault(document.where("inputs", name, "strategies", place), unknown("strategy", strategy, known))
        for name, entry in entries.items()
        for place, strategy in enumerate(entry.strategies)
        if strategy not in known
    ]


def closed_form_faults(path: Path, content: Content, equations: Equations) -> list[Fault]:
    """Say which equations of the model file join the time with a world parameter or a lever.

    A dated value of that would change levels for all the time before its date as well.
    """
    variables = equations.variables
    kinds = dict.fromkeys(content.levers.levers, "a lever")
    kinds |= dict.fromkeys((split_element(name)[0] for name in content.world), "a world parameter")
    parameters = kinds.keys() & variables.keys()
    advice = (
        "make what grows with the time a stock, with the parameter as its rate or its initial value,"
        " so that a dated value changes only what comes after its date"
    )
    found = []
    for form in closed_forms(equations, parameters):
        title, parameter = variables[form.variable].title, variables[form.parameter].title
        message = f'{title} is a formula of the time and of "{parameter}", {kinds[form.parameter]}; {advice}'
        found.append(Fault(f"{shown(path)}:{form.line}", message))
    return found
