"""The tour says nothing about numbers that its cells do not assert."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

CLAIMS = re.compile(
    r"\b(ahead|exactly|same numbers|follows?|stays|lies between|the (lower|higher|more|less)|sum to)\b", re.I
)
"""Words by which a sentence says how numbers turn out."""

UNCLAIMED = re.compile(r"`[^`]*`|^#.*$|\*\*[^*]*\*\*|Where a text says.*|The solid line is.*|Who .*\?", re.M)
"""What is no claim: code, headings, words that are explained, what a hand on a slider will see."""


@pytest.fixture(scope="module")
def cells(content: Path) -> list[dict[str, Any]]:
    tour = json.loads((content / "reports" / "notebooks" / "tour.ipynb").read_text(encoding="utf-8"))
    return list(tour["cells"])


def _text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_a_sentence_about_numbers_is_asserted_by_the_cell_after_it(cells: list[dict[str, Any]]) -> None:
    lacking = []
    for place, cell in enumerate(cells):
        if cell["cell_type"] != "markdown" or not CLAIMS.search(UNCLAIMED.sub("", _text(cell))):
            continue
        section = cells[place + 1 :]
        ends = [at for at, later in enumerate(section) if later["cell_type"] == "markdown"]
        code = "\n".join(map(_text, section[: ends[0] if ends else None]))
        if "assert " not in code:
            lacking.append(_text(cell))
    assert lacking == []


def test_texts_hold_no_results_as_numbers(cells: list[dict[str, Any]]) -> None:
    """A number in a text would stand there when the model has changed; a level of chance is no result."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text = UNCLAIMED.sub("", _text(cell)).replace("95 %", "")
            assert re.findall(r"\d+", text) == [], text


def test_worlds_beside_results_come_from_the_results(cells: list[dict[str, Any]]) -> None:
    code = "\n".join(_text(cell) for cell in cells if cell["cell_type"] == "code")
    assert "sample_worlds" not in code and "draw_worlds" not in code
    assert 'results["parameters"]' in code


def test_it_is_stored_without_outputs(cells: list[dict[str, Any]]) -> None:
    assert [cell["id"] for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []
