"""The same jobs on a Dask cluster: a scheduler and workers as processes of their own on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError
from contextlib import nullcontext
from pathlib import Path

import pytest
from store_helpers import children, content_of, is_worker

from twintrack import EnsembleResult, Experiment
from twintrack.errors import InputError, TwinTrackError
from twintrack.model import Model
from twintrack.runs import cluster
from twintrack.runs.experiment import Progress

pytest.importorskip("distributed")

# Dask closes some of its sockets and loops only when they are collected.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

Run = Callable[..., EnsembleResult]


def start(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """The address of a scheduler."""
    file = tmp_path / "scheduler.json"
    process = start(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)
    )
    try:
        end = time.monotonic() + 30
        while not file.exists() and time.monotonic() < end:
            time.sleep(0.1)
        yield json.loads(file.read_text())["address"]
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def two_workers(scheduler: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers of the scheduler, which nobody restarts."""
    words = ("--nthreads", "1", "--no-dashboard", "--no-nanny", "--local-directory", str(tmp_path / "dask"))
    started = [start("worker", scheduler, *words) for _ in range(2)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.slow
def test_a_worker_that_is_killed_changes_no_byte(
    run: Run, small_model: Model, scheduler: str, two_workers: list[subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    whole = content_of(run("whole", worlds=20_000).folder)
    killed: list[int] = []

    def kill_one(progress: Progress) -> None:
        if progress.computed and not killed:
            killed.append(two_workers[0].pid)
            os.kill(two_workers[0].pid, signal.SIGKILL)

    experiment = Experiment(["fast", "turning"], worlds=20_000, model=small_model, prior=True)
    experiment.run(tmp_path / "store", cluster=scheduler, progress=kill_one)
    assert killed and two_workers[1].poll() is None
    assert content_of(tmp_path / "store") == whole


@pytest.mark.slow
def test_a_cluster_on_this_machine_gives_the_same_bytes(run: Run, small_model: Model, tmp_path: Path) -> None:
    whole = content_of(run("whole").folder)
    experiment = Experiment(["fast", "turning"], worlds=600, model=small_model, prior=True)
    experiment.run(tmp_path / "store", cluster="local", workers=2)
    assert content_of(tmp_path / "store") == whole


@pytest.mark.slow
def test_all_workers_may_be_lost_at_once(run: Run, small_model: Model, tmp_path: Path) -> None:
    whole = content_of(run("whole", worlds=20_000).folder)
    killed: list[int] = []

    def kill_all(progress: Progress) -> None:
        if progress.computed and not killed:
            killed.extend(pid for pid in children(os.getpid()) if is_worker(pid))
            for pid in killed:
                os.kill(pid, signal.SIGKILL)

    experiment = Experiment(["fast", "turning"], worlds=20_000, model=small_model, prior=True)
    experiment.run(tmp_path / "store", cluster="local", workers=2, progress=kill_all)
    assert len(killed) == 2
    assert content_of(tmp_path / "store") == whole


@pytest.mark.slow
def test_a_cluster_without_workers_is_told(
    small_model: Model, scheduler: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_WAIT", "1s")
    experiment = Experiment(["fast"], worlds=10, model=small_model, prior=True)
    with pytest.raises(TwinTrackError, match="the cluster has no workers"):
        experiment.run(tmp_path / "store", cluster=scheduler)
    with pytest.raises(TwinTrackError, match="no scheduler answers there"):
        experiment.run(tmp_path / "other", cluster="tcp://127.0.0.1:1")


def test_what_is_wrong_with_a_cluster_is_told(
    small_model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = Experiment(["fsat"], worlds=10, model=small_model, prior=True)
    with pytest.raises(InputError) as caught:
        experiment.run(tmp_path / "store", cluster="machine", workers=2)
    told = str(caught.value).splitlines()
    assert len(told) == 3 and "write tcp://host:port, or local" in told[0]
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'twintrack\[distributed\]'"):
        experiment.run(tmp_path / "store", cluster="local")


@pytest.mark.parametrize("error", [OSError("in <TCP (closed)>"), TimeoutError(), CancelledError()])
def test_a_scheduler_that_goes_away_is_told(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def gone(*_: object) -> None:
        raise error

    monkeypatch.setattr(cluster, "_client", lambda *_: nullcontext())
    monkeypatch.setattr(cluster, "_check_workers", gone)
    done = cluster.computed_on_cluster(None, [], "tcp://here:1", None, lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(TwinTrackError, match=r"tcp://here:1: the cluster is gone .* --resume"):
        next(done)
