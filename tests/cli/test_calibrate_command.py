"""`twintrack calibrate`."""

from __future__ import annotations

import json
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
from small_history import copy_with_history, series

Program = Callable[..., Result]
QUICK = ("--members", 512, "--populations", 2, "--worlds", 60, "--workers", 1)


@pytest.fixture
def content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small content that has a history."""
    root = copy_with_history(tmp_path / "content", series("gap"), {"gap": {2020: 20, 2024: 14}})
    monkeypatch.setenv("TWINTRACK_CONTENT", str(root))
    monkeypatch.chdir(tmp_path)
    return root


def test_ensembles_then_draw_worlds_that_agree_with_history(
    program: Program, answer: Callable[..., Any], content: Path
) -> None:
    done = program("calibrate", *QUICK)
    assert done.exit_code == 0, done.stderr
    first, second, third = done.stdout.splitlines()
    posterior = content / "model" / "posterior.parquet"
    assert first.startswith(f"{posterior}: 60 worlds") and "2 observations of 1 series, 1 parameters" in first
    assert re.match(r"[\d,]+ runs in .*; log evidence -[\d.]+, -[\d.]+$", second)
    assert re.match(r"medians of the populations differ by at most \d\.\d{3} .* over 6 outcomes", third)
    assert "population 1: " in done.stderr and "population 2: " in done.stderr
    told = answer("ensemble", "fast", "--runs", 40, "--workers", 1, "--out", "store")
    assert told["worlds_from"] == "posterior"
    known = set(pd.read_parquet(posterior)["pace"])
    drawn = pd.read_parquet("store/worlds.parquet")["pace"]
    assert {round(value, 4) for value in drawn} <= {round(float(value), 4) for value in known}


def test_json_holds_the_whole_record_and_the_seed_decides(answer: Callable[..., Any], content: Path) -> None:
    def made(seed: int, out: str) -> dict[str, Any]:
        return dict(answer("calibrate", *QUICK, "--seed", seed, "--out", out))

    first, again, other = made(5, "a/one.parquet"), made(5, "a/two.parquet"), made(6, "a/three.parquet")
    assert first["seed"] == 5 and first["settings"]["worlds"] == 60 and first["posterior"] == "a/one.parquet"
    assert first["bytes"] == Path("a/one.parquet").stat().st_size
    assert first["summary"]["largest_deviation"] < 0.5 and len(first["summary"]["log_evidence"]) == 2
    assert Path("a/one.parquet").read_bytes() == Path("a/two.parquet").read_bytes()
    assert other["summary"]["log_evidence"] != again["summary"]["log_evidence"]
    assert not (content / "model" / "posterior.parquet").exists()


def test_all_that_is_wrong_is_told_before_anything_is_computed(program: Program, content: Path) -> None:
    Path("file").write_text("", encoding="utf-8")
    refused = program(
        "calibrate", "--members", 100, "--populations", 1, "--worlds", 0, "--seed", -1, "--workers", 0,
        "--out", "file/posterior.parquet",
    )  # fmt: skip
    assert refused.exit_code == 2
    told = refused.stderr.splitlines()
    parts = ("seed: ", "populations: ", "members: ", "worlds: ", "workers: ", "--out: file/posterior.parquet")
    assert len(told) == len(parts)
    for part in parts:
        assert any(line.startswith(part) for line in told), (part, told)


def test_a_content_without_history_is_refused(program: Program, content: Path) -> None:
    shutil.rmtree(content / "model" / "history")
    refused = program("calibrate", *QUICK)
    assert refused.exit_code == 2 and "there are no observed series to learn from" in refused.stderr


def test_a_disk_that_refuses_the_sample_costs_nothing(
    program: Program, content: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twintrack.worlds import posterior

    def refuses(*_: object) -> None:
        raise OSError(28, "No space left on device", "posterior.parquet")

    with monkeypatch.context() as patched:
        patched.setattr(posterior, "atomic_write", refuses)
        failed = program("calibrate", *QUICK, "--seed", 11)
    assert failed.exit_code == 1
    assert failed.stderr.splitlines()[-1] == (
        "posterior.parquet: No space left on device;"
        " what is done is kept: the same command goes on from there"
    )
    done = program("calibrate", *QUICK, "--seed", 11)
    assert done.exit_code == 0 and done.stderr.count("going on at power 1") == 2
    again = program("calibrate", *QUICK, "--seed", 11)
    assert "going on" not in again.stderr  # what is stored is no longer kept


FURTHER = "series,date,value,low,high,unit,publisher\n"


def test_further_observations_are_learnt_from_into_a_file_of_their_own(
    program: Program, answer: Callable[..., Any], content: Path
) -> None:
    usual = answer("calibrate", *QUICK)
    posterior = content / "model" / "posterior.parquet"
    before = posterior.read_bytes()
    Path("seen.csv").write_text(FURTHER + "gap,2026-01-01,12,11,13,months,one\n", encoding="utf-8")
    further = (*QUICK, "--observations", "seen.csv")
    refused = program("calibrate", *further)
    assert refused.exit_code == 2
    assert refused.stderr.splitlines() == [
        "seen.csv:2: gap, at 2026, was complete after the end of 2024; learn from it with --until 2025, or"
        " take the row out",
        "--out: name a file: other data do not replace model/posterior.parquet unasked",
    ]
    made = answer("calibrate", *further, "--until", 2025, "--out", "further.parquet")
    assert (made["summary"]["observations"], usual["summary"]["observations"]) == (3, 2)
    assert made["settings"]["until"] == 2025 and usual["settings"]["until"] == 2024
    assert len(made["settings"]["further"]) == 64 and usual["settings"]["further"] == ""
    assert made["history_hash"] != usual["history_hash"]
    narrower = [pd.read_parquet(path)["pace"].std() for path in ("further.parquet", posterior)]
    assert narrower[0] < narrower[1]
    assert posterior.read_bytes() == before


def test_worlds_of_other_data_are_known_as_such_where_the_usual_ones_are_expected(
    program: Program, answer: Callable[..., Any], content: Path
) -> None:
    Path("seen.csv").write_text(FURTHER + "gap,2022,17,,,months,one\n", encoding="utf-8")
    posterior = content / "model" / "posterior.parquet"
    done = program("calibrate", *QUICK, "--observations", "seen.csv", "--out", posterior)
    assert done.exit_code == 0, done.stderr
    told = program("ensemble", "fast", "--runs", 4, "--workers", 1, "--out", "store")
    assert "does not belong to this model: the observations are others" in told.stderr
    assert answer("ensemble", "fast", "--runs", 4, "--workers", 1, "--out", "other")["worlds_from"] == "prior"


def test_the_last_year_that_is_learnt_from_is_the_one_that_help_names(program: Program) -> None:
    from twintrack.inputs.history import LEARNT_UNTIL

    for command in ("calibrate", "project"):
        assert f"[default: {LEARNT_UNTIL}]" in program(command, "--help").stdout


@pytest.mark.slow
def test_ctrl_c_leaves_what_is_done_and_the_same_command_goes_on(content: Path, tmp_path: Path) -> None:
    code = (
        "import signal\nfrom twintrack.cli import program\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # background jobs start deaf
        "program()"
    )
    asked = [sys.executable, "-c", code, "calibrate", "--members", "4096", "--populations", "3"]
    asked += ["--worlds", "500", "--workers", "2"]
    cache = tmp_path / "cache"
    surroundings = {**os.environ, "TWINTRACK_CACHE": str(cache)}
    with Path("stderr.txt").open("w") as file:
        started = subprocess.Popen(asked, stderr=file, stdout=file, start_new_session=True, env=surroundings)
    while not list(cache.glob("calibration/*/population-2.npz")) and started.poll() is None:
        time.sleep(0.02)
    os.killpg(started.pid, signal.SIGINT)  # as a terminal does
    assert started.wait(20) == 130
    told = Path("stderr.txt").read_text(encoding="utf-8")
    assert "Traceback" not in told
    assert told.splitlines()[-2:] == [
        "what is done is kept: the same command goes on from there",
        "interrupted",
    ]
    posterior = content / "model" / "posterior.parquet"
    assert not posterior.exists()
    done = subprocess.run([*asked, "--json"], capture_output=True, text=True, check=True, env=surroundings)
    assert "population 1: going on at power 1" in done.stderr
    assert re.search(r"population 2: going on at power [\d.e-]+", done.stderr)
    assert json.loads(done.stdout)["bytes"] == posterior.stat().st_size
    broken = posterior.read_bytes()
    subprocess.run([*asked, "--fresh"], capture_output=True, check=True, env=surroundings)
    assert posterior.read_bytes() == broken
    assert not list(cache.glob("calibration/*/*"))


def test_the_ranges_of_strategies_are_renewed_with_the_worlds_or_by_themselves(
    program: Program, content: Path
) -> None:
    assert program("calibrate", *QUICK).exit_code == 0
    path = content / "model" / "posterior_ranges.npz"
    written = path.read_bytes()
    path.unlink()
    text = program("run", "fast", "--years", "2030")
    assert "95 %" not in text.stdout
    assert "there is no model/posterior_ranges.npz" in text.stdout
    done = program("calibrate", "--only-ranges")
    assert done.exit_code == 0
    assert "in 60 worlds; representative world: row" in done.stdout
    assert path.read_bytes() == written
    text = program("run", "fast", "--years", "2030", "--world", "representative").stdout
    assert "world: the representative one, one of many" in text
    assert "so many of the 60 worlds that agree with history are below" in text


def test_check_tells_strategies_whose_ranges_are_not_stored(program: Program, content: Path) -> None:
    assert program("calibrate", *QUICK).exit_code == 0
    assert "warning" not in program("check").stderr
    (content / "strategies" / "late.yaml").write_text("extends: fast\n", encoding="utf-8")
    (content / "strategies" / "other.yaml").write_text("levers: {catchup_share: 0.1}\n", encoding="utf-8")
    assert "does not have as they are now: other; run" in program("check").stderr


def test_worlds_of_other_data_leave_the_ranges_alone(program: Program, content: Path, tmp_path: Path) -> None:
    out = tmp_path / "other.parquet"
    assert program("calibrate", *QUICK, "--out", out).exit_code == 0
    assert out.is_file() and not (content / "model" / "posterior_ranges.npz").exists()
