"""The mechanisms: every claim of the literature with the variables that carry it, or why it is left out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from twintrack.errors import Fault, InputError
from twintrack.inputs.csv_tables import as_document, number_or_text, read_rows
from twintrack.inputs.structure_schemas import Mechanism, MechanismsFile
from twintrack.inputs.validation import FaultList, validated
from twintrack.inputs.yaml_files import Document, shown

COLUMNS = tuple(Mechanism.model_fields)
_OUT = "out"
_NUMBERS = ("felt_effect", "felt_share")
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
    if entry.status == _OUT:
        wrong += _out_faults(entry)
    elif not (entry.cut and entry.variables):
        wrong.append("is in the model: name the variables that carry it, and what cuts its link")
    if not entry.seed:
        wrong.append("needs a seed: the source that makes the claim")
    return wrong


def _out_faults(entry: Mechanism) -> list[str]:
    """Say what a row has too much of, or lacks, of which the model has no link."""
    wrong = []
    if entry.cut or entry.variables or entry.lever:
        wrong.append("is out: cut, variables, lever and outcome stay empty")
    if not entry.reason:
        wrong.append("is out: give the reason")
    return wrong


def cut_names(cut: str) -> list[str]:
    """Give the names of constants and levers in a cut such as "strength=0; rate[a]=1@2030; lever 0..1"."""
    parts = [part for part in cut.split(";") if part.strip()]
    return [(part.partition("=")[0] if "=" in part else part.split()[0]).strip() for part in parts]


def _document(path: Path) -> Document:
    """Read the table as a document, so that it is checked and located as the other files are."""
    rows, faults = read_rows(path, COLUMNS)
    entries: list[tuple[int, dict[str, Any]]] = []
    for line, cells in rows:
        with faults:
            entries.append((line, _row(cells, f"{shown(path)}:{line}")))
    faults.raise_any()
    return as_document(path, _TABLE, entries)


def _row(cells: dict[str, str], where: str) -> dict[str, Any]:
    """Split the cells that hold several names. Raises InputError."""
    lists = {column: tuple(cells[column].split()) for column in _LISTS}
    numbers = {name: number_or_text(cells[name]) for name in _NUMBERS}
    return {**cells, **lists, **numbers, "world": _world(cells["world"], where)}


def _world(cell: str, where: str) -> dict[str, float]:
    """Read "name=0.5 name=2". Raises InputError."""
    pairs = [part.partition("=") for part in cell.split()]
    try:
        return {name: float(value) for name, _, value in pairs}
    except ValueError:
        message = f'world is "{cell}"; write NAME=NUMBER, several with blanks between'
        raise InputError(Fault(where, message)) from None
