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

from twintrack.calibration.identify import equals_prior
from twintrack.calibration.observations import Array
from twintrack.calibration.target import Target
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
class Turn:
    """Two strategies whose order changes.

    Attributes:
        first: Better in most worlds before learning.
        second: Better in most worlds after it.
        prior: Share of worlds in which the first is better, before learning.
        posterior: The same after it.
        shift: Change of the mean difference, first less second, so that less is worse for the first.
        explained: Share of that change which the parts add up to.
        parts: Parameters, and what each of them adds to the change, the largest first.
    """

    first: str
    second: str
    prior: float
    posterior: float
    shift: float
    explained: float
    parts: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Contest:
    """What decides between the two strategies that do best after learning.

    Attributes:
        first: The best by its mean.
        second: The next.
        prior: Share of worlds in which the first is better, before learning.
        posterior: The same after it.
        explained: Share of the variance of their difference, over worlds of the prior, that is linear in the
            parameters.
        as_before: Share of that part which belongs to parameters whose posterior equals their prior.
        parts: Parameters, and their shares of that part, the largest first.
    """

    first: str
    second: str
    prior: float
    posterior: float
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
    before = np.random.default_rng((seed, 8)).standard_normal((unknowns.size, after.shape[1]))
    values = [_values(model, unknowns.worlds(part), chosen) for part in (before, after)]
    parameters = len(unknowns.names)
    return [
        _ranking(
            model,
            name,
            values[0][name],
            values[1][name],
            before[:parameters],
            after[:parameters],
            unknowns.names,
        )
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
    best = [_best(sign * values) for values in (before, after)]
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
    turns = [
        _turn(pair, sign * before, sign * after, prior, posterior, strategies, names)
        for pair in _turned(sign * before, sign * after)
    ]
    order = np.argsort(ranks[1])[:2]
    return Ranking(
        outcome=outcome,
        year=YEAR,
        better=model.outcomes[outcome].better,
        places=tuple(sorted(places, key=lambda place: place.rank_posterior)),
        correlation=float(np.corrcoef(ranks[0], ranks[1])[0, 1]),
        turns=tuple(sorted(turns, key=lambda turn: turn.posterior - turn.prior)),
        contest=_contest(
            (int(order[0]), int(order[1])), sign * before, sign * after, prior, posterior, strategies, names
        ),
    )


def _ranks(values: Array) -> Array:
    """Give the rank of each value, the largest first, from 1."""
    ranks = np.empty(len(values))
    ranks[np.argsort(-values, kind="stable")] = np.arange(1, len(values) + 1)
    return ranks


def _best(values: Array) -> Array:
    """Give the share of worlds in which each strategy is best; equals share a world."""
    top = values == values.max(axis=0)
    shares: Array = (top / top.sum(axis=0)).mean(axis=1)
    return shares


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


def _turn(
    pair: tuple[int, int],
    before: Array,
    after: Array,
    prior: Array,
    posterior: Array,
    strategies: Sequence[str],
    names: Sequence[str],
) -> Turn:
    first, second = pair
    apart, later = before[first] - before[second], after[first] - after[second]
    parts = _slopes(apart, prior) * (posterior.mean(axis=1) - prior.mean(axis=1))
    shift = float(later.mean() - apart.mean())
    largest = np.argsort(-np.abs(parts))[:_PARTS]
    return Turn(
        first=strategies[first],
        second=strategies[second],
        prior=float((apart > 0).mean()),
        posterior=float((later > 0).mean()),
        shift=shift,
        explained=float(parts.sum() / shift) if shift else 0.0,
        parts=tuple((names[row], float(parts[row])) for row in largest),
    )


def _slopes(values: Array, scores: Array) -> Array:
    """Regress values of shape (world,) on scores of shape (parameter, world), shape (parameter,)."""
    regressors = np.vstack([np.ones(scores.shape[1]), scores])
    slopes = np.linalg.lstsq(regressors.T, values, rcond=None)[0][1:]
    return np.asarray(slopes, dtype=np.float64)


def _contest(
    pair: tuple[int, int],
    before: Array,
    after: Array,
    prior: Array,
    posterior: Array,
    strategies: Sequence[str],
    names: Sequence[str],
) -> Contest:
    first, second = pair
    apart, later = before[first] - before[second], after[first] - after[second]
    slopes = _slopes(apart, prior)
    shares = slopes**2 / max(float((slopes**2).sum()), np.finfo(float).tiny)
    unmoved = [equals_prior(scores) for scores in posterior]
    largest = np.argsort(-shares)[:_PARTS]
    spread, linear = float(apart.var()), float((slopes @ prior).var())
    return Contest(
        first=strategies[first],
        second=strategies[second],
        prior=float((apart > 0).mean()),
        posterior=float((later > 0).mean()),
        explained=linear / spread if spread else 0.0,
        as_before=float(shares[unmoved].sum()),
        parts=tuple((names[row], float(shares[row])) for row in largest),
    )
