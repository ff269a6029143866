"""Computing parts on a Dask cluster: workers on many machines, or processes on this one.

Dask schedules, and runs the job of a worker that is lost on another one. Only this process writes: results
come back as the bytes of files, so that the workers need no shared folder.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from typing import Any

from twintrack.errors import Fault, TwinTrackError
from twintrack.inputs.validation import FaultList
from twintrack.runs.manifest import versions
from twintrack.runs.parts import Done, Job, Work
from twintrack.runs.workers import ATTEMPTS, Tell, bind_to, deaf, processor_cores, without_script

LOCAL = "local"
"""The name of a cluster that is started on this machine for the time of the work."""

_AHEAD = 2
"""Jobs that are on their way for each thread of the cluster."""

_WAIT = "10s"
"""How long is waited for an answer of the scheduler, and for the first worker."""


def check_cluster(address: str) -> list[Fault]:
    """Say what is wrong with the name of a cluster, or that the library for clusters is missing."""
    faults = []
    if address != LOCAL and "://" not in address:
        message = f'"{address}" is no cluster; write tcp://host:port, or {LOCAL}'
        faults.append(Fault("--cluster", message))
    try:
        import distributed  # noqa: F401
    except ImportError:
        message = "clusters need Dask, which is not installed: pip install 'twintrack[distributed]'"
        faults.append(Fault("--cluster", message))
    return faults


def computed_on_cluster(
    work: Work, jobs: Iterable[Job], address: str, workers: int | None, tell: Tell
) -> Generator[Done, None, None]:
    """Compute parts on a cluster, and give them in the order in which they are done.

    Args:
        work: What all workers are given once.
        jobs: The parts to compute; few are drawn from it ahead of time.
        address: Where the scheduler is ("tcp://host:port"), or "local".
        workers: Processes of a local cluster; by default one for each core.
        tell: Called with what a user should know.

    Raises TwinTrackError when the cluster does not answer, has no workers, or loses a part again and again;
    InputError when a worker has other versions of what decides on the numbers. What a computation raises is
    passed on.
    """
    try:
        with _client(address, workers) as client:
            _check_workers(client, address, tell)
            yield from _Flow(client, work, iter(jobs)).results()
    except (OSError, TimeoutError, CancelledError) as error:  # those of the connection are such errors too
        reason = str(error) or type(error).__name__
        message = f"{address}: the cluster is gone ({reason}); what is done is kept: continue with --resume"
        raise TwinTrackError(message) from error


class _Flow:
    """Jobs on their way through a cluster."""

    def __init__(self, client: Any, work: Work, jobs: Iterator[Job]) -> None:
        from distributed import as_completed

        self.client = client
        self.work = work
        self.jobs = jobs
        self.lost: dict[Job, int] = {}
        self.pending: dict[Any, Job] = {}
        self.done = as_completed([], loop=client.loop)
        self.sent = self._send_work()

    def results(self) -> Generator[Done, None, None]:
        for _ in range(max(1, _AHEAD * sum(self.client.nthreads().values()))):
            self._submit(next(self.jobs, None))
        while self.pending:
            future = next(self.done)
            job = self.pending.pop(future)
            content = self._result(future, job)
            future.release()
            if content is None:
                self._submit(job)
                continue
            self._submit(next(self.jobs, None))
            yield job, content

    def _send_work(self) -> Any:
        _wait_for_workers(self.client)
        return self.client.scatter(self.work, broadcast=True, hash=False)

    def _submit(self, job: Job | None) -> None:
        if job is None:
            return
        future = self.client.submit(Work.compute, self.sent, job, pure=False)
        self.pending[future] = job
        self.done.add(future)

    def _result(self, future: Any, job: Job) -> bytes | None:
        """Give a part, or None when it was lost with the workers that had what it needs."""
        from distributed import KilledWorker

        try:
            content: bytes = future.result()
        except CancelledError:
            self.lost[job] = self.lost.get(job, 0) + 1
            if self.lost[job] >= ATTEMPTS:
                message = "the cluster loses its workers again and again; continue with --resume"
                raise TwinTrackError(message) from None
            if self.sent.status != "finished":
                self.sent = self._send_work()
            return None
        except KilledWorker as error:
            message = f"{job.label} has ended the workers that tried it ({error}); continue with --resume"
            raise TwinTrackError(message) from error
        return content


@contextlib.contextmanager
def _client(address: str, workers: int | None) -> Iterator[Any]:
    import dask
    from distributed import Client, LocalCluster

    with contextlib.ExitStack() as stack:
        # Draws and results travel inside the messages: they are a few megabytes a part.
        stack.enter_context(dask.config.set({"distributed.admin.large-graph-warning-threshold": "100MB"}))
        if address == LOCAL:
            number = workers or len(processor_cores())
            stack.enter_context(without_script())  # all the time: workers that die are started again
            with deaf():
                cluster = LocalCluster(
                    n_workers=number, threads_per_worker=1, dashboard_address="127.0.0.1:0"
                )
            client = stack.enter_context(Client(stack.enter_context(cluster)))
            client.register_plugin(_one_core_each())
        else:
            try:
                client = stack.enter_context(Client(address, timeout=_WAIT))
            except (OSError, TimeoutError) as error:
                raise TwinTrackError(f"{address}: no scheduler answers there ({error})") from error
        yield client


def _wait_for_workers(client: Any) -> None:
    try:
        client.wait_for_workers(1, timeout=_WAIT)
    except TimeoutError as error:
        address = client.scheduler_info()["address"]
        message = f"{address}: the cluster has no workers; start some, then continue with --resume"
        raise TwinTrackError(message) from error


def _check_workers(client: Any, address: str, tell: Tell) -> None:
    """Refuse workers with other versions: their numbers would differ."""
    _wait_for_workers(client)
    mine = versions()
    faults = FaultList()
    for worker, theirs in client.run(versions, on_error="return").items():
        if isinstance(theirs, Exception):
            faults.append(Fault(f"worker {worker}", f"cannot tell what is installed there ({theirs!r})"))
            continue
        faults += [
            Fault(f"worker {worker}", f"{name}: here {mine[name]}, there {theirs.get(name, 'nothing')}")
            for name in mine
            if theirs.get(name) != mine[name]
        ]
    faults.raise_any()
    threads = client.nthreads()
    tell(f"{len(threads)} workers with {sum(threads.values())} threads at {address}")


def _one_core_each() -> Any:
    """Give a plugin of Dask that binds each worker of this machine to a core, before an engine starts."""
    from distributed import WorkerPlugin

    class OneCoreEach(WorkerPlugin):
        """Bind the worker to the core that its number stands for."""

        def setup(self, worker: Any) -> None:
            cores = processor_cores()
            bind_to(cores[int(worker.name) % len(cores)])

    return OneCoreEach()
