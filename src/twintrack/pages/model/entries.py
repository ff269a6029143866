"""What only the pages of a model show: diagrams, equations and loops, each with a template of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from twintrack.inputs.sources import ASSUMPTION, short_citation
from twintrack.names import split_element
from twintrack.pages.blocks import Block
from twintrack.pages.model.book import BookView
from twintrack.pages.model.diagrams import Diagram
from twintrack.pages.model.equations import typeset
from twintrack.pages.model.loop_pictures import DRAWN, diagram_svg, drawn_title, strip_of, strip_svg

if TYPE_CHECKING:
    from twintrack.equations.structure import Variable
    from twintrack.inputs.structure_schemas import LoopEntry

DIAGRAMS = "diagrams"
"""Folder of the diagrams inside that of the pages."""


@dataclass(frozen=True)
class Entry(Block):
    """What only these pages show; `kind` names its template, which is filled with the values."""

    kind: str  # type: ignore[misc]  # of an entry, not of its class
    values: Mapping[str, Any]


def diagram_blocks(view: BookView, found: Sequence[Diagram]) -> list[Block]:
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


def equation_entry(view: BookView, variable: Variable) -> Entry:
    """Give an equation with its unit, source, causes and uses."""
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
        "ranges": _ranges(view, name),
        "causes": [_link(view, other) for other in equations.causes(name)],
        "uses": [_link(view, other) for other in equations.uses(name)],
        "loops": [{"id": loop.id, "href": f"#loop-{loop.id}"} for loop in book.loops_of([name])],
    }
    return Entry("equation", told)


def _link(view: BookView, name: str) -> dict[str, str]:
    return {"href": view.href(name), "title": view.variables[name].title}


def _ranges(view: BookView, name: str) -> list[dict[str, str]]:
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
    href = f"{view.page('index')}#source-{key}"
    return {"kind": "source", "text": short_citation(source), "href": href, "title": source.title}


def loop_entry(view: BookView, loop: LoopEntry) -> Entry:
    """Give a loop with its links and signs."""
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


def driving_blocks(view: BookView) -> list[Block]:
    """What drives the first outcome of the headline in the baseline, as pictures."""
    found = view.book.driving
    if found is None:
        return []
    (run, loops), texts = found, view.texts
    model = view.book.model
    strip = strip_of(loops, run, model.headline[0], view.book.loops, model.scenario(run.scenario), texts)
    title = drawn_title(strip, texts)
    drawn = diagram_svg(loops, strip.order[:DRAWN], title, texts, strip.titles, view.href)
    told = [
        {"title": "", "svg": Markup(strip_svg(strip, texts)), "note": ""},
        {"title": title, "svg": Markup(drawn), "note": texts("loops_legend")},
    ]
    note = texts("loops_run", strategy=run.strategy, scenario=run.scenario)
    return [Entry("pictures", {"note": note, "pictures": told})]


def _loop_href(view: BookView, label: str) -> str:
    """Give the address of a variable of a loop; none for a name that `twintrack check` would not pass."""
    name = split_element(label)[0]
    return view.href(name) if name in view.variables else ""
