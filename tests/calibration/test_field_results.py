"""The status of a test of the field follows from its measures; results are plain data."""

from __future__ import annotations

import json

from twintrack.calibration.field_results import (
    Evidence,
    FieldTest,
    Text,
    at_least,
    at_most,
    columns,
    status_of,
    told,
)
from twintrack.calibration.validate import plain

NAME = Text("x", "甲")


def test_a_status_is_passed_only_when_all_is_within_its_limit() -> None:
    within, over, free = at_most(NAME, 1, 2), at_least(NAME, 1, 2), told(NAME, 1)
    assert status_of([within, free]) == "passed"
    assert status_of([within, over]) == "passed in part"
    assert status_of([over, free]) == "not passed"
    assert status_of([free]) == "not done"
    assert not at_most(NAME, float("nan"), 2).passed


def test_limits_belong_to_what_is_within() -> None:
    assert at_most(NAME, 2, 2).passed and at_least(NAME, 2, 2).passed
    assert at_most(NAME, 0.5, 0.01).threshold == "<= 0.01"
    assert told(NAME, 1).threshold == "" and told(NAME, 1).passed is None


def test_a_result_is_what_json_holds() -> None:
    table = Evidence(NAME, columns("a|甲", "b|乙"), (("one", float("inf")), (NAME, True)))
    found = plain(FieldTest(1, "id", NAME, "not done", NAME, (told(NAME, 1),), (table,)))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["tables"][0]["rows"] == [["one", None], [{"en": "x", "zh": "甲"}, True]]
    assert found["tables"][0]["columns"][1] == {"en": "b", "zh": "乙"}
