"""When to stop: signs in the year of review that tell that the strategy will end worse."""

from __future__ import annotations

import pandas as pd

from twintrack.decisions.watching_signposts import Signpost
from twintrack.formats import date
from twintrack.pages.blocks import Block, Items, Section
from twintrack.pages.numbers import count
from twintrack.pages.sheet.data import TELLS, SheetData
from twintrack.pages.sheet.view import SheetView, csv

FILE = "signs.csv"


def blocks(view: SheetView) -> list[Block]:
    """Give a sentence for each goal: the sign, its hits and its false alarms, or that there is none."""
    review = date(view.data.definition.review)
    told = [_sentence(view, goal, sign) for goal, sign in view.data.signs.items()]
    return [
        view.note("sheet_stops_intro", year=review, horizon=view.horizon),
        Items(told),
        view.claim("sheet_stops_note", FILE, least=count(TELLS)),
    ]


def _sentence(view: SheetView, goal: str, sign: Signpost | None) -> str:
    name = view.outcome(goal)
    if sign is None:
        base = count(float(view.data.behind(goal).mean()))
        return view.texts("sheet_no_sign", goal=name, base=base)
    seen = view.data.values(sign.outcome, float(view.data.definition.review))
    return view.texts(
        f"sheet_sign_{sign.side}",
        goal=name,
        year=date(view.data.definition.review),
        outcome=view.outcome(sign.outcome),
        threshold=view.measure(sign.outcome, seen).levels([sign.threshold]),
        hits=count(sign.hits),
        alarms=count(sign.false_alarms),
        right=count(sign.right),
    )


def _table(data: SheetData) -> pd.DataFrame:
    found = [(goal, sign) for goal, sign in data.signs.items() if sign]
    rows = [
        {"goal": goal, "year": data.definition.review, "outcome": sign.outcome, "side": sign.side}
        | {
            "threshold": sign.threshold,
            "hits": sign.hits,
            "false_alarms": sign.false_alarms,
            "right": sign.right,
        }
        for goal, sign in found
    ]
    columns = ["goal", "year", "outcome", "side", "threshold", "hits", "false_alarms", "right"]
    return pd.DataFrame(rows, columns=columns)


SECTION = Section("sheet_stops", 50, blocks, files={FILE: csv(_table)})
