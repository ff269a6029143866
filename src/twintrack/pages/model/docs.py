"""The pages of the model: every equation with its unit, source, causes and uses, by sector, with diagrams."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from twintrack.equations.structure import Variable
from twintrack.inputs.sources import ASSUMPTION
from twintrack.names import snake, split_element
from twintrack.pages.blocks import Basis, Block, Cell, Fact, Facts, Items, Row, Section, Table, View
from twintrack.pages.builder import Link, Page, in_script, page_names, publish, render
from twintrack.pages.model.diagrams import Diagram, diagrams
from twintrack.pages.model.equations import typeset
from twintrack.pages.model.views import Structure, model_structure
from twintrack.pages.texts import LANGUAGES, Texts
from twintrack.version import __version__

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.inputs.structure_schemas import LoopEntry

MARKER = "model.json"
"""File that tells a folder of these pages from others, and lists the variables for other programs."""
DIAGRAMS = "diagrams"
"""Folder of the diagrams inside that of the pages."""
COMMAND = "twintrack model docs"
COUNTED = ("stock", "flow", "auxiliary", "constant", "lever", "world")
HASH_DIGITS = 12

_GROUP_NOTE = re.compile(r"\*{3,}\s*\.(?P<name>[^\n*]+?)\s*\n\s*\*{3,}\s*~(?P<note>[^|]*)\|")


def build_docs(model: Core, folder: Path) -> Path:
    """Write the pages of a model in all languages, with its diagrams, into a folder.

    The folder takes the place of an earlier one only when everything is written.

    Returns:
        The index in the first language.

    Raises:
        InputError: The content is wrong, or the folder holds something else than such pages.
    """
    book = Book(model, model_structure(model))
    publish(folder, _files(book), "pages of a model", MARKER, spare=[DIAGRAMS])
    return folder / page_name("index", LANGUAGES[0])


def _files(book: Book) -> Iterator[tuple[str, str]]:
    yield from ((f"{DIAGRAMS}/{diagram.file}", diagram.svg()) for diagram in book.all_diagrams)
    for language in LANGUAGES:
        yield from ((page.name, render(page)) for page in book_pages(book, language))
    yield MARKER, json.dumps(book.listing(), indent=1) + "\n"


def page_name(stem: str, language: str) -> str:
    """Give the file of a page: `talent.html` in the first language, `talent.zh.html` in another."""
    return page_names(LANGUAGES, stem)[language]


def stem_of(sector: str) -> str:
    """Give the file name of a sector without its ending; variables outside of all groups are in `other`."""
    stem = snake(sector) or "other"
    return f"{stem}_sector" if stem == "index" else stem


@dataclass(frozen=True)
class Book:
    """What the pages are made from; the same for all languages."""

    model: Core
    structure: Structure

    @cached_property
    def sectors(self) -> dict[str, list[Variable]]:
        """The variables of each sector, in the order of the file."""
        found: dict[str, list[Variable]] = {}
        for variable in self.model.equations.variables.values():
            found.setdefault(variable.group, []).append(variable)
        return found

    @cached_property
    def notes(self) -> dict[str, str]:
        """What the model file says of each group."""
        text = Path(self.model.equations.path).read_text(encoding="utf-8")
        return {
            match["name"].strip(): " ".join(match["note"].split()) for match in _GROUP_NOTE.finditer(text)
        }

    @cached_property
    def diagrams(self) -> dict[str, list[Diagram]]:
        """The diagrams of each sector; none where nothing varies."""
        return {sector: diagrams(self.structure, sector) for sector in self.sectors}

    @property
    def all_diagrams(self) -> list[Diagram]:
        """The diagrams of all sectors, in order."""
        return [diagram for found in self.diagrams.values() for diagram in found]

    @cached_property
    def loops(self) -> tuple[LoopEntry, ...]:
        """The named feedback loops; none where the content has no file of them."""
        if not (self.model.content / "model" / "loops.yaml").is_file():
            return ()
        return tuple(self.model.inputs.loops.values())

    @cached_property
    def parameters(self) -> dict[str, list[str]]:
        """For each variable the world parameters that it or its elements are."""
        found: dict[str, list[str]] = {}
        for name in self.model.world:
            found.setdefault(split_element(name)[0], []).append(name)
        return found

    def kind(self, name: str) -> str:
        """Give the kind of a variable as readers see it, among them lever and world."""
        kind = self.structure.kind(name)
        return "world" if kind == "constant" and name in self.parameters else kind

    def sources(self, text: str) -> list[str]:
        """Split what an equation says of its source into keys."""
        return [item for item in re.split(r"\s*;\s*", text.strip().rstrip(".")) if item]

    def rests_on(self, variable: Variable) -> str:
        """Say whether an equation is supported by sources: source, part, or assumption."""
        keys = self.sources(variable.source) or [ASSUMPTION]
        if ASSUMPTION not in keys:
            return "source"
        return "part" if len(keys) > 1 else ASSUMPTION

    def loops_of(self, names: Iterable[str]) -> list[LoopEntry]:
        """Give the loops that run through any of some variables."""
        wanted = set(names)
        return [loop for loop in self.loops if wanted & set(loop_variables(loop))]

    def listing(self) -> dict[str, Any]:
        """List all variables with their pages, for other programs."""
        entries = [
            {
                "name": item.name,
                "kind": self.kind(item.name),
                "group": item.group,
                "page": page_name(stem_of(item.group), LANGUAGES[0]),
            }
            for item in self.model.equations.variables.values()
        ]
        return {"model_hash": self.model.equations.hash, "version": __version__, "variables": entries}


def loop_variables(loop: LoopEntry) -> list[str]:
    """Give the variables of a loop without elements, in order, each once."""
    labels = (label for cycle in loop.cycles for label in cycle.variables)
    return list(dict.fromkeys(split_element(label)[0] for label in labels))


@dataclass(frozen=True)
class Entry(Block):
    """What only these pages show; `kind` names its template, which is filled with the values."""

    kind: str  # type: ignore[misc]  # of an entry, not of its class
    values: Mapping[str, Any]


@dataclass(frozen=True)
class BookView(View):
    """The book in one language."""

    book: Book

    @property
    def variables(self) -> Mapping[str, Variable]:
        """The variables of the model by name."""
        return self.book.model.equations.variables

    def page(self, stem: str) -> str:
        """Give the file of a page."""
        return page_name(stem, self.texts.language)

    def href(self, name: str) -> str:
        """Give the address of a variable."""
        return f"{self.page(stem_of(self.variables[name].group))}#{name}"

    def kind(self, name: str) -> str:
        """Name the kind of a variable."""
        return self.texts(f"kind_{self.book.kind(name)}")

    def called(self, name: str) -> str:
        """Give the title that planners know a lever, world parameter or outcome by."""
        model = self.book.model
        for table in (model.levers, model.world, model.outcomes):
            if name in table:
                return self.of(table[name].title)
        return ""


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
    label, basis = texts("sectors_heading"), Basis(MARKER, COMMAND)
    table = Table("sectors_heading", label, head, [*rows, total], basis, "sectors")
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
    return [_loop(view, loop) for loop in loops] or [view.note("loops_none", "note")]


def _ranges(view: BookView) -> list[Block]:
    """The subscripts and their elements."""
    ranges = view.book.model.equations.ranges
    return [Facts([Fact(name, [", ".join(elements)]) for name, elements in ranges.items()])]


def _sources(view: BookView) -> list[Block]:
    """Every source in full."""
    sources = view.book.model.inputs.sources
    return [Entry("sources", {"sources": sources})]


_INDEX: tuple[Section[BookView], ...] = (
    Section("search", 1, _search),
    Section("sectors", 2, _sectors),
    Section("loops", 3, _loops),
    Section("ranges", 4, _ranges, lambda view: bool(view.book.model.equations.ranges)),
    Section("sources", 5, _sources),
)


# A sector


def _sector(sector: str) -> tuple[Section[BookView], ...]:
    """Give the sections of a page on a sector."""

    def variables(view: BookView) -> list[Variable]:
        return view.book.sectors[sector]

    return (
        Section("diagrams", 1, lambda view: _diagrams(view, view.book.diagrams[sector])),
        Section("loops", 2, lambda view: _loops(view, [item.name for item in variables(view)])),
        Section("equations", 3, lambda view: [_equation(view, item) for item in variables(view)]),
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


def _diagrams(view: BookView, found: Sequence[Diagram]) -> list[Block]:
    """The pictures of a sector under one legend."""
    if not found:
        return [view.note("diagrams_none", "note")]
    drawn = [
        {
            "file": f"{DIAGRAMS}/{diagram.file}",
            "title": _diagram_title(view, diagram),
            "svg": Markup(diagram.svg(view.href)),
        }
        for diagram in found
    ]
    return [Entry("diagrams", {"diagrams": drawn})]


def _diagram_title(view: BookView, diagram: Diagram) -> str:
    texts = view.texts
    stocks = [view.variables[name].title for name in diagram.stocks]
    if not stocks:
        return texts("diagram_plain", place=diagram.place, count=diagram.count)
    return texts("diagram_stocks", place=diagram.place, count=diagram.count, names=texts.join(stocks))


def _equation(view: BookView, variable: Variable) -> Entry:
    book, equations = view.book, view.book.model.equations
    name = variable.name
    told = {
        "name": name,
        "title": variable.title,
        "kind": book.kind(name),
        "kind_name": view.kind(name),
        "called": view.called(name),
        "unit": variable.units,
        "equation": typeset(variable.equation, view.variables, view.href),
        "comment": variable.documentation,
        "sources": [_source(view, key) for key in book.sources(variable.source) or [ASSUMPTION]],
        "ranges": _ranges_of(view, name),
        "causes": [_link(view, other) for other in equations.causes(name)],
        "uses": [_link(view, other) for other in equations.uses(name)],
        "loops": [{"id": loop.id, "href": f"#loop-{loop.id}"} for loop in book.loops_of([name])],
    }
    return Entry("equation", told)


def _link(view: BookView, name: str) -> dict[str, str]:
    return {"href": view.href(name), "title": view.variables[name].title}


def _ranges_of(view: BookView, name: str) -> list[dict[str, str]]:
    """Give range and distribution of a lever or of the world parameters that a constant holds."""
    model, texts = view.book.model, view.texts
    found = []
    if name in model.levers:
        lever = model.levers[name]
        text = texts("range_lever", low=f"{lever.low:g}", high=f"{lever.high:g}", value=f"{lever.baseline:g}")
        found.append({"label": "", "text": text})
    for label in view.book.parameters.get(name, []):
        entry = model.world[label]
        text = texts(
            "range_world",
            low=f"{entry.low:g}",
            high=f"{entry.high:g}",
            value=f"{entry.value:g}",
            distribution=texts(f"distribution_{entry.distribution}", spread=entry.spread),
            confidence=texts(f"confidence_{entry.confidence}"),
        )
        found.append({"label": "" if label == name else label, "text": text})
    return found


def _source(view: BookView, key: str) -> dict[str, str]:
    """Give a source as a link to its full entry on the index."""
    sources = view.book.model.inputs.sources
    if key not in sources:
        kind = "assumption" if key == ASSUMPTION else "words"
        text = view.texts("assumption") if key == ASSUMPTION else key
        return {"kind": kind, "text": text, "href": "", "title": ""}
    source = sources[key]
    first = re.split(r",| \(| et al", source.authors)[0].strip()
    href = f"{view.page('index')}#source-{key}"
    return {"kind": "source", "text": f"{first} {source.year}", "href": href, "title": source.title}


def _loop(view: BookView, loop: LoopEntry) -> Entry:
    texts = view.texts
    cycles = [
        {
            "id": cycle.id if loop.sign is None else "",
            "sign": cycle.sign.replace("-", "−"),
            "kind": texts("loop_reinforcing" if cycle.sign == "+" else "loop_balancing"),
            "links": [
                {"label": label, "href": _loop_href(view, label), "sign": sign.replace("-", "−")}
                for label, sign in zip_longest(cycle.variables, cycle.signs, fillvalue="")
            ],
        }
        for cycle in loop.cycles
    ]
    told = {
        "id": loop.id,
        "title": texts.of(loop.title),
        "reading": texts.of(loop.reading),
        "stronger": texts.of(loop.strengthened_by),
        "weaker": texts.of(loop.weakened_by),
        "cycles": cycles,
    }
    return Entry("loop", told)


def _loop_href(view: BookView, label: str) -> str:
    """Give the address of a variable of a loop; none for a name that `twintrack check` would not pass."""
    name = split_element(label)[0]
    return view.href(name) if name in view.variables else ""
