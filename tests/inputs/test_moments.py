"""Dates and periods, and what they mean for a value at a date, a mean and a total."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from twintrack.inputs.moments import Moment, Span, read_date, read_moment, read_period, span_of


def series(reading: str, window: float = 0.0, since: float | None = None) -> Any:
    return SimpleNamespace(reading=reading, window=window, since=since)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2025", 2025, 2026),
        ("2025H1", 2025, 2025.5),
        ("2025h2", 2025.5, 2026),
        ("2025Q1", 2025, 2025.25),
        ("2025q4", 2025.75, 2026),
        ("2025-03", 2025 + 2 / 12, 2025.25),
        (" 2025-12 ", 2025 + 11 / 12, 2026),
    ],
)
def test_a_period_has_two_ends(text: str, start: float, end: float) -> None:
    found = read_period(text)
    assert (found.start, found.end) == pytest.approx((start, end), abs=1e-12)
    assert read_moment(text) == found


@pytest.mark.parametrize(
    "text", ["2025Q0", "2025Q5", "2025H3", "2025-13", "2025-00", "2025.5", "25", "2025M1", ""]
)
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a period; write a year"):
        read_period(text)


def test_a_year_is_a_period_or_its_beginning_as_it_is_written() -> None:
    assert read_moment("2025") == Moment("2025", 2025, 2026)
    assert read_moment("2025.0") == Moment("2025.0", 2025, 2025)
    assert read_date("2025") == Moment("2025", 2025, 2025)
    assert read_moment("2025-07-02").start == pytest.approx(2025 + 182 / 365)


def test_times_outside_the_model_are_refused() -> None:
    for text in ("2040", "2015", "2015Q4", "2040.5", "1999-01-01"):
        with pytest.raises(ValueError, match=r"dates are from 2016 to 2040"):
            read_moment(text)
    assert read_moment("2039Q4").end == 2040


def test_what_is_neither_says_how_both_are_written() -> None:
    with pytest.raises(
        ValueError, match=r"write a year \(2026, 2026.5\) or a day .*, or .* a quarter \(2025Q4\)"
    ):
        read_moment("soon")


def test_a_value_and_a_total_are_those_at_the_end_of_a_period() -> None:
    quarter, date = read_period("2025Q3"), read_date("2025.4")
    assert span_of(series("at"), quarter) == Span(2025.75, 2025.75)
    assert span_of(series("at"), date) == Span(2025.4, 2025.4)
    assert span_of(series("total", since=2022.0), quarter) == Span(2022, 2025.75)
    assert span_of(series("total", since=2022.0), date) == Span(2022, 2025.4)


def test_a_mean_is_that_of_the_period_or_begins_at_the_date() -> None:
    mean = series("mean", window=0.5)
    assert span_of(mean, read_period("2025")) == Span(2025, 2026)
    assert span_of(mean, read_date("2025.25")) == Span(2025.25, 2025.75)


def test_the_last_day_of_any_month_is_its_end() -> None:
    for month, days in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1):
        day, period = read_date(f"2025-{month:02d}-{days}"), read_period(f"2025-{month:02d}")
        assert span_of(series("at"), day).is_near(span_of(series("at"), period)), month
    assert not Span(2025, 2025).is_near(Span(2025.02, 2025.02))
    assert not Span(2025, 2025.5).is_near(Span(2025, 2025.75))


def test_spans_are_told_in_words() -> None:
    assert Span(2026, 2026).described("at") == "at 2026"
    assert Span(2025.75, 2026).described("mean") == "mean of 2025.75 to 2026"
    assert Span(2022, 2025 + 2 / 12).described("total") == "total of 2022 to 2025.167"
