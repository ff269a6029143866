"""Where the strategy ends worse than policy as it is, or misses a target."""

from __future__ import annotations

import pandas as pd

from twintrack.decisions.boxes import FEWEST
from twintrack.decisions.compared import OWN, Case
from twintrack.decisions.findings import box_finding
from twintrack.pages.blocks import Block, Items, Section
from twintrack.pages.findings import Sentence
from twintrack.pages.numbers import count
from twintrack.pages.sheet.data import SheetData
from twintrack.pages.sheet.view import SheetView, csv

FILE, BASE = "boxes.csv", "behind.csv"


def blocks(view: SheetView) -> list[Block]:
    """Give how often it ends worse, goal by goal, and the conditions that were found."""
    told = [
        view.texts("sheet_behind", goal=view.outcome(goal), count=count(float(view.data.behind(goal).mean())))
        for goal in view.data.goals
    ]
    base = view.claim("sheet_fails_base", BASE, told=view.texts("list_semicolon").join(told))
    if view.data.boxes.empty:
        return [base, view.note("sheet_fails_few", fewest=FEWEST)]
    found = conditions(view)
    return [base, Items(found) if found else view.note("sheet_fails_none")]


def conditions(view: SheetView) -> list[str]:
    """Give a sentence for each condition that held up in worlds in which it was not looked for."""
    boxes = view.data.boxes
    sentence = Sentence(view.data.model, view.texts)
    told = []
    asked = boxes[(boxes["parameter"] != "") & (boxes["strategy"] == view.data.plan.name)]
    for (outcome, year, _, _), rows in asked.groupby(["outcome", "year", "kind", "rival"], sort=False):
        case = Case(OWN, view.data.scenario.name, str(outcome), float(str(year)))
        told.append(sentence.of(box_finding(rows, case)))
    return told


def _base(data: SheetData) -> pd.DataFrame:
    return pd.DataFrame([{"outcome": goal, "share_behind": data.behind(goal).mean()} for goal in data.goals])


SECTION = Section("sheet_fails", 40, blocks, files={FILE: csv(lambda data: data.boxes), BASE: csv(_base)})
