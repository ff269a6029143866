"""Where links of a folder of pages lead, and what its pages load: read from the text, without a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = ("script", "img", "iframe", "source", "embed")
"""Elements that load what their `src` says."""
_STYLED = re.compile(r"url\(\s*['\"]?([^'\")]+)")


class Links(HTMLParser):
    """The addresses and the anchors of a page, and what it loads by itself."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.to: list[str] = []
        self.anchors: set[str] = {""}
        self.loaded: list[str] = []
        self._style = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in attrs}
        self.anchors |= {told[key] for key in ("id", "name") if key in told}
        self._style = tag == "style"
        if tag in ("a", "area") and told.get("href"):
            self.to.append(told["href"])
        if tag in LOADING and told.get("src"):
            self.loaded.append(told["src"])
        if tag == "link" and "href" in told:
            self.loaded.append(told["href"])
        self.loaded += _STYLED.findall(told.get("style", ""))

    def handle_data(self, data: str) -> None:
        if self._style:
            self.loaded += [one for one in _STYLED.findall(data) if not one.startswith("#")]


def broken(site: Path) -> list[str]:
    """Give every link of a folder that leads nowhere, and everything that is loaded from outside."""
    pages = {path.resolve(): Links(path) for path in site.rglob("*.html")}
    faults = []
    for path, page in pages.items():
        name = path.relative_to(site.resolve())
        faults += [
            f"{name} loads {one}"
            for one in page.loaded
            if not one.startswith(("data:", "blob:"))
            and (urlsplit(one).netloc or urlsplit(one).scheme or not _leads(one, path, pages, site))
        ]
        faults += [
            f"{name}: {href}" for href in dict.fromkeys(page.to) if not _leads(href, path, pages, site)
        ]
    return faults


def _leads(href: str, path: Path, pages: dict[Path, Links], site: Path) -> bool:
    """Whether a link leads to a file of the site and an anchor that is there; other hosts are not asked."""
    parts = urlsplit(href)
    if parts.scheme:
        return parts.scheme in ("http", "https", "mailto", "data")
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    inside = target.is_file() and target.is_relative_to(site.resolve())
    return inside and (target not in pages or unquote(parts.fragment) in pages[target].anchors)
