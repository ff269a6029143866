"""What a report asks: the grid of two factors, the contrasts, the goals, resolved from its definition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twintrack.decisions.attribution import SWITCH, differing_groups
from twintrack.inputs.schema_kinds import Bilingual
from twintrack.inputs.strategies import BASELINE

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.report_schemas import ContrastEntry, Report
    from twintrack.inputs.strategies import Strategy

ROW, COLUMN, ONE, PACKAGE = "row", "column", "one", "package"
"""What a contrast changes: a row or a column of the grid, one group of levers, or more than one."""

MOST_CONTRASTS = 3
MOST_GOALS = 5


@dataclass(frozen=True)
class Grid:
    """Two factors in all combinations.

    Attributes:
        row: What rows change.
        column: What columns change.
        rows: Titles by key, in order.
        columns: The same.
        cells: Names of strategies by row and column.
    """

    row: Bilingual
    column: Bilingual
    rows: Mapping[str, Bilingual]
    columns: Mapping[str, Bilingual]
    cells: Mapping[tuple[str, str], str]

    @property
    def middle(self) -> str:
        """The strategy of the first row and the middle column."""
        across = list(self.columns)
        return self.cells[next(iter(self.rows)), across[len(across) // 2]]

    def place(self, strategy: str) -> tuple[str, str] | None:
        """Give row and column of a strategy; None for one that is not in the grid."""
        return next((place for place, name in self.cells.items() if name == strategy), None)


@dataclass(frozen=True)
class Compared:
    """Two strategies of a contrast, and what is held between them."""

    first: str
    second: str
    held: Bilingual | None = None
    held_key: str = ""

    @property
    def names(self) -> tuple[str, str]:
        """Both."""
        return self.first, self.second


@dataclass(frozen=True)
class Contrast:
    """One choice against another.

    Attributes:
        key: Its name on the page.
        title: The choice as the subject of a sentence.
        of: The choice as a label.
        against: What it is compared with.
        changes: ROW, COLUMN, ONE or PACKAGE.
        pairs: Two strategies for each setting of what is held.
        shown: The pair of the first figure.
        sides: Keys of both sides: rows, columns or strategies.
    """

    key: str
    title: Bilingual
    of: Bilingual
    against: Bilingual
    changes: str
    pairs: tuple[Compared, ...]
    shown: Compared
    sides: tuple[str, str]

    @property
    def causal(self) -> bool:
        """Whether one factor alone is changed, so that "brings" may be said."""
        return self.changes != PACKAGE

    @property
    def names(self) -> list[tuple[str, str]]:
        """The pairs as names."""
        return [pair.names for pair in self.pairs]


def grid_of(definition: Report, model: Core) -> Grid | None:
    """Resolve the grid of a report."""
    entry = definition.grid
    if entry is None:
        return None
    cells = {
        (row, column): model.strategy(reference).name
        for row in entry.rows
        for column, reference in zip(entry.columns, entry.cells[row], strict=True)
    }
    rows, columns = (
        {key: side.title for key, side in sides.items()} for sides in (entry.rows, entry.columns)
    )
    return Grid(entry.row, entry.column, rows, columns, cells)


def strategies_of(definition: Report, model: Core, grid: Grid | None) -> dict[str, Strategy]:
    """Give all strategies that a report compares: those of the grid, called by row and column, and others."""
    found: dict[str, Strategy] = {}
    for (row, column), name in grid.cells.items() if grid else ():
        assert grid is not None
        one, other = grid.rows[row], grid.columns[column]
        title = Bilingual(en=f"{one.en} ({other.en})", zh=f"{one.zh}（{other.zh}）")
        found[name] = replace(model.strategy(name), title=title)
    for reference in definition.strategies:
        plan = model.strategy(reference)
        found.setdefault(plan.name, plan)
    return found


def goals_of(definition: Report, model: Core) -> tuple[str, ...]:
    """Give the outcomes that findings are told in: those named, or the first ones that have a direction."""
    ranked = [name for name in definition.outcomes if model.outcomes[name].better != "neutral"]
    return definition.goals or tuple(ranked[:MOST_GOALS])


def contrasts_of(
    definition: Report, model: Core, grid: Grid | None, strategies: Mapping[str, Strategy]
) -> tuple[Contrast, ...]:
    """Give the contrasts of a report: those declared, or strategies against the baseline."""
    declared = [_declared(entry, model, grid, strategies) for entry in definition.contrasts]
    return tuple(declared or _usual(model, strategies))


def _declared(
    entry: ContrastEntry, model: Core, grid: Grid | None, strategies: Mapping[str, Strategy]
) -> Contrast:
    sides = (entry.of, entry.against)
    if grid is not None and set(sides) <= set(grid.rows):
        held, cells = grid.columns, {key: [(side, key) for side in sides] for key in grid.columns}
        labels, changes = grid.rows, ROW
    elif grid is not None and set(sides) <= set(grid.columns):
        held, cells = grid.rows, {key: [(key, side) for side in sides] for key in grid.rows}
        labels, changes = grid.columns, COLUMN
    else:
        plans = [model.strategy(side) for side in sides]
        return _plain(model, plans, strategies, entry.title)
    assert grid is not None
    pairs = tuple(
        Compared(grid.cells[first], grid.cells[second], held[key], key)
        for key, (first, second) in cells.items()
    )
    shown = next((pair for pair in pairs if pair.held_key == entry.shown), pairs[-1])
    key = f"{entry.of}-{entry.against}"
    return Contrast(key, entry.title, labels[entry.of], labels[entry.against], changes, pairs, shown, sides)


def _plain(
    model: Core, plans: Sequence[Strategy], strategies: Mapping[str, Strategy], title: Bilingual | None = None
) -> Contrast:
    """Give the contrast of two strategies; it is a package where they differ in more than one group."""
    first, second = (strategies.get(plan.name, plan) for plan in plans)
    groups = [name for name in differing_groups(model, first, second) if name != SWITCH]
    pair = Compared(first.name, second.name)
    return Contrast(
        f"{first.name}-{second.name}",
        title or first.title,
        first.title,
        second.title,
        ONE if len(groups) <= 1 else PACKAGE,
        (pair,),
        pair,
        pair.names,
    )


def _usual(model: Core, strategies: Mapping[str, Strategy]) -> Iterator[Contrast]:
    """Compare with the baseline, or else the first one, those on which most has been written."""
    reference = strategies.get(BASELINE) or next(iter(strategies.values()))
    others = [plan for plan in strategies.values() if plan.name != reference.name]
    order = sorted(others, key=lambda plan: -len(plan.references)) if len(others) > MOST_CONTRASTS else others
    chosen = {plan.name for plan in order[:MOST_CONTRASTS]}
    for plan in others:
        if plan.name in chosen:
            yield _plain(model, [plan, reference], strategies)
