"""Computing jobs in this process, or in one process for each processor core.

What is computed is a `Work`: that of an ensemble, or that of a calibration.

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
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from multiprocessing import connection, get_context, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from traceback import format_exc
from typing import Any, Generic, Protocol, TypeVar

from twintrack.errors import Fault, TwinTrackError

Tell = Callable[[str], None]

ATTEMPTS = 3
"""How often a job is tried whose worker dies, for want of memory for example."""

_AHEAD = 2
"""Jobs that a worker holds: one that it computes, one that waits, so that it need not."""


class AnyJob(Protocol):
    """Something to compute. Jobs are told apart by identity."""

    @property
    def label(self) -> str:
        """What the job is called in messages, such as "part 3 of baseline"."""


_Job = TypeVar("_Job", bound=AnyJob)
_WorkJob = TypeVar("_WorkJob", bound=AnyJob, contravariant=True)
_Result = TypeVar("_Result")
_WorkResult = TypeVar("_WorkResult", covariant=True)


class AnyWork(Protocol[_WorkJob, _WorkResult]):
    """What every process is given once, and what it does with a job; both are pickled."""

    def compute(self, job: _WorkJob, /) -> _WorkResult:
        """Compute a job; the same work and job give the same result."""


def processor_cores() -> list[int]:
    """Give the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def worker_faults(workers: int | None) -> list[Fault]:
    """Say what is wrong with a number of workers."""
    if workers is None or workers >= 1:
        return []
    return [Fault("workers", f"at least 1 worker is needed, not {workers}")]


def computed_here(
    work: AnyWork[_Job, _Result], jobs: Iterable[_Job]
) -> Generator[tuple[_Job, _Result], None, None]:
    """Compute jobs in this process, one after the other."""
    for job in jobs:
        yield job, work.compute(job)


@contextlib.contextmanager
def computing(
    work: AnyWork[_Job, _Result], workers: int | None, tell: Tell
) -> Iterator[Callable[[Iterable[_Job]], Generator[tuple[_Job, _Result], None, None]]]:
    """Give what computes jobs: so many processes, by default one for each core, or this one where 1 is asked.

    `tell` is called with what a user should know. See `Crew.compute`.
    """
    number = workers or len(processor_cores())
    if number == 1:
        yield partial(computed_here, work)
        return
    with Crew(work, number, tell) as crew:
        yield crew.compute


@dataclass(eq=False)
class _Worker(Generic[_Job]):
    """A process, the pipe to it, and the jobs that it has, oldest first."""

    process: Any
    pipe: Connection
    core: int
    jobs: deque[_Job] = field(default_factory=deque)
    later: deque[_Job] = field(default_factory=deque)
    """Jobs that the worker is to have, unless another one has nothing left."""


class Crew(Generic[_Job, _Result]):
    """Worker processes, and the jobs that none of them has yet. Use it in `with`: at its end they end."""

    def __init__(self, work: AnyWork[_Job, _Result], workers: int, tell: Tell) -> None:
        self.work = work
        self.size = workers
        self.tell = tell
        self.kinships: Iterator[Sequence[_Job]] = iter(())
        self.again: deque[_Job] = deque()
        self.deaths: dict[_Job, int] = {}
        self.workers: list[_Worker[_Job]] = []

    def __enter__(self) -> Crew[_Job, _Result]:
        try:
            cores = processor_cores()
            # All are started before the first is spoken to, so that they start at the same time.
            for worker in [self._hire(cores[place % len(cores)]) for place in range(self.size)]:
                self._brief(worker)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def compute(self, jobs: Iterable[_Job]) -> Generator[tuple[_Job, _Result], None, None]:
        """Compute jobs, and give them in the order in which they are done.

        A worker that dies is told and replaced, and what it had is computed again. Raises TwinTrackError when
        the worker of one job dies again and again, and passes on what a computation raises.
        """
        self.kinships = (tuple(group) for _, group in groupby(jobs, _kin))
        for worker in self.workers:
            self._supply(worker)
        while any(worker.jobs for worker in self.workers):
            yield from self._next_results()

    def _next_results(self) -> list[tuple[_Job, _Result]]:
        """Wait until workers have computed something or died, and hand out further jobs."""
        by_pipe = {worker.pipe: worker for worker in self.workers}
        done: list[tuple[_Job, _Result]] = []
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

    def _end(self) -> None:
        for worker in self.workers:
            worker.process.kill()
        for worker in self.workers:
            worker.process.join()
            worker.pipe.close()

    def _hire(self, core: int) -> _Worker[_Job]:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, core), daemon=True)
        with deaf(), without_script():
            process.start()
        theirs.close()
        worker: _Worker[_Job] = _Worker(process, ours, core)
        self.workers.append(worker)
        return worker

    def _brief(self, worker: _Worker[_Job]) -> None:
        """Say what the work is."""
        with contextlib.suppress(OSError):  # it has died at once: met when its results are waited for
            worker.pipe.send(self.work)

    def _supply(self, worker: _Worker[_Job]) -> None:
        """Give a worker jobs until it has enough."""
        while len(worker.jobs) < _AHEAD:
            job = self.again.popleft() if self.again else self._next_for(worker)
            if job is None:
                return
            worker.jobs.append(job)
            with contextlib.suppress(OSError):  # as above
                worker.pipe.send(job)

    def _next_for(self, worker: _Worker[_Job]) -> _Job | None:
        """Take the next job that is kin to the worker's last one, or one that nobody has begun."""
        if not worker.later:
            worker.later.extend(next(self.kinships, ()))
        if worker.later:
            return worker.later.popleft()
        longest = max(self.workers, key=lambda other: len(other.later))
        return longest.later.pop() if longest.later else None

    def _replace(self, worker: _Worker[_Job]) -> None:
        worker.process.join()
        self.workers.remove(worker)
        worker.pipe.close()
        if worker.jobs:
            self._mourn(worker.jobs[0], _ending(worker.process.exitcode))
        self.again.extend((*worker.jobs, *worker.later))
        substitute = self._hire(worker.core)
        self._brief(substitute)
        self._supply(substitute)

    def _mourn(self, lost: _Job, how: str) -> None:
        """Tell that the worker of a job has died. Raises TwinTrackError when that happens again and again."""
        self.deaths[lost] = self.deaths.get(lost, 0) + 1
        if self.deaths[lost] >= ATTEMPTS:
            message = (
                f"the worker of {lost.label} {how}, {ATTEMPTS} times; what is done is kept: go on with"
                " fewer workers, or more memory"
            )
            raise TwinTrackError(message)
        self.tell(f"a worker {how}; {lost.label} is computed again")


def _kin(job: AnyJob) -> object:
    """Give what a job has in common with those that follow it, and that one worker does sooner together.

    It is the job's attribute `kin`; a job without one is on its own.
    """
    return getattr(job, "kin", job)


def _ending(code: int | None) -> str:
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
    work: AnyWork[Any, Any] = incoming.get()
    while True:
        job = incoming.get()
        try:
            pipe.send(work.compute(job))
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
