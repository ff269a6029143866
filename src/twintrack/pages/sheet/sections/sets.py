"""What the strategy sets otherwise than policy as it is, and how hard that is."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from twintrack.formats import plain
from twintrack.inputs.levers import MONEY, Lever
from twintrack.inputs.paths import TimePath
from twintrack.pages.blocks import Block, Cell, Row, Section, grouped
from twintrack.pages.numbers import table_factor, table_unit
from twintrack.pages.report.sections.decisions import path_in_words
from twintrack.pages.sheet.data import SheetData
from twintrack.pages.sheet.view import SheetView, csv

FILE = "levers.csv"
LONG = 2.0
"""Years from which institutions are said to be slow to follow."""


def blocks(view: SheetView) -> list[Block]:
    """Give the switch if there is one, and a row for each lever, by groups."""
    data, texts = view.data, view.texts
    told: list[Block] = []
    if data.plan.switch:
        to = view.of(data.model.strategy(data.plan.switch.to).title)
        told.append(view.note("sheet_switch", to=to))
    head: Row = [texts("sheet_group"), texts("lever"), texts("sheet_set"), texts("sheet_effort")]
    return [*told, view.table("sheet_sets_table", head, list(_rows(view)), FILE, "settings")]


def title(view: SheetView) -> str:
    """Say how many levers it moves, how many of them are money, and how many take long."""
    moved = _moved(view.data)
    return view.texts(
        "sheet_sets_finding",
        moved=len(moved),
        all=len(view.data.model.levers),
        money=sum(lever.kind == MONEY for lever in moved.values()),
        slow=sum(lever.adjustment_years > LONG for lever in moved.values()),
        years=plain(LONG),
    )


def _moved(data: SheetData) -> dict[str, Lever]:
    """Give the levers that it sets otherwise, those after a switch included."""
    after = data.plan.switch.paths if data.plan.switch else {}
    return {
        name: lever
        for name, lever in data.model.levers.items()
        if name in data.plan.own or (name in after and after[name] != data.plan.baseline[name])
    }


def _rows(view: SheetView) -> Iterator[Row]:
    """Give the levers of each group under its title."""
    table, moved = view.data.model.lever_table, _moved(view.data)
    groups = {
        name: [lever for lever in moved if table.group_of(lever) == name] for name in ("", *table.groups)
    }
    for group, names in groups.items():
        if names:
            title = view.of(table.groups[group].title) if group else ""
            yield from grouped(Cell(title), [_row(view, moved[name]) for name in names])


def _row(view: SheetView, lever: Lever) -> Row:
    data, texts = view.data, view.texts
    effort = view.of(lever.effort) if lever.effort else ""
    years = texts("sheet_follow", years=plain(lever.adjustment_years)) if lever.adjustment_years else ""
    return [
        Cell(view.of(lever.title), table_unit(lever.unit, texts)),
        path_in_words(data.plan.paths[lever.name], table_factor(lever.unit, texts)),
        Cell(effort, years),
    ]


def _table(data: SheetData) -> pd.DataFrame:
    table = data.model.lever_table
    rows = [
        {
            "group": table.group_of(name),
            "lever": name,
            "unit": lever.unit,
            "phase": phase,
            "time": time,
            "value": value,
        }
        for name, lever in _moved(data).items()
        for phase, paths in _phases(data)
        for time, value in paths[name].knots
    ]
    return pd.DataFrame(rows, columns=["group", "lever", "unit", "phase", "time", "value"])


def _phases(data: SheetData) -> Iterator[tuple[str, dict[str, TimePath]]]:
    yield "policy_as_it_is", dict(data.plan.baseline)
    yield "strategy", dict(data.plan.paths)
    if data.plan.switch:
        yield "after_switch", dict(data.plan.switch.paths)


SECTION = Section("sheet_sets", 20, blocks, files={FILE: csv(_table)}, title=title)
