"""Reports: which strategies are shown side by side, in which worlds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from twintrack.errors import Fault, InputError
from twintrack.inputs.content import Content
from twintrack.inputs.schemas import Report
from twintrack.inputs.validation import FaultList, repeated, unknown, validated
from twintrack.inputs.yaml_files import Document, read_document


def load_report(path: Path, content: Content) -> Report:
    """Read reports/NAME.yaml; `content` is the content it speaks of.

    Raises InputError with all faults, also those of the strategies and scenarios that it names.
    """
    faults = FaultList()
    document = content.renamed.report(read_document(path), faults)
    report = None
    strategies: list[str] = []
    with faults:
        report = validated(document, Report)
    for place, name in _texts(document, "outcomes"):
        if name not in content.outcomes.outcomes and name not in content.renamed.outcomes.gone:
            faults.append(Fault(place, unknown("outcome", name, content.outcomes.outcomes)))
    for place, name in _texts(document, "scenarios"):
        if name not in content.scenarios:
            faults.append(Fault(place, unknown("scenario", name, content.scenarios)))
    for place, reference in _texts(document, "strategies"):
        with faults:
            strategies.append(content.strategies.resolve(reference, where=place).name)
    faults += repeated("strategy", strategies, where=document.where("strategies"))
    for kind, key in (("scenario", "scenarios"), ("outcome", "outcomes"), ("language", "languages")):
        faults += repeated(kind, [name for _, name in _texts(document, key)], where=document.where(key))
    if report is not None:
        faults += repeated("year", [f"{year:g}" for year in report.years], where=document.where("years"))
    if report is None or faults:
        raise InputError(faults)
    return report


def _texts(document: Document, key: str) -> Iterable[tuple[str, str]]:
    """Give place and text of the texts in a list; what is not a text there is told by the schema."""
    values = document.data.get(key)
    for index, value in enumerate(values if isinstance(values, tuple) else ()):
        if isinstance(value, str):
            yield document.where(key, index), value
