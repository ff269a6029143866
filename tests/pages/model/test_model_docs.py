"""The pages of the model: complete, linked, in both languages, readable without a network."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from urllib.parse import urldefrag
from xml.etree import ElementTree

import pytest
from model_helpers import structure_of

import twintrack
from twintrack.errors import InputError
from twintrack.folders import renewed_folder
from twintrack.model import Model
from twintrack.pages.model import docs as model_docs
from twintrack.pages.model.book import Book, page_name, stem_of
from twintrack.pages.model.docs import build_docs
from twintrack.pages.model.views import Structure
from twintrack.pages.texts import LANGUAGES

pytestmark = pytest.mark.slow

LARGEST = 3_000_000
OTHER_LETTERS = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def structure(model: Model) -> Structure:
    """Signs without a run of the model, which takes long."""
    return structure_of(model.equations, model.levers)


@pytest.fixture(scope="module")
def folder(model: Model, structure: Structure, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pages of this model."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(model_docs, "model_structure", lambda _: structure)
        return build_docs(model, tmp_path_factory.mktemp("docs") / "model").parent


@pytest.fixture(scope="module")
def pages(folder: Path) -> dict[str, str]:
    """The text of every page by its name."""
    return {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


def _cards(page: str) -> dict[str, str]:
    """The entry of each variable of a page, by its anchor."""
    found = re.findall(r'<article class="equation [^"]*" id="(\w+)">(.*?)</article>', page, re.DOTALL)
    assert len(found) == len({name for name, _ in found})
    return dict(found)


def _plain(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_variable_has_its_equation_once_on_the_page_of_its_sector(
    pages: dict[str, str], model: Model, language: str
) -> None:
    cards: dict[str, tuple[str, str]] = {}
    for name, page in pages.items():
        if name == page_name(name.split(".")[0], language):
            for anchor, card in _cards(page).items():
                assert anchor not in cards
                cards[anchor] = (name, card)
    assert set(cards) == set(model.equations.variables)
    for name, variable in model.equations.variables.items():
        page, card = cards[name]
        assert page == page_name(stem_of(variable.group), language)
        shown = re.search(r'<pre class="math"[^>]*>(.*?)</pre>', card, re.DOTALL)
        assert shown and _squeezed(_plain(shown[1])) == _squeezed(variable.equation)
        words = " ".join(_plain(card).split())
        assert variable.title in words and variable.documentation in words and variable.units in words


def test_all_links_inside_the_pages_resolve(pages: dict[str, str], folder: Path) -> None:
    anchors = {name: set(re.findall(r'\bid="([^"]+)"', page)) for name, page in pages.items()}
    broken = set()
    for name, page in pages.items():
        for address in re.findall(r'\bhref="([^"]*)"', page):
            target, anchor = urldefrag(html.unescape(address))
            if target.startswith(("http://", "https://", "data:")):
                continue
            target = target or name
            exists = target in pages or (folder / target).is_file()
            if not exists or (anchor and anchor not in anchors[target]):
                broken.add((name, address))
    assert broken == set()


def test_the_search_knows_every_variable_and_where_it_is(pages: dict[str, str], model: Model) -> None:
    for language in LANGUAGES:
        page = pages[page_name("index", language)]
        found = re.search(r'<script type="application/json" id="names">(.*?)</script>', page, re.DOTALL)
        assert found
        names = json.loads(found[1])
        assert [entry[0] for entry in names] == [item.title for item in model.equations.variables.values()]
        for _, address, *_ in names:
            target, anchor = urldefrag(address)
            assert f'id="{anchor}"' in pages[target]


def test_pages_load_nothing_and_stay_small(pages: dict[str, str]) -> None:
    for page in pages.values():
        assert len(page.encode()) < LARGEST
        assert not re.search(r'<(script|img|iframe|link)[^>]*\b(src|href)="(?!data:)', page)
        assert "@import" not in page and "url(" not in page


def test_both_languages_have_the_same_pages_and_words_of_their_own(pages: dict[str, str]) -> None:
    english = {name for name in pages if ".zh." not in name}
    assert {name.replace(".html", ".zh.html") for name in english} == set(pages) - english
    for name in english:
        other = name.replace(".html", ".zh.html")
        assert f'href="{other}"' in pages[name] and f'href="{name}"' in pages[other]
        assert '<html lang="en">' in pages[name] and '<html lang="zh-Hans">' in pages[other]
    chrome = re.sub(r'<a class="language".*?</a>', "", pages["talent.html"])
    assert not OTHER_LETTERS.search(chrome)
    assert "方程" in pages["talent.zh.html"] and "人才" in pages["talent.zh.html"]


def test_each_sector_is_drawn_with_all_its_stocks(pages: dict[str, str], folder: Path, model: Model) -> None:
    variables = model.equations.variables
    for sector in dict.fromkeys(item.group for item in variables.values()):
        page = pages[page_name(stem_of(sector), "en")]
        drawn = re.findall(r"<svg [^>]*class=\"diagram\".*?</svg>", page, re.DOTALL)
        stocks = [name for name, item in variables.items() if item.group == sector and item.kind == "stock"]
        boxes = [name for text in drawn for name in _stocks(text)]
        assert sorted(boxes) == sorted(stocks)
        files = re.findall(r'href="(diagrams/[^"]+\.svg)"', page)
        assert len(files) == len(drawn)
        alone = [name for file in files for name in _stocks((folder / file).read_text(encoding="utf-8"))]
        assert sorted(alone) == sorted(stocks)


def _stocks(svg: str) -> list[str]:
    """Names of the boxes of a picture; fails where it is not well formed."""
    root = ElementTree.fromstring(svg if "xmlns=" in svg else svg.replace("<svg", "<svg xmlns='svg'", 1))
    groups = [item for item in root.iter() if item.tag.endswith("}g") and item.get("class") == "stock"]
    assert all(any(part.tag.endswith("}rect") for part in item.iter()) for item in groups)
    return [item.get("data-variable", "") for item in groups]


def test_assumptions_are_marked_and_sources_named(pages: dict[str, str], model: Model) -> None:
    cards = {
        name: card for page in pages.values() for name, card in _cards(page).items() if "单位" not in card
    }
    for name, variable in model.equations.variables.items():
        keys = re.split(r"\s*;\s*", variable.source) if variable.source else ["assumption"]
        assert ('<mark class="assumption">assumption</mark>' in cards[name]) == ("assumption" in keys), name
        for key in keys:
            if key in model.inputs.sources:
                assert f'href="index.html#source-{key}"' in cards[name]


def test_ranges_of_levers_and_outside_parameters_are_shown(pages: dict[str, str], model: Model) -> None:
    cards = _cards(pages["levers.html"])
    lever = model.levers["catchup_share"]
    assert f"{lever.low:g} to {lever.high:g}; {lever.baseline:g} without new policy" in cards["catchup_share"]
    assert lever.title.zh in _cards(pages["levers.zh.html"])["catchup_share"]
    entry = model.world["cost_growth_factor"]
    sector = model.equations.variables["cost_growth_factor"].group
    card = _cards(pages[page_name(stem_of(sector), "en")])["cost_growth_factor"]
    drawn = f"log-normal, standard deviation of the logarithm {entry.spread:g}"
    assert f"{entry.low:g} to {entry.high:g}, {drawn}; central value {entry.value:g}" in card
    assert f"confidence: {entry.confidence}" in card


def test_the_index_counts_what_there_is(pages: dict[str, str], model: Model, structure: Structure) -> None:
    cells = re.findall(r'<td class="total">(.*?)</td>', pages["index.html"])
    kinds = [Book(model, structure).kind(name) for name in model.equations.variables]
    order = ("stock", "flow", "auxiliary", "constant", "lever", "world")
    assert cells[:6] == [str(kinds.count(kind)) for kind in order]
    assert int(cells[6]) == len(model.equations.variables)
    assert int(cells[4]) == len(model.levers)


def test_loops_are_on_the_index_and_on_the_pages_they_run_through(
    pages: dict[str, str], model: Model
) -> None:
    path = model.content / "model" / "loops.yaml"
    loops = model.inputs.loops if path.is_file() else {}
    for loop in loops.values():
        assert f'id="loop-{loop.id}"' in pages["index.html"]
        assert html.escape(loop.title.zh, quote=False) in pages["index.zh.html"]
        for cycle in loop.cycles:
            for label in cycle.variables:
                variable = model.equations.variables.get(label.split("[")[0])
                if variable is not None:
                    assert f'id="loop-{loop.id}"' in pages[page_name(stem_of(variable.group), "en")]
    assert ("No named loop." in pages["index.html"]) == (not loops)


def test_content_without_loops_has_pages_without_loops(
    model: Model, structure: Structure, tmp_path: Path
) -> None:
    shutil.copytree(model.content / "model", tmp_path / "model")
    (tmp_path / "model" / "loops.yaml").unlink(missing_ok=True)
    assert Book(twintrack.load(tmp_path), structure).loops == ()


def test_a_folder_with_anything_else_is_left_alone(
    model: Model, structure: Structure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_docs, "model_structure", lambda _: structure)
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="holds no pages of a model"):
        build_docs(model, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_earlier_pages_and_diagrams_alone_are_replaced(
    model: Model, structure: Structure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_docs, "model_structure", lambda _: structure)
    monkeypatch.setattr(Book, "all_diagrams", [])
    groups = {variable.group for variable in model.equations.variables.values()}
    monkeypatch.setattr(Book, "diagrams", dict.fromkeys(groups, ()))
    target = tmp_path / "model"
    with renewed_folder(target, "pages of a model") as earlier:
        (earlier / "gone.html").write_text("old")
        (earlier / "diagrams").mkdir()
        (earlier / "diagrams" / "old.svg").write_text("old")
    (target / "diagrams" / "mine.svg").write_text("mine")
    first = build_docs(model, target)
    assert first == target / "index.html" and first.is_file()
    assert not (target / "gone.html").exists() and not (target / "diagrams" / "old.svg").exists()
    assert (target / "diagrams" / "mine.svg").read_text() == "mine"
