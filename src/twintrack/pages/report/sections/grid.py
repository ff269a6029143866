"""1. Two factors in all combinations: what each of them moves."""

from __future__ import annotations

import functools

import numpy as np

from twintrack.decisions.contrasts import Effect
from twintrack.formats import date
from twintrack.pages.blocks import Block, Note, Section
from twintrack.pages.figures.dumbbells import DumbbellPanel, dumbbells
from twintrack.pages.figures.look import FILLS, ROWS
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.report.asked import ROW, Grid
from twintrack.pages.report.data import COST_VALUE
from twintrack.pages.report.finding import size
from twintrack.pages.report.story import Told, capital, told
from twintrack.pages.report.view import ReportView

FILE = "results.csv"
ON_PAPER = 3
"""Goals in the brief."""


def title(view: ReportView) -> str:
    """Say which goals turn on which factor: on the one whose contrasts have the larger mean effect."""
    story, texts = told(view), view.texts
    grid = _grid(view)
    turns: dict[str, list[str]] = {"column": [], "row": []}
    for goal in view.data.goals:
        sizes = {kind: 0.0 for kind in turns}
        for contrast in view.data.contrasts:
            if contrast.changes in sizes:
                sizes[contrast.changes] = max(sizes[contrast.changes], size(story.effect(contrast, goal)))
        if max(sizes.values()) > 0:
            turns["row" if sizes["row"] >= sizes["column"] else "column"].append(story.name(goal))
    factors = {"row": view.of(grid.row), "column": view.of(grid.column)}
    clauses = [
        texts(
            f"grid_turns_{'one' if len(names) == 1 else 'many'}",
            goals=texts.join(names),
            factor=factors[kind],
        )
        for kind, names in turns.items()
        if names
    ]
    text = texts("list_clauses").join(clauses) or texts("grid_turns_none", **factors)
    return capital(text) + texts("sentence_end")


def blocks(view: ReportView) -> list[Block]:
    """Give the deck, the figure and its note."""
    story, grid = told(view), _grid(view)
    goal = view.data.goals[0]
    strategy = view.data.contrasts[0].shown.first if view.data.contrasts else next(iter(grid.cells.values()))
    low, high = np.nanpercentile(story.values(goal)[strategy], (5, 95))
    return [
        Note(view.texts("grid_deck", row=view.of(grid.row), column=view.of(grid.column)), "deck"),
        figure(story),
        Note(
            view.texts(
                "grid_note",
                worlds=f"{view.data.worlds_count:,}",
                goal=story.name(goal),
                strategy=view.strategy(strategy),
                range=story.measure(goal).levels([float(low), float(high)]),
            ),
            "note",
        ),
    ]


def figure(story: Told) -> Story:
    """Give the dumbbells: a row for each row of the grid, on it its columns."""
    view, grid = story.view, _grid(story.view)
    rows = [(view.of(label), ROWS[place]) for place, label in enumerate(grid.rows.values())]
    panels = [_panel(story, grid, goal) for goal in view.data.goals]
    texts = view.texts
    head = [
        texts("head_strategy"),
        *(f"{story.label(goal)} ({story.measure(goal).unit})".replace(" ()", "") for goal in view.data.goals),
    ]
    numbers = Numbers(
        head,
        [
            [
                view.strategy(name),
                *(story.measure(goal).level(_median(story, goal, name)) for goal in view.data.goals),
            ]
            for name in grid.cells.values()
        ],
    )
    fills = FILLS[len(grid.columns)]
    settings = [view.of(label) for label in grid.columns.values()]
    draw = functools.partial(dumbbells, rows=rows, fills=fills, settings=settings)
    return Story(
        "grid",
        texts("grid_figure", count=str(len(grid.cells)), year=story.year),
        described(numbers),
        lambda width: draw(panels, width=width),
        numbers,
        view.basis(FILE),
        paper=lambda width: draw(panels[:ON_PAPER], width=width),
    )


def _grid(view: ReportView) -> Grid:
    assert view.data.grid is not None
    return view.data.grid


def _median(story: Told, goal: str, strategy: str) -> float:
    return float(story.values(goal)[strategy].median())


def _panel(story: Told, grid: Grid, goal: str) -> DumbbellPanel:
    texts, measure = story.view.texts, story.measure(goal)
    values = [[_median(story, goal, grid.cells[row, column]) for column in grid.columns] for row in grid.rows]
    said = []
    for contrast in story.view.data.contrasts:
        of, against = story.sides(contrast)
        if contrast.changes in (ROW, "column"):
            said.append(
                (
                    capital(texts("versus", of=of, against=against)),
                    verdict_text(story, story.effect(contrast, goal)),
                )
            )
    better = texts(f"better_{story.outcome(goal).better}_short")
    until = "panel_cumulative" if goal == COST_VALUE else "panel_year"
    unit = texts(until, unit=measure.unit, year=date(story.horizon)) if measure.unit else story.year
    return DumbbellPanel(
        story.label(goal),
        [unit, better],
        values,
        [[measure.level(value) for value in row] for row in values],
        said,
    )


def verdict_text(story: Told, found: Effect) -> str:
    """Say a verdict with its counts; of a worse one how often it is worse."""
    shares = [1 - share for share in found.shares] if found.loses else list(found.shares)
    return story.view.texts(f"verdict_{found.verdict}", count=story.written.of_100(shares))


SECTION = Section("grid", 10, blocks, lambda view: view.data.grid is not None, title=title)
