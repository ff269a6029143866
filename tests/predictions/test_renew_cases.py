"""Cases of predictions are written anew from what the model finds; a claim that turned stays for a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from prediction_cases import read_case
from renew_cases import in_words, margin, renewed

TEXT = """\
id: P1
title: One
claim: A beats B.
expect: reproduce
why: >-
  Own budgets. Found: gap +9 in 2030 (a less b). Something that a person wrote stays, however long the
  line is that it makes.
settings:
  a: {strategy: pure_catchup}
  b: {}
comparisons:
  - {kind: pair, a: a, b: b, outcome: gap, years: [2030, 2040], relation: higher, by:
      4}
  - {kind: change, a: a, outcome: gap, since: 2026, years: [2040], relation: lower, by: 0.5}
"""


class Values:
    """Settings whose values are known."""

    table: ClassVar = {
        ("a", 2026): 9.0,
        ("a", 2030): 1.25,
        ("a", 2040): 3.0,
        ("b", 2030): 0.25,
        ("b", 2040): 1.0,
    }

    def values(self, setting: str, outcome: str, years: Sequence[float]) -> np.ndarray:
        return np.array([self.table[setting, year] for year in years])


def test_sentence_and_margins_follow_what_is_found(tmp_path: Path) -> None:
    path = tmp_path / "p01.yaml"
    path.write_text(TEXT)
    text = renewed(TEXT, read_case(path), Values())
    path.write_text(text)
    case = read_case(path)
    assert (
        "Found: gap +1 and +2 in 2030 and 2040 (a less b); gap -6 in 2040 against 2026 (a). Something"
        in case.why
    )
    assert "stays, however long the line is" in case.why
    assert [one.by for one in case.comparisons] == [0.5, 3.0]
    assert renewed(text, case, Values()) == text
    assert max(map(len, text.splitlines())) <= 110


def test_margin_of_what_turned_stays(tmp_path: Path) -> None:
    path = tmp_path / "p01.yaml"
    path.write_text(TEXT.replace("higher", "lower"))
    case = read_case(path)
    assert margin(case.comparisons[0], Values()) == 4


@pytest.mark.parametrize(("given", "said"), [([1], "1"), ([1, 2], "1 and 2"), ([1, 2, 3], "1, 2 and 3")])
def test_several_are_told_as_one_says_them(given: list[int], said: str) -> None:
    assert in_words(given) == said
