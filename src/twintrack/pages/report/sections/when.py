"""2. Who is ahead, and when: shares of futures by year, and how far."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from twintrack.decisions.contrasts import LEVEL, SAME, UNKNOWN, Effect
from twintrack.formats import date
from twintrack.pages.blocks import Block, Note, Section
from twintrack.pages.figures.courses import Fan, Line, SharePanel, courses
from twintrack.pages.figures.look import INK, SECOND_LINE
from twintrack.pages.figures.scales import round_ends, ticks
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.numbers import signed_number
from twintrack.pages.report.asked import Contrast
from twintrack.pages.report.story import CONTRAST_FILE, Told, capital, contrast_table, told
from twintrack.pages.report.view import ReportView

FILE = "shares_by_year.csv"
LINES = 2
"""Goals in a panel."""


def title(view: ReportView) -> str:
    """Say of the first contrast from which year on it is ahead, behind or level, in the first two goals."""
    story, texts = told(view), view.texts
    text = texts("list_clauses").join(
        _course(story, view.data.contrasts[0], goal) for goal in view.data.goals[:LINES]
    )
    return capital(text) + texts("sentence_end")


def blocks(view: ReportView) -> list[Block]:
    """Give the other contrasts in words, the figure and its note."""
    story, texts = told(view), view.texts
    decks = [_amounts(story, view.data.contrasts[0], view.data.goals[0])]
    for contrast in view.data.contrasts[1:]:
        of, against = story.sides(contrast)
        clauses = texts("list_clauses").join(
            _course(story, contrast, goal) for goal in view.data.goals[:LINES]
        )
        decks.append(texts("when_deck", of=capital(of), against=against, told=clauses))
    return [
        Note(texts("sentence_space").join(decks), "deck"),
        figure(story),
        Note(texts("when_note"), "note"),
    ]


def years_of(story: Told) -> list[float]:
    """Give the whole years after policies begin, until the horizon."""
    data = story.view.data
    times = [float(time) for time in data.own["time"].to_numpy()]
    return [time for time in times if data.since < time <= story.horizon and abs(time - round(time)) < 1e-9]


def by_year(story: Told, contrast: Contrast, goal: str) -> dict[float, Effect]:
    """Give what a contrast does to a goal in every year; it is worked out once for a page."""
    kept = story.view.kept.setdefault("by_year", {})
    key = (contrast.key, goal)
    if key not in kept:
        kept[key] = {year: story.effect(contrast, goal, year) for year in years_of(story)}
    found: dict[float, Effect] = kept[key]
    return found


def state(found: Effect) -> str:
    """Give the verdict on a year; what is not touched, or has no number, is LEVEL."""
    return LEVEL if found.verdict in (SAME, UNKNOWN) else found.verdict


def turn(states: Sequence[str]) -> int:
    """Give the place from which on the last state holds without a break."""
    place = len(states) - 1
    while place > 0 and states[place - 1] == states[-1]:
        place -= 1
    return place


def _course(story: Told, contrast: Contrast, goal: str) -> str:
    texts, of = story.view.texts, story.sides(contrast)[0]
    found = by_year(story, contrast, goal)
    years, states = list(found), [state(one) for one in found.values()]
    place = turn(states)
    if place == 0:
        return texts(f"when_start_{states[-1]}", goal=story.name(goal), of=of)
    return texts(
        "when_turn",
        goal=story.name(goal),
        of=of,
        before=texts(f"state_{states[place - 1]}"),
        after=texts(f"state_{states[-1]}"),
        last=date(years[place - 1]),
        first=date(years[place]),
    )


def _amounts(story: Told, contrast: Contrast, goal: str) -> str:
    """Say how far apart both are in the first year of the report and at the horizon."""
    texts, (of, against) = story.view.texts, story.sides(contrast)
    first = story.view.data.years[0]
    early, late = (_by(story, goal, story.effect(contrast, goal, year)) for year in (first, story.horizon))
    told_values = {"early": early, "late": late, "first": date(first), "year": story.year}
    return texts("when_amounts", of=of, against=against, goal=story.name(goal), **told_values)


def _by(story: Told, goal: str, found: Effect) -> str:
    """Write the medians with the word for their side; with both signs that of the mean."""
    better = float(np.mean(found.medians)) * story.better_sign(goal) >= 0
    word = story.word(goal, "better" if better else "worse")
    return story.view.texts("when_better_by", amount=story.measure(goal).changes(found.medians), word=word)


def figure(story: Told) -> Story:
    """Give a panel for each contrast, at most two, and the fan of the first."""
    view, texts = story.view, story.view.texts
    contrasts = view.data.contrasts[:2]
    fan = _fan(story, contrasts[0], view.data.goals[0])
    rows = [
        [
            texts("versus", of=story.sides(contrast)[0], against=story.sides(contrast)[1]),
            story.label(goal),
            date(year),
            story.written.counts(found.shares),
        ]
        for contrast in contrasts
        for goal in view.data.goals[:LINES]
        for year, found in by_year(story, contrast, goal).items()
    ]
    head = [texts(key) for key in ("head_contrast", "head_goal", "head_year", "head_share")]
    numbers = Numbers(head, rows)
    at_ends = Numbers(head, [row for row in rows if row[2] in (date(view.data.years[0]), story.year)])
    panels = [_panel(story, contrast) for contrast in contrasts]
    return Story(
        "when",
        texts("when_figure"),
        described(at_ends),
        functools.partial(courses, panels, fan),
        numbers,
        view.basis(FILE),
    )


def _panel(story: Told, contrast: Contrast) -> SharePanel:
    texts, (of, against) = story.view.texts, story.sides(contrast)
    held = story.held(contrast)
    lines = []
    for goal, colour, dash in zip(story.view.data.goals, (INK, SECOND_LINE), ("", "7 4"), strict=False):
        found = by_year(story, contrast, goal)
        place = contrast.pairs.index(contrast.shown)
        shares = [[100 * share for share in one.shares] for one in found.values()]
        label = f"{story.name(goal)}"
        lines.append(
            Line(
                label,
                colour,
                dash,
                [one[place] for one in shares],
                list(map(min, shares)),
                list(map(max, shares)),
            )
        )
    return SharePanel(
        capital(texts("when_panel", of=of, against=against)),
        texts("when_panel_note", held=held) if held else texts("when_panel_note_pair"),
        years_of(story),
        lines,
        texts("when_tie"),
    )


def _fan(story: Told, contrast: Contrast, goal: str) -> Fan:
    texts, (of, against), measure = story.view.texts, story.sides(contrast), story.measure(goal)
    years = [story.view.data.since, *years_of(story)]
    columns = [
        np.nanpercentile(story.difference(contrast.shown, goal, year), (5, 25, 50, 75, 95))
        * measure.change_factor
        for year in years
    ]
    bands = np.array(columns).T
    low, high, step = round_ends(bands.ravel(), 3, months=measure.months and measure.change_factor == 1.0)
    inside = [value for value in ticks(low, high, step) if bands.min() <= value <= bands.max()]
    spec = f".{max(0, -int(np.floor(np.log10(step) + 1e-9)))}f"
    first, second = story.looks(contrast)
    setting = story.view.of(contrast.shown.held) if contrast.shown.held else ""
    word = story.word(goal, "better")
    note = texts("when_fan_note", goal=story.name(goal), unit=measure.change_unit, setting=setting)
    marks = [(year, date(year)) for year in years if year == years[0] or year == years[-1] or year % 5 == 0]
    return Fan(
        capital(texts("when_fan", of=of, against=against)),
        note.rstrip("; ；"),
        years,
        [
            (at, label)
            for at, label in marks
            if at in (years[0], years[-1]) or 2 < at - years[0] < years[-1] - years[0] - 2
        ],
        [list(map(float, band)) for band in bands],
        [(value, signed_number(value, spec)) for value in inside],
        (texts("fan_wide"), texts("fan_half"), texts("fan_median")),
        (
            (capital(texts("hero_side", choice=of, word=word)), first.colour),
            (capital(texts("hero_side", choice=against, word=word)), second.colour),
        ),
        first.colour,
        _tints(first.colour),
    )


def _tints(colour: str) -> tuple[str, str]:
    """Give a pale and a middle tint of a colour."""
    parts = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    pale, middle = (
        "#" + "".join(f"{round(255 - (255 - part) * share):02x}" for part in parts) for share in (0.14, 0.42)
    )
    return pale, middle


def _data(view: ReportView) -> str:
    rows = ["contrast,outcome,year,first,second,share_better,median_difference"]
    story = told(view)
    for contrast in view.data.contrasts:
        for goal in view.data.goals[:LINES]:
            for year, found in by_year(story, contrast, goal).items():
                for pair, share, median in zip(contrast.pairs, found.shares, found.medians, strict=True):
                    rows.append(
                        f"{contrast.key},{goal},{year:g},{pair.first},{pair.second},{share:.10g},{median:.10g}"
                    )
    return "\n".join(rows) + "\n"


def _contrasts(view: ReportView) -> str:
    return contrast_table(view).to_csv(index=False, float_format="%.10g", lineterminator="\n")


SECTION = Section("when", 20, blocks, files={FILE: _data, CONTRAST_FILE: _contrasts}, title=title)
