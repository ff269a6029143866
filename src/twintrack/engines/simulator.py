"""Running any Vensim model from Python: one run as a table, many runs as arrays.

model = Simulator("sir.mdl")
model.run(infectivity=0.3)
model.batch({"infectivity": np.linspace(0.1, 0.5, 1000)}, outputs=["Infectious"])
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from twintrack.engines.base import default_outputs
from twintrack.engines.choosing import LONG, chosen_engine, compiling_seconds
from twintrack.engines.labels import Labels
from twintrack.engines.registry import BatchEngineName, batch_engine_of
from twintrack.equations import load_equations
from twintrack.equations.clock import Integration
from twintrack.equations.recursion import TooDeepError
from twintrack.equations.structure import Array
from twintrack.equations.subscripts import flat_place
from twintrack.errors import Fault, InputError
from twintrack.names import snake

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

_log = logging.getLogger(__name__)

EngineChoice = Literal["auto"] | BatchEngineName

_CONTROLS = {"initial_time": "initial", "final_time": "final", "saveper": "save_step"}
"""Control variables that can be given, and what each is in the time grid."""


class Simulator:
    """A model file and engines that run it.

    Variables are named as in the file, capitals, blanks and underscores making no difference. What is given
    for a variable replaces its equation: a number, an array with its subscripts, or a series (a mapping from
    times to such values, or a pandas Series), which is read off between its times and held beyond them.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        allow_outside: bool = False,
        data: Sequence[str | Path] = (),
        integration: Integration | None = None,
    ) -> None:
        """Read the model. Raises EquationError with all constructs that are not understood.

        With `allow_outside`, its numbers may come from files outside its folder. `data` are files with
        numbers for its data variables (.csv, .tab, .dat, .xlsx, .vdf); the last that has a variable counts.
        `integration` replaces the integration type of the file: "euler", "rk2" (from the middle of a step)
        or "rk4".
        """
        files = [Path(file) for file in data]
        equations = load_equations(Path(path), allow_outside=allow_outside, data=files)
        self.equations = replace(equations, time=equations.time.integrated(integration))
        self.labels = Labels(self.equations)
        self._told = False

    def run(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        outputs: Sequence[str] | None = None,
        time_step: float | None = None,
        engine: EngineChoice = "auto",
        **named: Any,
    ) -> pd.DataFrame:
        """Run the model once.

        Args:
            values: Values by name; an element ("Income[North]") may be given where the rest is constant.
            outputs: Variables or elements; by default all variables but lookups.
            time_step: Another TIME STEP; must go evenly into SAVEPER.
            engine: "native", which is compiled; "numpy", which is not; "auto": what answers first.
            named: More values, for names that are Python identifiers.

        Returns:
            A row for each saved time, a column for each element, named as PySD does: "Income[North,Young]".

        Raises:
            InputError: A name or an element is unknown, or a value does not fit.
        """
        import pandas as pd

        columns = self.table({**(values or {}), **named}, outputs, time_step, engine)
        time = columns.pop("time")
        return pd.DataFrame(columns, index=pd.Index(time, name="time"))

    def table(
        self,
        values: Mapping[str, Any],
        outputs: Sequence[str] | None = None,
        time_step: float | None = None,
        engine: EngineChoice = "auto",
    ) -> dict[str, Array]:
        """Give a run as columns by title, each of shape (saves,); the first one is "time"."""
        timed, values = self._timed(values)
        if timed is not self:
            return timed.table(values, outputs, time_step, engine)
        places = self._checked(values, outputs, time_step)
        ending = self.equations.ending
        names = [*(name for name, _ in places), *([ending] if ending else [])]
        found = self._simulate(values, names, 1, time_step, engine)
        columns = {"time": self.equations.time.saved}
        for name, wanted in places:
            values_of = found[name].reshape(len(found[name]), -1)
            for title, cell in self.labels.columns(name):
                if wanted is None or wanted == cell:
                    columns[title] = values_of[:, flat_place(cell, self.equations.variables[name].shape)]
        return self._ended(columns, found[ending].ravel()) if ending else columns

    def _ended(self, columns: dict[str, Array], ends: Array) -> dict[str, Array]:
        """Leave out what is behind the end of the run; `ends` says at each time when it is."""
        over = np.flatnonzero(columns["time"] >= ends - 1e-9)
        rows = int(over[0]) + 1 if len(over) else len(ends)
        for title, _ in self.labels.columns("final_time"):
            if title in columns:
                columns[title] = ends
        return {title: values[:rows] for title, values in columns.items()}

    def batch(
        self,
        values: Mapping[str, ArrayLike],
        outputs: Sequence[str] | None = None,
        *,
        time_step: float | None = None,
        engine: EngineChoice = "auto",
        first_run: int = 0,
    ) -> xr.Dataset:
        """Run the model many times.

        Args:
            values: Values by name, shape axes + (runs,) where they differ from run to run, else axes.
            outputs: Variables; by default all but lookups.
            time_step: Another TIME STEP; must go evenly into SAVEPER.
            engine: "native" compiles once and then runs fast; "numpy" runs at once. "auto" takes "numpy" for
                little work, else "native".
            first_run: The number of the first run, which random functions follow from. Work that is done in
                parts, or by several workers, gives each part the number of its first run.

        Returns:
            A variable for each output, named as in the file: dimensions (time, axes, run). A dimension that
            would have the name of an output has a number behind it.

        Raises:
            InputError: A name is unknown, a value does not fit, or the numbers of runs differ.
        """
        import xarray as xr

        timed, values = self._timed(values)
        if timed is not self:
            return timed.batch(values, outputs, time_step=time_step, engine=engine, first_run=first_run)
        names = list(dict.fromkeys(name for name, _ in self._checked(values, outputs, time_step)))
        found = self._simulate(values, names, self._runs(values), time_step, engine, first_run)
        data: dict[str, Any] = {}
        ranges: dict[str, list[str]] = {}
        titles = [self.equations.variables[name].title for name in names]
        (run,) = _distinct(["run"], ["time", *titles])
        for name in names:
            variable = self.equations.variables[name]
            dims = _distinct(variable.dims, ["time", run, *titles])
            ranges.update(zip(dims, map(list, variable.element_titles), strict=True))
            data[variable.title] = (("time", *dims, run), found[name], {"units": variable.units})
        return xr.Dataset(data, {"time": self.equations.time.saved, **ranges})

    def _timed(self, values: Mapping[str, Any]) -> tuple[Simulator, Mapping[str, Any]]:
        """Give the model with the given first and last time and time between saved rows, and other values."""
        given = {snake(label): label for label in values if snake(label) in _CONTROLS}
        if not given:
            return self, values
        rest = {label: value for label, value in values.items() if label not in given.values()}
        try:
            times: dict[str, Any] = {_CONTROLS[name]: float(values[label]) for name, label in given.items()}
        except (TypeError, ValueError):
            raise InputError(Fault(", ".join(given.values()), "takes one number")) from None
        other = copy(self)
        other.equations = replace(self.equations, time=self.equations.time.between(**times))
        return other, rest

    def _places(self, outputs: Sequence[str] | None) -> list[tuple[str, tuple[int, ...] | None]]:
        if outputs is None:
            return [(name, None) for name in default_outputs(self.equations)]
        return self.labels.variables(outputs, "outputs")

    def _checked(
        self, values: Mapping[str, Any], outputs: Sequence[str] | None, time_step: float | None
    ) -> list[tuple[str, tuple[int, ...] | None]]:
        """Find the outputs. Raises InputError with all faults of what is asked and of what is given."""
        faults: list[Fault] = []
        places: list[tuple[str, tuple[int, ...] | None]] = []
        grid = self.equations.time
        checks: tuple[Callable[[], object], ...] = (
            lambda: places.extend(self._places(outputs)),
            lambda: self.labels.inputs(values, grid.times),
            lambda: grid.with_step(time_step),
        )
        for check in checks:
            try:
                check()
            except InputError as error:
                faults += error.faults
        if faults:
            raise InputError(faults)
        return places

    def _runs(self, values: Mapping[str, Any]) -> int:
        counts = {}
        for label, value in values.items():
            (name, cell), shape = self.labels.variables([label], "values")[0], np.shape(value)
            axes = 0 if cell is not None else len(self.equations.variables[name].shape)
            if not isinstance(value, Mapping) and len(shape) > axes:
                counts[label] = shape[-1]
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{label} has {count}" for label, count in counts.items())
            raise InputError(Fault("values", f"the numbers of runs differ: {told}"))
        return next(iter(counts.values()), 1)

    def _simulate(
        self,
        values: Mapping[str, Any],
        outputs: Sequence[str],
        runs: int,
        time_step: float | None,
        engine: EngineChoice,
        first_run: int = 0,
    ) -> dict[str, Array]:
        grid = self.equations.time.with_step(time_step)
        constants, series = self.labels.inputs(values, grid.times)
        chosen = engine
        if chosen == "auto":
            chosen = chosen_engine(self.equations, grid.steps, runs)
        elif chosen == "native":
            self._tell_of_compiling()

        def run(name: BatchEngineName) -> dict[str, Array]:
            found = batch_engine_of(self.equations, name)
            asked: dict[str, Any] = {"runs": runs, "time_step": time_step, "first_run": first_run}
            return found.run(constants, series, outputs, **asked)

        try:
            return run(chosen)
        except TooDeepError:
            if engine != "auto":
                raise
            return run("native")

    def _tell_of_compiling(self) -> None:
        """Say what it costs, once, where native code is asked for and takes long to be made."""
        seconds = compiling_seconds(self.equations)
        if seconds > LONG and not self._told:
            self._told = True
            took = f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{seconds:.0f} seconds"
            message = (
                'note: compiling this model takes about %s, unless it is kept from before; "numpy" takes none'
            )
            _log.warning(message, took)


def _distinct(dims: Sequence[str], taken: Sequence[str]) -> tuple[str, ...]:
    """Give names of axes that differ from one another and from those that are taken."""
    found: list[str] = []
    for dim in dims:
        name, number = dim, 2
        while name in (*found, *taken):
            name, number = f"{dim}_{number}", number + 1
        found.append(name)
    return tuple(found)
