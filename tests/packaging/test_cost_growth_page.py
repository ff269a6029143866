"""The page on the growth of training cost: its tables are current, and what its text says follows from them.

`python tests/packaging/test_cost_growth_page.py` writes its tables anew, from its own Python blocks.
"""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from test_docs import BLOCK, ROOT, assert_same_table, code_names, exists, printed, refreshed

from twintrack.calibration.cost_growth import (
    cost_growth_prior,
    envelope_by_year,
    fit_cost_growth,
    regression_runs,
    variants,
)
from twintrack.inputs.history import RUN
from twintrack.model import Model

PAGE = ROOT / "docs" / "cost_growth.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.mark.slow
def test_tables_are_what_their_blocks_print(page: str) -> None:
    names: dict[str, Any] = {}
    blocks = list(BLOCK.finditer(page))
    assert len(blocks) == 8
    for block in blocks:
        assert block["table"], block["code"]
        assert_same_table(printed(block["code"], names), block["table"])


def test_everything_in_code_style_exists(page: str, model: Model) -> None:
    words = {*model.equations.variables, *model.scenarios, "cost_growth_summary(runs, definitions)"}
    words |= {*model.inputs.history, RUN, "counted"}
    assert sorted({name for name in code_names(page) if not exists(name, words)}) == []


def test_what_the_text_says_of_the_envelope(page: str, model: Model) -> None:
    runs = model.inputs.frontier_runs
    years = envelope_by_year(runs, fit_cost_growth(regression_runs(runs)))
    assert {entry.year for entry in years if entry.runs == 1} == {2015, 2018}
    shares = [100 * entry.share for entry in years if entry.runs > 1]
    assert f"trend is at {min(shares):.0f} to {max(shares):.0f} % of the costliest run" in page
    fits = variants(runs)
    records = fits["records_from_2016"]
    low, high = records.growth_interval()
    words = " ".join(page.split())
    assert f"by {records.growth:.2f} a year, since AlphaGo" in words
    assert f"interval from {low:.1f} to {high:.1f}" in words
    assert f"without AlphaGo the whole field grew by {fits['without_alphago'].growth:.2f}" in words


def test_what_the_text_says_of_the_ordinary_error(page: str, model: Model) -> None:
    runs, definitions = model.inputs.frontier_runs, model.inputs.frontier_definitions
    between = cost_growth_prior(runs, definitions).definitions
    ordinary = fit_cost_growth(regression_runs(runs)).slope_error * math.log(10)
    assert f"in place of the robust one it would be {math.hypot(between, ordinary):.2f}. And" in page


def test_what_the_text_says_of_runs_that_count_once(page: str) -> None:
    rows = re.findall(r"^\| ([a-z ,()]+?) \| \d+ \| ([\d.]+) \| [\d.]+ \| ([\d.]+) \|", page, re.M)
    wide = {name: math.log(float(high) / float(low)) for name, low, high in rows}
    learnt = wide["all observations"]
    first, last = (wide[f"every run once, {which} row kept"] / learnt - 1 for which in ("first", "last"))
    words = " ".join(page.split())
    told = re.search(r"is (\d+) % wider with the first rows kept and (\d+) % narrower with the last", words)
    assert told and [int(part) / 100 for part in told.groups()] == pytest.approx([first, -last], abs=0.015)
    assert abs(first - last) > abs(first)  # which row is kept matters more than that only one is
    times = re.search(r"known costs alone leave ([\d.]+) times the room", words)
    alone = wide["known costs of final runs alone"] / learnt
    assert times and float(times[1]) == pytest.approx(alone, abs=0.06)


if __name__ == "__main__":
    PAGE.write_text(refreshed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
