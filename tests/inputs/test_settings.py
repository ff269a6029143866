import datetime
from typing import Any

import pytest

from twintrack.errors import InputError
from twintrack.inputs.paths import TimePath
from twintrack.inputs.settings import Setting, checked_date, checked_number, read_setting


def read(value: Any) -> Setting:
    return read_setting(value, "share", lambda *keys: "file:" + ".".join(map(str, keys)), lambda _: "")


@pytest.mark.parametrize(
    ("date", "year"),
    [
        (2026, 2026),
        ("2026", 2026),
        (2026.5, 2026.5),
        ("2026-01-01", 2026),
        ("2026-07-01", 2026 + 181 / 365),
        ("2028-07-01", 2028 + 182 / 366),
        (datetime.date(2026, 7, 1), 2026 + 181 / 365),
        ("2016", 2016),
        ("2040", 2040),
    ],
)
def test_dates_are_decimal_years(date: Any, year: float) -> None:
    assert checked_date(date) == year


@pytest.mark.parametrize(
    ("date", "message"),
    [
        ("2015", "before 2016"),
        ("2015-12-31", "before 2016"),
        ("-5", "before 2016"),
        ("2040.1", "after 2040"),
        ("2040-01-02", "after 2040"),
        ("20260701", "after 2040"),
        ("2026-13-01", "not a day of the calendar"),
        ("2026-02-30", "not a day of the calendar"),
        ("2026-7-1", "not a day of the calendar"),
        ("soon", "not a date"),
        ("nan", "not a date"),
        ("1e3", "not a date"),
        ("2026-07-01 or so", "not a date"),
        ("2026:60", "a blank is needed after the colon"),
        ("", "not a date"),
    ],
)
def test_other_dates_are_refused(date: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_date(date)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (True, "must be a number, not true"),
        ("NO", 'must be a number, not the text "NO"'),
        (None, "must be a number, not empty"),
        ((1, 2), "must be a number, not a list"),
        ({"a": 1}, "must be a number, not a group"),
        (float("nan"), "must be a finite number, not nan"),
        (float("inf"), "must be a finite number, not inf"),
        (10**400, "must be a finite number"),
    ],
)
def test_only_finite_numbers_are_numbers(value: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_number(value)


def test_one_number_is_reached_on_a_ramp_and_dates_are_followed() -> None:
    base = TimePath.constant(1)

    assert read(3).applied(base, 2026, 2).knots == ((2026, 1), (2028, 3))
    assert read({"2020": 1, "2024-01-01": 5}).applied(base, 2026, 2).knots == ((2020, 1), (2024, 5))


def test_two_values_at_one_date_are_a_step() -> None:
    path = read({"2020": 1, "2024": (2, 5), "2026": 6}).applied(TimePath.constant(1), 2026, 2)

    assert path.before(2024) == 2
    assert path.at(2024) == 5


@pytest.mark.parametrize(
    ("value", "place", "message"),
    [
        ({}, "file:", "share has no dates"),
        ({"2026": 1, "2025": 2}, "file:2025", "the date 2026 comes after 2025"),
        ({"2026": 1, "2026.0": 2}, "file:2026.0", "the date 2026 is the same as 2026.0"),
        ({"2026": 1, "2026-01-01": 2}, "file:2026-01-01", "is the same as"),
        ({"2026": True}, "file:2026", "must be a number, not true"),
        ({"2026": (1, 2)}, "file:2026", "the first date, 2026, takes one number"),
        ({"2025": 1, "2026": (1, 2, 3)}, "file:2026", "takes two numbers"),
    ],
)
def test_faults_of_dated_values_stand_at_their_date(value: Any, place: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(value)

    (fault,) = caught.value.faults
    assert fault.where == place
    assert message in fault.message


def test_all_faults_of_a_setting_are_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        read({"2015": "x", "2030": 1, "2029": float("nan")})

    assert [fault.where for fault in caught.value.faults] == ["file:2015"] * 2 + ["file:2029"] * 2
