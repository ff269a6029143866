"""Documents in Markdown as pages, with links between them that work anywhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

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


def document(path: Path, root: Path, pages: Mapping[Path, str], folder: str) -> Document:
    """Read a document in Markdown.

    Args:
        path: The document.
        root: What a link may lead to lies in this folder.
        pages: Documents that are pages, and their names; links to them lead there.
        folder: Where other files go that are linked to; what is no file is told without a link.
    """
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(path.read_text(encoding="utf-8"))
    files: dict[str, Path] = {}
    title = ""
    seen: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            text = _plain(tokens[place + 1])
            title = title or text
            token.attrSet("id", _anchor(text, seen))
        for link in token.children or ():
            if link.type == "link_open":
                _lead(link, path, root, pages, folder, files)
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


def _lead(
    link: Token,
    path: Path,
    root: Path,
    pages: Mapping[Path, str],
    folder: str,
    files: dict[str, Path],
) -> None:
    """Change where a link leads."""
    href: Any = link.attrGet("href") or ""
    address, hash_, anchor = str(href).partition("#")
    if not address or _OUTSIDE.match(address):
        return
    target = (path.parent / address).resolve()
    if target in pages:
        link.attrSet("href", f"{pages[target]}{hash_}{anchor}")
    elif target.is_file() and target.is_relative_to(root):
        name = str(PurePosixPath(folder, *target.relative_to(root).parts))
        files[name] = target
        link.attrSet("href", name)
    else:  # a folder, or what the reader does not get
        link.tag = "span"
        link.attrs = {}
        _close(link)


def _close(link: Token) -> None:
    """A link that leads nowhere is plain text; its end is met by its own nesting."""
    link.type, link.hidden = "span_open", True
