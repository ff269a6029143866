"""Making a registered projection: every observed series at some dates and periods, from a posterior."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np

from twintrack.calibration.observations import restored
from twintrack.calibration.projection import Expected, expect
from twintrack.calibration.publish import sample_of
from twintrack.calibration.registered import (
    QUANTILES,
    Origin,
    PastPoint,
    ProjectedReading,
    ProjectedSeries,
    Quantiles,
    Registered,
    sealed,
)
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.errors import Fault
from twintrack.formats import today
from twintrack.inputs.history import HistorySeries
from twintrack.inputs.moments import Moment, Span, span_of
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.validation import FaultList
from twintrack.version import __version__
from twintrack.worlds.basis import past_hash
from twintrack.worlds.posterior import Posterior, posterior_rows
from twintrack.worlds.sampling import sampling_faults
from twintrack.worlds.tables import table_digest

if TYPE_CHECKING:
    from twintrack.core import Core

DRAWS = 200
"""Worlds whose draws are kept."""

_DIGITS = 9
"""Significant digits of what is written."""

_WHAT = Bilingual(
    en="What TwinTrack expected of observed series, under the strategy named: quantiles of all worlds and"
    " some draws, in the unit of each series; `twintrack score` holds it against observations.",
    zh="TwinTrack在所列战略下对各观测序列的预期：全部可能世界的分位数与部分抽样，采用各序列的单位；"
    "可用 `twintrack score` 与观测对照。",
)


def register(
    model: Core, target: Target, posterior: Posterior, moments: Sequence[Moment], seed: int
) -> tuple[Registered, list[str]]:
    """Project all series of a target at some moments, and say what cannot be projected.

    Args:
        model: The model that the posterior belongs to.
        target: What was learnt from.
        posterior: Its worlds.
        moments: Dates and periods within the model's horizon.
        seed: Seed of errors, and of the choice of the worlds whose draws are kept.

    Raises InputError for moments outside the horizon, and a posterior that lacks a series of the target.
    """
    _check(model, moments, seed)
    kept = posterior_rows(len(posterior.frame), min(DRAWS, len(posterior.frame)), seed)
    asked = {item.name: _asked(item.series, moments) for item in target.observed.series}
    wanted = {
        item.name: [span for span in asked[item.name] if _fits(model, item.series, span)]
        for item in target.observed.series
    }
    series = {
        found.observed.name: _series(found, asked[found.observed.name], kept)
        for found in expect(target, sample_of(posterior, target), wanted, seed)
    }
    projection = Registered(
        what=_WHAT,
        format=1,
        made=today(),
        sha256="-",
        version=__version__,
        seed=seed,
        strategy=BASELINE,
        origin=_origin(model, posterior, max(moment.end for moment in moments)),
        worlds=tuple(kept.tolist()),
        series=series,
    )
    return sealed(projection), [*_left_out(target, asked, series)]


def _check(model: Core, moments: Sequence[Moment], seed: int) -> None:
    """Raise InputError for seeds and moments that cannot be projected."""
    time = model.equations.time
    faults = FaultList(sampling_faults(DRAWS, seed))
    ends = f"the model runs from {time.initial:g} to {time.final:g}; name a time in it"
    for moment in moments:
        if moment.start < time.initial or moment.end > time.final:
            faults.append(Fault(f"--at {moment.text}", ends))
    faults.raise_any()


def _origin(model: Core, posterior: Posterior, last: float) -> Origin:
    tables = (posterior.frame, posterior.errors)
    columns = ((str(name), frame[name].to_numpy()) for frame in tables for name in frame)
    return Origin(
        **asdict(posterior.about.basis),
        strategy_hash=past_hash(model.strategy(BASELINE), model.equations, last),
        posterior_hash=table_digest(columns),
    )


def _left_out(
    target: Target, asked: Mapping[str, Iterable[Span]], series: Mapping[str, ProjectedSeries]
) -> Iterator[str]:
    """Say which readings are not in a projection."""
    for item in target.observed.series:
        there = {reading.span for reading in series[item.name].projected} if item.name in series else set()
        lacking = [span for span in asked[item.name] if span not in there]
        if lacking:
            told = ", ".join(span.described(item.series.reading) for span in lacking)
            yield f"{item.name} is left out {told}: the model has no number there"


def _asked(series: HistorySeries, moments: Iterable[Moment]) -> dict[Span, list[str]]:
    """Give the times that moments mean for a series, in order, each with what was written for it."""
    found: dict[Span, list[str]] = {}
    for moment in moments:
        found.setdefault(span_of(series, moment), []).append(moment.text)
    return dict(sorted(found.items(), key=lambda item: (item[0].end, item[0].start)))


def _fits(model: Core, series: HistorySeries, span: Span) -> bool:
    """Say whether the model runs over a span; but for values at a date it must have some length."""
    time = model.equations.time
    inside = time.initial <= span.start and span.end <= time.final + 1e-9
    return inside and (series.reading == "at" or span.length > 0)


def _series(found: Expected, written: dict[Span, list[str]], kept: Array) -> ProjectedSeries:
    item, series = found.observed, found.observed.series
    past = [
        PastPoint(time=float(time), value=point.value)
        for time, point in zip(item.times, series.points, strict=True)
    ]
    return ProjectedSeries(
        title=series.title,
        variable=series.variable,
        unit=series.unit,
        scale=series.scale,
        reading=series.reading,
        window=series.window,
        since=series.since,
        bound=series.bound,
        past=tuple(past),
        projected=tuple(_readings(found, written, kept)),
    )


def _readings(found: Expected, written: dict[Span, list[str]], kept: Array) -> Iterator[ProjectedReading]:
    """Give the readings that are finite in all worlds."""
    scale = found.observed.series.scale
    for span, sample in zip(found.spans, found.expected, strict=True):
        if np.isfinite(sample).all():
            levels = _rounded(restored(np.quantile(sample, list(QUANTILES.values())), scale))
            yield ProjectedReading(
                asked=tuple(written[span]),
                start=span.start,
                end=span.end,
                quantiles=Quantiles(**dict(zip(QUANTILES, levels, strict=True))),
                draws=tuple(_rounded(restored(sample[kept], scale))),
            )


def _rounded(values: Array) -> list[float]:
    return [float(f"{value:.{_DIGITS}g}") for value in values]
