"""4. What in the package does it: exact Shapley means of groups of levers, which add up."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from twintrack.decisions.attribution import TOTAL
from twintrack.decisions.robustness import TIE_RANGE
from twintrack.inputs.strategies import Strategy
from twintrack.pages.blocks import Block, Note, Section
from twintrack.pages.figures.effects import BETTER, TIED, WORSE, Effect, EffectRow, effects
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.numbers import setting, spec_for
from twintrack.pages.report.data import Package
from twintrack.pages.report.story import Told, capital, told
from twintrack.pages.report.view import ReportView

FILE = "package.csv"
MOST = 2 / 3
"""Share of the whole change that the parts named in the title make up at least."""
GOALS = 4
ON_PAPER = 2
"""Goals in the brief."""
TWO_DECIMALS = 0.95
"""Largest effect from which parts have a digit more, so that small ones can be told apart."""
FEW_LEVERS = 2
"""Settings of a part that are told one by one."""


def title(view: ReportView) -> str:
    """Name the fewest parts that make two thirds of the change in the first two goals."""
    story, texts = told(view), view.texts
    text = texts("list_clauses").join(_clause(story, goal) for goal in reversed(view.data.goals[:2]))
    return capital(text) + texts("sentence_end")


def _column(view: ReportView, goal: str, column: str) -> dict[str, float]:
    """Give the mean or the share of each part of a goal, and of the whole as TOTAL."""
    table = _package(view).found.table
    rows = table[table["outcome"] == goal]
    return {str(key): float(value) for key, value in zip(rows["change"], rows[column], strict=True)}


def _package(view: ReportView) -> Package:
    assert view.data.package is not None
    return view.data.package


def _clause(story: Told, goal: str) -> str:
    view, texts = story.view, story.view.texts
    means, shares = (_column(view, goal, column) for column in ("mean", "share"))
    total = means.pop(TOTAL)
    if TIE_RANGE[0] <= shares[TOTAL] <= TIE_RANGE[1] or total == 0:
        return texts("package_tie", goal=story.name(goal))
    named, share = [], 0.0
    for key in sorted(means, key=lambda key: -means[key] / total):
        named.append(view.of(_package(view).parts[key]))
        share += means[key] / total
        if share >= MOST:
            break
    words = [name[:1].lower() + name[1:] for name in named]
    key = "package_brings" if len(named) > 1 else "package_brings_one"
    return texts(key, parts=texts.join(words), share=f"{share:.0%}", goal=story.name(goal))


def blocks(view: ReportView) -> list[Block]:
    """Give the deck, the figure and its note."""
    story, texts, package = told(view), view.texts, _package(view)
    first, second = (_named(view, plan) for plan in (package.first, package.second))
    deck = texts("package_deck", first=first, second=second, count=story.counted(len(package.parts)))
    worlds = int(package.found.table["worlds"].max())
    return [Note(deck, "deck"), figure(story), Note(texts("package_note", worlds=f"{worlds:,}"), "note")]


def _named(view: ReportView, plan: Strategy) -> str:
    return view.strategy(plan.name) if plan.name in view.data.strategies else view.of(plan.title)


def figure(story: Told) -> Story:
    """Give a row for each part and a column for each goal."""
    view, texts, package = story.view, story.view.texts, _package(story.view)
    goals = view.data.goals[:GOALS]
    columns = [(story.label(goal), story.measure(goal).change_unit) for goal in goals]
    rows = [
        EffectRow(view.of(part), _note(view, key), [_effect(story, goal, key) for goal in goals])
        for key, part in package.parts.items()
    ]
    first, second = (_named(view, plan) for plan in (package.first, package.second))
    note = texts("package_all_note", first=first, second=second)
    rows.append(
        EffectRow(texts("package_all"), note, [_effect(story, goal, TOTAL) for goal in goals], total=True)
    )
    head = [texts("head_part"), *(f"{name} ({unit})".replace(" ()", "") for name, unit in columns)]
    numbers = Numbers(head, [[row.title, *(effect.label for effect in row.effects)] for row in rows])
    return Story(
        "package",
        texts("package_figure", year=story.year),
        described(numbers),
        functools.partial(effects, columns, rows),
        numbers,
        view.basis(FILE),
        paper=functools.partial(effects, columns[:ON_PAPER], _cut(rows)),
    )


def _cut(rows: Sequence[EffectRow]) -> list[EffectRow]:
    """Give rows with the goals of the brief alone."""
    return [replace(row, effects=row.effects[:ON_PAPER]) for row in rows]


def _effect(story: Told, goal: str, key: str) -> Effect:
    """Give an effect in the outcome's own direction; what is better is said by its state."""
    means, shares = (_column(story.view, goal, column) for column in ("mean", "share"))
    value, share = means[key] * story.better_sign(goal), shares[key]
    largest = max(map(abs, means.values()))
    small = abs(value) < 0.005 * largest
    tie = small or TIE_RANGE[0] <= share <= TIE_RANGE[1]
    state = TIED if tie else BETTER if means[key] > 0 else WORSE
    measure = story.measure(goal)
    shown = largest * measure.change_factor
    spec = spec_for([shown], 3 if shown >= TWO_DECIMALS else 2)
    label = "0" if small else measure.change(value, spec)
    return Effect(value * measure.change_factor, label, state)


def _note(view: ReportView, key: str) -> str:
    """Say what a part sets, lever by lever where they are few."""
    package, texts = _package(view), view.texts
    names = package.found.changes[key]
    levers = view.data.model.levers
    titles = [view.of(levers[name].title) for name in names]
    if len(names) > FEW_LEVERS:
        words = [title if place == 0 else title[:1].lower() + title[1:] for place, title in enumerate(titles)]
        return texts("package_settings", count=str(len(names)), levers=texts.join(words))
    ends = [
        [
            setting(levers[name], plan.paths[name].values[-1], texts)
            for plan in (package.first, package.second)
        ]
        for name in names
    ]
    told_levers = [
        texts("package_setting", lever=title, first=first, second=second)
        for title, (first, second) in zip(titles, ends, strict=True)
    ]
    return texts("list_semicolon").join(told_levers)


def _data(view: ReportView) -> str:
    if view.data.package is None:
        return "outcome,unit,year,change,levers,mean,share,worlds\n"
    found = view.data.package.found
    table = found.table.assign(
        levers=[" ".join(found.changes.get(str(key), ())) for key in found.table["change"]]
    )
    return table.to_csv(index=False, float_format="%.10g", lineterminator="\n")


SECTION = Section("package", 40, blocks, lambda view: view.data.package is not None, {FILE: _data}, title)
