"""The named feedback loops: closed chains of variables with the sign of every link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.errors import Fault
from twintrack.inputs.model_names import name_fault
from twintrack.inputs.structure_schemas import Cycle, LoopEntry, LoopsFile
from twintrack.inputs.validation import FaultList, validated
from twintrack.inputs.yaml_files import Address, Document, read_document
from twintrack.names import split_element

if TYPE_CHECKING:
    from twintrack.equations import Equations


def load_loops(path: Path) -> dict[str, LoopEntry]:
    """Read model/loops.yaml, loops by id in the order of the file.

    Every chain has a sign for each link, and their product is the sign of the loop. Raises InputError with
    all faults.
    """
    return read_loops(path)[1]


def read_loops(path: Path) -> tuple[Document, dict[str, LoopEntry]]:
    """Read loops as `load_loops` does, with the document that tells where each one stands."""
    document = read_document(path)
    entries = validated(document, LoopsFile).loops
    faults = FaultList(_repeated(document, entries))
    for address, cycle in _cycles(entries):
        wrong = _sign_fault(cycle)
        if wrong:
            faults.append(Fault(document.where(*address, "signs"), f"{cycle.id}: {wrong}"))
    faults.raise_any()
    return document, {entry.id: entry for entry in entries}


def loop_faults(path: Path, equations: Equations) -> list[Fault]:
    """Compare loops with the model: every variable exists and is a cause of the next one.

    Raises InputError when the file cannot be read.
    """
    document, loops = read_loops(path)
    faults: list[Fault] = []
    for address, cycle in _cycles(loops.values()):
        wrong = [name_fault(label, equations) for label in cycle.variables]
        where = partial(document.where, *address, "variables")
        faults += [Fault(where(place), message) for place, message in enumerate(wrong) if message]
        if not any(wrong):
            faults += [
                Fault(where(place), f"{cycle.id}: {effect} does not depend on {cause} in the model")
                for place, (cause, effect) in enumerate(links(cycle))
                if split_element(cause)[0] not in equations.causes(split_element(effect)[0])
            ]
    return faults


def links(cycle: Cycle) -> list[tuple[str, str]]:
    """Give the (cause, effect) pairs of a chain, as many as it has variables."""
    following = [*cycle.variables[1:], cycle.variables[0]]
    return list(zip(cycle.variables, following, strict=True))


def _cycles(entries: Iterable[LoopEntry]) -> Iterator[tuple[Address, Cycle]]:
    """Yield every chain with its address in the file."""
    for place, entry in enumerate(entries):
        for part, cycle in enumerate(entry.cycles):
            yield ("loops", place, "parts", part) if entry.parts else ("loops", place), cycle


def _repeated(document: Document, entries: Sequence[LoopEntry]) -> Iterator[Fault]:
    seen: set[str] = set()
    for address, cycle in _cycles(entries):
        if cycle.id in seen:
            yield Fault(document.where(*address, "id"), f'the id "{cycle.id}" is used twice')
        seen.add(cycle.id)
    ids = [entry.id for entry in entries]
    for place, entry in enumerate(entries):
        if entry.parts and (entry.id in seen or entry.id in ids[:place]):
            yield Fault(document.where("loops", place, "id"), f'the id "{entry.id}" is used twice')


def _sign_fault(cycle: Cycle) -> str:
    """Say what is wrong with the signs of a chain; "" when nothing is."""
    if len(cycle.signs) != len(cycle.variables):
        return f"{len(cycle.variables)} variables need as many signs, not {len(cycle.signs)}"
    product = "-" if cycle.signs.count("-") % 2 else "+"
    if product != cycle.sign:
        return f'the signs of the links make a "{product}" loop, not a "{cycle.sign}" one'
    return ""
