"""The page on the model's question: its tables are current, and what it names exists.

`python tests/packaging/test_question_page.py` writes its tables anew, from its own Python blocks.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from itertools import product
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

from twintrack.errors import InputError
from twintrack.inputs.paths import TimePath
from twintrack.model import Model
from twintrack.names import split_element

PAGE = ROOT / "docs" / "question.md"
ABOVE = "share above zero"
NEARNESS = ("Capability", "Capability gap to the leader")
OUTCOMES = (*NEARNESS, "Income from AI")
YEARS = ("2030", "2035", "2040")
STRENGTHS = ("0", "0.5", "1")
FORCES = ("race response", "reciprocity", "administrative capacity", "gain from ties")
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
    words = {*model.equations.variables, *model.inputs.strategies.known(), *model.scenarios}
    words |= {split_element(name)[0] for name in model.world}
    assert sorted({name for name in code_names(page) if not exists(name, words)}) == []


def test_rows_beyond_the_ranges_and_milder_scenarios_are_those_that_the_page_names(
    page: str, model: Model
) -> None:
    head, *rows = table_under(page, "three_futures()")
    beyond, span = {}, {}
    for place, title in enumerate(head[1:], start=1):
        future, name = title.split(", ")
        parameter, values = model.world[name], [float(row[place]) for row in rows]
        beyond[future] = [not parameter.low <= value <= parameter.high for value in values]
        span[future] = min(values), max(values)
    assert beyond == {
        "SPEND": [False] * 5,
        "PRICE": [True, True, False, True, True],
        "RETURN": [True, False, False, False, False],
    }
    value = {}
    for scenario in ("price_slow", "price_fast", "return_high", "return_low", "spend_slow", "spend_fast"):
        (path,) = model.scenario(scenario).world.values()
        assert isinstance(path, TimePath)
        value[scenario] = float(path.at([2026])[0])
    assert span["PRICE"][0] < value["price_fast"] < value["price_slow"] < span["PRICE"][1]
    assert value["return_low"] < span["RETURN"][0] < value["return_high"] < span["RETURN"][1]
    assert (value["spend_slow"], value["spend_fast"]) == span["SPEND"]


def test_a_step_moves_portfolios_more_than_spending_or_the_price_of_chips(page: str) -> None:
    exceptions = set()
    for pair in ("shares[0]", "shares[1]", "shares[2]", "shares[3]"):
        rows = shares_under(page, pair)
        for column in (f"{outcome} {year}" for outcome in OUTCOMES for year in YEARS):
            span = {future: spread(rows, future, column) for future in ("SPEND", "PRICE", "RETURN")}
            if max(span, key=span.__getitem__) != "RETURN":
                exceptions.add((pair, column, max(span, key=span.__getitem__)))
            dearer = [row[column] for name, row in rows.items() if name.startswith("RETURN")]
            assert dearer == sorted(dearer), (pair, column)
            if column == "Capability 2040":
                assert span["RETURN"] > 2 * max(span["SPEND"], span["PRICE"]), (pair, span)
        for outcome in OUTCOMES:
            early, late = (spread(rows, "SPEND", f"{outcome} {year}") for year in ("2030", "2040"))
            assert early > 2 * late, (pair, outcome)
    assert exceptions == {("shares[0]", "Income from AI 2040", "PRICE")}


def test_ceiling_and_combination_move_the_mix_in_capability_more_than_a_step(page: str) -> None:
    rows = shares_under(page, "shares[2]")
    for year in ("2035", "2040"):
        step = spread(rows, "RETURN", f"Capability {year}")
        assert min(spread(rows, other, f"Capability {year}") for other in ("scale", "routes")) > step, year


def test_a_mix_goes_with_many_programmes_and_open_doors_with_neither(page: str) -> None:
    head, *rows = table_under(page, "cells[1]")
    share, middle = (head.index(f"2040, {what}") for what in (ABOVE, "median"))
    together = {(row[0], row[1]): float(row[share]) for row in rows}
    assert all(together["mix and open doors", outcome] < 0.5 for outcome in OUTCOMES)
    assert all(together["mix and many programmes", outcome] > 0.75 for outcome in NEARNESS)
    assert together["mix and many programmes", "Income from AI"] == pytest.approx(0.6, abs=0.03)
    assert max(together["open doors and many programmes", outcome] for outcome in OUTCOMES) < 0.2
    small = [plain(row[middle]) for row in rows if row[1] == "Capability"]
    assert len(small) == 3 and max(map(abs, small)) < 0.025


def test_doors_hang_on_the_leader_and_programmes_on_the_administration(page: str) -> None:
    doors, programmes = (shares_under(page, f"governance[{place}]") for place in (0, 1))
    answer, reading, capacity, ties = FORCES
    for year in YEARS:
        for column in (f"{outcome} {year}" for outcome in NEARNESS):
            moved = {name: spread(doors, name, column) for name in FORCES}
            assert min(moved[answer], moved[reading]) > max(moved[capacity], moved[ties]), column
        for column in (f"{outcome} {year}" for outcome in OUTCOMES):
            moved = {name: spread(programmes, name, column) for name in FORCES}
            assert moved[answer] < min(moved[capacity], moved[ties]) / 2, column
    for outcome in NEARNESS:
        moved = {name: spread(programmes, name, f"{outcome} 2040") for name in FORCES}
        assert moved[capacity] > moved[ties] > moved[reading] > 0.7 * moved[ties], outcome
    income = {name: spread(doors, name, "Income from AI 2040") for name in FORCES}
    assert max(income, key=income.__getitem__) == reading
    assert income[answer] < income[reading] / 4 and income[answer] < 0.05


def test_closed_doors_do_best_beside_a_leader_that_answers_and_can_be_read_all_the_same(page: str) -> None:
    share = corners_of_doors(page)
    for name, year in product(OUTCOMES, YEARS):
        best = max(share[name, year, race, back] for race, back in product(STRENGTHS, STRENGTHS))
        assert share[name, year, "1", "0"] == best >= 0.6, (name, year)
    gap = [share["Capability gap to the leader", year, "1", "0"] for year in YEARS]
    assert min(gap) > 0.87
    assert all(
        share[name, "2040", "1", "0"] == pytest.approx(0.7, abs=0.03)
        for name in ("Capability", "Income from AI")
    )
    wide = [share[name, year, race, "1"] for name, year, race in product(NEARNESS, YEARS, STRENGTHS)]
    assert max(wide) < 0.5


def test_closed_doors_win_in_income_less_often_the_later_and_more_often_than_in_capability(page: str) -> None:
    share = corners_of_doors(page)
    income = {place[1:]: value for place, value in share.items() if place[0] == "Income from AI"}
    for race, back in product(STRENGTHS, STRENGTHS):
        over_time = [income[year, race, back] for year in YEARS]
        assert over_time[0] > over_time[1] > over_time[2], (race, back)
        assert over_time[1] > 0.5, (race, back)
    for race in STRENGTHS:
        assert income["2040", race, "0"] == pytest.approx(0.7, abs=0.03)
        assert 0.5 < income["2040", race, "1"] < 0.56
    assert all(
        share["Capability", "2040", race, back] < income["2040", race, back]
        for race, back in product(STRENGTHS, STRENGTHS)
    )


def test_a_leader_that_answers_takes_back_part_of_what_open_doors_bring(page: str) -> None:
    head, *rows = table_under(page, "answer[0]")
    level = {
        (*row[:3], year): plain(cell) for row in rows for year, cell in zip(head[3:], row[3:], strict=True)
    }
    closed, opened = "catchup_explore_closed", "explore_open"
    for variable, sign in (
        ("how far the leader lets others read", -1),
        ("control of chip exports", 1),
        ("leader's capital, bn CNY/Year", 1),
    ):
        for race in ("0.5", "1"):
            beside = [level[variable, doors, race, "2035"] for doors in (closed, opened)]
            assert sign * beside[1] > sign * beside[0], (variable, race)
    seen, gap = "threat as the leader sees it", "capability gap, OOM"
    assert all(level[seen, opened, "0", year] > level[seen, closed, "0", year] for year in head[3:])
    nearer = {
        race: {year for year in head[3:] if level[gap, opened, race, year] < level[gap, closed, race, year]}
        for race in ("0", "1")
    }
    assert nearer == {"0": set(head[3:]), "1": {"2028", "2040"}}
    lead = {
        (race, year): level["lead in capability, OOM", f"{closed} over {opened}", race, year]
        for race, year in product(STRENGTHS, head[3:])
    }
    assert max(lead.values()) < 0
    left = [lead[race, "2035"] / lead["0", "2035"] for race in ("0.5", "1")]
    assert left == pytest.approx([0.9, 0.5], abs=0.03)


def test_no_answer_is_so_decided_that_there_is_a_loser_to_look_for(page: str) -> None:
    assert table_under(page, "regions[0]")[1:] == [["none"]]


def test_all_programmes_at_their_highest_level_leave_no_money_to_scale(page: str, model: Model) -> None:
    """At the level below there is some, so that it is the level that does it."""
    levels = table_under(page, "scans[0]")[0][2:-4]
    doors = model.lever_table.groups["doors"].levers
    programmes = [name for name, lever in model.levers.items() if lever.kind == "index" and name not in doors]
    below, highest = (
        replace(model.strategy("explore_base", **dict.fromkeys(programmes, float(level))), budget="equal")
        for level in levels[-2:]
    )
    model.run(below)
    with pytest.raises(InputError, match="cannot cost the public as much as the baseline"):
        model.run(highest)


def test_programmes_have_a_best_level_inside_and_chips_buy_compute_that_is_kept(page: str) -> None:
    head, *rows = table_under(page, "scans[0]")
    assert all(float(row[head.index("inside")]) > 0.5 for row in rows)
    for block in ("scans[2]", "scans[3]"):
        head, *rows = table_under(page, block)
        for row in rows:
            gain = plain(row[head.index("400")])
            assert gain > 0 if row[0].startswith("Compute kept") else gain < 0, (block, row)


def table_under(page: str, asked: str) -> list[list[str]]:
    """The table of the block that ends with printing this, the heading first."""
    (block,) = (found for found in BLOCK.finditer(page) if f"print({asked})" in found["code"])
    lines = block["table"].splitlines()
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[:1] + lines[2:]]


def corners_of_doors(page: str) -> dict[tuple[str, ...], float]:
    """Shares of closed doors by outcome, year, answer of the leader and reciprocity."""
    head, *rows = table_under(page, "corners[0]")
    return {
        (name, year, race, back): float(cells[head.index(f"{name}, reciprocity {back}") - 2])
        for year, race, *cells in rows
        for name in OUTCOMES
        for back in STRENGTHS
    }


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
