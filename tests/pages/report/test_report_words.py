"""Sentences follow the numbers, whoever wins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from twintrack.pages.report.data import ReportData
from twintrack.pages.report.sections.words import sentences
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts


def _paragraph(data: ReportData, language: str = "en") -> str:
    (fact,) = sentences(ReportView(data, texts=Texts(language)))
    (sentence,) = fact.values
    return sentence


def test_the_best_is_named_with_its_lead_and_the_share_of_worlds(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 8.0 if world < 8 else -4.0}.get(name, 0.0)))
    assert "“Red” is ahead of “Baseline”, its nearest rival, in 80% of the worlds" in text
    assert "medians are 108.0 billion CNY (96.0 to 108.0) and 100.0 billion CNY" in text
    assert "the median difference in the same world is 8.0" in text
    assert "not the best of all (20% of the worlds) it falls short by 4.0" in text
    assert "smallest mean regret" not in text


def test_the_rival_is_the_nearest_of_those_that_are_beaten_as_often(
    made_up: Callable[..., ReportData],
) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 8.0, "blue": 6.0}.get(name, 0.0)))
    assert "“Red” is ahead of “Blue”, its nearest rival, in 100% of the worlds" in text
    assert "and 106.0 billion CNY; the median difference in the same world is 2.0" in text


def test_the_smallest_regret_is_named_where_it_is_not_the_winners(made_up: Callable[..., ReportData]) -> None:
    gains = {"red": lambda world: 1.0 if world < 8 else -40.0, "blue": lambda world: -9.0}
    text = _paragraph(made_up(lambda name, world: gains.get(name, lambda _: 0.0)(world)))
    assert "“Red” is ahead of “Baseline”" in text
    assert (
        "smallest mean regret is that of “Baseline” (0.80 billion CNY, against 8.0 billion CNY for “Red”)"
        in text
    )


def test_another_winner_gives_the_same_sentences_with_its_name(made_up: Callable[..., ReportData]) -> None:
    red = _paragraph(made_up(lambda name, world: {"red": 8.0}.get(name, 0.0)))
    blue = _paragraph(made_up(lambda name, world: {"blue": 8.0}.get(name, 0.0)))
    assert blue == red.replace("Red", "Blue")


def test_less_is_better_turns_the_result(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 8.0, "blue": -1.0}.get(name, 0.0), better="lower"))
    assert "“Blue” is ahead of “Baseline”" in text
    assert "the median difference in the same world is 1.0" in text


def test_a_tie_is_called_a_tie(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 1.0, "blue": 2.0 * (world % 2)}.get(name, -5.0)))
    assert "no strategy beats every other; “Red” and “Blue” tie for the first place" in text
    assert "Their medians run from 101.0 billion CNY to 101.0 billion CNY" in text


def test_a_circle_has_no_first_place(made_up: Callable[..., ReportData]) -> None:
    rounds = {"red": (3.0, 2.0, 1.0), "blue": (2.0, 1.0, 3.0), "baseline": (1.0, 3.0, 2.0)}
    text = _paragraph(made_up(lambda name, world: (*rounds[name], 2.0)[world // 3]))
    assert "no strategy beats every other; each is beaten by some other" in text
    assert "first place" not in text


def test_an_outcome_that_no_strategy_touches_has_no_winner(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: 3.0))
    assert "does not change it" in text
    assert "first" not in text


def test_an_outcome_without_direction_is_only_described(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0}.get(name, 0.0), better="neutral")
    assert _paragraph(data).endswith("from 100.0 billion CNY (“Baseline”) to 108.0 billion CNY (“Red”).")


def test_an_outcome_without_direction_that_no_strategy_touches_is_left_out(
    made_up: Callable[..., ReportData],
) -> None:
    data = made_up(lambda name, world: 0.09 * (name == "red"), better="neutral")
    assert sentences(ReportView(data, texts=Texts("en"))) == []


def test_a_lead_too_small_to_matter_is_a_tie(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 8.0, "blue": 7.95}.get(name, 0.0)))
    assert "“Red” and “Blue” tie" in text


def test_nothing_is_said_of_public_cost_at_equal_public_cost(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: 8.0 * (name == "red"), better="lower")
    cast("dict[str, Any]", data.model.outcomes)["public_cost"] = data.model.outcomes["gain"]
    data.definition.outcomes = ("public_cost",)
    assert "equal public cost" not in _paragraph(data)


def test_equal_public_cost_may_change_who_is_first(made_up: Callable[..., ReportData]) -> None:
    red, blue = (lambda name, world, best=best: 8.0 if name == best else 0.0 for best in ("red", "blue"))
    assert "equal public cost this does not change" in _paragraph(made_up(red))
    assert "first place passes to “Blue”" in _paragraph(made_up(red, equal=blue))


def test_where_all_medians_are_nil_the_means_are_told(made_up: Callable[..., ReportData]) -> None:
    lucky = {("red", world): 20.0 for world in range(4)} | {("blue", world): 12.0 for world in range(4, 7)}
    data = made_up(lambda name, world: lucky.get((name, world), -100.0))
    data.own["gain"] = data.own["gain"].where(data.own["gain"] > 100, 0.0)
    text = _paragraph(data)
    assert "all medians are nil and no strategy beats every other; “Red” and “Blue” tie" in text
    assert "Their means run from 33.6 billion CNY to 48.0 billion CNY" in text


def test_shares_differ_by_percentage_points(made_up: Callable[..., ReportData]) -> None:
    text = _paragraph(made_up(lambda name, world: {"red": 0.183}.get(name, 0.0), spec=".1%"))
    assert "median difference in the same world is 18.3 percentage points" in text


def test_the_chinese_sentence_says_the_same_numbers(made_up: Callable[..., ReportData]) -> None:
    data = made_up(lambda name, world: {"red": 8.0 if world < 8 else -4.0}.get(name, 0.0))
    text = _paragraph(data, "zh")
    assert all(part in text for part in ("“Red（中文）”在", "108.0", "80%", "20%", "4.0"))
