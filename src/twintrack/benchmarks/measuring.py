"""What all measurements share: a clock, medians with ranges, rounds in turn, the machine's description."""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Clock = Callable[[], float]
"""Gives seconds from any fixed moment."""

Json = dict[str, Any]


class NotMeasuredError(Exception):
    """Something cannot be measured here; the message says why."""


@dataclass(frozen=True)
class Measured:
    """Median and range of `n` measurements."""

    median: float
    low: float
    high: float
    n: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Measured:
        """Give median and range of one or more numbers."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    def json(self) -> Json:
        """Give what `--json` prints."""
        return {"median": self.median, "low": self.low, "high": self.high, "n": self.n}


def seconds(work: Callable[[], object], clock: Clock = time.perf_counter) -> float:
    """Give how long a call takes."""
    start = clock()
    work()
    return clock() - start


def in_turn(
    contestants: Mapping[str, Callable[[], object]], rounds: int, clock: Clock = time.perf_counter
) -> dict[str, list[float]]:
    """Time all contestants once in every round, seconds per call.

    Taking turns, a noisy neighbour hits all sides alike. The first call of each is not counted: it warms up.
    """
    for work in contestants.values():
        work()
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, work in contestants.items():
            times[name].append(seconds(work, clock))
    return times


def ratios(slow: Sequence[float], quick: Sequence[float]) -> Measured:
    """Give how many times `slow` takes as long as `quick`, round by round."""
    return Measured.of([one / other for one, other in zip(slow, quick, strict=True)])


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which a share of the values lies, the nearest one that was measured."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def peak_of_memory() -> int:
    """Give the most memory that this process has used so far, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def cores() -> list[int]:
    """Give the numbers of the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def machine() -> Json:
    """Describe where the numbers come from."""
    from twintrack import __version__

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": len(cores()),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "gcc": _gcc(),
        "twintrack": __version__,
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    flags = next((line for line in lines if line.startswith("flags")), "")
    vectors = "AVX-512" if " avx512f" in flags else "AVX2" if " avx2" in flags else ""
    return ", ".join(filter(None, [named or platform.processor() or platform.machine(), vectors]))


def _gcc() -> str | None:
    from twintrack.benchmarks.vectorised_c import compiler_version
    from twintrack.errors import TwinTrackError

    try:
        return compiler_version()
    except TwinTrackError:
        return None
