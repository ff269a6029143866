"""`twintrack model units`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Program = Callable[..., Result]

CLEAN = """{UTF-8}
money = 5 ~ CNY ~ |
spending = money*0.2/duration ~ CNY/Year ~ |
duration = 3 ~ Year ~ |
INITIAL TIME = 0 ~ Year ~ |
FINAL TIME = 4 ~ Year ~ |
TIME STEP = 0.25 ~ Year ~ |
SAVEPER = 0.5 ~ Year ~ |
"""
NUMBER = "a number stands in the equation: 0.2; give constants of their own"


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    path = tmp_path / "clean.mdl"
    path.write_text(CLEAN, encoding="utf-8")
    return path


@pytest.fixture
def offending(tmp_path: Path) -> Path:
    path = tmp_path / "offending.mdl"
    text = CLEAN.replace("CNY/Year", "CNY").replace("duration = 3 ~ Year", "duration = money + 3 ~ Year")
    path.write_text(text, encoding="utf-8")
    return path


def test_a_clean_model_gets_one_line(program: Program, clean: Path) -> None:
    result = program("model", "units", clean)
    assert result.stdout == "7 equations checked, 3 units, 0 faults, 1 warning\n"
    assert (result.exit_code, result.stderr) == (0, "")


def test_warnings_are_printed_on_demand(program: Program, clean: Path) -> None:
    result = program("model", "units", clean, "--warnings")
    assert result.stdout.splitlines()[:2] == [
        f"{clean}:3: warning: spending: {NUMBER}",
        "    spending = money*0.2/duration",
    ]
    assert result.exit_code == 0


def test_offenders_are_listed_with_line_equation_and_reason(program: Program, offending: Path) -> None:
    result = program("model", "units", offending)
    assert result.exit_code == 2
    assert result.stdout == "7 equations checked, 2 units, 2 faults, 2 warnings\n"
    assert result.stderr.splitlines() == [
        f"{offending}:3: spending: declared CNY, but the equation gives CNY/Year",
        "    spending = money*0.2/duration",
        f"{offending}:4: duration: declared Year, but the equation gives CNY",
        "    duration = money + 3",
    ]


def test_json_lists_faults_and_warnings(program: Program, clean: Path, offending: Path) -> None:
    warning = {
        "where": f"{clean}:3",
        "variable": "spending",
        "equation": "spending = money*0.2/duration",
        "reason": NUMBER,
        "units": [],
        "severity": "warning",
    }
    result = program("model", "units", clean, "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [warning])
    result = program("model", "units", offending, "--json")
    assert (result.exit_code, result.stderr) == (2, "")
    assert [(item["severity"], item["units"]) for item in json.loads(result.stdout)] == [
        ("error", ["CNY", "CNY/Year"]),
        ("error", ["Year", "CNY"]),
        ("warning", []),
        ("warning", []),
    ]


def test_without_a_file_the_model_of_the_content_is_checked(
    program: Program, offending: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "model" / "twintrack.mdl"
    path.parent.mkdir()
    offending.rename(path)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path))
    result = program("model", "units")
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{path}:3: spending: declared CNY")


def test_a_file_that_cannot_be_read_is_told(program: Program, tmp_path: Path) -> None:
    result = program("model", "units", tmp_path / "none.mdl")
    assert result.exit_code == 2
    assert "none.mdl: cannot be read" in result.stderr
