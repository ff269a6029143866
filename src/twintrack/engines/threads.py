"""Sharing runs among the processor's cores."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def for_each(work: Callable[[int], None], starts: range) -> None:
    """Work on all parts, one thread per core: compiled code runs outside Python's lock, on one core each."""
    if len(starts) == 1:
        work(starts[0])
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with ThreadPoolExecutor(cores) as threads:
        for _ in threads.map(work, starts):
            pass
