"""What an author may say of the page of a model: what can be moved, what is shown, what is better."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from twintrack.inputs.schema_kinds import Number, StrictSchema, Words, refused
from twintrack.inputs.validation import validated
from twintrack.inputs.yaml_files import read_document


def _rising(limits: tuple[float, float]) -> tuple[float, float]:
    if limits[0] < limits[1]:
        return limits
    raise refused("needs a lower and a higher number, in this order")


Limits = Annotated[tuple[Number, Number], AfterValidator(_rising)]


class SliderOptions(StrictSchema):
    """How a constant, or an element of one, can be moved."""

    range: Limits | None = None
    title: Words | None = None
    group: Words | None = None


class OutcomeOptions(StrictSchema):
    """How a variable, or an element of one, is shown."""

    title: Words | None = None
    better: Literal["higher", "lower", "neutral"] = "neutral"
    format: str = ""


class PageOptions(StrictSchema):
    """The options file of a page; what it leaves out follows from the model."""

    title: Words | None = None
    sliders: dict[str, SliderOptions] = Field(default_factory=dict)
    """When there are any, these alone can be moved."""
    outcomes: dict[str, OutcomeOptions] = Field(default_factory=dict)
    """When there are any, these alone are shown, the first nine from the start."""
    spread: Annotated[Number, Field(ge=0, lt=1)] = 0.1
    """Share of itself up to which every number that can be moved may lie beside its slider."""


def read_page_options(path: Path) -> PageOptions:
    """Read an options file. Raises InputError with all faults."""
    return validated(read_document(path), PageOptions)
