"""The status of a test of the field follows from its measures; results are plain data."""

from __future__ import annotations

import json

import pytest

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
    assert status_of([within, over]) == "not passed"
    assert status_of([over, free]) == "not passed"
    assert status_of([free]) == "not done"
    assert not at_most(NAME, float("nan"), 2).passed


def test_a_limit_that_is_set_aside_needs_a_reason_in_both_languages() -> None:
    reason = Text("Nothing hangs on it.", "没有结论依赖于此。")
    within, over = at_most(NAME, 1, 2), at_least(NAME, 1, 2, aside=reason)
    assert within.matters and not over.matters and not told(NAME, 1).matters
    assert status_of([within, over]) == status_of([over]) == "passed in part"
    assert status_of([over, at_most(NAME, 3, 2)]) == "not passed"
    assert status_of([within, at_least(NAME, 2, 2, aside=reason)]) == "passed"
    for poor in (Text("", ""), Text("Nothing hangs on it.", " "), Text("", "没有结论依赖于此。")):
        with pytest.raises(ValueError, match="for a reason, in both languages"):
            at_least(NAME, 1, 2, aside=poor)


def test_a_verdict_names_what_decides_it_and_cannot_be_given() -> None:
    reason = Text("Nothing hangs on it.", "没有结论依赖于此。")
    over = at_most(Text("y", "乙"), 3, 2)
    found = FieldTest(1, "id", NAME, NAME, (at_most(NAME, 1, 2), over, at_least(NAME, 1, 2, aside=reason)))
    assert found.status == "not passed"
    assert found.why.en.startswith("1 of 3 limits is not kept and decides: y.")
    assert found.why.en.endswith("Not kept, but set aside: x. Nothing hangs on it.")
    assert "由此判定：乙。" in found.why.zh and "没有结论依赖于此。" in found.why.zh
    many = FieldTest(1, "id", NAME, NAME, (over,) * 9)
    assert many.why.en.startswith("9 of 9 limits are not kept and decide: ")
    assert many.why.en.endswith("; and 3 more.") and "另有3项" in many.why.zh
    with pytest.raises(TypeError, match="status"):
        FieldTest(1, "id", NAME, NAME, (over,), status="passed")  # type: ignore[call-arg]
    assert FieldTest(1, "id", NAME, NAME, (at_most(NAME, 1, 2),)).why == Text("", "")


def test_limits_belong_to_what_is_within() -> None:
    assert at_most(NAME, 2, 2).passed and at_least(NAME, 2, 2).passed
    assert at_most(NAME, 0.5, 0.01).threshold == "<= 0.01"
    assert told(NAME, 1).threshold == "" and told(NAME, 1).passed is None


def test_a_result_is_what_json_holds() -> None:
    table = Evidence(NAME, columns("a|甲", "b|乙"), (("one", float("inf")), (NAME, True)))
    found = plain(FieldTest(1, "id", NAME, NAME, (told(NAME, 1),), (table,)))
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert found["tables"][0]["rows"] == [["one", None], [{"en": "x", "zh": "甲"}, True]]
    assert found["tables"][0]["columns"][1] == {"en": "b", "zh": "乙"}
