"""The page on the model's question: its tables are current, and what it names exists.

`python tests/packaging/test_question_page.py` writes its tables anew, from its own Python blocks.
"""

from __future__ import annotations

import sys

import pytest
from test_docs import BLOCK, ROOT, assert_tables_are_current, code_names, exists, refreshed

from twintrack.model import Model
from twintrack.names import split_element

PAGE = ROOT / "docs" / "question.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_tables_are_what_their_blocks_print(page: str) -> None:
    assert_tables_are_current(page)


def test_every_block_has_its_table(page: str) -> None:
    blocks = list(BLOCK.finditer(page))
    assert len(blocks) == page.count("```python") and all(block["table"] for block in blocks)


def test_the_worlds_are_those_that_the_page_says(page: str) -> None:
    """Without a posterior that belongs to the model the prior would be taken."""
    first = next(BLOCK.finditer(page))
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in first["table"].splitlines()[2:]]
    assert rows == [["prior", "1000", "prior"], ["posterior", "1000", "posterior"]]


def test_everything_in_code_style_exists(page: str, model: Model) -> None:
    words = {*model.equations.variables, *model.strategies, *map(first_of_name, model.world)}
    assert sorted({name for name in code_names(page) if not exists(name, words)}) == []


def first_of_name(name: str) -> str:
    return split_element(name)[0]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # where pytest finds the package `question`
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
