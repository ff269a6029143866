"""Makes a site light: what several pages hold stands there once, and large tables are packed.

A page by itself carries everything inside. In a site that would send the same library with each page, and
keep tables of tens of megabytes that few readers open.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from html import escape, unescape
from pathlib import Path
from urllib.parse import unquote

from twintrack.pages.builder import in_script
from twintrack.pages.texts import LANGUAGES, Texts

SHARED = "common"
"""Folder of what several pages use."""
PACKED = (".csv", ".json")
LARGE = 20_000
"""Bytes from which a table is packed."""
LONG = 4_000
"""Signs from which a style or script that several pages hold stands in a file of its own."""
_BLOCK = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
_LIBRARY = re.compile(r'<script type="text/plain" id="library">\s*([^<]*?)\s*</script>')
_KNOWS = 'getElementById("library").dataset'
"""Stands in a page whose script can take the library from a file; one that was built long ago cannot."""
_LINK = re.compile(r'<a ([^>]*?)href="([^"#?]+)"([^>]*)>(.*?)</a>', re.DOTALL)
_LANGUAGE = re.compile(r'<html[^>]* lang="([a-z]+)')
_KINDS = {
    "pages": (".html",),
    "tables": (".csv", ".gz", ".parquet"),
    "pictures": (".svg", ".png"),
    "styles and scripts": (".css", ".js"),
}


def lighten(site: Path) -> None:
    """Move what several pages hold into files of their own, and pack large tables; links follow.

    Raises OSError.
    """
    pages = sorted(site.rglob("*.html"))
    _share_blocks(site, pages)
    _pack_tables(site, pages)


def weights(site: Path) -> dict[str, int]:
    """Give the bytes of a site by kind of file: pages, tables, pictures, styles and scripts, others."""
    kinds = {ending: kind for kind, endings in _KINDS.items() for ending in endings}
    found: Counter[str] = Counter(dict.fromkeys((*_KINDS, "others"), 0))
    for path in site.rglob("*"):
        if path.is_file():
            found[kinds.get(path.suffix, "others")] += path.stat().st_size
    return dict(found)


def _share_blocks(site: Path, pages: list[Path]) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    for page in pages:
        counted.update(set(_blocks(page.read_text(encoding="utf-8"))))
    shared = {block for block, count in counted.items() if count > 1 and len(block[1]) >= LONG}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        up = "../" * len(page.relative_to(site).parent.parts)

        def lifted(match: re.Match[str], up: str = up) -> str:
            if (match[1], match[2]) not in shared:
                return match[0]
            if match[1] == "style":
                return f'<link rel="stylesheet" href="{up}{_kept(site, match[2], "css")}">'
            return f'<script src="{up}{_kept(site, match[2], "js")}"></script>'

        def unpacked(match: re.Match[str], up: str = up) -> str:
            library = in_script(gzip.decompress(base64.b64decode(match[1])).decode())
            place = up + _kept(site, library, "js")
            return f'<script type="text/plain" id="library" data-src="{place}"></script>'

        light = _BLOCK.sub(lifted, text)
        _rewrite(page, text, _LIBRARY.sub(unpacked, light) if _KNOWS in text else light)


def _blocks(text: str) -> Iterator[tuple[str, str]]:
    return ((match[1], match[2]) for match in _BLOCK.finditer(text))


def _kept(site: Path, text: str, ending: str) -> str:
    """Put a text into a file that is named after it; give its place in the site."""
    place = f"{SHARED}/{_digest(text.encode())}.{ending}"
    path = site / place
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return place


def _pack_tables(site: Path, pages: list[Path]) -> None:
    moved = dict(_packed(site))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        _rewrite(page, text, _LINK.sub(_follow(site, page, text, moved), text))


def _packed(site: Path) -> Iterator[tuple[Path, Path]]:
    """Pack every large table: where it was and where it is. What several folders have alike is there once."""
    large = [
        path for path in sorted(site.rglob("*")) if path.suffix in PACKED and path.stat().st_size >= LARGE
    ]
    contents = {path: path.read_bytes() for path in large}
    copies = Counter(contents.values())
    for path, content in contents.items():
        target = path.with_name(f"{path.name}.gz")
        if copies[content] > 1:
            (site / SHARED).mkdir(exist_ok=True)
            target = site / SHARED / f"{path.stem}-{_digest(content)}{path.suffix}.gz"
        target.write_bytes(gzip.compress(content, 9, mtime=0))
        path.unlink()
        yield path.resolve(), target.resolve()


def _follow(site: Path, page: Path, text: str, moved: Mapping[Path, Path]) -> Callable[[re.Match[str]], str]:
    """Give what a link becomes: one to a table that was packed leads to it, and says its size and form."""
    told = _LANGUAGE.search(text)
    texts = Texts(told[1] if told and told[1] in LANGUAGES else LANGUAGES[0])

    def followed(match: re.Match[str]) -> str:
        before, href, after, body = match.groups()
        target = moved.get((page.parent / unquote(unescape(href))).resolve())
        if target is None:
            return match[0]
        size = f"{target.stat().st_size / 1e6:.1f} MB".replace("0.0 MB", "<0.1 MB")
        place = Path(os.path.relpath(target, page.parent.resolve())).as_posix()
        title = escape(texts("site_packed", size=size))
        name = re.sub(r"(\.csv|\.json)(?!\.gz)", r"\1.gz", body)
        return f'<a {before}href="{escape(place)}"{after} title="{title}">{name} ({escape(size)})</a>'

    return followed


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]


def _rewrite(page: Path, before: str, after: str) -> None:
    if after != before:
        page.write_text(after, encoding="utf-8")
