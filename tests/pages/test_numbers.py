"""Numbers as sentences have them, in both languages."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from twintrack.inputs.schema_kinds import Bilingual
from twintrack.pages.numbers import (
    Measure,
    Written,
    count,
    scales,
    setting,
    setting_unit,
    signed_number,
    spec_for,
    table_factor,
    table_unit,
)
from twintrack.pages.texts import Texts


def _measure(language: str, unit: str, spec: str, large: float, change: float) -> Measure:
    outcome = cast("Any", SimpleNamespace(unit=unit, format=spec, told=None))
    return Measure(Texts(language), outcome, large, change)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0"), (0.001, "<1"), (0.49, "49"), (0.996, ">99"), (1.0, "100"), (float("nan"), "–")],
)
def test_not_quite_all_is_not_all(share: float, text: str) -> None:
    assert count(share) == text


@pytest.mark.parametrize(
    ("shares", "en", "zh"),
    [
        ((0.46, 0.49), "46–49 of 100", "100次中46至49次"),
        ((0.5, 0.5), "50 of 100", "100次中50次"),
        ((0.99, 1.0), "≥99 of 100", "100次中至少99次"),
        ((0.998, 1.0), ">99 of 100", "100次中逾99次"),
        ((0.002, 0.03), "≤3 of 100", "100次中至多3次"),
    ],
)
def test_a_range_of_counts_is_read_in_both_languages(shares: tuple[float, float], en: str, zh: str) -> None:
    assert Written(Texts("en")).of_100(shares) == en
    assert Written(Texts("zh")).of_100(shares) == zh


@pytest.mark.parametrize(
    ("unit", "spec", "large", "values", "en", "zh"),
    [
        ("bn CNY/Year", ",.0f", 5000, (830, 870), "CNY 0.8–0.9 trn a year", "每年0.8万亿至0.9万亿元"),
        ("bn CNY", ",.0f", 5000, (1640, 1640), "CNY 1.6 trn", "1.6万亿元"),
        ("bn CNY", ",.0f", 50, (40, 41), "CNY 40–41 bn", "400亿至410亿元"),
        ("months", ".0f", 8, (8.2, 8.3), "8.2–8.3 months", "8.2至8.3个月"),
        ("months", ".0f", 60, (30, 60), "2.5–5.0 years", "2.5至5.0年"),
        ("Dmnl", ".1%", 0.5, (0.021, 0.032), "2.1–3.2 points", "2.1至3.2个百分点"),
    ],
)
def test_effects_are_told_in_the_units_of_readers(
    unit: str, spec: str, large: float, values: tuple[float, float], en: str, zh: str
) -> None:
    assert _measure("en", unit, spec, large, large).changes([-values[0], -values[1]]) == en
    assert _measure("zh", unit, spec, large, large).changes(values) == zh


def test_a_share_of_something_is_told_in_percent_of_it() -> None:
    amount = Bilingual(en="{value} of users put off", zh="{value}的用户却步")
    outcome = cast("Any", SimpleNamespace(unit="Dmnl", format=".1%", told=SimpleNamespace(amount=amount)))
    english, chinese = (Measure(Texts(language), outcome, 0.1, 0.004) for language in ("en", "zh"))
    assert english.changes([0.004, 0.0041]) == "0.40–0.41% of users put off"
    assert chinese.changes([0.004]) == "0.40%的用户却步"
    assert english.change_told(-0.004) == "−0.40% of users put off"
    assert english.change_unit == "% of users put off" and chinese.unit == "%的用户却步"


def test_tables_tell_money_in_the_unit_of_the_language() -> None:
    for language, factor, unit in (("en", 1.0, "billion CNY per year"), ("zh", 10.0, "亿元/年")):
        assert table_factor("bn CNY/Year", Texts(language)) == factor
        assert table_unit("bn CNY/Year", Texts(language)) == unit
    assert (table_factor("bn USD", Texts("zh")), table_unit("bn USD", Texts("zh"))) == (10.0, "亿美元")
    assert table_factor("H100e/bn CNY", Texts("zh")) == pytest.approx(0.1)
    assert table_factor("months", Texts("zh")) == 1.0 and table_unit("months", Texts("zh")) == "个月"


def test_levels_are_told_with_few_digits() -> None:
    assert _measure("en", "months", ".0f", 60, 3).levels([12, 90]) == "1.0–7.5 years"
    assert _measure("zh", "Dmnl", ".1%", 0.5, 0.1).levels([0.151, 0.163]) == "15%至16%"


def test_signs_are_true_and_a_rounded_zero_has_none() -> None:
    assert signed_number(-8.7, ".1f") == "−8.7" and signed_number(0.001, ".1f") == "0.0"
    assert spec_for([0.3, -1.4]) == ".1f" and spec_for([]) == ".0f"


def test_settings_of_levers_are_percent_or_money() -> None:
    share = cast("Any", SimpleNamespace(kind="share", unit="Dmnl"))
    money = cast("Any", SimpleNamespace(kind="money", unit="bn CNY/Year"))
    assert setting(share, 0.55, Texts("en")) == "55%"
    assert (setting(money, 40, Texts("en")), setting_unit(money, Texts("en"))) == ("40", "bn CNY a year")
    assert (setting(money, 40, Texts("zh")), setting_unit(money, Texts("zh"))) == ("400", "亿元/年")


@pytest.mark.parametrize(
    ("unit", "en", "zh"),
    [
        ("bn CNY", [(95, 1e-3, "trn CNY"), (0, 1, "bn CNY")], [(95, 1e-3, "万亿元"), (0, 10, "亿元")]),
        ("MUSD", [(1e3, 1e-3, "bn USD"), (0, 1, "million USD")], [(100, 0.01, "亿美元"), (0, 100, "万美元")]),
        ("bn USD/Year", [(0, 1, "billion USD per year")], [(0, 10, "亿美元/年")]),
        ("H100e/bn CNY", [(0, 1, "H100 equivalents per billion CNY")], [(0, 0.1, "H100等效/亿元")]),
        ("Year", [(0, 1, "years")], [(0, 1, "年")]),
    ],
)
def test_every_unit_has_scales_of_its_readers(unit: str, en: list[Any], zh: list[Any]) -> None:
    for language, expected in (("en", en), ("zh", zh)):
        found = scales(unit, Texts(language))
        assert [(scale.least, pytest.approx(scale.factor), scale.unit) for scale in found] == expected
