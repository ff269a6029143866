"""Tables as people read them in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.encoding import is_utf8
from twintrack.formats import MISSING, number, signed
from twintrack.inputs.strategies import BASELINE
from twintrack.runs.ranges import place_of

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from twintrack.pages.decisions.words import Line
    from twintrack.runs.results import Comparison, Run

WIDE = 110
"""Columns of a terminal from which on outcome, unit and strategy have a column each."""
PIPED_WIDTH = 1000
"""Columns of a table that goes into a file or another program: it is not folded there."""


def print_json(value: Any) -> None:
    """Print a value as one JSON document."""
    click.echo(json.dumps(value, ensure_ascii=not is_utf8(), allow_nan=False))


def print_table(table: Table) -> None:
    """Print a table, fitted to the width of the terminal where there is one."""
    from rich.console import Console

    if sys.stdout.isatty():
        Console().print(table)
        return
    console = Console(width=PIPED_WIDTH)
    with console.capture() as captured:
        console.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def _width() -> int:
    from rich.console import Console

    return Console().width if sys.stdout.isatty() else PIPED_WIDTH


def print_lines(lines: Iterable[Line]) -> None:
    """Print lines, and tables between them."""
    for line in lines:
        if isinstance(line, str):
            click.echo(line)
        else:
            print_table(plain_table(line.columns, line.rows))


def plain_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Make a table of texts. Their characters are shown as they are: "[scale]" is no markup."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(Text(column), overflow="fold")
    for row in rows:
        add_texts(table, row)
    return table


def add_texts(table: Table, row: Sequence[str], *, cut: int = 0) -> None:
    """Add a row of texts as they are; the first `cut` of them end in … where they do not fit on one line."""
    from rich.text import Text

    table.add_row(*(_cut(cell) if place < cut else Text(cell) for place, cell in enumerate(row)))


def _cut(text: str) -> Text:
    """Give a text that stays on one line and ends in … where its column is narrower."""
    from rich.text import Text

    return Text(text, no_wrap=True, overflow="ellipsis")


def outcomes_table(
    runs: Mapping[str, Run], years: Sequence[float], *, reference: str, plain: Collection[str]
) -> Table:
    """Make the table of outcomes in some years, those of the headline first.

    Each outcome has a row for every run and, under it, its difference to the run `reference`; runs named in
    `plain` get no difference.
    """
    wide = _width() >= WIDE
    words = ["outcome", "unit", "strategy"] if wide else ["outcome and strategy"]
    table = plain_table([*words, *(f"{year:g}" for year in years)], [])
    for column in table.columns[len(words) :]:
        column.justify, column.no_wrap = "right", True
    for row in _rows(runs, years, reference, plain, wide=wide):
        if row is None:
            table.add_section()
        else:
            add_texts(table, row, cut=len(words))
    return table


def _rows(
    runs: Mapping[str, Run], years: Sequence[float], reference: str, plain: Collection[str], *, wide: bool
) -> Iterator[list[str] | None]:
    """Give the rows of the table of outcomes, None after each outcome; words share a column unless wide."""
    catalogue = runs[reference].catalogue
    for name in catalogue.ordered_outcomes:
        lines = _outcome_lines(runs, name, years, reference, plain)
        title, unit = catalogue.title(name), catalogue.unit(name)
        if not wide:
            yield from ([title], [f"{name}, {unit}"], *([f"  {line[0]}", *line[1:]] for line in lines), None)
            continue
        heads = [(title, unit), (name, "")]
        for place in range(max(len(lines), len(heads))):
            head = heads[place] if place < len(heads) else ("", "")
            yield [*head, *(lines[place] if place < len(lines) else [])]
        yield None


def _outcome_lines(
    runs: Mapping[str, Run], name: str, years: Sequence[float], reference: str, plain: Collection[str]
) -> list[list[str]]:
    """Give the lines of one outcome: label, then one text for each year."""
    spec = runs[reference].catalogue.outcomes[name].format
    base = runs[reference].at(name, years)
    lines: list[list[str]] = []
    for label, run in runs.items():
        values = run.at(name, years)
        lines.append([label, *(number(value, spec) for value in values)])
        lines += _range_lines(run, name, years, spec)
        if label != reference and label not in plain:
            lines.append([f"  minus {reference}", *(signed(value, spec) for value in values - base)])
            if runs[reference].plan.name == BASELINE:
                lines += _more_lines(run, name, years, spec)
    return lines


def _range_lines(run: Run, name: str, years: Sequence[float], spec: str) -> list[list[str]]:
    """Give the stored 5-95 % range over worlds; of headline outcomes also the place of the shown world."""
    ranges = run.range_of(name, years)
    if ranges is None:
        return []
    lines = [
        ["  5 %", *(number(row[0], spec) for row in ranges)],
        ["  95 %", *(number(row[-1], spec) for row in ranges)],
    ]
    if name in run.catalogue.headline:
        places = zip(run.at(name, years), ranges, strict=True)
        lines.append(["  place", *(place_of(value, row) or MISSING for value, row in places)])
    return lines


def _more_lines(run: Run, name: str, years: Sequence[float], spec: str) -> list[list[str]]:
    """Give the 5-95 % range over worlds of the difference to the baseline in the same world."""
    ranges = run.range_of(name, years, more=True)
    if ranges is None:
        return []
    return [
        ["    5 %", *(signed(row[0], spec) for row in ranges)],
        ["    95 %", *(signed(row[-1], spec) for row in ranges)],
    ]


def levers_table(comparison: Comparison) -> Table:
    """Make the table of the levers that differ: what each strategy sets, and when."""
    table = plain_table(["lever", "unit", *comparison.runs], [])
    for column in table.columns:
        column.header = _cut(str(column.header))
    for row in comparison.lever_rows():
        add_texts(table, row, cut=2)
    return table
