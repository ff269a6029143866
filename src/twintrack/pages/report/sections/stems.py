"""1. Without a grid: what each strategy has more or less than the reference, goal by goal."""

from __future__ import annotations

import functools

import numpy as np

from twintrack.decisions.contrasts import Effect as Found
from twintrack.decisions.contrasts import effect
from twintrack.pages.blocks import Block, Note, Section
from twintrack.pages.figures.effects import BETTER, TIED, WORSE, Effect, EffectRow, effects
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.report.story import Told, told
from twintrack.pages.report.view import ReportView

FILE = "win_shares.csv"
GOALS = 4
SURE = 0.8


def _found(story: Told, goal: str, strategy: str) -> Found:
    pair = (strategy, story.view.data.reference)
    return effect(story.values(goal), story.outcome(goal).better, [pair])


def _others(story: Told) -> list[str]:
    """Name the strategies but the reference, the best in the first goal first."""
    data, goal = story.view.data, story.view.data.goals[0]
    names = [name for name in data.strategies if name != data.reference]
    medians = {name: _found(story, goal, name).medians[0] * story.better_sign(goal) for name in names}
    return sorted(names, key=lambda name: -medians[name])


def title(view: ReportView) -> str:
    """Count who is better, worse and level in the first goal."""
    story, texts, goal = told(view), view.texts, view.data.goals[0]
    found = [_found(story, goal, name) for name in _others(story)]
    reference = view.strategy(view.data.reference)
    if len(found) == 1:
        state = "better" if found[0].wins else "worse" if found[0].loses else "level"
        names = {"strategy": view.strategy(_others(story)[0]), "reference": reference}
        return texts(f"stems_one_{state}", goal=story.name(goal), **names) + texts("sentence_end")
    better, worse = sum(one.wins for one in found), sum(one.loses for one in found)
    counts = {"count": len(found), "better": better, "worse": worse, "tied": len(found) - better - worse}
    values = {key: str(size) for key, size in counts.items()}
    return texts("stems_title", reference=reference, goal=story.name(goal), **values) + texts("sentence_end")


def blocks(view: ReportView) -> list[Block]:
    """Give the deck, the figure and its note."""
    story, texts = told(view), view.texts
    deck = texts(
        "stems_deck",
        reference=view.strategy(view.data.reference),
        worlds=f"{view.data.worlds_count:,}",
        year=story.year,
        goal=story.name(view.data.goals[0]),
    )
    return [Note(deck, "deck"), figure(story), Note(texts("stems_note"), "note")]


def figure(story: Told) -> Story:
    """Give a row for each strategy and a column for each goal."""
    view, texts = story.view, story.view.texts
    goals = view.data.goals[:GOALS]
    columns = [(story.label(goal), story.measure(goal).change_unit) for goal in goals]
    rows = [
        EffectRow(view.strategy(name), "", [_effect(story, goal, name) for goal in goals])
        for name in _others(story)
    ]
    head = [texts("head_strategy"), *(f"{name} ({unit})".replace(" ()", "") for name, unit in columns)]
    numbers = Numbers(head, [[row.title, *(one.label for one in row.effects)] for row in rows])
    return Story(
        "stems",
        texts("stems_heading"),
        described(numbers),
        functools.partial(effects, columns, rows, stems=True),
        numbers,
        view.basis(FILE),
    )


def _effect(story: Told, goal: str, name: str) -> Effect:
    found, measure = _found(story, goal, name), story.measure(goal)
    median = found.medians[0]
    if not np.isfinite(median):
        return Effect(0.0, "", TIED)
    state = BETTER if found.wins else WORSE if found.loses else TIED
    share = found.shares[0]
    return Effect(median * measure.change_factor, measure.change(median), state, max(share, 1 - share) > SURE)


SECTION = Section("stems", 11, blocks, lambda view: view.data.grid is None, title=title)
