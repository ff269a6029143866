"""SIGKILL at random moments: what is there is whole, the next run cleans up, and ends with the same bytes.

In the suite each command is killed once. `make kills` does it a hundred times in all, there with reports on
the whole model, and prints counts.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_history import copy_with_history, give_public_cost, series

from twintrack.cli.report_log import LOG
from twintrack.folders import LIST

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = [sys.executable, "-m", "twintrack"]
SCRATCH = (".twintrack", ".tmp")
"""How names end of what is not finished."""
REPORT = """
title: Small
strategies: {strategies}
scenarios: [central]
ensemble: {{worlds: 20, seed: 1}}
outcomes: [frontier_gap_months, public_cost_pv]
years: [2040]
languages: [en]
"""

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Command:
    """What is killed: it works in the current folder and writes under `out`.

    `again` is what continues it. What it prints counts as a result where it writes no files. With a small
    `content` the same files are written in the same order, and the whole model takes a minute.
    """

    words: tuple[str, ...]
    again: tuple[str, ...] = ()
    content: str = "small"


ENSEMBLE = ("ensemble", "fast", "turning", "--runs", "100000", "--years", "2030,2040", "--workers", "2")
COMMANDS = {
    "ensemble": Command(
        (*PROGRAM, *ENSEMBLE, "--outputs", "frontier_gap_months", "--out", "out/store"),
        ("--resume",),
    ),
    "calibrate": Command(
        (
            *(*PROGRAM, "calibrate", "--members", "4096", "--populations", "4", "--worlds", "100"),
            *("--workers", "1", "--out", "out/posterior.parquet"),
        )
    ),
    "report": Command((*PROGRAM, "report", "small.yaml", "--output", "out/page"), content="learnt"),
    "validate": Command((*PROGRAM, "validate", "--only", "fit", "--json", "--workers", "1"), content="whole"),
    "make report": Command(("make", "--no-print-directory", "report", "BUILD=out"), content="learnt"),
}


class Place:
    """A folder to work in, with a temporary folder of its own, and a cache that places use in turn."""

    def __init__(self, folder: Path, cache: Path, content: Path) -> None:
        self.folder, self.cache, self.content = folder, cache, content
        for name in ("out", "reports", "tmp", ".venv/bin"):
            (folder / name).mkdir(parents=True, mode=0o700)
        report = REPORT.format(
            strategies="[baseline, pure_catchup]" if content == ROOT else "[turning, fast]"
        )
        for name in ("small.yaml", "reports/small.yaml"):
            (folder / name).write_text(report, encoding="utf-8")
        shutil.copy(ROOT / "Makefile", folder)
        for stamp in ("pyproject.toml", ".venv/pyvenv.cfg", ".venv/.installed"):
            (folder / stamp).touch()
        shim = folder / ".venv" / "bin" / "twintrack"
        shim.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        paths = [str(ROOT / "src"), str(ROOT), str(ROOT / "model" / "tests")]
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(paths),
            "TWINTRACK_CONTENT": str(self.content),
            "TWINTRACK_CACHE": str(self.cache),
            "TMPDIR": str(self.folder / "tmp"),
            "SOURCE_DATE_EPOCH": "1700000000",
        }

    def start(self, words: tuple[str, ...]) -> subprocess.Popen[bytes]:
        with (self.folder / "printed").open("wb") as printed, (self.folder / "told").open("wb") as told:
            return subprocess.Popen(
                words,
                cwd=self.folder,
                env=self.environment,
                stdout=printed,
                stderr=told,
                start_new_session=True,
            )

    def finish(self, words: tuple[str, ...]) -> float:
        """Run to the end, and give the time that it took."""
        begin = time.monotonic()
        assert self.start(words).wait(600) == 0, (self.folder / "told").read_text()
        return time.monotonic() - begin

    def kill(self, words: tuple[str, ...], seconds: float) -> bool:
        """Kill what was started after some time, and wait for its children; say whether it was killed."""
        process = self.start(words)
        time.sleep(seconds)
        target = _child(process.pid) if words[0] == "make" else process.pid
        if process.poll() is None:
            os.kill(target, signal.SIGKILL)
        process.wait(60)
        end = time.monotonic() + 120
        while _group(process.pid) and time.monotonic() < end:
            time.sleep(0.05)
        assert not _group(process.pid), "processes that were started live on"
        return process.returncode != 0

    def results(self) -> dict[str, bytes]:
        """What is finished: by path under out."""
        out = self.folder / "out"
        paths = {path.relative_to(out): path for path in out.rglob("*") if path.is_file()}
        done = {name for name in paths if not any(part.endswith(SCRATCH) for part in name.parts)}
        return {str(name): path.read_bytes() for name, path in paths.items() if name in done}

    def left(self) -> list[str]:
        """What nothing but a killed process has left."""
        folders = (self.folder / "out", self.folder / "tmp", self.cache)
        found = (path for folder in folders for path in folder.rglob("*"))
        return [str(path) for path in found if path.name.endswith(SCRATCH)] + [
            str(path) for path in (self.folder / "tmp").iterdir()
        ]


def _child(pid: int) -> int:
    """Give the newest process that a process has started; itself where there is none."""
    found = (
        Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if Path(f"/proc/{pid}").exists() else []
    )
    return int(found[-1]) if found else pid


def _group(session: int) -> list[int]:
    """The living processes of a session."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                fields = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(path.name))
    return found


def _comparable(results: Mapping[str, bytes]) -> dict[str, bytes]:
    """Leave out logs, which tell times, and the lists of own files.

    Lists hold the digest of the log, and two digests of a file while one takes the other's place.
    """
    return {name: content for name, content in results.items() if not name.endswith((LIST, LOG))}


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache for the commands of this file alone, which begins with what other tests have compiled."""
    folder = tmp_path_factory.mktemp("cache")
    for path in (Path(os.environ["TWINTRACK_CACHE"]) / "machine_code").glob("*.json"):
        target = folder / "machine_code" / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    return folder


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small content that has a history."""
    return copy_with_history(tmp_path_factory.mktemp("content") / "small", series("gap"), {"gap": {2020: 20}})


@pytest.fixture(scope="module")
def learnt(small: Path, tmp_path_factory: pytest.TempPathFactory, put_posterior: Callable[..., Path]) -> Path:
    """The same with a posterior, of which reports can be made."""
    root = shutil.copytree(small, tmp_path_factory.mktemp("content") / "learnt")
    give_public_cost(root)
    put_posterior(root)
    return root


@pytest.mark.parametrize("name", COMMANDS)
def test_a_kill_leaves_nothing_half_written_and_the_next_run_ends_the_same(
    name: str, cache: Path, small: Path, learnt: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    command, kills = COMMANDS[name], request.config.getoption("--kills")
    moments = random.Random(name)
    contents = {"small": small, "learnt": ROOT if kills > 1 else learnt, "whole": ROOT}
    place = Place(tmp_path / "place", cache, contents[command.content])
    seconds = place.finish(command.words)
    if "compiling" in (place.folder / "told").read_text():  # kills are to come before the end
        _empty(place)
        seconds = place.finish(command.words)
    whole, printed = place.results(), (place.folder / "printed").read_bytes()
    count = {"killed": 0, "ended before": 0, "left something": 0, "finished": 0}
    done = 0
    while done < kills:
        _empty(place)
        for again in range(min(moments.choice((1, 2, 3)), kills - done)):
            words = (*command.words, *(command.again if again else ()))
            killed = place.kill(words, moments.uniform(0.1, 1.05) * seconds)
            done += killed
            count["killed" if killed else "ended before"] += 1
            count["left something"] += bool(place.left())
            found = _comparable(place.results())
            assert found.items() <= _comparable(whole).items(), "something half-written, or other"
        place.finish((*command.words, *command.again))
        count["finished"] += 1
        assert place.results().keys() == whole.keys()
        assert _comparable(place.results()) == _comparable(whole)
        assert place.left() == []
        if name == "validate":
            assert (place.folder / "printed").read_bytes() == printed
    print(f"\n{name}: {json.dumps(count)}")  # noqa: T201 (what `make kills` is called for)


def _empty(place: Place) -> None:
    """Begin anew; where results lie in the cache, or what leads to them, that too."""
    shutil.rmtree(place.folder / "out")
    (place.folder / "out").mkdir()
    for kind in ("validation", "calibration"):
        shutil.rmtree(place.cache / kind, ignore_errors=True)
