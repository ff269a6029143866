"""The first figure: a row for each contrast, a panel for each goal, a hundred dots in each."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from twintrack.decisions.contests import TIE
from twintrack.pages.figures.dots import Axis, DotPanel, DotRow, dot_plots, quantile_dots
from twintrack.pages.figures.scales import step_for, ticks
from twintrack.pages.figures.story import Numbers, Story, described
from twintrack.pages.numbers import count, signed_number
from twintrack.pages.report.asked import PACKAGE, Contrast
from twintrack.pages.report.story import CONTRAST_FILE, Told, capital

WIDTHS = {"wide": 700.0, "middle": 720.0, "narrow": 358.0}
"""It stands beside the finding on wide screens."""
LONGEST_NAME = 16
"""Letters of a name that fit beside another one."""
BEYOND = 8
"""Dots at each end that the axis need not reach."""
LOWER = 78.0
"""Px of the highest stack on paper."""
FEWEST_LEFT = 0.3
"""Share of the axis that the side of zero with fewer futures has at least: its words need room."""


def hero(story: Told) -> Story:
    """Give the figure: two goals for each of several contrasts, four for one."""
    contrasts = story.view.data.contrasts
    goals = story.view.data.goals[: 4 if len(contrasts) == 1 else 2]
    axes = {goal: _axis(story, contrasts, goal) for goal in goals}
    rows = [
        DotRow(
            _title(story, contrast),
            _held(story, contrast),
            [_panel(story, contrast, goal, axes[goal]) for goal in goals],
        )
        for contrast in contrasts
    ]
    texts = story.view.texts
    numbers = _numbers(story, contrasts)
    return Story(
        "hero",
        texts("hero_title", year=story.year),
        described(numbers),
        functools.partial(dot_plots, rows),
        numbers,
        story.view.basis(CONTRAST_FILE),
        WIDTHS,
        functools.partial(dot_plots, rows, tallest=LOWER),
    )


def _title(story: Told, contrast: Contrast) -> str:
    of, against = story.sides(contrast)
    changed = story.changed(contrast)
    if not changed:
        of = capital(of)
    if changed:
        return story.view.texts("hero_row_grid", changed=changed, of=of, against=against)
    kind = "package" if contrast.changes == PACKAGE else "pair"
    return story.view.texts(f"hero_row_{kind}", of=of, against=against)


def _held(story: Told, contrast: Contrast) -> str:
    held, setting = story.held(contrast), contrast.shown.held
    if setting is None:
        return ""
    text = story.view.texts("hero_note", held=held, setting=story.view.of(setting))
    return capital(text)


def _shown(story: Told, contrast: Contrast, goal: str) -> np.ndarray:
    """Give the differences in the unit of the axis, above zero where the first does better."""
    return np.asarray(story.difference(contrast.shown, goal), np.float64) * story.measure(goal).change_factor


def _axis(story: Told, contrasts: Sequence[Contrast], goal: str) -> Axis:
    """Give one axis for a goal in all rows, with round ends; what lies beyond is stacked at its end."""
    measure, texts = story.measure(goal), story.view.texts
    shown = [quantile_dots(_shown(story, contrast, goal)) for contrast in contrasts]
    values = np.concatenate([dots[BEYOND : len(dots) - BEYOND] for dots in shown])
    low, high = min(float(values.min(initial=0.0)), 0.0), max(float(values.max(initial=0.0)), 0.0)
    if low == high:
        low, high = -1.0, 1.0
    months = measure.months and measure.change_factor == 1.0
    step = step_for(high - low, 4, months=months)
    low, high = (np.floor(low / step) * step, np.ceil(high / step) * step)
    while -low < FEWEST_LEFT * (high - low):
        low -= step / 2
    while high < FEWEST_LEFT * (high - low):
        high += step / 2
    places = ticks(low, high, step)
    spec = f".{max(0, -int(np.floor(np.log10(step) + 1e-9)))}f"
    labels = [signed_number(value, spec) for value in places]
    everything = np.concatenate([_shown(story, contrast, goal) for contrast in contrasts])
    if np.nanmax(everything, initial=0.0) > high:
        places, labels = [*places[:-1], high], [*labels[:-1], _end(story, "axis_or_more", high, spec)]
    if np.nanmin(everything, initial=0.0) < low:
        places, labels = [low, *places[1:]], [_end(story, "axis_or_less", low, spec), *labels[1:]]
    better, worse = (story.word(goal, kind) for kind in ("better", "worse"))
    unit = measure.change_unit
    right = texts("axis_right" if unit else "axis_right_plain", unit=unit, word=better)
    return Axis(
        float(low), float(high), list(zip(places, labels, strict=True)), texts("axis_left", word=worse), right
    )


def _end(story: Told, key: str, value: float, spec: str) -> str:
    return story.view.texts(key, value=signed_number(value, spec))


def _panel(story: Told, contrast: Contrast, goal: str, axis: Axis) -> DotPanel:
    texts, (of, against) = story.view.texts, story.sides(contrast)
    place = contrast.pairs.index(contrast.shown)
    found = story.effect(contrast, goal)
    share = found.shares[place]
    better = story.word(goal, "better")
    named = sides(story, of, against, better)
    first, second = story.looks(contrast)
    return DotPanel(
        texts("hero_panel", goal=story.label(goal), year=story.year),
        quantile_dots(_shown(story, contrast, goal)),
        (count(1 - share), count(share)),
        named,
        texts("of_100_futures"),
        texts("chip_tie") if found.cells[place] == TIE else "",
        axis,
        (second, first),
    )


def _numbers(story: Told, contrasts: Sequence[Contrast]) -> Numbers:
    """Give the table of all contrasts in all goals and cells at the horizon."""
    texts = story.view.texts
    rows = []
    for contrast in contrasts:
        for goal in story.view.data.goals:
            found, measure = story.effect(contrast, goal), story.measure(goal)
            for pair, share, median in zip(contrast.pairs, found.shares, found.medians, strict=True):
                held = story.view.of(pair.held) if pair.held else ""
                value = measure.change_told(median)
                of, against = story.sides(contrast)
                rows.append(
                    [texts("versus", of=of, against=against), story.label(goal), held, count(share), value]
                )
    head = [texts(key) for key in ("head_contrast", "head_goal", "head_held", "head_better", "head_median")]
    return Numbers(head, rows)


def sides(story: Told, of: str, against: str, word: str) -> tuple[str, str]:
    """Say under each count who it is of; names that would run into one another are told by their order."""
    texts = story.view.texts
    if max(map(_length, (of, against))) > LONGEST_NAME:
        return capital(texts("hero_second", word=word)), capital(texts("hero_first", word=word))
    left, right = (texts("hero_side", choice=choice, word=word) for choice in (against, of))
    return capital(left), capital(right)


def _length(text: str) -> int:
    """Count letters; those of Chinese are twice as wide."""
    return sum(2 if ord(letter) > 0x2E80 else 1 for letter in text)
