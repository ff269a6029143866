"""`twintrack report`: which definition it finds, and where the page goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from twintrack.model import Model
from twintrack.pages.report import page

Program = Callable[..., Result]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, Path]]:
    """Calls of `build_report`, which builds nothing here: definition and folder."""
    calls: list[tuple[Path, Path]] = []

    def build_report(definition: Path, folder: Path, model: Model) -> Path:
        assert isinstance(model, Model)
        calls.append((definition, folder))
        return folder / "index.html"

    monkeypatch.setattr(page, "build_report", build_report)
    return calls


def test_a_report_is_found_by_name_or_path(
    program: Program, built: list[tuple[Path, Path]], content: Path
) -> None:
    definition = content / "reports" / "strategy_comparison.yaml"
    result = program("report", "strategy_comparison")
    assert result.stdout == "build/reports/strategy_comparison/index.html\n"
    program("report", definition, "--output", "elsewhere")
    program("report")
    usual = (definition, Path("build/reports/strategy_comparison"))
    assert built == [usual, (definition, Path("elsewhere")), usual]


def test_an_unknown_report_is_told(program: Program, built: list[tuple[Path, Path]]) -> None:
    result = program("report", "strategy_comparisn")
    assert result.exit_code == 2 and 'did you mean "strategy_comparison"?' in result.stderr
    assert "no such file" in program("report", "nowhere.yaml").stderr
    assert built == []
