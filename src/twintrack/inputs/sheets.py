"""Strategy sheets: one strategy on one page, held against policy as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from twintrack.errors import Fault, InputError
from twintrack.inputs.content import CENTRAL, Content
from twintrack.inputs.report_schemas import Ensemble, Report
from twintrack.inputs.reports import load_report
from twintrack.inputs.schema_kinds import StrictSchema, Text, Year
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.validation import FaultList, repeated, unknown, validated
from twintrack.inputs.yaml_files import Document, read_document

SHEET = "sheet"
"""What `kind:` says in the definition of one."""


class Sheet(StrictSchema):
    """reports/NAME.yaml with `kind: sheet`."""

    kind: Literal["sheet"]
    strategy: Text
    """A name, a file, a mix or parts."""
    scenario: Text = CENTRAL
    ensemble: Ensemble
    goals: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Outcomes with a direction that the page is told in, the most important one first."""
    review: Year
    """The year in which one asks whether to stop."""
    horizon: Year
    """The year that the strategy is judged in."""
    languages: Annotated[tuple[Literal["en", "zh"], ...], Field(min_length=1)]


def is_sheet(path: Path) -> bool:
    """Say whether a definition in reports/ is one of a strategy sheet. Raises InputError for no YAML."""
    return read_document(path).data.get("kind") == SHEET


def load_sheet(path: Path, content: Content, strategy: str | None = None) -> Sheet:
    """Read the definition of a sheet, with another strategy where one is given.

    Raises InputError with all faults, also those of the strategy and the scenario that it names.
    """
    document = read_document(path)
    faults = FaultList()
    sheet: Sheet | None = None
    with faults:
        sheet = validated(document, Sheet)
    if sheet is not None:
        where = document.where("strategy") if strategy is None else f"--sheet {strategy}"
        sheet = sheet.model_copy(update={"strategy": sheet.strategy if strategy is None else strategy})
        with faults:
            if content.strategies.resolve(sheet.strategy, where=where).name == BASELINE:
                message = f"{BASELINE} is what every strategy is held against; name another one"
                faults.append(Fault(where, message))
        faults += _faults(sheet, document, content)
    if sheet is None or faults:
        raise InputError(faults)
    return sheet


def _faults(sheet: Sheet, document: Document, content: Content) -> Iterator[Fault]:
    known = content.outcomes.outcomes
    for place, name in enumerate(sheet.goals):
        where = document.where("goals", place)
        if name not in known:
            yield Fault(where, unknown("outcome", name, known))
        elif known[name].better == "neutral":
            yield Fault(where, f"{name} is better neither higher nor lower; name an outcome with a direction")
    yield from repeated("outcome", sheet.goals, where=document.where("goals"))
    if sheet.scenario not in content.scenarios:
        yield Fault(document.where("scenario"), unknown("scenario", sheet.scenario, content.scenarios))
    start = content.levers.policy_start
    if not start < sheet.review < sheet.horizon:
        message = f"must lie after policies begin in {start:g} and before the horizon, {sheet.horizon:g}"
        yield Fault(document.where("review"), message)


def load_definition(path: Path, content: Content) -> Report | Sheet:
    """Read a definition in reports/, of a comparison or of a sheet. Raises InputError with all faults."""
    return load_sheet(path, content) if is_sheet(path) else load_report(path, content)
