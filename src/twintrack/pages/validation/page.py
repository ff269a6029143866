"""The page on validation: what speaks for and against the model, in each language, and its data beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.pages.blocks import sections_in
from twintrack.pages.builder import Page, data_files, page_names, publish, render
from twintrack.pages.texts import LANGUAGES, Texts
from twintrack.pages.validation import sections as folder_of_sections
from twintrack.pages.validation.view import JSON, Computed, ValidationView

if TYPE_CHECKING:
    from twintrack.core import Core


def build_validation(sections: Mapping[str, Computed], folder: Path, model: Core, seed: int = 1) -> Path:
    """Write validation.json, the tables of all sections and the pages into a folder.

    Files of an earlier validation are replaced only when everything is written.

    Args:
        sections: All that `twintrack.calibration.validate.validate` computes.
        folder: Where to; it may hold an earlier validation.
        model: The model that was validated.
        seed: Seed of the validation.

    Returns:
        The page in the first language, index.html.

    Raises:
        InputError: The folder holds something that would be lost.
    """
    publish(folder, _files(sections, model, seed), "validation")
    return folder / "index.html"


def _files(sections: Mapping[str, Computed], model: Core, seed: int) -> Iterator[tuple[str, str]]:
    yield JSON, json.dumps(sections, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    pages = [validation_page(sections, model, language, seed) for language in LANGUAGES]
    yield from data_files(pages[0].sections, pages[0].view).items()
    yield from ((page.name, render(page)) for page in pages)


def validation_page(
    sections: Mapping[str, Computed], model: Core, language: str, seed: int = 1
) -> Page[ValidationView]:
    """Give the page in one language."""
    view = ValidationView(model, sections, seed, texts=Texts(language))
    found = sections_in(folder_of_sections.__name__)
    return Page(
        view=view,
        names=page_names(LANGUAGES),
        title=view.texts("validation_title"),
        lead=view.texts("validation_lead"),
        sections=found,
        data={JSON, *(name for section in found for name in section.files)},
        style="validation",
        summary=True,
        commands=True,
    )
