"""Computing parts in this process, or in one process for each processor core.

Each worker is bound to one core before an engine starts, because engines make as many threads as they see
cores, and those of several workers would get in one another's way. A worker only computes: it gets jobs and
gives back the bytes of files. When the process that started it ends, however that happens, the pipe between
them closes and the worker ends, too.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from traceback import format_exc
from typing import Any

from twintrack.errors import TwinTrackError
from twintrack.experiments.parts import Job, Work, part

Done = tuple[Job, bytes]
"""A job, and the Parquet file of its part."""

Tell = Callable[[str], None]

ATTEMPTS = 3
"""How often a part is tried whose worker dies, for want of memory for example."""

_AHEAD = 2
"""Jobs that a worker holds: one that it computes, one that waits, so that it need not."""


def processor_cores() -> list[int]:
    """Give the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def computed_here(work: Work, jobs: Iterable[Job]) -> Generator[Done, None, None]:
    """Compute parts in this process, one after the other."""
    for job in jobs:
        yield job, part(work, job)


def computed_by_workers(
    work: Work, jobs: Iterable[Job], workers: int, tell: Tell
) -> Generator[Done, None, None]:
    """Compute parts in so many processes, and give them in the order in which they are done.

    A worker that dies is told and replaced, and what it had is computed again. Raises TwinTrackError when the
    worker of one part dies again and again, and passes on what a computation raises.
    """
    crew = _Crew(work, iter(jobs), tell)
    try:
        crew.start(workers)
        while crew.busy:
            yield from crew.next_results()
    finally:
        crew.end()


@dataclass(eq=False)
class _Worker:
    """A process, the pipe to it, and the jobs that it has, oldest first."""

    process: Any
    pipe: Connection
    core: int
    jobs: deque[Job] = field(default_factory=deque)


class _Crew:
    """The workers of one computation, and the jobs that none of them has yet."""

    def __init__(self, work: Work, jobs: Iterator[Job], tell: Tell) -> None:
        self.work = work
        self.jobs = jobs
        self.tell = tell
        self.again: deque[Job] = deque()
        self.deaths: dict[Job, int] = {}
        self.workers: list[_Worker] = []

    @property
    def busy(self) -> bool:
        """Whether any worker has a job."""
        return any(worker.jobs for worker in self.workers)

    def start(self, number: int) -> None:
        cores = processor_cores()
        # All are started before the first is spoken to, so that they start at the same time.
        for worker in [self._hire(cores[place % len(cores)]) for place in range(number)]:
            self._brief(worker)

    def next_results(self) -> list[Done]:
        """Wait until workers have computed something or died, and hand out further jobs."""
        by_pipe = {worker.pipe: worker for worker in self.workers}
        done: list[Done] = []
        for pipe in connection.wait(list(by_pipe)):
            worker = by_pipe[pipe]  # type: ignore[index]
            try:
                result = worker.pipe.recv()
            except (EOFError, OSError):
                self._replace(worker)
                continue
            if isinstance(result, Exception):
                raise result
            done.append((worker.jobs.popleft(), result))
            self._supply(worker)
        return done

    def end(self) -> None:
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.pipe.close()

    def _hire(self, core: int) -> _Worker:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, core), daemon=True)
        with deaf(), without_script():
            process.start()
        theirs.close()
        worker = _Worker(process, ours, core)
        self.workers.append(worker)
        return worker

    def _brief(self, worker: _Worker) -> None:
        """Say what the work is, and give the first jobs."""
        with contextlib.suppress(OSError):  # it has died at once: met when its results are waited for
            worker.pipe.send(self.work)
        self._supply(worker)

    def _supply(self, worker: _Worker) -> None:
        """Give a worker jobs until it has enough."""
        while len(worker.jobs) < _AHEAD:
            job = self.again.popleft() if self.again else next(self.jobs, None)
            if job is None:
                return
            worker.jobs.append(job)
            with contextlib.suppress(OSError):  # as above
                worker.pipe.send(job)

    def _replace(self, worker: _Worker) -> None:
        worker.process.join()
        self.workers.remove(worker)
        worker.pipe.close()
        if not worker.jobs:
            return
        lost = worker.jobs[0]
        self.deaths[lost] = self.deaths.get(lost, 0) + 1
        how = _end(worker.process.exitcode)
        name = f"part {lost.number} of {lost.strategy} in {lost.scenario}"
        if self.deaths[lost] >= ATTEMPTS:
            message = (
                f"the worker of {name} {how}, {ATTEMPTS} times; what is done is kept: with fewer --workers,"
                " or more memory, continue with --resume"
            )
            raise TwinTrackError(message)
        self.tell(f"a worker {how}; {name} is computed again")
        self.again.extend(worker.jobs)
        self._brief(self._hire(worker.core))


def _end(code: int | None) -> str:
    if code is not None and code < 0:
        memory = " (has the system run out of memory?)" if code == -signal.SIGKILL else ""
        return f"was ended by {signal.Signals(-code).name}{memory}"
    return f"ended with exit code {code}"


@contextlib.contextmanager
def deaf() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C.

    It goes to all processes of a terminal, but only this one has something to put in order. A blocked signal
    stays blocked in threads and processes that are started.
    """
    resource_tracker.ensure_running()  # started with the first process, it would let the signal through again
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


@contextlib.contextmanager
def without_script() -> Iterator[None]:
    """Start processes that do not run the user's script.

    A new Python process would first run the script again that started this one, which a worker has no use
    for, and which would begin the ensemble anew in scripts without `if __name__ == "__main__":`.
    """
    main = vars(sys.modules["__main__"])
    hidden: dict[str, Any] = {name: main.pop(name) for name in ("__file__", "__spec__") if name in main}
    main["__spec__"] = None
    try:
        yield
    finally:
        main.update(hidden)


def bind_to(core: int) -> None:
    """Let this process use one core only, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {core})


def _work(pipe: Connection, core: int) -> None:
    """Compute jobs until the other end of the pipe is closed; a worker process does nothing else."""
    bind_to(core)
    incoming: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_listen, args=(pipe, incoming), daemon=True).start()
    work: Work = incoming.get()
    while True:
        job: Job = incoming.get()
        try:
            pipe.send(part(work, job))
        except BrokenPipeError:
            return
        except Exception as error:  # the starting process decides what to do
            error.add_note(f"in a worker: {format_exc()}")
            pipe.send(error)


def _listen(pipe: Connection, incoming: SimpleQueue[Any]) -> None:
    """Take in what is sent; end the process, in the middle of its work, when nobody is left to send."""
    while True:
        try:
            incoming.put(pipe.recv())
        except (EOFError, OSError):
            os._exit(1)
