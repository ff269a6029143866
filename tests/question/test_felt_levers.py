"""Levers over their ranges: what they move, where they are best, and which have no price."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import twintrack
from question.felt.levers import LEVELS, levels_of, lever_answers, lever_summary, lever_table
from question.felt.spreads import yardstick
from twintrack.model import Model

pytestmark = pytest.mark.slow

DRIVE = "pace-strength*catchup share"


def tables(model: Model) -> tuple[pd.DataFrame, pd.DataFrame]:
    worlds = model.draw_worlds(20, seed=1, prior=True)
    table = lever_table(model, worlds, yardstick(model, worlds))
    return table, lever_summary(table).set_index("lever")


def changed(content: Path, folder: Path, drive: str) -> Model:
    """Give the small model with another flow into the gap."""
    shutil.copytree(content, folder / "content")
    file = folder / "content" / "model" / "twintrack.mdl"
    text = file.read_text(encoding="utf-8")
    assert DRIVE in text
    file.write_text(text.replace(DRIVE, drive), encoding="utf-8")
    return twintrack.load(folder / "content")


def test_what_helps_at_no_price_is_told_and_costs_stand_apart(small_model: Model) -> None:
    table, summary = tables(small_model)
    share, money = summary.loc["catchup_share"], summary.loc["fiscal_ai_rd"]
    assert share["strong"] and share["at_no_price"] == "high" and share["moves"] == "frontier_gap_months"
    assert not money["strong"] and money["felt"] == 0 and money["at_no_price"] == ""
    cost = table[(table["lever"] == "fiscal_ai_rd") & table["cost"]]
    assert (cost["improved"] == 0).all() and len(cost) == 1
    counts = dict(lever_answers(table)[0].rows)
    assert counts["move an outcome by 0.25 of its spread, cost apart"] == "1, all but fiscal_ai_rd"


def test_the_best_level_inside_is_found(small_content: Path, tmp_path: Path) -> None:
    drive = "pace-strength*4*catchup share*(1-catchup share)"
    _, summary = tables(changed(small_content, tmp_path, drive))
    row = summary.loc["catchup_share"]
    assert row["interior"] == 1 and row["best"] == 0.5 and row["headline"] == "frontier_gap_months"
    assert row["at_no_price"] == "" and row["strong"]


def test_what_is_best_where_nothing_is_done_has_no_price_either(small_content: Path, tmp_path: Path) -> None:
    _, summary = tables(changed(small_content, tmp_path, "pace+strength*catchup share"))
    assert summary.loc["catchup_share", "at_no_price"] == "low"


def test_each_lever_is_tried_from_one_end_of_its_range_to_the_other(model: Model) -> None:
    for name in model.levers:
        levels = levels_of(model, name)
        assert len(levels) == LEVELS and np.all(np.diff(levels) > 0)
        assert (levels[0], levels[-1]) == model.levers[name].range
