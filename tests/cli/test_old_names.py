"""Names of before on the command line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from small_history import SMALL

Program = Callable[..., Result]
TABLE = """\
renamed:
  levers: {pursuit: catchup_share}
  world: {leader_pace: pace}
  outcomes: {months_behind: frontier_gap_months}
gone:
  levers: {subsidy: set fiscal_ai_rd}
  world: {luck: leave it out}
  outcomes: {happiness: nobody can measure it}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; the content is that of a small model, with names of before."""
    shutil.copytree(SMALL, tmp_path / "content")
    (tmp_path / "content" / "model" / "renamed.yaml").write_text(TABLE, encoding="utf-8")
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path / "content"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def notes(result: Result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return [line for line in result.stderr.splitlines() if line.startswith("note: ")]


def test_a_run_takes_old_names_and_tells_them(program: Program, answer: Callable[..., Any]) -> None:
    old = ("run", "fast", "--set", "pursuit=0.6", "--world", "leader_pace=4")
    new = ("run", "fast", "--set", "catchup_share=0.6", "--world", "pace=4")

    assert answer(*old)["outcomes"] == answer(*new)["outcomes"]
    assert notes(program(*old)) == [
        "note: --set pursuit=0.6: the lever has a new name: pursuit -> catchup_share",
        "note: --world leader_pace=4: the world parameter has a new name: leader_pace -> pace",
    ]


def test_a_comparison_tells_a_name_once(program: Program) -> None:
    done = program("compare", "fast", "open", "--set", "pursuit=0.6")

    assert notes(done) == ["note: --set pursuit=0.6: the lever has a new name: pursuit -> catchup_share"]


def test_what_is_gone_is_told_with_its_reason(program: Program) -> None:
    done = program("run", "fast", "--set", "subsidy=1", "--set", "x=1", "--world", "luck=1")

    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        '--set subsidy=1: the lever "subsidy" is gone: set fiscal_ai_rd',
        '--set x=1: there is no lever "x"',
        '--world luck=1: the world parameter "luck" is gone: leave it out',
    ]


def test_an_ensemble_takes_old_names(program: Program, folder: Path) -> None:
    words = ("ensemble", "fast", "--runs", 3, "--workers", 1, "--out", "store")
    done = program(*words, "--factorial", "pursuit=0.2,0.8", "--outputs", "months_behind,policy_switch")

    told = notes(done)
    assert "note: lever pursuit: the lever has a new name: pursuit -> catchup_share" in told
    assert "note: outputs: the outcome has a new name: months_behind -> frontier_gap_months" in told
    table = pd.read_parquet(folder / "store" / "runs")
    assert {"frontier_gap_months", "policy_switch"} < set(table.columns)
    assert set(table["strategy"]) == {"fast with catchup_share=0.2", "fast with catchup_share=0.8"}


def test_faults_of_old_names_in_an_ensemble(program: Program) -> None:
    words = ("ensemble", "fast", "--runs", 3, "--out", "store", "--factorial", "pursuit=0.2")
    done = program(
        *words, "--set", "catchup_share=1", "--outputs", "months_behind,frontier_gap_months,happiness"
    )

    assert done.exit_code == 2
    faults = [line for line in done.stderr.splitlines() if not line.startswith("note: ")]
    assert faults == [
        "--set catchup_share=1: --factorial gives it values too; keep one of the two",
        'outputs: the outcome "happiness" is gone: nobody can measure it',
        "output frontier_gap_months: is named twice; keep one",
    ]
    alone = program(*words, "--outputs", "happiness")
    assert alone.stderr.splitlines()[-1] == (
        'outputs: the outcome "happiness" is gone: nobody can measure it'
    )


def test_an_old_name_is_explained_as_the_new_one(program: Program) -> None:
    done = program("explain", "months_behind")

    assert done.stdout == program("explain", "frontier_gap_months").stdout
    assert notes(done) == ["note: explain: the outcome has a new name: months_behind -> frontier_gap_months"]
    gone = program("explain", "luck")
    assert (gone.exit_code, gone.stderr) == (
        2,
        'explain: the world parameter "luck" is gone: leave it out\n',
    )


def test_a_checked_file_with_old_names_is_good_and_told(program: Program, folder: Path) -> None:
    (folder / "mine.yaml").write_text("levers:\n  pursuit: 0.3\n", encoding="utf-8")
    done = program("check", "mine.yaml")

    assert done.stdout == "1 file is good\n"
    assert notes(done) == ["note: mine.yaml:2: the lever has a new name: pursuit -> catchup_share"]
    (folder / "mine.yaml").write_text("levers:\n  subsidy: 1\n", encoding="utf-8")
    refused = program("check", "mine.yaml")
    assert (refused.exit_code, refused.stderr) == (
        2,
        'mine.yaml:2: the lever "subsidy" is gone: set fiscal_ai_rd\n',
    )
