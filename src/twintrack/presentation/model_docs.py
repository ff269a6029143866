"""The pages of the model: every equation with its unit, source, causes and uses, by sector, with diagrams."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from twintrack.equations.structure import Variable
from twintrack.inputs.sources import ASSUMPTION
from twintrack.names import snake, split_element
from twintrack.presentation.model_diagrams import Diagram, diagrams
from twintrack.presentation.model_equations import typeset
from twintrack.presentation.model_views import Structure, model_structure
from twintrack.presentation.pages import environment, html_language, part
from twintrack.presentation.report_files import replaced_folder
from twintrack.presentation.texts import LANGUAGES, Texts
from twintrack.version import __version__

if TYPE_CHECKING:
    from twintrack.inputs.schemas import Citation
    from twintrack.inputs.structure_schemas import LoopEntry
    from twintrack.model import Model

MARKER = "model.json"
"""File that tells a folder of these pages from others, and lists the variables for other programs."""
DIAGRAMS = "diagrams"
"""Folder of the diagrams inside that of the pages."""
COUNTED = ("stock", "flow", "auxiliary", "constant", "lever", "world")
HASH_DIGITS = 12

_GROUP_NOTE = re.compile(r"\*{3,}\s*\.(?P<name>[^\n*]+?)\s*\n\s*\*{3,}\s*~(?P<note>[^|]*)\|")


def build_docs(model: Model, folder: Path) -> Path:
    """Write the pages of a model in all languages, with its diagrams, into a folder.

    The folder takes the place of an earlier one only when everything is written.

    Returns:
        The index in the first language.

    Raises:
        InputError: The content is wrong, or the folder holds something else than such pages.
    """
    book = Book(model, model_structure(model))
    with replaced_folder(folder, "pages of a model", MARKER, spare=[DIAGRAMS]) as fresh:
        for diagram in book.all_diagrams:
            target = fresh / DIAGRAMS / diagram.file
            target.parent.mkdir(exist_ok=True)
            target.write_text(diagram.svg(), encoding="utf-8")
        for language in LANGUAGES:
            pages = Pages(book, language)
            for name, text in pages.all():
                (fresh / name).write_text(text, encoding="utf-8")
        (fresh / MARKER).write_text(json.dumps(book.listing(), indent=1) + "\n", encoding="utf-8")
    return folder / page_name("index", LANGUAGES[0])


def page_name(stem: str, language: str) -> str:
    """Give the file of a page: `talent.html` in the first language, `talent.zh.html` in another."""
    return f"{stem}.html" if language == LANGUAGES[0] else f"{stem}.{language}.html"


def stem_of(sector: str) -> str:
    """Give the file name of a sector without its ending; variables outside of all groups are in `other`."""
    stem = snake(sector) or "other"
    return f"{stem}_sector" if stem == "index" else stem


@dataclass(frozen=True)
class Book:
    """What the pages are made from; the same for all languages."""

    model: Model
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


class Pages:
    """The pages in one language."""

    def __init__(self, book: Book, language: str) -> None:
        self._book = book
        self._texts = Texts(language)
        self._variables = book.model.equations.variables

    def all(self) -> Iterable[tuple[str, str]]:
        """Yield the name and the HTML of each page."""
        yield self._page("index"), self._render("model_index.html.jinja", "index", self._index())
        for sector in self._book.sectors:
            stem = stem_of(sector)
            yield self._page(stem), self._render("model_sector.html.jinja", stem, self._sector(sector))

    def _page(self, stem: str) -> str:
        return page_name(stem, self._texts.language)

    def _render(self, template: str, stem: str, values: Mapping[str, Any]) -> str:
        texts, equations = self._texts, self._book.model.equations
        others = [language for language in LANGUAGES if language != texts.language]
        frame = {
            "lang": html_language(texts.language),
            "t": texts,
            "version": __version__,
            "css": Markup(part("report.css") + part("model.css")),
            "index": self._page("index"),
            "other_pages": [
                {
                    "lang": language,
                    "href": page_name(stem, language),
                    "name": Texts(language)("language_name"),
                }
                for language in others
            ],
            "menu": [
                {
                    "title": texts.sector(sector),
                    "href": self._page(stem_of(sector)),
                    "here": stem_of(sector) == stem,
                }
                for sector in self._book.sectors
            ],
            "provenance": texts("model_provenance", hash=equations.hash[:HASH_DIGITS], version=__version__),
        }
        return environment().get_template(template).render({**frame, **values})

    def _href(self, name: str) -> str:
        return f"{self._page(stem_of(self._variables[name].group))}#{name}"

    # The index

    def _index(self) -> dict[str, Any]:
        book, variables = self._book, list(self._variables.values())
        rows = [self._row(self._texts.sector(sector), found) for sector, found in book.sectors.items()]
        for row, sector in zip(rows, book.sectors, strict=True):
            row["href"] = self._page(stem_of(sector))
            row["note"] = book.notes.get(sector, "")
        return {
            "title": self._texts("model_title"),
            "lead": self._texts("model_lead", equations=len(variables), sectors=len(book.sectors)),
            "rows": rows,
            "total": self._row(self._texts("model_total"), variables),
            "loops": [self._loop(loop) for loop in book.loops],
            "ranges": book.model.equations.ranges,
            "sources": [self._full_source(key, entry) for key, entry in book.model.inputs.sources.items()],
            "names": Markup(self._names().replace("</", "<\\/")),
            "script": Markup(part("model.js")),
        }

    def _row(self, title: str, variables: list[Variable]) -> dict[str, Any]:
        kinds = Counter(self._book.kind(item.name) for item in variables)
        rests = Counter(self._book.rests_on(item) for item in variables)
        share = rests[ASSUMPTION] / len(variables) if variables else 0.0
        return {
            "title": title,
            "counts": [kinds[kind] for kind in COUNTED],
            "all": len(variables),
            "assumption": f"{share:.0%}",
            "partly": f"{rests['part'] / len(variables):.0%}" if variables else "",
        }

    def _names(self) -> str:
        entries = [
            [
                item.title,
                self._href(item.name),
                self._kind(item.name),
                self._texts.sector(item.group),
                self._called(item.name),
            ]
            for item in self._variables.values()
        ]
        return json.dumps(entries, ensure_ascii=False)

    def _full_source(self, key: str, source: Citation) -> dict[str, Any]:
        link = source.link if source.link.startswith(("http://", "https://")) else ""
        return {"key": key, "source": source, "link": link}

    # A sector

    def _sector(self, sector: str) -> dict[str, Any]:
        book = self._book
        variables = book.sectors[sector]
        found = book.diagrams[sector]
        return {
            "title": self._texts.sector(sector),
            "lead": book.notes.get(sector, ""),
            "counts": self._row("", variables),
            "kinds": [self._texts(f"kind_{kind}") for kind in COUNTED],
            "diagrams": [
                {
                    "file": f"{DIAGRAMS}/{diagram.file}",
                    "title": self._diagram_title(diagram),
                    "svg": Markup(diagram.svg(self._href)),
                }
                for diagram in found
            ],
            "loops": [self._loop(loop) for loop in book.loops_of(item.name for item in variables)],
            "equations": [self._equation(item) for item in variables],
        }

    def _diagram_title(self, diagram: Diagram) -> str:
        texts = self._texts
        stocks = [self._variables[name].title for name in diagram.stocks]
        if not stocks:
            return texts("diagram_plain", place=diagram.place, count=diagram.count)
        return texts("diagram_stocks", place=diagram.place, count=diagram.count, names=texts.join(stocks))

    def _equation(self, variable: Variable) -> dict[str, Any]:
        book, equations = self._book, self._book.model.equations
        name = variable.name
        return {
            "name": name,
            "title": variable.title,
            "kind": book.kind(name),
            "kind_name": self._kind(name),
            "called": self._called(name),
            "unit": variable.units,
            "equation": typeset(variable.equation, self._variables, self._href),
            "comment": variable.documentation,
            "sources": [self._source(key) for key in book.sources(variable.source) or [ASSUMPTION]],
            "ranges": self._ranges(name),
            "causes": [self._link(other) for other in equations.causes(name)],
            "uses": [self._link(other) for other in equations.uses(name)],
            "loops": [{"id": loop.id, "href": f"#loop-{loop.id}"} for loop in book.loops_of([name])],
        }

    def _kind(self, name: str) -> str:
        return self._texts(f"kind_{self._book.kind(name)}")

    def _called(self, name: str) -> str:
        """Give the title that planners know a lever, world parameter or outcome by."""
        model = self._book.model
        for table in (model.levers, model.world, model.outcomes):
            if name in table:
                return self._texts.of(table[name].title)
        return ""

    def _link(self, name: str) -> dict[str, str]:
        return {"href": self._href(name), "title": self._variables[name].title}

    def _ranges(self, name: str) -> list[dict[str, str]]:
        """Give range and distribution of a lever or of the world parameters that a constant holds."""
        model, texts = self._book.model, self._texts
        found = []
        if name in model.levers:
            lever = model.levers[name]
            text = texts(
                "range_lever", low=f"{lever.low:g}", high=f"{lever.high:g}", value=f"{lever.baseline:g}"
            )
            found.append({"label": "", "text": text})
        for label in self._book.parameters.get(name, []):
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

    def _source(self, key: str) -> dict[str, str]:
        """Give a source as a link to its full entry on the index."""
        sources = self._book.model.inputs.sources
        if key not in sources:
            kind = "assumption" if key == ASSUMPTION else "words"
            text = self._texts("assumption") if key == ASSUMPTION else key
            return {"kind": kind, "text": text, "href": "", "title": ""}
        source = sources[key]
        first = re.split(r",| \(| et al", source.authors)[0].strip()
        href = f"{self._page('index')}#source-{key}"
        return {"kind": "source", "text": f"{first} {source.year}", "href": href, "title": source.title}

    def _loop(self, loop: LoopEntry) -> dict[str, Any]:
        texts = self._texts
        cycles = [
            {
                "id": cycle.id if loop.sign is None else "",
                "sign": cycle.sign.replace("-", "−"),
                "kind": texts("loop_reinforcing" if cycle.sign == "+" else "loop_balancing"),
                "links": [
                    {"label": label, "href": self._loop_href(label), "sign": sign.replace("-", "−")}
                    for label, sign in zip_longest(cycle.variables, cycle.signs, fillvalue="")
                ],
            }
            for cycle in loop.cycles
        ]
        return {
            "id": loop.id,
            "title": texts.of(loop.title),
            "reading": texts.of(loop.reading),
            "stronger": texts.of(loop.strengthened_by),
            "weaker": texts.of(loop.weakened_by),
            "cycles": cycles,
        }

    def _loop_href(self, label: str) -> str:
        """Give the address of a variable of a loop; none for a name that `twintrack check` would not pass."""
        name = split_element(label)[0]
        return self._href(name) if name in self._variables else ""
