"""Tables in a terminal."""

from __future__ import annotations

import re

import pytest
from rich.console import Console

from twintrack.cli import tables
from twintrack.model import Model
from twintrack.runs.results import Run

YEARS = (2026.0, 2030.0, 2035.0, 2040.0)


def _lines(model: Model, width: int, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(tables, "_width", lambda: width)
    names = ("baseline", "catchup_explore_closed")
    runs: dict[str, Run] = {name: model.run(name) for name in names}
    console = Console(width=width)
    with console.capture() as captured:
        console.print(tables.outcomes_table(runs, YEARS, reference="baseline", plain=()))
    return captured.get().splitlines()


@pytest.mark.parametrize("width", [90, 160])
def test_a_row_stays_one_line(model: Model, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    lines = _lines(model, width, monkeypatch)
    rows = [line for line in lines if "catchup_explore_closed" in line]
    assert len(rows) == len(model.outcomes)
    # Wide rows begin with the outcome's name; the numbers of four years end all of them.
    assert all(len(row.split()) >= 5 for row in rows)
    ranges = [line for line in lines if re.search(r" (5|95) % ", line)]
    assert len(ranges) == 6 * len(model.outcomes) and all(len(row.split()) >= 6 for row in ranges)


def test_a_narrow_table_names_each_outcome_once(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [line.strip() for line in _lines(model, 90, monkeypatch)]
    for name in ("frontier_gap_months, months", "capability_index, OOM"):
        assert lines.count(name) == 1
