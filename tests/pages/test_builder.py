"""From sections to files."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from twintrack.errors import InputError, TwinTrackError
from twintrack.pages import texts
from twintrack.pages.blocks import Basis, Block, Claim, Note, Section, View, sections_in
from twintrack.pages.builder import Page, data_files, page_names, publish, render
from twintrack.pages.texts import Texts

WORDS = {"en": "English words", "zh": "中文"}
CLAIM = Claim("said", "Nine of ten.", Basis("found.csv", "twintrack find"))


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, str]]:
    """The texts, to which a test may add its own."""
    known = dict(texts._read())
    monkeypatch.setattr(texts, "_read", lambda: known)
    return known


def _section(key: str, *blocks: Block, place: int = 1, **more: Any) -> Section[View]:
    return Section(key, place, lambda view: blocks, **more)


def _page(*sections: Section[View], language: str = "en", **more: Any) -> str:
    files = [name for section in sections for name in section.files]
    view = View(texts=Texts(language))
    return render(Page(view, page_names(["en", "zh"]), "Title", "Lead.", sections, files, **more))


def test_a_section_is_shown_under_its_heading_and_in_the_contents(words: dict[str, dict[str, str]]) -> None:
    words["new_heading"] = words["other_heading"] = WORDS
    files: dict[str, Callable[[View], str]] = {"found.csv": lambda view: "a,b\n"}
    page = _page(_section("new", CLAIM, files=files), _section("other", Note("Told.")), language="zh")
    assert '<a href="#new">中文</a>' in page and '<section id="new" aria-labelledby="new-heading">' in page
    assert page.index('<h2 id="new-heading">中文</h2>') < page.index("Nine of ten.") < page.index("Told.")
    assert "twintrack find" not in page
    assert "twintrack find" in _page(_section("new", CLAIM, files=files), commands=True)


def test_a_summary_stands_before_the_contents_and_has_no_number(words: dict[str, dict[str, str]]) -> None:
    words["new_heading"] = words["other_heading"] = WORDS
    page = _page(_section("new", Note("First.")), _section("other", Note("Told.")), summary=True)
    assert '<a href="#new">' not in page and '<a href="#other">1 English words</a>' in page
    assert page.index("First.") < page.index('href="#other"') < page.index("Told.")


def test_a_section_that_is_not_shown_has_its_data_but_no_place(words: dict[str, dict[str, str]]) -> None:
    words["other_heading"] = WORDS
    hidden = _section("new", shown=lambda view: False, files={"found.csv": lambda view: "a\n"})
    assert "new" not in _page(hidden, _section("other", Note("Told.")))
    assert data_files([hidden], View(texts=Texts("en"))) == {"found.csv": "a\n"}


def test_a_section_without_a_text_is_an_error_that_names_it(words: dict[str, dict[str, str]]) -> None:
    with pytest.raises(TwinTrackError, match=r'section "new": .* no text "new_heading" in the language en'):
        _page(_section("new", Note("Told.")))
    words["new_heading"] = {"en": "Only in English"}
    with pytest.raises(TwinTrackError, match=r'section "new": .* "new_heading" in the language zh'):
        _page(_section("new", Note("Told.")), language="zh")
    late: Section[View] = Section("new", 1, lambda view: [view.note("no such text")])
    with pytest.raises(TwinTrackError, match=r'section "new": .* no text "no such text"'):
        _page(late)
    words["named"] = {"en": "There are {count}."}
    late = Section("new", 1, lambda view: [view.note("named")])
    with pytest.raises(TwinTrackError, match='section "new": the text "named" names \'count\''):
        _page(late)


def test_a_section_without_data_is_an_error_that_names_it(words: dict[str, dict[str, str]]) -> None:
    words["new_heading"] = WORDS
    with pytest.raises(TwinTrackError, match='section "new" has nothing to show'):
        _page(_section("new"))
    with pytest.raises(TwinTrackError, match=r'section "new": the claim "said" rests on "found\.csv"'):
        _page(_section("new", CLAIM))
    without = Claim("said", "Nine of ten.", Basis("found.csv", ""))
    with pytest.raises(TwinTrackError, match='section "new": the claim "said"'):
        _page(_section("new", without, files={"found.csv": lambda view: "a\n"}))


def test_a_file_in_the_folder_of_sections_is_a_section_and_its_place_is_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "made_up_sections"
    folder.mkdir()
    (folder / "__init__.py").touch()
    line = (
        "from twintrack.pages.blocks import Section\nSECTION = Section({key!r}, {place}, lambda view: [])\n"
    )
    for key, place in (("late", 2), ("early", 1)):
        (folder / f"{key}.py").write_text(line.format(key=key, place=place))
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    assert [section.key for section in sections_in("made_up_sections")] == ["early", "late"]
    for name in [name for name in sys.modules if name.startswith("made_up_sections")]:
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize(
    "package", ["twintrack.pages.report.sections", "twintrack.pages.validation.sections"]
)
def test_sections_have_names_and_places_of_their_own(package: str) -> None:
    sections = sections_in(package)
    assert len({section.key for section in sections}) == len(sections) >= 10
    assert len({section.place for section in sections}) == len(sections)
    files = [name for section in sections for name in section.files]
    assert len(set(files)) == len(files)


def test_two_drawings_of_one_name_are_refused() -> None:
    view = View(texts=Texts("en"))
    view.draw("chart", object(), "One", "one")
    with pytest.raises(TwinTrackError, match='two drawings of the page are called "chart"'):
        view.draw("chart", object(), "Other", "other")


def test_two_sections_that_write_one_file_are_refused() -> None:
    files: dict[str, Callable[[View], str]] = {"found.csv": lambda view: "a,b\n"}
    twice = [_section("one", files=files), _section("other", files=files)]
    with pytest.raises(TwinTrackError, match=r'"one" and "other" both write found\.csv'):
        data_files(twice, View(texts=Texts("en")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", r"toy_pages\.second has no SECTION"),
        ("from toy_pages.first import SECTION\n", 'two modules of toy_pages hold a section "first"'),
    ],
)
def test_a_module_without_a_section_and_a_key_used_twice_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    folder = tmp_path / "toy_pages"
    folder.mkdir()
    (folder / "__init__.py").touch()
    first = "from twintrack.pages.blocks import Section\nSECTION = Section('first', 1, lambda view: [])\n"
    (folder / "first.py").write_text(first, encoding="utf-8")
    (folder / "second.py").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with pytest.raises(TwinTrackError, match=told):
            sections_in("toy_pages")
    finally:
        for name in [name for name in sys.modules if name.startswith("toy_pages")]:
            del sys.modules[name]


def test_nothing_is_made_for_a_folder_that_cannot_be_renewed(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine", encoding="utf-8")
    files = (pytest.fail("was made") for _ in range(1))
    with pytest.raises(InputError, match="holds no report"):
        publish(tmp_path, files, "report")


def test_the_first_language_is_the_index() -> None:
    assert page_names(["zh"]) == {"zh": "index.html"}
    assert page_names(["en", "zh"]) == {"en": "index.html", "zh": "index.zh.html"}
