"""The page on the model's question: its tables are current, and what it names exists.

`python tests/packaging/test_question_page.py` writes its tables anew, from its own Python blocks.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest
from test_docs import (
    BLOCK,
    ROOT,
    assert_same_table,
    assert_tables_are_current,
    code_names,
    exists,
    printed,
    refreshed,
)

from twintrack.model import Model
from twintrack.names import split_element

PAGE = ROOT / "docs" / "question.md"
EXAMPLE = "model.compare([loser, winner], world=prior.loc[number].to_dict())"
ABOVE = "share above zero"
HEAVY = re.compile(r"^(?:print\()?(?:shares|governance|corners|scans)(?: =|\[)", re.MULTILINE)
"""What the blocks begin with whose tables take minutes."""


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_tables_are_what_their_blocks_print(page: str, request: pytest.FixtureRequest) -> None:
    """Without `--whole-pages` all but the tables of many settings, which take minutes.

    Those belong to the digests that the page gives, and these are compared in any case.
    """
    if request.config.getoption("--whole-pages"):
        return assert_tables_are_current(page)
    names: dict[str, Any] = {}
    for block in BLOCK.finditer(page):
        if not HEAVY.search(block["code"]):
            assert_same_table(printed(block["code"], names), block["table"])


def test_every_block_has_its_table(page: str) -> None:
    blocks = list(BLOCK.finditer(page))
    assert len(blocks) == page.count("```python") and all(block["table"] for block in blocks)


def test_the_worlds_are_those_that_the_page_says(page: str) -> None:
    """Without a posterior that belongs to the model the prior would be taken."""
    first = next(BLOCK.finditer(page))
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in first["table"].splitlines()[2:]]
    assert rows == [["prior", "1000", "prior"], ["posterior", "1000", "posterior"]]


def test_everything_in_code_style_exists(page: str, model: Model) -> None:
    words = {*model.equations.variables, *model.inputs.strategies.known(), *model.scenarios, EXAMPLE}
    words |= {split_element(name)[0] for name in model.world}
    assert sorted({name for name in code_names(page) if not exists(name, words)}) == []


def test_a_step_moves_portfolios_more_than_spending_or_the_price_of_chips(page: str) -> None:
    for asked in ("shares[0]", "shares[1]", "shares[2]", "shares[3]"):
        rows = shares_under(page, asked)
        span = {future: spread(rows, future, "Capability 2040") for future in ("SPEND", "PRICE", "RETURN")}
        assert span["RETURN"] > 2 * max(span["SPEND"], span["PRICE"]), (asked, span)
        dearer = [row["Capability 2040"] for name, row in rows.items() if name.startswith("RETURN")]
        assert dearer == sorted(dearer), asked
        assert spread(rows, "SPEND", "Capability 2030") > 2 * span["SPEND"], asked


def test_ceiling_and_combination_move_the_mix_as_much_as_a_step(page: str) -> None:
    rows = shares_under(page, "shares[2]")
    step = spread(rows, "RETURN", "Capability 2040")
    assert min(spread(rows, other, "Capability 2040") for other in ("scale", "routes")) >= step


def test_mix_and_programmes_help_each_other_and_mix_and_doors_do_not(page: str) -> None:
    by_row = {row[0] + row[1]: row for row in table_under(page, "cells[1]")[1:]}
    share, middle = (table_under(page, "cells[1]")[0].index(f"2040, {what}") for what in (ABOVE, "median"))
    for outcome in ("Capability", "Capability gap to the leader", "Income from AI"):
        assert float(by_row[f"mix and open doors{outcome}"][share]) < 0.5
        assert float(by_row[f"mix and many programmes{outcome}"][share]) > 0.5
    small = [plain(row[middle]) for name, row in by_row.items() if name.endswith("Capability")]
    assert len(small) == 3 and max(map(abs, small)) < 0.05


def test_doors_hang_on_the_leader_and_programmes_on_the_administration(page: str) -> None:
    doors, programmes = (shares_under(page, f"governance[{place}]") for place in (0, 1))
    column = "Capability gap to the leader 2040"
    for outside in ("race response", "reciprocity"):
        for inside in ("administrative capacity", "gain from ties"):
            assert spread(doors, outside, column) > spread(doors, inside, column)
    assert spread(programmes, "administrative capacity", column) > spread(programmes, "race", column)
    assert spread(programmes, "gain from ties", column) > spread(programmes, "race", column)
    assert doors["as drawn"]["Income from AI 2040"] > doors["as drawn"]["Capability 2040"]


def test_closed_doors_do_best_beside_a_leader_that_answers_and_can_be_read_all_the_same(page: str) -> None:
    head, *rows = table_under(page, "corners[0]")
    full = [place for place, name in enumerate(head) if name.endswith("reciprocity 1")]
    assert len(full) == 3 and all(float(row[place]) < 0.5 for row in rows for place in full)
    for name in ("Capability", "Capability gap to the leader"):
        alone = head.index(f"{name}, reciprocity 0")
        for year in ("2030", "2035", "2040"):
            cells = {row[1]: list(map(float, row[alone : alone + 3])) for row in rows if row[0] == year}
            assert cells["1"][0] == max(max(values) for values in cells.values())


def test_a_leader_that_answers_fully_takes_more_back_from_open_doors(page: str) -> None:
    head, *rows = table_under(page, "answer[0]")
    year = head.index("2035")
    level = {tuple(row[:3]): plain(row[year]) for row in rows}
    for variable, sign in (
        ("how far the leader lets others read", -1),
        ("control of chip exports", 1),
        ("leader's capital, bn CNY/Year", 1),
    ):
        closed, opened = (level[variable, name, "1"] for name in ("catchup_explore_closed", "explore_open"))
        assert sign * opened > sign * closed, variable
    lead = [level["lead in capability, OOM", "catchup_explore_closed over explore_open", x] for x in "01"]
    assert lead[0] < lead[1] < 0


def test_no_region_turns_a_decided_answer_over(page: str) -> None:
    head, *rows = table_under(page, "regions[0]")
    assert all(float(row[head.index("loser wins there in")]) < 0.5 for row in rows)


def test_programmes_have_a_best_level_inside_and_chips_buy_compute_that_is_kept(page: str) -> None:
    head, *rows = table_under(page, "scans[0]")
    assert all(float(row[head.index("inside")]) > 0.5 for row in rows)
    for asked in ("scans[2]", "scans[3]"):
        head, *rows = table_under(page, asked)
        for row in rows:
            gain = plain(row[head.index("400")])
            assert gain > 0 if row[0].startswith("Compute kept") else gain < 0, (asked, row)


def table_under(page: str, asked: str) -> list[list[str]]:
    """The table of the block that ends with printing this, the heading first."""
    (block,) = (found for found in BLOCK.finditer(page) if f"print({asked})" in found["code"])
    lines = block["table"].splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[:1] + lines[2:]]


def shares_under(page: str, asked: str) -> dict[str, dict[str, float]]:
    """The shares of a table by row and column."""
    head, *rows = table_under(page, asked)
    return {row[0]: dict(zip(head[1:], map(float, row[1:]), strict=True)) for row in rows}


def spread(rows: dict[str, dict[str, float]], family: str, column: str) -> float:
    """How far the shares of a family of settings lie apart."""
    values = [row[column] for name, row in rows.items() if name.startswith(family)]
    assert len(values) > 1, family
    return max(values) - min(values)


def plain(text: str) -> float:
    """A number as readers see it."""
    return float(text.replace("−", "-").replace(",", ""))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))  # where pytest finds the package `question`
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
