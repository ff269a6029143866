"""Does the method find the truth where the truth is known?

Truths are drawn from the prior and learnt from histories made from them (`truths`). Intervals must hold as
many of them as they say, their ranks must be even (simulation-based calibration: Talts et al. 2018,
arXiv:1804.06788), and so must the shares of the posterior that are nearer to random points (`tarp`). How far
the discrepancy walks is one number of few values: its rank is drawn evenly within the value's own share.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from twintrack.calibration.evenness import SURE, Evenness, Shares, evenness, inside, places
from twintrack.calibration.sampler import Settings
from twintrack.calibration.target import Target
from twintrack.calibration.tarp import nearer
from twintrack.calibration.truths import RECOVERY, SETTLING, Found, Truths
from twintrack.equations.structure import Array
from twintrack.runs.workers import Tell

TRUTHS = 40

ACCEPTED = (0.85, 0.95)
"""Shares of truths in 90 % intervals that are accepted."""

_TOLD = 0.2
"""A parameter counts as told by a history whose posterior variance is smaller by this share."""

_STUDIES = 1000
"""Studies in which members take the place of truths."""


@dataclass(frozen=True)
class Recovery:
    """How many truths lay in their intervals, and whether their ranks and the joint check are even.

    Attributes:
        truths: Number of made-up histories.
        inside: Share of all parameters of all truths whose 90 % interval holds the true value.
        inside_half: The same of 50 % intervals.
        told: Number of pairs of truth and parameter about which the history said something.
        told_inside: Share of those that are inside their 90 % interval.
        told_inside_half: The same of 50 % intervals.
        told_chance: Between which shares the one in 90 % intervals would be in 95 of 100 studies.
        correlation: Between true values and posterior means of told ones, on normal scores.
        walks_inside: Share of true values of lambda in their 90 % interval.
        walks_inside_half: The same of 50 % intervals.
        walks: How even the ranks of lambda are.
        ranks: How even the ranks of told ones are.
        directions: Mean number of directions that a history informs.
        worth: How many independent worlds a posterior is worth, the least of all and the median; None where
            no parameter tells it.
        joint: How even the shares nearer to random points are.
    """

    truths: int
    inside: float
    inside_half: float
    told: int
    told_inside: float
    told_inside_half: float
    told_chance: tuple[float, float]
    correlation: float
    walks_inside: float
    walks_inside_half: float
    walks: Evenness
    ranks: Evenness
    directions: float
    worth: tuple[float, float] | None
    joint: Evenness

    @property
    def covered(self) -> bool:
        """Whether 90 % intervals of told parameters hold an accepted share of truths."""
        return ACCEPTED[0] <= self.told_inside <= ACCEPTED[1]


def recover(
    target: Target,
    described: str,
    seed: int,
    workers: int | None,
    tell: Tell,
    show: Callable[[str], None],
    truths: int = TRUTHS,
    settings: Settings = RECOVERY,
    settling: int = SETTLING,
) -> Recovery:
    """Learn from made-up histories and judge what was learnt; truths that are kept are not learnt again.

    `described` must say everything about the target that its truths follow from. Series that are bounds are
    left out: they have no errors to draw.
    """
    asked = Truths(target, seed, settings, settling)
    return judged(asked.learnt(described, truths, workers, tell, show), seed)


def judged(found: Sequence[Found], seed: int) -> Recovery:
    """Hold truths against the posteriors that were learnt from their histories."""
    stream = np.random.default_rng((seed, 8))
    told, ranks, joint = [], [], []
    for one in found:
        members = stream.integers(one.scores.shape[1], size=_STUDIES)
        own = one.scores.var(axis=1, dtype=float) < 1 - _TOLD
        told.append(own)
        ranks.append(Shares(one.ranks[own], places(one.scores[own], members)))
        joint.append(nearer(one, members, stream))
    walks = [walk_shares(one, stream) for one in found]
    every, informed = (
        np.concatenate([one.ranks for one in found]),
        np.concatenate([one.true for one in ranks]),
    )
    walked = np.concatenate([one.true for one in walks])
    return Recovery(
        truths=len(found),
        inside=_share(every, 0.9),
        inside_half=_share(every, 0.5),
        told=len(informed),
        told_inside=_share(informed, 0.9),
        told_inside_half=_share(informed, 0.5),
        told_chance=_by_chance(ranks),
        correlation=_correlation(found, told),
        walks_inside=_share(walked, 0.9),
        walks_inside_half=_share(walked, 0.5),
        walks=evenness(walks),
        ranks=evenness(ranks),
        directions=float(np.mean([len(one.sizes) for one in found])),
        worth=_worth(found),
        joint=evenness(joint),
    )


def walk_shares(found: Found, stream: np.random.Generator) -> Shares:
    """Give the rank of the true lambda, and ranks of values drawn from its posterior: these are even."""
    value = int(found.walk)
    rank = found.shares[:value].sum() + stream.random() * found.shares[value]
    return Shares(np.array([rank]), stream.random((1, _STUDIES)))


def _worth(found: Sequence[Found]) -> tuple[float, float] | None:
    worths = [one.worth for one in found if one.worth is not None]
    return (min(worths), float(np.median(worths))) if worths else None


def _share(ranks: Array, interval: float) -> float:
    return float(inside(ranks, interval).mean())


def _by_chance(ranks: Sequence[Shares]) -> tuple[float, float]:
    shares = inside(np.concatenate([one.pretended for one in ranks]), 0.9).mean(axis=0)
    low, high = np.quantile(shares, [(1 - SURE) / 2, (1 + SURE) / 2])
    return float(low), float(high)


def _correlation(found: Sequence[Found], told: Sequence[Array]) -> float:
    true = np.concatenate([one.truth[own] for one, own in zip(found, told, strict=True)])
    means = [one.scores[own].mean(axis=1, dtype=float) for one, own in zip(found, told, strict=True)]
    return float(np.corrcoef(true, np.concatenate(means))[0, 1])
