"""Signposts: what is seen on the way that tells early which course will have been better.

A signpost is an outcome that goes below, or above, a threshold. The threshold is chosen in some worlds, where
it tells best (largest hits less false alarms: Youden 1950), and is judged in others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from twintrack.equations.structure import Array

Flags = NDArray[np.bool_]
Side = Literal["below", "above"]

_PLACES = np.linspace(0.02, 0.98, 49)


@dataclass(frozen=True)
class Signpost:
    """An outcome that is watched, and how well it tells, in worlds in which its threshold was not chosen.

    Attributes:
        outcome: Its name.
        side: Whether it speaks when it goes below or above
        threshold: this, in its unit.
        hits: Share of the worlds with the event in which it speaks.
        false_alarms: Share of the worlds without the event in which it speaks.
        false_alarm_band: 95 % interval of that share (Wilson 1927).
        right: Share of the worlds in which it speaks that have the event; NaN where it never speaks.
        lead: Years from when it speaks to the year of the outcome, in worlds with the event: 5, 50 and 95 %.
        chosen_skill: Hits less false alarms in the worlds in which the threshold was chosen.
    """

    outcome: str
    side: Side
    threshold: float
    hits: float
    false_alarms: float
    false_alarm_band: tuple[float, float]
    right: float
    lead: tuple[float, float, float]
    chosen_skill: float

    @property
    def skill(self) -> float:
        """Hits less false alarms: 0 for a coin, 1 for what always tells."""
        return self.hits - self.false_alarms


def find_signposts(
    seen: Mapping[str, Array],
    event: Flags,
    others: Mapping[str, Array],
    other_event: Flags,
    years: Sequence[float],
    end: float,
) -> list[Signpost]:
    """Find the best threshold of each outcome and side, those that tell most first.

    Args:
        seen: Outcomes in the worlds in which thresholds are chosen, each of shape (years, worlds).
        event: Whether what is to be told comes there, shape (worlds,).
        others: The same outcomes in the worlds in which they are judged.
        other_event: The same for the event.
        years: When outcomes are seen.
        end: Year from which lead is counted back.
    """
    found = []
    for outcome, values in seen.items():
        best = [_best(values, event, side) for side in ("below", "above")]
        side, threshold, skill = max(best, key=lambda one: one[2])
        found.append(_judged(outcome, side, threshold, skill, others[outcome], other_event, years, end))
    return sorted(found, key=lambda one: -one.skill)


def _speaks(values: Array, side: Side, threshold: float) -> Flags:
    return np.asarray(values < threshold if side == "below" else values > threshold)


def _best(values: Array, event: Flags, side: Side) -> tuple[Side, float, float]:
    """Give the threshold with the largest skill."""
    extreme = values.min(axis=0) if side == "below" else values.max(axis=0)
    thresholds = np.unique(np.quantile(extreme, _PLACES))
    below = extreme[:, None] < thresholds
    speaks = below if side == "below" else extreme[:, None] > thresholds
    skill = _share(speaks, event) - _share(speaks, ~event)
    best = int(skill.argmax())
    return side, float(thresholds[best]), float(skill[best])


def _share(speaks: Flags, which: Flags) -> Array:
    return np.asarray(speaks[which].mean(axis=0) if which.any() else np.zeros(speaks.shape[1]))


def _judged(
    outcome: str,
    side: Side,
    threshold: float,
    skill: float,
    values: Array,
    event: Flags,
    years: Sequence[float],
    end: float,
) -> Signpost:
    from scipy.stats import binomtest

    speaking = _speaks(values, side, threshold)
    speaks: Flags = np.asarray(speaking.any(axis=0))
    first = np.asarray(years)[speaking.argmax(axis=0)]
    leads = end - first[speaks & event]
    lead = np.quantile(leads, [0.05, 0.5, 0.95]) if len(leads) else np.full(3, np.nan)
    alarms, quiet = int(np.sum(speaks & ~event)), int(np.sum(~event))
    band = binomtest(alarms, quiet).proportion_ci(method="wilson") if quiet else (np.nan, np.nan)
    return Signpost(
        outcome,
        side,
        threshold,
        hits=float(speaks[event].mean()) if event.any() else float("nan"),
        false_alarms=alarms / quiet if quiet else float("nan"),
        false_alarm_band=(float(band[0]), float(band[1])),
        right=float(event[speaks].mean()) if speaks.any() else float("nan"),
        lead=(float(lead[0]), float(lead[1]), float(lead[2])),
        chosen_skill=skill,
    )
