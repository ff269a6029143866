"""Which strategies do best before and after learning, and why an order changes where it does.

The change of an order is explained to first order: the difference of two strategies is regressed on the
normal scores of all parameters over worlds of the prior, and each slope is multiplied by how far history has
moved that parameter. What the slopes do not explain is said beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from twintrack.calibration.first_places import shares_of_first
from twintrack.calibration.identify import equals_prior
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.runs.experiment import Experiment

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.core import Core

YEAR = 2040.0
WORLDS = 2000

_TIE = 0.05
"""Two strategies are of one rank when either does better in half of the worlds, give or take this share."""

_PARTS = 4


@dataclass(frozen=True)
class Place:
    """A strategy's standing on one outcome, before and after learning.

    Attributes:
        strategy: Name.
        prior: Mean of the outcome.
        posterior: The same after learning.
        best_prior: Share of worlds in which it is the best of all.
        best_posterior: The same after learning.
        rank_prior: Rank by the mean, from 1.
        rank_posterior: The same after learning.
    """

    strategy: str
    prior: float
    posterior: float
    best_prior: float
    best_posterior: float
    rank_prior: int
    rank_posterior: int


@dataclass(frozen=True)
class Duel:
    """Two strategies, and how often the first is the better one.

    Attributes:
        first: Name of the one.
        second: Name of the other.
        prior: Share of worlds in which the first is better, before learning.
        posterior: The same after learning.
    """

    first: str
    second: str
    prior: float
    posterior: float


@dataclass(frozen=True)
class Turn(Duel):
    """Two strategies whose order changes: the first is better in most worlds before, the second after it.

    Attributes:
        shift: Change of the mean difference, first less second, so that less is worse for the first.
        explained: Share of that change which the parts add up to.
        parts: Parameters, and what each of them adds to the change, the largest first.
    """

    shift: float
    explained: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Contest(Duel):
    """What decides between the two strategies that do best after learning, by their means.

    Attributes:
        explained: Share of the variance of their difference, over worlds of the prior, that is linear in the
            parameters.
        as_before: Share of that part which belongs to parameters whose posterior equals their prior.
        parts: Parameters, and their shares of that part, the largest first.
    """

    explained: float
    as_before: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Ranking:
    """The strategies on one outcome.

    Attributes:
        outcome: Name of the outcome.
        year: Decimal year.
        better: "higher" or "lower".
        places: All strategies, the best after learning first.
        correlation: Rank correlation (Spearman) of the two orders.
        turns: Pairs whose order changes clearly, the largest change first.
        contest: What decides between the two best.
    """

    outcome: str
    year: float
    better: str
    places: tuple[Place, ...]
    correlation: float
    turns: tuple[Turn, ...]
    contest: Contest


def rank(
    model: Core,
    target: Target,
    scores: Array,
    seed: int,
    outcomes: Sequence[str] | None = None,
    worlds: int = WORLDS,
) -> list[Ranking]:
    """Rank all strategies by a sample of the posterior, shape (size, worlds), and by as many of the prior.

    By default on the headline outcomes that are better higher or lower.
    """
    chosen = outcomes or [name for name in model.headline if model.outcomes[name].better != "neutral"]
    unknowns = target.unknowns
    after = scores[:, :worlds]
    before = np.random.default_rng((seed, 8)).standard_normal(after.shape)
    values = [_values(model, unknowns.worlds(part), chosen) for part in (before, after)]
    return [
        _ranking(model, name, values[0][name], values[1][name], before, after, unknowns.names)
        for name in chosen
    ]


def _values(model: Core, worlds: dict[str, Array], outcomes: Sequence[str]) -> dict[str, Array]:
    """Simulate all strategies, shape (strategy, world) for each outcome."""
    import pandas as pd

    frame: pd.DataFrame = pd.DataFrame(worlds)
    asked = Experiment(model.strategies, worlds=frame, outputs=outcomes, times=[YEAR], model=model)
    at = asked.dataset().isel(scenario=0, time=0)
    return {name: at[name].to_numpy() for name in outcomes}


def _ranking(
    model: Core, outcome: str, before: Array, after: Array, prior: Array, posterior: Array, names: list[str]
) -> Ranking:
    sign = 1.0 if model.outcomes[outcome].better == "higher" else -1.0
    strategies = model.strategies
    ranks = [_ranks(sign * values.mean(axis=1)) for values in (before, after)]
    best = [shares_of_first(sign * values) for values in (before, after)]
    places = [
        Place(
            strategy=name,
            prior=float(before[row].mean()),
            posterior=float(after[row].mean()),
            best_prior=float(best[0][row]),
            best_posterior=float(best[1][row]),
            rank_prior=int(ranks[0][row]),
            rank_posterior=int(ranks[1][row]),
        )
        for row, name in enumerate(strategies)
    ]
    samples = _Samples(strategies, names, sign * before, sign * after, prior, posterior)
    turns = [_turn(samples, *pair) for pair in _turned(samples.before, samples.after)]
    first, second = np.argsort(ranks[1])[:2]
    return Ranking(
        outcome=outcome,
        year=YEAR,
        better=model.outcomes[outcome].better,
        places=tuple(sorted(places, key=lambda place: place.rank_posterior)),
        correlation=float(np.corrcoef(ranks[0], ranks[1])[0, 1]),
        turns=tuple(sorted(turns, key=lambda turn: turn.posterior - turn.prior)),
        contest=_contest(samples, first, second),
    )


def _ranks(values: Array) -> Array:
    """Give the rank of each value, the largest first, from 1; equals in their order."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(-values, method="ordinal"))


def _turned(before: Array, after: Array) -> list[tuple[int, int]]:
    """Find the pairs of which one is clearly better in most worlds before and the other after."""
    pairs = []
    for one, other in combinations(range(len(before)), 2):
        prior, posterior = (np.mean(values[one] > values[other]) for values in (before, after))
        if prior > 0.5 + _TIE and posterior < 0.5 - _TIE:
            pairs.append((one, other))
        elif prior < 0.5 - _TIE and posterior > 0.5 + _TIE:
            pairs.append((other, one))
    return pairs


@dataclass(frozen=True)
class _Samples:
    """Outcomes, the larger the better, and scores of parameters, before and after learning.

    Outcomes have the shape (strategy, world), scores (parameter, world).
    """

    strategies: Sequence[str]
    names: Sequence[str]
    before: Array
    after: Array
    prior: Array
    posterior: Array

    def apart(self, first: int, second: int) -> tuple[Array, Array]:
        """Give how much better one strategy is than another, before and after learning, shape (world,)."""
        return self.before[first] - self.before[second], self.after[first] - self.after[second]

    def duel(self, first: int, second: int) -> tuple[str, str, float, float]:
        """Give the names of two strategies, and the shares of worlds in which the first is better."""
        prior, posterior = (float((apart > 0).mean()) for apart in self.apart(first, second))
        return self.strategies[first], self.strategies[second], prior, posterior

    def largest(self, values: Array) -> tuple[tuple[str, float], ...]:
        """Give the parameters with the largest values, whatever their sign, and these values."""
        rows = np.argsort(-np.abs(values))[:_PARTS]
        return tuple((self.names[row], float(values[row])) for row in rows)


def _turn(samples: _Samples, first: int, second: int) -> Turn:
    apart, later = samples.apart(first, second)
    parts = _slopes(apart, samples.prior) * (samples.posterior.mean(axis=1) - samples.prior.mean(axis=1))
    shift = float(later.mean() - apart.mean())
    explained = float(parts.sum() / shift) if shift else 0.0
    return Turn(*samples.duel(first, second), shift, explained, samples.largest(parts))


def _slopes(values: Array, scores: Array) -> Array:
    """Regress values of shape (world,) on scores of shape (parameter, world), shape (parameter,)."""
    regressors = np.vstack([np.ones(scores.shape[1]), scores])
    slopes = np.linalg.lstsq(regressors.T, values, rcond=None)[0][1:]
    return np.asarray(slopes, dtype=np.float64)


def _contest(samples: _Samples, first: int, second: int) -> Contest:
    apart, _ = samples.apart(first, second)
    slopes = _slopes(apart, samples.prior)
    shares = slopes**2 / max(float((slopes**2).sum()), np.finfo(float).tiny)
    unmoved = [equals_prior(scores) for scores in samples.posterior]
    spread, linear = float(apart.var()), float((slopes @ samples.prior).var())
    return Contest(
        *samples.duel(first, second),
        explained=linear / spread if spread else 0.0,
        as_before=float(shares[unmoved].sum()),
        parts=samples.largest(shares),
    )
