"""Made-up projections, written by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
from twintrack.inputs.moments import Moment, Span, read_period, span_of
from twintrack.inputs.observed_table import Observation
from twintrack.inputs.schema_kinds import Bilingual

WORDS = Bilingual(en="made up", zh="虚构")
HASHES = ("model_hash", "prior_hash", "history_hash", "past_hash", "strategy_hash", "posterior_hash")
LEVELS = (20.0, 25.0, 40.0, 60.0, 90.0, 140.0, 180.0)
DRAWS = (30.0, 45.0, 70.0, 150.0)
PAST = {2023.0: 10.0, 2024.0: 20.0, 2025.0: 50.0}


def reading(span: Span, levels: Sequence[float] = LEVELS, draws: Sequence[float] = DRAWS) -> ProjectedReading:
    quantiles = Quantiles(**dict(zip(QUANTILES, levels, strict=True)))
    return ProjectedReading(
        asked=("2025",), start=span.start, end=span.end, quantiles=quantiles, draws=tuple(draws)
    )


def series(
    past: Mapping[float, float] = PAST, *readings: ProjectedReading, **changes: Any
) -> ProjectedSeries:
    """A series of values at a date on the scale of logarithms, projected to the end of 2025."""
    given: dict[str, Any] = {
        "title": WORDS, "variable": "level", "unit": "MUSD", "scale": "log", "reading": "at", "window": 0.0,
        "since": None, "bound": None, "projected": readings or (reading(Span(2026, 2026)),),
        "past": tuple(PastPoint(time=time, value=value) for time, value in past.items()),
    }  # fmt: skip
    return ProjectedSeries(**(given | changes))


def registered(**several: ProjectedSeries) -> Registered:
    return sealed(
        Registered(
            what=WORDS, format=1, made="2025-01-31", sha256="-", version="0", seed=1, strategy="baseline",
            origin=Origin(**dict.fromkeys(HASHES, "made up")), worlds=(3, 1, 2, 0), series=several,
        )
    )  # fmt: skip


def observation(
    value: float, moment: Moment | None = None, name: str = "cost", of: ProjectedSeries | None = None
) -> Observation:
    """What was observed of a series, by default of one read at a date, in 2025."""
    moment = moment or read_period("2025")
    return Observation(name, moment, span_of(of or series(), moment), value, None, None, "made up", 2)
