"""The boundary of the model: what moves it from outside and why, and what it leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from twintrack.errors import Fault
from twintrack.inputs.paths import LeverPath
from twintrack.inputs.schemas import Bilingual, Entry, Text
from twintrack.inputs.validation import unknown, validated
from twintrack.inputs.yaml_files import read_document

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.inputs.content import Content

BOUNDARY_FILE = Path("model") / "boundary.yaml"


class BoundaryInput(Entry):
    """Something that moves with time from outside."""

    why: Bilingual
    """Why it is not computed."""
    moved_by: Bilingual
    """What could move it in reality."""
    strategies: tuple[Text, ...] = ()
    """Strategies that would."""


class Excluded(Entry):
    """Something that the model neither computes nor is given."""

    title: Bilingual
    why: Bilingual
    bias: Bilingual
    """What that does to the results."""


class BoundaryFile(Entry):
    """model/boundary.yaml."""

    inputs: dict[str, BoundaryInput]
    excluded: dict[str, Excluded] = Field(min_length=1)


def load_boundary(path: Path) -> BoundaryFile:
    """Read model/boundary.yaml; raises InputError with all its faults."""
    return validated(read_document(path), BoundaryFile)


def dated_parameters(content: Content) -> dict[str, list[str]]:
    """Give the world parameters that scenarios date, each with the names of those scenarios."""
    found: dict[str, list[str]] = {}
    for name in content.scenarios:
        for parameter, value in content.scenario(name).world.items():
            if isinstance(value, LeverPath) and not value.is_constant:
                found.setdefault(parameter, []).append(name)
    return found


def driving_inputs(content: Content, equations: Equations) -> dict[str, str]:
    """Give everything that moves with time from outside, with where: "equations", "reader" or "scenario".

    A "reader" is a variable of the model's own whose equation reads the date as well.
    """
    from twintrack.equations.drivers import time_drivers, time_readers

    levers = content.levers.levers
    return {
        **dict.fromkeys(time_drivers(equations, levers), "equations"),
        **dict.fromkeys(time_readers(equations, levers), "reader"),
        **dict.fromkeys(dated_parameters(content), "scenario"),
    }


def boundary_faults(path: Path, content: Content, equations: Equations) -> list[Fault]:
    """Compare the file with what moves with time: no input without an entry, no entry without an input.

    Also strategies that do not exist. Raises InputError when a file cannot be read.
    """
    document = read_document(path)
    entries: Mapping[str, BoundaryInput] = validated(document, BoundaryFile).inputs
    found = driving_inputs(content, equations)
    faults = [
        Fault(document.where("inputs"), f'"{name}" moves with time from outside; say why under "inputs:"')
        for name in found
        if name not in entries
    ]
    faults += [
        Fault(document.where("inputs", name), f'"{name}" does not move with time from outside; remove it')
        for name in entries
        if name not in found
    ]
    known = content.strategies.names()
    return faults + [
        Fault(document.where("inputs", name, "strategies", place), unknown("strategy", strategy, known))
        for name, entry in entries.items()
        for place, strategy in enumerate(entry.strategies)
        if strategy not in known
    ]
