"""Running a model with Simlin, which reads `.mdl` files and subscripts by itself: an oracle, and a quick one.

Simlin comes with the development tools. It replaces constants only, not variables that have equations. Of
the functions that this package knows, it lacks FORECAST, SMOOTH N and DELAY N, and it computes DELAY FIXED
and PULSE TRAIN by rules of its own (Simlin 0.8).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from twintrack.engines.base import Engine, Inputs
from twintrack.equations import load_equations
from twintrack.equations.clock import CONTROL_NAMES
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError, TwinTrackError

DIVISION = re.compile(r"ZIDZ\(([^()]+), ([^()]+)\)")
SPELT_OUT = r"IF THEN ELSE(ABS(\2)<1e-06, 0, (\1)/(\2))"
"""ZIDZ as Vensim has it, where what is smaller is zero. Simlin divides by anything but zero itself."""


class SimlinEngine(Engine):
    """An `Engine` made of Simlin's own translation of a model file; `runs` must be 1."""

    def __init__(self, path: Path) -> None:
        """Read the model. Raises TwinTrackError when Simlin is not installed or cannot read it."""
        try:
            import simlin
        except ImportError as error:
            message = "Simlin is not installed; run: pip install 'twintrack[dev]'"
            raise TwinTrackError(message) from error
        self.equations = load_equations(path)
        self._errors = simlin.SimlinError
        try:
            self._model: Any = self._loaded(simlin, path)
        except self._errors as error:
            raise TwinTrackError(f"{path}: Simlin cannot read it: {error}") from error

    @staticmethod
    def _loaded(simlin: Any, path: Path) -> Any:
        """Load the file with ZIDZ of arguments without brackets written so that Simlin means the same."""
        text = DIVISION.sub(SPELT_OUT, path.read_text(encoding="utf-8"))
        with TemporaryDirectory() as folder:
            copy = Path(folder) / path.name
            copy.write_text(text, encoding="utf-8")
            return simlin.load(str(copy))

    def _run(self, inputs: Inputs) -> dict[str, Array]:
        self._check_constants(inputs)
        try:
            frame = self._simulate(inputs)
        except self._errors as error:
            raise TwinTrackError(f"{self.equations.path}: Simlin cannot run it: {error}") from error
        if len(frame) != len(inputs.grid.saved):
            raise TwinTrackError(f"Simlin saves {len(frame)} times instead of {len(inputs.grid.saved)}")
        return {name: self._values(name, frame, inputs) for name in inputs.outputs}

    def timed_run(self, inputs: Inputs, *, still: bool = False) -> Callable[[], object]:
        """Give a call that makes one run and takes the outputs' series out, its inputs arranged beforehand.

        `still`: series hold their first value, so that Simlin is never halted to be told the next ones.
        """
        self._check_constants(inputs)
        fixed, moving = self._given(inputs)
        if still:
            fixed, moving = fixed | {name: float(row[0]) for name, row in moving.items()}, {}
        given = (fixed, moving, {} if still else self._elements(inputs.second))
        labels = [label for name in inputs.outputs for label in self.equations.variables[name].labels]

        def run() -> object:
            try:
                with self._stepped(inputs, *given) as simulation:
                    return [simulation.get_series(label) for label in labels]
            except self._errors as error:
                raise TwinTrackError(f"{self.equations.path}: Simlin cannot run it: {error}") from error

        return run

    def _simulate(self, inputs: Inputs) -> Any:
        """Give a table with a row for each saved time and a column for each element."""
        with self._stepped(inputs, *self._given(inputs), self._elements(inputs.second)) as simulation:
            return simulation.get_run().results

    @contextmanager
    def _stepped(
        self,
        inputs: Inputs,
        fixed: Mapping[str, float],
        moving: Mapping[str, Array],
        second: Mapping[str, Array],
    ) -> Iterator[Any]:
        """Give a simulation that has run to its end; `fixed`, `moving` and `second` are given by element."""
        times = inputs.grid.times
        start = {name: float(row[0]) for name, row in moving.items()}
        self._model.project.set_sim_specs(dt=inputs.grid.step)
        with self._model.simulate({**fixed, **start}) as simulation:
            for i in range(1, len(times)) if moving else ():
                # What is set now counts at the next time; stocks have their values of that time already.
                simulation.run_to(times[i - 1])
                weight = simulation.get_value(inputs.weight) if second else 0.0
                for name, row in moving.items():
                    value = row[i] + weight * (second[name][i] - row[i]) if name in second else row[i]
                    simulation.set_value(name, float(value))
            simulation.run_to_end()
            yield simulation

    def _check_constants(self, inputs: Inputs) -> None:
        """Raise InputError for what Simlin cannot replace."""
        variables = self.equations.variables
        faults = [
            Fault(name, "has an equation; Simlin replaces constants only")
            for name in (*inputs.constants, *inputs.series)
            if variables[name].kind != "constant"
        ]
        if faults:
            raise InputError(faults)

    def _given(self, inputs: Inputs) -> tuple[dict[str, float], dict[str, Array]]:
        """Give what stays and what moves, by element; a series that stays the same counts as a constant."""
        fixed = {name: float(row) for name, row in self._elements(inputs.constants).items()}
        moving = {}
        second = self._elements(inputs.second)
        for name, row in self._elements(inputs.series).items():
            if name in second or np.ptp(row) > 0:
                moving[name] = row
            else:
                fixed[name] = float(row[0])
        return fixed, moving

    def _elements(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Give the values of every element by its label: a number, or one for each time."""
        found: dict[str, Array] = {}
        for name, value in values.items():
            variable = self.equations.variables[name]
            rows = value[..., 0].reshape(*value.shape[: value.ndim - 1 - len(variable.shape)], -1)
            found.update(zip(variable.labels, np.moveaxis(rows, -1, 0), strict=True))
        return found

    def _values(self, name: str, frame: Any, inputs: Inputs) -> Array:
        if name in CONTROL_NAMES:
            return np.full((len(frame), 1), inputs.grid.controls[name])
        variable = self.equations.variables[name]
        values = np.asarray(frame[variable.labels], np.float64)
        return values.reshape(len(frame), *variable.shape, 1)
