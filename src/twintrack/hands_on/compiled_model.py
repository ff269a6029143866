"""The model compiled for the component: one module for every strategy, scenario and world."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from twintrack.engines.base import Blend, Inputs, check_inputs
from twintrack.engines.wasm.module import Module, compiled
from twintrack.equations.alone import keeps_first, moves
from twintrack.errors import Fault, InputError
from twintrack.inputs.strategies import BASELINE
from twintrack.names import split_element
from twintrack.runs.arrays import lever_series, place_of, world_arrays
from twintrack.runs.switching import SHARE, SWITCH_VARIABLES, TIMES, TRIGGER
from twintrack.stored import stored

if TYPE_CHECKING:
    from twintrack.core import Core


def module_for(core: Core) -> Module:
    """Compile the model so that levers are series with second values, and world parameters can be set.

    Money, and what some scenario dates, may differ from run to run. Kept in the cache. Raises InputError when
    a scenario replaces a variable that has an equation: that would be another module.
    """
    names = sorted(further_constants(core))
    described = f"{core.equations.numbered} {core.equations.hash} {[*core.levers]} {[*core.world]} {names}"
    described += (
        f" {sorted(core.lever_table.money)} {world_arrays(core).dated} {page_outputs(core)}"
        f" {[(lever.low, lever.high) for lever in core.levers.values()]}"
    )
    return stored(
        "wasm_module", described, ("equations", "engines", "hands_on"), Module, lambda: _module(core)
    )


def further_constants(core: Core) -> dict[str, float]:
    """Give what scenarios set beside world parameters, with its value in the model file.

    Raises InputError for variables that have an equation.
    """
    found = dict(_further(core))
    equations = [name for name, value in found.items() if np.isnan(value)]
    if equations:
        message = "a scenario replaces its equation by a number, which the page cannot do; leave it out"
        raise InputError([Fault(name, message) for name in equations])
    return found


def can_switch(core: Core) -> bool:
    """Say whether the model has what strategies need to go over to another one."""
    return all(name in core.equations.variables for name in SWITCH_VARIABLES)


def switch_constants(core: Core) -> dict[str, float]:
    """Give the constants that a switch sets, as they stand in the model file: it then never comes."""
    names = (*TRIGGER.values(), *TIMES) if can_switch(core) else ()
    return {name: float(core.equations.defaults[name]) for name in names}


def behind_loops(core: Core) -> list[str]:
    """Give what loops and outcomes follow from: variables with an equation, in the order of the file."""
    if not core.inputs.names_loops:
        return []
    equations = core.equations
    labels = (
        label for entry in core.inputs.loops.values() for cycle in entry.cycles for label in cycle.variables
    )
    found = {*core.catalogue.outcome_variables, *(split_element(label)[0] for label in labels)}
    pending = [*found]
    while pending:
        new = {*equations.causes(pending.pop())} - found
        found |= new
        pending += new
    return [name for name in equations.variables if name in found and moves(equations, name)]


def page_outputs(core: Core) -> list[str]:
    """Give the variables that the page asks for: those of outcomes, and those that loops follow from."""
    return list(dict.fromkeys([*core.catalogue.outcome_variables, *_levels(core)]))


def _levels(core: Core) -> list[str]:
    """Give what all others behind loops follow from: stocks, INITIALs, and how far a run has switched."""
    equations, behind = core.equations, behind_loops(core)
    known = [
        name for name in behind if equations.variables[name].kind == "stock" or keeps_first(equations, name)
    ]
    return [*known, SHARE] if behind and can_switch(core) and SHARE not in known else known


def moved_levers(ranges: Iterable[tuple[str, float, float]]) -> dict[str, float]:
    """Give the levers of the run by which a page checks itself: each at three quarters of its range."""
    return {name: low + 0.75 * (high - low) for name, low, high in ranges}


def _further(core: Core) -> Iterator[tuple[str, float]]:
    for scenario in core.scenarios:
        for name in core.scenario(scenario).constants:
            constant, place = place_of(core.equations, name)
            values = core.equations.defaults.get(constant)
            yield name, float("nan") if values is None else float(values[place])


def page_inputs(core: Core) -> Inputs:
    """Give what the page sets: levers with second values, world parameters, further constants."""
    equations, grid = core.equations, core.equations.time
    world = world_arrays(core).inputs(further_constants(core), grid.times)
    levers = lever_series(core.strategy(BASELINE).paths, grid.times)
    blend = Blend(SHARE, levers) if can_switch(core) else None
    return check_inputs(
        equations,
        {**world.constants, **{name: np.array(value) for name, value in switch_constants(core).items()}},
        {**levers, **world.series},
        page_outputs(core),
        1,
        grid,
        blend,
    )


def _module(core: Core) -> Module:
    inputs = page_inputs(core)
    money = sorted(core.lever_table.money)
    varying = [*money, *(f"{name}'" for name in money if inputs.second), *world_arrays(core).dated]
    moved = moved_levers((name, lever.low, lever.high) for name, lever in core.levers.items())
    return compiled(core.equations, inputs, varying, moved)
