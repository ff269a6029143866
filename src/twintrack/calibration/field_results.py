"""What a test of the field gives back: a status that follows from measures, with small tables of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Status = Literal["passed", "passed in part", "not passed", "not done"]


@dataclass(frozen=True)
class Text:
    """A text in English and Chinese."""

    en: str
    zh: str


@dataclass(frozen=True)
class Measure:
    """One measured number, and the limit that was set for it before.

    `unit` is "1" for pure numbers. `threshold` says in signs what was asked ("<= 0.01"), and is empty where
    nothing is; `passed` is then None, and the number is told for its own sake.
    """

    name: Text
    value: float
    unit: str = "1"
    threshold: str = ""
    passed: bool | None = None


@dataclass(frozen=True)
class Evidence:
    """A small table: a title, a heading for each column, and rows of as many cells.

    A cell is a name, a number, or a text in both languages.
    """

    title: Text
    columns: tuple[Text, ...]
    rows: tuple[tuple[str | float | int | bool | Text | None, ...], ...]


@dataclass(frozen=True)
class FieldTest:
    """The result of one of Sterman's twelve tests.

    Attributes:
        number: Its place in Sterman (2000), "Business Dynamics", table 21-4.
        id: The same as a word, which names the function.
        title: What it is called.
        status: Follows from the measures, see `status_of`.
        summary: One or two sentences made from the numbers.
        measures: What was measured, with limits.
        tables: Evidence behind the measures.
        command: What repeats it.
    """

    number: int
    id: str
    title: Text
    status: Status
    summary: Text
    measures: tuple[Measure, ...] = ()
    tables: tuple[Evidence, ...] = ()
    command: str = ""


def at_most(name: Text, value: float, limit: float, unit: str = "1") -> Measure:
    """Measure something that must not exceed a limit."""
    return Measure(name, float(value), unit, f"<= {limit:g}", bool(value <= limit))


def at_least(name: Text, value: float, limit: float, unit: str = "1") -> Measure:
    """Measure something that must reach a limit."""
    return Measure(name, float(value), unit, f">= {limit:g}", bool(value >= limit))


def told(name: Text, value: float, unit: str = "1") -> Measure:
    """Measure something that has no limit."""
    return Measure(name, float(value), unit)


def columns(*headings: str) -> tuple[Text, ...]:
    """Give the headings of a table, each written as "English|Chinese"."""
    return tuple(Text(*heading.split("|")) for heading in headings)


def status_of(measures: Sequence[Measure]) -> Status:
    """Give the status that measures amount to.

    All within their limits: passed. Some: passed in part. None: not passed. Nothing with a limit: not done.
    """
    judged = [measure.passed for measure in measures if measure.passed is not None]
    if not judged:
        return "not done"
    return "passed" if all(judged) else "passed in part" if any(judged) else "not passed"
