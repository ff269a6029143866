"""Made-up series, and a target whose posterior is known exactly."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from scipy.stats import multivariate_normal

from twintrack.calibration.discrepancy import Grid, measurement
from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.moves import Moved
from twintrack.calibration.observations import Observations, observations
from twintrack.calibration.sampler import Population, Settings, Task, Work, sample
from twintrack.calibration.strands import strands
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistoryPoint, HistorySeries
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.runs.workers import computed_here

WORDS = Bilingual(en="made up", zh="虚构")
SAVED = np.linspace(2016, 2026, 41)


def point(year: float, value: float, low: float | None = None, high: float | None = None) -> HistoryPoint:
    return HistoryPoint(year, value, low, high, "made up", 1)


def series(points: Iterable[HistoryPoint], name: str = "made", **changes: Any) -> HistorySeries:
    """A series of readings at a date on the linear scale."""
    given: dict[str, Any] = {
        "name": name, "title": WORDS, "variable": "level", "reading": "at", "window": 0.0, "since": None,
        "scale": "linear", "unit": "1", "factor": 1.0, "error": 0.1, "discrepancy": 0.3, "bound": None,
        "definition": WORDS, "points": tuple(points),
    }  # fmt: skip
    return HistorySeries.model_construct(**(given | changes))


def series_of(years: Sequence[float], values: Sequence[float], **changes: Any) -> HistorySeries:
    return series(map(point, years, values), **changes)


def model_of(*shapes: tuple[str, tuple[int, ...]]) -> Any:
    """Stands for equations that know variables without subscripts."""
    return SimpleNamespace(variables={name: SimpleNamespace(elements=()) for name, _ in shapes})


ONE = Grid(walks=(0.0,), shares=(0.0,), sizes=1, persistences=1)
"""A grid of one node: the discrepancy is known. Its size is the mean of the half-normal distribution."""

SIZE, PERSISTENCE = float(ONE.nodes[0].sizes[0]), float(ONE.nodes[0].persistences[0])
"""What that node is, the size in units of a series' scale."""


@dataclass(frozen=True)
class Scores:
    """Unknowns that are their own scores."""

    names: list[str]

    @property
    def size(self) -> int:
        return len(self.names)

    def worlds(self, scores: Array) -> dict[str, Array]:
        return dict(zip(self.names, scores, strict=True))


@dataclass(frozen=True)
class Linear:
    """A model that is linear in the scores, whose posterior is normal (Rasmussen and Williams 2006, eq. 2.8).

    Attributes:
        unknowns: What is learnt.
        observed: What it is learnt from, each series of a variable of its own.
        slopes: What a point says more for one more of a parameter, shape (points, parameters).
        power: Power of the likelihood.
        grid: What the discrepancy is; the exact posterior is that of ONE.
        calls: What was asked for the likelihood of, by number of runs.
    """

    unknowns: Scores
    observed: Observations
    slopes: Array
    power: float = 1.0
    grid: Grid = ONE
    calls: list[int] = field(default_factory=list)

    def said(self, worlds: Mapping[str, Array], runs: int) -> Array:
        return np.asarray(self.slopes @ np.stack([worlds[name] for name in self.unknowns.names]))

    @cached_property
    def likelihood(self) -> Likelihood:
        return Likelihood(strands(self.observed), self.observed, self.grid)

    def log_likelihood(self, scores: Array) -> Array:
        self.calls.append(scores.shape[1])
        return Target.log_likelihood(self.as_target(), scores)

    @cached_property
    def _values(self) -> Array:
        return np.concatenate([item.values for item in self.observed.series])

    @cached_property
    def covariance(self) -> Array:
        """Of all residuals, shape (points, points)."""
        whole = np.zeros((self.observed.points, self.observed.points))
        for item, place in self.observed.placed:
            apart = np.abs(item.times[:, None] - item.times)
            size = SIZE * item.series.discrepancy
            whole[place, place] = size**2 * PERSISTENCE**apart
        errors = np.concatenate([item.errors for item in self.observed.series])
        runs = np.array([point.run for item in self.observed.series for point in item.series.points])
        return whole + measurement(errors, runs)

    @cached_property
    def posterior(self) -> tuple[Array, Array]:
        """Mean and covariance of the parameters."""
        told = self.power * self.slopes.T @ np.linalg.inv(self.covariance)
        spread = np.linalg.inv(np.eye(len(self.unknowns.names)) + told @ self.slopes)
        return spread @ told @ self._values, spread

    @cached_property
    def log_evidence(self) -> float:
        """Of the likelihood in full."""
        whole = self.slopes @ self.slopes.T + self.covariance
        return float(multivariate_normal(np.zeros(len(whole)), whole).logpdf(self._values))

    def as_target(self) -> Target:
        """The same, by the name that its users ask for."""
        return cast(Target, self)


def linear(parameters: int, told: int, seed: int = 1, error: float = 0.3, power: float = 1.0) -> Linear:
    """Three series that tell of the first parameters, and of nothing else; a truth lies behind them."""
    stream = np.random.default_rng(seed)
    years = [[2017.0, 2018.0, 2020.5, 2023.0], [2018.0, 2021.0, 2024.0], [2022.5]]
    points = sum(map(len, years))
    slopes = np.zeros((points, parameters))
    slopes[:, :told] = stream.standard_normal((points, told))
    truth = slopes @ stream.standard_normal(parameters) + error * stream.standard_normal(points)
    values = np.split(truth, np.cumsum([len(part) for part in years])[:-1])
    history = [
        series_of(at, list(part), name=f"series {number}", variable=f"level {number}", error=error)
        for number, (at, part) in enumerate(zip(years, values, strict=True))
    ]
    observed = observations(history, SAVED)
    names = [f"parameter {number}" for number in range(parameters)]
    return Linear(Scores(names), observed, slopes, power)


Compute = Callable[[Iterable[Task]], Iterable[tuple[Task, Moved]]]


def here(**targets: Linear | Target) -> Compute:
    """What computes tasks in this process."""
    work = Work(cast(Mapping[str, Target], targets))
    return lambda tasks: computed_here(work, tasks)


def sampled(target: Linear, settings: Settings, seed: Sequence[int] = (1,)) -> list[Population]:
    """All populations, from the prior to the posterior."""
    return list(sample(here(made=target), "made", target.as_target(), settings, seed))


def with_values(observed: Observations, values: Array) -> Observations:
    """The same series with other values, shape (points,)."""
    return Observations(tuple(replace(item, values=values[place]) for item, place in observed.placed))


def straight(
    strands: int = 4, runs: int = 400, seed: int = 1, until: int = 2025, **changes: Any
) -> tuple[Observations, Array]:
    """Series of the end of each year from 2017 on, and what runs of a model say of them: straight lines.

    Two parameters are drawn for each run; level and growth of each line depend on them by numbers of its own.
    Values are those of the first run, without errors.
    """
    stream = np.random.default_rng(seed)
    years = np.arange(2018.0, until + 1)
    level, growth = stream.standard_normal((2, runs))
    levels, growths = stream.standard_normal((2, strands, 1)) * np.stack([level, growth])[:, None]
    lines = 1 + levels[:, None] + 0.3 * (1 + growths[:, None]) * (years[:, None] - 2018)
    history = [
        series_of(
            years, lines[number, :, 0].tolist(), name=f"line {number}", variable=f"line_{number}", **changes
        )
        for number in range(strands)
    ]
    return observations(history, SAVED), lines.reshape(-1, runs)
