"""Reports: which strategies are shown side by side, in which worlds, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from pathlib import Path

from twintrack.errors import Fault, InputError
from twintrack.inputs.content import Content
from twintrack.inputs.report_schemas import Report
from twintrack.inputs.strategies import Strategy
from twintrack.inputs.validation import FaultList, repeated, unknown, validated
from twintrack.inputs.yaml_files import Document, read_document

_OUTCOMES = ("outcomes", "goals")


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
    for key in _OUTCOMES:
        for place, name in _texts(document, key):
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
        faults += _question_faults(report, document, content)
    if report is None or faults:
        raise InputError(faults)
    return report


def _texts(document: Document, key: str) -> Iterable[tuple[str, str]]:
    """Give place and text of the texts in a list; what is not a text there is told by the schema."""
    values = document.data.get(key)
    for index, value in enumerate(values if isinstance(values, tuple) else ()):
        if isinstance(value, str):
            yield document.where(key, index), value


def _question_faults(report: Report, document: Document, content: Content) -> Iterator[Fault]:
    """Find what is wrong with what the page is asked: the grid, contrasts, goals, poles, the package."""
    yield from _grid_faults(report, document, content)
    yield from _outcome_faults(report, document, content)
    grid = report.grid
    sides = [set(grid.rows), set(grid.columns)] if grid else []
    for place, entry in enumerate(report.contrasts):
        pair = {entry.of, entry.against}
        if any(pair <= side for side in sides):
            continue
        for key in ("of", "against"):
            name = getattr(entry, key)
            where = document.where("contrasts", place, key)
            if any(name in side for side in sides):
                message = (
                    f"{name} belongs to the grid and the other side does not; take two rows or two columns"
                )
                yield Fault(where, message)
            else:
                yield from _strategy_faults(content, name, where)
    for kind in ("poles", "package"):
        asked = getattr(report, kind)
        for key in ("first", "second") if asked else ():
            yield from _strategy_faults(content, getattr(asked, key), document.where(kind, key))
    table = content.levers
    for place, part in enumerate(report.package.parts if report.package else ()):
        for index, name in enumerate(part.levers):
            if name not in table.levers and name not in table.groups:
                where = document.where("package", "parts", place, "levers", index)
                yield Fault(where, unknown("lever or group", name, [*table.groups, *table.levers]))
    for place, name in enumerate(report.tests.scenarios or ()):
        if name not in report.scenarios:
            where = document.where("tests", "scenarios", place)
            yield Fault(where, unknown("scenario of the report", name, report.scenarios))


def _outcome_faults(report: Report, document: Document, content: Content) -> Iterator[Fault]:
    """Find goals that the report does not show or that have no direction, and the same of what may fail."""
    places = [(name, document.where("goals", place)) for place, name in enumerate(report.goals)]
    places += [(name, document.where("failing", name)) for name in report.failing]
    for name, where in places:
        if name not in report.outcomes:
            yield Fault(where, unknown("outcome of the report", name, report.outcomes))
        elif name in content.outcomes.outcomes and content.outcomes.outcomes[name].better == "neutral":
            yield Fault(where, f"{name} is better neither higher nor lower: nothing is found out about it")


def _grid_faults(report: Report, document: Document, content: Content) -> Iterator[Fault]:
    """Find cells that cannot be read, and levers that both factors move: neither effect is then its own."""
    grid = report.grid
    if grid is None:
        return
    plans: dict[tuple[str, str], Strategy] = {}
    faults = FaultList()
    for row, references in grid.cells.items():
        for place, (column, reference) in enumerate(zip(grid.columns, references, strict=False)):
            with faults:
                where = document.where("grid", "cells", row, place)
                plans[row, column] = content.strategies.resolve(reference, where=where)
    yield from faults
    if faults or len(plans) < len(grid.rows) * len(grid.columns):
        return
    along_rows = _moved(plans, [(row, column) for column in grid.columns for row in grid.rows], 1)
    along_columns = _moved(plans, [(row, column) for row in grid.rows for column in grid.columns], 0)
    both = [name for name in content.levers.levers if name in along_rows & along_columns]
    if both:
        message = (
            f"rows and columns both move {', '.join(both)}; let each lever belong to one of them, so that"
            " what one factor does is not told as the other's"
        )
        yield Fault(document.where("grid", "cells"), message)


def _moved(plans: Mapping[tuple[str, str], Strategy], cells: list[tuple[str, str]], held: int) -> set[str]:
    """Name the levers that differ between cells that agree in what is held (0: the row, 1: the column)."""
    return {
        name
        for one, other in combinations(cells, 2)
        if one[held] == other[held]
        for name, path in plans[one].paths.items()
        if path != plans[other].paths[name]
    }


def _strategy_faults(content: Content, reference: str, where: str) -> list[Fault]:
    """Find what is wrong with the name of a strategy."""
    faults = FaultList()
    with faults:
        content.strategies.resolve(reference, where=where)
    return list(faults)
