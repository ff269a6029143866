"""The mechanisms: every claim of the literature with the variables that carry it, or why it is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.inputs.csv_tables import as_document, number_or_text, read_rows
from twintrack.inputs.structure_schemas import Mechanism, MechanismsFile
from twintrack.inputs.validation import FaultList, validated
from twintrack.inputs.yaml_files import Document, read_text, shown

COLUMNS = tuple(Mechanism.model_fields)
MEASURED = ("cut", "felt_outcome", "felt_effect", "felt_share")
"""Columns that a table need not have: the cut of each mechanism, and what it was measured to move."""
CUT = ("felt", "weak", "nil")
LEFT_OUT = ("left_out", "out")
_LISTS = ("seed", "variables", "lever")
_ID = re.compile(r"[A-Z]{2}[0-9]{2}")
_TABLE = "mechanisms"


def load_mechanisms(path: Path) -> dict[str, Mechanism]:
    """Read model/mechanisms.csv, mechanisms by id in the order of the file.

    Raises InputError with all faults: columns, ids, and rows that say neither where the model has the claim
    nor why it does not.
    """
    return read_mechanisms(path)[1]


def read_mechanisms(path: Path) -> tuple[Document, dict[str, Mechanism]]:
    """Read mechanisms as `load_mechanisms` does, with the document that tells where each one stands."""
    document = _document(path)
    entries = validated(document, MechanismsFile).mechanisms
    faults = FaultList()
    sectors: dict[str, str] = {}
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        wrong = _row_faults(entry)
        if entry.id in seen:
            wrong.append("the id is used twice")
        if sectors.setdefault(entry.id[:2], entry.sector) != entry.sector:
            wrong.append(f'the sector of {entry.id[:2]} is "{sectors[entry.id[:2]]}" in a row above')
        seen.add(entry.id)
        faults += [Fault(document.where(_TABLE, place), f"{entry.id}: {message}") for message in wrong]
    faults.raise_any()
    return document, {entry.id: entry for entry in entries}


def _row_faults(entry: Mechanism) -> list[str]:
    """Say what a row lacks, or has too much of, for its status."""
    wrong = []
    if not _ID.fullmatch(entry.id):
        wrong.append("an id is two capitals and two digits")
    if bool(entry.lever) != bool(entry.outcome):
        wrong.append("a lever needs the outcome that it moves, and an outcome the lever")
    if entry.status not in LEFT_OUT and not entry.variables:
        wrong.append("is carried: name the variables that carry it")
    if entry.status == "left_out" and (entry.variables or entry.lever):
        wrong.append("is left out: variables, lever and outcome stay empty")
    if (entry.status in LEFT_OUT) > bool(entry.reason) or (entry.status == "carried" and entry.reason):
        wrong.append("a reason is given where a mechanism is left out, and only there")
    if (entry.status in CUT) != bool(entry.cut):
        wrong.append("is felt, weak or nil where it has a cut, and only there: measure it")
    if not entry.seed:
        wrong.append("needs a seed: the source that makes the claim")
    return wrong


def _document(path: Path) -> Document:
    """Read the table as a document, so that it is checked and located as the other files are."""
    header = read_text(path).partition("\n")[0].split(",")
    plain = [name for name in COLUMNS if name not in MEASURED]
    rows, faults = read_rows(path, COLUMNS if MEASURED[0] in header else plain)
    entries: list[tuple[int, dict[str, Any]]] = []
    for line, cells in rows:
        with faults:
            entries.append((line, _row(cells, f"{shown(path)}:{line}")))
    faults.raise_any()
    return as_document(path, _TABLE, entries)


def _row(cells: dict[str, str], where: str) -> dict[str, Any]:
    """Split the cells that hold several names. Raises InputError."""
    lists = {column: tuple(cells[column].split()) for column in _LISTS}
    numbers = {name: number_or_text(cells[name]) for name in MEASURED[2:] if name in cells}
    return {**cells, **lists, **numbers, "world": _world(cells["world"], where)}


def _world(cell: str, where: str) -> dict[str, float]:
    """Read "name=0.5 name=2". Raises InputError."""
    pairs = [part.partition("=") for part in cell.split()]
    try:
        return {name: float(value) for name, _, value in pairs}
    except ValueError:
        message = f'world is "{cell}"; write NAME=NUMBER, several with blanks between'
        raise InputError(Fault(where, message)) from None
