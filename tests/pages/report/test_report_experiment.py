"""Portfolio by governance: each choice is told with the other one held."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import xarray as xr

from twintrack.pages.blocks import Block, Cell, Claim, Table
from twintrack.pages.report.data import PORTFOLIOS, PortfolioResults, ReportData
from twintrack.pages.report.sections.experiment import SECTION, cells
from twintrack.pages.report.view import ReportView
from twintrack.pages.texts import Texts

NAMES = [name for row in PORTFOLIOS.values() for name in row]
LEVELS = dict(zip(NAMES, [0.0, 1.0, 2.0, 3.0, 5.0, 9.0], strict=True))


def _blocks(made_up: Callable[..., ReportData], better: str = "higher") -> list[Block]:
    """A scenario at own budget, where openness always helps and the mix in the first 6 of 10 worlds only."""
    data = made_up(lambda name, world: 0.0, better=better)
    values = np.zeros((1, len(NAMES), 10, 4))
    for place, name in enumerate(NAMES):
        values[0, place] = LEVELS[name]
        if name in PORTFOLIOS["mix"]:
            values[0, place, 6:] -= 100
    coords = {name: data.own[name] for name in ("scenario", "world", "time")} | {"strategy": NAMES}
    results = xr.Dataset({"gain": (("scenario", "strategy", "world", "time"), values)}, coords)
    plans = {name: data.strategies["red"] for name in NAMES}
    experiment = PortfolioResults(cast("Any", plans), results, results)
    view = ReportView(dataclasses.replace(data, experiment=experiment), texts=Texts("en"))
    return cells(view, experiment, "central", "own")


def _last_year(made_up: Callable[..., ReportData], better: str = "higher") -> list[list[str]]:
    """What stands in the last year of each row."""
    table = _blocks(made_up, better)[0]
    assert isinstance(table, Table)
    return [[cell.text if isinstance(cell, Cell) else cell for cell in row[-4:]] for row in table.rows]


def test_a_table_has_two_portfolios_under_three_governances_and_their_shares(
    made_up: Callable[..., ReportData],
) -> None:
    catchup, mix, compared = _last_year(made_up)
    assert catchup == ["0.0", "1.0", "2.0", "100%"]
    assert mix == ["3.0", "5.0", "9.0", "100%"]
    assert compared == ["60%", "60%", "60%", ""]


def test_less_is_better_turns_the_shares(made_up: Callable[..., ReportData]) -> None:
    catchup, _, compared = _last_year(made_up, "lower")
    assert compared == ["40%", "40%", "40%", ""]
    assert catchup[-1] == "0%"


def test_the_change_is_shared_out_between_portfolio_and_openness(made_up: Callable[..., ReportData]) -> None:
    shares, changes = (block.text for block in _blocks(made_up) if isinstance(block, Claim))
    assert "the mix is better than catch-up in 60% (gain)" in shares
    assert "open governance is better than closed in 100% (gain)" in shares
    # Means: catch-up 0, 1, 2; mix 40 less than its level. 9 - 40 - 1 = -32 in all.
    assert "gain −32.0 billion CNY, of which −34.5 by the portfolio and +2.5 by opening" in changes


def test_without_its_strategies_there_is_no_section(made_up: Callable[..., ReportData]) -> None:
    assert not SECTION.shown(ReportView(made_up(lambda name, world: 0.0), texts=Texts("en")))
