"""Does the method find the truth where the truth is known?

A world is drawn from the prior, its history is made up with errors, and learning is tried on that history
(simulation-based calibration: Talts et al. 2018, arXiv:1804.06788). Over many truths, the 90 % intervals must
hold nine in ten of them, and their ranks must be even.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from twintrack.calibration.ahead import Errors
from twintrack.calibration.holdout import learn
from twintrack.calibration.observations import Observations
from twintrack.calibration.sampler import Settings, Work
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError
from twintrack.runs.workers import Tell, computing

TRUTHS = 20
RECOVERY = Settings(members=2048, rounds=2, moves=5, last_rounds=4)

_TOLD = 0.2
"""A parameter counts as told by a history whose posterior variance is smaller by this share."""

_TRIES = 100


@dataclass(frozen=True)
class Recovery:
    """How many truths lay in their 90 % intervals.

    Attributes:
        truths: Number of made-up histories.
        inside: Share of all parameters of all truths whose 90 % interval holds the true value.
        told: Number of pairs of truth and parameter about which the history said something.
        told_inside: Share of those that are inside.
        evenness: Largest distance of the ranks of told ones from even ranks (Kolmogorov and Smirnov).
        chance: What chance would exceed in one of twenty cases, were these ranks independent.
        correlation: Between true values and posterior means of told ones, on normal scores.
    """

    truths: int
    inside: float
    told: int
    told_inside: float
    evenness: float
    chance: float
    correlation: float


def recover(
    target: Target,
    seed: int,
    workers: int | None,
    tell: Tell,
    show: Callable[[str], None],
    truths: int = TRUTHS,
    settings: Settings = RECOVERY,
) -> Recovery:
    """Learn from made-up histories by the likelihood in full: its intervals alone must hold what they say.

    Series that are bounds are left out: they have no errors to draw.
    """
    made = [_made_up(target, np.random.default_rng((seed, 5, number))) for number in range(truths)]
    targets = {f"truth {number + 1}": learnt for number, (learnt, _) in enumerate(made)}
    ranks, spreads, means = [], [], []
    with computing(Work(targets), workers, tell) as compute:
        for number, (name, (learnt, truth)) in enumerate(zip(targets, made, strict=True)):
            show(f"{name} of {truths}")
            scores = learn(compute, name, learnt, settings, (seed, 6, number)).scores
            ranks.append((scores < truth[:, None]).mean(axis=1))
            spreads.append(1 - scores.var(axis=1))
            means.append(scores.mean(axis=1))
    true = np.stack([truth for _, truth in made])
    return _judged(np.stack(ranks), np.stack(spreads), np.stack(means), true)


def _made_up(target: Target, stream: np.random.Generator) -> tuple[Target, Array]:
    """Draw a truth, shape (size,), and give the target of a history made from it.

    Lambda is drawn for the whole history, and what is summed over in learning for each strand.
    """
    free = Observations(tuple(item for item in target.observed.series if item.series.bound is None))
    kept = replace(target.with_observed(free), power=1.0)
    for _ in range(_TRIES):
        truth = stream.standard_normal((kept.unknowns.size, 1))
        said = kept.said(kept.unknowns.worlds(truth), 1)
        if np.isfinite(said).all():
            break
    else:
        message = f"none of {_TRIES} worlds of the prior has a finite history"
        raise TwinTrackError(message)
    errors = Errors(kept.grid, stream.integers(len(kept.grid.walks), size=1), 0.0)
    values = {}
    for strand in kept.likelihood.strands:
        drawn = strand.learned(said) + errors.ahead(strand, 0, np.empty((0, 1)), stream)
        for number, path in errors.published(strand, 0, drawn, stream).items():
            values[strand.series[number].name] = path[:, 0]
    series = tuple(replace(item, values=values[item.name]) for item in free.series)
    return kept.with_observed(Observations(series)), truth[:, 0]


def _judged(ranks: Array, spreads: Array, means: Array, true: Array) -> Recovery:
    told = spreads > _TOLD
    even = np.sort(ranks[told])
    places = np.arange(1, len(even) + 1) / len(even)
    inside = (ranks > 0.05) & (ranks < 0.95)
    return Recovery(
        truths=len(ranks),
        inside=float(inside.mean()),
        told=int(told.sum()),
        told_inside=float(inside[told].mean()),
        evenness=float(np.max([places - even, even - places + 1 / len(even)])),
        chance=float(1.36 / np.sqrt(len(even))),
        correlation=float(np.corrcoef(true[told], means[told])[0, 1]),
    )
