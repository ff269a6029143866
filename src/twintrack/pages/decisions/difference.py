"""Why two strategies, or two scenarios, differ: by groups of levers, and through which loops."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from twintrack.core import Core
from twintrack.decisions.attribution import SWITCH, TOTAL, Attribution
from twintrack.decisions.knockouts import NOTHING
from twintrack.formats import date, number, share, significant
from twintrack.pages.decisions.words import Line, Rows, Words
from twintrack.pages.texts import Texts

LOOPS = 5
"""Loops that are shown of an outcome: those that carry, or hold back, most."""
LEAST = 0.01
"""Share of the difference, as it is in most worlds, below which nothing is shown."""


def difference_lines(
    core: Core, found: Attribution, between: Sequence[str], loops: pd.DataFrame | None, language: str
) -> Iterator[Line]:
    """Tell parts by group, and what goes with each loop; all loops of all years are in the table alone."""
    words = Words(core, Texts(language))
    texts, (first, second) = words.texts, between
    yield texts("told_difference", first=first, second=second)
    rows = [
        [
            words.outcome(row["outcome"]),
            words.unit(row["outcome"]),
            date(row["year"]),
            _change(words, str(row["change"])),
            *(significant(words.factor(row["outcome"]) * row[key]) for key in ("mean", "low90", "high90")),
            share(row["share"]),
        ]
        for row in found.table.to_dict("records")
    ]
    keys = ("outcome", "unit", "year", "change", "mean", "low90", "high90", "better_in")
    yield Rows(words.heads(*keys), rows)
    yield texts("told_residual", residual=f"{found.residual:.1e}")
    if loops is not None and len(loops):
        yield from _loop_lines(words, loops, first, second)


def _change(words: Words, name: str) -> str:
    return words.texts(f"told_change_{name}") if name in (TOTAL, SWITCH) else words.change(name)


def _loop_lines(words: Words, loops: pd.DataFrame, first: str, second: str) -> Iterator[Line]:
    """Tell of each outcome in the last year the loops with which most goes, of what is above noise."""
    texts, year = words.texts, loops["year"].max()
    yield ""
    yield texts("told_loops", first=first, second=second, year=date(year))
    rows = []
    for name, own in loops[loops["year"] == year].groupby("outcome", sort=False):
        whole, factor = own[own["loop"] == NOTHING], words.factor(str(name))
        size = LEAST * whole[["low90", "high90"]].abs().to_numpy().max()
        cut = own.drop(whole.index)
        cut = cut[cut["mean"].abs() > (2 * cut["error"]).clip(lower=size)]
        order = cut["mean"].abs().sort_values(ascending=False, kind="stable").index[:LOOPS]
        for row in [*whole.to_dict("records"), *cut.loc[order].to_dict("records")]:
            link = f"{row['cause']} → {row['effect']}" if row["cause"] else ""
            amounts = [significant(factor * row[key]) for key in ("mean", "low90", "high90")]
            shares = [number(row["of_difference"], ".0%"), share(row["share"])]
            title = [words.outcome(str(name)), words.unit(str(name))]
            rows.append([*title, _loop(words, row), link, *amounts, *shares])
    keys = ("outcome", "unit", "loop", "link", "goes", "low90", "high90", "of_difference", "above_zero")
    yield Rows(words.heads(*keys), rows)
    yield texts("told_loops_overlap")


def _loop(words: Words, row: dict[str, object]) -> str:
    if row["loop"] == NOTHING:
        return words.texts("told_no_loop")
    title = row["title_zh"] if words.texts.language == "zh" else row["title"]
    return f"{row['loop']} {title}"
