"""The pages of the model: every equation with its unit, source, causes and uses, by sector, with diagrams."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from twintrack.inputs.sources import ASSUMPTION
from twintrack.pages.blocks import Block, Cell, Fact, Facts, Items, Row, Section
from twintrack.pages.builder import Link, Page, in_script, page_names, publish, render
from twintrack.pages.model.book import Book, BookView, page_name, stem_of
from twintrack.pages.model.entries import (
    DIAGRAMS,
    Entry,
    diagram_blocks,
    driving_blocks,
    equation_entry,
    loop_entry,
)
from twintrack.pages.model.views import model_structure
from twintrack.pages.texts import LANGUAGES, Texts
from twintrack.version import __version__

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations.structure import Variable

MARKER = "model.json"
"""File that lists the variables for other programs."""
COUNTED = ("stock", "flow", "auxiliary", "constant", "lever", "world")
HASH_DIGITS = 12


def build_docs(model: Core, folder: Path) -> Path:
    """Write the pages of a model in all languages, with its diagrams, into a folder.

    Earlier pages are replaced only when everything is written.

    Returns:
        The index in the first language.

    Raises:
        InputError: The content is wrong, or the folder holds something that would be lost.
    """
    book = Book(model, model_structure(model))
    publish(folder, _files(book), "pages of a model")
    return folder / page_name("index", LANGUAGES[0])


def _files(book: Book) -> Iterator[tuple[str, str]]:
    yield from ((f"{DIAGRAMS}/{diagram.file}", diagram.svg()) for diagram in book.all_diagrams)
    for language in LANGUAGES:
        yield from ((page.name, render(page)) for page in book_pages(book, language))
    yield MARKER, json.dumps(book.listing(), indent=1) + "\n"


def book_pages(book: Book, language: str) -> Iterator[Page[BookView]]:
    """Give the pages in one language: the index, then one for each sector."""
    view = BookView(book, texts=Texts(language))
    texts = view.texts
    lead = texts("model_lead", equations=len(view.variables), sectors=len(book.sectors))
    yield _page(view, "index", texts("model_title"), lead, _INDEX)
    for sector, variables in book.sectors.items():
        page = _page(view, stem_of(sector), texts.sector(sector), book.notes.get(sector, ""), _sector(sector))
        yield replace(page, intro=[_counts(view, variables)], lead_language="en")


def _page(
    view: BookView, stem: str, title: str, lead: str, sections: Sequence[Section[BookView]]
) -> Page[BookView]:
    texts, book = view.texts, view.book
    menu = [
        Link(texts.sector(sector), view.page(stem_of(sector)), stem_of(sector) == stem)
        for sector in book.sectors
    ]
    digest = book.model.equations.hash[:HASH_DIGITS]
    return Page(
        view=view,
        names=page_names(LANGUAGES, stem),
        title=title,
        lead=lead,
        sections=sections,
        data=[MARKER],
        style="model",
        menu=menu,
        home=view.page("index"),
        footer=texts("model_provenance", hash=digest, version=__version__),
    )


# The index


def _search(view: BookView) -> list[Block]:
    """A field that finds variables by parts of their names."""
    entries = [
        [
            item.title,
            view.href(item.name),
            view.kind(item.name),
            view.texts.sector(item.group),
            view.called(item.name),
        ]
        for item in view.variables.values()
    ]
    return [Entry("search", {"names": in_script(json.dumps(entries, ensure_ascii=False))})]


def _sectors(view: BookView) -> list[Block]:
    """What each sector holds, and how much of it rests on assumptions."""
    texts, book = view.texts, view.book
    rows: list[Row] = []
    for sector, found in book.sectors.items():
        title, address = texts.sector(sector), view.page(stem_of(sector))
        heading = Cell(title, book.notes.get(sector, ""), href=address)
        rows.append([heading, *(cell if cell != "0" else "" for cell in _row(book, found))])
    totals = [texts("model_total"), *_row(book, list(view.variables.values()))]
    total = [Cell(text, tone="total") for text in totals]
    kinds = [texts(f"kind_{kind}") for kind in COUNTED]
    head = [texts("sector"), *kinds, texts("total"), texts("assumption_share"), texts("assumption_partly")]
    table = view.table("sectors_heading", head, [*rows, total], MARKER, "sectors")
    return [view.note("sectors_note", "note"), table]


def _row(book: Book, variables: list[Variable]) -> list[str]:
    """Count variables by kind and in all, and give the shares that rest on assumptions."""
    kinds = Counter(book.kind(item.name) for item in variables)
    rests = Counter(book.rests_on(item) for item in variables)
    parts = [f"{rests[key] / max(len(variables), 1):.0%}" for key in (ASSUMPTION, "part")]
    return [*(str(kinds[kind]) for kind in COUNTED), str(len(variables)), *parts]


def _loops(view: BookView, names: Iterable[str] | None = None) -> list[Block]:
    """The named loops, or those that run through any of some variables."""
    loops = view.book.loops if names is None else view.book.loops_of(names)
    return [loop_entry(view, loop) for loop in loops] or [view.note("loops_none", "note")]


def _ranges(view: BookView) -> list[Block]:
    """The subscripts and their elements."""
    ranges = view.book.model.equations.ranges
    return [Facts([Fact(name, [", ".join(elements)]) for name, elements in ranges.items()])]


def _sources(view: BookView) -> list[Block]:
    """Every source in full."""
    sources = view.book.model.inputs.sources
    return [Entry("sources", {"sources": sources})]


_INDEX: tuple[Section[BookView], ...] = (
    Section("find", 1, _search),
    Section("sectors", 2, _sectors),
    Section("loops", 3, lambda view: [*driving_blocks(view), *_loops(view)]),
    Section("ranges", 4, _ranges, lambda view: bool(view.book.model.equations.ranges)),
    Section("sources", 5, _sources),
)


# A sector


def _sector(sector: str) -> tuple[Section[BookView], ...]:
    """Give the sections of a page on a sector."""

    def variables(view: BookView) -> list[Variable]:
        return view.book.sectors[sector]

    return (
        Section("diagrams", 1, lambda view: diagram_blocks(view, view.book.diagrams[sector])),
        Section("loops", 2, lambda view: _loops(view, [item.name for item in variables(view)])),
        Section("equations", 3, lambda view: [equation_entry(view, item) for item in variables(view)]),
    )


def _counts(view: BookView, variables: list[Variable]) -> Items:
    """Say how many variables of each kind a sector has, and what rests on assumptions."""
    *kinds, _, assumption, partly = _row(view.book, variables)
    texts = view.texts
    counts = [
        f"{texts(f'kind_{kind}')}: {count}"
        for kind, count in zip(COUNTED, kinds, strict=True)
        if count != "0"
    ]
    shares = [f"{texts('assumption_share')}: {assumption}", f"{texts('assumption_partly')}: {partly}"]
    return Items([*counts, *shares], "counts")
