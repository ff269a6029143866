"""What an answer is: a table as readers see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from twintrack.formats import number

LARGE = 10.0
"""Gains from this size on are written without decimals."""


@dataclass(frozen=True)
class Answer:
    """A table. `str(answer)` is the table as Markdown, without title."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        if not self.rows:
            return markdown(("",), [("none",)])
        return markdown(self.header, self.rows)


def gains(values: Sequence[float]) -> list[str]:
    """Write gains of one outcome in one form: three decimals, or none where one of them is large."""
    form = ".3f" if all(abs(value) < LARGE for value in values) else ".0f"
    return [number(value, form) for value in values]


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
