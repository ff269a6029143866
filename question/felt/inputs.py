"""Runs of a model with every constant as an input: one compiled function serves whatever is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from question import asked
from twintrack.equations.structure import Array
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.world import WorldValue
from twintrack.model import Model
from twintrack.names import split_element
from twintrack.runs.arrays import WorldArrays, along_time, place_of
from twintrack.runs.arrays import world_arrays as arrays_of
from twintrack.runs.switching import lever_inputs

Given = dict[str, Array]
"""Values by constant: axes (+ runs), with time before that for what is dated."""


def constants(model: Model) -> list[str]:
    """Give the names of all constants of the model file that are no levers, in the order of the file."""
    known = model.equations.variables
    return [name for name, item in known.items() if item.kind == "constant" and name not in model.levers]


class Bench:
    """Runs one model in batches; all of its constants are given, some of them with a value for each time."""

    def __init__(
        self,
        model: Model,
        outcomes: Sequence[str],
        dated: Iterable[str] = (),
        years: Sequence[float] = asked.YEARS,
    ) -> None:
        """Prepare; `dated` are constants that may change along time, besides those that scenarios date."""
        self.model = model
        self.outcomes = tuple(outcomes)
        self.constants = constants(model)
        self.dated = {*arrays_of(model).dated, *dated}
        drawn = [name for name in model.world if split_element(name)[0] in self.dated]
        self._arrays = WorldArrays(model.equations, model.world, drawn)
        self._places = [place_of(model.equations, name) for name in self.outcomes]
        self._rows = np.searchsorted(model.equations.time.saved, years)

    @property
    def times(self) -> Array:
        """The integration times in decimal years, shape (steps + 1,)."""
        return self.model.equations.time.times

    def given(
        self,
        overrides: Mapping[str, WorldValue],
        draws: Mapping[str, Array] | None = None,
        worlds: int | None = None,
    ) -> Given:
        """Give all constants in one world or, with an axis at the end, in many.

        `overrides` are what a scenario sets, `draws` the drawn values by world parameter, each of shape
        (worlds,). What a run does not vary has no axis of runs.
        """
        inputs = self._arrays.inputs(overrides, self.times, draws, worlds)
        found = {**inputs.constants, **inputs.series}
        for name in self.constants:
            if name not in found:
                value = np.asarray(self.model.equations.defaults[name], np.float64)
                found[name] = np.repeat(value[None], len(self.times), axis=0) if name in self.dated else value
        return found

    def run(self, given: Mapping[str, Array], strategy: Strategy, runs: int) -> Array:
        """Give the outcomes, shape (outcomes, years, runs); what is dated in `given` is told by its name."""
        levers = lever_inputs(strategy, self.model.equations, self.times)
        series = {name: value for name, value in given.items() if name in self.dated}
        fixed = {name: value for name, value in given.items() if name not in self.dated}
        names = sorted({variable for variable, _ in self._places})
        engine = self.model.batch_engine("native")
        values = engine.run(
            {**fixed, **levers.constants},
            {**levers.series, **series},
            names,
            runs=runs,
            blend=levers.blend,
        )
        return np.stack([along_time(values[name], place)[self._rows] for name, place in self._places])
