"""Working on many runs: which inputs differ between them, and blocks of runs on all cores of this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from twintrack.equations.structure import Array


def varying(given: Mapping[str, Array], runs: int) -> tuple[str, ...]:
    """Give the names of the inputs that differ from run to run: those with an axis of runs, at the end."""
    return tuple(name for name, array in given.items() if array.shape[-1] == runs > 1)


def for_each(work: Callable[[int], None], starts: range) -> None:
    """Work on all blocks, one thread per core: compiled code runs outside Python's lock, on one core each."""
    if len(starts) == 1:
        work(starts[0])
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ThreadPoolExecutor(cores) as threads:
        for _ in threads.map(work, starts):
            pass
