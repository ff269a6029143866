"""The twelve tests of the field: their status, what was measured against which limit, and the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twintrack.formats import MISSING, significant
from twintrack.pages.blocks import Basis, Block, Cell, Claim, Fold, Row, Section, Table
from twintrack.pages.validation.view import JSON, Computed, ValidationView

TONES = {"passed": "good", "passed in part": "half", "not passed": "poor", "not done": "none"}
MOST_ROWS = 12
"""A longer table is folded."""
_UNTITLED = 60
"""Cells longer than this are prose."""


def blocks(view: ValidationView) -> list[Block]:
    """Give an overview, then each test behind a fold; where there are none, say where they are."""
    tests = [_test(view, test) for test in view.tests()]
    if not tests:
        return [view.note("field_tests_absent")]
    return [view.note("field_tests_intro"), _overview(view), *tests]


def _overview(view: ValidationView) -> Table:
    rows: list[Row] = [
        [
            Cell(f"{test['number']}. {view.of(test['title'])}", href=f"#test-{test['id']}"),
            Cell(_status(view, test), tone=TONES[test["status"]]),
            _passed(view, test),
        ]
        for test in view.tests()
    ]
    head = view.head("test", "status", "kept")
    return view.table("tests_table", head, rows, "field_tests", style="plain tests")


def _passed(view: ValidationView, test: Computed) -> Cell:
    """Count the measures of a test that keep within their limits."""
    limited = [measure["passed"] for measure in test["measures"] if measure["passed"] is not None]
    if not limited:
        return Cell(MISSING)
    return Cell(view.texts("limits_kept", kept=sum(limited), limits=len(limited)))


def _test(view: ValidationView, test: Computed) -> Fold:
    title = f"{test['number']}. {view.of(test['title'])}"
    found = [
        Claim("field_tests", _summary(view, test), _basis(test)),
        *([_measures(view, test)] if test["measures"] else []),
        *(_evidence(view, test, table) for table in test["tables"] if table["rows"]),
    ]
    return Fold(title, found, _status(view, test), TONES[test["status"]], f"test-{test['id']}")


def _summary(view: ValidationView, test: Computed) -> str:
    """Give the summary of a test, and which limits decide its verdict."""
    parts = (_told(view, test["summary"]), _told(view, test["why"]))
    return view.texts("sentence_gap").join(part for part in parts if part)


def _status(view: ValidationView, test: Computed) -> str:
    return view.texts(f"status {test['status']}")


def _measures(view: ValidationView, test: Computed) -> Table:
    texts = view.texts
    rows: list[Row] = [
        [
            Cell(_told(view, measure["name"])),
            Cell(_value(measure["value"]), texts.unit(measure["unit"])),
            _limit(measure["threshold"]) or MISSING,
            _verdict(view, measure),
        ]
        for measure in test["measures"]
    ]
    head = view.head("measure", "value", "limit", "verdict")
    label = texts("measures_table", test=view.of(test["title"]))
    long = len(rows) > MOST_ROWS
    return Table("measures_table", label, head, rows, _basis(test), "plain measures", folded=long)


def _verdict(view: ValidationView, measure: Computed) -> Cell:
    passed = measure["passed"]
    if passed is None:
        return Cell(view.texts("no_limit"))
    key = "within" if passed else "beyond"
    aside = "" if measure["matters"] else view.texts("set_aside")
    return Cell(view.texts(key), aside, "good" if passed else "poor")


def _evidence(view: ValidationView, test: Computed, table: Mapping[str, Any]) -> Table:
    rows = [[_cell(view, cell) for cell in row] for row in table["rows"]]
    prose = any(len(cell.text) > _UNTITLED for row in rows for cell in row)
    head = [_capital(view.of(column)) for column in table["columns"]]
    label = view.of(table["title"])
    style = "prose" if prose else "plain"
    return Table("field_tests", label, head, rows, _basis(test), style, folded=len(rows) > MOST_ROWS)


def _cell(view: ValidationView, value: Any) -> Cell:
    if value is None:
        return Cell(MISSING)
    if isinstance(value, bool):
        return Cell(view.texts("holds" if value else "holds_not"))
    if isinstance(value, int | float):
        return Cell(_value(value))
    if isinstance(value, Mapping):
        return Cell(_told(view, value))
    title = view.named(value)
    return Cell(title, value) if title != value else Cell(view.worded(value))


def _told(view: ValidationView, words: Any) -> str:
    return view.worded(view.of(words))


def _basis(test: Computed) -> Basis:
    return Basis(JSON, str(test["command"]) or "twintrack validate --only field_tests")


def _value(value: float | None) -> str:
    if value is None:
        return MISSING
    return f"{value:,}" if isinstance(value, int) else significant(value)


def _limit(threshold: str) -> str:
    sign, _, limit = threshold.partition(" ")
    return f"{sign.replace('<=', '≤').replace('>=', '≥')} {significant(float(limit))}" if limit else threshold


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


SECTION = Section("field_tests", 100, blocks)
