"""7. What each choice does: the settings that differ most, on each lever's own scale."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from twintrack.formats import date
from twintrack.inputs.strategies import Strategy
from twintrack.pages.blocks import Block, Note, Section
from twintrack.pages.figures.look import ROWS, Look, columns
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.figures.strips import Strip, StripPanel, strips
from twintrack.pages.numbers import setting, setting_unit
from twintrack.pages.report.story import Told, capital, told
from twintrack.pages.report.view import ReportView

FILE = "decisions.csv"
MOST_ROWS, MOST_COLUMNS, MOST_ALONE = 8, 6, 10
"""Levers of rows and columns of a grid, and of strategies without one."""
FEW = 4
"""Strategies that are told apart by marks; more stand in the table of the fold."""


def title(view: ReportView) -> str:
    """Count the settings of a grid, or the levers that tell strategies apart."""
    texts, grid = view.texts, view.data.grid
    if grid is None:
        counts = {
            "count": str(len(_differing(view, view.data.strategies))),
            "all": str(len(view.data.model.levers)),
        }
        return texts("levers_title", **counts) + texts("sentence_end")
    sizes = (len(grid.rows), len(grid.columns), len(grid.cells))
    rows, across, cells = map(told(view).counted, sizes)
    values = {
        "row": view.of(grid.row),
        "column": view.of(grid.column),
        "rows": rows,
        "columns": across,
        "count": cells,
    }
    text = texts("levers_title_grid", **values)
    return capital(text) + texts("sentence_end")


def _differing(view: ReportView, plans: Mapping[str, Strategy]) -> list[str]:
    """Name the levers that end differently, the widest apart on their own ranges first."""
    levers = view.data.model.levers
    spreads = {}
    for name, lever in levers.items():
        ends = [plan.paths[name].values[-1] for plan in plans.values()]
        spreads[name] = (max(ends) - min(ends)) / (lever.high - lever.low)
    return sorted((name for name, size in spreads.items() if size > 0), key=lambda name: -spreads[name])


def blocks(view: ReportView) -> list[Block]:
    """Give the deck, the figure and how many levers differ in all."""
    story, texts, table = told(view), view.texts, view.data.model.lever_table
    ends = [
        plan.paths[name].times[-1]
        for plan in view.data.strategies.values()
        for name in _differing(view, view.data.strategies)
    ]
    last = max(ends, default=table.policy_start)
    deck = texts("levers_deck", year=date(float(last)))
    counts = {
        "count": str(len(_differing(view, view.data.strategies))),
        "all": str(len(view.data.model.levers)),
    }
    note = texts("levers_note", start=date(table.policy_start - 1), **counts)
    return [Note(deck, "deck"), figure(story), Note(note, "note")]


def figure(story: Told) -> Story:
    """Give a panel for each factor of a grid, or one for all strategies."""
    view, texts = story.view, story.view.texts
    panels = _panels(story)
    rows = [
        [
            panel.title,
            strip.title,
            *(
                f"{label}: {text}"
                for (label, _), (_, text) in zip(panel.choices, strip.settings, strict=True)
            ),
        ]
        for panel in panels
        for strip in panel.strips
    ]
    longest = max((len(row) for row in rows), default=2)
    rows = [[*row, *[""] * (longest - len(row))] for row in rows]
    numbers = Numbers(["", texts("lever"), *[""] * (longest - 2)], rows)
    return Story(
        "levers",
        texts("levers_figure"),
        described(numbers),
        functools.partial(strips, panels),
        numbers,
        view.basis(FILE),
    )


def _panels(story: Told) -> list[StripPanel]:
    view, grid = story.view, story.view.data.grid
    if grid is None:
        named = {name: (view.strategy(name), story.look(name)) for name in view.data.strategies}
        return [_panel(view, view.texts("levers_strategies"), named, MOST_ALONE)]
    first_row, last_column = next(iter(grid.rows)), list(grid.columns)[len(grid.columns) // 2]
    rows = {
        grid.cells[row, last_column]: (view.of(label), ROWS[place])
        for place, (row, label) in enumerate(grid.rows.items())
    }
    marks = columns(len(grid.columns))
    across = {
        grid.cells[first_row, column]: (view.of(label), marks[place])
        for place, (column, label) in enumerate(grid.columns.items())
    }
    titles = [view.of(words) for words in (grid.row, grid.column)]
    titles = [text[:1].upper() + text[1:] for text in titles]
    return [_panel(view, titles[0], rows, MOST_ROWS), _panel(view, titles[1], across, MOST_COLUMNS)]


def _panel(view: ReportView, title: str, named: Mapping[str, tuple[str, Look]], most: int) -> StripPanel:
    plans = {name: view.data.strategies[name] for name in named}
    levers = view.data.model.levers
    found = []
    for name in _differing(view, plans)[:most]:
        lever, unit = levers[name], setting_unit(levers[name], view.texts)
        title_unit = (
            view.texts("levers_names", title=view.of(lever.title), unit=unit)
            if unit
            else view.of(lever.title)
        )
        ends = [plan.paths[name].values[-1] for plan in plans.values()]
        settings = [
            ((end - lever.low) / (lever.high - lever.low), setting(lever, end, view.texts)) for end in ends
        ]
        found.append(Strip(title_unit, settings))
    return StripPanel(title, list(named.values()), found)


def shown(view: ReportView) -> bool:
    """Show it for a grid, or for few strategies that differ in a lever."""
    few = view.data.grid is not None or len(view.data.strategies) <= FEW
    return few and bool(_differing(view, view.data.strategies))


SECTION = Section("levers", 70, blocks, shown, title=title)
