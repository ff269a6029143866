"""`twintrack analyse`."""

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


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; the content is that of a small model."""
    shutil.copytree(SMALL, tmp_path / "content")
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path / "content"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def analysed(program: Program, *words: object) -> Result:
    return program("analyse", *words, "--runs", 30, "--prior", "--workers", 1)


def test_tables_of_everything_are_written_and_the_first_place_is_told(program: Program) -> None:
    done = analysed(program, "fast", "open")
    assert done.exit_code == 0, done.stderr
    assert (
        "3 strategies in 30 worlds of the prior" in done.stdout and "build/decisions/results" in done.stdout
    )
    line = next(text for text in done.stdout.splitlines() if "frontier_gap_months" in text)
    assert "fast" in line and "100%" in line
    table = pd.read_csv("build/decisions/results/contests.csv")
    assert set(table["cost"]) == {"equal", "own"} and set(table["year"]) == {2030, 2035, 2040}
    assert (table[table["outcome"] == "frontier_gap_months"]["worlds"] == 30).all()


def test_json_holds_the_same_tables(answer: Callable[..., Any]) -> None:
    told = answer("analyse", "fast", "--runs", 10, "--prior", "--workers", 1, "--cost", "own")
    assert told["worlds"] == {"number": 10, "origin": "prior"} and told["costs"] == ["own"]
    rows = pd.read_csv("build/decisions/results/contests.csv").to_dict("records")
    assert [row["median"] for row in told["tables"]["contests"]] == [row["median"] for row in rows]


def test_an_earlier_analysis_is_read_again_without_a_run(program: Program) -> None:
    analysed(program, "fast", "open")
    first = Path("build/decisions/results/contests.csv").read_bytes()
    again = program("analyse", "build/decisions", "--out", "again", "--only", "contests")
    assert again.exit_code == 0, again.stderr
    assert Path("again/results/contests.csv").read_bytes() == first
    assert not Path("again/runs").exists()


def test_what_was_broken_off_is_continued(program: Program) -> None:
    analysed(program, "fast")
    next(Path("build/decisions/runs").rglob("part-*.parquet")).unlink()
    assert analysed(program, "fast").exit_code == 2
    assert analysed(program, "fast", "--resume").exit_code == 0


def test_everything_that_is_typed_wrong_is_told_at_once(program: Program) -> None:
    words = ["--factor", "speed=fast", "--target", "gap=3", "--years", "soon", "--sobol", "100"]
    done = analysed(program, "fast", *words)
    assert done.exit_code == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "--factor speed=fast",
        "--target gap=3",
        "--years soon",
        "--sobol 100",
    ]
    done = analysed(program, "fast", "--map", "--between", "fast,slow")
    assert done.exit_code == 2 and "slow" in done.stderr
    assert not Path("build/decisions/results").exists()


def test_findings_are_written_and_told_in_both_languages(program: Program) -> None:
    done = analysed(program, "fast", "open", "--only", "contests,robustness", "--cost", "own")
    text = Path("build/decisions/results/findings.md").read_text(encoding="utf-8")
    assert text in done.stdout + "\n" and "“Fast” is best" in text and "“快”最好" in text


def test_map_and_shares_of_variance_run_further_worlds(program: Program) -> None:
    words = ["--only", "factorial", "--cost", "own", "--sobol", "16", "--between", "fast,open"]
    done = analysed(program, "fast", "open", *words)
    assert done.exit_code == 0, done.stderr
    results = Path("build/decisions/results")
    assert {path.stem for path in results.glob("*.csv")} == {"morris", "sobol", "sobol_converged"}
