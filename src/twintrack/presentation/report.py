"""The report: one page per language that opens without a network, and its data as CSV beside it."""

from __future__ import annotations

import datetime
import json
import os
import platform
import time
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from twintrack.decisions.robustness import noise_level
from twintrack.presentation.figures import DASH_ARRAYS, styles
from twintrack.presentation.formats import date
from twintrack.presentation.pages import environment, html_language, part
from twintrack.presentation.report_data import ReportData, compute
from twintrack.presentation.report_experiment import Cells
from twintrack.presentation.report_figures import Drawings
from twintrack.presentation.report_files import (
    DEPENDENCIES,
    TABLE_NAMES,
    digest,
    inputs_of,
    replaced_folder,
    write_dependencies,
    write_tables,
)
from twintrack.presentation.report_overview import Overview
from twintrack.presentation.report_tables import Tables
from twintrack.presentation.report_words import Words
from twintrack.presentation.texts import Texts
from twintrack.version import __version__

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from twintrack.model import Model

SECTIONS = (
    "question",
    "results",
    "experiment",
    "paths",
    "decisions",
    "cost",
    "waste",
    "robustness",
    "drivers",
    "words",
    "limits",
    "provenance",
)
GUIDE = (1, 2, 3, 4, 5, 6)
"""Lines of the reading guide, by number."""
LIMITS = ("model", "worlds", "strategies", "regret", "equal", "forecast")
WASTE_COLOURS = ("#332288", "#ddcc77", "#aa4499", "#88ccee")
"""One for each part of waste, none of them a strategy's (Tol 2021, "muted", personal.sron.nl/~pault)."""
WEAK = ("low", "assumption")
"""Confidence in a parameter's range that the limitations count."""
HASH_DIGITS = 12
LIBRARIES = ("llvmlite", "numpy", "pysd", "xarray", "plotly")


def build_report(report_path: Path, output_dir: Path, model: Model) -> Path:
    """Compute a report and write its pages, data and list of inputs into a folder.

    The folder takes the place of an earlier one only when everything is written. With SOURCE_DATE_EPOCH set,
    the same inputs give the same bytes.

    Returns:
        The page in the report's first language, index.html.

    Raises:
        InputError: The definition is wrong, or the folder holds something other than a report.
    """
    from twintrack.inputs.reports import load_report

    definition = load_report(report_path, model.inputs)
    first = output_dir / "index.html"
    # A folder that cannot be replaced is refused before anything is computed.
    with replaced_folder(output_dir) as folder:
        data = compute(definition, report_path, model)
        inputs = inputs_of(data)
        write_tables(data, folder / "data")
        for language, name in page_names(definition.languages).items():
            (folder / name).write_text(render(data, language, inputs), encoding="utf-8")
        write_dependencies(inputs, first, folder / DEPENDENCIES)
    return first


def page_names(languages: Sequence[str]) -> dict[str, str]:
    """Give the file of each language's page: index.html for the first, index.zh.html and so on for others."""
    return {
        language: "index.html" if place == 0 else f"index.{language}.html"
        for place, language in enumerate(languages)
    }


def render(data: ReportData, language: str, inputs: list[Path]) -> str:
    """Give the page in one language: HTML with styles, scripts and figures inside."""
    from plotly.offline import get_plotlyjs

    texts = Texts(language)
    tables = Tables(data, texts)
    drawings = Drawings(data, texts, tables, {})
    values = {
        **_frame(data, texts, tables),
        **_sections(data, texts, tables),
        "paths": [] if data.many else drawings.paths(),
        "drivers": drawings.drivers(),
        "words": Words(data, texts, tables).items(),
        "provenance": _provenance(data, texts, inputs),
        "plotly_js": in_script(get_plotlyjs()),
        "css": Markup(part("report.css")),
        "script": Markup(part("report.js")),
        # The last to be asked for: drawing the figures above has filled it.
        "figures": in_script(figures_json(drawings.drawn)),
    }
    return (
        environment()
        .get_template("report_many.html.jinja" if data.many else "report.html.jinja")
        .render(values)
    )


def _frame(data: ReportData, texts: Texts, tables: Tables) -> dict[str, Any]:
    look = styles(list(data.strategies))
    titles = {name: tables.strategy(name) for name in data.strategies}
    scenarios = [tables.scenario(name) for name in data.scenarios]
    years = data.own["time"].to_numpy()
    lead_scenarios = texts(
        "lead_scenarios" if len(scenarios) > 1 else "lead_scenario",
        count=len(scenarios),
        names=texts.join(scenarios),
    )
    return {
        "lang": html_language(texts.language),
        "t": texts,
        "version": __version__,
        "title": texts.of(data.definition.title),
        "lead": texts(
            "lead",
            strategies=texts(
                "lead_many" if data.many else "lead_strategies",
                count=len(titles),
                names=texts.join(list(titles.values())),
            ),
            scenarios=lead_scenarios,
            worlds=f"{data.worlds_count:,}",
            start=date(years[0]),
            end=date(years[-1]),
            divergence=date(data.divergence),
            origin=texts("lead_posterior" if data.origin == "posterior" else "lead_prior"),
        ),
        "sections": [key for key in SECTIONS if _shown_section(data, key)],
        "waste_colours": WASTE_COLOURS,
        "other_pages": _other_pages(data, texts),
        "strategies": [
            {
                "title": titles[name],
                "description": texts.of(strategy.description),
                "colour": look[name].colour,
                "ink": look[name].ink,
                "dasharray": DASH_ARRAYS[look[name].dash],
            }
            for name, strategy in data.strategies.items()
        ],
    }


def _other_pages(data: ReportData, texts: Texts) -> list[dict[str, str]]:
    return [
        {"lang": language, "href": name, "name": Texts(language)("language_name")}
        for language, name in page_names(data.definition.languages).items()
        if language != texts.language
    ]


def _sections(data: ReportData, texts: Texts, tables: Tables) -> dict[str, Any]:
    values = _common_values(data, texts, tables)
    cells = Cells(data, texts, tables)
    return {
        "guide": [texts(f"guide_{line}", **values) for line in GUIDE],
        "cost_intro": texts("cost_intro", **values),
        "costs": tables.costs(),
        "equal_note": texts("equal_note", **values),
        "waste_intro": texts("waste_intro", **values),
        "waste": tables.waste(),
        "experiment_intro": texts("experiment_intro", **values),
        "cells": cells.names(),
        "experiments": cells.sections(),
        "years": [date(year) for year in data.years],
        **(_many(data, texts, tables, values) if data.many else _few(tables, texts, values)),
        "drivers_intro": texts("drivers_intro", **values),
        "words_intro": texts("words_intro", **values),
        "limits": [texts(f"limit_{key}", **values) for key in _limits(data)],
    }


def _few(tables: Tables, texts: Texts, values: dict[str, str]) -> dict[str, Any]:
    """What only a page with a column for each strategy shows."""
    return {
        "results": tables.results(),
        "paths_intro": texts("paths_intro", **values),
        "decisions_intro": texts("decisions_intro", **values),
        "decisions": tables.decisions(),
        "equal": tables.equal(),
        "shares_intro": texts("shares_intro", **values),
        "shares": tables.shares(),
        "regrets": tables.regrets(),
    }


def _many(data: ReportData, texts: Texts, tables: Tables, values: dict[str, str]) -> dict[str, Any]:
    """What only a page with a row for each strategy shows."""
    overview = Overview(data, texts, tables)
    return {
        "matrix_note": texts("matrix_note", **values),
        "baseline": values["baseline"],
        "matrices": overview.matrices(),
        "standing_note": texts("standing_note", **values),
        "standings": overview.standings(),
        "ranges_intro": texts("ranges_intro", **values),
        "ranges": overview.ranges(),
        "decisions_intro": texts("decisions_many_intro", usual=overview.usual_years(), **values),
        "decisions": overview.decisions(),
        "equal": overview.matrices(equal=True),
        "shares_intro": texts("shares_many_intro", **values),
        "shares": overview.shares(),
        "regrets": overview.regrets(),
    }


def _shown_section(data: ReportData, key: str) -> bool:
    given = {"experiment": data.experiment is not None, "waste": bool(data.waste), "paths": not data.many}
    return given.get(key, True)


def _limits(data: ReportData) -> list[str]:
    waits = any(plan.switch for plan in data.strategies.values())
    special = {
        "worlds": f"worlds_{data.origin}",
        "strategies": "strategies_switch" if waits else "strategies",
    }
    return [special.get(key, key) for key in LIMITS]


def _common_values(data: ReportData, texts: Texts, tables: Tables) -> dict[str, str]:
    uncertain = [data.model.world[name] for name in data.worlds.columns]
    return {
        "worlds": f"{data.worlds_count:,}",
        "parameters": str(len(uncertain)),
        "assumed": str(sum(parameter.confidence in WEAK for parameter in uncertain)),
        "equations": str(len(data.model.equations.variables)),
        "divergence": date(data.divergence),
        "end": date(data.own["time"].to_numpy()[-1]),
        "baseline": tables.strategy(data.reference),
        "scenario": tables.scenario(next(iter(data.scenarios))),
        "year": date(data.last_year),
        "noise": f"{noise_level(data.worlds_count):.2f}",
    }


def _provenance(data: ReportData, texts: Texts, inputs: list[Path]) -> list[dict[str, Any]]:
    ensemble, grid = data.definition.ensemble, data.model.equations.time
    source = _shown(data.source, data.model.content.resolve())
    runs = 2 * len(data.simulated) * len(data.scenarios) * ensemble.worlds
    rows: list[tuple[str, dict[str, object]]] = [
        ("model", {"hash": data.model.equations.hash[:HASH_DIGITS]}),
        ("report", {"path": source, "hash": digest([data.source])[:HASH_DIGITS]}),
        ("inputs", {"hash": digest(inputs)[:HASH_DIGITS], "count": len(inputs)}),
        (
            "worlds",
            {
                "worlds": f"{ensemble.worlds:,}",
                "seed": ensemble.seed,
                "origin": texts(f"provenance_{data.origin}", hash=data.posterior_digest[:HASH_DIGITS]),
                "runs": f"{runs:,}",
            },
        ),
        ("time", {"start": date(grid.initial), "end": date(grid.final), "step": f"{grid.step:g}"}),
    ]
    versions = [f"TwinTrack {__version__}", f"Python {platform.python_version()}"]
    versions += [f"{name} {metadata.version(name)}" for name in LIBRARIES]
    return [
        *(
            {"title": texts(f"provenance_{key}"), "value": texts(f"provenance_{key}_value", **v)}
            for key, v in rows
        ),
        {"title": texts("provenance_versions"), "value": ", ".join(versions)},
        {"title": texts("provenance_date"), "value": today()},
        {"title": texts("provenance_command"), "value": f"twintrack report {source}", "code": True},
        {"title": texts("provenance_data"), "links": [f"data/{name}" for name in TABLE_NAMES]},
    ]


def today() -> str:
    """Give today, or SOURCE_DATE_EPOCH's day (reproducible-builds.org/specs/source-date-epoch)."""
    seconds = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    return datetime.datetime.fromtimestamp(seconds, tz=datetime.UTC).date().isoformat()


def _shown(path: Path, root: Path) -> str:
    resolved = path.resolve()
    return resolved.relative_to(root).as_posix() if resolved.is_relative_to(root) else str(path)


def figures_json(drawn: dict[str, go.Figure]) -> str:
    """Give figures by their ids as one JSON object."""
    charts = ",".join(f"{json.dumps(name)}:{figure.to_json()}" for name, figure in drawn.items())
    return f"{{{charts}}}"


def in_script(text: str) -> Markup:
    r"""Keep a text from ending the script element that holds it; "<\\/" means "</" in JavaScript and JSON."""
    return Markup(text.replace("</", "<\\/"))
