"""The twelve tests as a whole: complete, in order, plain data, no status but what the measures give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from field_tests import FIELD_TESTS, field_tests
from twintrack.calibration.field_results import FieldTest, Text, status_of
from twintrack.calibration.field_tests import FIELD_TEST_ROOMS
from twintrack.calibration.validate import plain
from twintrack.model import Model
from twintrack.stored import reached_code

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
Result = Callable[[str], FieldTest]
EXPECTED = {
    "boundary_adequacy": {"passed", "passed in part"},
    "structure_assessment": {"passed"},
    "dimensional_consistency": {"passed"},
    # Most parameters rest on judgement, and their test says so.
    "parameter_assessment": {"passed in part"},
    "extreme_conditions": {"passed", "passed in part"},
    # Stocks that take off from almost nothing are late by half a step.
    "integration_error": {"passed", "passed in part"},
    "behaviour_reproduction": {"not done"},
    "behaviour_anomaly": {"passed", "passed in part"},
    "family_member": {"passed", "passed in part"},
    "surprise_behaviour": {"passed", "passed in part"},
    # If advice did not depend on the world at all, something would be wrong.
    "sensitivity_analysis": {"passed in part"},
    "system_improvement": {"not done"},
}
"""What each test may come out as. A worse result is news, and so is a better one where only one is named."""


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_every_test_comes_out_as_it_is_known_to(name: str, result: Result) -> None:
    assert result(name).status in EXPECTED[name]


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_a_status_follows_from_the_measures(name: str, result: Result) -> None:
    found = result(name)
    assert found.status == status_of(found.measures)
    for measure in found.measures:
        assert (measure.passed is None) == (measure.threshold == ""), measure.name.en


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_results_are_plain_data_in_both_languages(name: str, result: Result) -> None:
    found = result(name)
    told = json.loads(json.dumps(plain(found), allow_nan=False))
    assert told["id"] == name
    assert told["number"] == list(FIELD_TESTS).index(name) + 1
    assert found.command
    assert [path for path in re.findall(r"tests/\S+", found.command) if not (ROOT / path).is_file()] == []
    texts = [found.title, found.summary, *(measure.name for measure in found.measures)]
    texts += [text for table in found.tables for text in (table.title, *table.columns)]
    for text in texts:
        assert text.en
        assert CHINESE.search(text.zh), text.en
    for table in found.tables:
        assert {len(row) for row in table.rows} <= {len(table.columns)}, table.title.en
        cells = [cell for row in table.rows for cell in row if isinstance(cell, Text)]
        assert [cell.en for cell in cells if not CHINESE.search(cell.zh)] == []


def test_results_are_computed_again_when_any_code_changes_that_they_use() -> None:
    package = ROOT / "src" / "twintrack"
    counted = {file for room in FIELD_TEST_ROOMS for file in reached_code(package, room)}
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "model" / "tests").rglob("*.py")]
    names = {name for text in texts for name in re.findall(r"^ *from twintrack\.([\w.]+) import", text, re.M)}
    files = {f"{name.replace('.', '/')}{end}" for name in names for end in (".py", "/__init__.py")}
    assert len(names) > 15
    assert {file for file in files if (package / file).is_file()} - counted == set()


def test_a_fit_is_judged_by_its_figures(model: Model) -> None:
    theil = {"bias": 0.1, "variation": 0.1, "covariation": 0.8}
    good = {"log_error": 0.1, "theil": theil, "coverage": 0.9}
    poor = {"log_error": 0.9, "theil": {**theil, "bias": 0.6, "covariation": 0.3}, "coverage": 0.2}

    def status(**fit: dict[str, object]) -> str:
        return field_tests(fit)["behaviour_reproduction"](model).status

    assert status(adoption=good) == "passed"
    assert status(adoption=good, industry=poor) == "passed in part"
    assert status(industry=poor) == "not passed"
    assert status(industry={"log_error": None}) == "not done"
