"""The posterior density: what a set of unknowns says, and how likely the observed series then are.

A run of the calibration is a run of the model that ends with the last observation. Policies move later, so
that every strategy has the same past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from twintrack.calibration.discrepancy import Grid
from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.strands import strands
from twintrack.calibration.unknowns import Unknowns
from twintrack.engines.registry import batch_engine_of
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.inputs.history import SERIES_FILE, HistorySeries, last_observed
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.yaml_files import shown
from twintrack.runs.arrays import WorldArrays, world_arrays
from twintrack.runs.simulating import simulate_variables
from twintrack.worlds.basis import POWER, learnt_history

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import WorldValue


@dataclass(frozen=True)
class Target:
    """The model until the last observation, and the observed series.

    Attributes:
        equations: The translated model, with a horizon that covers the observations.
        arrays: Puts world parameters into the arrays of the model's constants.
        strategy: What is done; its past is that of all strategies.
        unknowns: What is to be learnt.
        observed: The series that teach it.
        variables: Variables that are computed: those that the series read, or more.
        power: Power of the likelihood by which worlds are weighed.
        grid: What the likelihood sums the discrepancy over.
        given: What is so in every world: what makes another country.
    """

    equations: Equations
    arrays: WorldArrays
    strategy: Strategy
    unknowns: Unknowns
    observed: Observations
    variables: tuple[str, ...]
    power: float = POWER
    grid: Grid = field(default_factory=Grid)
    given: Mapping[str, WorldValue] = field(default_factory=dict)

    @cached_property
    def likelihood(self) -> Likelihood:
        """The likelihood of the series in full."""
        return Likelihood(strands(self.observed), self.observed, self.grid)

    def said(self, worlds: Mapping[str, Array], runs: int) -> Array:
        """Give what the model says at every point, on its series' scale, shape (points, runs)."""
        if not self.observed.series:
            return np.empty((0, runs))
        return self.observed.read(self.equations, self.outputs(worlds, runs, self.variables))

    def outputs(self, worlds: Mapping[str, Array], runs: int, variables: Sequence[str]) -> dict[str, Array]:
        """Simulate, and give variables over saved rows, shape (rows, ..., runs) each."""
        engine = batch_engine_of(self.equations, "native")
        return simulate_variables(engine, self.arrays, self.given, self.strategy, variables, worlds, runs)

    def log_likelihood(self, scores: Array) -> Array:
        """Give the natural logarithm of the likelihood, raised to the power, of scores; shape (runs,).

        `scores` have shape (size, runs).
        """
        return self.power * self.likelihood.whole(self.said(self.unknowns.worlds(scores), scores.shape[1]))

    def with_observed(self, observed: Observations) -> Target:
        """Give the target of other series; the same is computed, so that one machine code serves all."""
        return replace(self, observed=observed)


def prepare_target(
    model: Core,
    until: float | None = None,
    history: Sequence[HistorySeries] | None = None,
    power: float = POWER,
) -> Target:
    """Give the target of some series, by default of `learnt_history`.

    Runs end at `until`, in decimal years; by default with the last observation. Raises InputError for what is
    wrong with the history, and where there is none.
    """
    history = learnt_history(model) if history is None else history
    last = last_observed(history)
    if last is None:
        where = shown(model.inputs.history_folder / SERIES_FILE)
        raise InputError(Fault(where, "there are no observed series to learn from; write them there"))
    equations = ending(model.equations, last if until is None else until)
    observed = observations(history, equations.time.saved)
    variables = tuple(observed.variables(equations))
    arrays, unknowns = world_arrays(model), Unknowns(model.world)
    return Target(equations, arrays, model.strategy(BASELINE), unknowns, observed, variables, power)


def ending(equations: Equations, end: float) -> Equations:
    """Give the model with a horizon that ends at the first saved time not before `end`."""
    return replace(equations, time=equations.time.until(end))
