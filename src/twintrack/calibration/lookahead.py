"""Forecasts from past origins: learning from what was complete by then, and predicting up to three years on.

Runs of the prior are weighed by the observations that an origin knows (`reweighting`), with the discrepancy
of each variable summed out (`discrepancy`), and every point complete within three years is predicted. Members
of a forecast are what was learnt, the same with other settings, the prior that has learnt nothing, and naive
rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np

from twintrack.calibration.ahead import Errors
from twintrack.calibration.courses import chance_of_none, floor_of
from twintrack.calibration.discrepancy import Grid
from twintrack.calibration.likelihood import Likelihood
from twintrack.calibration.observations import Observations, Observed
from twintrack.calibration.reweighting import Weighed, unweighed, weighed
from twintrack.calibration.rivals import RULES, naive
from twintrack.calibration.strands import chosen_rows, strands
from twintrack.equations.structure import Array
from twintrack.inputs.history import end_of, last_observed
from twintrack.worlds.basis import POWER

YEARS = 3
"""Years after an origin that are predicted."""

LARGEST_ERROR = 0.8
"""Error of measurement, on the scale and in its unit, above which a point is no truth to score against."""

CONFLICT = 200.0
"""Effective worlds below which prior and observations are said to be in conflict."""

_ROUNDING = 1e-6


@dataclass(frozen=True)
class Form:
    """How a member learns and what its discrepancy is.

    Attributes:
        grid: What is summed over.
        power: Power of the likelihood by which worlds are weighed; None for the prior, which learns nothing.
        joined: Whether series of one variable share a discrepancy, totals go on by steps, and numbers that
            never fall have no probability below the last of them.
    """

    grid: Grid
    power: float | None
    joined: bool = True


_STILL = Grid(walks=(0.0,), shares=(0.0,), sizes=6, persistences=5)
"""A discrepancy of each series for itself, which persists and does not walk."""


def forms_of(power: float = POWER) -> dict[str, Form]:
    """Give the members that come from runs of the model, by name.

    With the likelihood of the calibration to a power, with that likelihood in full, with a discrepancy of
    each series for itself, and without learning.
    """
    return {
        "learnt": Form(Grid(), power),
        "learnt_full": Form(Grid(), 1.0),
        "separate": Form(_STILL, 1.0, joined=False),
        "prior": Form(_STILL, None, joined=False),
    }


NAIVE = tuple(RULES)
POOL = "pool"
"""The linear pool of what was learnt and the last growth, half and half."""


@dataclass(frozen=True)
class Prediction:
    """A point as it was predicted from an origin.

    Attributes:
        item: Its series.
        place: Its number among the points of the series.
        origin: Decimal year until which observations were known.
        horizon: Years from the origin to its end, rounded up.
        known: Points of its series that were known.
        floor: Last published value that the series cannot fall below, on its scale; None where there is none.
        draws: Equally likely values on the scale of the series by member, shape (draws,).
    """

    item: Observed
    place: int
    origin: float
    horizon: int
    known: int
    floor: float | None
    draws: Mapping[str, Array]


@dataclass(frozen=True)
class Origin:
    """What was learnt at an origin.

    Attributes:
        time: Decimal year.
        none: Chance of a year without a record.
        learnt: Weights by member.
    """

    time: float
    none: float
    learnt: Mapping[str, Weighed]


@dataclass(frozen=True)
class Look:
    """Forecasts of one history.

    Attributes:
        observed: All series.
        said: What runs of the prior say at all points, on the scales of the series, shape (points, runs).
        seed: Seed of the draws.
        draws: Draws of each forecast.
        forms: Members that come from runs of the model.
    """

    observed: Observations
    said: Array
    seed: int = 1
    draws: int = 4000
    forms: Mapping[str, Form] = field(default_factory=forms_of)

    @property
    def origins(self) -> tuple[float, ...]:
        """The origins before the last observation, where something was known."""
        last = last_observed(self.observed.history)
        origins = () if last is None else origins_of(last)
        return tuple(origin for origin in origins if self.observed.until(origin).series)

    def learn(self, origin: float) -> Origin:
        """Weigh the worlds by what was complete at an origin; nothing later has a part in it."""
        past = self.observed.until(origin)
        said = self.said[chosen_rows(self.observed, -np.inf, origin)]
        likelihoods: dict[tuple[Grid, bool], Array] = {}
        found: dict[str, Weighed] = {}
        for name, form in self.forms.items():
            if form.power is None:
                found[name] = unweighed(said.shape[1])
                continue
            key = form.grid, form.joined
            if key not in likelihoods:
                parts = strands(past, joined=form.joined)
                likelihoods[key] = Likelihood(parts, past, form.grid).of_walks(said)
            found[name] = weighed(likelihoods[key], form.power)
        return Origin(origin, chance_of_none(past.series), found)

    def predict(self, learnt: Origin, until: float | None = None) -> list[Prediction]:
        """Predict what was complete within YEARS after an origin, or by a decimal year, by all members."""
        end = learnt.time + YEARS if until is None else until
        rows = chosen_rows(self.observed, -np.inf, end + _ROUNDING)
        ahead = self.observed.chosen(lambda series, point: end_of(series, point) <= end + _ROUNDING)
        drawn = {
            name: self._drawn(name, number, ahead, self.said[rows], learnt)
            for number, name in enumerate(self.forms)
        }
        return [
            prediction
            for item in ahead.series
            if item.series.bound is None
            for prediction in self._predictions(item, learnt.time, drawn)
        ]

    def _predictions(
        self, item: Observed, origin: float, drawn: Mapping[str, Mapping[str, Array]]
    ) -> Iterator[Prediction]:
        own = known_points(item, origin)
        if own == len(item.values):
            return
        draws = {name: parts[item.name] for name, parts in drawn.items()}
        if own:
            draws |= {name: naive(item, own, rule, self.draws) for name, rule in RULES.items()}
            draws[POOL] = np.concatenate([draws["learnt"], draws["growth"]], axis=1)
        for row, place in enumerate(range(own, len(item.values))):
            horizon = ceil(item.ends[place] - origin - _ROUNDING)
            floor = floor_of(item, own)
            members = {name: values[row] for name, values in draws.items()}
            yield Prediction(item, place, origin, horizon, own, floor, members)

    def _drawn(
        self, name: str, number: int, ahead: Observations, said: Array, learnt: Origin
    ) -> dict[str, Array]:
        """Draw the later points of all series for one member, shape (later points, draws) by series.

        Worlds that say something that is no finite number predict nothing.
        """
        form = self.forms[name]
        place = round(learnt.time * 1000)
        parts = strands(ahead, learnt.time, joined=form.joined)
        sound = np.all([np.isfinite(strand.learned(said)).all(axis=0) for strand in parts], axis=0)
        weights = learnt.learnt[name].among(sound)
        values, worlds = weights.picked(self.draws, np.random.default_rng((self.seed, 13, number, place)))
        errors = Errors(form.grid, values, learnt.none)
        found: dict[str, Array] = {}
        for which, strand in enumerate(parts):
            known = int((strand.ends <= learnt.time).sum())
            if known == len(strand.ends):
                continue
            stream = np.random.default_rng((self.seed, 14, number, place, which))
            told = strand.learned(said[:, worlds])
            start = known if form.power is None else 0
            residuals = strand.values[start:known, None] - told[start:known]
            drawn = errors.ahead(strand.taken(slice(start, None)), known - start, residuals, stream)
            published = errors.published(strand, known, told[known:] + drawn, stream)
            found |= {strand.series[one].name: values for one, values in published.items()}
        return found


def origins_of(last: float) -> tuple[float, ...]:
    """Give the origins before the last observation: the ends of the five years before its own."""
    whole = int(np.floor(last + _ROUNDING))
    return tuple(float(whole - back) for back in range(5, 0, -1))


def known_points(item: Observed, origin: float) -> int:
    """Count the points of a series that were complete at an origin."""
    return int((item.ends <= origin).sum())


def looked(look: Look, origins: Sequence[float]) -> Iterator[tuple[Origin, list[Prediction]]]:
    """Learn and predict at each origin; at one where no series has a point there is nothing to learn."""
    for origin in origins:
        if look.observed.until(origin).series:
            learnt = look.learn(origin)
            yield learnt, look.predict(learnt)
