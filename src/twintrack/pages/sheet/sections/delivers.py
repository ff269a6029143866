"""What the strategy delivers against policy as it is, by the horizon."""

from __future__ import annotations

import pandas as pd

from twintrack.decisions import robustness
from twintrack.pages.blocks import Block, Cell, Row, Section
from twintrack.pages.numbers import count
from twintrack.pages.sheet.data import Delivered, SheetData
from twintrack.pages.sheet.view import SheetView, csv

FILE, VALUES = "delivers.csv", "values_by_world.csv"
TONES = {"better": "good", "worse": "poor", "tie": ""}


def blocks(view: SheetView) -> list[Block]:
    """Give a row for each goal."""
    found = _found(view)
    texts = view.texts
    head: Row = [
        texts("sheet_goal"),
        texts("sheet_before"),
        Cell(texts("sheet_after"), texts("sheet_range")),
        texts("sheet_change"),
        Cell(texts("sheet_better_in"), texts("sheet_of_100")),
    ]
    rows = [_row(view, goal, one) for goal, one in found.items()]
    return [view.table("sheet_delivers_table", head, rows, FILE, values={"year": view.horizon})]


def title(view: SheetView) -> str:
    """Say in which goals it is better, worse, or ties."""
    told, found = [], _found(view)
    for verdict in TONES:
        names = [view.name(goal) for goal, one in found.items() if one.verdict == verdict]
        if names:
            told.append(view.texts(f"sheet_finding_{verdict}", goals=view.texts.join(names)))
    text = view.texts("list_semicolon").join(told)
    return f"{text[:1].upper()}{text[1:]}{view.texts('sentence_end')}"


def _found(view: SheetView) -> dict[str, Delivered]:
    return {goal: view.data.delivered(goal) for goal in view.data.goals}


def _row(view: SheetView, goal: str, one: Delivered) -> Row:
    mark = view.texts("sheet_tie") if one.verdict == "tie" else ""
    last = Cell(count(one.share), tone=TONES[one.verdict], mark=mark)
    return [*view.row(goal, robustness.finite_worlds(view.data.values(goal))), last]


def _table(data: SheetData) -> pd.DataFrame:
    rows = []
    for goal in data.goals:
        one = data.delivered(goal)
        p5, p50, p95 = one.after
        unit = data.model.outcomes[goal].unit
        rows.append(
            {"outcome": goal, "unit": unit, "policy_as_it_is": one.before, "p5": p5, "p50": p50, "p95": p95}
            | {"change": one.change, "share_better": one.share, "verdict": one.verdict}
        )
    return pd.DataFrame(rows)


def _values(data: SheetData) -> pd.DataFrame:
    """Give every outcome in the year of review and at the horizon, by world."""
    tables = []
    for outcome in data.compared.outcomes:
        for year in (float(data.definition.review), float(data.definition.horizon)):
            table = data.values(outcome, year).rename_axis("world").reset_index()
            tables.append(table.assign(outcome=outcome, year=year))
    return pd.concat(tables)[["outcome", "year", "world", *data.compared.strategies]]


SECTION = Section("sheet_delivers", 10, blocks, files={FILE: csv(_table), VALUES: csv(_values)}, title=title)
