"""What is run in a measurement: a model, what is given to it, and many different worlds of it.

A workload is described by plain data, so that a child process can make it again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.equations import Equations, load_equations
from twintrack.equations.structure import Array
from twintrack.resources import MODEL_FILE, content_root

if TYPE_CHECKING:
    from twintrack.engines.base import Blend

STRATEGY = "pure_catchup"
SIR = Path(__file__).with_name("sir.mdl")
WORLD3 = Path(__file__).with_name("world3.mdl")
SPREAD = 0.1
"""How far the constants of a model without described worlds differ from run to run, relative."""


@dataclass(frozen=True)
class Workload:
    """What to run. `model` is a model file; empty: TwinTrack's own with its strategies and worlds.

    `final` ends the run earlier than the model file says; `output` is the only variable that is saved.
    """

    model: str = ""
    strategy: str = STRATEGY
    final: float | None = None
    output: str = ""

    def json(self) -> dict[str, Any]:
        """Give the plain data that `Workload(**data)` reads."""
        return asdict(self)

    @property
    def path(self) -> Path:
        """The model file."""
        return Path(self.model) if self.model else content_root() / MODEL_FILE

    def until(self, final: float) -> Workload:
        """Give the same workload with an earlier end."""
        return replace(self, final=final)

    @cached_property
    def equations(self) -> Equations:
        """The translated model, ended early where that is wanted."""
        equations = load_equations(self.path)
        if self.final is None:
            return equations
        return replace(equations, time=replace(equations.time, final=self.final).check())

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        """Names of what is saved: the outcomes, or every stock of another model."""
        if self.output:
            return (self.output,)
        if not self.model:
            return tuple(sorted(self._model.catalogue.outcome_variables))
        variables = self.equations.variables.values()
        stocks = tuple(variable.name for variable in variables if variable.kind == "stock")
        return stocks or tuple(variable.name for variable in variables if variable.kind == "auxiliary")

    def given(self, runs: int, seed: int = 1) -> RunInputs:
        """Give the inputs of so many runs in different worlds; of one run, in the central world."""
        if self.model:
            return RunInputs(self._varied(runs, seed), {}, None, runs)
        from twintrack.runs.switching import lever_inputs

        model, times = self._model, self.equations.time.times
        levers = lever_inputs(model.strategy(self.strategy), self.equations, times)
        if runs == 1:
            world = model.world_arrays.inputs({}, times)
        else:
            draws = model.sample_worlds(runs, seed)
            values = {str(name): draws[name].to_numpy(dtype=np.float64) for name in draws.columns}
            world = model.world_arrays.inputs({}, times, values, runs)
        constants = {**world.constants, **levers.constants}
        return RunInputs(constants, {**levers.series, **world.series}, levers.blend, runs)

    @cached_property
    def _model(self) -> Any:
        from twintrack.model import load

        return load()

    def _varied(self, runs: int, seed: int) -> dict[str, Array]:
        """Give the constants of a model, each a little different in every run."""
        random = np.random.default_rng(seed)
        found = {}
        for name in self._free_constants():
            value = self.equations.defaults[name]
            spread = 1.0 + SPREAD * (random.random((*value.shape, runs)) - 0.5) if runs > 1 else np.ones(1)
            found[name] = value[..., np.newaxis] * spread
        return found

    def _free_constants(self) -> list[str]:
        """Give the constants that may differ between runs: those that set no number of stages of a delay."""
        from twintrack.engines.state_sizes import StateSizes

        bound = StateSizes(self.equations).deciding()
        variables = self.equations.variables.values()
        return [v.name for v in variables if v.kind == "constant" and v.name not in bound]


@dataclass(frozen=True)
class RunInputs:
    """What an engine's `run` is given: constants and series by name, the blend, and the number of runs."""

    constants: Mapping[str, Array]
    series: Mapping[str, Array]
    blend: Blend | None
    runs: int


def engine_runner(workload: Workload) -> Callable[[RunInputs, Sequence[str]], dict[str, Array]]:
    """Give the native engine as it is measured: a function of inputs and outputs."""
    from twintrack.engines import NativeEngine

    engine = NativeEngine(workload.equations)

    def run(given: RunInputs, outputs: Sequence[str]) -> dict[str, Array]:
        return engine.run(given.constants, given.series, outputs, runs=given.runs, blend=given.blend)

    return run
