"""`twintrack report`: which definition it finds, where the page goes, when it builds, what its log keeps."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from twintrack.errors import Fault, InputError
from twintrack.folders import renewed_folder
from twintrack.model import Model
from twintrack.pages.report import page
from twintrack.pages.report.files import INPUTS, Inputs
from twintrack.runs.experiment import Progress

Program = Callable[..., Result]
USUAL = Path("build/reports/strategy_comparison")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages go below the current folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, Path]]:
    """Calls of `build_report`, which builds an empty page here: definition and folder."""
    calls: list[tuple[Path, Path]] = []

    def build_report(definition: Path, folder: Path, model: Model, progress: Any, *, printed: bool) -> Path:
        assert isinstance(model, Model)
        calls.append((definition, folder))
        progress(Progress(5, 10, 5, 1.0, 2.0))
        logging.getLogger("twintrack.somewhere").info("half done")
        if "broken" in definition.read_text(encoding="utf-8"):
            raise InputError([Fault("strategies/a.yaml:4", "is wrong"), Fault("strategies/b.yaml", "too")])
        with renewed_folder(folder, "report") as fresh:
            (fresh / "index.html").write_text("page", encoding="utf-8")
            (fresh / INPUTS).write_text(Inputs([definition]).text(folder), encoding="utf-8")
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
    assert built == [(definition, USUAL), (definition, Path("elsewhere")), (definition, USUAL)]


def test_an_unknown_report_is_told(program: Program, built: list[tuple[Path, Path]]) -> None:
    result = program("report", "strategy_comparisn")
    assert result.exit_code == 2 and 'did you mean "strategy_comparison"?' in result.stderr
    assert "no such file" in program("report", "nowhere.yaml").stderr
    assert built == []


def test_a_page_is_built_again_only_after_a_change(
    program: Program, built: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    definition = tmp_path / "mine.yaml"
    definition.write_text("title: Mine", encoding="utf-8")
    asked = ("report", definition, "--output", "page", "--if-changed")
    assert program(*asked).stdout == "page/index.html\n"
    assert program(*asked).stdout == "page/index.html is up to date\n"
    assert len(built) == 1
    definition.write_text("title: Other", encoding="utf-8")
    program(*asked)
    assert len(built) == 2
    program(*asked[:-1])
    assert len(built) == 3


def test_the_log_tells_what_was_told_and_how_it_ended(
    program: Program, built: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    definition = tmp_path / "mine.yaml"
    definition.write_text("title: Mine", encoding="utf-8")
    asked = ("report", definition, "--output", "page")
    program(*asked)
    told = Path("page/log.txt").read_text(encoding="utf-8")
    assert " s  half done\nbuilt in " in told and " s of a processor" in told
    definition.write_text("title: broken", encoding="utf-8")
    failed = program(*asked)
    assert failed.exit_code == 2 and "strategies/a.yaml:4: is wrong" in failed.stderr
    told = Path("page/log.txt").read_text(encoding="utf-8")
    assert "half done\nfailed after " in told and told.endswith(
        "strategies/a.yaml:4: is wrong\nstrategies/b.yaml: too\n"
    )
    assert Path("page/index.html").read_text(encoding="utf-8") == "page"
    assert len(built) == 2


def test_a_log_takes_no_file_of_the_user_away(
    program: Program, built: list[tuple[Path, Path]], tmp_path: Path
) -> None:
    definition = tmp_path / "mine.yaml"
    definition.write_text("title: broken", encoding="utf-8")
    Path("page").mkdir()
    Path("page/log.txt").write_text("mine", encoding="utf-8")
    assert program("report", definition, "--output", "page").exit_code == 2
    assert Path("page/log.txt").read_text(encoding="utf-8") == "mine"
    assert [path.name for path in Path("page").iterdir()] == ["log.txt"] and len(built) == 1


@pytest.fixture
def definitions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The definitions of a content of which only they are read."""
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path))
    (tmp_path / "reports").mkdir()
    for name in ("first", "second"):
        (tmp_path / "reports" / f"{name}.yaml").write_text(f"title: {name}", encoding="utf-8")
    return tmp_path / "reports"


def test_the_state_of_all_reports_says_which_pages_are_up_to_date(
    program: Program, built: list[tuple[Path, Path]], definitions: Path
) -> None:
    program("report", "first")
    (definitions / "second.yaml").write_text("title: broken", encoding="utf-8")
    program("report", "second")
    state = program("report", "--state")
    assert state.exit_code == 1 and len(built) == 2
    assert state.stdout == f"Report: file://{Path('build/reports/first/index.html').absolute()}\n"
    assert "second: failed after " in state.stderr and "; there is no page" in state.stderr
    assert (
        "strategies/a.yaml:4: is wrong; strategies/b.yaml: too (build/reports/second/log.txt)" in state.stderr
    )
    assert state.stderr.endswith("1 of 2 reports are not up to date\n")
    (definitions / "second.yaml").write_text("title: Good", encoding="utf-8")
    program("report", "second")
    assert program("report", "--state").exit_code == 0


def test_a_report_that_was_never_built_has_a_command(program: Program, definitions: Path) -> None:
    told = program("report", "--state").stderr
    assert "first: not up to date: twintrack report first; there is no page\n" in told
    assert definitions.is_dir()
