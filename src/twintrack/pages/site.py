"""All pages in one folder that any static host serves: a front page, and what it leads to."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape, unescape
from itertools import groupby
from pathlib import Path

from markupsafe import Markup

from twintrack.errors import Fault, InputError
from twintrack.folders import LIST, renewed_folder
from twintrack.pages.builder import environment, html_language, page_names, part
from twintrack.pages.documents import documents
from twintrack.pages.site_weight import lighten, weights
from twintrack.pages.texts import LANGUAGES, Texts
from twintrack.version import __version__

DOCS = "docs"
BESIDE_DOCS = ("README", "CONTRIBUTING", "CHANGELOG", "SECURITY")
_TITLE = re.compile(r"<title>(.*?)(?: · TwinTrack)?</title>", re.DOTALL)
_NOT_SERVED = (LIST, "inputs.d")
_HEAD_ENDS = "</p></header>"


@dataclass(frozen=True)
class Part:
    """What the front page leads to.

    Attributes:
        folder: Where it is in the site.
        kind: What it is: the texts "site_{kind}" and "site_{kind}_about" tell it. Parts of a kind follow one
            another.
        write: Puts it into an empty folder, with `index.html`, and `index.zh.html` where it has one; or, with
            `listed`, pages of any name.
        listed: Whether the front page lists its pages by their titles.
    """

    folder: str
    kind: str
    write: Callable[[Path], None]
    listed: bool = False


def write_site(folder: Path, parts: Sequence[Part]) -> dict[str, int]:
    """Write a site, whole or not at all; give its bytes by kind of file, as `weights` does.

    Raises InputError when it cannot be written, or the folder holds what would be lost.
    """
    try:
        with renewed_folder(folder, "site") as fresh:
            for one in parts:
                (fresh / one.folder).mkdir(parents=True)
                one.write(fresh / one.folder)
            _lead_to_dashboard(fresh, parts)
            for path in [path for path in fresh.rglob("*") if path.name in _NOT_SERVED]:
                path.unlink()
            for language, name in page_names(LANGUAGES).items():
                (fresh / name).write_text(_front(fresh, parts, language), encoding="utf-8")
            lighten(fresh)
            return weights(fresh)
    except OSError as error:
        raise InputError(Fault(str(folder), f"cannot be written: {error.strerror or error}")) from error


def copied(source: Path, folder: str, kind: str, *, listed: bool = False) -> Part:
    """Give a part that is a folder of pages which was made before."""

    def write(target: Path) -> None:
        shutil.copytree(source, target, dirs_exist_ok=True)

    return Part(folder, kind, write, listed)


def _lead_to_dashboard(site: Path, parts: Sequence[Part]) -> None:
    """Lead from the head of each report to the dashboard, where the site has one."""
    board = next((one.folder for one in parts if one.kind == "dashboard"), None)
    for one in parts if board else ():
        for language, name in page_names(LANGUAGES).items():
            page = site / one.folder / name
            if one.kind == "reports" and page.is_file():
                up = "../" * len(Path(one.folder).parts)
                link = f'<a href="{up}{board}/index.html">{escape(Texts(language)("site_dashboard"))}</a>'
                text = page.read_text(encoding="utf-8").replace(_HEAD_ENDS, link + _HEAD_ENDS, 1)
                page.write_text(text, encoding="utf-8")


def docs_part(root: Path) -> Part:
    """Give the documents of a checkout as pages: those of docs/, and what lies beside that folder."""
    beside = [root / f"{name}.md" for name in BESIDE_DOCS]
    paths = [*sorted((root / DOCS).glob("*.md")), *(path for path in beside if path.is_file())]
    found = documents({path: f"{path.stem.lower()}.html" for path in paths}, root, "files")

    def write(folder: Path) -> None:
        for name, one in found.items():
            page = _page(LANGUAGES[0], one.title, one.body, "../index.html", ())
            (folder / name).write_text(page, encoding="utf-8")
            for file, source in one.files.items():
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, folder / file)

    return Part(DOCS, DOCS, write, listed=True)


def _front(site: Path, parts: Sequence[Part], language: str) -> str:
    texts, names = Texts(language), page_names(LANGUAGES)
    title = texts("site_title")
    lines = [f"<h1>{escape(title)}</h1>", f'<p class="lead">{escape(texts("site_lead"))}</p>']
    for kind, group in groupby(parts, lambda one: one.kind):
        members = list(group)
        heading, about = escape(texts(f"site_{kind}")), escape(texts(f"site_{kind}_about"))
        pages = [page for one in members for page in _pages(site / one.folder, language, all_=one.listed)]
        links = [(escape(page.relative_to(site).as_posix()), escape(_title(page))) for page in pages]
        if any(one.listed for one in members):
            listed = "".join(f'<li><a href="{href}">{text}</a></li>' for href, text in links)
            lines.append(f"<h2>{heading}</h2><p>{about}</p><ul>{listed}</ul>")
        else:
            lines.append(f'<h2><a href="{links[0][0]}">{heading}</a></h2><p>{about}</p>')
    others = [
        {"href": name, "lang": html_language(other), "name": Texts(other)("language_name")}
        for other, name in names.items()
        if other != language
    ]
    return _page(language, title, "\n".join(lines), names[language], others)


def _pages(folder: Path, language: str, *, all_: bool) -> list[Path]:
    """Give the pages of a part in a language: its index, or where it has none all of them."""
    for name in (page_names(LANGUAGES)[language], page_names(LANGUAGES)[LANGUAGES[0]]):
        if (folder / name).is_file():
            return [folder / name]
    return sorted(folder.glob("*.html")) if all_ else []


def _title(page: Path) -> str:
    found = _TITLE.search(page.read_text(encoding="utf-8"))
    return unescape(found[1]) if found else page.stem


def _page(language: str, title: str, body: str, home: str, others: Sequence[dict[str, str]]) -> str:
    return (
        environment()
        .get_template("document.html.jinja")
        .render(
            lang=html_language(language),
            version=__version__,
            title=title,
            css=Markup(part("page.css")),
            t=Texts(language),
            home=home,
            others=others,
            body=Markup(body),
        )
    )
