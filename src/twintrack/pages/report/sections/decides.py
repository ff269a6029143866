"""5. What decides, and where each fails: a map of two assumptions, and conditions on held-out worlds."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from twintrack.decisions import robustness
from twintrack.decisions.boxes import Restriction, find_box
from twintrack.decisions.contrasts import nearby_share
from twintrack.decisions.deciding import Drawn, moved_by
from twintrack.formats import parameter_value
from twintrack.pages.blocks import Block, Heading, Note, Section
from twintrack.pages.figures.plane import Plane, plane
from twintrack.pages.figures.story import Numbers, Pair, Story, described
from twintrack.pages.numbers import count
from twintrack.pages.report.asked import Contrast
from twintrack.pages.report.story import Told, told
from twintrack.pages.report.view import ReportView

FILE = "values_by_world.csv"
WIDTHS = {"wide": 632.0, "middle": 720.0, "narrow": 358.0}
CELLS, WIDTH = 40, 0.09
"""Cells of the map along each side, and how far futures count as nearby, in shares of the ranks."""
SURE, RARE = 0.8, 0.2
"""Shares of futures in opposite corners from which two assumptions are said to decide."""
CLEARER, COVERED = 1.4, 0.4
"""How much more often failures are where a condition holds, and what share of them it holds, to be told."""
MOST_CONDITIONS = 2
MOST_STRATEGIES = 4
USUAL = 0.1
"""Of a goal without a declared failure: what counts as one, in shares of the median level."""


@dataclass(frozen=True)
class Deciding:
    """The two assumptions that move a contrast most.

    Attributes:
        names: The one across and the one upwards.
        rising: Whether the first side gains as each of them grows.
        ranks: Of the worlds in both, from 0 to 1, shape (worlds, 2).
        ahead: In which worlds the first is ahead.
        corners: Shares ahead where both favour it, and where both do not.
    """

    names: tuple[str, str]
    rising: tuple[bool, bool]
    ranks: np.ndarray
    ahead: np.ndarray
    corners: tuple[float, float]

    @property
    def decide(self) -> bool:
        """Whether opposite corners are clear enough to say so."""
        return self.corners[0] > SURE and self.corners[1] < RARE


def deciding(story: Told, contrast: Contrast, goal: str) -> Deciding | None:
    """Find the two assumptions above noise with the largest rank correlation; None where there are fewer."""
    kept = story.view.kept.setdefault("deciding", {})
    if (contrast.key, goal) not in kept:
        kept[contrast.key, goal] = _deciding(story, contrast, goal)
    found: Deciding | None = kept[contrast.key, goal]
    return found


def _deciding(story: Told, contrast: Contrast, goal: str) -> Deciding | None:
    lead = story.difference(contrast.shown, goal)
    known = np.isfinite(lead.to_numpy())
    lead, worlds = lead[known], story.view.data.worlds[known]
    table = moved_by(np.asarray(lead, dtype=np.float64), Drawn.of(worlds))
    level = float(stats.norm.isf(0.025 / max(len(table), 1))) / np.sqrt(max(len(lead) - 1, 1))
    above = table[(table["pawn"] > table["noise"]) | (table["rank_correlation"].abs() > level)]
    order = above["rank_correlation"].abs().sort_values(ascending=False, kind="stable").index[:2]
    if len(order) < 2:
        return None
    chosen = above.loc[order]
    names = [str(name) for name in chosen["parameter"]]
    rising = [bool(value > 0) for value in chosen["rank_correlation"]]
    ranks = (worlds[names].rank().to_numpy() - 0.5) / len(worlds)
    ahead = lead.to_numpy() > 0
    for_it = np.where(rising, ranks, 1 - ranks)
    good, bad = (for_it > 2 / 3).all(axis=1), (for_it < 1 / 3).all(axis=1)
    corners = tuple(float(ahead[part].mean()) if part.any() else float("nan") for part in (good, bad))
    return Deciding((names[0], names[1]), (rising[0], rising[1]), ranks, ahead, (corners[0], corners[1]))


def title(view: ReportView) -> str:
    """Say which two assumptions decide the first contrast, if they do."""
    story, texts = told(view), view.texts
    contrast, goal = view.data.contrasts[0], view.data.goals[0]
    found, (of, against) = deciding(story, contrast, goal), story.sides(contrast)
    if found is None or not found.decide:
        return texts("decides_none", of=of, against=against) + texts("sentence_end")
    across, up = (_title(view, name) for name in found.names)
    low_across, low_up = (texts("decides_high" if one else "decides_low") for one in found.rising)
    values = {"of": of, "word": story.word(goal, "better"), "across": across, "up": up}
    return texts("decides_if", low=low_across, high=low_up, **values) + texts("sentence_end")


def _title(view: ReportView, parameter: str) -> str:
    text = view.parameter(parameter)
    return f"{text[:1].lower()}{text[1:]}" if view.texts.language == "en" and text[1:2].islower() else text


def blocks(view: ReportView) -> list[Block]:
    """Give the map of the first contrast beside the failures of the strategies."""
    story, texts = told(view), view.texts
    contrast, goal = view.data.contrasts[0], view.data.goals[0]
    found, (of, against) = deciding(story, contrast, goal), story.sides(contrast)
    number = str(sum(view.data.worlds.nunique() > 1))
    fails = failures(story)
    if found is None:
        return [Note(texts("decides_nothing", number=number), "deck"), *fails]
    deck = texts(
        "decides_deck", number=number, of=of, against=against, goal=story.name(goal), year=story.year
    )
    note = Note(texts("decides_note", of=of, against=against, word=story.word(goal, "better")), "note")
    return [Note(deck, "deck"), Pair([[figure(story, contrast, goal, found), note], fails])]


def figure(story: Told, contrast: Contrast, goal: str, found: Deciding) -> Story:
    """Give the map."""
    view, texts, (of, against) = story.view, story.view.texts, story.sides(contrast)
    centres = (np.arange(CELLS) + 0.5) / CELLS
    grid = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)
    shares = nearby_share(found.ranks, found.ahead.astype(float), grid, WIDTH).reshape(CELLS, CELLS)
    word = story.word(goal, "better")
    good, bad = found.corners
    where = tuple(1.0 if rising else 0.0 for rising in found.rising)
    corners = [
        (texts("decides_corner", choice=of, word=word, count=count(good)), (where[0], where[1]), True),
        (
            texts("decides_corner", choice=against, word=word, count=count(1 - bad)),
            (1 - where[0], 1 - where[1]),
            False,
        ),
    ]
    drawn = Plane(
        (view.parameter(found.names[0]), _marks(view, found.names[0])),
        (view.parameter(found.names[1]), _marks(view, found.names[1])),
        shares,
        found.ranks,
        found.ahead,
        story.looks(contrast),
        [corner for corner in corners if "–" not in corner[0]],
        "50",
    )
    numbers = Numbers([texts("head_share"), ""], [[text, ""] for text, _, _ in corners])
    return Story(
        "decides",
        texts("decides_figure", of=of, against=against),
        described(numbers),
        functools.partial(plane, drawn),
        numbers,
        view.basis(FILE),
        WIDTHS,
    )


def _marks(view: ReportView, parameter: str) -> list[tuple[float, str]]:
    """Give the values of a parameter at three ranks."""
    values = view.data.worlds[parameter].to_numpy()
    return [(share, parameter_value(float(np.quantile(values, share)))) for share in (0.1, 0.5, 0.9)]


def failures(story: Told) -> list[Block]:
    """Say of each strategy how often it fails, and under which condition, searched and counted apart."""
    view, texts = story.view, story.view.texts
    goal = next(iter(view.data.definition.failing), view.data.goals[0])
    table = robustness.finite_worlds(story.values(goal))
    losses = robustness.regret(table, story.outcome(goal).better)
    measure = story.measure(goal) if goal in view.data.goals else None
    limit = view.data.definition.failing.get(goal, USUAL * float(table.median().abs().max()))
    amount = measure.changes([limit]) if measure else f"{limit:g}"
    found: list[Block] = [Heading(texts("fails_heading"))]
    worlds = view.data.worlds.loc[table.index]
    for name in _asked(story, losses):
        short = losses[name].to_numpy() - limit
        found.append(
            Note(
                _failing(
                    story, name, worlds, short, {"amount": amount, "count": story.counted(table.shape[1])}
                )
            )
        )
    return [*found, Note(texts("fails_note"), "note")]


def _asked(story: Told, losses: pd.DataFrame) -> list[str]:
    """Name the strategies of the first contrasts, each once, and the one with the smallest mean regret."""
    names = [name for contrast in story.view.data.contrasts for name in contrast.shown.names]
    return list(dict.fromkeys([str(losses.mean().idxmin()), *names]))[:MOST_STRATEGIES]


def _failing(story: Told, name: str, worlds: pd.DataFrame, short: np.ndarray, values: dict[str, str]) -> str:
    view, texts = story.view, story.view.texts
    happens = short > 0
    lead = f"{view.strategy(name)}{texts('colon')}"
    if not happens.any():
        return lead + texts("fails_never", **values)
    base = texts("fails_behind", share=count(float(happens.mean())), **values)
    box = find_box(worlds, happens, short)
    told_box = (
        box.found
        and len(box.restrictions) <= MOST_CONDITIONS + 1
        and box.density >= CLEARER * box.base
        and box.coverage >= COVERED
    )
    if not told_box:
        return lead + base + texts("fails_nowhere")
    conditions = texts.join([condition(view, one) for one in box.restrictions])
    return lead + base + texts("fails_where", density=count(box.density), conditions=conditions)


def condition(view: ReportView, restriction: Restriction) -> str:
    """Say what one side of a box asks of a parameter; a side that is open is not mentioned."""
    texts, name = view.texts, _title(view, restriction.parameter)
    if np.isnan(restriction.low):
        return texts("fails_below", parameter=name, value=parameter_value(restriction.high))
    low = parameter_value(restriction.low)
    if np.isnan(restriction.high):
        return texts("fails_above", parameter=name, value=low)
    return texts("fails_between", parameter=name, low=low, high=parameter_value(restriction.high))


SECTION = Section("decides", 50, blocks, title=title)
