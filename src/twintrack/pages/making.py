"""How a page was made, and how to make it again: told alike on every page that is built from runs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.formats import date, today
from twintrack.pages.blocks import Fact, Facts
from twintrack.pages.builder import versions
from twintrack.pages.report.files import Inputs
from twintrack.runs.asked import replaced_files

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.strategies import Strategy
    from twintrack.pages.texts import Texts

HASH_DIGITS = 12
LIBRARIES = ("llvmlite", "numpy", "pysd", "xarray", "plotly")


@dataclass(frozen=True)
class Made:
    """What a page was made from.

    Attributes:
        model: The model.
        source: The definition of the page.
        inputs: All files that were read.
        plans: The strategies that were run.
        worlds: How many worlds each of them met.
        seed: What the worlds were drawn with.
        origin: "posterior", "prior" or "given".
        digest: Of the posterior, where the worlds are from it.
        runs: How many simulations that were.
        command: What makes the page again.
        files: Tables beside the page.
    """

    model: Core
    source: Path
    inputs: Inputs
    plans: Sequence[Strategy]
    worlds: int
    seed: int
    origin: str
    digest: str
    runs: int
    command: str
    files: Sequence[str]


def shown_source(source: Path, model: Core) -> str:
    """Give the path of a definition, as seen from the content where it lies there."""
    path, root = source.resolve(), model.content.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else os.fspath(source)


def facts(made: Made, texts: Texts) -> Facts:
    """Tell it as a list of terms."""
    values = {key: texts(f"provenance_{key}_value", **filled) for key, filled in _told(made, texts).items()}
    if replaced := list(replaced_files(made.model, made.plans)):
        told = [texts("provenance_replaced_value", own=own, hidden=hidden) for own, hidden in replaced]
        values["replaced"] = texts("list_semicolon").join(told)
    values |= {"versions": versions(LIBRARIES), "date": today()}
    return Facts(
        [
            *(Fact(texts(f"provenance_{key}"), [value]) for key, value in values.items()),
            Fact(texts("provenance_command"), [made.command], "code"),
            Fact(texts("provenance_data"), made.files, "link"),
        ]
    )


def _told(made: Made, texts: Texts) -> dict[str, dict[str, object]]:
    """Give what is filled into the text of each fact."""
    time = made.model.equations.time
    origin = texts(f"provenance_{made.origin}", hash=made.digest[:HASH_DIGITS])
    return {
        "model": {"hash": made.model.equations.hash[:HASH_DIGITS]},
        "report": {
            "path": shown_source(made.source, made.model),
            "hash": Inputs([made.source]).hash[:HASH_DIGITS],
        },
        "inputs": {"hash": made.inputs.hash[:HASH_DIGITS], "count": len(made.inputs.files)},
        "worlds": {
            "worlds": f"{made.worlds:,}",
            "seed": made.seed,
            "origin": origin,
            "runs": f"{made.runs:,}",
        },
        "time": {"start": date(time.initial), "end": date(time.final), "step": f"{time.step:g}"},
    }
