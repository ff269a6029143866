"""What the story sections share: effects of contrasts, how goals are called and written, how marks look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.decisions.contests import FIRST, SECOND
from twintrack.decisions.contrasts import PARTLY_AHEAD, PARTLY_BEHIND, Effect, effect
from twintrack.formats import date
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.pages.figures.look import ROWS, Look, columns
from twintrack.pages.numbers import Measure, Written
from twintrack.pages.report.asked import COLUMN, ROW, Compared, Contrast
from twintrack.pages.report.view import ReportView

if TYPE_CHECKING:
    from twintrack.inputs.outcomes import Outcome

CONTRAST_FILE = "contrasts.csv"


@dataclass(frozen=True)
class Told:
    """The story of a report in one language: its view, with what is looked up again and again."""

    view: ReportView

    @cached_property
    def written(self) -> Written:
        """Writes shares and ranges."""
        return Written(self.view.texts)

    @property
    def horizon(self) -> float:
        """The year that findings are told of."""
        return self.view.data.last_year

    def outcome(self, goal: str) -> Outcome:
        """The outcome of a goal."""
        return self.view.data.model.outcomes[goal]

    def label(self, goal: str) -> str:
        """A goal as the title of a panel, the first letter large."""
        return capital(self.name(goal))

    def name(self, goal: str) -> str:
        """A goal inside a sentence."""
        told = self.outcome(goal).told
        if told is not None:
            return self.view.of(told.name)
        title = self.view.of(self.outcome(goal).title)
        acronym = len(title) > 1 and title[1].isupper()
        return title if acronym or self.view.texts.language != "en" else title[:1].lower() + title[1:]

    def word(self, goal: str, kind: str, contrast: Contrast | None = None) -> str:
        """What sentences say of a goal: "gains", "loses", "better", "worse".

        Without a cause it is told how the two stand, not what one brings.
        """
        outcome = self.outcome(goal)
        cause = contrast is None or contrast.causal
        if outcome.told is not None and (cause or kind in ("better", "worse")):
            words: Bilingual = getattr(outcome.told, kind)
            return self.view.of(words)
        up = (outcome.better == "higher") == (kind in ("gains", "better"))
        if kind in ("gains", "loses"):
            prefix = "goal" if cause else "goal_stands"
            return self.view.texts(f"{prefix}_{'raises' if up else 'lowers'}", goal=self.name(goal))
        return self.view.texts("goal_more" if up else "goal_less")

    def values(
        self, goal: str, year: float | None = None, scenario: str = "", *, equal: bool = False
    ) -> pd.DataFrame:
        """A goal by world and strategy."""
        data = self.view.data
        return data.at(goal, scenario or data.scenario, self.horizon if year is None else year, equal=equal)

    def effect(
        self,
        contrast: Contrast,
        goal: str,
        year: float | None = None,
        scenario: str = "",
        *,
        equal: bool = False,
    ) -> Effect:
        """What a contrast does to a goal, over all of its cells; worked out once."""
        key = ("effect", contrast.key, goal, self.horizon if year is None else year, scenario, equal)
        found = self.view.data.kept.get(key)
        if not isinstance(found, Effect):
            table = self.values(goal, year, scenario, equal=equal)
            found = effect(table, self.outcome(goal).better, contrast.names)
            self.view.data.kept[key] = found
        return found

    def difference(self, pair: Compared, goal: str, year: float | None = None) -> pd.Series[float]:
        """How much better the first of two is than the second in each world, in the outcome's unit."""
        table = self.values(goal, year)
        return robustness.paired_difference(table, self.outcome(goal).better, *pair.names)

    @cached_property
    def measures(self) -> dict[str, Measure]:
        """How each goal is written; one scale for the whole page."""
        found = {}
        for goal in self.view.data.goals:
            table = self.values(goal)
            large = float(table.median().abs().max())
            spreads = [
                float(np.nanpercentile(np.abs(self.difference(contrast.shown, goal)), 75))
                for contrast in self.view.data.contrasts
            ]
            found[goal] = Measure(self.view.texts, self.outcome(goal), large, max(spreads, default=large))
        return found

    def measure(self, goal: str) -> Measure:
        """How one goal is written."""
        return self.measures[goal]

    def better_sign(self, goal: str) -> float:
        """1 where more is better, -1 where less is."""
        return 1.0 if self.outcome(goal).better == "higher" else -1.0

    def held(self, contrast: Contrast) -> str:
        """What is held in a contrast of the grid: "the doors"; "" for two strategies."""
        grid = self.view.data.grid
        if grid is None or contrast.changes not in (ROW, COLUMN):
            return ""
        return self.view.of(grid.column if contrast.changes == ROW else grid.row)

    def changed(self, contrast: Contrast) -> str:
        """What is changed in a contrast of the grid: "the portfolio"; "" for two strategies."""
        grid = self.view.data.grid
        if grid is None or contrast.changes not in (ROW, COLUMN):
            return ""
        return self.view.of(grid.row if contrast.changes == ROW else grid.column)

    @cached_property
    def year(self) -> str:
        """The horizon in words."""
        return date(self.horizon)

    def looks(self, contrast: Contrast) -> tuple[Look, Look]:
        """Marks of the first and of the second side of a contrast."""
        grid = self.view.data.grid
        if grid is not None and contrast.changes == ROW:
            order = list(grid.rows)
            return tuple(ROWS[order.index(side)] for side in contrast.sides)  # type: ignore[return-value]
        if grid is not None and contrast.changes == COLUMN:
            order, found = list(grid.columns), columns(len(grid.columns))
            first, second = (found[order.index(side)] for side in contrast.sides)
            apart = {first.fill, second.fill} == {"full", "half"}
            return (first.filled("full"), second.filled("hollow")) if apart else (first, second)
        return ROWS[1], columns(2)[0]

    def look(self, strategy: str) -> Look:
        """The mark of a strategy: by row and column of the grid, or by its place among few."""
        grid, names = self.view.data.grid, list(self.view.data.strategies)
        place = grid.place(strategy) if grid else None
        if grid is not None and place is not None:
            row, column = list(grid.rows).index(place[0]), list(grid.columns).index(place[1])
            return ROWS[row].filled(columns(len(grid.columns))[column].fill)
        if strategy == self.view.data.reference or len(names) > len(ROWS) + 1:
            return columns(2)[0]
        others = [name for name in names if name != self.view.data.reference]
        return ROWS[others.index(strategy) % len(ROWS)]

    def sides(self, contrast: Contrast) -> tuple[str, str]:
        """Labels of both sides."""
        return self.view.of(contrast.of), self.view.of(contrast.against)

    def done(self, contrast: Contrast, goal: str, found: Effect) -> str:
        """What a choice does to a goal that it clearly moves, and where, if it ties in some cells."""
        text = self.word(goal, "gains" if found.wins else "loses", contrast)
        if found.verdict not in (PARTLY_AHEAD, PARTLY_BEHIND):
            return text
        where = {"held": self.held(contrast), "clear": self.settings(contrast, clear_places(found))}
        return self.view.texts("partly", told=text, **where)

    def settings(self, contrast: Contrast, places: Sequence[int]) -> str:
        """Name the settings of what is held in some cells of a contrast."""
        held = [contrast.pairs[place].held for place in places]
        names = [self.view.texts("setting_named", name=self.view.of(words)) for words in held if words]
        return self.view.texts.join(names)

    def clauses(self, items: Sequence[str]) -> str:
        """Join what a choice does."""
        texts = self.view.texts
        if len(items) < 2:
            return "".join(items)
        return texts("clause_comma").join(items[:-1]) + texts("clause_and") + items[-1]

    def counted(self, number: int) -> str:
        """A small number as a word."""
        words = self.view.texts("number_word").split(",")
        return words[number - 1] if 0 < number <= len(words) else str(number)


def clear_places(found: Effect) -> list[int]:
    """Give the places of the cells in which an effect is no tie."""
    return [place for place, word in enumerate(found.cells) if word in (FIRST, SECOND)]


def capital(text: str) -> str:
    """Begin a text with a large letter."""
    return text[:1].upper() + text[1:]


def told(view: ReportView) -> Told:
    """Give the story of a view; it is kept with the view, as every section asks for it."""
    found = view.kept.get("story")
    if not isinstance(found, Told):
        found = Told(view)
        view.kept["story"] = found
    return found


def contrast_table(view: ReportView) -> pd.DataFrame:
    """Give every contrast by goal, scenario, year, budget and cell: shares and medians, as printed."""
    story, rows = told(view), []
    for contrast in view.data.contrasts:
        for goal in view.data.goals:
            for scenario in view.data.scenarios:
                for year in view.data.years:
                    for budget in ("own", "equal"):
                        found = story.effect(contrast, goal, year, scenario, equal=budget == "equal")
                        for place, pair in enumerate(contrast.pairs):
                            rows.append(
                                {
                                    "contrast": contrast.key,
                                    "outcome": goal,
                                    "unit": story.outcome(goal).unit,
                                    "scenario": scenario,
                                    "year": year,
                                    "budget": budget,
                                    "first": pair.first,
                                    "second": pair.second,
                                    "share_better": found.shares[place],
                                    "median_difference": found.medians[place],
                                    "median_first": found.firsts[place],
                                    "median_second": found.seconds[place],
                                }
                            )
    return pd.DataFrame(rows)


def spans(values: Sequence[float]) -> tuple[float, float]:
    """Give the lowest and the highest value."""
    return min(values), max(values)
