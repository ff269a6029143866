"""The page on validation: what speaks for and against the model, in each language, and its data beside it."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from twintrack.calibration.fit import Band
from twintrack.calibration.projection import Projection, table
from twintrack.presentation.pages import environment, html_language, part
from twintrack.presentation.report import figures_json, in_script, page_names, today
from twintrack.presentation.report_files import replaced_folder
from twintrack.presentation.texts import LANGUAGES, Texts
from twintrack.presentation.validation_field_tests import FieldTests
from twintrack.presentation.validation_figures import Figures
from twintrack.presentation.validation_ranking import Ranked
from twintrack.presentation.validation_tables import Tables
from twintrack.presentation.validation_view import Block, Heading, Section, View
from twintrack.presentation.validation_words import Words
from twintrack.resources import atomic_write
from twintrack.version import __version__

if TYPE_CHECKING:
    from twintrack.model import Model

JSON, CSV = "validation.json", "projection.csv"
LIBRARIES = ("llvmlite", "numpy", "pysd", "scipy", "pyarrow", "plotly")


def build_validation(sections: Mapping[str, Section], folder: Path, model: Model, seed: int = 1) -> Path:
    """Write validation.json, projection.csv and the pages into a folder.

    The folder takes the place of an earlier one only when everything is written.

    Args:
        sections: All that `twintrack.calibration.validate.validate` computes.
        folder: Where to; it may hold an earlier validation, and nothing else.
        model: The model that was validated.
        seed: Seed of the validation.

    Returns:
        The page in the first language, index.html.

    Raises:
        InputError: The folder holds something other than a validation.
    """
    with replaced_folder(folder, "validation", JSON) as fresh:
        text = json.dumps(sections, ensure_ascii=False, allow_nan=False, indent=1)
        atomic_write(fresh / JSON, text + "\n")
        atomic_write(fresh / CSV, projection_csv(sections["projection"]))
        for language, name in page_names(LANGUAGES).items():
            atomic_write(fresh / name, render(sections, model, language, seed))
    return folder / "index.html"


def projection_csv(section: Section) -> str:
    """Give the projections of a section as CSV: series, year, p05, p50, p95, unit."""
    return table(
        Projection(**{**item, "expected": Band(**item["expected"]), "said": Band(**item["said"])})
        for item in section["series"]
    )


def render(sections: Mapping[str, Section], model: Model, language: str, seed: int = 1) -> str:
    """Give the page in one language: HTML with styles, scripts and figures inside."""
    from plotly.offline import get_plotlyjs

    view = View(model, sections, Texts(language), seed)
    blocks = _blocks(view)
    values = {
        "lang": html_language(language),
        "t": view.texts,
        "version": __version__,
        "title": view.texts("validation_title"),
        "lead": view.texts("validation_lead"),
        "other_pages": [
            {"lang": other, "href": name, "name": Texts(other)("language_name")}
            for other, name in page_names(LANGUAGES).items()
            if other != language
        ],
        "sections": [
            {"id": name, "title": view.texts(f"{name}_heading"), "blocks": found}
            for name, found in blocks.items()
        ],
        "limits": Words(view).limits(),
        "provenance": _provenance(view),
        "css": Markup(part("report.css") + part("validation.css")),
        "script": Markup(part("report.js")),
        "plotly_js": in_script(get_plotlyjs()),
        # The last to be asked for: making the blocks has filled it.
        "figures": in_script(figures_json(view.drawn)),
    }
    return environment().get_template("validation.html.jinja").render(values)


def _blocks(view: View) -> dict[str, list[Block]]:
    """Give what each section shows, in the order of the page."""
    words, tables, figures, texts = Words(view), Tables(view), Figures(view), view.texts
    return {
        "answer": words.answer(),
        "observed": [*words.observed(), tables.series(), tables.points()],
        "learning": [
            *words.learning(),
            tables.populations(),
            figures.learning(),
            figures.agreement(),
            tables.stages(),
        ],
        "fit": [*words.fit(), figures.fit(), tables.fit()],
        "skill": [
            Heading(texts("years_heading")),
            *words.years(),
            figures.years(),
            tables.held_out("years"),
            Heading(texts("left_out_heading")),
            *words.left_out(),
            tables.held_out("series"),
        ],
        "identified": [
            *words.identified(),
            figures.learnt(),
            tables.learnt(),
            tables.directions(),
            tables.teachers(),
            tables.as_before(),
        ],
        "cost_growth": [*words.cost_growth(), figures.cost_growth(), tables.variants(), tables.envelope()],
        "projection": [*words.projection(), tables.projection()],
        "ranking": Ranked(view).blocks(),
        "field_tests": FieldTests(view).blocks(),
    }


def _provenance(view: View) -> list[dict[str, Any]]:
    texts, about = view.texts, view["calibration"]
    settings = about["settings"]
    versions = [f"TwinTrack {__version__}", f"Python {platform.python_version()}"]
    versions += [f"{name} {metadata.version(name)}" for name in LIBRARIES]
    learnt = ", ".join(f"{name} {value}" for name, value in settings["versions"].items() if " " not in name)
    values = {
        "provenance_model": texts("provenance_model_value", hash=about["model_hash"]),
        "provenance_ranges": f"model/world.yaml, sha256 {about['prior_hash']}",
        "provenance_history": f"model/history, sha256 {about['history_hash']}",
        "provenance_calibration": texts(
            "provenance_calibration_value",
            seed=about["seed"],
            populations=settings["populations"],
            members=f"{settings['settings']['members']:,}",
            versions=learnt,
        ),
        "provenance_seed": str(view.seed),
        "provenance_versions": ", ".join(versions),
        "provenance_date": today(),
    }
    rows: list[dict[str, Any]] = [{"title": texts(key), "value": value} for key, value in values.items()]
    seed = "" if view.seed == 1 else f" --seed {view.seed}"
    commands = [f"twintrack calibrate --seed {about['seed']}", f"twintrack validate{seed}"]
    rows.append({"title": texts("provenance_command"), "commands": commands})
    rows.append({"title": texts("provenance_data"), "links": [JSON, CSV]})
    return rows
