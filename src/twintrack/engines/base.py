"""What all engines share: how they are called, the check of what is given, and outputs that are known."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from twintrack.equations import Equations, TimeGrid
from twintrack.equations.structure import RUN_NUMBER, Array, Number, StateValue
from twintrack.errors import Fault, InputError
from twintrack.names import suggest

_NOT_GIVEN = {
    "lookup": "is a lookup; its points are those of the model file",
    "control": "is no variable to give; the time step has an option of its own",
}
"""Kinds of variables that cannot be given, and what is said of them."""

_WITHOUT_NUMBERS = "has no numbers in the model ({}); name a file of data that has it, or give it a series"


@dataclass(frozen=True)
class Blend:
    """Second values of some series, and the stock that tells how far each run has moved towards them.

    What is used at a time is first + w * (second - first): `first` is what the run's `series` give, `series`
    here holds the second values in the same shapes, and w is the value of the stock `weight` at that time.
    The stock has no axes and starts from 0, so that initial values follow from the first values alone.
    """

    weight: str
    series: Mapping[str, ArrayLike]


def blended(first: Any, second: Any, weight: Any) -> Any:
    """Give first + weight * (second - first): exactly `first` where both agree or the weight is 0."""
    return first + weight * (second - first)


@dataclass(frozen=True)
class Inputs:
    """Checked inputs of a run: every array has the axis of runs last, of length one where runs share it.

    `second` holds the second values of those series that have them, and `weight` the stock between the two.
    The inputs of the first `common_steps` steps, an even number, may be those of other calls as well.
    """

    constants: dict[str, Array]
    series: dict[str, Array]
    outputs: tuple[str, ...]
    runs: int
    grid: TimeGrid
    second: dict[str, Array] = field(default_factory=dict)
    weight: str = ""
    common_steps: int = 0


Seen = dict[tuple[str, tuple[int, ...]], tuple[Array, Array]]
"""Arrays that were found to fit, by variable and rows, each with its view that has an axis of runs."""


class Engine(ABC):
    """Runs the equations of one model."""

    equations: Equations
    _seen: Seen | None = None
    batches: ClassVar[bool] = False
    """Whether a call computes many runs."""

    def run(
        self,
        constants: Mapping[str, ArrayLike],
        series: Mapping[str, ArrayLike],
        outputs: Sequence[str] | None = None,
        *,
        runs: int = 1,
        time_step: float | None = None,
        blend: Blend | None = None,
        first_run: int = 0,
        common_until: float | None = None,
    ) -> dict[str, Array]:
        """Run the model.

        Args:
            constants: Values that replace the equation of a variable, shape axes, or axes + (runs,).
            series: The same with a value per time of the integration grid, shape (steps + 1,) + axes, or
                (steps + 1,) + axes + (runs,).
            outputs: Names of variables; by default all but lookups.
            runs: Number of runs.
            time_step: Another integration step than the model's; must go evenly into SAVEPER.
            blend: Second values of some of the series.
            first_run: The number of the first run, which random functions follow from; others follow it.
            common_until: A time until which other calls are likely to have the same inputs. An engine may
                keep where the runs are then, and go on from there; the numbers are the same.

        Returns:
            For each output an array (saves,) + axes + (runs,), float64; it may be read-only.

        Raises:
            InputError: A name is unknown, or a shape, time step or number of runs does not fit.
        """
        if runs != 1 and not self.batches:
            raise InputError(Fault("runs", "this engine computes one run at a time; take another"))
        grid = self.equations.time.with_step(time_step)
        asked = check_inputs(
            self.equations, constants, series, outputs, runs, grid, blend, first_run, self._seen
        )
        if common_until is not None:
            asked = replace(asked, common_steps=_common_steps(grid, common_until))
        return self._run(asked)

    @abstractmethod
    def _run(self, inputs: Inputs) -> dict[str, Array]:
        """Run the model on checked inputs."""


class BatchEngine(Engine):
    """An engine that computes many runs a call, and only those outputs that need computing."""

    batches = True

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        # Most variables of a model are constants; what their values look like is worked out once.
        self._constants: dict[tuple[str, int, int], Array] = {}
        self._seen = {}

    def _run(self, inputs: Inputs) -> dict[str, Array]:
        computed, values = self.known(inputs)
        values |= self._compute(inputs, computed)
        values |= self._moved(inputs, values)
        return {name: values[name] for name in inputs.outputs}

    @abstractmethod
    def _compute(self, inputs: Inputs, computed: tuple[str, ...]) -> dict[str, Array]:
        """Compute some outputs, shape (saves,) + axes + (runs,)."""

    def known(self, inputs: Inputs) -> tuple[tuple[str, ...], dict[str, Array]]:
        """Give the names of the outputs that must be computed, and the values of the others, read-only.

        A series with second values is known once the stock between the two is computed; see `_moved`.
        """
        saves, runs = len(inputs.grid.saved_index), inputs.runs
        known: dict[str, Array] = {}
        computed = []
        for name in inputs.outputs:
            variable = self.equations.variables[name]
            if name in inputs.constants:
                known[name] = np.broadcast_to(inputs.constants[name], (saves, *variable.shape, runs))
            elif name in inputs.second:
                computed.append(inputs.weight)
            elif name in inputs.series:
                rows = inputs.series[name][inputs.grid.saved_index]
                known[name] = np.broadcast_to(rows, (saves, *variable.shape, runs))
            elif variable.kind == "control":
                known[name] = np.broadcast_to(inputs.grid.controls[name], (saves, runs))
            elif variable.kind == "constant":
                key = (name, saves, runs)
                if key not in self._constants:
                    values = self.equations.defaults[name][..., np.newaxis]
                    self._constants[key] = np.broadcast_to(values, (saves, *variable.shape, runs))
                known[name] = self._constants[key]
            else:
                computed.append(name)
        return tuple(dict.fromkeys(computed)), known

    def _moved(self, inputs: Inputs, values: Mapping[str, Array]) -> dict[str, Array]:
        """Give the outputs that are series with second values; `values` holds the stock between the two."""
        saved = inputs.grid.saved_index
        found: dict[str, Array] = {}
        for name in inputs.outputs:
            if name in inputs.second:
                shape = self.equations.variables[name].shape
                weight = values[inputs.weight].reshape(len(saved), *[1] * len(shape), inputs.runs)
                found[name] = blended(inputs.series[name][saved], inputs.second[name][saved], weight)
        return found


def _common_steps(grid: TimeGrid, until: float) -> int:
    """Give an even number of steps that begin and end before `until`."""
    if grid.lengths:
        return 0
    steps = int((until - grid.initial) / grid.step + 1e-6) - 1
    return max(0, min(steps, grid.steps - 1)) // 2 * 2


def check_inputs(
    equations: Equations,
    constants: Mapping[str, ArrayLike],
    series: Mapping[str, ArrayLike],
    outputs: Sequence[str] | None,
    runs: int,
    grid: TimeGrid,
    blend: Blend | None = None,
    first_run: int = 0,
    seen: Seen | None = None,
) -> Inputs:
    """Check names and shapes, and give every array an axis of runs. Raises InputError with all faults.

    `seen` keeps what was found to fit: most arrays of a run are those of the run before.
    """
    if RUN_NUMBER in equations.variables and RUN_NUMBER not in constants:
        constants = {**constants, RUN_NUMBER: first_run + np.arange(float(runs))}
    wanted = default_outputs(equations) if outputs is None else tuple(dict.fromkeys(outputs))
    second = {} if blend is None else blend.series
    faults: list[Fault] = []
    if runs < 1:
        faults.append(Fault("runs", f"{runs} runs cannot be computed; take at least 1"))
    faults += _output_faults(equations, wanted)
    given = {*constants, *series}
    for name in needed_data(equations, wanted, given):
        faults.append(Fault(name, _WITHOUT_NUMBERS.format(equations.components[name][0].where)))
    for name in constants.keys() & series.keys():
        faults.append(Fault(name, "is given both as a constant and as a series"))
    if blend is not None:
        faults += _blend_faults(equations, blend, {*constants, *series}, series)
    own, along, later = (
        _with_runs(equations, given, rows, runs, faults, {} if seen is None else seen)
        for given, rows in ((constants, ()), (series, (grid.steps + 1,)), (second, (grid.steps + 1,)))
    )
    if faults:
        raise InputError(faults)
    return Inputs(own, along, wanted, runs, grid, later, blend.weight if blend and second else "")


def _output_faults(equations: Equations, wanted: Sequence[str]) -> list[Fault]:
    variables = equations.variables
    return [
        Fault("outputs", f'"{name}" is not a variable that has values{suggest(name, variables)}')
        for name in wanted
        if name not in variables or variables[name].kind == "lookup"
    ]


def needed_data(equations: Equations, outputs: Sequence[str], given: Collection[str]) -> list[str]:
    """Give the variables without numbers from which some output follows, and which are not given."""
    if not equations.empty:
        return []
    pending = [name for name in outputs if name in equations.variables and name not in given]
    needed: set[str] = set()
    while pending:
        found = {*equations.causes(pending.pop())} - needed - {*given}
        needed |= found
        pending += found
    return [name for name in equations.empty if name in needed]


def _with_runs(
    equations: Equations,
    given: Mapping[str, ArrayLike],
    rows: tuple[int, ...],
    runs: int,
    faults: list[Fault],
    seen: Seen,
) -> dict[str, Array]:
    """Give arrays of shape rows + axes + (runs,), one run long where all share a value; faults are added."""
    variables = equations.variables
    found: dict[str, Array] = {}
    for name in sorted(given):
        before = seen.get((name, rows))
        if before is not None and before[0] is given[name]:
            found[name] = before[1]
            continue
        variable = variables.get(name)
        if variable is None or variable.kind in _NOT_GIVEN:
            known = variable is not None and _NOT_GIVEN[variable.kind]
            faults.append(Fault(name, known or f"is not a variable{suggest(name, variables)}"))
            continue
        value = np.asarray(given[name], np.float64)
        shape = rows + variable.shape
        if value.shape == shape:
            found[name] = value[..., np.newaxis]
            if value is given[name]:  # and no copy, which would not follow when what is given is changed
                seen[name, rows] = value, found[name]
        elif value.shape == (*shape, runs):
            found[name] = value
        else:
            faults.append(Fault(name, f"has shape {value.shape}; {shape} or {(*shape, runs)} is needed"))
    return found


def _blend_faults(
    equations: Equations, blend: Blend, given: Container[str], series: Container[str]
) -> list[Fault]:
    """Say what is wrong with the weight of a blend and with the names of its series."""
    faults = [
        Fault(name, "has second values, but is no series") for name in blend.series if name not in series
    ]
    parts = equations.components.get(blend.weight, ())
    known = equations.variables
    if not parts:
        message = f"there is no such stock in the model{suggest(blend.weight, known)}"
        return [*faults, Fault(blend.weight, message)]
    value = parts[0].expression
    state = equations.states[value.state] if isinstance(value, StateValue) else None
    start = state.initial if state is not None and state.kind == "integ" else None
    empty = isinstance(start, Number) and start.value == 0
    if known[blend.weight].shape or not empty or blend.weight in given:
        message = "cannot weight a blend; a stock without subscripts, INTEG(flow, 0), that is not given can"
        faults.append(Fault(blend.weight, message))
    return faults


def default_outputs(equations: Equations) -> tuple[str, ...]:
    """Give the names of all variables but lookups and what belongs to calls of macros."""
    return tuple(
        name
        for name, variable in equations.variables.items()
        if variable.kind != "lookup" and not variable.internal
    )
