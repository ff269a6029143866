"""Growth of frontier cost with every training run counted once, beside what was learnt.

A training run may count in several tables (a record of cost, the largest run, the cost of its development)
and in several rows of one, where a running maximum stands still. The likelihood gives it one error in all of
them (`discrepancy`). Here one row of each run is kept and the others are left out: that needs no guess of how
alike their errors are, but another one, which row stays; both ends are told.

Worlds of the posterior are weighed by the likelihood of what is kept over that of everything. What the table
of costs tells alone is too wide for them, and is learnt from worlds of the prior.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.reweighting import BATCH, effective_size
from twintrack.calibration.strands import strands
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.inputs.history import HistorySeries

PARAMETER = "cost_growth_factor"
COST = "frontier_run_cost"
"""The variable whose series are the table of costs."""

RUNS = 16_384
"""Worlds of the prior from which growth by the table of costs alone is learnt."""

ENDS = 0.05, 0.5, 0.95

_STREAM = 17

Chosen = NDArray[np.bool_]


@dataclass(frozen=True)
class Growth:
    """What is known of the growth factor: median, a central 90 % interval, and what it rests on.

    `observations` that were learnt from, and the effective number of worlds (Kish 1965), None of the prior,
    which is exact.
    """

    low: float
    median: float
    high: float
    observations: int
    effective: float | None


def rows_of_runs(history: Iterable[HistorySeries]) -> dict[str, list[tuple[str, float]]]:
    """Give name of the series and year of every row of each run that the tables name, in their order."""
    found: dict[str, list[tuple[str, float]]] = {}
    for series in history:
        for point in series.points:
            if point.run:
                found.setdefault(point.run, []).append((series.name, point.year))
    return found


def kept_once(history: Iterable[HistorySeries], *, last: bool = False) -> Chosen:
    """Say which of all points stay when each run keeps its first row only, or its last one; shape (points,).

    Rows come in the order of series.yaml and of the tables; those that name no run all stay.
    """
    points = [point for series in history for point in series.points]
    kept = np.zeros(len(points), dtype=bool)
    seen: set[str] = set()
    for place in range(len(points))[:: -1 if last else 1]:
        run = points[place].run
        kept[place] = not run or run not in seen
        seen.add(run)
    return kept


def counted_once(target: Target, scores: Array, seed: int, runs: int = RUNS) -> dict[str, Any] | None:
    """Give the growth factor by what it is learnt from, and the runs that count more than once.

    `scores` are those of the posterior's worlds, shape (parameters, worlds). None for a model without the
    parameter, or where nothing was observed of the cost of runs.
    """
    history = target.observed.history
    if PARAMETER not in target.unknowns.names or all(series.variable != COST for series in history):
        return None
    rows = rows_of_runs(history)
    return {
        "parameter": PARAMETER,
        "power": target.power,
        "runs": [{"run": run, "rows": places} for run, places in rows.items() if len(places) > 1],
        "growth": {
            "prior": _prior(target),
            **growth_of_posterior(target, scores),
            "cost_alone": growth_by_cost(target, seed, runs),
        },
    }


def growth_of_posterior(target: Target, scores: Array) -> dict[str, Growth]:
    """Give the growth factor as it was learnt, and with the first or the last row of each run kept."""
    history = target.observed.history
    said = _said(target, scores)
    everything = np.ones(target.observed.points, dtype=bool)
    before = _likelihood(target, everything, said)
    found = {}
    for name, kept in {
        "learnt": everything,
        "once": kept_once(history),
        "once_last": kept_once(history, last=True),
    }.items():
        ratio = np.zeros_like(before) if kept.all() else _likelihood(target, kept, said) - before
        found[name] = _growth(target, scores, ratio, kept)
    return found


def growth_by_cost(target: Target, seed: int, runs: int = RUNS) -> Growth:
    """Give the growth factor by the table of costs alone, learnt from worlds of the prior."""
    stream = np.random.default_rng((seed, _STREAM))
    scores = stream.standard_normal((len(target.unknowns.names), runs))
    kept = np.array([one.variable == COST for one in target.observed.history for _ in one.points])
    return _growth(target, scores, _likelihood(target, kept, _said(target, scores)), kept)


def weighed_quantiles(values: Array, weights: Array, shares: Iterable[float]) -> list[float]:
    """Give quantiles of values that have weights, linear between the middles of their steps."""
    order = np.argsort(values)
    heights = np.cumsum(weights[order]) - weights[order] / 2
    return [float(np.interp(share, heights / weights.sum(), values[order])) for share in shares]


def _prior(target: Target) -> Growth:
    from scipy.special import ndtri

    scores = np.repeat(ndtri(ENDS)[None], len(target.unknowns.names), axis=0)
    low, median, high = target.unknowns.worlds(scores)[PARAMETER].tolist()
    return Growth(low, median, high, 0, None)


def _growth(target: Target, scores: Array, logarithms: Array, kept: Chosen) -> Growth:
    weights = np.exp(logarithms - logarithms.max())
    values = np.asarray(target.unknowns.worlds(scores)[PARAMETER])
    low, median, high = weighed_quantiles(values, weights, ENDS)
    return Growth(low, median, high, int(kept.sum()), effective_size(weights))


def _likelihood(target: Target, kept: Chosen, said: Array) -> Array:
    """Give the logarithm of the likelihood of some points, raised to the target's power, shape (runs,)."""
    rows = [(series.name, point.year) for series in target.observed.history for point in series.points]
    chosen = {row for row, stays in zip(rows, kept, strict=True) if stays}
    observed = target.observed.chosen(lambda series, point: (series.name, point.year) in chosen)
    likelihood = Likelihood(strands(observed), observed, target.grid)
    return target.power * likelihood.whole(said[kept])


def _said(target: Target, scores: Array) -> Array:
    parts = [scores[:, start : start + BATCH] for start in range(0, scores.shape[1], BATCH)]
    return np.concatenate(
        [target.said(target.unknowns.worlds(part), part.shape[1]) for part in parts], axis=1
    )
