"""`twintrack project` and `twintrack score`, from worlds that were learnt to scores of made-up numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from small_history import copy_with_history, series

Program = Callable[..., Result]
QUICK = ("--members", 512, "--populations", 2, "--worlds", 300, "--workers", 1)
ENTRIES = (
    series("gap")
    + series("yearly", "log", 0.1, 0.2, reading="mean")
    + series("most", "log", 0.1, 0.2, bound="upper")
)
TABLES = {"gap": {2020: 20, 2024: 18}, "yearly": {2019: 21, 2023: 18}, "most": {2021: 60}}
SEEN = """series,period,value,unit,publisher
gap,2025,17,months,made up
gap,2025Q2,17.5,months,made up
yearly,2025,17,months,made up
most,2025,70,months,made up
"""


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small content with a history, and a table of what came later."""
    root = copy_with_history(tmp_path / "content", ENTRIES, TABLES)
    monkeypatch.setenv("TWINTRACK_CONTENT", str(root))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1738281600")
    monkeypatch.chdir(tmp_path)
    Path("seen.csv").write_text(SEEN, encoding="utf-8")
    return root


@pytest.fixture
def calibrated(content: Path, program: Program) -> Path:
    """The content with worlds that agree with its history."""
    done = program("calibrate", *QUICK)
    assert done.exit_code == 0, done.stderr
    return content


def test_a_projection_is_registered_and_scored(calibrated: Path, program: Program) -> None:
    done = program("project", "--at", "2025,2025Q2,2026.5", "--out", "out/p.json")
    assert done.exit_code == 0, done.stderr
    data = json.loads(Path("out/p.json").read_text(encoding="utf-8"))
    assert done.stdout.splitlines() == [
        "out/p.json: 9 readings of 3 series, 200 draws of each; made 2025-01-31, seed 1",
        f"sha256 {data['sha256']} of all but the date",
    ]
    shutil.rmtree(calibrated)  # the file alone is enough
    scored = program("score", "out/p.json", "--observations", "seen.csv")
    assert scored.exit_code == 0, scored.stderr
    lines = scored.stdout.splitlines()
    assert lines[0] == f"out/p.json, made 2025-01-31, sha256 {data['sha256'][:12]}, seed 1"
    rows = {
        tuple(line.split()[:3]) for line in lines if line.startswith((" gap", " yearly", " most", " all"))
    }
    assert rows == {
        ("gap", "linear,", "months"), ("yearly", "log", "1"), ("most", "1", "100%"),
        ("all", "linear,", "months"), ("all", "log", "1"),
    }  # fmt: skip
    assert "coverage: 3 of 3 observations in the 50 % band, 3 in the 90 % band" in lines
    assert any(
        re.match(r"closer \(CRPS against absolute error\), by series: \d of 2 than the", line)
        for line in lines
    )


def test_the_same_seed_gives_the_same_bytes(calibrated: Path, program: Program) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert (
            program("project", "--at", "2025Q4,2026.5", "--seed", seed, "--out", f"{name}.json").exit_code
            == 0
        )
    first, again, other = (Path(f"{name}.json").read_bytes() for name in "abc")
    assert first == again != other


def test_scores_as_json_and_csv(calibrated: Path, program: Program, answer: Callable[..., Any]) -> None:
    made = answer("project", "--at", "2025,2025Q2", "--out", "p.json")
    assert (made["projection"], made["series"], made["readings"]) == ("p.json", 3, 6)
    assert made["made"] == "2025-01-31" and set(made["origin"]) > {
        "model_hash",
        "prior_hash",
        "posterior_hash",
    }
    told = answer("score", "p.json", "--observations", "seen.csv")
    assert told["sha256"] == made["sha256"] and told["origin"] == made["origin"]
    gap, yearly, most = told["series"]
    assert (gap["measured_in"], len(gap["points"]), gap["mean"]["points"]) == ("linear, months", 2, 2)
    assert most["mean"] is None and most["points"][0]["below"] == 1
    assert set(told["together"]) == {"linear, months", "log"}
    assert set(told["contests"]) == {"last", "growth", "trend"}
    printed = program("score", "p.json", "--observations", "seen.csv", "--csv")
    assert printed.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(printed.stdout)))
    assert [(row["series"], row["measured_in"], row["bound"]) for row in rows] == [
        ("gap", "linear, months", ""), ("yearly", "log", ""), ("most", "log", "upper"),
        ("", "linear, months", ""), ("", "log", ""),
    ]  # fmt: skip
    for name in ("interval_50", "interval_90", "wis", "crps", "error", "bias"):
        assert float(rows[1][name]) == yearly["mean"][name]
    assert float(rows[0]["trend"]) == gap["mean"]["rivals"]["trend"]
    assert rows[2]["crps"] == "" and float(rows[2]["below"]) == 1
    both = program("score", "p.json", "--observations", "seen.csv", "--csv", "--json")
    assert both.exit_code == 2 and "leave one out" in both.stderr


def test_all_that_is_wrong_with_a_table_is_told(calibrated: Path, program: Program) -> None:
    assert program("project", "--out", "p.json").exit_code == 0
    Path("seen.csv").write_text(
        "series,date,value,unit,publisher\n"
        "gaps,2026,17,months,one\n"
        "gap,2026,17,Year,one\n"
        "gap,soon,17,months,one\n"
        "gap,2026,few,months,one\n"
        "gap,2026,17,months,one\n"
        "gap,2026,17,months,one\n"
        "yearly,2025.25,17,months,one\n"
        "most,2025,17,months,\n",
        encoding="utf-8",
    )
    refused = program("score", "p.json", "--observations", "seen.csv")
    assert refused.exit_code == 2 and refused.stdout == ""
    told = [line.removeprefix("seen.csv:")[:40] for line in refused.stderr.splitlines()]
    assert told == [
        '2: there is no series "gaps"; did you me',
        '3: the unit is "Year", that of the serie',
        '4: date: "soon" is not a date; write a y',
        "5: value must be a number, not the text ",
        "7: gap, at 2026, by one stands in line 6",
        "8: yearly is not projected mean of 2025.",
        "9: publisher is empty; say who published",
    ]
    assert refused.stderr.splitlines()[-2].endswith(
        "(2025.25); it is mean of 2025 to 2026, mean of 2026 to 2027"
    )
    missing = program("score", "nothing.json", "--observations", "seen.csv")
    assert missing.exit_code == 2 and missing.stderr == "nothing.json: there is no such file\n"


def test_all_that_is_wrong_with_what_is_asked_for_is_told(calibrated: Path, program: Program) -> None:
    Path("file").write_text("", encoding="utf-8")
    refused = program(
        "project", "--at", "2025Q5,soon,2026", "--out", "file/p.json", "--observations", "none.csv"
    )
    assert refused.exit_code == 2
    starts = [
        '--at 2025Q5: "2025Q5" is not a period',
        '--at soon: "soon" is not a date',
        "--out: file/p.json",
    ]
    starts.append("none.csv: there is no such file")
    for line, start in zip(refused.stderr.splitlines(), starts, strict=True):
        assert line.startswith(start)
    empty = program("project", "--at", " , ")
    assert empty.exit_code == 2 and "--at: names no date or period" in empty.stderr


def test_a_content_without_worlds_is_refused(content: Path, program: Program) -> None:
    refused = program("project")
    assert refused.exit_code == 2
    assert refused.stderr.endswith(
        "posterior.parquet: there is no such file; make it with `twintrack calibrate`\n"
    )


def test_worlds_of_other_data_are_projected_with_these_data(calibrated: Path, program: Program) -> None:
    """What had happened by the end of 2022 is learnt from, and scored against what came in 2023."""
    early = ("--until", 2022)
    refused = program("calibrate", *QUICK, *early)
    assert refused.exit_code == 2
    assert refused.stderr == "--out: name a file: other data do not replace model/posterior.parquet unasked\n"
    done = program("calibrate", *QUICK, *early, "--out", "early.parquet")
    assert done.exit_code == 0 and "3 observations of 3 series" in done.stdout
    refused = program("project", "--at", "2023", "--posterior", "early.parquet")
    assert refused.exit_code == 2
    assert refused.stderr.startswith(
        "early.parquet: was learnt from something else: the observations are others"
    )
    refused = program("project", "--at", "2023", *early)
    assert refused.exit_code == 2 and "was learnt from something else" in refused.stderr
    made = program("project", "--at", "2023", "--posterior", "early.parquet", *early, "--out", "p.json")
    assert made.exit_code == 0, made.stderr
    past = json.loads(Path("p.json").read_text(encoding="utf-8"))["series"]["gap"]["past"]
    assert past == [{"time": 2020.0, "value": 20.0}]
    Path("seen.csv").write_text(
        "series,date,value,unit,publisher\ngap,2024,18,months,one\n", encoding="utf-8"
    )
    assert program("score", "p.json", "--observations", "seen.csv").exit_code == 0
