"""How forecasts from past origins score: in all, by horizon, by origin, by series, and against their rivals.

Scores are on the scale of a series (`strands.unit_of`). Sums are over the points of series of which one point
at least was known at the origin, because naive rules need one; the others are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twintrack.calibration.lookahead import (
    CONFLICT,
    LARGEST_ERROR,
    NAIVE,
    POOL,
    YEARS,
    Look,
    Origin,
    Prediction,
)
from twintrack.calibration.observations import restored
from twintrack.calibration.skill import crps, sign_test, weighted_interval
from twintrack.calibration.strands import unit_of

ENDS = (0.05, 0.25, 0.5, 0.75, 0.95)
"""Quantiles that are told of a forecast."""

SURE = 0.05
"""Probability of a split by chance below which it counts."""

ALIKE = 0.05
"""Part of the rival's score within which two scores are called alike."""

SAME_SIDE = 4
"""Points of a series from which on it says something that all were missed to one side."""

JUMP = 1.5
"""Step between neighbours, on the scale and in its unit, from which on it is called a jump."""


@dataclass(frozen=True)
class Score:
    """One forecast of one member, held against what came.

    Attributes:
        crps: Continuous ranked probability score.
        wis: Weighted interval score.
        miss: Truth less median.
        inside_50: Whether the truth lies in the central half.
        inside_90: Whether it lies in the central nine tenths.
        width: Width of the central nine tenths.
        passed: Share that lies below what the series cannot fall below.
    """

    crps: float
    wis: float
    miss: float
    inside_50: bool
    inside_90: bool
    width: float
    passed: float


@dataclass(frozen=True)
class Scored:
    """One point predicted from one origin, by all members."""

    prediction: Prediction
    scores: dict[str, Score]

    @property
    def name(self) -> str:
        """The name of the series."""
        return self.prediction.item.name

    @property
    def horizon(self) -> int:
        """Years from the origin."""
        return self.prediction.horizon


def scored(predictions: Iterable[Prediction]) -> list[Scored]:
    """Score the predictions of points whose error of measurement leaves a truth to be scored against."""
    found = []
    for one in predictions:
        unit = unit_of(one.item)
        if one.item.errors[one.place] <= LARGEST_ERROR * unit:
            truth = one.item.values[[one.place]] / unit
            floor = None if one.floor is None else one.floor / unit
            scores = {name: _score(draws / unit, truth, floor) for name, draws in one.draws.items()}
            found.append(Scored(one, scores))
    return found


def _score(draws: np.ndarray, truth: np.ndarray, floor: float | None) -> Score:
    sample = draws[None]
    low, first, middle, third, high = np.quantile(draws, ENDS)
    return Score(
        crps=float(crps(sample, truth)[0]),
        wis=float(weighted_interval(sample, truth)[0]),
        miss=float(truth[0] - middle),
        inside_50=bool(first <= truth[0] <= third),
        inside_90=bool(low <= truth[0] <= high),
        width=float(high - low),
        passed=0.0 if floor is None else float((draws < floor).mean()),
    )


def board(look: Look, results: Sequence[tuple[Origin, list[Prediction]]]) -> dict[str, object]:
    """Give everything that is told of forecasts from several origins, as numbers, lists and mappings."""
    points = [one for _, predictions in results for one in scored(predictions)]
    seen = [one for one in points if one.prediction.known]
    unseen = [one for one in points if not one.prediction.known]
    members = [*look.forms, *NAIVE, POOL]
    return {
        "members": members,
        "points": len(seen),
        "points_unseen": len(unseen),
        "table": [_row(name, seen) for name in members],
        "unseen": [_row(name, unseen) for name in look.forms],
        "origins": [_origin(learnt, seen, look) for learnt, _ in results],
        "series": [series_row(name, seen, members) for name in dict.fromkeys(one.name for one in seen)],
        "tests": [against(rival, seen) for rival in members if rival != "learnt"],
        "predictions": [_told(one) for one in points],
    }


def _row(member: str, points: Sequence[Scored]) -> dict[str, object]:
    """Give the scores of one member over points."""

    def mean(read: Callable[[Score], float], kept: Sequence[Scored]) -> float | None:
        return float(np.mean([read(one.scores[member]) for one in kept])) if kept else None

    horizons = [[one for one in points if one.horizon == years] for years in range(1, YEARS + 1)]
    widths = [_widening(member, points, years) for years in range(2, YEARS + 1)]
    misses = [abs(one.scores[member].miss) for one in points]
    return {
        "member": member,
        "crps": mean(lambda score: score.crps, points),
        "by_horizon": [mean(lambda score: score.crps, kept) for kept in horizons],
        "wis": mean(lambda score: score.wis, points),
        "error": float(np.median(misses)) if misses else None,
        "inside_50": mean(lambda score: score.inside_50, points),
        "inside_90": mean(lambda score: score.inside_90, points),
        "widths": widths,
        "passed": max((one.scores[member].passed for one in points), default=None),
    }


def _widening(member: str, points: Sequence[Scored], years: int) -> float | None:
    """Give the median of how much wider forecasts are after some years than after one, series by series."""
    widths: dict[tuple[str, float], dict[int, list[float]]] = {}
    for one in points:
        own = widths.setdefault((one.name, one.prediction.origin), {})
        own.setdefault(one.horizon, []).append(one.scores[member].width)
    ratios = [np.mean(own[years]) / np.mean(own[1]) for own in widths.values() if 1 in own and years in own]
    return float(np.median(ratios)) if ratios else None


def _origin(learnt: Origin, points: Sequence[Scored], look: Look) -> dict[str, object]:
    own = [one for one in points if one.prediction.origin == learnt.time]
    taught = [name for name, form in look.forms.items() if form.power is not None]
    effective = {name: learnt.learnt[name].effective for name in taught}
    return {
        "origin": learnt.time,
        "points": len(own),
        "effective": effective,
        "conflict": effective["learnt"] < CONFLICT,
        "walks": learnt.learnt["learnt"].walks.tolist(),
        "none": learnt.none,
        "crps": {name: _row(name, own)["crps"] for name in (*look.forms, *NAIVE, POOL)},
    }


def series_row(name: str, points: Sequence[Scored], members: Sequence[str]) -> dict[str, object]:
    """Give the scores of one series, whether what was learnt beats the prior there, and why it does not."""
    own = [one for one in points if one.name == name]
    means = {member: float(np.mean([one.scores[member].crps for one in own])) for member in members}
    learnt, prior = means["learnt"], means["prior"]
    verdict = "alike" if abs(learnt - prior) <= ALIKE * prior else "better" if learnt < prior else "worse"
    return {
        "name": name,
        "points": len(own),
        "crps": means,
        "verdict": verdict,
        "miss": float(np.mean([one.scores["learnt"].miss for one in own])),
        "inside_90": sum(one.scores["learnt"].inside_90 for one in own),
        "widths": [_widening("learnt", own, years) for years in range(2, YEARS + 1)],
        "reasons": [] if verdict == "better" else reasons(own),
        "jump": largest_jump(own),
    }


def reasons(own: Sequence[Scored]) -> list[str]:
    """Say what can be seen of why a series is not predicted better than by the prior.

    "jump": what was published jumped at a predicted point. "one_side": all points, SAME_SIDE or more, lie on
    one side of the medians, so that definition or mechanism differ, which no likelihood mends. "wider": what
    was learnt has wider bands than the prior. "prior_knows": the prior's medians are nearer to the truth than
    those that were learnt. "few": none of these, in fewer than SAME_SIDE points; "scatter": none of these.
    """
    jump = largest_jump(own)
    misses = np.array([one.scores["learnt"].miss for one in own])
    before = np.array([one.scores["prior"].miss for one in own])
    widths = [one.scores["learnt"].width > one.scores["prior"].width for one in own]
    found = []
    if jump is not None and jump["step"] >= JUMP:
        found.append("jump")
    if len(own) >= SAME_SIDE and (np.all(misses > 0) or np.all(misses < 0)):
        found.append("one_side")
    if np.mean(widths) > 0.5:
        found.append("wider")
    if np.abs(before).mean() < np.abs(misses).mean():
        found.append("prior_knows")
    return found or ["few" if len(own) < SAME_SIDE else "scatter"]


def largest_jump(own: Sequence[Scored]) -> dict[str, float] | None:
    """Give the largest step to a predicted point from the one before it: to which year, and how large.

    `step` is on the scale and in its unit, `factor` is how many times more was published on a logarithmic
    scale and nought on others.
    """
    steps = []
    for one in own:
        item, place = one.prediction.item, one.prediction.place
        if place:
            step = float(item.values[place] - item.values[place - 1])
            factor = float(np.exp(step)) if item.series.scale == "log" else 0.0
            year = item.series.points[place].year
            steps.append({"year": year, "step": abs(step) / unit_of(item), "factor": factor})
    return max(steps, key=lambda one: one["step"], default=None)


def against(rival: str, points: Sequence[Scored]) -> dict[str, object]:
    """Count how often what was learnt scores better than a rival, by points and by series, without ties."""
    pairs = [(one.name, one.scores["learnt"].crps, one.scores[rival].crps) for one in points]
    names = dict.fromkeys(name for name, _, _ in pairs)
    own = [np.array([scores for name, *scores in pairs if name == which]) for which in names]
    by_series = [(float(part[:, 0].mean()), float(part[:, 1].mean())) for part in own]
    by_points = _won([(ours, theirs) for _, ours, theirs in pairs])
    won, games, chance = _won(by_series)
    verdict = "undecided" if chance >= SURE else "beats" if 2 * won > games else "loses"
    found: dict[str, object] = {"rival": rival, "verdict": verdict}
    found |= dict(zip(("points_won", "points", "points_p"), by_points, strict=True))
    return found | {"series_won": won, "series": games, "series_p": chance}


def _won(pairs: Iterable[tuple[float, float]]) -> tuple[int, int, float]:
    """Count pairs of scores whose first is better, and pairs that differ; give the p of the sign test."""
    better = [ours < theirs for ours, theirs in pairs if ours != theirs]
    won = sum(better)
    return won, len(better), sign_test(won, len(better) - won)


def _told(one: Scored) -> dict[str, object]:
    prediction = one.prediction
    item, scale = prediction.item, prediction.item.series.scale
    point = item.series.points[prediction.place]
    return {
        "series": one.name,
        "origin": prediction.origin,
        "horizon": prediction.horizon,
        "year": point.year,
        "known": prediction.known,
        "observed": float(restored(item.values[prediction.place], scale)),
        "published": point.value,
        "quantiles": {
            name: [float(value) for value in restored(np.quantile(draws, ENDS), scale)]
            for name, draws in prediction.draws.items()
        },
        "crps": {name: score.crps for name, score in one.scores.items()},
    }
