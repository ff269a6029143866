"""What a page was made from: files with their digests, strategies and scenarios with all they inherit."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from twintrack.folders import as_written
from twintrack.resources import POSTERIOR_FILE
from twintrack.runs.manifest import strategy_entry, values_entry
from twintrack.stored import reached_code

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.strategies import Strategy
    from twintrack.inputs.world import Scenario

INPUTS = "inputs.json"
"""The file beside a page that tells what it was made from."""
_ABOUT = (
    "What the page was made from. files: SHA-256 of each, null for one that was not there and would have been"
    " read; paths begin at this folder. strategies, scenarios: with all that they inherit."
)
_PACKAGE = Path(__file__).resolve().parents[2]
_TEXTS = {".yaml", ".jinja", ".css", ".js", ".woff2", ".gz"}
"""What those files of pages end in that are no code."""


@dataclass(frozen=True)
class Inputs:
    """What a page was made from.

    Attributes:
        files: What was read, the program included, in order.
        absent: What would have been read if it had been there.
        strategies: What was run, by name.
        scenarios: Under what it was run, by name.
    """

    files: Sequence[Path] = ()
    absent: Sequence[Path] = ()
    strategies: Mapping[str, Strategy] | None = None
    scenarios: Mapping[str, Scenario] | None = None

    @cached_property
    def hash(self) -> str:
        """One SHA-256 for the contents of all files."""
        return hashlib.sha256(b"".join(_digest(path) for path in self.files)).hexdigest()

    def text(self, folder: Path) -> str:
        """Give the text of INPUTS for the page in a folder."""
        paths = [*self.files, *self.absent]
        found: dict[str, Any] = {
            "about": _ABOUT,
            "files": {os.path.relpath(path, folder.resolve()): _state(path) for path in paths},
            "strategies": {
                name: {"title": plan.title.en, **strategy_entry(plan, {})}
                for name, plan in (self.strategies or {}).items()
            },
            "scenarios": {
                name: {"title": scenario.title.en, "world": values_entry(scenario.world)}
                for name, scenario in (self.scenarios or {}).items()
            },
        }
        return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def inputs_of(
    model: Core,
    source: Path,
    strategies: Mapping[str, Strategy],
    scenarios: Mapping[str, Scenario],
    *,
    prior: bool,
) -> Inputs:
    """Give what a page depends on: its definition, the content, and the code that makes it.

    `prior` says that its worlds are not those of the posterior, whether there is one or not.
    """
    content = model.content
    plans = model.files(strategies.values(), scenarios.values())
    files = {source, *plans, *(content / "model").glob("*.yaml"), content / "model" / "twintrack.mdl"}
    files |= {_PACKAGE / name for name in reached_code(_PACKAGE, "pages/report")}
    files |= {path for path in (_PACKAGE / "pages").rglob("*") if path.suffix in _TEXTS}
    before = {folder / path.name for path in plans for folder in model.inputs.strategies.searched}
    if not prior:
        before.add(content / POSTERIOR_FILE)
    files |= {path for path in before if path == content / POSTERIOR_FILE and path.is_file()}
    read = {path.resolve() for path in files}
    absent = {path.resolve() for path in before if not path.is_file()}
    return Inputs(sorted(read), sorted(absent - read), strategies, scenarios)


def up_to_date(folder: Path) -> bool:
    """Say whether a page, all beside it, and all that they were made from are as they were then."""
    try:
        found: Any = json.loads((folder / INPUTS).read_text(encoding="utf-8"))["files"]
        alike = all(_state(folder / name) == state for name, state in found.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False
    return alike and as_written(folder)


def _state(path: Path) -> str | None:
    """Give the digest of a file; None where it is not there. Raises OSError."""
    return _digest(path).hex() if path.is_file() else None


def _digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()
