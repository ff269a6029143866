"""What stands behind a lever or parameter name in a file: one number, or dates with numbers."""

from __future__ import annotations

import re
from calendar import isleap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import inf, isfinite, nan
from numbers import Real
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.inputs.paths import EARLIEST, LATEST, Knot, TimePath

Where = Callable[..., str]
"""Gives the place ("file:line") of the value under some keys."""

_YEAR = re.compile(r"[+-]?\d+(\.\d*)?")
_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_LONGEST_SHOWN = 40
_WITH_UNIT = re.compile(
    r"(?P<number>[+-]?\d{1,15}(,\d{3})*(\.\d{0,15})?)(?P<unit>\s*%|\s*[^\W\d].{0,20}|(?<=,\d{3}))"
)


@dataclass(frozen=True)
class Setting:
    """A number (`value`), or dated values (`knots`, in order of time; two at one time make a step)."""

    value: float | None = None
    knots: tuple[Knot, ...] = ()

    def applied(self, parent: TimePath, start: float, years: float) -> TimePath:
        """Give the path that follows from a parent's.

        A number is reached linearly between `start` (decimal year) and `start + years`; dated values replace
        the parent's path from the first date on.
        """
        if self.value is not None:
            return parent.ramp_to(self.value, start, years)
        return parent.then(self.knots)


def checked_number(value: Any) -> float:
    """Give a value as a finite float; raises ValueError that says what it is when it is not a number."""
    value = plain_number(value)
    if isinstance(value, bool) or not isinstance(value, Real):
        message = f"must be a number, not {described(value)}{_number_advice(value)}"
        raise ValueError(message)  # noqa: TRY004 (one kind of error for all that is wrong with an input)
    try:
        number = float(value)
    except OverflowError:
        number = inf
    if not isfinite(number):
        message = f"must be a finite number, not {number}"
        raise ValueError(message)
    return number


def plain_number(value: Any) -> Any:
    """Give a number that is none of Python's as one: a Decimal, an array without axes; others as they are."""
    if getattr(value, "shape", None) == () and hasattr(value, "item"):
        value = value.item()
    if not isinstance(value, Decimal):
        return value
    number = nan if value.is_nan() else float(value)
    return int(number) if number.is_integer() else number


def _plain_dated(value: Any, where: Where) -> Any:
    """Give a series of pandas or xarray as the mapping that it is.

    Raises InputError for a date that stands twice.
    """
    if getattr(value, "ndim", None) == 1 and hasattr(value, "to_series"):
        value = value.to_series()
    if isinstance(value, Mapping) or not (hasattr(value, "index") and hasattr(value, "items")):
        return value
    pairs = list(value.items())
    if len(dict(pairs)) < len(pairs):
        raise InputError(Fault(where(), "a date stands twice in the series; keep one value for each"))
    return dict(pairs)


def checked_date(value: Any) -> float:
    """Give a date as a decimal year: 2026, "2026.5", "2026-07-01" or a datetime.date.

    A day is its year plus the share of the year that has passed when it begins. Raises ValueError for other
    values and for dates that the model does not cover.
    """
    text = value.isoformat()[:10] if isinstance(value, date | datetime) else str(value).strip()
    if _DAY.fullmatch(text):
        try:
            day = date.fromisoformat(text)
        except ValueError as error:
            message = f'the date "{text}" is not a day of the calendar ({error}); write it as 2026-07-01'
            raise ValueError(message) from None
        year = day.year + (day.timetuple().tm_yday - 1) / (365 + isleap(day.year))
    elif _YEAR.fullmatch(text):
        year = float(text)
    else:
        blank = "; a blank is needed after the colon" if ":" in text else ""
        form = f"write a year (2026, 2026.5) or a day (2026-07-01){blank}"
        message = f'"{shortened(text)}" is not a date; {form}'
        raise ValueError(message)
    if not EARLIEST <= year <= LATEST:
        side = f"before {EARLIEST:.0f}" if year < EARLIEST else f"after {LATEST:.0f}"
        message = f"the date {shortened(text)} is {side}; dates are from {EARLIEST:.0f} to {LATEST:.0f}"
        raise ValueError(message)
    return year


def nothing_wrong(_: float) -> str:
    """Find nothing wrong with a number or a date."""
    return ""


def read_setting(
    value: Any,
    name: str,
    where: Where,
    check: Callable[[float], str],
    check_date: Callable[[float], str] = nothing_wrong,
) -> Setting:
    """Read one number, or a mapping from dates to numbers, for the lever or parameter `name`.

    `check` gives what is wrong with a number ("" when nothing is), `check_date` with a date in decimal years,
    `where(*keys)` the place of a value. Raises InputError with all faults of the setting.
    """
    value = _plain_dated(value, where)
    reading = _Reading(name, where, check, check_date)
    dated = isinstance(value, Mapping)
    setting = reading.dated(value) if dated else Setting(value=reading.number(value))
    if reading.faults:
        raise InputError(reading.faults)
    return setting


def _number_advice(value: Any) -> str:
    """Say how a number is written that stands with a percent sign or a unit."""
    match = _WITH_UNIT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return ""
    number = match["number"].replace(",", "")
    if match["unit"].strip() == "%":
        return f"; a share is written as {float(number) / 100:.6g}"
    return f"; write the number alone ({number}), in the unit that `twintrack list` shows"


def described(value: Any) -> str:
    """Say what a value is, for messages: 'the text "NO"', 'true', 'a list'."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'the text "{shortened(value)}"'
    if isinstance(value, Mapping):
        return 'a group of "key: value" lines'
    if isinstance(value, Sequence):
        return "a list"
    return f"the number {value}" if isinstance(value, Real) else f"a {type(value).__name__}"


def setting_place(origin: str, name: str, value: Any) -> str:
    """Name what sets a lever or parameter, on one line: "--set catchup_share=0.6"."""
    return f"{origin} {name}={' '.join(str(value).split())}"


def shortened(text: str) -> str:
    """Cut a text that is too long for a message."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


class _Reading:
    """Collects the faults of one setting."""

    def __init__(
        self,
        name: str,
        where: Where,
        check: Callable[[float], str],
        check_date: Callable[[float], str],
    ) -> None:
        self.name, self.where, self.check, self.check_date = name, where, check, check_date
        self.faults: list[Fault] = []

    def number(self, value: Any, *keys: Any) -> float | None:
        try:
            number = checked_number(value)
        except ValueError as error:
            self.fault(f"{self.name} {error}", *keys)
            return None
        wrong = self.check(number)
        if wrong:
            self.fault(f"{self.name} {wrong}", *keys)
        return number

    def fault(self, message: str, *keys: Any) -> None:
        self.faults.append(Fault(self.where(*keys), message))

    def dated(self, values: Mapping[Any, Any]) -> Setting:
        knots: list[Knot] = []
        last: tuple[float, Any] | None = None
        if not values:
            self.fault(f"{self.name} has no dates; write a number, or at least one date with a number")
        for key, value in values.items():
            numbers = self._values(value, key, first=last is None)
            try:
                year = checked_date(key)
            except ValueError as error:
                self.fault(f"{self.name}: {error}", key)
                continue
            if last is not None and year <= last[0]:
                how = "is the same as" if year == last[0] else "comes after"
                self.fault(f"{self.name}: the date {last[1]} {how} {key}; give each date once, in order", key)
            last = (year, key)
            wrong = self.check_date(year)
            if wrong:
                self.fault(f"{self.name}: the date {key} {wrong}", key)
            knots.extend((year, number) for number in numbers)
        return Setting(knots=tuple(knots))

    def _values(self, value: Any, key: Any, *, first: bool) -> list[float]:
        if not isinstance(value, list | tuple):
            number = self.number(value, key)
            return [] if number is None else [number]
        if len(value) != 2:
            self.fault(f"{self.name}: a step at {key} takes two numbers, [before, after]", key)
        elif first:
            self.fault(f"{self.name}: the first date, {key}, takes one number", key)
        return [number for number in (self.number(item, key) for item in value) if number is not None]
