"""8. How sure: every finding against every test, what stands behind it, and what it cannot say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pandas as pd

from twintrack.decisions.contrasts import AHEAD, BEHIND, LEVEL, SAME, UNKNOWN, Effect, effect
from twintrack.formats import date
from twintrack.inputs.strategies import BASELINE
from twintrack.pages.blocks import Block, Cell, Heading, Items, Note, Row, Section
from twintrack.pages.figures.story import Pair
from twintrack.pages.report.asked import PACKAGE, Contrast
from twintrack.pages.report.data import COSTS, comparable
from twintrack.pages.report.story import CONTRAST_FILE, Told, capital, told
from twintrack.pages.report.view import ReportView

YES, TIE, NO, MIXED, NONE = "yes", "tie", "no", "mixed", "none"


@dataclass(frozen=True)
class Claim:
    """A sentence that is tried: what a contrast does to a goal in the main case; a tie is tried as a gain."""

    contrast: Contrast
    goal: str
    gains: bool

    def holds(self, found: Effect) -> str:
        """Say whether an effect bears it out."""
        if found.verdict in (SAME, UNKNOWN):
            return NONE
        states = {AHEAD: YES, BEHIND: NO} if self.gains else {AHEAD: NO, BEHIND: YES}
        return {**states, LEVEL: TIE}.get(found.verdict, MIXED)


@dataclass(frozen=True)
class Test:
    """A test: its title, what it gives for a claim, and whether cost is equal in it by design."""

    title: str
    effect: Callable[[Contrast, str], Effect]
    equal: bool = False


def claims(story: Told) -> list[Claim]:
    """Give a claim for every contrast and every goal that it touches."""
    found = []
    for contrast in story.view.data.contrasts:
        for goal in story.view.data.goals:
            one = story.effect(contrast, goal)
            if one.verdict not in (SAME, UNKNOWN):
                found.append(Claim(contrast, goal, not one.loses))
    return found


def tests(story: Told) -> Iterator[Test]:
    """Give the main case first, then what else the report is to try."""
    view, texts, asked = story.view, story.view.texts, story.view.data.definition.tests
    yield Test(texts("test_main", year=story.year), story.effect)
    years = view.data.years[:1] if asked.years is None else asked.years
    for year in years:
        if year != story.horizon:
            yield Test(texts("test_year", year=date(year)), _at(story, year=year))
    if asked.equal_cost and view.data.scenario in comparable(view.data.equal, view.data.scenarios):
        yield Test(texts("test_equal"), _at(story, equal=True), equal=True)
    others = list(view.data.scenarios)[1:] if asked.scenarios is None else asked.scenarios
    for scenario in others:
        yield Test(view.scenario(scenario), _at(story, scenario=scenario))
    if view.data.prior is not None:
        yield Test(texts("test_prior"), _in_prior(story))


def _at(
    story: Told, *, year: float | None = None, scenario: str = "", equal: bool = False
) -> Callable[[Contrast, str], Effect]:
    return lambda contrast, goal: story.effect(contrast, goal, year, scenario, equal=equal)


def _in_prior(story: Told) -> Callable[[Contrast, str], Effect]:
    def found(contrast: Contrast, goal: str) -> Effect:
        assert story.view.data.prior is not None
        values = story.view.data.prior[goal].transpose("world", "strategy")
        table = pd.DataFrame(values.to_numpy(), columns=[str(name) for name in values["strategy"].to_numpy()])
        return effect(table, story.outcome(goal).better, contrast.names)

    return found


def _results(view: ReportView) -> tuple[list[Test], list[tuple[Claim, list[tuple[str, Effect]]]]]:
    """Try every claim in every test; it is worked out once for a page."""
    if "sure" not in view.kept:
        story = told(view)
        tried = list(tests(story))
        rows = []
        for claim in claims(story):
            cells = [(test, test.effect(claim.contrast, claim.goal)) for test in tried]
            rows.append(
                (
                    claim,
                    [
                        ("equal" if test.equal and claim.goal in COSTS else claim.holds(one), one)
                        for test, one in cells
                    ],
                )
            )
        view.kept["sure"] = (tried, rows)
    found: tuple[list[Test], list[tuple[Claim, list[tuple[str, Effect]]]]] = view.kept["sure"]
    return found


def title(view: ReportView) -> str:
    """Count the findings that every test bears out."""
    _, rows = _results(view)
    holding = sum(all(state in (YES, "equal") for state, _ in cells) for _, cells in rows)
    number, held = map(told(view).counted, (len(rows), holding))
    text = view.texts("sure_all" if holding == len(rows) else "sure_some", number=number, holding=held)
    return capital(text) + view.texts("sentence_end")


def blocks(view: ReportView) -> list[Block]:
    """Give the table, and both lists."""
    texts = view.texts
    tried, found = _results(view)
    story = told(view)
    rows: list[Row] = []
    for claim, cells in found:
        words = story.word(claim.goal, "gains" if claim.gains else "loses", claim.contrast)
        sentence = texts("claim", choice=view.of(claim.contrast.title), told=words)
        rows.append(
            [sentence, *(_cell(story, claim, test, *cell) for test, cell in zip(tried, cells, strict=True))]
        )
    head: Row = [texts("sure_claim"), *(test.title for test in tried)]
    table = view.table("sure_caption", head, rows, CONTRAST_FILE, "sure")
    return [Note(texts("sure_deck"), "deck"), table, Pair([_behind(view), _cannot(view)], "even")]


def _cell(story: Told, claim: Claim, test: Test, state: str, found: Effect) -> Cell:
    texts = story.view.texts
    if state == "equal":
        return Cell(texts("sure_equal"), small=test.title, tone=NONE)
    if state == NONE:
        return Cell(
            texts("sure_missing" if found.verdict == UNKNOWN else "sure_nothing"), small=test.title, tone=NONE
        )
    shares = found.shares if claim.gains else tuple(1 - share for share in found.shares)
    return Cell(texts(f"sure_{state}", count=story.written.counts(shares)), small=test.title, tone=state)


def _behind(view: ReportView) -> list[Block]:
    texts, data = view.texts, view.data
    lines = [texts(f"behind_worlds_{data.origin}", worlds=f"{data.worlds_count:,}")]
    if data.definition.tests.equal_cost:
        lines.append(texts("behind_equal", equal_to=view.of(data.model.strategy(BASELINE).title)))
    if data.prior is not None:
        lines.append(texts("behind_prior"))
    return [Heading(texts("behind_heading")), Items(lines, "items")]


def _cannot(view: ReportView) -> list[Block]:
    texts = view.texts
    lines = [texts("cannot_forecast"), texts("cannot_assumed", **view.values)]
    if any(contrast.changes == PACKAGE for contrast in view.data.contrasts) and view.data.package is not None:
        lines.append(texts("cannot_package", section=texts("package_heading")))
    return [Heading(texts("cannot_heading")), Items(lines, "items")]


SECTION = Section("sure", 80, blocks, title=title)
