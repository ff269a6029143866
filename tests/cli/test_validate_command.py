"""`twintrack validate`."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from twintrack.calibration import validate as computed
from twintrack.worlds.basis import POWER

Program = Callable[..., Result]


@pytest.fixture
def bare(content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content without a posterior, which is also the working folder."""
    for name in ("model", "strategies", "reports"):
        shutil.copytree(content / name, tmp_path / name, ignore=shutil.ignore_patterns("*.parquet"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path))
    return tmp_path


def test_an_unknown_section_is_told_with_the_nearest_name(program: Program, bare: Path) -> None:
    result = program("validate", "--only", "fit,rankin")
    assert result.exit_code == 2
    assert "rankin" in result.stderr and 'did you mean "ranking"?' in result.stderr


@pytest.mark.slow
def test_without_a_posterior_the_way_to_one_is_told(program: Program, bare: Path) -> None:
    result = program("validate", "--only", "fit")
    assert result.exit_code == 2
    assert "run `twintrack calibrate`" in result.stderr
    assert not (bare / "build").exists()


def test_all_sections_become_a_page_with_a_summary(
    program: Program, bare: Path, validation_sections: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(computed, "validate", lambda _asked, _only: validation_sections)
    result = program("validate")
    assert result.exit_code == 0
    assert (bare / "build" / "validation" / "index.html").is_file()
    lines = result.stdout.splitlines()
    assert lines[0].startswith("build/validation/index.html; beside it")
    assert "scores better than the prior in 9 of 15 series (p = 0.61)" in lines[1]
    assert "5 of 10 by parameters alone, 9 of 10 with errors" in lines[2]
    assert "prior in 1 of 2 series, than the last growth in 0 of 1" in lines[3]
    assert lines[4] == "tests of the field: 1 passed, 2 passed in part, 1 not passed, 1 not done"


def test_chosen_sections_are_printed_and_nothing_is_written(
    program: Program, bare: Path, validation_sections: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def some(_asked: object, only: list[str]) -> dict[str, Any]:
        return {name: validation_sections[name] for name in only}

    monkeypatch.setattr(computed, "validate", some)
    result = program("validate", "--only", "recovery")
    assert json.loads(result.stdout) == {"recovery": validation_sections["recovery"]}
    assert not (bare / "build").exists()


@pytest.mark.parametrize("command", ["calibrate", "validate"])
def test_learning_and_forecasts_from_past_years_have_one_usual_power(program: Program, command: str) -> None:
    assert f"[default: {POWER:g}]" in " ".join(program(command, "--help").stdout.split())


def test_the_power_of_forecasts_from_past_years_is_handed_on(
    program: Program, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[float] = []

    def validate(validation: computed.Validation, _only: object) -> dict[str, Any]:
        asked.append(validation.power)
        return {}

    monkeypatch.setattr(computed, "validate", validate)
    for options in ([], ["--power", "0.25"]):
        assert program("validate", "--only", "lookahead", *options).exit_code == 0
    assert asked == [POWER, 0.25]
