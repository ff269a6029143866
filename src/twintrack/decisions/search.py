"""Better mixes: what no mix of levers beats in all outcomes at once, for the baseline's public cost.

Mixes evolve on some worlds and are judged on others, which the evolution has not seen, with cost equal
in each of them. Gains are differences to the baseline in the same worlds, because levels differ far more
between worlds than mixes do within one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twintrack.core import Core
from twintrack.decisions.search_driver import undominated
from twintrack.decisions.search_space import Settings
from twintrack.decisions.search_work import Search, Work, evolved, prepared
from twintrack.decisions.spreading import far_apart
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import BASELINE, Strategy

FEW = 5
"""Levers that a simple mix moves at most."""


@dataclass(frozen=True)
class Judged:
    """A strategy on worlds that the search has not seen, at equal cost in each.

    Attributes:
        strategy: The strategy, with the budget "equal".
        settings: What a mix moves; empty for a named strategy.
        effort: Its effort.
        values: Mean of each outcome.
        gains: Mean difference to the baseline in the same worlds, turned so that more is better.
        error: Standard error of each gain.
        bounds: Levers that it moves to a bound.
        unmatched: Share of the worlds in which no factor makes cost equal; they are left out for all.
    """

    strategy: Strategy
    settings: Settings
    effort: float
    values: Mapping[str, float]
    gains: Mapping[str, float]
    error: Mapping[str, float]
    bounds: Mapping[str, str]
    unmatched: float


@dataclass(frozen=True)
class Distance:
    """How far a named strategy is from the front.

    Attributes:
        name: Its name.
        dominated_by: Mixes that are better in all outcomes, by means over worlds.
        mix: The mix that is furthest ahead of it where it is least ahead.
        behind: By how much, in shares of the named strategies' range; below 0 where none is ahead in all.
        worlds_better: Share of worlds in which that mix is better in all outcomes at once.
    """

    name: str
    dominated_by: int
    mix: str
    behind: float
    worlds_better: float


@dataclass(frozen=True)
class Simple:
    """The best mix found that moves few levers, and what being simple costs.

    Attributes:
        judged: The mix.
        of: Name of the mix whose settings it takes.
        steps: Levers in the order in which they were taken.
        price: How much the best mix is ahead of it, by the mean over outcomes in shares of the range of all
            strategies that were judged; 0 where none is.
    """

    judged: Judged
    of: str
    steps: tuple[str, ...]
    price: float


@dataclass(frozen=True)
class Front:
    """What a search found; see `Judged`, `Distance` and `Simple`."""

    search: Search
    origin: str
    mixes: tuple[Judged, ...]
    named: tuple[Judged, ...]
    distances: tuple[Distance, ...]
    undominated: tuple[str, ...]
    """Mixes that no named strategy dominates."""
    simple: Simple
    training_gains: Mapping[str, Mapping[str, float]]
    """Mean gains of each mix in the worlds in which it evolved: what is more than `gains` is optimism."""
    runs: int


def search_mixes(
    core: Core,
    search: Search,
    *,
    tell: Callable[[str], None] = lambda _: None,
    show: Callable[[int], None] = lambda _: None,
) -> Front:
    """Search mixes, and judge them; `show` is told how many were tried, `tell` what begins.

    What was tried is kept in the cache until the search ends: one that was broken off goes on. The same
    search gives the same front. Raises InputError with all faults, TwinTrackError where pymoo is not
    installed, or where in no world all strategies can cost the same.
    """
    work, origin = prepared(core, search)
    points, kept = evolved(work, show)
    tell("choosing mixes")
    settings, training = _chosen(work, points)
    tell("a mix of few levers")
    few, of, steps = _simplest(work, settings, training)
    tell("judging mixes")
    front = _judged(work, settings, training, (few, of, steps), origin)
    kept.unlink(missing_ok=True)
    return front


def _chosen(work: Work, points: Array) -> tuple[list[Settings], Array]:
    """Choose mixes that lie far apart among those that none dominates; give mean gains (mixes, outcomes) too.

    Several points may stand for the same levers; one of them is kept.
    """
    gains, excess = work.tried(points, work.training)
    alone = undominated(np.where(excess[:, None] > 0, -np.inf, gains))
    places = alone[far_apart(gains[alone], work.search.mixes)]
    return [work.space.settings(point) for point in points[places]], gains[places]


def _simplest(
    work: Work, settings: Sequence[Settings], gains: Array
) -> tuple[Settings, int, tuple[str, ...]]:
    """Take settings of the best compromise, always that which adds most; give the place of that mix, too."""
    low, width = gains.min(axis=0), np.maximum(np.ptp(gains, axis=0), 1e-12)
    of = int(((gains - low) / width).mean(axis=1).argmax())
    scale = np.maximum(np.abs(gains[of]), 1e-12)
    taken: dict[str, tuple[float, float]] = {}
    worth = 0.0
    for _ in range(FEW):
        others = [name for name in settings[of] if name not in taken]
        if not others:
            break
        tried = [{**taken, name: settings[of][name]} for name in others]
        found, excess = work.tried_settings(tried, work.rough)
        worths = np.where(excess > 0, -np.inf, (found / scale).mean(axis=1))
        best = int(worths.argmax())
        if worths[best] <= worth:
            break
        worth = float(worths[best])
        taken[others[best]] = settings[of][others[best]]
    return taken, of, tuple(taken)


def _judged(
    work: Work,
    settings: Sequence[Settings],
    training: Array,
    simple: tuple[Settings, int, tuple[str, ...]],
    origin: str,
) -> Front:
    search, space = work.search, work.space
    few, of, steps = simple
    names = [f"mix_{number:02d}" for number in range(1, len(settings) + 1)]
    mixes = [_titled(space.mix(own), name) for own, name in zip(settings, names, strict=True)]
    named = [replace(work.core.strategy(name), name=name) for name in search.strategies if name != BASELINE]
    simplest = _titled(space.mix(few), "mix_simple")
    plans = [*mixes, *named, simplest]
    values = work.runs.at_equal_cost(plans, work.held_out)
    none = np.asarray(np.isnan(values).any(axis=0))
    whole = ~none.any(axis=0)  # worlds in which all have a number: they alone are compared
    if not whole.any():
        raise TwinTrackError("in no world can all strategies cost what the baseline costs; leave some out")
    gains = work.gains(values, work.held_out)[:, :, whole]
    moved: list[Settings] = [*settings, *({} for _ in named), few]
    judged = [
        Judged(
            replace(plan, budget="equal"),
            own,
            space.effort_of(space.levels(plan)),
            _by_name(search.outcomes, values[:, place, whole].mean(axis=1)),
            _by_name(search.outcomes, gains[:, place].mean(axis=1)),
            _by_name(search.outcomes, gains[:, place].std(axis=1) / np.sqrt(whole.sum())),
            space.at_bounds(own),
            float(none[place].mean()),
        )
        for place, (plan, own) in enumerate(zip(plans, moved, strict=True))
    ]
    count = len(mixes)
    means = gains.mean(axis=2).T
    width = np.maximum(np.ptp(means[count:-1], axis=0) if named else np.abs(means).max(axis=0), 1e-12)
    scores = (means / width).mean(axis=1)
    return Front(
        search,
        origin,
        tuple(judged[:count]),
        tuple(judged[count:-1]),
        tuple(_distances(gains, means, width, names, [plan.name for plan in named])),
        tuple(
            name
            for name, own in zip(names, means[:count], strict=True)
            if not ((means[count:-1] >= own).all(axis=1) & (means[count:-1] > own).any(axis=1)).any()
        ),
        Simple(judged[-1], names[of], steps, float(max(scores[:count].max(), scores[-1]) - scores[-1])),
        {name: _by_name(search.outcomes, own) for name, own in zip(names, training, strict=True)},
        work.runs.runs,
    )


def _distances(
    gains: Array, means: Array, width: Array, mixes: Sequence[str], named: Sequence[str]
) -> list[Distance]:
    """Compare named strategies with all mixes; gains have shape (outcomes, strategies, worlds)."""
    count = len(mixes)
    found = []
    for place, name in enumerate(named, count):
        ahead = means[:count] - means[place]
        least = (ahead / width).min(axis=1)
        best = int(least.argmax())
        better = (gains[:, best] > gains[:, place]).all(axis=0)
        dominating = (ahead >= 0).all(axis=1) & (ahead > 0).any(axis=1)
        share = float(better.mean())
        found.append(Distance(name, int(dominating.sum()), mixes[best], float(least[best]), share))
    return found


def _titled(plan: Strategy, name: str) -> Strategy:
    number = name.rpartition("_")[2]
    title = Bilingual(en=f"Searched mix {number}", zh=f"搜索组合{number}")
    if number == "simple":
        title = Bilingual(en="Searched simple mix", zh="搜索所得的简单组合")
    return replace(plan, name=name, title=title, description=title)


def _by_name(names: Sequence[str], values: Array) -> dict[str, float]:
    return {name: float(value) for name, value in zip(names, values, strict=True)}
