"""The twelve tests as a whole: complete, in order, plain data, no status but what the measures give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from field_tests import FIELD_TESTS
from twintrack.calibration.field_results import FieldTest, Text, at_most, status_of
from twintrack.calibration.field_tests import FIELD_TEST_ROOMS
from twintrack.calibration.validate import plain
from twintrack.stored import reached_code

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
Result = Callable[[str], FieldTest]
EXPECTED = {
    "boundary_adequacy": "passed",
    "structure_assessment": "passed",
    "dimensional_consistency": "passed",
    # Most parameters rest on judgement, and their test says so.
    "parameter_assessment": "not passed",
    "extreme_conditions": "passed",
    "integration_error": "passed",
    # Better than naive rules at points that were not learnt from, but more than a quarter off in many series.
    "behaviour_reproduction": "not passed",
    "behaviour_anomaly": "passed",
    # Blind forecasts are better than naive ones, but bands are too wide and series too few; persons of an
    # open country use foreign services, which those of the model do not.
    "family_member": "not passed",
    "surprise_behaviour": "passed",
    # Advice depends on the world.
    "sensitivity_analysis": "not passed",
    "system_improvement": "not done",
}
"""What each test comes out as. A worse result is news, and so is a better one."""

PRIOR = (
    "boundary_adequacy",
    "extreme_conditions",
    "behaviour_reproduction",
    "surprise_behaviour",
    "sensitivity_analysis",
)
"""Tests in worlds of the prior, or at the ends of its ranges."""


def test_the_readme_names_what_is_not_passed() -> None:
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for status in ("not passed", "not done"):
        names = [name.replace("_", " ") for name, known in EXPECTED.items() if known == status]
        assert f"{status}: {', '.join(names)}" in text.replace("Not passed", "not passed")
    assert set(EXPECTED.values()) == {"passed", "not passed", "not done"}


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_every_test_comes_out_as_it_is_known_to(name: str, result: Result) -> None:
    assert result(name).status == EXPECTED[name]


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_a_status_follows_from_the_measures(name: str, result: Result) -> None:
    found = result(name)
    assert found.status == status_of(found.measures)
    for measure in found.measures:
        assert (measure.passed is None) == (measure.threshold == ""), measure.name.en
        assert measure.matters == (measure.passed is not None and measure.aside is None), measure.name.en


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_a_made_up_limit_that_is_not_kept_fails_any_test(name: str, result: Result) -> None:
    found = result(name)
    beyond = at_most(Text("made up", "虚构"), 2, 1)
    worse = replace(found, measures=(*found.measures, beyond))
    assert worse.status == "not passed"
    assert re.search(r"decides?: ", worse.why.en) and "由此判定" in worse.why.zh


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_a_verdict_says_what_decides_it(name: str, result: Result) -> None:
    found = result(name)
    aside = [measure for measure in found.measures if measure.passed is False and measure.aside is not None]
    assert bool(found.why.en) == bool(found.why.zh) == (found.status in ("not passed", "passed in part"))
    for measure in aside:
        assert measure.aside is not None
        assert measure.aside.en in found.why.en and CHINESE.search(measure.aside.zh)


@pytest.mark.parametrize("name", PRIOR)
def test_what_runs_in_worlds_of_the_prior_says_so(name: str, result: Result) -> None:
    summary = result(name).summary
    assert re.search(r"of the prior", summary.en, re.I) and "先验" in summary.zh


@pytest.mark.parametrize("name", FIELD_TESTS)
def test_results_are_plain_data_in_both_languages(name: str, result: Result) -> None:
    found = result(name)
    told = json.loads(json.dumps(plain(found), allow_nan=False))
    assert told["id"] == name
    assert told["number"] == list(FIELD_TESTS).index(name) + 1
    assert found.command
    assert [path for path in re.findall(r"tests/\S+", found.command) if not (ROOT / path).is_file()] == []
    texts = [
        found.title,
        found.summary,
        *([found.why] if found.why.en else ()),
        *(measure.name for measure in found.measures),
    ]
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
