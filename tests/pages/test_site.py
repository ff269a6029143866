"""A site: every link works, and nothing is loaded from anywhere else."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
from site_links import broken

from twintrack.errors import InputError
from twintrack.pages.documents import documents
from twintrack.pages.site import Part, copied, docs_part, write_site
from twintrack.pages.site_weight import LARGE, LONG
from twintrack.resources import checkout


def page(folder: Path, title: str, language: str = "") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"index.{language}.html" if language else "index.html"
    head = "<header><p>TwinTrack</p></header>"
    (folder / name).write_text(f"<title>{title} · TwinTrack</title>{head}", encoding="utf-8")


def test_every_link_of_a_site_works(tmp_path: Path) -> None:
    root = checkout()
    assert root is not None
    page(tmp_path / "built" / "plans", "Plans &amp; more")
    page(tmp_path / "built" / "plans", "规划", "zh")
    (tmp_path / "built" / "plans" / "inputs.d").write_text("made of", encoding="utf-8")
    report = copied(tmp_path / "built" / "plans", "reports/plans", "reports", listed=True)
    board = Part("dashboard", "dashboard", lambda folder: page(folder, "Board"))
    size = write_site(tmp_path / "site", [board, report, docs_part(root)])
    assert broken(tmp_path / "site") == []
    files = [path for path in (tmp_path / "site").rglob("*") if path.is_file()]
    assert not [path for path in files if path.name == "inputs.d"]
    served = sum(path.stat().st_size for path in files if path.name != ".twintrack.json")
    assert sum(size.values()) == served
    front = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert '<a href="reports/plans/index.html">Plans &amp; more</a>' in front and "docs/history.html" in front
    chinese = (tmp_path / "site" / "index.zh.html").read_text(encoding="utf-8")
    assert '<a href="reports/plans/index.zh.html">规划</a>' in chinese and "文档" in chinese
    plans = (tmp_path / "site" / "reports" / "plans" / "index.zh.html").read_text(encoding="utf-8")
    assert '<a href="../../dashboard/index.html">动手试战略</a></p></header>' in plans


def test_large_tables_are_packed_and_what_pages_share_stands_there_once(tmp_path: Path) -> None:
    style, table = "<style>p { color: red }" + " " * LONG + "</style>", "a,b\n" + "1,2.5\n" * LARGE
    for name in ("one", "other"):
        folder = tmp_path / "built" / name
        page(folder, name)
        (folder / "data").mkdir()
        (folder / "data" / "worlds.csv").write_text(table, encoding="utf-8")
        (folder / "data" / "own.csv").write_text(f"{name}\n{table}", encoding="utf-8")
        (folder / "data" / "small.csv").write_text("a\n1\n", encoding="utf-8")
        links = "".join(f'<a href="data/{x}.csv">data/{x}.csv</a>' for x in ("worlds", "own", "small"))
        told = (folder / "index.html").read_text(encoding="utf-8") + style + links
        (folder / "index.html").write_text(told, encoding="utf-8")
    parts = [copied(tmp_path / "built" / name, f"reports/{name}", "reports") for name in ("one", "other")]
    sizes = write_site(tmp_path / "site", parts)
    site = tmp_path / "site"
    assert broken(site) == []
    assert sizes["tables"] < len(table) < sum(len(table) for _ in range(4))
    told = (site / "reports" / "one" / "index.html").read_text(encoding="utf-8")
    styles = [path.read_text(encoding="utf-8") for path in (site / "common").glob("*.css")]
    assert "<style>" not in told and sum("color: red" in text for text in styles) == 1
    assert '<a href="data/small.csv">data/small.csv</a>' in told
    worlds, own = re.findall(
        r'<a href="([^"]*\.gz)" title="Table packed with gzip, <0.1 MB; .*?</a>', unescape(told)
    )
    assert worlds.startswith("../../common/worlds-") and own == "data/own.csv.gz"
    assert pd.read_csv(site / "reports" / "one" / worlds).shape == (LARGE, 2)
    assert (site / "reports" / "one" / worlds).resolve() == next((site / "common").glob("*.gz")).resolve()


@pytest.mark.parametrize(
    "wrong",
    [
        '<a href="gone.html">a</a>',
        '<a href="index.html#gone">a</a>',
        '<a href="../../outside.html">a</a>',
        '<a href="javascript:alert(1)">a</a>',
        '<script src="https://example.org/a.js"></script>',
        "<style>p { background: url(https://example.org/a.png) }</style>",
        '<p style="background: url(//example.org/a.png)">a</p>',
    ],
)
def test_a_wrong_link_is_found(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "outside.html").write_text("outside", encoding="utf-8")
    folder = tmp_path / "one" / "site"
    folder.mkdir(parents=True)
    right = '<p id="here"><a href="#here">a</a><a href="https://example.org">b</a><img src="data:,">'
    (folder / "index.html").write_text(right, encoding="utf-8")
    assert broken(folder) == []
    (folder / "index.html").write_text(right + wrong, encoding="utf-8")
    assert len(broken(folder)) == 1


def test_a_document_leads_to_pages_to_files_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "data.csv").write_text("1", encoding="utf-8")
    (tmp_path / "p.png").write_bytes(b"")
    text = (
        "# One `x` & two\n\n## Same\n\n## Same\n\n[a](b.md#part) [c](../data.csv) [d](../secret/)"
        " [e](#same-1) ![drawn](../p.png) [f](../../outside.txt) [g](https://example.org)\n\n<script>alert(1)</script>\n\n"
        "| a |\n|---|\n| 1 |\n"
    )
    (tmp_path / "outside.txt").write_text("", encoding="utf-8")
    one, other = tmp_path / "docs" / "a.md", tmp_path / "docs" / "b.md"
    one.write_text(text, encoding="utf-8")
    other.write_text("# B\n\n## Part\n", encoding="utf-8")
    found = documents({one: "a.html", other: "b.html"}, tmp_path / "docs" / "..", "files")["a.html"]
    assert found.title == "One x & two"
    assert re.findall(r'href="([^"]*)"', found.body) == [
        "b.html#part",
        "files/data.csv",
        "#same-1",
        "https://example.org",
    ]
    assert 'id="same"' in found.body and 'id="same-1"' in found.body
    assert "<script>" not in found.body and found.body.count('<div class="scrolled">') == 1
    assert list(found.files) == ["files/data.csv", "files/p.png"] and 'src="files/p.png"' in found.body


def test_a_folder_with_other_things_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError):
        write_site(tmp_path, [])
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
