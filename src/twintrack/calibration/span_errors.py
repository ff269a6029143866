"""Errors of a strand at any times, beside the points that were learnt from.

After the last known point of its series a number goes on as forecasts do (`ahead`). Before it, the series is
measured anew given all that is known, and one that never falls lies between what was published before and
after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.ahead import Errors
from twintrack.calibration.observations import Observed
from twintrack.calibration.strands import Strand, stepwise
from twintrack.equations.structure import Array
from twintrack.inputs.moments import Span, time_of

_ROUNDING = 1e-6
"""Years by which times are the same."""


@dataclass(frozen=True)
class Asked:
    """A series and the times at which it is wanted.

    Attributes:
        item: The series.
        number: Its number in its strand.
        spans: The times.
        said: What the model says there, on the scale of the series, shape (spans, runs).
        past: What it says at the known points, shape (points, runs).
    """

    item: Observed
    number: int
    spans: tuple[Span, ...]
    said: Array
    past: Array

    @property
    def ends(self) -> Array:
        """When each time is complete, shape (spans,)."""
        return np.array([span.end for span in self.spans])

    @property
    def order(self) -> NDArray[np.int64]:
        """Places of the times, in the order in which they are complete."""
        return np.argsort(self.ends, kind="stable")

    @property
    def before(self) -> NDArray[np.int64]:
        """How many known points were complete at each time, in the order of the spans, shape (spans,)."""
        return np.searchsorted(self.item.ends, self.ends + _ROUNDING, side="right")

    @property
    def later(self) -> NDArray[np.bool_]:
        """Which times are after the last known point."""
        return np.asarray(self.ends > self.item.ends.max() + _ROUNDING)


def drawn(
    strand: Strand, asked: Sequence[Asked], past: Array, errors: Errors, stream: np.random.Generator
) -> Iterator[tuple[Asked, Array]]:
    """Draw series of a strand at the times that are asked, on their scales, shape (spans, runs) each.

    `past` is what the model says at all points of the observations, shape (points, runs).
    """
    known = len(strand.times)
    wanted = [_wanted(one, joined=strand.joined) for one in asked]
    whole = strand.with_later(
        np.concatenate([np.full(len(one.spans), one.number) for one in asked]),
        np.concatenate([times for times, _ in wanted]),
        np.concatenate([one.ends[one.order] for one in asked]),
        np.concatenate([np.full(len(one.spans), one.item.series.error) for one in asked]),
    )
    told = np.concatenate([told for _, told in wanted])
    expected = told + errors.ahead(whole, known, strand.residuals(past), stream)
    ahead = np.concatenate([one.later[one.order] for one in asked])
    kept = np.concatenate([np.arange(known), known + np.flatnonzero(ahead)])
    published = errors.published(whole.taken(kept), known, expected[ahead], stream)
    starts = np.cumsum([0, *(len(one.spans) for one in asked)])
    for one, start in zip(asked, starts, strict=False):
        found = np.empty_like(one.said)
        own = expected[start : start + len(one.spans)]
        later = one.later[one.order]
        if later.any():
            found[one.order[later]] = published[one.number]
        found[one.order[~later]] = _between(one, one.order[~later], own[~later], joined=strand.joined)
        yield one, found


def _wanted(asked: Asked, *, joined: bool) -> tuple[Array, Array]:
    """Give times and what the model says as strands compare it, shapes (spans,) and (spans, runs), by ends.

    A step of a total begins at the last known point before it; after the last of them, at the time before.
    """
    order = asked.order
    times = np.array([time_of(asked.item.series, asked.spans[place]) for place in order])
    said = asked.said[order]
    if not (joined and stepwise(asked.item)):
        return times, said
    later, before = asked.later[order], asked.before[order]
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        totals, known = np.exp(said), np.concatenate([np.zeros((1, said.shape[1])), np.exp(asked.past)])
        bases, starts = known[before], np.concatenate([[asked.item.begun], asked.item.times])[before]
        follows = np.flatnonzero(later)[1:]
        bases[follows], starts[follows] = totals[follows - 1], times[follows - 1]
        return (starts + times) / 2, np.log(np.maximum(totals - bases, 0.0))


def _between(asked: Asked, places: NDArray[np.int64], drawn: Array, *, joined: bool) -> Array:
    """Carry draws at times before the last known point to what is published; (places, runs)."""
    item, steps = asked.item, joined and stepwise(asked.item)
    if not (joined and (steps or item.series.course)):
        return drawn
    before = asked.before[places]
    published = np.maximum.accumulate(item.published)
    low = np.concatenate([[-np.inf], published])[before][:, None]
    high = np.concatenate([published, [np.inf]])[before][:, None]
    if steps:
        with np.errstate(invalid="ignore"):
            drawn = np.logaddexp(low, drawn)
    return np.asarray(np.clip(drawn, low, high))
