"""The boundary of the model: what moves it from outside and why, and what it leaves out."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from twintrack.inputs.schema_kinds import Bilingual, StrictSchema, Text
from twintrack.inputs.validation import validated
from twintrack.inputs.yaml_files import read_document

BOUNDARY_FILE = Path("model") / "boundary.yaml"


class BoundaryInput(StrictSchema):
    """Something that moves with time from outside."""

    why: Bilingual
    """Why it is not computed."""
    moved_by: Bilingual
    """What could move it in reality."""
    strategies: tuple[Text, ...] = ()
    """Strategies that would."""


class Excluded(StrictSchema):
    """Something that the model neither computes nor is given."""

    title: Bilingual
    why: Bilingual
    bias: Bilingual
    """What that does to the results."""


class BoundaryFile(StrictSchema):
    """model/boundary.yaml."""

    inputs: dict[str, BoundaryInput]
    excluded: dict[str, Excluded] = Field(min_length=1)


def load_boundary(path: Path) -> BoundaryFile:
    """Read model/boundary.yaml; raises InputError with all its faults."""
    return validated(read_document(path), BoundaryFile)
