"""What an answer is: a table as readers see it, and what is left out of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A table; `notes` say in plain words what this model cannot be asked.

    `str(answer)` is the table as Markdown, without title and notes.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def __str__(self) -> str:
        if not self.rows:
            return markdown(("",), [("nothing of this can be asked yet",)])
        return markdown(self.header, self.rows)


def left_out(answers: Iterable[Answer]) -> Answer:
    """Gather the notes of several answers, each once."""
    notes = dict.fromkeys(note for answer in answers for note in answer.notes)
    return Answer("What is left out", ("left out",), [(note,) for note in notes or ("nothing",)])


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
