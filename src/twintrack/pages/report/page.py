"""The comparison report: a page for each language that opens without a network, its data as CSV beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.formats import date
from twintrack.inputs.reports import load_report
from twintrack.pages.blocks import sections_in
from twintrack.pages.builder import Page, data_files, page_names, publish, render
from twintrack.pages.report import sections
from twintrack.pages.report.data import ReportData, compute
from twintrack.pages.report.files import INPUTS, Inputs, inputs_of
from twintrack.pages.report.sections.decisions import switches_of
from twintrack.pages.report.view import DATA, ReportView
from twintrack.pages.texts import Texts

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.schemas import Report
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
    inputs = inputs_of(model, source, data.simulated, data.scenarios, prior=prior)
    pages = [report_page(data, language, inputs) for language in definition.languages]
    tables = data_files(pages[0].sections, pages[0].view)
    yield from ((f"{DATA}/{name}", text) for name, text in tables.items())
    yield from ((page.name, render(page)) for page in pages)
    yield INPUTS, inputs.text(first.parent)


def report_page(data: ReportData, language: str, inputs: Inputs) -> Page[ReportView]:
    """Give the page in one language."""
    view = ReportView(data, inputs, texts=Texts(language))
    found = sections_in(sections.__name__)
    return Page(
        view=view,
        names=page_names(data.definition.languages),
        title=view.of(data.definition.title),
        lead=_lead(view),
        sections=found,
        data={f"{DATA}/{name}" for section in found for name in section.files},
        style="many" if data.many else "",
    )


def _lead(view: ReportView) -> str:
    data, texts = view.data, view.texts
    titles = [view.strategy(name) for name in data.strategies]
    scenarios = [view.scenario(name) for name in data.scenarios]
    years = data.own["time"].to_numpy()
    return texts(
        "lead",
        strategies=texts(
            "lead_many" if data.many else "lead_strategies", count=len(titles), names=texts.join(titles)
        ),
        scenarios=texts(
            "lead_scenarios" if len(scenarios) > 1 else "lead_scenario",
            count=len(scenarios),
            names=texts.join(scenarios),
        ),
        worlds=f"{data.worlds_count:,}",
        start=date(years[0]),
        end=date(years[-1]),
        apart=_apart(view),
        origin=texts(f"lead_{data.origin}"),
    )


def _apart(view: ReportView) -> str:
    """Say until when the strategies have the same results, and which of them switch in how many worlds."""
    data, texts = view.data, view.texts
    key = "lead_apart" if data.differ else "lead_same"
    told = [texts(key, divergence=date(data.divergence), end=date(float(data.own["time"][-1])))]
    told += [
        texts("lead_switches", name=view.strategy(name), worlds=texts.join(switches_of(view, name)))
        for name, plan in data.strategies.items()
        if plan.switch and not data.many
    ]
    return texts("sentence_space").join(told)
