"""What would have to be true, or to be done, for a statement to hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from twintrack.core import Core
from twintrack.decisions.whatif import SHOWN
from twintrack.decisions.whatif_answers import Answer, Moved, WhatIf
from twintrack.decisions.whatif_question import Question
from twintrack.formats import date, number, share, signed
from twintrack.pages.decisions.words import Line, Words
from twintrack.pages.numbers import table_scale
from twintrack.pages.texts import Texts
from twintrack.runs.equal_cost import COST

LISTED = 8
"""Changes that are listed of an answer."""


def whatif_lines(core: Core, found: WhatIf, language: str) -> Iterator[Line]:
    """Tell the question, every answer with what proves it, or that none was found and how near it came."""
    words = Words(core, Texts(language))
    texts, asked = words.texts, found.asked
    yield texts("told_asked", question=question_text(words, asked.question))
    yield texts(
        "told_whatif",
        worlds=f"{asked.worlds:,}",
        origin=texts(f"told_origin_{found.origin}"),
        seed=asked.seed,
        scenario=texts.of(core.scenario(asked.scenario).title),
    )
    values = _values(words, asked.question, found.values)
    yield texts("told_now", values=values, share=share(found.share_before))
    if found.already:
        yield texts("told_already")
        return
    if not found.answers:
        yield from _not_found(words, found)
        return
    for place, answer in enumerate(found.answers, 1):
        yield ""
        yield from _answer_lines(words, place, answer, found)


def question_text(words: Words, question: Question) -> str:
    """Put a question into words."""
    key = "beats" if question.rival else "keeps_over" if question.higher else "keeps_under"
    worlds = "" if question.share is None else words.texts("told_in_worlds", share=share(question.share))
    bound = ""
    if question.bound is not None:
        bound = words.amount(question.bound, question.outcome, "{:,g}".format)
    return words.texts(
        f"told_{key}",
        first=question.strategy,
        second=question.rival,
        outcome=words.outcome(question.outcome),
        bound=bound,
        year=date(question.year),
        worlds=worlds,
    )


def _values(words: Words, question: Question, values: Mapping[str, float]) -> str:
    factor = words.factor(question.outcome)
    told = [f"{name} {factor * value:.6g}" for name, value in values.items()]
    return words.with_unit(words.texts("list_comma").join(told), question.outcome)


def _answer_lines(words: Words, place: int, answer: Answer, found: WhatIf) -> Iterator[str]:
    texts = words.texts
    yield texts(
        "told_answer",
        place=place,
        kind=texts(f"told_kind_{answer.kind}"),
        distance=f"{answer.distance:.3f}",
        measure=texts(f"told_measure_{found.asked.changing}"),
        count=sum(abs(moved.change) > SHOWN for moved in answer.moved),
        shown=f"{SHOWN:g}",
    )
    yield from _moved_lines(words, answer.moved)
    if answer.cost is not None:
        after, before = answer.cost
        yield texts(
            "told_cost",
            cost=words.amount(after, COST, lambda value: number(value, ",.0f")),
            change=number(after / before - 1, "+.1%"),
        )
    yield texts(
        "told_then",
        values=_values(words, found.asked.question, answer.values),
        after=share(answer.share_after),
        before=share(found.share_before),
    )


def _moved_lines(words: Words, moved: Sequence[Moved]) -> Iterator[str]:
    for one in moved[:LISTED]:
        scale = table_scale(one.unit, words.texts)
        before, after = (f"{scale.factor * value:.4g}" for value in (one.before, one.after))
        told = words.texts("with_unit", value=after, unit=scale.unit).strip()
        yield f"   {signed(one.change, '.3f')}  {words.change(one.name)}: {before} → {told}"
    if len(moved) > LISTED:
        yield words.texts("told_smaller", count=len(moved) - LISTED)


def _not_found(words: Words, found: WhatIf) -> Iterator[str]:
    yield words.texts("told_not_found")
    reached = found.reached
    if reached is not None:
        outcome = found.asked.question.outcome
        yield words.texts(
            "told_reached",
            margin=words.amount(reached.margin, outcome, "{:.4g}".format),
            worlds=words.amount(reached.worlds_margin, outcome, "{:.4g}".format),
        )
        yield from _moved_lines(words, reached.moved)
