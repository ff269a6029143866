"""When something is observed or expected: a date, or a period of the calendar.

A date is a decimal year or a day. A period is a year (2025), a half (2025H2), a quarter (2025Q4) or a month
(2025-03); its ends are decimal years, a month being a twelfth of one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Protocol

from twintrack.inputs.settings import checked_date, shortened

NEAR = 4 / 365
"""Years by which two dates may differ and still be the same one: the last day of a month and its end."""

_PERIOD = re.compile(r"(?P<year>\d{4})(?:(?P<kind>[HhQq-])(?P<part>\d{1,2}))?")
_PARTS = {"": 1, "H": 2, "Q": 4, "-": 12}
PERIOD_FORMS = "a year (2025), a half (2025H2), a quarter (2025Q4) or a month (2025-03)"


@dataclass(frozen=True)
class Moment:
    """A date or a period.

    Attributes:
        text: As it was written.
        start: When it begins, in decimal years.
        end: When it ends; a date ends where it begins.
    """

    text: str
    start: float
    end: float


class Read(Protocol):
    """What of a series decides which time an observation of it speaks of; see `HistorySeries`."""

    @property
    def reading(self) -> str:
        """What is read: "at", "mean" or "total"."""

    @property
    def window(self) -> float:
        """Years of a mean that begins at a date."""

    @property
    def since(self) -> float | None:
        """Decimal year from which a total counts."""


@dataclass(frozen=True)
class Span:
    """The time that one reading of a series speaks of, in decimal years.

    A value at a date starts and ends there; a mean is taken from start to end; a total is counted from start
    to end.
    """

    start: float
    end: float

    @property
    def length(self) -> float:
        """Years from start to end."""
        return self.end - self.start

    def is_near(self, other: Span) -> bool:
        """Say whether two spans are the same but for some days at their ends."""
        return abs(self.start - other.start) < NEAR and abs(self.end - other.end) < NEAR

    def described(self, reading: str) -> str:
        """Put it into words: "at 2026", "mean of 2025 to 2026", "total of 2022 to 2026"."""
        ends = f"{_year(self.start)} to {_year(self.end)}"
        return f"at {_year(self.end)}" if reading == "at" else f"{reading} of {ends}"


def time_of(series: Read, span: Span) -> float:
    """Give when a reading holds, in decimal years: the middle of a mean, else the end."""
    return (span.start + span.end) / 2 if series.reading == "mean" else span.end


def read_date(text: str) -> Moment:
    """Read a decimal year (2025.5; 2025 is its beginning) or a day (2025-07-01). Raises ValueError."""
    year = checked_date(text)
    return Moment(text.strip(), year, year)


def read_period(text: str) -> Moment:
    """Read a period of the calendar. Raises ValueError for what is none, and for one outside the model."""
    found = _PERIOD.fullmatch(text.strip())
    parts = _PARTS[(found["kind"] or "").upper()] if found else 0
    part = int(found["part"] or 1) if found else 0
    if found is None or not 1 <= part <= parts:
        message = f'"{shortened(text)}" is not a period; write {PERIOD_FORMS}'
        raise ValueError(message)
    start = int(found["year"]) + (part - 1) / parts
    end = int(found["year"]) + part / parts
    checked_date(start)
    checked_date(end)
    return Moment(text.strip(), start, end)


def read_moment(text: str) -> Moment:
    """Read a period, or else a date: 2025 is the year, 2025.0 its beginning. Raises ValueError."""
    if _PERIOD.fullmatch(text.strip()):
        return read_period(text)
    try:
        return read_date(text)
    except ValueError as error:
        message = f"{error}, or {PERIOD_FORMS}"
        raise ValueError(message) from None


def span_of(series: Read, moment: Moment) -> Span:
    """Give the time that a reading of a series speaks of at a moment.

    Values at a date and totals are those at the end of a period. A mean is that of the period; at a date it
    begins there, and has the window of the series.
    """
    if series.reading == "at":
        return Span(moment.end, moment.end)
    if series.reading == "total":
        return Span(float(series.since or 0.0), moment.end)
    return Span(moment.start, moment.end if moment.end > moment.start else moment.start + series.window)


def _year(time: float) -> str:
    return f"{time:.3f}".rstrip("0").rstrip(".")
