"""Sentences follow the numbers, whoever wins."""

from __future__ import annotations

from collections.abc import Callable

from twintrack.presentation.report_data import ReportData
from twintrack.presentation.report_tables import Tables
from twintrack.presentation.report_words import Words
from twintrack.presentation.texts import Texts


def _paragraph(data: ReportData, language: str = "en") -> str:
    texts = Texts(language)
    (item,) = Words(data, texts, Tables(data, texts)).items()
    (sentence,) = item["sentences"]
    return sentence


def test_the_best_is_named_with_its_lead_and_the_share_of_worlds(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 8.0 if world < 8 else -4.0}.get(name, 0.0)))
    assert "“Red” stands first, with a median of 108.0" in text
    assert "better than “Baseline” in 80% of the worlds; the median difference is 8.0" in text
    assert "not the best (20% of the worlds) it falls short by 4.0" in text


def test_another_winner_gives_the_same_sentences_with_its_name(made_up: Callable[..., ReportData]) -> None:
    red = _paragraph(made_up(lambda name, world: {"red": 8.0}.get(name, 0.0)))
    blue = _paragraph(made_up(lambda name, world: {"blue": 8.0}.get(name, 0.0)))
    assert blue == red.replace("Red", "Blue")


def test_less_is_better_turns_the_result(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 8.0, "blue": -1.0}.get(name, 0.0), better="lower"))
    assert "“Blue” stands first" in text
    assert "the median difference is 1.0" in text


def test_a_tie_is_called_a_tie(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 1.0, "blue": 2.0 * (world % 2)}.get(name, -5.0)))
    assert "no strategy stands clearly first; “Red” and “Blue” tie" in text


def test_an_outcome_that_no_strategy_touches_has_no_winner(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: 3.0))
    assert "does not change it" in text
    assert "first" not in text


def test_an_outcome_without_direction_is_only_described(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0}.get(name, 0.0), better="neutral")
    assert _paragraph(data).endswith("from 100.0 billion CNY (“Baseline”) to 108.0 billion CNY (“Red”).")


def test_equal_public_cost_may_change_who_is_first(made_up: Callable[..., ReportData]) -> None:
    red, blue = (lambda name, world, best=best: 8.0 if name == best else 0.0 for best in ("red", "blue"))
    assert "equal public cost this does not change" in _paragraph(made_up(red))
    assert "first place passes to “Blue”" in _paragraph(made_up(red, equal=blue))


def test_shares_differ_by_percentage_points(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 0.083}.get(name, 0.0), spec=".1%"))
    assert "median difference is 8.3 percentage points" in text


def test_the_chinese_sentence_says_the_same_numbers(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0 if world < 8 else -4.0}.get(name, 0.0))
    text = _paragraph(data, "zh")
    assert all(part in text for part in ("“Red（中文）”居首", "108.0", "80%", "20%", "4.0"))
