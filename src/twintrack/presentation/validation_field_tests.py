"""The twelve tests of the field: their status, what was measured against which limit, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from twintrack.presentation.formats import MISSING, significant
from twintrack.presentation.validation_view import Block, Cell, Claim, Heading, Section, Table, View

TONES = {"passed": "good", "passed in part": "half", "not passed": "poor", "not done": "none"}
MOST_ROWS = 12
"""A longer table is folded."""
_UNTITLED = 60
"""Cells longer than this are prose."""


@dataclass(frozen=True)
class FieldTests:
    """Makes the section on tests in the language of a view."""

    view: View

    def blocks(self) -> list[Block]:
        """Give an overview, then each test; where there are none, say where they are."""
        tests = self.view.tests()
        if not tests:
            return [self.view.remark("field_tests_absent")]
        each = (block for test in tests for block in self._test(test))
        return [self.view.remark("field_tests_intro"), self._overview(), *each]

    def _overview(self) -> Table:
        texts = self.view.texts
        rows: list[list[str | Cell]] = [
            [
                Cell(f"{test['number']}. {self.view.of(test['title'])}"),
                Cell(self._status(test), tone=TONES[test["status"]]),
                self._told(test["summary"]),
            ]
            for test in self.view.tests()
        ]
        head = [texts(f"col_{key}") for key in ("test", "status", "summary")]
        return Table(texts("tests_table"), head, rows, self.view.command("field_tests"), "prose tests")

    def _test(self, test: Section) -> list[Block]:
        title = f"{test['number']}. {self.view.of(test['title'])}"
        return [
            Heading(title, self._status(test), TONES[test["status"]], f"test-{test['id']}"),
            Claim(self._told(test["summary"]), _command(test)),
            *([self._measures(test)] if test["measures"] else []),
            *(self._evidence(test, table) for table in test["tables"] if table["rows"]),
        ]

    def _status(self, test: Section) -> str:
        return self.view.texts(f"status {test['status']}")

    def _measures(self, test: Section) -> Table:
        texts = self.view.texts
        rows: list[list[str | Cell]] = [
            [
                Cell(self._told(measure["name"])),
                Cell(_value(measure["value"]), texts.unit(measure["unit"])),
                _limit(measure["threshold"]) or MISSING,
                self._verdict(measure["passed"]),
            ]
            for measure in test["measures"]
        ]
        head = [texts(f"col_{key}") for key in ("measure", "value", "limit", "verdict")]
        label = texts("measures_table", test=self.view.of(test["title"]))
        return Table(label, head, rows, _command(test), "plain measures", folded=len(rows) > MOST_ROWS)

    def _verdict(self, passed: bool | None) -> Cell:
        if passed is None:
            return Cell(self.view.texts("no_limit"))
        key = "within" if passed else "beyond"
        return Cell(self.view.texts(key), tone="good" if passed else "poor")

    def _evidence(self, test: Section, table: Mapping[str, Any]) -> Table:
        rows = [[self._cell(cell) for cell in row] for row in table["rows"]]
        prose = any(len(cell.text) > _UNTITLED for row in rows for cell in row)
        head = [_capital(self.view.of(column)) for column in table["columns"]]
        label = self.view.of(table["title"])
        style = "prose" if prose else "plain"
        return Table(label, head, rows, _command(test), style, folded=len(rows) > MOST_ROWS)

    def _cell(self, value: Any) -> Cell:
        if value is None:
            return Cell(MISSING)
        if isinstance(value, bool):
            return Cell(self.view.texts("holds" if value else "holds_not"))
        if isinstance(value, int | float):
            return Cell(_value(value))
        if isinstance(value, Mapping):
            return Cell(self._told(value))
        title = self.view.named(value)
        return Cell(title, value) if title != value else Cell(self.view.worded(value))

    def _told(self, words: Any) -> str:
        return self.view.worded(self.view.of(words))


def _command(test: Section) -> str:
    return str(test["command"]) or "twintrack validate --only field_tests"


def _value(value: float | None) -> str:
    if value is None:
        return MISSING
    return f"{value:,}" if isinstance(value, int) else significant(value)


def _limit(threshold: str) -> str:
    sign, _, limit = threshold.partition(" ")
    return f"{sign.replace('<=', '≤').replace('>=', '≥')} {significant(float(limit))}" if limit else threshold


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
