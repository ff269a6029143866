"""What several tests of stores need."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path


def content_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by their path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def parts_of(folder: Path) -> list[Path]:
    """The parts that are stored, in order."""
    return sorted(folder.rglob("part-*.parquet"))


def children(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in found.splitlines()]
    direct = [child for child, parent in pairs if parent == pid]
    return [*direct, *(grandchild for child in direct for grandchild in children(child))]


def gone(pids: list[int], seconds: float = 10) -> bool:
    """Whether the processes end soon; one that nobody has asked after counts as ended."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not any(_lives(pid) for pid in pids):
            return True
        time.sleep(0.05)
    return False


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_worker(pid: int) -> bool:
    """Whether a process is one that computes parts."""
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes() and _lives(pid)
    except OSError:
        return False
