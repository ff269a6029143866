"""What all sections of a report share: its numbers in one language, and the names of what is compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from markupsafe import Markup

from twintrack.charts import DASH_ARRAYS, Style, styles
from twintrack.decisions.robustness import noise_level
from twintrack.formats import date, number
from twintrack.inputs.strategies import BASELINE
from twintrack.pages.blocks import Basis, Block, Cell, Key, Note, View
from twintrack.pages.glossary import METHODS, Glossary, Term, linked, named_in, phrases
from twintrack.pages.making import shown_source
from twintrack.pages.numbers import table_factor, table_unit
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.files import Inputs

if TYPE_CHECKING:
    import pandas as pd

    from twintrack.inputs.outcomes import Outcome, Statistic

ARROWS = {"higher": "↑", "lower": "↓", "neutral": ""}
DATA = "data"
"""Folder of the tables beside the page."""
NUMBER_FORMAT = "%.10g"
"""Ten digits: enough to recompute any number of the page, and no rounding noise."""
WEAK = ("low", "assumption")
"""Confidence in a parameter's range that the limitations count."""


@dataclass(frozen=True)
class ReportView(View):
    """A report in one language; `inputs` are the files that it was made from."""

    data: ReportData
    inputs: Inputs = field(default_factory=Inputs)

    @cached_property
    def source(self) -> str:
        """The definition of the report, as seen from the content where it lies there."""
        return shown_source(self.data.source, self.data.model)

    @property
    def command(self) -> str:
        """What makes the report again."""
        return f"twintrack report {self.source}"

    def basis(self, part: str) -> Basis:
        """Say that numbers are in a table beside the page."""
        return Basis(f"{DATA}/{part}", self.command)

    @cached_property
    def values(self) -> dict[str, str]:
        """What the texts of several sections name."""
        data = self.data
        uncertain = [data.model.world[name] for name in data.worlds.columns]
        return {
            "worlds": f"{data.worlds_count:,}",
            "parameters": str(len(uncertain)),
            "assumed": str(sum(parameter.confidence in WEAK for parameter in uncertain)),
            "equations": str(len(data.model.equations.variables)),
            "divergence": date(data.divergence),
            "since": date(data.since),
            "end": date(data.own["time"].to_numpy()[-1]),
            "baseline": self.strategy(data.reference),
            "equal_to": self.of(data.model.strategy(BASELINE).title),
            "scenario": self.scenario(next(iter(data.scenarios))),
            "year": date(data.last_year),
            "noise": f"{noise_level(data.worlds_count):.2f}",
        }

    @cached_property
    def glossary(self) -> Glossary:
        """Tells the words of the page."""
        return Glossary(self.data.model, self.texts, self.unit)

    @property
    def named(self) -> list[str]:
        """The assumptions that the page has named so far, in order."""
        found: dict[str, None] = self.kept.setdefault("named", {})
        return list(found)

    def parameter(self, name: str) -> str:
        """The title of an assumption, which the page then explains."""
        self.kept.setdefault("named", {})[name] = None
        return self.of(self.data.model.world[name].title)

    def leads_to(self, name: str) -> str:
        """Where a link to the meaning of an outcome or a lever leads."""
        return Term(name, "").href

    @cached_property
    def words(self) -> dict[str, Term]:
        """What sentences lead to the meaning of: goals and the words of the comparison, by what is said."""
        goals = {name: self.glossary.outcome(name, "") for name in self.data.goals}
        told = {name: self.data.model.outcomes[name].told for name in goals}
        said = {
            self.of(words): name
            for name, entry in told.items()
            if entry is not None
            for words in (entry.name, entry.gains, entry.loses)
        }
        return phrases([*map(self.glossary.method, METHODS), *goals.values()], said)

    def linked(self, text: str) -> Markup:
        """Give a text with links to what its words mean."""
        return linked(text, self.words)

    def named_in(self, texts: Iterable[str]) -> Markup:
        """Give links to the results that texts name."""
        return named_in(texts, self.words)

    def rest(self, file: str) -> list[Block]:
        """Say where the scenarios are that are not shown, if there are any."""
        shown, count = len(self.data.first_scenarios), len(self.data.scenarios)
        if shown == count:
            return []
        return [Note(self.texts("first_scenarios", shown=shown, count=count, file=f"{DATA}/{file}"), "note")]

    def told(self, key: str, style: str = "", **more: object) -> Note:
        """Give a text that names the common values."""
        return Note(self.texts(key, **self.values, **more), style)

    @cached_property
    def look(self) -> dict[str, Style]:
        """The colour and dash of each strategy."""
        return styles(
            [*self.data.drawn, *(name for name in self.data.strategies if name not in self.data.drawn)]
        )

    def strategy(self, name: str) -> str:
        """The title of a strategy."""
        return self.of(self.data.strategies[name].title)

    def scenario(self, name: str) -> str:
        """The title of a scenario."""
        return self.of(self.data.scenarios[name].title)

    def coloured(self, strategy: str) -> Cell:
        """The title of a strategy beside its colour; where there are too many for colours, alone."""
        swatch = "" if self.data.many else self.look[strategy].colour
        return Cell(self.strategy(strategy), swatch=swatch)

    def legend(self, reference: str = "", colour: str = "") -> list[Key]:
        """How the lines of strategies look, and that of a reference where there is one."""
        keys = [
            Key(self.strategy(name), style.colour, "line", DASH_ARRAYS[style.dash])
            for name, style in self.look.items()
            if name in self.data.drawn
        ]
        return [*keys, Key(reference, colour, "line", "2 3")] if reference else keys

    def heading(self, entry: Outcome | Statistic, *, mean: bool = False, unit: str = "") -> Cell:
        """The title of an outcome with its unit and better direction; whether means are shown of it."""
        small = [unit or self.unit(entry.unit), self.texts("mean") if mean else ""]
        title, arrow = self.of(entry.title), ARROWS[entry.better]
        if arrow:
            title = f"{title}\u00a0{arrow}"
        direction = self.texts(f"better_{entry.better}") if arrow else ""
        known = entry.name in self.data.outcomes
        href = self.leads_to(entry.name) if known else ""
        return Cell(title, "\n".join(filter(None, small)), title=direction, href=href)

    def difference_unit(self, name: str) -> str:
        """The unit of differences of an outcome: percentage points for shares."""
        outcome = self.data.model.outcomes[name]
        return self.texts("percentage_points") if outcome.format.endswith("%") else self.unit(outcome.unit)

    def unit(self, unit: str) -> str:
        """A unit as tables have it; numbers beside it are multiplied with `factor`."""
        return table_unit(unit, self.texts)

    def factor(self, name: str) -> float:
        """What the numbers of an outcome are multiplied with in tables."""
        return table_factor(self.data.model.outcomes[name].unit, self.texts)

    def middle(self, name: str, values: pd.DataFrame) -> tuple[pd.Series[float], bool]:
        """Give the medians by strategy; or the means, and True, where every median reads as nil."""
        spec, medians, means = self.data.model.outcomes[name].format, values.median(), values.mean()
        nothing = number(0.0, spec)
        nil = all(number(value, spec) == nothing for value in medians)
        mean = nil and any(number(value, spec) != nothing for value in means)
        return (means if mean else medians), mean


def csv(make: Callable[[ReportData], pd.DataFrame]) -> Callable[[ReportView], str]:
    """Make the text of a file from what makes its table."""
    return lambda view: make(view.data).to_csv(float_format=NUMBER_FORMAT, lineterminator="\n")


def frame_of(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    """Give rows as a table whose first column is its index."""
    import pandas as pd

    frame = pd.DataFrame(list(rows))
    return frame.set_index(frame.columns[0])
