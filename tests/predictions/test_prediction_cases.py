"""The kinds of comparison, judged by numbers that are made up here; and what a case may not say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from prediction_cases import Case
from pydantic import ValidationError

LEVELS = {"low": 1.0, "high": 3.0}
HEAD = {"id": "P1", "title": "t", "claim": "c", "expect": "refute", "why": "w"}


class Made:
    """Values that grow by one a year from a level of each setting; draws that alternate."""

    def values(self, setting: str, outcome: str, years: Sequence[float]) -> np.ndarray:
        return LEVELS[setting] + np.array(years) - 2030

    def drawn(self, setting: str, outcome: str, year: float, draws: int, seed: int) -> np.ndarray:
        swing = 3.0 if outcome == "swinging" else 0.0
        return LEVELS[setting] + swing * (np.arange(draws) % 2) * (1 if setting == "low" else -1)


def excess(kind: str, **keys: Any) -> list[float]:
    names = [keys[key] for key in "abcd" if key in keys] + list(keys.get("settings", ()))
    case = Case.model_validate(
        {**HEAD, "settings": {name: {} for name in names}, "comparisons": [{"kind": kind, **keys}]}
    )
    return np.round(case.comparisons[0].excess(Made()), 9).tolist()


@pytest.mark.parametrize(("relation", "expected"), [("higher", [1.5, 1.5]), ("lower", [-2.5, -2.5])])
def test_pair(relation: str, expected: list[float]) -> None:
    common = {"outcome": "x", "years": [2030, 2035], "by": 0.5}
    assert excess("pair", a="high", b="low", relation=relation, **common) == expected


def test_near_holds_on_both_sides() -> None:
    common = {"outcome": "x", "years": [2030], "within": 2.5}
    assert excess("near", a="high", b="low", **common) == excess("near", a="low", b="high", **common) == [0.5]


def test_interaction_is_a_difference_of_differences() -> None:
    common = {"outcome": "x", "years": [2030], "relation": "higher", "by": 1}
    assert excess("interaction", a="high", b="low", c="low", d="high", **common) == [3.0]


def test_change_is_against_an_earlier_year() -> None:
    common = {"outcome": "x", "since": 2030, "years": [2032, 2035], "by": 1}
    assert excess("change", a="low", relation="higher", **common) == [1.0, 4.0]
    assert excess("change", a="low", relation="lower", **common) == [-3.0, -6.0]


def test_level() -> None:
    common = {"outcome": "x", "years": [2030], "relation": "lower"}
    assert excess("level", a="high", than=3.5, **common) == [0.5]


@pytest.mark.parametrize(("outcome", "share"), [("steady", 1.0), ("swinging", 0.5)])
def test_agreement_is_the_share_of_draws_with_the_order_of_middling_luck(outcome: str, share: float) -> None:
    common = {"outcome": outcome, "year": 2030, "draws": 4, "relation": "higher", "than": 0.0}
    assert excess("agreement", settings=["low", "high"], **common) == [share]


def test_foremost_is_the_share_of_the_one_that_leads_most_often() -> None:
    common = {"year": 2030, "draws": 5, "relation": "higher", "than": 0.0}
    assert excess("foremost", a="low", outcomes=["steady", "swinging"], **common) == [0.6]


@pytest.mark.parametrize(
    "wrong",
    [{"by": 0}, {"years": []}, {"b": "unknown"}, {"kind": "guess"}, {"relation": "equal"}, {"more": 1}],
)
def test_a_comparison_that_says_nothing_is_refused(wrong: dict[str, Any]) -> None:
    pair = {"kind": "pair", "a": "x", "b": "y", "outcome": "z", "years": [2030], "relation": "lower", "by": 1}
    settings = {"settings": {"x": {}, "y": {}}}
    assert Case.model_validate({**HEAD, **settings, "comparisons": [pair]})
    with pytest.raises(ValidationError):
        Case.model_validate({**HEAD, **settings, "comparisons": [{**pair, **wrong}]})
