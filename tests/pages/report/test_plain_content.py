"""A small content of one's own, without a grid: two strategies in three outcomes make a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGES = ("index.html", "index.zh.html")
FINDING = {
    "index.html": "Going fast has the lower gap to the leader and has the lower public cost.",
    "index.zh.html": "求快时，与领先者的差距更低，且公共成本更低。",
}


def _words(page: Path) -> str:
    """What is read on a page before its folds, without the names of files."""
    body = page.read_text(encoding="utf-8").partition('<div class="folds">')[0]
    body = re.sub(r"<(script|style).*?</\1>|<[^>]+>|data/\w+\.csv", " ", body, flags=re.DOTALL)
    return " ".join(body.split())


@pytest.mark.parametrize("name", PAGES)
def test_the_finding_is_a_sentence_about_both_strategies(plain_folder: Path, name: str) -> None:
    page = (plain_folder / name).read_text(encoding="utf-8")
    assert re.findall(r"<h1[^>]*>(.*?)</h1>", page) == [FINDING[name]]


@pytest.mark.parametrize("name", [*PAGES, "brief.html", "brief.zh.html"])
def test_things_are_called_by_their_titles(plain_folder: Path, name: str) -> None:
    words = _words(plain_folder / name)
    assert "_" not in words and "{" not in words
    lever = "公共研发经费" if "zh" in name else "Public research money"
    assert lever in words


@pytest.mark.parametrize("name", PAGES)
def test_only_sections_that_two_strategies_have_are_there_and_are_counted(
    plain_folder: Path, name: str
) -> None:
    page = (plain_folder / name).read_text(encoding="utf-8")
    sections = re.findall(r'<section id="(\w+)".*?<p class="asked">(\d+) · ', page, re.DOTALL)
    assert [int(number) for _, number in sections] == list(range(1, len(sections) + 1))
    found = {section for section, _ in sections}
    assert {"when", "package", "regret", "levers", "sure"} <= found
    assert found.isdisjoint({"grid", "mix"})
