"""Notebooks that answer a question: it stands at the top, a conclusion at the end, no result between."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

NAMES = ("strategy", "assumption", "country")
CODE = re.compile(r"`[^`]*`|^#.*$", re.M)

Cells = list[dict[str, Any]]


@pytest.fixture(params=NAMES)
def cells(request: pytest.FixtureRequest, content: Path) -> Cells:
    path = content / "reports" / "notebooks" / f"{request.param}.ipynb"
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def text(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def test_it_begins_with_a_question_and_ends_with_what_to_conclude(cells: Cells) -> None:
    told = [text(cell) for cell in cells if cell["cell_type"] == "markdown"]
    assert "**The question:**" in told[0] and "?" in told[0]
    assert told[-2].startswith("## What to conclude") and told[-1].startswith("To go on:")
    assert cells[-2]["cell_type"] == "code" and "print(" in text(cells[-2]), "the conclusion is computed"


def test_it_is_stored_without_outputs(cells: Cells) -> None:
    assert [cell["id"] for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_texts_hold_no_results_as_numbers(cells: Cells) -> None:
    """A number in a text would stand there when the model has changed."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            assert re.findall(r"\d+", CODE.sub("", text(cell))) == [], text(cell)


def test_all_are_named_where_users_look(content: Path) -> None:
    read = (content / "README.md").read_text(encoding="utf-8")
    notebooks = [path.name for path in (content / "reports" / "notebooks").glob("*.ipynb")]
    assert len(notebooks) == 5 and [name for name in notebooks if name not in read] == []
