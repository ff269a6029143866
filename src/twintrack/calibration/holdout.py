"""Learning without some observations, and predicting them.

Leave-one-series-out asks whether the other series tell what one shows; leave-years-out, whether the years
before tell what came. The rivals are the prior and a naive extrapolation of the last growth rate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.fit import Band, band
from twintrack.calibration.observations import Observed
from twintrack.calibration.predictive import Predicted, predict, predict_by_prior, with_walks
from twintrack.calibration.sampler import Compute, Population, Settings, Work, sample
from twintrack.calibration.skill import crps, extrapolated, inside
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.runs.workers import Tell, computing

HELD_OUT_FROM = 2022.0
"""Decimal year: what had ended by then is learnt from, what ends later is predicted."""


@dataclass(frozen=True)
class PointPrediction:
    """An observation that was not learnt from, and what was expected of it, in the unit of the series."""

    year: float
    observed: float
    prior: Band
    said: Band
    expected: Band
    naive: float | None


@dataclass(frozen=True)
class SeriesPrediction:
    """The held-out points of one series; errors are mean absolute errors of medians on its scale.

    Attributes:
        name: Name of the series.
        bound: Whether it only bounds the model from above.
        known: Points of it that were learnt from.
        points: Points that were predicted.
        inside_said: How many lie in the 90 % band of what the model says.
        inside_expected: How many lie in the band with discrepancy and measurement.
        error: Of the posterior predictive.
        error_prior: Of the prior predictive.
        error_naive: Of the extrapolation; None where no point was known.
        crps: Mean score of the posterior predictive; less is better.
        crps_prior: The same of the prior predictive.
    """

    name: str
    bound: bool
    known: int
    points: tuple[PointPrediction, ...]
    inside_said: int
    inside_expected: int
    error: float
    error_prior: float
    error_naive: float | None
    crps: float
    crps_prior: float


@dataclass(frozen=True)
class Teacher:
    """What a parameter was learnt from.

    Attributes:
        parameter: Name of the world parameter.
        spread: Its standard deviation after learning, in those of the prior.
        without: Series without which it is widest, and how wide it then is.
    """

    parameter: str
    spread: float
    without: tuple[tuple[str, float], ...]


def without_each_series(
    target: Target,
    settings: Settings,
    seed: int,
    workers: int | None,
    tell: Tell,
    show: Callable[[str], None],
) -> tuple[list[SeriesPrediction], dict[str, Array]]:
    """Learn without one series at a time, and predict it by the others.

    Gives the predictions, and by series how wide the parameters are without it: standard deviations of their
    scores, shape (parameters,).
    """
    targets = {name: target.with_observed(target.observed.without(name)) for name in target.observed.names}
    found: list[SeriesPrediction] = []
    spreads = {}
    with computing(Work(targets), workers, tell) as compute:
        for number, (name, learnt) in enumerate(targets.items()):
            show(f"without {name} ({number + 1} of {len(targets)})")
            population = learn(compute, name, learnt, settings, (seed, 1, number))
            found += list(predictions(target, learnt, population.scores, (seed, 2, number), only=name))
            spreads[name] = population.scores.std(axis=1)
    return found, spreads


def teachers(
    target: Target, scores: Array, spreads: Mapping[str, Array], parameters: int = 10, series: int = 3
) -> list[Teacher]:
    """Say what most taught the parameters that were learnt most, from what is wider without each series."""
    names = target.unknowns.names
    before = scores.std(axis=1)
    found = []
    for row in np.argsort(before)[:parameters]:
        widths = {name: float(values[row]) for name, values in spreads.items()}
        parts = tuple(sorted(widths.items(), key=lambda item: -item[1])[:series])
        found.append(Teacher(names[row], float(before[row]), parts))
    return found


def before_years(
    target: Target,
    settings: Settings,
    seed: int,
    workers: int | None,
    tell: Tell,
    until: float = HELD_OUT_FROM,
) -> list[SeriesPrediction]:
    """Learn from what had ended by a year, and predict what came after it."""
    learnt = target.with_observed(target.observed.until(until))
    with computing(Work({"years": learnt}), workers, tell) as compute:
        population = learn(compute, "years", learnt, settings, (seed, 3, 0))
    return list(predictions(target, learnt, population.scores, (seed, 4)))


def learn(
    compute: Compute, name: str, target: Target, settings: Settings, seed: tuple[int, ...]
) -> Population:
    """Sample the posterior of one target to its end."""
    *_, population = sample(compute, name, target, settings, seed)
    return population


def predictions(
    target: Target,
    learnt: Target,
    scores: Array,
    seed: tuple[int, ...],
    *,
    only: str | None = None,
) -> Iterator[SeriesPrediction]:
    """Predict the points that were not learnt from; `only` names the one series that is wanted."""
    after = predict(target, learnt, with_walks(learnt, scores, (*seed, 3)), (*seed, 0))
    before = predict_by_prior(target, scores.shape[1], (*seed, 1), (*seed, 2))
    for item, place in target.observed.placed:
        held = np.flatnonzero(~after.known[place])
        if len(held) and only in (None, item.name):
            yield _prediction(item, before.part(place).part(held), after.part(place).part(held), held)


def _prediction(
    item: Observed, before: Predicted, after: Predicted, held: NDArray[np.int64]
) -> SeriesPrediction:
    values, scale = item.values[held], item.series.scale
    known = np.setdiff1d(np.arange(len(item.values)), held)
    naive = extrapolated(item.times[known], item.values[known], item.times[held])

    def error(middle: Array) -> float:
        return float(np.abs(values - middle).mean())

    points = [
        PointPrediction(
            year=item.years[place],
            observed=item.series.points[place].value,
            prior=band(before.expected[row], scale),
            said=band(after.said[row], scale),
            expected=band(after.expected[row], scale),
            naive=None if naive is None else band(np.full(1, naive[row]), scale).p50,
        )
        for row, place in enumerate(held)
    ]
    return SeriesPrediction(
        name=item.name,
        bound=item.series.bound is not None,
        known=len(known),
        points=tuple(points),
        inside_said=int(inside(after.said, values).sum()),
        inside_expected=int(inside(after.expected, values).sum()),
        error=error(np.median(after.expected, axis=1)),
        error_prior=error(np.median(before.expected, axis=1)),
        error_naive=None if naive is None else error(naive),
        crps=float(crps(after.expected, values).mean()),
        crps_prior=float(crps(before.expected, values).mean()),
    )
