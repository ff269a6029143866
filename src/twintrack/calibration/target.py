"""The posterior density: what a set of unknowns says, and how likely the observed series then are.

A run of the calibration is a run of the model that ends with the last observation. Policies move later, so
that every strategy has the same past.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twintrack.calibration.likelihood import log_likelihood
from twintrack.calibration.observations import Observations
from twintrack.calibration.unknowns import Unknowns
from twintrack.engines.registry import blending_engine_of
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.runs.arrays import WorldArrays
from twintrack.runs.simulating import simulate_variables

if TYPE_CHECKING:
    from twintrack.inputs.strategies import Strategy


@dataclass(frozen=True)
class Target:
    """The model until the last observation, and the observed series.

    Attributes:
        equations: The translated model, with a horizon that covers the observations.
        arrays: Puts world parameters into the arrays of the model's constants.
        strategy: What is done; its past is that of all strategies.
        unknowns: What is to be learnt, with the series that teach it.
        variables: Variables that are computed: those that the series read, or more.
    """

    equations: Equations
    arrays: WorldArrays
    strategy: Strategy
    unknowns: Unknowns
    variables: tuple[str, ...]

    @property
    def observed(self) -> Observations:
        """The series."""
        return self.unknowns.observed

    def said(self, worlds: Mapping[str, Array], runs: int) -> Array:
        """Give what the model says at every point, on its series' scale, shape (points, runs)."""
        return self.observed.read(self.equations, self.outputs(worlds, runs, self.variables))

    def outputs(self, worlds: Mapping[str, Array], runs: int, variables: Sequence[str]) -> dict[str, Array]:
        """Simulate, and give variables over saved rows, shape (rows, ..., runs) each."""
        engine = blending_engine_of(self.equations, "native")
        return simulate_variables(engine, self.arrays, {}, self.strategy, variables, worlds, runs)

    def log_likelihood(self, scores: Array) -> Array:
        """Give the natural logarithm of the likelihood of scores of shape (size, runs), shape (runs,)."""
        said = self.said(self.unknowns.worlds(scores), scores.shape[1])
        unknowns = self.unknowns
        return log_likelihood(self.observed, said, unknowns.discrepancy(scores), unknowns.persistence(scores))

    def with_observed(self, observed: Observations) -> Target:
        """Give the target of other series; the same is computed, so that one machine code serves all."""
        return replace(self, unknowns=replace(self.unknowns, observed=observed))
