"""The outcomes: what planners compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from twintrack.errors import Fault, InputError
from twintrack.inputs.schemas import OutcomeEntry, OutcomesFile
from twintrack.inputs.validation import unknown, validated
from twintrack.inputs.yaml_files import read_document


class Outcome(OutcomeEntry):
    """An outcome with its name, which is a variable of the model or an element of one."""

    name: str


@dataclass(frozen=True)
class OutcomeTable:
    """All outcomes, and the names of those shown first."""

    outcomes: Mapping[str, Outcome]
    headline: tuple[str, ...]


def load_outcomes(path: Path) -> OutcomeTable:
    """Read model/outcomes.yaml; raises InputError with all its faults."""
    document = read_document(path)
    file = validated(document, OutcomesFile)
    faults = [
        Fault(document.where("headline", place), unknown("outcome", name, file.outcomes))
        for place, name in enumerate(file.headline)
        if name not in file.outcomes
    ]
    if faults:
        raise InputError(faults)
    entries = file.outcomes.items()
    outcomes = {name: Outcome.model_construct(name=name, **dict(entry)) for name, entry in entries}
    return OutcomeTable(outcomes, file.headline)
