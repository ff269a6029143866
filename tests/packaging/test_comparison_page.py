"""The comparison with other tools: every cell says how it was checked, or that it was not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
KEYS = re.compile(r"\b([DIT]\d+)\b")
CHECKED = re.compile(r"\([^)]*\b[DIT]\d+\b[^)]*\)")


def rows(text: str, first: str) -> list[list[str]]:
    """The rows of the table whose heading begins so, as cells."""
    lines = text[text.index(f"| {first} |") :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if "---" not in line]


@pytest.fixture(scope="module")
def page() -> str:
    return (
        (ROOT / "docs" / "comparison.md")
        .read_text(encoding="utf-8")
        .replace("| | TwinTrack", "| what | TwinTrack")
    )


def test_every_cell_says_how_it_was_checked(page: str) -> None:
    heading, *table = rows(page, "what")
    assert len(heading) == 7 and len(table) >= 10
    assert [row[0] for row in table if len(row) != len(heading)] == []
    bare = [
        cell for row in table for cell in row[1:] if not CHECKED.search(cell) and "not checked" not in cell
    ]
    assert bare == []


def test_every_key_is_explained_once_and_used(page: str) -> None:
    keys = [row[0] for row in rows(page, "key")[1:]]
    used = {key for row in rows(page, "what")[1:] for cell in row for key in KEYS.findall(cell)}
    assert len(keys) == len({*keys}) and {*keys} == used


def test_what_is_said_of_this_program_names_tests_that_exist(page: str) -> None:
    named = [
        path
        for key, told in rows(page, "key")[1:]
        if key[0] == "T"
        for path in re.findall(r"`(tests/[^`]*)`", told)
    ]
    assert named and [path for path in named if not (ROOT / path).exists()] == []
