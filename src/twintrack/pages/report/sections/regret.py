"""6. What it costs to be wrong: public cost, and what is lost against the best in the same future."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.formats import number
from twintrack.pages.blocks import Block, Note, Section
from twintrack.pages.figures.look import Look
from twintrack.pages.figures.spreads import SpreadPanel, SpreadRow, spreads
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.numbers import count, spec_for
from twintrack.pages.report.data import COST_VALUE
from twintrack.pages.report.story import Told, told
from twintrack.pages.report.view import ReportView

FILE = "regret.csv"
MOST = 12
"""Strategies that the figure has room for; the regret of more stands in a table."""
SELDOM = 0.5


def _values(story: Told, goal: str) -> pd.DataFrame:
    return robustness.finite_worlds(story.values(goal))


def _summary(story: Told, goal: str) -> dict[str, dict[str, float]]:
    """Give the columns of `regret_summary` by strategy."""
    table = robustness.regret_summary(_values(story, goal), story.outcome(goal).better)
    return {
        str(key): {str(name): float(value) for name, value in column.items()} for key, column in table.items()
    }


def _least(values: Mapping[str, float]) -> str:
    """Name the strategy with the smallest value; of equals the first."""
    return min(values, key=lambda name: values[name])


def title(view: ReportView) -> str:
    """Name the strategy with the smallest mean regret, against its first places where they are few."""
    story, texts, goal = told(view), view.texts, view.data.goals[0]
    table = _summary(story, goal)
    least = _least(table["mean"])
    best = table["share_best"][least]
    values = {
        "least": view.strategy(least),
        "count": story.counted(len(table["mean"])),
        "goal": story.name(goal),
        "share": count(best),
    }
    return texts("regret_yet" if best < SELDOM else "regret_plain", **values) + texts("sentence_end")


def blocks(view: ReportView) -> list[Block]:
    """Give the deck, the figure and who is cheapest, most often best and least regretted."""
    story, texts, goal = told(view), view.texts, view.data.goals[0]
    table = _summary(story, goal)
    values = {
        "goal": story.name(goal),
        "often": view.strategy(_least({name: -share for name, share in table["share_best"].items()})),
    }
    values["least"] = view.strategy(_least(table["mean"]))
    key = "regret_note_costless"
    if _costs(view):
        key = "regret_note"
        values["cheapest"] = view.strategy(str(story.values(COST_VALUE).median().idxmin()))
    deck = texts("regret_deck", count=story.counted(len(table["mean"])))
    return [Note(deck, "deck"), figure(story), Note(texts(key, **values), "note")]


def _costs(view: ReportView) -> bool:
    return COST_VALUE in view.data.goals


def _order(view: ReportView) -> list[tuple[str, str, Look, str]]:
    """Give strategies with label, mark and the group that they open: of a grid by column, the last first."""
    story, grid = told(view), view.data.grid
    if grid is None:
        return [(name, view.strategy(name), story.look(name), "") for name in view.data.strategies]
    found = []
    for column, setting in reversed(list(grid.columns.items())):
        for place, (row, label) in enumerate(grid.rows.items()):
            name = grid.cells[row, column]
            found.append(
                (name, view.of(label), story.look(name), view.of(setting).upper() if place == 0 else "")
            )
    others = [name for name in view.data.strategies if grid.place(name) is None]
    return found + [(name, view.strategy(name), story.look(name), "") for name in others]


def figure(story: Told) -> Story:
    """Give cost and the regret of two goals, and how often each is the best."""
    view, texts = story.view, story.view.texts
    order = _order(view)
    names = [name for name, _, _, _ in order]
    goals = [goal for goal in view.data.goals if goal != COST_VALUE][:2]
    panels = ([_cost(story, names)] if _costs(view) else []) + [_panel(story, goal, names) for goal in goals]
    shares = _summary(story, goals[0])["share_best"]
    best = [count(shares[name]) for name in names]
    last = (texts("regret_last", count=story.counted(len(names))), texts("regret_last_note"), best)
    rows = [SpreadRow(label, look, group) for _, label, look, group in order]
    head = [
        texts("head_strategy"),
        *(f"{panel.title} ({panel.note})" for panel in panels),
        texts("head_best"),
    ]
    table = [
        [view.strategy(name), *(panel.labels[place] for panel in panels), best[place]]
        for place, name in enumerate(names)
    ]
    numbers = Numbers(head, table)
    return Story(
        "regret",
        texts("regret_figure", year=story.year),
        described(numbers),
        functools.partial(spreads, panels, rows, last),
        numbers,
        view.basis(FILE),
    )


def _cost(story: Told, names: list[str]) -> SpreadPanel:
    measure, texts = story.measure(COST_VALUE), story.view.texts
    table = _values(story, COST_VALUE)
    points = [np.percentile(table[name], (5, 50, 95)) for name in names]
    rows = [tuple(float(value) * measure.factor for value in point) for point in points]
    return SpreadPanel(
        story.label(COST_VALUE),
        texts("regret_cost_note", unit=measure.unit),
        [(low, middle, high) for low, middle, high in rows],
        [measure.level(float(point[1])) for point in points],
    )


def _panel(story: Told, goal: str, names: list[str]) -> SpreadPanel:
    measure, texts = story.measure(goal), story.view.texts
    table = _summary(story, goal)
    factor = measure.change_factor
    means, bad = ([table[key][name] * factor for name in names] for key in ("mean", "p90"))
    spec = spec_for(means)
    return SpreadPanel(
        texts("regret_panel", goal=story.name(goal)),
        texts("regret_panel_note", unit=measure.change_unit),
        [(mean, mean, tail) for mean, tail in zip(means, bad, strict=True)],
        [number(mean, spec) for mean in means],
        measure.months and factor == 1.0,
        True,
    )


SECTION = Section("regret", 60, blocks, lambda view: len(view.data.strategies) <= MOST, title=title)
