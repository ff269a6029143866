"""`twintrack explain-difference`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result

Program = Callable[..., Result]
SMALL = ("--runs", 10, "--prior", "--years", "2040")


@pytest.fixture(autouse=True)
def folder(small_content: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder; the content is that of a small model."""
    monkeypatch.setenv("TWINTRACK_CONTENT", str(small_content))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_parts_are_told_and_sum_to_the_total(answer: Callable[..., Any]) -> None:
    told = answer("explain-difference", "baseline", "fast", *SMALL)
    assert told["between"] == ["baseline", "fast"] and told["residual"] < 1e-9
    table = pd.DataFrame(told["parts"])
    for _, rows in table.groupby("outcome"):
        means = rows.set_index("change")["mean"]
        assert means.drop("total").sum() == pytest.approx(means["total"])


def test_the_table_is_printed_and_kept_where_asked_and_continued(program: Program) -> None:
    words = ("explain-difference", "open", "turning", *SMALL, "--out", "why", "--workers", 1)
    done = program(*words)
    assert done.exit_code == 0, done.stderr
    assert "from open to turning" in done.stdout and "switch" in done.stdout
    table = pd.read_csv("why/parts.csv")
    next(Path("why/runs").rglob("part-*.parquet")).unlink()
    assert program(*words).exit_code == 2
    assert program(*words, "--resume").exit_code == 0
    assert pd.read_csv("why/parts.csv").equals(table)


def test_two_scenarios_are_explained(program: Program) -> None:
    both = ("--scenario", "central", "--scenario", "fast_leader")
    done = program("explain-difference", "fast", *both, *SMALL)
    assert done.exit_code == 0 and "Strength" in done.stdout


def test_what_is_asked_wrongly_is_told(program: Program) -> None:
    done = program("explain-difference", "fast", "--resume")
    assert done.exit_code == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["explain-difference", "--resume"]
