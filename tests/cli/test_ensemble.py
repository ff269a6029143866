"""`twintrack ensemble`."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import Result
from small_history import SMALL

from twintrack import EnsembleResult
from twintrack.cli.progress import duration, words
from twintrack.runs.experiment import Progress

Program = Callable[..., Result]


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder for a store; the content is that of a small model."""
    shutil.copytree(SMALL, tmp_path / "content")
    monkeypatch.setenv("TWINTRACK_CONTENT", str(tmp_path / "content"))
    monkeypatch.chdir(tmp_path)
    return tmp_path / "store"


def test_a_store_is_made_and_described(program: Program, out: Path) -> None:
    done = program("ensemble", "fast", "turning", "--runs", 300, "--workers", 1, "--out", out)
    assert done.exit_code == 0, done.stderr
    assert "600 runs" in done.stdout and "300 worlds" in done.stdout and "17 times" in done.stdout
    assert re.search(r"computed 600 in .*, [\d,]+ runs a second", done.stdout)
    assert f'pandas.read_parquet("{out}/runs")' in done.stdout
    assert re.search(r"about \d+ kB on the disk, of .* free", done.stderr)
    table = pd.read_parquet(out / "runs")
    assert len(table) == 600 * 17


def test_json_describes_the_store(answer: Callable[..., Any], out: Path) -> None:
    asked = ("ensemble", "fast", "--runs", 5, "--seed", 8, "--workers", 1, "--years", "2030,2040")
    told = answer(*asked, "--outputs", "public_cost_pv,policy_switch", "--out", out)
    assert told["runs"] == told["computed"] == 5
    assert (told["seed"], told["worlds"], told["times"]) == (8, 5, [2030, 2040])
    assert told["outputs"] == {"public_cost_pv": "bn CNY", "policy_switch": "Dmnl"}
    assert told["bytes"] > 1000 and told["runs_per_second"] > 0
    again = answer(*asked, "--outputs", "public_cost_pv,policy_switch", "--out", out, "--resume")
    assert again["computed"] == 0


def test_it_is_told_where_cost_is_equal_and_with_what_factors(
    answer: Callable[..., Any], program: Program, out: Path
) -> None:
    for budget in ("equal", "equal_central"):
        text = f"extends: turning\nbudget: {budget}\n"
        (out.parent / "content" / "strategies" / f"{budget}_cost.yaml").write_text(text, encoding="utf-8")
    asked = (
        "ensemble",
        "equal_cost",
        "equal_central_cost",
        "fast",
        "--runs",
        40,
        "--workers",
        1,
        "--out",
        out,
    )

    lines = program(*asked).stdout.splitlines()

    told = [line for line in lines if "money levers" in line]
    one, other = "in each world (budget: equal)", "in the central world (budget: equal_central)"
    number = r"[\d.]+"
    goal = "to cost what the baseline costs"
    assert re.fullmatch(
        rf"equal_cost under central: money levers times {number} to {number} \(5-95 % of the worlds\), "
        + re.escape(f"{goal} {one}"),
        told[0],
    )
    start = f"equal_central_cost under central: money levers times {number}, "
    assert re.fullmatch(start + re.escape(f"{goal} {other}"), told[1])
    again = answer(*asked, "--resume")
    assert again["budgets"] == {"equal_cost": "equal", "equal_central_cost": "equal_central", "fast": "own"}
    assert again["worlds_unmatched"] == 0


def test_levers_are_crossed(answer: Callable[..., Any], out: Path) -> None:
    told = answer(
        "ensemble", "fast", "--runs", 2, "--workers", 1, "--out", out, "--years", "all",
        "--factorial", "catchup_share=0.2,0.5", "--factorial", "fiscal_ai_rd=50,100",
    )  # fmt: skip
    assert told["strategies"] == [
        f"fast with catchup_share={share}, fiscal_ai_rd={money}"
        for share in (0.2, 0.5)
        for money in (50, 100)
    ]
    assert len(told["times"]) == 65


def test_worlds_come_from_a_table(answer: Callable[..., Any], program: Program, out: Path) -> None:
    pd.DataFrame({"pace": [2.0, 3.0, 4.0]}).to_csv("given.csv", index=False)
    asked = ("ensemble", "fast", "--workers", 1, "--worlds", "given.csv", "--out")
    assert answer(*asked, out)["worlds"] == 3
    assert answer(*asked, out.with_name("drawn"), "--resample", "--runs", 50)["worlds"] == 50
    for words_, told in (
        (("--runs", 2), "leave --runs out, or draw from it with --resample"),
        (("--resample",), "say how many worlds to draw, with --runs"),
    ):
        refused = program(*asked, out.with_name("none"), *words_)
        assert refused.exit_code == 2 and told in refused.stderr
    refused = program("ensemble", "fast", "--out", out.with_name("none"), "--resample")
    assert refused.exit_code == 2 and "name it with --worlds" in refused.stderr


def test_it_is_told_where_the_worlds_come_from(
    program: Program, answer: Callable[..., Any], out: Path, put_posterior: Callable[..., Path]
) -> None:
    def folder(name: str) -> Path:
        return out.with_name(name)

    asked = ("ensemble", "fast", "--runs", 4, "--workers", 1, "--seed", 3, "--out")
    without = program(*asked, folder("without"))
    assert "worlds: a Latin hypercube of the prior, seed 3" in without.stdout
    assert "note: worlds are drawn from the prior, for there is no model/posterior.parquet" in without.stderr
    refused = program(*asked, folder("none"), "--design", "posterior")
    assert refused.exit_code == 2 and "there is no model/posterior.parquet" in refused.stderr
    put_posterior(Path("content"))
    usual = program(*asked, folder("usual"))
    assert "worlds: drawn from the 40 that agree with history, seed 3" in usual.stdout
    assert "note" not in usual.stderr
    assert answer(*asked, folder("json"))["worlds_from"] == "posterior"
    told = [answer(*asked, folder("prior"), "--prior"), answer(*asked, folder("latin"), "--design", "latin")]
    assert [one["worlds_from"] for one in told] == ["prior", "prior"] and told[0]["design"] == "latin"
    sobol = program(*asked, folder("sobol"), "--design", "sobol", "--prior")
    assert "worlds: a Sobol sequence of the prior" in sobol.stdout


def test_a_contradiction_about_the_worlds_is_refused(program: Program, out: Path) -> None:
    pd.DataFrame({"pace": [2.0]}).to_csv("given.csv", index=False)
    for words_, told in (
        (("--prior", "--design", "posterior"), "prior: the design asks for the posterior"),
        (("--prior", "--worlds", "given.csv"), "prior: a table says which worlds there are"),
        (("--design", "sobol", "--worlds", "given.csv"), "design sobol: a table says which worlds"),
    ):
        refused = program("ensemble", "fast", "--out", out, *words_)
        assert refused.exit_code == 2 and told in refused.stderr
        assert not out.exists()


def test_levers_and_world_can_be_set(answer: Callable[..., Any], program: Program, out: Path) -> None:
    asked = ("ensemble", "fast", "turning", "--runs", 3, "--prior", "--workers", 1, "--out", out)
    changed = ("--set", "fiscal_ai_rd=2026:60,2030:150", "--set", "catchup_share=0.4", "--world", "pace=4")
    told = answer(*asked, *changed)
    assert told["changes"] == {
        "levers": ["fiscal_ai_rd=2026:60,2030:150", "catchup_share=0.4"],
        "world": ["pace=4"],
    }
    result = EnsembleResult.open(out)
    assert result.strategies == ["fast", "turning"]
    assert result.manifest["scenarios"] == {"central": {"pace": 4}}
    alone = answer("run", "fast", "--set", "fiscal_ai_rd=2026:60,2030:150", "--set", "catchup_share=0.4",
                   "--world", "pace=4", "--years", "2040")  # fmt: skip
    expected = alone["outcomes"]["frontier_gap_months"]["values"][-1]
    gaps = result.frame(["frontier_gap_months"], ["fast"], times=[2040])["frontier_gap_months"]
    assert gaps.tolist() == [pytest.approx(expected, rel=1e-9)] * 3
    shown = program(*asked, *changed, "--resume")
    assert "levers changed: fiscal_ai_rd=2026:60,2030:150, catchup_share=0.4" in shown.stdout
    assert "world changed: pace=4" in shown.stdout
    other = program(*asked, "--resume")
    assert other.exit_code == 2 and "scenario central: pace: 4, now nothing" in other.stderr
    unlikely = program(*asked[:-1], out.with_name("far"), "--world", "pace=12")
    assert "note: pace is set outside its range, 2 to 9" in unlikely.stderr


def test_faults_of_what_is_set_are_told_with_all_others(program: Program, out: Path) -> None:
    refused = program(
        "ensemble", "fsat", "--out", out, "--runs", 0, "--factorial", "fiscal_ai_rd=1",
        "--set", "catchup_shar=1", "--set", "fiscal_ai_rd=2",
        "--world", "catchup_share=1", "--world", "pac=1",
    )  # fmt: skip
    assert refused.exit_code == 2
    told = refused.stderr.splitlines()
    parts = (
        "fsat",
        "at least 1 world",
        "--set catchup_shar=1",
        "--set fiscal_ai_rd=2: --factorial gives it values too",
        "--world catchup_share=1",
        "--world pac=1",
    )
    assert len(told) == len(parts)
    for part in parts:
        assert any(part in line for line in told), (part, told)
    assert not out.exists()


def test_all_faults_are_told_at_once(program: Program, out: Path) -> None:
    refused = program(
        "ensemble", "fsat", "--scenario", "centrl", "--runs", 0, "--seed", -1, "--out", out,
        "--factorial", "catchup_share=much", "--factorial", "fiscal_ai_rd=1", "--factorial", "fiscal_ai_rd=2",
        "--outputs", "gap", "--years", "soon",
    )  # fmt: skip
    assert refused.exit_code == 2
    told = refused.stderr.splitlines()
    parts = ("fsat", "centrl", "at least 1 world", "seed", "=much", "given twice", '"gap"', "--years soon")
    assert len(told) == len(parts)
    for part in parts:
        assert any(part in line for line in told), part
    assert not out.exists()


def test_a_store_is_continued_only_when_asked(program: Program, out: Path) -> None:
    asked = ("ensemble", "fast", "--runs", 5, "--workers", 1, "--out", out)
    assert program(*asked).exit_code == 0
    refused = program(*asked)
    assert refused.exit_code == 2 and "continue it with --resume" in refused.stderr
    assert program(*asked, "--resume").exit_code == 0
    other = program(*asked, "--resume", "--seed", 2)
    assert other.exit_code == 2 and "design seed: store 1, now 2" in other.stderr


def test_a_disk_that_refuses_is_an_error_of_the_work(
    program: Program, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fsync)
    failed = program("ensemble", "fast", "--runs", 5, "--out", out)
    assert failed.exit_code == 1
    assert failed.stderr.splitlines()[-1].startswith(f"{out}") and "No space left" in failed.stderr


@pytest.mark.slow
def test_ctrl_c_leaves_a_store_that_continues(out: Path) -> None:
    code = (
        "import signal\nfrom twintrack.cli import program\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # background jobs start deaf
        "program()"
    )
    asked = [sys.executable, "-c", code, "ensemble", "fast", "turning", "--runs", "100000", "--workers", "2"]
    asked += ["--out", str(out), "--resume"]
    with Path("stderr.txt").open("w") as file:
        started = subprocess.Popen(asked, stderr=file, stdout=file, start_new_session=True)
    while len(list(out.rglob("part-*"))) < 3 and started.poll() is None:
        time.sleep(0.02)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does
    assert started.wait(20) == 130
    told = Path("stderr.txt").read_text()
    assert "Traceback" not in told
    assert told.splitlines()[-2:] == [
        f"what is done is in {out}: continue with --resume (in Python: resume=True)",
        "interrupted",
    ]
    assert not EnsembleResult.open(out).complete and not list(out.rglob("*.tmp"))
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert EnsembleResult.open(out).complete and "200,000 runs" in done.stdout


def test_progress_in_words() -> None:
    assert words(Progress(0, 14_000, 0, 0.0)).startswith("0 of 14,000 runs, starting")
    assert words(Progress(256, 14_000, 256, 3.0)) == "256 of 14,000 runs"
    told = words(Progress(7168, 14_000, 7168, 6.0, 2300.4))
    assert told == "7,168 of 14,000 runs, 2,300 a second, 3 s left"
    assert [duration(seconds) for seconds in (0.4, 99, 100, 5999, 11_100)] == [
        "0 s", "99 s", "2 min", "1 h 40 min", "3 h 05 min",
    ]  # fmt: skip
