"""The comparison report: a page for each language that opens without a network, its data as CSV beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.inputs.reports import load_report
from twintrack.pages.blocks import sections_in
from twintrack.pages.builder import STORY, Link, Page, data_files, page_names, publish, render
from twintrack.pages.report import sections
from twintrack.pages.report.computing import compute
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.files import INPUTS, Inputs, inputs_of
from twintrack.pages.report.finding import Opening, headline, paragraph
from twintrack.pages.report.hero import hero
from twintrack.pages.report.story import CONTRAST_FILE, told
from twintrack.pages.report.view import DATA, ReportView
from twintrack.pages.texts import Texts

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.report_schemas import Report
    from twintrack.inputs.strategies import Strategy
    from twintrack.runs.experiment import Progress


def build_report(
    report_path: Path,
    output_dir: Path,
    model: Core,
    progress: Callable[[Progress], None] | None = None,
) -> Path:
    """Compute a report and write its pages, data and list of inputs into a folder.

    Files of an earlier report are replaced only when everything is written. With SOURCE_DATE_EPOCH set,
    the same inputs give the same bytes. `progress` is called as the work goes on.

    Returns:
        The page in the report's first language, index.html.

    Raises:
        InputError: The definition is wrong, or the folder holds something that would be lost.
    """
    definition = load_report(report_path, model.inputs)
    first = output_dir / "index.html"
    publish(output_dir, _files(definition, report_path, model, first, progress), "report")
    return first


def _files(
    definition: Report,
    source: Path,
    model: Core,
    first: Path,
    progress: Callable[[Progress], None] | None,
) -> Iterator[tuple[str, str]]:
    data = compute(definition, source, model, progress)
    prior = definition.ensemble.prior
    inputs = inputs_of(model, source, _used(data), data.scenarios, prior=prior)
    pages = [report_page(data, language, inputs) for language in definition.languages]
    tables = data_files(pages[0].sections, pages[0].view)
    yield from ((f"{DATA}/{name}", text) for name, text in tables.items())
    yield from ((page.name, render(page)) for page in pages)
    yield INPUTS, inputs.text(first.parent)


def _used(data: ReportData) -> dict[str, Strategy]:
    """Give all strategies that were run: those compared, the poles, and both ends of the package."""
    poles = data.definition.poles
    plans = [data.model.strategy(name) for name in ((poles.first, poles.second) if poles else ())]
    plans += [data.package.first, data.package.second] if data.package else []
    return {**data.strategies, **{plan.name: plan for plan in plans}}


def report_page(data: ReportData, language: str, inputs: Inputs) -> Page[ReportView]:
    """Give the page in one language."""
    view = ReportView(data, inputs, texts=Texts(language))
    found = sections_in(sections.__name__)
    texts = view.texts
    return Page(
        view=view,
        names=page_names(data.definition.languages),
        title=view.of(data.definition.title),
        lead=texts("bar", scenario=view.scenario(data.scenario), worlds=f"{data.worlds_count:,}"),
        sections=found,
        data={f"{DATA}/{name}" for section in found for name in section.files},
        style="many" if data.many else "",
        template=STORY,
        menu=[Link(texts("bar_sure"), "#sure"), Link(texts("bar_data"), f"{DATA}/{CONTRAST_FILE}")],
        intro=[opening(view)],
    )


def opening(view: ReportView) -> Opening:
    """Give the first screen."""
    story, texts, data = told(view), view.texts, view.data
    spans = "grid" if any(len(contrast.pairs) > 1 for contrast in data.contrasts) else "single"
    return Opening(
        question=view.of(data.definition.title),
        finding=headline(story),
        paragraphs=[paragraph(story, contrast) for contrast in data.contrasts],
        figure=hero(story),
        guide_lead=texts("read_dots_heading"),
        guide=texts(f"read_dots_{data.origin}", spans=texts(f"spans_{spans}")),
    )
