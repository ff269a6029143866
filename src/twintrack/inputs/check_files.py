"""Checking of single files, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from twintrack.errors import Fault
from twintrack.inputs.boundary import load_boundary
from twintrack.inputs.content import Content
from twintrack.inputs.levers import load_levers
from twintrack.inputs.loops import state_faults
from twintrack.inputs.mechanisms import mechanism_faults
from twintrack.inputs.outcomes import load_outcomes
from twintrack.inputs.reports import load_report
from twintrack.inputs.sources import load_sources
from twintrack.inputs.surprises import load_surprises
from twintrack.inputs.validation import FaultList
from twintrack.inputs.world import load_scenario, load_world
from twintrack.inputs.yaml_files import read_document, yaml_files


def check_file(path: Path, content: Content) -> list[Fault]:
    """Give everything that is wrong with one .yaml or .csv file; names in it are looked up in the content.

    What the file is, is told by its keys; without a key of another kind it is taken for a strategy.
    """
    faults = FaultList()
    with faults:
        if path.suffix == ".csv":
            faults += mechanism_faults(path, content)
        else:
            _reader(path, content)(path)
    return list(dict.fromkeys(faults))


def content_files(root: Path) -> list[Path]:
    """List the files that `check_content` reads: model file, tables, scenarios, strategies, reports."""
    folders = ("model", "model/scenarios", "model/family", "strategies", "reports")
    return [
        root / "model" / "twintrack.mdl",
        root / "model" / "mechanisms.csv",
        *(path for folder in folders for path in yaml_files(root / folder)),
    ]


def _reader(path: Path, content: Content) -> Callable[[Path], object]:
    """Give the function that reads files with the keys that this one has. Raises InputError."""
    keys = read_document(path).data.keys()
    readers: dict[str, Callable[[Path], object]] = {
        "policy_start": load_levers,
        "parameters": load_world,
        "headline": load_outcomes,
        "sources": load_sources,
        "loops": lambda file: FaultList(state_faults(file, content)).raise_any(),
        "world": lambda file: load_scenario(file, content.world),
        "excluded": load_boundary,
        "kinds": load_surprises,
        "strategies": lambda file: load_report(file, content),
        "ensemble": lambda file: load_report(file, content),
    }
    found = [reader for key, reader in readers.items() if key in keys]
    return found[0] if found else content.strategies.resolve
