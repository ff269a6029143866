"""Documents in Markdown as pages, with links between them that work anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

_NOT_IN_A_SLUG = re.compile(r"[^\w\- ]")
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


@dataclass(frozen=True)
class Document:
    """A document as HTML: its title, its body, and the files beside it that it links to, by their places."""

    title: str
    body: str
    files: Mapping[str, Path]


@dataclass(frozen=True)
class _Place:
    """What documents may link to.

    Attributes:
        root: What a link may lead to lies in this folder.
        pages: Documents that are pages, and their names.
        files: Folder of the other files that are linked to.
    """

    root: Path
    pages: Mapping[Path, str]
    files: str


def documents(paths: Mapping[Path, str], root: Path, files: str) -> dict[str, Document]:
    """Read documents in Markdown, each with the name of its page; give them by that name.

    A link to one of them leads to its page; one to another file in `root` into the folder `files`, where that
    file is to go; one to anything else here becomes plain text.
    """
    place = _Place(root.resolve(), {path.resolve(): name for path, name in paths.items()}, files)
    return {name: _document(path, place) for path, name in paths.items()}


def _document(path: Path, place: _Place) -> Document:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text(encoding="utf-8"))
    files: dict[str, Path] = {}
    title = ""
    seen: dict[str, int] = {}
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            text = _plain(tokens[number + 1])
            title = title or text
            token.attrSet("id", _anchor(text, seen))
        if token.children:
            token.children = list(_led(token.children, path, place, files))
    html = reader.renderer.render(tokens, reader.options, {})
    tables = html.replace("<table>", '<div class="scrolled"><table>').replace("</table>", "</table></div>")
    return Document(title, tables, files)


def _plain(token: Token) -> str:
    return "".join(child.content for child in token.children or () if child.type in ("text", "code_inline"))


def _anchor(text: str, seen: dict[str, int]) -> str:
    """Give the anchor that GitHub gives to a heading, which links are written for."""
    slug = _NOT_IN_A_SLUG.sub("", text.strip().lower()).replace(" ", "-")
    seen[slug] = seen.get(slug, -1) + 1
    return f"{slug}-{seen[slug]}" if seen[slug] else slug


def _led(tokens: Sequence[Token], path: Path, place: _Place, files: dict[str, Path]) -> Iterator[Token]:
    """Change where links and pictures lead; a link to what is no page and no file becomes plain text."""
    open_ = True
    for token in tokens:
        if token.type == "image":
            token.attrSet("src", _address(str(token.attrGet("src") or ""), path, place, files) or "")
        if token.type == "link_open":
            href = _address(str(token.attrGet("href") or ""), path, place, files)
            open_ = href is not None
            token.attrSet("href", href or "")
        if open_ or token.type not in ("link_open", "link_close"):
            yield token


def _address(href: str, path: Path, place: _Place, files: dict[str, Path]) -> str | None:
    """Give where a link of a document leads to among the pages; None for nowhere."""
    address, hash_, anchor = href.partition("#")
    if not address or _OUTSIDE.match(address):
        return href
    target = (path.parent / unquote(address)).resolve()
    if target in place.pages:
        return f"{place.pages[target]}{hash_}{anchor}"
    if not (target.is_file() and target.is_relative_to(place.root)):
        return None
    name = str(PurePosixPath(place.files, *target.relative_to(place.root).parts))
    files[name] = target
    return name
