"""What a report was made from: the files it read, as a rule for make and as one digest."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from twintrack.pages.report.data import ReportData
from twintrack.resources import POSTERIOR_FILE

DEPENDENCIES = "inputs.d"
PROGRAM_FILES = {".py", ".yaml", ".jinja", ".css", ".js", ".woff2", ".gz"}
"""What the files of the program end in."""


def inputs_of(data: ReportData) -> list[Path]:
    """List every file that the report depends on: definition, content and the program itself."""
    content = data.model.content
    package = Path(__file__).resolve().parents[2]
    files = {data.source.resolve(), *data.model.files(data.strategies.values(), data.scenarios.values())}
    files |= set((content / "model").glob("*.yaml")) | {content / "model" / "twintrack.mdl"}
    posterior = content / POSTERIOR_FILE
    if posterior.is_file() and not data.definition.ensemble.prior:
        files.add(posterior)
    files |= {path for path in package.rglob("*") if path.suffix in PROGRAM_FILES}
    return sorted(path.resolve() for path in files)


def dependency_rule(inputs: Sequence[Path], page: Path) -> str:
    """Give a make rule saying that `page` depends on the inputs, with paths as make sees them from here.

    Each input gets an empty rule of its own: a file that is gone makes the page out of date, not make fail.
    """
    names = [_escaped(os.path.relpath(path)) for path in inputs]
    rule = " \\\n  ".join([f"{_escaped(os.path.relpath(page))}:", *names])
    return "\n\n".join([rule, *(f"{name}:" for name in names)]) + "\n"


def _escaped(path: str) -> str:
    return path.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ")


def digest(paths: Sequence[Path]) -> str:
    """Give the SHA-256 of the contents of files, in the given order."""
    result = hashlib.sha256()
    for path in paths:
        result.update(hashlib.sha256(path.read_bytes()).digest())
    return result.hexdigest()
