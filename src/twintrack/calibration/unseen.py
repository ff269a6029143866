"""How what was learnt by past years meets the points that came after them, without any fitted error.

Runs of the prior are weighed by what was complete at an origin (`lookahead`), and what the weighed worlds say
is held against later points, with the error of measurement alone: no discrepancy carries the last miss on,
which would make any model a rule that goes on from the last value. Rivals are the same worlds unweighed, and
the naive rules with widths of their own. Several origins predict some points more than once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.lookahead import (
    LARGEST_ERROR,
    YEARS,
    Form,
    Look,
    Origin,
    forms_of,
    known_points,
)
from twintrack.calibration.observations import Observed
from twintrack.calibration.reweighting import prior_runs
from twintrack.calibration.rivals import RULES, naive
from twintrack.calibration.skill import crps, inside
from twintrack.calibration.strands import unit_of
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.runs.workers import Tell

RUNS = 16_384
"""Runs of the prior that are weighed."""

DRAWS = 2000
"""Draws of each forecast."""

MODEL = ("learnt", "prior")
"""Members that come from runs of the model: weighed, and as they were drawn."""

RIVALS = ("prior", *RULES)
"""What the weighed worlds must beat."""

_ROUNDING = 1e-6
_STREAM = 16


@dataclass(frozen=True)
class UnseenSeries:
    """Later points of one series; errors and scores are on its scale.

    Attributes:
        name: Name of the series.
        scale: "log", "logit" or "linear".
        unit: What scores are divided by before those of several series are added up.
        unit_name: Unit of the published values.
        points: Predictions of points that were not learnt from.
        inside: How many of these lie in the central 90 % of what the weighed worlds say.
        error: Root mean square error of the medians of the weighed worlds.
        crps: Mean score by member; less is better.
    """

    name: str
    scale: str
    unit: float
    unit_name: str
    points: int
    inside: int
    error: float
    crps: Mapping[str, float]


@dataclass(frozen=True)
class Unseen:
    """Points of all series that were not learnt from.

    Attributes:
        origins: Decimal years until which was learnt.
        runs: Runs of the prior that were weighed.
        effective: Effective number of worlds at the origin where it is least.
        series: Series of which a point was known at an origin and a later one was predicted.
    """

    origins: tuple[float, ...]
    runs: int
    effective: float
    series: tuple[UnseenSeries, ...]

    @property
    def points(self) -> int:
        """Predictions of all series."""
        return sum(item.points for item in self.series)

    @property
    def covered(self) -> float:
        """Share of predicted points that lie in the central 90 % of what the weighed worlds say."""
        return sum(item.inside for item in self.series) / self.points

    def skill(self, rival: str) -> float:
        """Give 1 less the score over a rival's, each series counting alike; above nought is better."""
        ours, theirs = (
            sum(item.crps[member] / item.unit for item in self.series) for member in ("learnt", rival)
        )
        return float(1 - ours / theirs)

    def won(self, rival: str) -> int:
        """Count the series that are predicted better than by a rival."""
        return sum(item.crps["learnt"] < item.crps[rival] for item in self.series)


def unseen(
    target: Target,
    seed: int,
    workers: int | None,
    tell: Tell = lambda _: None,
    show: Callable[[str], None] = lambda _: None,
    runs: int = RUNS,
) -> Unseen:
    """Learn at each of the last origins of a target, and meet what came within three years after it."""
    said = prior_runs(target, runs, seed, workers, tell, show)
    return met(Look(target.observed, said, seed, DRAWS, forms=_forms(target.power)))


def met(look: Look) -> Unseen:
    """Do the same with runs that are at hand; `look` has the members MODEL."""
    learnt = [look.learn(origin) for origin in look.origins]
    found = [
        series
        for number, (item, place) in enumerate(look.observed.placed)
        if item.series.bound is None
        and (series := _series(look, number, look.said[place], learnt)) is not None
    ]
    effective = min(one.learnt["learnt"].effective for one in learnt)
    return Unseen(tuple(one.time for one in learnt), look.said.shape[1], effective, tuple(found))


def _forms(power: float) -> dict[str, Form]:
    forms = forms_of(power)
    return {name: forms[name] for name in MODEL}


def _series(look: Look, number: int, said: Array, learnt: list[Origin]) -> UnseenSeries | None:
    """Meet one series from all origins; `said` is what worlds say at its points, shape (points, runs)."""
    item = look.observed.series[number]
    parts = list(_parts(look, number, said, learnt))
    if not parts:
        return None
    values = np.concatenate([values for values, _ in parts])
    draws = {name: np.concatenate([drawn[name] for _, drawn in parts]) for name in parts[0][1]}
    return UnseenSeries(
        name=item.name,
        scale=item.series.scale,
        unit=unit_of(item),
        unit_name=item.series.unit,
        points=len(values),
        inside=int(inside(draws["learnt"], values).sum()),
        error=float(np.sqrt(np.mean((values - np.median(draws["learnt"], axis=1)) ** 2))),
        crps={name: float(crps(drawn, values).mean()) for name, drawn in draws.items()},
    )


def _parts(
    look: Look, number: int, said: Array, learnt: list[Origin]
) -> Iterator[tuple[Array, dict[str, Array]]]:
    """Give the later points by origin: values, shape (points,), and draws by member, (points, draws)."""
    item = look.observed.series[number]
    for one in learnt:
        known = known_points(item, one.time)
        rows = _later(item, known, one.time)
        if not known or not len(rows):
            continue
        stream = np.random.default_rng((look.seed, _STREAM, round(one.time * 1000), number))
        error = item.errors[rows, None] * stream.standard_normal((len(rows), look.draws))
        draws: dict[str, Array] = {}
        for name in MODEL:
            sound = np.logical_and.reduce(np.isfinite(said[rows]), axis=0)
            _, worlds = one.learnt[name].among(sound).picked(look.draws, stream)
            draws[name] = said[np.ix_(rows, worlds)] + error
        draws |= {name: naive(item, known, rule, look.draws)[rows - known] for name, rule in RULES.items()}
        yield item.values[rows], draws


def _later(item: Observed, known: int, origin: float) -> NDArray[np.int64]:
    """Give the numbers of points that were complete within YEARS after an origin and are measured well."""
    wanted = (item.ends <= origin + YEARS + _ROUNDING) & (item.errors <= LARGEST_ERROR * unit_of(item))
    return known + np.flatnonzero(wanted[known:])
