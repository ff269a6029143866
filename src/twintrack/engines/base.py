"""What all engines share: the protocol, and the check and arrangement of what is given to a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from twintrack.equations import Equations, TimeGrid
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.names import suggest


class Engine(Protocol):
    """Runs the equations of one model."""

    equations: Equations

    def run(
        self,
        constants: Mapping[str, ArrayLike],
        series: Mapping[str, ArrayLike],
        outputs: Sequence[str] | None = None,
        *,
        runs: int = 1,
        time_step: float | None = None,
    ) -> dict[str, Array]:
        """Run the model.

        Args:
            constants: Values that replace the equation of a variable, shape axes, or axes + (runs,).
            series: The same with a value per time of the integration grid, shape (steps + 1,) + axes, or
                (steps + 1,) + axes + (runs,).
            outputs: Names of variables; by default all but lookups.
            runs: Number of runs.
            time_step: Another integration step than the model's; must go evenly into SAVEPER.

        Returns:
            For each output an array (saves,) + axes + (runs,), float64; it may be read-only.

        Raises:
            InputError: A name is unknown, or a shape or time step does not fit.
        """
        ...


@dataclass(frozen=True)
class Inputs:
    """Checked inputs of a run: every array has the axis of runs last, of length one where runs share it."""

    constants: dict[str, Array]
    series: dict[str, Array]
    outputs: tuple[str, ...]
    runs: int
    grid: TimeGrid


def check_inputs(
    equations: Equations,
    constants: Mapping[str, ArrayLike],
    series: Mapping[str, ArrayLike],
    outputs: Sequence[str] | None,
    runs: int,
    grid: TimeGrid,
) -> Inputs:
    """Check names and shapes, and give every array an axis of runs. Raises InputError with all faults."""
    faults: list[Fault] = []
    if runs < 1:
        faults.append(Fault("runs", f"{runs} runs cannot be computed; take at least 1"))
    variables = equations.variables
    wanted = default_outputs(equations) if outputs is None else tuple(dict.fromkeys(outputs))
    for name in wanted:
        if name not in variables or variables[name].kind == "lookup":
            faults.append(
                Fault("outputs", f'"{name}" is not a variable that has values{suggest(name, variables)}')
            )
    for name in constants.keys() & series.keys():
        faults.append(Fault(name, "is given both as a constant and as a series"))
    checked: tuple[dict[str, Array], dict[str, Array]] = ({}, {})
    for given, into, rows in ((constants, checked[0], ()), (series, checked[1], (grid.steps + 1,))):
        for name in sorted(given):
            if name not in variables or variables[name].kind in ("lookup", "control"):
                faults.append(Fault(name, f"is not a variable that can be given{suggest(name, variables)}"))
                continue
            value = np.asarray(given[name], np.float64)
            shape = (*rows, *variables[name].shape)
            if value.shape == shape:
                into[name] = value[..., np.newaxis]
            elif value.shape == (*shape, runs):
                into[name] = value
            else:
                faults.append(Fault(name, f"has shape {value.shape}; {shape} or {(*shape, runs)} is needed"))
    if faults:
        raise InputError(faults)
    return Inputs(*checked, wanted, runs, grid)


def default_outputs(equations: Equations) -> tuple[str, ...]:
    """Give the names of all variables but lookups."""
    return tuple(name for name, variable in equations.variables.items() if variable.kind != "lookup")
