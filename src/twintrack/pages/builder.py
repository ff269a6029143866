"""From sections to files: one template for every page, data beside it, a folder renewed when all is made."""

from __future__ import annotations

import base64
import functools
import gzip
import json
import math
import platform
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, Generic

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from twintrack.errors import TwinTrackError
from twintrack.folders import renewed_folder
from twintrack.pages.blocks import Block, Heading, Section, V, every_block
from twintrack.pages.texts import Texts
from twintrack.plotly_library import packed_plotly
from twintrack.version import __version__

TEMPLATES = Path(__file__).parent / "templates"
PLAIN, STORY = "page.html.jinja", "report.html.jinja"
"""Layouts: sections one after another; a finding with figures, and folds that draw when they are opened."""


DIGITS = 5
"""Digits of numbers in figures that lie packed in a page: more than a screen shows."""


@dataclass(frozen=True)
class Link:
    """An entry of a menu; the page that it is on is `here`."""

    title: str
    href: str
    here: bool = False


@dataclass(frozen=True)
class Page(Generic[V]):
    """One page in one language.

    Attributes:
        view: Makes its blocks, in its language.
        names: The files of the page by language.
        title: Its heading.
        lead: What it is, in a sentence.
        sections: In order; those that are not shown are left out.
        data: Names of the files beside it that blocks may rest on.
        style: Class of the page for the style sheet.
        template: What it is laid out by.
        summary: The first section stands before the contents, and the others are numbered.
        commands: Under each block stands the command that repeats it.
        menu: Leads to other pages; without it the contents of this one stand in its place.
        intro: Blocks before the first section.
        home: Where the name of the program leads.
        footer: A note at the end.
        lead_language: Language of the lead, where that is another one.
        tables_lead: Under each table stands a link to its data.
    """

    view: V
    names: Mapping[str, str]
    title: str
    lead: str
    sections: Sequence[Section[V]]
    data: Collection[str]
    style: str = ""
    template: str = PLAIN
    summary: bool = False
    commands: bool = False
    menu: Sequence[Link] = ()
    intro: Sequence[Block] = ()
    home: str = ""
    footer: str = ""
    lead_language: str = ""
    tables_lead: bool = False

    @property
    def name(self) -> str:
        """Its file."""
        return self.names[self.view.texts.language]


@dataclass(frozen=True)
class Filled:
    """A section with its heading and blocks, each with the level of a heading that it may need."""

    key: str
    title: str
    number: int | None
    blocks: Sequence[tuple[Block, int]] = field(default_factory=list)
    finding: str = ""
    folded: bool = False


def page_names(languages: Sequence[str], stem: str = "index") -> dict[str, str]:
    """Give the file of each language's page: index.html for the first, index.zh.html and so on for others."""
    return {
        language: f"{stem}.html" if place == 0 else f"{stem}.{language}.html"
        for place, language in enumerate(languages)
    }


def render(page: Page[V], sections: Sequence[Filled] | None = None) -> str:
    """Give a page as HTML with styles, scripts and figures inside.

    `sections` are those of `filled`, where they are there already.

    Raises TwinTrackError, which names the section, where one has no text, no block, or a block without data.
    """
    texts = page.view.texts
    sections = filled(page) if sections is None else sections
    values = {
        "page": page,
        "t": texts,
        "lang": html_language(texts.language),
        "version": __version__,
        "other_pages": [
            {"lang": other, "href": name, "name": Texts(other)("language_name")}
            for other, name in page.names.items()
            if other != texts.language
        ],
        "sections": sections,
        "linked": page.view.linked,
        "tables_lead": page.tables_lead,
        "named_in": page.view.named_in,
        "css": Markup(part("page.css")),
        # Making the blocks has filled it.
        "figures": in_script(_figures_json(page.view.drawn)),
    }
    if page.template == STORY:
        values |= {"fonts": Markup(fonts()), "story_css": Markup(part("report.css"))}
        values["library"] = packed_plotly() if page.view.drawn else ""
        values["figures"] = packed(light_figures(page.view.drawn)) if page.view.drawn else ""
    else:
        values["scripts"] = _scripts(page.view.drawn)
    return environment().get_template(page.template).render(values)


def filled(page: Page[V]) -> list[Filled]:
    """Make the blocks of every section that a page shows. Raises TwinTrackError as `render` does."""
    shown = [section for section in page.sections if section.shown(page.view)]
    page.view.drawn.clear()  # of an earlier time; two drawings of one name are then a fault
    return [_filled(page, section, number) for number, section in enumerate(shown)]


def _filled(page: Page[V], section: Section[V], number: int) -> Filled:
    try:
        title = page.view.texts(f"{section.key}_heading")
        finding = section.title(page.view) if section.title else ""
        blocks = list(section.blocks(page.view))
    except TwinTrackError as error:
        message = f'section "{section.key}": {error}'
        raise TwinTrackError(message) from error
    if not blocks:
        message = f'section "{section.key}" has nothing to show; say with `shown` when it is left out'
        raise TwinTrackError(message)
    for block in every_block(blocks):
        basis = getattr(block, "basis", None)
        if basis is not None and (basis.data not in page.data or not basis.command):
            message = (
                f'section "{section.key}": the {block.kind} "{getattr(block, "key", "")}" rests on '
                f'"{basis.data}", which no section writes; name it in the files of one'
            )
            raise TwinTrackError(message)
    levels, level = [], 3
    for block in blocks:
        levels.append(level)
        level = 4 if isinstance(block, Heading) else level
    shown = number or None if page.summary else None
    paired = list(zip(blocks, levels, strict=True))
    return Filled(section.key, title, shown, paired, finding, section.folded)


def data_files(sections: Iterable[Section[V]], view: V) -> dict[str, str]:
    """Make the data of sections by file, whether they are shown or not.

    Raises TwinTrackError for a file that two sections write.
    """
    owners: dict[str, str] = {}
    found: dict[str, str] = {}
    for section in sections:
        for name, make in section.files.items():
            owner = owners.setdefault(name, section.key)
            if owner != section.key:
                message = f'the sections "{owner}" and "{section.key}" both write {name}; rename one'
                raise TwinTrackError(message)
            found[name] = make(view)
    return found


def publish(folder: Path, files: Iterable[tuple[str, str | bytes]], what: str) -> None:
    """Write files into a folder when all of them are made; see `renewed_folder` for what is there already.

    `files` are names with contents, made one after another; nothing is made where the folder cannot be
    renewed. Raises InputError as `renewed_folder` does, which says what the other arguments are.
    """
    with renewed_folder(folder, what) as fresh:
        for name, content in files:
            path = fresh / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)


def versions(libraries: Iterable[str]) -> str:
    """Give the versions of the program, of Python and of libraries in a line."""
    found = [f"TwinTrack {__version__}", f"Python {platform.python_version()}"]
    return ", ".join([*found, *(f"{name} {metadata.version(name)}" for name in libraries)])


def html_language(language: str) -> str:
    """Give the lang attribute of a page in a language of the texts."""
    return {"zh": "zh-Hans"}.get(language, language)


def part(name: str) -> str:
    """Give the text of a style sheet or script of the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def packed(content: bytes) -> str:
    """Pack bytes with gzip, without the time, as base64."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


@functools.cache
def fonts() -> str:
    """Give the Latin letters of the story's fonts (SIL Open Font License) as a style sheet."""
    faces = (
        ("Source Sans 3", "400", "source-sans-3-latin-400-normal"),
        ("Source Sans 3", "600 700", "source-sans-3-latin-600-normal"),
        ("Source Serif 4", "700", "source-serif-4-latin-700-normal"),
    )
    styles = []
    for family, weight, name in faces:
        packed = base64.b64encode((TEMPLATES / "fonts" / f"{name}.woff2").read_bytes()).decode()
        source = f'url(data:font/woff2;base64,{packed}) format("woff2")'
        styles.append(f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: {source}; }}')
    return "\n".join(styles)


@functools.cache
def environment() -> Environment:
    """Give the templates; a name that a template uses and nobody gives is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["script"] = lambda name: Markup(part(name))
    return environment


def _scripts(drawn: Mapping[str, Any]) -> list[Markup]:
    """Give what draws figures; nothing where there are none."""
    if not drawn:
        return []
    library = gzip.decompress(base64.b64decode(packed_plotly())).decode()
    return [in_script(library), Markup(part("figures.js"))]


def _figures_json(drawn: Mapping[str, Any]) -> str:
    """Give figures by their ids as one JSON object."""
    charts = ",".join(f"{json.dumps(name)}:{figure.to_json()}" for name, figure in drawn.items())
    return f"{{{charts}}}"


def light_figures(drawn: Mapping[str, Any]) -> bytes:
    """Give figures by their ids as JSON: numbers of DIGITS digits, which pack to a third, and bands once."""
    figures = {name: _once(_short(json.loads(figure.to_json()))) for name, figure in drawn.items()}
    return json.dumps(figures, separators=(",", ":"), ensure_ascii=False).encode()


def _once(figure: dict[str, Any]) -> dict[str, Any]:
    """Leave out of lines the bands that their figure draws; `band` is the trace of it."""
    traces = figure["data"]
    drawn = {json.dumps(trace["y"]): place for place, trace in enumerate(traces) if "fill" in trace}
    for trace in traces:
        if "customdata" in trace:
            low, high = zip(*trace.pop("customdata"), strict=True)
            trace["band"] = drawn[json.dumps([*high, *reversed(low)])]
    return figure


def _short(value: Any) -> Any:
    """Write numbers with fewer digits, those of binary arrays as lists."""
    if isinstance(value, dict) and "bdata" in value:
        numbers = np.frombuffer(base64.b64decode(value["bdata"]), np.dtype(value["dtype"]))
        shape = [int(size) for size in str(value.get("shape", numbers.size)).split(",")]
        return _short(numbers.reshape(shape).tolist())
    if isinstance(value, dict):
        return {key: _short(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_short(one) for one in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) and math.isfinite(value) else value


def in_script(text: str) -> Markup:
    r"""Keep a text from ending the script element that holds it; "<\\/" means "</" in JavaScript and JSON."""
    return Markup(text.replace("</", "<\\/"))
