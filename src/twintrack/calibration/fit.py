"""How each series is met: bands before and after learning, coverage, errors and what is left of residuals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.observations import Observations, Observed, restored
from twintrack.calibration.predictive import Predicted
from twintrack.calibration.skill import Theil, autocorrelation, crps, inside, ranks, theil
from twintrack.equations.structure import Array

BAND = (0.05, 0.5, 0.95)
"""Quantiles of a band: its ends, which hold 90 % between them, and its middle."""

_RESAMPLES = 2000


@dataclass(frozen=True)
class Band:
    """Quantiles in the unit of a series."""

    p05: float
    p50: float
    p95: float


@dataclass(frozen=True)
class PointFit:
    """One observation and what is said of it.

    Attributes:
        year: As in the file.
        time: When it holds, in decimal years.
        observed: The value, with the low and high end of its 90 % interval where it has one.
        low: See above.
        high: See above.
        prior: What the model says before learning.
        posterior: What it says after it: the parameters' part of the uncertainty.
        expected: The same with the model's discrepancy and the error of measurement.
        rank: Share of what is expected that lies below the observation (PIT).
    """

    year: float
    time: float
    observed: float
    low: float | None
    high: float | None
    prior: Band
    posterior: Band
    expected: Band
    rank: float


@dataclass(frozen=True)
class Miss:
    """Posterior means of what the model's discrepancy is, on the scale of the series.

    Attributes:
        size: Standard deviation of the part that does not walk.
        persistence: Correlation of what persists of it, from one year to the next.
        walk: Standard deviation that the walk gains in the first year.
    """

    size: float
    persistence: float
    walk: float


@dataclass(frozen=True)
class SeriesFit:
    """One series; errors are on its scale (logarithms or logits).

    Attributes:
        name: Name of the series.
        bound: Whether it only bounds the model from above.
        points: Its observations.
        inside_said: How many lie in the 90 % band of what the model says.
        inside_expected: How many lie in the band with discrepancy and measurement.
        inside_published: How many published values, not the middles of their intervals, lie in that band.
        error: Root mean square error of the posterior's medians.
        error_prior: The same of the prior's.
        bias: Mean of observation less median.
        theil: Shares of the error, for three points or more.
        autocorrelation: Of residuals, for four points or more.
        crps: Mean score of what is expected after learning; less is better.
        crps_prior: The same before learning.
        miss: The model's discrepancy after learning; None for a bound.
        below: For a bound: share of worlds that lie below it at all points.
    """

    name: str
    bound: bool
    points: tuple[PointFit, ...]
    inside_said: int
    inside_expected: int
    inside_published: int
    error: float
    error_prior: float
    bias: float
    theil: Theil | None
    autocorrelation: float | None
    crps: float
    crps_prior: float
    miss: Miss | None
    below: float | None


@dataclass(frozen=True)
class Coverage:
    """Share of observations in the 90 % band, with an interval of its own from resampling series."""

    inside: int
    points: int
    low: float
    high: float


def fits(
    observed: Observations, prior: Predicted, posterior: Predicted, misses: Mapping[str, Miss]
) -> list[SeriesFit]:
    """Compare all series; `misses` are the discrepancies after learning by series."""
    return [
        _fit(item, prior.part(place), posterior.part(place), misses.get(item.name))
        for item, place in observed.placed
    ]


def missed(likelihood: Likelihood, said: Array) -> dict[str, Miss]:
    """Give the discrepancy of its strand by series; `said` is what worlds say, shape (points, worlds)."""
    found: dict[str, Miss] = {}
    for part, shares in likelihood.node_shares(said):
        mean = shares.mean(axis=1)
        for strand, *nodes in zip(part.strands, *part.nodes, strict=True):
            miss = Miss(
                size=float(strand.size * mean @ np.concatenate([one.sizes for one in nodes])),
                persistence=float(mean @ np.concatenate([one.persistences for one in nodes])),
                walk=float(strand.size * mean @ np.concatenate([one.walks for one in nodes])),
            )
            found |= {item.name: miss for item in strand.series}
    return found


def coverage(counts: Sequence[tuple[int, int]]) -> Coverage:
    """Add up (inside, points) of series; the interval is a 90 % bootstrap over series."""
    table = np.array(counts)
    picks = np.random.default_rng(1).integers(0, len(table), (_RESAMPLES, len(table)))
    sums = table[picks].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.05, 0.95])
    return Coverage(int(table[:, 0].sum()), int(table[:, 1].sum()), float(low), float(high))


def band(sample: Array, scale: str = "linear") -> Band:
    """Give the quantiles of a sample of shape (runs,), carried back from a scale."""
    return Band(*(float(value) for value in restored(np.quantile(sample, BAND), scale)))


def _fit(item: Observed, prior: Predicted, posterior: Predicted, miss: Miss | None) -> SeriesFit:
    middle, before = np.median(posterior.said, axis=1), np.median(prior.said, axis=1)
    residuals = item.values - middle
    bound = item.series.bound is not None
    return SeriesFit(
        name=item.name,
        bound=bound,
        points=tuple(_points(item, prior, posterior)),
        inside_said=int(inside(posterior.said, item.values).sum()),
        inside_expected=int(inside(posterior.expected, item.values).sum()),
        inside_published=int(inside(posterior.expected, item.published).sum()),
        error=float(np.sqrt(np.mean(residuals**2))),
        error_prior=float(np.sqrt(np.mean((item.values - before) ** 2))),
        bias=float(residuals.mean()),
        theil=theil(middle, item.values),
        autocorrelation=autocorrelation(item.times, residuals),
        crps=float(crps(posterior.expected, item.values).mean()),
        crps_prior=float(crps(prior.expected, item.values).mean()),
        miss=miss,
        below=float((posterior.said < item.values[:, None]).all(axis=0).mean()) if bound else None,
    )


def _points(item: Observed, prior: Predicted, posterior: Predicted) -> list[PointFit]:
    scale = item.series.scale
    places = ranks(posterior.expected, item.values)
    return [
        PointFit(
            year=point.year,
            time=float(item.times[number]),
            observed=point.value,
            low=point.low,
            high=point.high,
            prior=band(prior.said[number], scale),
            posterior=band(posterior.said[number], scale),
            expected=band(posterior.expected[number], scale),
            rank=float(places[number]),
        )
        for number, point in enumerate(item.series.points)
    ]
