"""What a test of the field gives back: a status that follows from measures, with small tables of evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["passed", "passed in part", "not passed", "not done"]

MOST_NAMED = 6
"""Limits that are named as those that decide; of more the number is told."""


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

    A limit matters, so that one that is not kept fails its test, unless `aside` says in both languages why a
    breach of it would not.
    """

    name: Text
    value: float
    unit: str = "1"
    threshold: str = ""
    passed: bool | None = None
    matters: bool = field(default=False, init=False)
    aside: Text | None = None

    def __post_init__(self) -> None:
        """Declare whether it matters. Raises ValueError for a limit that is set aside without a reason."""
        if self.aside is not None and not (self.aside.en.strip() and self.aside.zh.strip()):
            message = f"{self.name.en}: a limit is set aside only for a reason, in both languages"
            raise ValueError(message)
        object.__setattr__(self, "matters", self.passed is not None and self.aside is None)


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
        summary: One or two sentences made from the numbers.
        measures: What was measured, with limits.
        tables: Evidence behind the measures.
        command: What repeats it.
        status: Follows from the measures and cannot be given, see `status_of`.
        why: The limits that decide it, and why those that are set aside are; see `why_of`.
    """

    number: int
    id: str
    title: Text
    summary: Text
    measures: tuple[Measure, ...] = ()
    tables: tuple[Evidence, ...] = ()
    command: str = ""
    status: Status = field(default="not done", init=False)
    why: Text = field(default=Text("", ""), init=False)

    def __post_init__(self) -> None:
        """Take the verdict from the measures."""
        object.__setattr__(self, "status", status_of(self.measures))
        object.__setattr__(self, "why", why_of(self.measures))


def at_most(name: Text, value: float, limit: float, unit: str = "1", *, aside: Text | None = None) -> Measure:
    """Measure something that must not exceed a limit; `aside` is why a breach would not matter."""
    return Measure(name, float(value), unit, f"<= {limit:g}", bool(value <= limit), aside)


def at_least(
    name: Text, value: float, limit: float, unit: str = "1", *, aside: Text | None = None
) -> Measure:
    """Measure something that must reach a limit; `aside` is why a breach would not matter."""
    return Measure(name, float(value), unit, f">= {limit:g}", bool(value >= limit), aside)


def told(name: Text, value: float, unit: str = "1") -> Measure:
    """Measure something that has no limit."""
    return Measure(name, float(value), unit)


def columns(*headings: str) -> tuple[Text, ...]:
    """Give the headings of a table, each written as "English|Chinese"."""
    return tuple(Text(*heading.split("|")) for heading in headings)


def status_of(measures: Sequence[Measure]) -> Status:
    """Give the status that measures amount to.

    All within their limits: passed. One that matters beyond: not passed. Only such beyond that are set aside
    with a reason: passed in part. Nothing with a limit: not done.
    """
    judged = [measure for measure in measures if measure.passed is not None]
    if not judged:
        return "not done"
    beyond = [measure for measure in judged if not measure.passed]
    if any(measure.matters for measure in beyond):
        return "not passed"
    return "passed in part" if beyond else "passed"


def why_of(measures: Sequence[Measure]) -> Text:
    """Name the limits that are not kept and decide, and those set aside with the reason; else empty."""
    judged = [measure for measure in measures if measure.passed is not None]
    beyond = [measure for measure in judged if not measure.passed]
    decide = [measure.name for measure in beyond if measure.matters]
    en, zh = [], []
    if decide:
        first = decide[:MOST_NAMED]
        more = len(decide) - len(first)
        verbs = "is not kept and decides" if len(decide) == 1 else "are not kept and decide"
        en.append(
            f"{len(decide)} of {len(judged)} limits {verbs}:"
            f" {'; '.join(name.en for name in first)}{f'; and {more} more' if more else ''}."
        )
        zh.append(
            f"{len(judged)}项限值中有{len(decide)}项未满足，由此判定："
            f"{'；'.join(name.zh for name in first)}{f'；另有{more}项' if more else ''}。"
        )
    for measure in beyond:
        if measure.aside is not None:
            en.append(f"Not kept, but set aside: {measure.name.en}. {measure.aside.en}")
            zh.append(f"未满足，但不影响判定：{measure.name.zh}。{measure.aside.zh}")
    return Text(" ".join(en), "".join(zh))
