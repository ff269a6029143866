"""Amounts in what the decision commands tell: in Chinese by 亿, with the number to match."""

from __future__ import annotations

from twintrack.model import Model
from twintrack.pages.decisions.words import Words
from twintrack.pages.texts import Texts


def test_money_is_told_in_the_unit_of_the_language(model: Model) -> None:
    english, chinese = (Words(model, Texts(language)) for language in ("en", "zh"))
    assert english.amount(57.8, "public_cost") == "57.8 billion CNY per year"
    assert chinese.amount(57.8, "public_cost") == "578 亿元/年"
    assert "十亿" not in chinese.headed("均值", "public_cost")


def test_other_units_stay(model: Model) -> None:
    chinese = Words(model, Texts("zh"))
    assert chinese.amount(8.25, "frontier_gap_months") == "8.25 个月"
    assert chinese.factor("frontier_gap_months") == 1.0
