"""Numbers as sentences and figures write them, in each language: shares of futures, amounts, ranges, effects.

A number in a sentence and the same number in a figure are one text, made here. English: CNY 0.8 trn, 15–16%,
a true minus. Chinese: 1.6万亿元, 8,300亿元, 15%至16%, 96至97次.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twintrack.formats import MISSING, number, plain
from twintrack.pages.texts import Texts

if TYPE_CHECKING:
    from twintrack.inputs.levers import Lever
    from twintrack.inputs.outcomes import Outcome

YEARS_FROM = 24.0
"""Months from which a time is told in years."""
TRILLIONS_FROM = 95.0
"""Bn CNY from which money is told in trillions: what reads as 0.1 trn and more."""
SIGNS = {">": "count_over", "<": "count_under", "≥": "count_least", "≤": "count_most"}
MONEY = ("bn cny", "bn cny/year")


@dataclass(frozen=True)
class Scale:
    """A unit that readers are told amounts in.

    Attributes:
        least: Size in the model's unit from which it is used.
        factor: What the model's numbers are multiplied with.
        unit: Its name.
    """

    least: float
    factor: float
    unit: str


def scales(unit: str, texts: Texts) -> list[Scale]:
    """Give the units that amounts of a unit of the model are told in, the largest first.

    Money is told in trillions and billions; in Chinese in 万亿元 and 亿元, never in 十亿元.
    """
    told, chinese = unit.lower(), texts.language == "zh"
    yearly = "_a_year" if told.endswith("/year") else ""
    if told in MONEY:
        small = Scale(0.0, 10.0 if chinese else 1.0, texts(f"unit_bn{yearly}"))
        return [Scale(TRILLIONS_FROM, 1e-3, texts(f"unit_trn{yearly}")), small]
    if told == "musd":
        least, factor = (100.0, 100.0) if chinese else (1e3, 1.0)
        return [Scale(least, 1 / least, texts("unit_bn_usd")), Scale(0.0, factor, texts("unit_m_usd"))]
    own = table_scale(unit, texts)
    if told == "h100e":
        many = 1e4 if chinese else 1e6
        return [Scale(many, 1 / many, texts("unit_many_h100e")), own]
    return [own]


def _in_hundred_millions(scale: Scale) -> Scale:
    """Tell what is in 十亿, or for each 十亿, by 亿, in which Chinese counts."""
    if "十亿" not in scale.unit:
        return scale
    return Scale(scale.least, 0.1 if "/十亿" in scale.unit else 10.0, scale.unit.replace("十亿", "亿"))


def scale_of(unit: str, size: float, texts: Texts) -> Scale:
    """Give the unit for an amount of a size, which is in the unit of the model: of money by the size."""
    if unit.lower() not in MONEY:
        return table_scale(unit, texts)
    return next(scale for scale in scales(unit, texts) if size >= scale.least)


def table_scale(unit: str, texts: Texts) -> Scale:
    """Give the unit of a table, one for all sizes: that of the model, in Chinese 亿 in the place of 十亿."""
    own = Scale(0.0, 1.0, texts.unit(unit))
    return _in_hundred_millions(own) if texts.language == "zh" else own


def count(share: float) -> str:
    """Write a share as so many of a hundred; what is not exactly none or all is neither 0 nor 100."""
    if not math.isfinite(share):
        return MISSING
    rounded = round(100 * share)
    if rounded == 100 and share < 1:
        return ">99"
    return "<1" if rounded == 0 and share > 0 else str(rounded)


def effect_digits(value: float, digits: int = 2) -> int:
    """Give the decimals with which an effect shows so many significant digits, at most four."""
    if value == 0 or not math.isfinite(value):
        return 0
    return min(max(digits - 1 - math.floor(math.log10(abs(value))), 0), 4)


def spec_for(values: Sequence[float], digits: int = 2) -> str:
    """Give one format for several effects: that of the largest, so that a range reads alike."""
    return f".{effect_digits(max(map(abs, values), default=0.0), digits)}f"


def signed_number(value: float, spec: str) -> str:
    """Write a number with its sign; a rounded zero has none."""
    text = number(abs(value), spec)
    if not math.isfinite(value) or not any(digit in text for digit in "123456789"):
        return text
    return f"{'+' if value > 0 else '−'}{text}"


def setting(lever: Lever, value: float, texts: Texts) -> str:
    """Write where a lever is set: shares in percent, money in the unit of `setting_unit`."""
    if lever.kind == "share":
        return number(value, ".0%")
    return plain(table_factor(lever.unit, texts) * value)


def setting_unit(lever: Lever, texts: Texts) -> str:
    """Give the unit of a lever as its settings are written: money in bn CNY, in Chinese in 亿元."""
    if lever.unit.lower() in MONEY:
        return scales(lever.unit, texts)[-1].unit
    return table_unit(lever.unit, texts)


def table_factor(unit: str, texts: Texts) -> float:
    """Give what numbers of a unit are multiplied with in tables: billions are told in 亿 in Chinese."""
    return table_scale(unit, texts).factor


def table_unit(unit: str, texts: Texts) -> str:
    """Give the unit of numbers in tables, which are multiplied with `table_factor`."""
    return table_scale(unit, texts).unit


@dataclass(frozen=True)
class Written:
    """Writes shares and ranges in the words of one language."""

    texts: Texts

    def range(self, texts: Sequence[str]) -> str:
        """Join the texts of a lowest and a highest value; equal ones are one."""
        low, high = texts[0], texts[-1]
        return low if low == high else self.texts("number_range", low=low, high=high)

    def counts(self, shares: Sequence[float]) -> str:
        """Write the span of shares as so many of a hundred: "46–49"; at the ends "≥99", "≤2"."""
        low, high = count(min(shares)), count(max(shares))
        if low != high and low in ("<1", "0"):
            return "<1" if high == "<1" else f"≤{high}"
        if low != high and high in (">99", "100"):
            return ">99" if low == ">99" else f"≥{low}"
        return self.range([low, high])

    def of_100(self, shares: Sequence[float]) -> str:
        """Write the span with what it is out of: "46–49 of 100"."""
        text = self.counts(shares)
        key = SIGNS.get(text[0])
        told = self.texts(key, value=text[1:]) if key else text
        return self.texts("of_100", count=told)


@dataclass(frozen=True)
class Measure:
    """How levels and differences of one outcome are written.

    Attributes:
        texts: The words of the language.
        outcome: The outcome.
        large: A typical size of its levels, in its unit; it decides between months and years, bn and trn.
        large_change: The same of its differences.
    """

    texts: Texts
    outcome: Outcome
    large: float
    large_change: float

    @property
    def _unit(self) -> str:
        return self.outcome.unit.lower()

    @property
    def months(self) -> bool:
        """Whether it is a time in months."""
        return self._unit == "months"

    @property
    def percent(self) -> bool:
        """Whether it is a share, told in percent."""
        return self.outcome.format.endswith("%")

    def _factor(self, size: float) -> float:
        if self.months:
            return 1 / 12 if size >= YEARS_FROM else 1.0
        if self._unit in MONEY:
            return scale_of(self._unit, size, self.texts).factor
        return 100.0 if self.percent else 1.0

    @property
    def factor(self) -> float:
        """What levels are multiplied with before they are shown."""
        return self._factor(self.large)

    @property
    def change_factor(self) -> float:
        """What differences are multiplied with."""
        return self._factor(self.large_change)

    def _unit_text(self, size: float, *, change: bool = False) -> str:
        if self.months:
            return self.texts("unit_years" if size >= YEARS_FROM else "unit_months")
        if self._unit in MONEY:
            return scale_of(self._unit, size, self.texts).unit
        if self.percent:
            return self._amount("%") or self.texts("percentage_points" if change else "unit_percent")
        return self.texts.unit(self.outcome.unit)

    @property
    def unit(self) -> str:
        """The unit of levels, as an axis has it."""
        return self._unit_text(self.large)

    @property
    def change_unit(self) -> str:
        """The unit of differences, as an axis has it."""
        return self._unit_text(self.large_change, change=True)

    def level(self, value: float) -> str:
        """Write a level without its unit."""
        return self._number(value, self.factor, self.large)

    def change(self, value: float, spec: str = "") -> str:
        """Write a difference with its sign and without its unit."""
        shown = value * self.change_factor
        return signed_number(shown, spec or spec_for([shown]))

    def change_told(self, value: float) -> str:
        """Write a difference with its sign and its unit."""
        unit = self.change_unit
        return f"{self.change(value)}{'' if unit.startswith('%') else ' '}{unit}".strip()

    def levels(self, values: Sequence[float]) -> str:
        """Write the span of levels with their unit."""
        texts = [self.level(min(values)), self.level(max(values))]
        return self._with_unit(texts, self.large)

    def changes(self, values: Sequence[float]) -> str:
        """Write the span of sizes of differences, without sign, with their unit."""
        sizes = sorted(abs(value) * self.change_factor for value in values)
        spec = spec_for(sizes, 1 if sizes and sizes[-1] < 1 and self._unit in MONEY else 2)
        texts = [number(sizes[0], spec), number(sizes[-1], spec)]
        return self._with_unit(texts, self.large_change, change=True)

    def _number(self, value: float, factor: float, size: float) -> str:
        if self._unit in MONEY or self.months:
            return number(value * factor, ".1f" if factor < 1 else ",.0f")
        if self.percent:
            return number(value * factor, ".0f" if size >= 0.095 else ".1f")
        return number(value, self.outcome.format)

    def _with_unit(self, texts: Sequence[str], size: float, *, change: bool = False) -> str:
        if self._unit in MONEY:
            yearly = "_a_year" if self._unit.endswith("/year") else ""
            key = f"amount_{'trn' if size >= TRILLIONS_FROM else 'bn'}{yearly}"
        elif self.months:
            key = "amount_years" if size >= YEARS_FROM else "amount_months"
        elif self.percent and (said := self._amount(self._percentage(texts))):
            return said
        elif self.percent:
            key = "amount_points" if change else "amount_percent"
        else:
            unit = self.texts.unit(self.outcome.unit)
            value = Written(self.texts).range(texts)
            return self.texts("with_unit", value=value, unit=unit) if unit else value
        low, high = texts[0], texts[-1]
        return self.texts(key, value=low) if low == high else self.texts(f"{key}_range", low=low, high=high)

    def _percentage(self, texts: Sequence[str]) -> str:
        low, high = texts[0], texts[-1]
        key = "amount_percent" if low == high else "amount_percent_range"
        return self.texts(key, value=low, low=low, high=high)

    def _amount(self, value: str) -> str:
        """Say what a percentage is a share of; "" for a share that is told in points."""
        told = self.outcome.told
        return self.texts.of(told.amount).replace("{value}", value) if told and told.amount else ""
