"""Processes that compute parts, and what happens when they, or the one that started them, are killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from store_helpers import children, content_of, gone, is_worker, parts_of

from twintrack import EnsembleResult, Experiment
from twintrack.errors import InputError, TwinTrackError
from twintrack.model import Model
from twintrack.runs import workers
from twintrack.runs.experiment import Progress
from twintrack.runs.parts import Job, Work
from twintrack.runs.prepared import prepare

Run = Callable[..., EnsembleResult]

SCRIPT = """
import sys
import twintrack
twintrack.Experiment(
    ["fast", "turning"], ("central", "fast_leader"), {worlds}, model=twintrack.load({content!r}), prior=True
).run({out!r}, workers=2, resume=True)
"""
"""A user's script, without the guard that processes would otherwise need."""


@pytest.fixture
def script(small_model: Model, tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts a script that runs an ensemble by two workers."""

    def script(out: Path, worlds: int) -> subprocess.Popen[str]:
        path = tmp_path / "script.py"
        text = SCRIPT.format(worlds=worlds, content=str(small_model.content), out=str(out))
        path.write_text(text, encoding="utf-8")
        with (tmp_path / "stderr.txt").open("w") as file:
            return subprocess.Popen([sys.executable, path], stderr=file, text=True)

    return script


def test_two_workers_give_the_bytes_of_one(run: Run, small_model: Model) -> None:
    asked = {"scenarios": ("central", "fast_leader"), "worlds": 700}
    one, two = run("one", **asked), run("two", workers=2, **asked)
    assert content_of(one.folder) == content_of(two.folder)


def test_another_block_of_runs_gives_the_same_numbers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from twintrack.runs import parts

    usual = run("usual").dataset()
    monkeypatch.setattr(parts, "SMALLEST", 50)
    other = run("other").dataset()
    for name in usual:
        np.testing.assert_allclose(usual[name], other[name], rtol=1e-12, atol=1e-12)


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_ends_as_an_unbroken_one(
    run: Run, script: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    worlds = 100_000
    whole = content_of(run("whole", scenarios=("central", "fast_leader"), worlds=worlds).folder)
    folder = tmp_path / "killed"
    moments = random.Random(20)
    for number in range(6):
        started = script(folder, worlds)
        parts = len(parts_of(folder))
        # At any moment of the start, or while parts are written.
        if number % 2:
            time.sleep(moments.uniform(0, 3))
        while number % 2 == 0 and len(parts_of(folder)) <= parts + 2 and started.poll() is None:
            time.sleep(moments.uniform(0, 0.02))
        crew = children(started.pid)
        started.kill()
        assert started.wait() in (-signal.SIGKILL, 0), (tmp_path / "stderr.txt").read_text()
        assert gone(crew), "workers end with the process that started them"
    last = script(folder, worlds)
    assert last.wait() == 0, (tmp_path / "stderr.txt").read_text()
    assert content_of(folder) == whole


@pytest.mark.slow
@pytest.mark.parametrize("workers_", [1, 2])
def test_ctrl_c_leaves_a_store_that_continues(
    small_model: Model, run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture, workers_: int
) -> None:
    whole = content_of(run("whole", worlds=20_000).folder)
    experiment = Experiment(["fast", "turning"], worlds=20_000, model=small_model, prior=True)
    told: list[Progress] = []

    def interrupt(progress: Progress) -> None:
        told.append(progress)
        if len(told) == 4:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        experiment.run(tmp_path / "store", workers=workers_, progress=interrupt)
    assert f"what is done is in {tmp_path / 'store'}" in caplog.text and "resume=True" in caplog.text
    assert not [pid for pid in children(os.getpid()) if is_worker(pid)]
    kept = len(parts_of(tmp_path / "store"))
    assert 3 <= kept < len(parts_of(tmp_path / "whole")) and not list((tmp_path / "store").rglob("*.tmp"))
    experiment.run(tmp_path / "store", workers=workers_, resume=True, progress=told.append)
    assert told[-1].computed < told[-1].runs
    assert content_of(tmp_path / "store") == whole


@pytest.mark.slow
def test_workers_that_are_killed_cost_their_parts_only(
    small_model: Model, run: Run, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = content_of(run("whole", worlds=20_000).folder)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.computed and len(killed) < 2:
            victim = next(pid for pid in children(os.getpid()) if pid not in killed and is_worker(pid))
            killed.append(victim)
            os.kill(victim, signal.SIGKILL)

    experiment = Experiment(["fast", "turning"], worlds=20_000, model=small_model, prior=True)
    experiment.run(tmp_path / "store", workers=2, progress=kill_one)
    assert len(killed) == 2
    assert "was ended by SIGKILL (has the system run out of memory?)" in caplog.text
    assert content_of(tmp_path / "store") == whole


@pytest.mark.slow
def test_a_part_whose_worker_always_dies_is_an_error(small_model: Model, run: Run, tmp_path: Path) -> None:
    prepared = prepare(Experiment(["fast"], worlds=10, model=small_model, prior=True))
    told: list[str] = []
    jobs = [
        Job("central", "fast", 0, np.arange(10), np.full((2, 10), 5.0)),
        _Deadly("central", "fast", 1, np.arange(10, 20), DRAWS),
    ]
    with pytest.raises(TwinTrackError, match=r"part 1 of fast in central ended with exit code 7, 3 times"):
        list(computed(prepared.work, jobs, 2, told.append))
    assert len(told) == 2
    assert not [pid for pid in children(os.getpid()) if is_worker(pid)]


DRAWS = np.full((2, 10), 5.0)


def computed(
    work: Work, jobs: Iterable[Job], number: int, tell: Callable[[str], None]
) -> Iterator[tuple[Job, bytes]]:
    """Jobs as so many processes compute them."""
    with workers.computing(work, number, tell) as compute:
        yield from compute(jobs)


class _Deadly(Job):
    """A job that ends the process that computes it."""

    @property
    def worlds(self) -> int:
        os._exit(7)


def test_what_a_computation_raises_is_passed_on(small_model: Model) -> None:
    prepared = prepare(Experiment(["fast"], worlds=10, model=small_model, prior=True))
    wrong = Job("central", "fast", 0, np.arange(10), np.full((3, 10), 5.0))  # more parameters than there are
    for number in (1, 2):
        with pytest.raises((InputError, ValueError)):
            list(computed(prepared.work, [wrong], number, print))


def test_one_worker_is_this_process(small_model: Model) -> None:
    prepared = prepare(Experiment(["fast"], worlds=10, model=small_model, prior=True))
    jobs = [Job("central", "fast", number, np.arange(10), DRAWS) for number in range(2)]
    for done, _ in computed(prepared.work, jobs, 1, print):
        assert done in jobs
        assert not [pid for pid in children(os.getpid()) if is_worker(pid)]


def test_each_worker_is_bound_to_a_core_and_deaf_to_ctrl_c(small_model: Model) -> None:
    prepared = prepare(Experiment(["fast"], worlds=10, model=small_model, prior=True))
    cores = workers.processor_cores()[:2]
    seen: dict[int, set[int]] = {}
    deaf: dict[int, bool] = {}

    def jobs() -> Iterator[Job]:
        """Give jobs until every worker has been seen at work."""
        for number in range(500):
            yield Job("central", "fast", number, np.arange(10 * number, 10 * number + 10), DRAWS)
            for pid in filter(is_worker, children(os.getpid())):
                seen[pid] = os.sched_getaffinity(pid)
                status = Path(f"/proc/{pid}/status").read_text()
                blocked = int(status.partition("SigBlk:")[2].split()[0], 16)
                deaf[pid] = bool(blocked & 1 << (signal.SIGINT - 1))
            if len(seen) == len(cores) and all(len(used) == 1 for used in seen.values()):
                return
            time.sleep(0.05)

    assert list(computed(prepared.work, jobs(), len(cores), print))
    assert sorted(seen.values(), key=min) == [{core} for core in cores]
    assert all(deaf.values())


def test_a_part_is_the_same_whatever_was_computed_before(small_model: Model) -> None:
    work: Work = prepare(Experiment(["fast", "turning"], worlds=10, model=small_model, prior=True)).work
    job = Job("central", "turning", 0, np.arange(10), DRAWS)
    first = work.compute(job)
    work.compute(Job("central", "fast", 1, np.arange(10, 10 + 10), DRAWS * 1.1))
    assert work.compute(job) == first


class _Piece:
    """A job that is kin to others."""

    def __init__(self, number: int, kin: int) -> None:
        self.number, self.kin, self.label = number, kin, f"job {number}"


def test_a_worker_takes_jobs_of_the_same_worlds_first_and_then_what_others_have_left() -> None:
    crew: workers.Crew[_Piece, int] = workers.Crew(None, 2, lambda _: None)  # type: ignore[arg-type]
    one, other = crew.workers = [workers._Worker(None, None, core) for core in (0, 1)]  # type: ignore[arg-type]
    assert not list(crew.compute([]))
    crew.kinships = iter([[_Piece(n, 0) for n in (1, 2, 3)], [_Piece(n, 1) for n in (4, 5)]])
    taken = [crew._next_for(worker) for worker in (one, other, one, other, one, one)]
    assert [job and job.number for job in taken] == [1, 4, 2, 5, 3, None]
    crew.kinships = iter([[_Piece(n, 0) for n in (1, 2, 3)]])
    taken = [crew._next_for(worker) for worker in (one, other, one, one)]
    assert [job and job.number for job in taken] == [1, 3, 2, None]


def test_jobs_that_follow_one_another_are_kin_where_their_worlds_are_the_same() -> None:
    jobs = [
        Job(scenario, name, number, np.arange(2), np.zeros((1, 2)))
        for number in (0, 1)
        for scenario in ("a", "b")
        for name in ("x", "y")
    ]
    assert len({job.kin for job in jobs}) == 4 and jobs[0].kin == jobs[1].kin
