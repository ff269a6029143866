"""Checking of single files, whatever they hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from twintrack.errors import Fault
from twintrack.inputs.boundary import load_boundary
from twintrack.inputs.content import Content
from twintrack.inputs.cross_checks import mechanism_faults, renamed_faults, state_faults
from twintrack.inputs.frontier_runs import frontier_faults, frontier_files, is_frontier_table
from twintrack.inputs.history import SERIES_FILE, history_faults, history_files, read_history
from twintrack.inputs.levers import load_levers
from twintrack.inputs.outcomes import load_outcomes
from twintrack.inputs.sheets import load_definition
from twintrack.inputs.sources import load_sources
from twintrack.inputs.strategies import PARTS
from twintrack.inputs.surprises import load_surprises
from twintrack.inputs.validation import FaultList
from twintrack.inputs.world import load_scenario, load_world
from twintrack.inputs.yaml_files import read_document, shown, yaml_files
from twintrack.resources import POSTERIOR_FILE


def check_file(path: Path, content: Content) -> list[Fault]:
    """Give everything that is wrong with one .yaml or .csv file; names in it are looked up in the content.

    What the file is, is told by its keys; without a key of another kind it is taken for a strategy.
    """
    faults = FaultList()
    with faults:
        if is_frontier_table(path):
            faults += frontier_faults(path, content.sources)
        elif path.suffix == ".csv":
            faults += _table_faults(path, content)
        else:
            _reader(path, content)(path)
    return list(dict.fromkeys(faults))


def content_files(root: Path) -> list[Path]:
    """List the files of a content: model, tables, scenarios, history, strategies, reports, posterior."""
    model = ("model", "model/scenarios", "model/family", "model/history")
    folders = (*model, "strategies", f"strategies/{PARTS}", "reports")
    members = [path.parent for path in (root / "model" / "family").glob(f"*/{SERIES_FILE}")]
    posterior = root / POSTERIOR_FILE
    return [
        root / "model" / "twintrack.mdl",
        root / "model" / "mechanisms.csv",
        *(
            path
            for folder in (root / "model" / "history", *sorted(members))
            for path in history_files(folder)
        ),
        *(folder / SERIES_FILE for folder in sorted(members)),
        *frontier_files(root),
        *(path for folder in folders for path in yaml_files(root / folder)),
        *([posterior] if posterior.is_file() else []),
    ]


def _table_faults(path: Path, content: Content) -> list[Fault]:
    """Check a table: one beside a file of series holds observations, any other one mechanisms."""
    series = path.parent / SERIES_FILE
    if not series.is_file():
        return mechanism_faults(path, content)
    faults = FaultList()
    with faults:
        faults += history_faults(series, content.sources)
    # The other tables of the history are read too; what is wrong with them is not asked for.
    asked = (shown(path), shown(series))
    return [fault for fault in faults if fault.where.partition(":")[0] in asked]


def _reader(path: Path, content: Content) -> Callable[[Path], object]:
    """Give the function that reads files with the keys that this one has. Raises InputError."""
    keys = read_document(path).data.keys()
    readers: dict[str, Callable[[Path], object]] = {
        "policy_start": load_levers,
        "parameters": load_world,
        "headline": load_outcomes,
        "sources": load_sources,
        "series": lambda file: read_history(file, content.sources),
        "loops": lambda file: FaultList(state_faults(file, content)).raise_any(),
        "world": lambda file: load_scenario(file, content.world, content.renamed),
        "excluded": load_boundary,
        "kinds": load_surprises,
        "renamed": lambda file: FaultList(renamed_faults(file, content)).raise_any(),
        "gone": lambda file: FaultList(renamed_faults(file, content)).raise_any(),
        "strategies": lambda file: load_definition(file, content),
        "ensemble": lambda file: load_definition(file, content),
    }
    found = [reader for key, reader in readers.items() if key in keys]
    return found[0] if found else content.strategies.resolve
