"""The machine that numbers come from: its processor, memory and compiler."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path

from bench.measuring import Json
from twintrack.errors import TwinTrackError
from twintrack.runs.workers import processor_cores
from twintrack.version import __version__


def machine() -> Json:
    """Describe where the numbers come from."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "date": time.strftime("%Y-%m-%d"),
        "processor": _processor(),
        "cores": len(processor_cores()),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "gcc": _gcc(),
        "twintrack": __version__,
        "load_before": round(os.getloadavg()[0], 2),
    }


def peak_of_memory() -> int:
    """Give the most memory that this process has used so far, in bytes."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


@cache
def processor_facts() -> tuple[str, ...]:
    """Give the lines in which Linux names the processor and what it can do; none on other systems."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))}))


def has_vectors(*names: str) -> bool:
    """Tell whether the processor has all of these extensions, such as "avx512f"."""
    return any(all(f" {name}" in line for name in names) for line in processor_facts())


@cache
def compiler_version() -> str:
    """Give the first line that gcc says of itself. Raises TwinTrackError when there is none."""
    if shutil.which("gcc") is None:
        raise TwinTrackError("gcc is not installed")
    done = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0]


def _processor() -> str:
    named = [line.partition(":")[2].strip() for line in processor_facts() if line.startswith("model name")]
    name = next(iter(named), "") or platform.processor() or platform.machine()
    vectors = "AVX-512" if has_vectors("avx512f") else "AVX2" if has_vectors("avx2") else ""
    return f"{name}, {vectors}" if vectors else name


def _gcc() -> str | None:
    try:
        return compiler_version()
    except TwinTrackError:
        return None
