"""The comparison report: a page for each language that opens without a network, its data as CSV beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.inputs.reports import load_report
from twintrack.pages.blocks import sections_in
from twintrack.pages.builder import STORY, Link, Page, data_files, filled, page_names, publish, render
from twintrack.pages.printing import Printer
from twintrack.pages.report import sections
from twintrack.pages.report.brief import STEM, brief
from twintrack.pages.report.computing import compute
from twintrack.pages.report.data import ReportData
from twintrack.pages.report.exports import REPORT_JSON, figure_files, figure_pictures, report_json
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
    *,
    printed: bool = False,
) -> Path:
    """Compute a report and write its pages, brief, figures, data and list of inputs into a folder.

    Files of an earlier report are replaced only when everything is written. With SOURCE_DATE_EPOCH set,
    the same inputs give the same bytes. `progress` is called as the work goes on. With `printed` an
    installed browser also makes the brief as PDF and the figures as PNG; where there is none the log says so.

    Returns:
        The page in the report's first language, index.html.

    Raises:
        InputError: The definition is wrong, or the folder holds something that would be lost.
    """
    definition = load_report(report_path, model.inputs)
    first = output_dir / "index.html"
    printer = Printer() if printed else None
    publish(output_dir, _computed(definition, report_path, model, output_dir, progress, printer), "report")
    return first


def _computed(
    definition: Report,
    source: Path,
    model: Core,
    folder: Path,
    progress: Callable[[Progress], None] | None,
    printer: Printer | None,
) -> Iterator[tuple[str, str | bytes]]:
    yield from files_of(compute(definition, source, model, progress), folder, printer)


def files_of(data: ReportData, folder: Path, printer: Printer | None) -> Iterator[tuple[str, str | bytes]]:
    """Give all files of a report by name, as they are made; `folder` is where they will be."""
    definition = data.definition
    prior = definition.ensemble.prior
    inputs = inputs_of(data.model, data.source, _used(data), data.scenarios, prior=prior)
    pages = [report_page(data, language, inputs) for language in definition.languages]
    told = [(page, filled(page)) for page in pages]
    briefs = page_names(definition.languages, STEM)
    tables = data_files(pages[0].sections, pages[0].view)
    yield from ((f"{DATA}/{name}", text) for name, text in tables.items())
    for page, shown in told:
        yield page.name, render(page, shown)
        text = brief(page, shown, briefs)
        name = briefs[page.view.texts.language]
        yield name, text
        yield from figure_files((page, shown))
        if printer is not None:
            yield from ((f"{Path(name).stem}.pdf", made) for made in printer.pdf(text))
            yield from figure_pictures((page, shown), printer)
    yield REPORT_JSON, report_json(told)
    yield INPUTS, inputs.text(folder)


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
        tables_lead=True,
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
