"""Numbers as readers see them."""

from __future__ import annotations

import math

import pytest

from twintrack.formats import date, difference, number, parameter_value, share, signed


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (12345.678, ".1f", "12,345.7"),
        (12345.678, ",.0f", "12,346"),
        (0.256, ".1%", "25.6%"),
        (-0.0001, ".1f", "0.0"),
        (-2.0, ".0f", "−2"),
        (math.nan, ".1f", "–"),
        (math.inf, ".0%", "–"),
    ],
)
def test_numbers_have_thousands_separators_and_no_negative_zero(value: float, spec: str, text: str) -> None:
    assert number(value, spec) == text


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (0.314, ".0f", "0.31"),
        (-0.314, ".0f", "0.31"),
        (31.4, ".0f", "31"),
        (1234.5, ",.0f", "1,234"),
        (0.0123, ".1%", "1.2"),
        (1e-9, ".2f", "0.0000"),
        (0.0, ".1f", "0.0"),
        (math.nan, ".1f", "–"),
    ],
)
def test_differences_keep_two_digits_and_shares_become_percentage_points(
    value: float, spec: str, text: str
) -> None:
    assert difference(value, spec) == text


def test_shares_that_are_small_but_not_zero_are_not_shown_as_none() -> None:
    assert [share(value) for value in (0, 0.002, 0.4, 0.998, 1, math.nan)] == [
        "0%", "<1%", "40%", ">99%", "100%", "–",
    ]  # fmt: skip


def test_differences_have_a_sign_unless_they_round_to_nothing() -> None:
    assert [signed(value, ".1f") for value in (1.26, -1.26, 0.01)] == ["+1.3", "−1.3", "0.0"]


def test_dates_are_written_as_short_as_they_are() -> None:
    assert [date(value) for value in (2026.0, 2026.5, 2026.25)] == ["2026", "2026.5", "2026.25"]


def test_parameters_have_three_digits_and_powers_of_ten() -> None:
    values = [0.1234, 2.4, 1234.0, 4.4e22, 8.4e-4, 0.0]
    assert [parameter_value(value) for value in values] == [
        "0.123",
        "2.4",
        "1,230",
        "4.40×10²²",
        "8.40×10⁻⁴",
        "0",
    ]
