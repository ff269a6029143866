"""The form of reports/NAME.yaml: what is compared, in which worlds, and which questions the page answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from twintrack.inputs.schema_kinds import Positive, StrictSchema, Text, Words, Year, refused

MOST_GROUPS = 8
"""Groups of levers in which a package is decomposed at most: 256 combinations."""


class Ensemble(StrictSchema):
    """How many worlds a report draws, from which seed, and from where."""

    worlds: Annotated[int, Field(ge=1)]
    seed: Annotated[int, Field(ge=0)]
    prior: Annotated[bool, Field(strict=True)] = False
    """true: from all that the ranges allow; otherwise from the worlds that agree with history, if any."""


class SideEntry(StrictSchema):
    """A row or a column of a grid: one setting of one factor."""

    title: Words
    """As a label: "Both", "open"."""


class GridEntry(StrictSchema):
    """Two factors in all combinations: a strategy for each row and column."""

    row: Words
    """What the rows change: "the portfolio"."""
    column: Words
    """What the columns change: "the doors"."""
    rows: Annotated[dict[str, SideEntry], Field(min_length=2, max_length=4)]
    columns: Annotated[dict[str, SideEntry], Field(min_length=2, max_length=3)]
    """In order, such as from closed to open."""
    cells: dict[str, tuple[Text, ...]]
    """By row, a strategy for each column: names, files, mixes or parts."""

    @model_validator(mode="after")
    def _cells_fill_the_grid(self) -> GridEntry:
        wrong = [name for name in self.cells if name not in self.rows]
        if wrong:
            raise refused(f"has cells for {', '.join(wrong)}, which is no row")
        for name in self.rows:
            found = len(self.cells.get(name, ()))
            if found != len(self.columns):
                raise refused(f"needs {len(self.columns)} cells in the row {name}, not {found}")
        return self


class ContrastEntry(StrictSchema):
    """One choice against another: two rows or two columns of the grid, or two strategies."""

    title: Words
    """The choice as the subject of a sentence: "Doing both"."""
    of: Text
    """What is asked about."""
    against: Text
    """What it is compared with."""
    shown: Text = ""
    """Of a grid: the row or column that is held in the first figure; the last one when not given."""


class PolesEntry(StrictSchema):
    """Two strategies that are mixed in steps."""

    first: Text
    second: Text
    steps: Annotated[int, Field(ge=2, le=20)] = 10


class PartEntry(StrictSchema):
    """Groups of levers, or single levers, that are told together."""

    title: Words
    levers: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Groups of model/levers.yaml, or levers."""


class PackageEntry(StrictSchema):
    """Two strategies that differ in many levers, and how these are told apart."""

    first: Text
    second: Text
    parts: Annotated[tuple[PartEntry, ...], Field(max_length=MOST_GROUPS)] = ()
    """By default the groups of model/levers.yaml that differ."""


class TestsEntry(StrictSchema):
    """Under what else each finding is tried; all that is possible when not given."""

    years: tuple[Year, ...] | None = None
    """Earlier years; the first of the report when not given."""
    equal_cost: bool = True
    scenarios: tuple[Text, ...] | None = None
    """Of the report's; all but the first when not given."""
    prior: bool = True
    """Worlds that were not fitted to the past."""


class Report(StrictSchema):
    """reports/NAME.yaml."""

    title: Words
    strategies: tuple[str, ...] = ()
    """Strategies beside those of the grid."""
    scenarios: Annotated[tuple[str, ...], Field(min_length=1)]
    ensemble: Ensemble
    outcomes: Annotated[tuple[str, ...], Field(min_length=1)]
    years: Annotated[tuple[Year, ...], Field(min_length=1)]
    languages: Annotated[tuple[Literal["en", "zh"], ...], Field(min_length=1)]
    goals: tuple[Text, ...] = ()
    """Outcomes that findings are told in, the first two in the first figure; by default the first five."""
    grid: GridEntry | None = None
    contrasts: Annotated[tuple[ContrastEntry, ...], Field(max_length=3)] = ()
    """What the findings are about; by default strategies against the baseline."""
    poles: PolesEntry | None = None
    package: PackageEntry | None = None
    tests: TestsEntry = TestsEntry()
    failing: dict[str, Positive] = Field(default_factory=dict)
    """By outcome, how far behind the best of those shown counts as a failure, in its unit."""

    @property
    def few(self) -> tuple[str, ...]:
        """The strategies that a short account names: those listed, or one for each row of the grid."""
        if self.grid is None or self.strategies:
            return self.strategies
        middle = len(self.grid.columns) // 2
        return tuple(self.grid.cells[row][middle] for row in self.grid.rows)

    @model_validator(mode="after")
    def _names_strategies(self) -> Report:
        if not self.strategies and self.grid is None:
            raise refused("names no strategies; write strategies: or grid:")
        return self
