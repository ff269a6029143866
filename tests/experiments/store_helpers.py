"""What several tests of stores need."""

from __future__ import annotations

from pathlib import Path


def content_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by their path in it."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def parts_of(folder: Path) -> list[Path]:
    """The parts that are stored, in order."""
    return sorted(folder.rglob("part-*.parquet"))
