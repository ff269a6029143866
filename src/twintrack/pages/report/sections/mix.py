"""3. How much of each: mixes of two poles, and how often each is the best."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.pages.blocks import Block, Note, Section
from twintrack.pages.figures.courses import Fan
from twintrack.pages.figures.look import GOVERNANCE, INK, ROWS
from twintrack.pages.figures.mixes import MixPanel, mixes
from twintrack.pages.figures.scales import round_ends, ticks
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.numbers import count, signed_number
from twintrack.pages.report.story import Told, capital, told
from twintrack.pages.report.view import ReportView

FILE = "mixes.csv"
BOTTOM, OFTEN = 0.5, 0.6
"""Share of futures from which "one end or the other" is said, and from which one end is simply better."""


def values(view: ReportView, goal: str) -> pd.DataFrame:
    """Give a goal by world and mix, the columns being shares of the second pole."""
    assert view.data.mixes is not None
    found = view.data.mixes[goal].transpose("world", "strategy")
    return pd.DataFrame(found.to_numpy(), columns=[str(name) for name in found["strategy"].to_numpy()])


def title(view: ReportView) -> str:
    """Say of the first two goals whether ends win, more of one is better, or mixes win."""
    story, texts = told(view), view.texts
    text = texts("list_clauses").join(_clause(story, goal) for goal in view.data.goals[:2])
    return capital(text) + texts("sentence_end")


def poles(view: ReportView) -> tuple[str, str]:
    """Name both poles: as rows of the grid where they are cells of it, else by their titles."""
    grid, asked = view.data.grid, view.data.definition.poles
    assert asked is not None
    names = []
    for reference in (asked.first, asked.second):
        plan = view.data.model.strategy(reference)
        place = grid.place(plan.name) if grid else None
        names.append(view.of(grid.rows[place[0]] if grid and place else plan.title))
    return names[0], names[1]


def _best(view: ReportView, goal: str) -> pd.Series[float]:
    return robustness.share_best(
        robustness.finite_worlds(values(view, goal)), view.data.model.outcomes[goal].better
    )


def _clause(story: Told, goal: str) -> str:
    view, texts = story.view, story.view.texts
    best, name = _best(view, goal), story.name(goal)
    ends = float(best.iloc[0] + best.iloc[-1])
    medians = values(view, goal).median().to_numpy() * story.better_sign(goal)
    steps = np.diff(medians)
    for end, rising in ((-1, bool((steps >= 0).all())), (0, bool((steps <= 0).all()))):
        if float(best.iloc[end]) > OFTEN and rising:
            return texts("mix_more", goal=name, pole=poles(view)[1 if end else 0])
    if ends >= BOTTOM:
        return texts("mix_ends", goal=name, count=count(ends))
    return texts("mix_inside", goal=name, number=story.counted(len(best)), count=count(1 - ends))


def blocks(view: ReportView) -> list[Block]:
    """Give the deck, the figure and its note."""
    story, texts, goal = told(view), view.texts, view.data.goals[0]
    best = _best(view, goal)
    first, second = poles(view)
    inside = count(float(best.iloc[1:-1].sum()))
    deck = texts(
        "mix_deck",
        first=first,
        second=second,
        number=story.counted(len(best)),
        goal=story.name(goal),
        count=inside,
    )
    return [Note(deck, "deck"), figure(story), Note(texts("mix_note"), "note")]


def figure(story: Told) -> Story:
    """Give a panel for each of the first two goals."""
    view, texts = story.view, story.view.texts
    first, second = poles(view)
    panels = [_panel(story, goal) for goal in view.data.goals[:2]]
    rows = []
    for goal in view.data.goals[:2]:
        best, measure, found = _best(view, goal), story.measure(goal), values(view, goal)
        beyond = found.sub(found.iloc[:, 0], axis=0).median()
        rows += [
            [
                story.label(goal),
                f"{100 * float(name):.0f}%",
                measure.change_told(float(beyond[name])),
                count(share),
            ]
            for name, share in zip(map(str, best.index), map(float, best), strict=True)
        ]
    head = [texts("head_goal"), texts("head_mix", second=second), texts("head_median"), texts("head_best")]
    numbers = Numbers(head, rows)
    return Story(
        "mix",
        texts("mix_figure", first=first),
        described(numbers),
        functools.partial(mixes, panels),
        numbers,
        view.basis(FILE),
    )


def _panel(story: Told, goal: str) -> MixPanel:
    view, texts, measure = story.view, story.view.texts, story.measure(goal)
    first, second = poles(view)
    table = robustness.performance(values(view, goal), story.outcome(goal).better)
    beyond = table.sub(table.iloc[:, 0], axis=0).to_numpy() * measure.change_factor
    bands = np.nanpercentile(beyond, (5, 25, 50, 75, 95), axis=0)
    low, high, step = round_ends(bands.ravel(), 3, months=measure.months and measure.change_factor == 1.0)
    spec = f".{max(0, -int(np.floor(np.log10(step) + 1e-9)))}f"
    inside = [value for value in ticks(low, high, step) if bands.min() <= value <= bands.max()]
    at = [float(name) for name in table.columns]
    best = _best(view, goal)
    note = texts(
        "mix_fan_note",
        unit=measure.change_unit or story.name(goal),
        first=first,
        word=story.word(goal, "better"),
    )
    fan = Fan(
        texts("hero_panel", goal=story.label(goal), year=story.year),
        note,
        at,
        [(0.0, "0%"), (0.5, "50%"), (1.0, "100%")],
        [list(map(float, band)) for band in bands],
        [(value, signed_number(value, spec)) for value in inside],
        (texts("fan_wide"), texts("fan_half"), texts("fan_median")),
        None,
        INK,
        ("#E2E6EB", "#B4BFCB"),
        dotted=True,
    )
    colours = [ROWS[0].colour, *[GOVERNANCE] * (len(at) - 2), ROWS[2].colour]
    shares = [(100 * float(share), count(float(share))) for share in best]
    return MixPanel(
        fan,
        texts("mix_bars", number=story.counted(len(at))),
        shares,
        colours,
        (first, second),
        texts("mix_axis"),
    )


def _data(view: ReportView) -> str:
    if view.data.mixes is None:
        return "outcome,world,share_of_second,value\n"
    tables = []
    for goal in view.data.goals:
        long = values(view, goal).rename_axis("world").reset_index().melt("world", var_name="share_of_second")
        tables.append(long.assign(outcome=goal)[["outcome", "world", "share_of_second", "value"]])
    return pd.concat(tables).to_csv(index=False, float_format="%.10g", lineterminator="\n")


SECTION = Section("mix", 30, blocks, lambda view: view.data.mixes is not None, {FILE: _data}, title)
