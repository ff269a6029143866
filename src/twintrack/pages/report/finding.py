"""The finding: one clause for each goal, and for each contrast a paragraph, by rule from the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from twintrack.decisions.contests import FIRST, SECOND, TIE
from twintrack.decisions.contrasts import AHEAD, BEHIND, LEVEL, SAME, UNKNOWN, Effect
from twintrack.pages.blocks import Block
from twintrack.pages.figures.story import Story
from twintrack.pages.report.asked import PACKAGE, Contrast
from twintrack.pages.report.story import Told, capital, clear_places

IN_HEADLINE = 3
"""Goals that the headline tells; the paragraphs below tell all."""


@dataclass(frozen=True)
class Paragraph:
    """What is said of one contrast: what is changed and held, and then what that does."""

    lead: str
    text: str
    colour: str


@dataclass(frozen=True)
class Opening(Block):
    """The first screen: question, finding, a paragraph for each contrast, the figure, and how to read it."""

    question: str
    finding: str
    paragraphs: Sequence[Paragraph]
    figure: Story
    guide_lead: str
    guide: str
    kind: ClassVar[str] = "opening"


def size(found: Effect) -> float:
    """Give how large an effect is: the mean size of its medians over cells; nothing where it is not clear."""
    return float(np.mean(np.abs(found.medians))) if found.wins or found.loses else 0.0


def mover(story: Told, goal: str) -> Contrast | None:
    """Give the contrast with the largest clear effect on a goal; None where there is none."""
    contrasts = story.view.data.contrasts
    sizes = [size(story.effect(contrast, goal)) for contrast in contrasts]
    return contrasts[int(np.argmax(sizes))] if max(sizes, default=0.0) > 0 else None


def headline(story: Told) -> str:
    """Give the finding: for each goal the choice that moves it most, and ties of the first choice."""
    goals = story.view.data.goals[:IN_HEADLINE]
    movers = {goal: mover(story, goal) for goal in goals}
    sentences = []
    for place, contrast in enumerate(story.view.data.contrasts):
        own = [goal for goal in goals if movers[goal] is contrast]
        found = {goal: story.effect(contrast, goal) for goal in goals}
        tied = [goal for goal in goals if found[goal].verdict == LEVEL and goal not in own]
        if place and not own:  # what it does to the first goal is asked of every choice
            own, tied = [goal for goal in goals[:1] if found[goal].wins or found[goal].loses], tied[:1]
        elif place:
            tied = []
        sentences.append(_clause(story, contrast, own, tied, found))
    end = story.view.texts("sentence_end")
    told = [f"{text}{end}" for text in sentences if text]
    return story.view.texts("sentence_space").join(told) or f"{story.view.texts('finding_none')}{end}"


def _clause(
    story: Told, contrast: Contrast, own: Sequence[str], tied: Sequence[str], found: dict[str, Effect]
) -> str:
    texts, view = story.view.texts, story.view
    own = sorted(
        own, key=lambda goal: found[goal].verdict not in (AHEAD, BEHIND)
    )  # what is clear comes first
    gains = [story.done(contrast, goal, found[goal]) for goal in own if found[goal].wins]
    losses = [story.done(contrast, goal, found[goal]) for goal in own if found[goal].loses]
    choice, against = _chosen(story, contrast), view.of(contrast.against)
    values = {"choice": choice, "wins": story.clauses(gains), "loses": story.clauses(losses)}
    told = ""
    if gains or losses:
        kind = "wins_loses" if gains and losses else "wins" if gains else "loses"
        told = texts(f"finding_{kind}", **values)
    if not tied:
        return told
    goals = texts.join([story.name(goal) for goal in tied])
    if told:
        return texts("finding_ties", told=told, against=against, goals=goals)
    return texts("finding_only_ties", choice=view.of(contrast.title), against=against, goals=goals)


def paragraph(story: Told, contrast: Contrast) -> Paragraph:
    """Say of a contrast what it gains, what it ties on, and what it costs, goal by goal."""
    view, texts = story.view, story.view.texts
    found = {goal: story.effect(contrast, goal) for goal in view.data.goals}
    gains = [_amounted(story, contrast, goal, one) for goal, one in found.items() if one.wins]
    losses = [_amounted(story, contrast, goal, one) for goal, one in found.items() if one.loses]
    choice = _chosen(story, contrast)
    choice = choice[:1].lower() + choice[1:] if contrast.causal else choice
    told = []
    if gains or losses:
        clauses = story.clauses(gains or losses)
        told.append(texts("clause_by", year=story.year, choice=choice, clauses=clauses))
    told += [
        _undecided(story, contrast, goal, one) for goal, one in found.items() if not (one.wins or one.loses)
    ]
    if gains and losses:
        told.append(texts("clause_price", clauses=story.clauses(losses)))
    text = texts("sentence_space").join(told)
    return Paragraph(lead(story, contrast), capital(text), story.looks(contrast)[0].colour)


def _chosen(story: Told, contrast: Contrast) -> str:
    """Name a choice as the subject of what it does, or of how things stand under a package."""
    title = story.view.of(contrast.title)
    return title if contrast.causal else story.view.texts("choice_stands", choice=title)


def lead(story: Told, contrast: Contrast) -> str:
    """Say what is changed and what is held."""
    texts = story.view.texts
    changed, held = story.changed(contrast), story.held(contrast)
    if changed:
        return texts("change_keep", changed=changed, held=held)
    of, against = story.sides(contrast)
    return texts("change_package" if contrast.changes == PACKAGE else "change_pair", of=of, against=against)


def _amounted(story: Told, contrast: Contrast, goal: str, found: Effect) -> str:
    """Say how much a choice does to a goal and how surely; where it ties in some cells, which ones."""
    texts, measure = story.view.texts, story.measure(goal)
    shares = found.shares if found.wins else tuple(1 - share for share in found.shares)
    if found.verdict in (AHEAD, BEHIND):
        amount, futures = measure.changes(found.medians), story.written.of_100(shares)
        return texts("clause", told=story.word(goal, _kind(found), contrast), amount=amount, futures=futures)
    clear = clear_places(found)
    tied = [place for place in range(len(shares)) if place not in clear]
    return texts(
        "clause_partly",
        told=story.word(goal, _kind(found), contrast),
        clear=story.settings(contrast, clear),
        amount=measure.changes([found.medians[place] for place in clear]),
        futures=story.written.of_100([shares[place] for place in clear]),
        tied=story.settings(contrast, tied),
        others=story.written.of_100([shares[place] for place in tied]),
    )


def _kind(found: Effect) -> str:
    return "gains" if found.wins else "loses"


def _undecided(story: Told, contrast: Contrast, goal: str, found: Effect) -> str:
    texts = story.view.texts
    if found.verdict in (SAME, UNKNOWN):
        return texts(f"clause_{found.verdict}", goal=story.name(goal))
    if found.verdict == LEVEL:
        word, futures = story.word(goal, "better", contrast), story.written.of_100(found.shares)
        return texts("clause_tie", goal=story.name(goal), word=word, count=futures)
    told = texts("list_semicolon").join(_by_setting(story, contrast, goal, found))
    return texts("clause_mixed", goal=story.name(goal), held=story.held(contrast), told=told)


def _by_setting(story: Told, contrast: Contrast, goal: str, found: Effect) -> Iterator[str]:
    """Say under which settings a choice is better, ties, and is worse, with the counts of each."""
    better = story.word(goal, "better", contrast)
    sides = {"better": [FIRST], "tie": [TIE, SAME], "worse": [SECOND]}
    for side, words in sides.items():
        places = [place for place, word in enumerate(found.cells) if word in words]
        if places:
            yield story.view.texts(
                f"mixed_{'tie' if side == 'tie' else 'clear'}",
                word=story.word(goal, side, contrast) if side != "tie" else better,
                settings=story.settings(contrast, places),
                count=story.written.of_100(
                    [1 - found.shares[place] if side == "worse" else found.shares[place] for place in places]
                ),
            )
