"""What is known of the model's surprises: what each kind of world far out means."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from twintrack.inputs.schema_kinds import Bilingual, StrictSchema
from twintrack.inputs.validation import validated
from twintrack.inputs.yaml_files import read_document

SURPRISES_FILE = Path("model") / "surprises.yaml"


class SurpriseKind(StrictSchema):
    """What a kind of surprise turned out to be."""

    label: Literal["understood", "insight", "fault"]
    """Explained by what was known; something new about the question; something wrong with the model."""
    meaning: Bilingual


class SurprisesFile(StrictSchema):
    """model/surprises.yaml."""

    kinds: dict[str, SurpriseKind]


def load_surprises(path: Path) -> SurprisesFile:
    """Read model/surprises.yaml; raises InputError with all its faults."""
    return validated(read_document(path), SurprisesFile)
