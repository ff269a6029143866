"""GET TIME VALUE: the time of the model as a date of the calendar.

Where the unit of time is a year, a quarter or a month, all years have 360 days and all months 30, as in
Vensim's manual; where it is shorter, the calendar is Gregorian with its leap years.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from twintrack.equations.clock import CONTROL_NAMES
from twintrack.equations.expressions import Lowering
from twintrack.equations.naming import spoken
from twintrack.equations.parsing import Definition
from twintrack.equations.structure import Expr, Number, Time

_SHOWN = "GET TIME VALUE"
_ROUNDING = 1e-8
"""Days by which a time may fall short of midnight and still be the next day."""
_YEAR_ZERO = 365
"""Days from 1 January of the year 0 to the day before 1 January of the year 1."""

_EVEN = {"year": 360.0, "quarter": 90.0, "month": 30.0}
_ACTUAL = {"week": 7.0, "day": 1.0, "hour": 1 / 24, "minute": 1 / 1440, "second": 1 / 86400}
_ABBREVIATED = {"yr": "year", "mo": "month", "wk": "week", "hr": "hour", "min": "minute", "sec": "second"}


def unit_of(parts: Mapping[str, Sequence[Definition]]) -> str:
    """Give the unit of time as the equations of the control variables have it, that of TIME STEP first."""
    units = (part.entry.units for name in ("time_step", *CONTROL_NAMES) for part in parts.get(name, ()))
    return next(filter(None, units), "")


def _singular(unit: str) -> str:
    """Give a unit of time as the tables here have it."""
    word = unit.strip().lower().rstrip(".")
    word = word.removesuffix("s") if len(word) > 1 else word
    return _ABBREVIATED.get(word, word)


def time_base(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give TIME BASE(start, slope), a time of another unit: start + slope * Time."""
    if len(trees) != 2:
        return lowering.fault(f"2 arguments are needed, {len(trees)} are given", spoken(name))
    start, slope = map(lowering.lower, trees)
    return lowering.apply("add", start, lowering.apply("multiply", slope, Time()))


def time_value(lowering: Lowering, name: str, trees: Sequence[Any]) -> Expr:
    """Give GET TIME VALUE(relative to, offset, measure); the first and the last argument are numbers."""
    del name
    if len(trees) != 3:
        return lowering.fault(f"3 arguments are needed, {len(trees)} are given", _SHOWN)
    relative, measure = trees[0], trees[2]
    if relative == 2:
        return lowering.fault(
            "the computer's clock is not read, for runs must be the same tomorrow; give a number", _SHOWN
        )
    if relative not in (0, 1) or measure not in range(11):
        message = "write 0 (now) or 1 (the initial time) first, and a number from 0 to 10 last"
        return lowering.fault(message, _SHOWN)
    initial = lowering.frame.names.find("INITIAL TIME")
    given = relative == 1 and initial in lowering.frame.axes
    start: Expr = lowering.variable_value(initial, ()) if given else Time()
    time = lowering.apply("add", start, lowering.lower(trees[1]))
    if measure == 0:
        return time
    unit = _singular(lowering.frame.time_unit)
    if unit not in (*_EVEN, *_ACTUAL):
        known = ", ".join((*_EVEN, *_ACTUAL))
        message = f'the unit of TIME STEP is "{lowering.frame.time_unit}"; give it one of {known}'
        return lowering.fault(message, _SHOWN)
    return _Dated(lowering, unit, time).measure(int(measure))


class _Dated:
    """Formulas of a time that is a date."""

    def __init__(self, lowering: Lowering, unit: str, time: Expr) -> None:
        self.apply = lowering.apply
        year, month, day = lowering.frame.base_date
        self.even = unit in _EVEN
        if self.even:
            base = float(year * 360 + (month - 1) * 30 + day - 1)
        else:
            base = float(date(year, month, day).toordinal() + _YEAR_ZERO)
        passed = self.apply("multiply", time, Number(value={**_EVEN, **_ACTUAL}[unit]))
        moment = self.apply("add", passed, Number(value=base + _ROUNDING))
        self.day = self.apply("integer", moment)
        self.hours = self.times(self.minus(moment, self.day), 24.0)

    def measure(self, number: int) -> Expr:
        """Give a measure by its number in the manual: 1 year, 2 quarter, 3 month, 4 day of the month, ..."""
        if number in (1, 2, 3, 4):
            return self._part_of_year(number)
        if number == 5:  # 0 is Sunday; 1 January of the year 1 was a Monday
            return self.remainder(self.minus(self.day, _YEAR_ZERO), 7.0)
        if number == 6:
            return self.day
        hour = self.apply("integer", self.hours)
        minutes = self.times(self.minus(self.hours, hour), 60.0)
        if number == 7:
            return hour
        minute = self.apply("integer", minutes)
        if number == 8:
            return minute
        if number == 9:
            exact = self.minus(self.times(self.minus(minutes, minute), 60.0), _ROUNDING * 86400.0)
            return self.apply("max", exact, Number(value=0.0))
        seconds = self.plus(self.times(self.day, 86400.0), self.times(self.hours, 3600.0))
        return self.apply("modulo", seconds, Number(value=500_000.0))

    def _part_of_year(self, number: int) -> Expr:
        year, month, day = self._even_date() if self.even else self._actual_date()
        quarter = self.plus(self.whole(self.minus(month, 1.0), 3.0), 1.0)
        return {1: year, 2: quarter, 3: month, 4: day}[number]

    def _even_date(self) -> tuple[Expr, Expr, Expr]:
        year = self.whole(self.day, 360.0)
        month = self.plus(self.whole(self.remainder(self.day, 360.0), 30.0), 1.0)
        return year, month, self.plus(self.remainder(self.day, 30.0), 1.0)

    def _actual_date(self) -> tuple[Expr, Expr, Expr]:
        """Give year, month and day by whole numbers: years begin in March, so that leap days end them."""
        days = self.minus(self.day, 60.0)
        era = self.whole(days, 146097.0)
        within = self.minus(days, self.times(era, 146097.0))
        leap = self.minus(self.plus(within, self.whole(within, 36524.0)), self.whole(within, 1460.0))
        year = self.whole(self.minus(leap, self.whole(within, 146096.0)), 365.0)
        past = self.plus(self.times(year, 365.0), self.whole(year, 4.0))
        in_year = self.minus(within, self.minus(past, self.whole(year, 100.0)))
        march = self.whole(self.plus(self.times(in_year, 5.0), 2.0), 153.0)
        begun = self.whole(self.plus(self.times(march, 153.0), 2.0), 5.0)
        day = self.plus(self.minus(in_year, begun), 1.0)
        early = self.apply("greater", march, Number(value=9.5))
        month = self.apply("if_then_else", early, self.minus(march, 9.0), self.plus(march, 3.0))
        full = self.plus(year, self.times(era, 400.0))
        return self.apply("if_then_else", early, self.plus(full, 1.0), full), month, day

    def plus(self, one: Expr, other: Expr | float) -> Expr:
        """Give a sum."""
        return self.apply("add", one, _expression(other))

    def minus(self, one: Expr, other: Expr | float) -> Expr:
        """Give a difference."""
        return self.apply("subtract", one, _expression(other))

    def times(self, one: Expr, other: float) -> Expr:
        """Give a product."""
        return self.apply("multiply", one, Number(value=other))

    def whole(self, value: Expr, unit: float) -> Expr:
        """Give how often a unit fits in a number that is not negative; both are whole."""
        # Half a unit behind the number, rounding cannot reach the quotient's next whole number.
        middle = self.plus(value, 0.5)
        return self.apply("integer", self.apply("divide", middle, Number(value=unit)))

    def remainder(self, value: Expr, unit: float) -> Expr:
        """Give what is left of a whole number that is not negative."""
        return self.minus(value, self.times(self.whole(value, unit), unit))


def _expression(value: Expr | float) -> Expr:
    return value if isinstance(value, Expr) else Number(value=float(value))
