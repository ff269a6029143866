"""What the model concludes is what the frozen table holds, or the book of the model says why not."""

from __future__ import annotations

import pytest

from question import frozen
from twintrack.model import Model

ROW = "explore_base,pure_catchup,capability_index,2030,11"


@pytest.mark.slow
def test_shares_of_worlds_are_those_of_the_frozen_table(model: Model) -> None:
    before = frozen.FILE.read_text(encoding="utf-8")
    moved = frozen.differences(before, frozen.frozen_table(model))
    assert moved == [], (
        f"{len(moved)} shares of worlds have moved, or there are other rows. If that is meant, renew the"
        " table with `python -m question.frozen`, and say in docs/model_book.md, section How the shares"
        " moved, which change moved them and why."
    )


def test_the_table_has_a_row_for_each_pair_outcome_year_and_ceiling() -> None:
    lines = frozen.FILE.read_text(encoding="utf-8").splitlines()
    assert lines[0] == frozen.HEADER
    keys = {tuple(line.split(",")[:5]) for line in lines[1:]}
    assert len(keys) == len(lines) - 1
    by_pair = [{key[2:] for key in keys if key[:2] == pair} for pair in frozen.PAIRS]
    assert sum(map(len, by_pair)) == len(keys)
    assert all(cells == by_pair[0] for cells in by_pair)
    assert {year for _, year, _ in by_pair[0]} == {"2030", "2035", "2040"}
    assert {ceiling for *_, ceiling in by_pair[0]} == {"11", "14", "18", "26"}


def test_a_share_that_moved_is_told_with_both_values() -> None:
    before, now = f"{frozen.HEADER}\n{ROW},300,0.45\n", f"{frozen.HEADER}\n{ROW},299,0.46\n"
    assert frozen.differences(before, before) == []
    assert frozen.differences(before, now) == [f"{ROW}: 0.45 of 300, now 0.46 of 299"]


def test_rows_that_come_and_go_are_told() -> None:
    before, now = f"{frozen.HEADER}\n{ROW},300,0.45\n", f"{frozen.HEADER}\n"
    assert frozen.differences(before, now) == [f"no longer there: {ROW},300,0.45"]
    assert frozen.differences(now, before) == [f"new: {ROW},300,0.45"]
