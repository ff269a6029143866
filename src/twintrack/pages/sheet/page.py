"""The strategy sheet: a page for each language that opens without a network, its data as CSV beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from twintrack.inputs.sheets import Sheet, load_sheet
from twintrack.pages.blocks import Block, sections_in
from twintrack.pages.builder import STORY, Page, data_files, page_names, publish, render
from twintrack.pages.report.files import INPUTS, Inputs, inputs_of
from twintrack.pages.sheet import sections
from twintrack.pages.sheet.data import SheetData, compute_sheet
from twintrack.pages.sheet.view import DATA, SheetView
from twintrack.pages.texts import Texts

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.runs.experiment import Progress


@dataclass(frozen=True)
class Head(Block):
    """The beginning of a sheet: the strategy, and what it is in a few sentences."""

    title: str
    told: Sequence[str]
    kind: ClassVar[str] = "head"


def build_sheet(
    path: Path,
    folder: Path,
    model: Core,
    progress: Callable[[Progress], None] | None = None,
    *,
    strategy: str | None = None,
) -> Path:
    """Compute a strategy sheet and write its pages and data into a folder, as `build_report` does.

    `strategy` takes the place of that of the definition. Returns the page in the first language. Raises
    InputError where the definition is wrong, or the folder holds something that would be lost.
    """
    definition = load_sheet(path, model.inputs, strategy)
    publish(folder, _files(definition, path, model, folder, progress), "report")
    return folder / "index.html"


def _files(
    definition: Sheet,
    source: Path,
    model: Core,
    folder: Path,
    progress: Callable[[Progress], None] | None,
) -> Iterator[tuple[str, str]]:
    data = compute_sheet(definition, source, model, progress)
    plans = {plan.name: plan for plan in (data.reference, data.plan)}
    scenarios = {data.scenario.name: data.scenario}
    inputs = inputs_of(model, source, plans, scenarios, prior=definition.ensemble.prior)
    pages = [sheet_page(data, language, inputs) for language in definition.languages]
    tables = data_files(pages[0].sections, pages[0].view)
    yield from ((f"{DATA}/{name}", text) for name, text in tables.items())
    yield from ((page.name, render(page)) for page in pages)
    yield INPUTS, inputs.text(folder)


def sheet_page(data: SheetData, language: str, inputs: Inputs) -> Page[SheetView]:
    """Give the page in one language."""
    view = SheetView(data, inputs, texts=Texts(language))
    found = sections_in(sections.__name__)
    worlds, scenario = f"{len(data.compared.worlds):,}", view.of(data.scenario.title)
    held = view.texts(
        "sheet_held",
        worlds=worlds,
        origin=view.texts(f"sheet_origin_{data.compared.origin}"),
        scenario=scenario,
        year=view.horizon,
    )
    return Page(
        view=view,
        names=page_names(data.definition.languages),
        title=view.strategy,
        lead=view.texts("sheet_bar", scenario=scenario, worlds=worlds),
        sections=found,
        data={f"{DATA}/{name}" for section in found for name in section.files},
        style="sheet",
        template=STORY,
        tables_lead=True,
        intro=[Head(view.strategy, [view.of(data.plan.description), held])],
    )
