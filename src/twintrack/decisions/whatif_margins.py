"""What the solver sees of the model: margins over beliefs about the world, and over levers.

Beliefs are the normal scores of world parameters under their priors, so that a change of one is one standard
deviation of its prior. Changes of levers are in shares of their ranges: a lever's whole path, and what it
switches to, moves towards one end of the range, within the years that levers take; the share is the mean
change since then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from twintrack.calibration.unknowns import Unknowns
from twintrack.core import Core
from twintrack.decisions.robustness import ROUNDING
from twintrack.decisions.whatif_question import Question
from twintrack.equations.structure import Array
from twintrack.inputs.levers import Lever, LeverTable
from twintrack.inputs.paths import LATEST, TimePath, weighted_mean
from twintrack.inputs.strategies import Strategy
from twintrack.runs.candidates import Candidates, Wanted, Worlds
from twintrack.runs.parts import Job
from twintrack.runs.prepared import ExperimentSettings, prepare

if TYPE_CHECKING:
    import pandas as pd

REACH = 3.0
"""Normal scores further out than this are not believed."""

_RUNS = 2048
"""Worlds simulated at a time."""


def outcome_margin(question: Question, own: Array, rival: Array | None) -> Array:
    """Give how far a strategy is beyond what is asked for, in the outcome's unit, same shape as `own`.

    A difference that rounding could make does not beat a rival.
    """
    sign = 1.0 if question.higher else -1.0
    if rival is None:
        return sign * (own - float(question.bound or 0.0))
    near = ROUNDING * np.maximum(np.abs(own), np.abs(rival))
    return np.asarray(sign * (own - rival) - near)


def over_worlds(margins: Array, share: float | None) -> Array:
    """Give what a share of worlds reaches at least, from margins (points, worlds); shape (points,)."""
    if share is None and margins.shape[1] == 1:
        return margins[:, 0]
    needed = ceil((share or 0.5) * margins.shape[1] - 1e-9)
    ordered = np.sort(np.nan_to_num(margins, nan=-np.inf), axis=1)[:, ::-1]
    return ordered[:, needed - 1]


class Beliefs:
    """Outcomes of the strategies of a question in worlds that are given as scores.

    `frame` holds worlds, a column for each parameter that is drawn. With `equal_cost` each strategy costs in
    each world what the baseline does. Raises InputError for what cannot be simulated.
    """

    def __init__(
        self, core: Core, question: Question, frame: pd.DataFrame, scenario: str, *, equal_cost: bool
    ) -> None:
        self.question = question
        self.unknowns = Unknowns(core.world)
        plans = {name: core.strategy(name) for name in question.strategies}
        if equal_cost:
            plans = {name: replace(plan, budget="equal") for name, plan in plans.items()}
        worlds = frame[self.unknowns.names]
        settings = ExperimentSettings(
            plans, scenario, worlds, outputs=[question.outcome], times=[question.year], model=core
        )
        self._work = prepare(settings).work
        self._scenario = next(iter(self._work.plan.scenarios))
        self.scores = self.unknowns.parameter_scores(
            {name: frame[name].to_numpy() for name in self.unknowns.names}
        )
        self.runs = 0

    def outcomes(self, scores: Array) -> list[Array]:
        """Give the outcome of each strategy, shape (worlds,), in worlds of shape (unknowns, worlds)."""
        found: list[list[Array]] = [[] for _ in self.question.strategies]
        for start in range(0, scores.shape[1], _RUNS):
            values = self.unknowns.worlds(scores[:, start : start + _RUNS])
            draws = np.stack([values[name] for name in self._work.parameters])
            for place, name in enumerate(self.question.strategies):
                job = Job(self._scenario, name, 0, np.arange(draws.shape[1]), _padded(draws), start)
                got = self._work.values(job)[0][self.question.outcome]
                found[place].append(got[: draws.shape[1], 0])
        self.runs += scores.shape[1] * len(found)
        return [np.concatenate(parts) for parts in found]

    def margins(self, scores: Array) -> Array:
        """Give the margin in worlds of shape (unknowns, worlds), shape (worlds,)."""
        own, *rival = self.outcomes(scores)
        return outcome_margin(self.question, own, rival[0] if rival else None)

    def shifted(self, start: Array) -> Callable[[Array], Array]:
        """Give the margin over changes of `start`, worlds of shape (unknowns, worlds), all changed alike."""

        def margin(changes: Array) -> Array:
            moved = np.clip(start[:, None, :] + changes[:, :, None], -REACH, REACH)
            margins = self.margins(moved.reshape(len(start), -1))
            return over_worlds(margins.reshape(changes.shape[1], -1), self.question.share)

        return margin


def _padded(draws: Array) -> Array:
    """Give at least two worlds: arrays of one run have another pattern, for which code would be made."""
    return np.repeat(draws, 2, axis=1) if draws.shape[1] == 1 else draws


@dataclass(frozen=True)
class Ends:
    """A lever's paths at the ends of its range.

    Attributes:
        lever: The lever.
        down: Mean change to its lowest value, in shares of the range, at most 0.
        up: Mean change to its highest value.
    """

    lever: Lever
    down: float
    up: float

    @classmethod
    def of(cls, lever: Lever, path: TimePath, table: LeverTable) -> Ends:
        """Give the ends for the path that a strategy has."""
        grown = np.linspace(table.policy_start + table.ramp_years, LATEST, 49)
        mean, width = float(path.at(grown).mean()), lever.high - lever.low
        return cls(lever, (lever.low - mean) / width, (lever.high - mean) / width)

    def moved(self, path: TimePath, change: float, table: LeverTable) -> TimePath:
        """Give a path moved towards an end by a change between `down` and `up`."""
        whole = self.up if change > 0 else self.down
        if change == 0 or whole == 0:
            return path
        share = min(change / whole, 1.0)
        end = TimePath.constant(self.lever.high if change > 0 else self.lever.low)
        return path.over_to(
            weighted_mean([path, end], [1 - share, share]), table.policy_start, table.ramp_years
        )


class Levers:
    """Outcomes of a strategy with its levers changed, in worlds of shape (worlds,) each."""

    def __init__(self, core: Core, question: Question, worlds: Worlds, scenario: str) -> None:
        self.question, self.worlds, self.table = question, worlds, core.lever_table
        self.plan = core.strategy(question.strategy)
        self.names = list(self.table.levers)
        self.ends = [
            Ends.of(self.table.levers[name], self.plan.paths[name], self.table) for name in self.names
        ]
        self.candidates = Candidates(core, [Wanted(question.outcome, question.year)], scenario)
        self._rival = self._of_rival(core)

    @property
    def low(self) -> Array:
        """Largest change downwards of each lever, shape (levers,)."""
        return np.array([end.down for end in self.ends])

    @property
    def high(self) -> Array:
        """Largest change upwards."""
        return np.array([end.up for end in self.ends])

    def _of_rival(self, core: Core) -> Array | None:
        if not self.question.rival:
            return None
        values, _ = self.candidates.at_own_cost([core.strategy(self.question.rival)], self.worlds)
        return np.asarray(values[0, 0])

    def changed(self, change: Array) -> Strategy:
        """Give the strategy with its levers changed, shape (levers,)."""
        moved = {
            name: (end, float(step))
            for name, end, step in zip(self.names, self.ends, change, strict=True)
            if step
        }

        def paths(before: Mapping[str, TimePath]) -> dict[str, TimePath]:
            new = {name: end.moved(before[name], step, self.table) for name, (end, step) in moved.items()}
            return {**before, **new}

        switch = self.plan.switch and replace(self.plan.switch, paths=paths(self.plan.switch.paths))
        return replace(self.plan, paths=paths(self.plan.paths), switch=switch, budget="own")

    def values(self, changes: Array) -> tuple[Array, Array]:
        """Give the outcome and the public cost, each of shape (points, worlds)."""
        plans = [self.changed(change) for change in changes.T]
        values, cost = self.candidates.at_own_cost(plans, self.worlds)
        return values[0], cost

    def beyond(self, values: Array) -> Array:
        """Give margins of outcomes, both of shape (points, worlds)."""
        return outcome_margin(self.question, values, self._rival)

    def margins(self, changes: Array) -> Array:
        """Give margins, shape (points, worlds)."""
        return self.beyond(self.values(changes)[0])

    def medians(self, values: Array) -> dict[str, float]:
        """Give the median outcome of each strategy of the question, from that of the one asked about."""
        both = [values] if self._rival is None else [values, self._rival]
        names = self.question.strategies
        return {name: float(np.nanmedian(own)) for name, own in zip(names, both, strict=True)}

    def margin(self, changes: Array) -> Array:
        """Give what the share of worlds that is asked for reaches at least, shape (points,)."""
        return over_worlds(self.margins(changes), self.question.share)
