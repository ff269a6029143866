"""The notebook on decisions: nothing stored, no results in its texts, one command for each of its claims."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(scope="module")
def cells(content: Path) -> list[dict[str, Any]]:
    path = content / "reports" / "notebooks" / "decisions.ipynb"
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def test_it_is_stored_without_outputs(cells: list[dict[str, Any]]) -> None:
    assert [cell["id"] for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_texts_hold_no_results_as_numbers(cells: list[dict[str, Any]]) -> None:
    """A number in a text would stand there when the model has changed."""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            text = re.sub(r"`[^`]*`|^#.*$", "", "".join(cell["source"]), flags=re.M)
            assert re.findall(r"\d+", text) == [], text


def test_that_parts_sum_is_asserted(cells: list[dict[str, Any]]) -> None:
    assert any("assert why.residual < 1e-9" in "".join(cell["source"]) for cell in cells)
