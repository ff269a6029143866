"""Child processes: a measurement that owns its process cannot be disturbed by what was measured before it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.measuring import Json, NotMeasuredError
from twintrack.resources import work_dir

ROOT = Path(__file__).resolve().parents[1]
"""Where `bench` is found, whatever folder a measurement is started from."""


def child(
    job: str, given: Json, core: int | None = None, environment: Mapping[str, str] | None = None
) -> Json:
    """Do a job in a process of its own, on one core where `core` is given, and give what it answers.

    Raises NotMeasuredError when the job cannot be done or fails.
    """
    return _answer(_start(job, given, core, environment))


def on_every_core(job: str, given: Json, cores: Sequence[int]) -> list[Json]:
    """Do the same job at the same time on every core; raises as `child` does."""
    started = [_start(job, given, core, None) for core in cores]
    return [_answer(process) for process in started]


def program(*words: str) -> None:
    """Run the program as a process of its own, its output unread.

    The first time also stores Python's byte code, in the cache folder: installed packages have theirs.
    """
    code = "from twintrack.cli import program; program()"
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(work_dir() / "byte_code")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    words = (sys.executable, "-c", code, *words)
    subprocess.run(words, capture_output=True, check=True, env=environment)


def _start(
    job: str, given: Json, core: int | None, environment: Mapping[str, str] | None
) -> subprocess.Popen[str]:
    # Pinned before anything is imported: libraries that start threads then see one core.
    pin = f"import os; os.sched_setaffinity(0, {{{core}}}); " if core is not None and _can_pin() else ""
    path = f"import sys; sys.path.insert(0, {str(ROOT)!r}); "
    code = f"{pin}{path}from bench.jobs import main; main({job!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(given))
    process.stdin.close()
    process.stdin = None
    return process


def _answer(process: subprocess.Popen[str]) -> Json:
    out, errors = process.communicate()
    lines = errors.strip().splitlines()
    if process.returncode != 0:
        last = lines[-1] if lines else f"ended with code {process.returncode}"
        raise NotMeasuredError(f"the measurement failed: {last}")
    answer: Json = json.loads(out.strip().splitlines()[-1])
    if "not_measured" in answer:
        raise NotMeasuredError(answer["not_measured"])
    return answer


def _can_pin() -> bool:
    return hasattr(os, "sched_setaffinity")
