"""The pages of the model in a real browser, from files, with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from twintrack.model import Model
from twintrack.pages.model import docs as model_docs
from twintrack.pages.model.flows import read_flows
from twintrack.pages.model.polarity import Polarity
from twintrack.pages.model.views import Structure

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of this model, with signs that need no run."""
    structure = Structure(read_flows(model.equations), Polarity(model.equations, {}), model.levers)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(model_docs, "model_structure", lambda _: structure)
        return model_docs.build_docs(model, tmp_path_factory.mktemp("docs") / "model").parent


@pytest.fixture
def page(browser: sync_api.Browser) -> Iterator[sync_api.Page]:
    """A page without a network whose errors and requests fail the test."""
    context = browser.new_context(offline=True)
    page = context.new_page()
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("console", lambda message: told.append(message.text) if message.type == "error" else None)
    page.on("request", lambda request: None if request.url.startswith("file:") else told.append(request.url))
    yield page
    context.close()
    assert [text for text in told if not text.startswith("data:")] == []


@pytest.mark.parametrize("name", ["index.html", "index.zh.html", "knowledge_stages.html", "talent.zh.html"])
@pytest.mark.parametrize("width", [1400, 390])
def test_pages_are_as_wide_as_the_screen(page: sync_api.Page, folder: Path, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((folder / name).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1400:
        beyond = (
            "[...document.querySelectorAll('figure .scrolled')].filter((a) => a.scrollWidth > a.clientWidth)"
        )
        assert page.evaluate(f"{beyond}.length") == 0


def test_the_search_leads_to_the_equation(page: sync_api.Page, folder: Path) -> None:
    page.goto((folder / "index.html").as_uri())
    assert page.locator("#found li").count() == 0
    page.fill("#search", "top home talent")
    page.click("#found >> text='top talent at home'")
    assert page.url.endswith("talent.html#top_talent_at_home")
    assert page.locator("#top_talent_at_home").is_visible()


def test_a_name_that_nothing_has_is_told(page: sync_api.Page, folder: Path) -> None:
    page.goto((folder / "index.zh.html").as_uri())
    page.fill("#search", "no such thing")
    assert page.locator("#found li").all_inner_texts() == ["没有名称包含该文字的变量。"]
    page.fill("#search", "a")
    assert page.locator("#found li").count() == 61


def test_names_in_a_diagram_lead_to_their_equations(page: sync_api.Page, folder: Path) -> None:
    page.goto((folder / "talent.html").as_uri())
    page.locator(".diagram g.stock a").first.click()
    assert "#" in page.url and page.locator(":target").count() == 1


def test_the_text_of_a_diagram_fits_the_room_it_was_given(page: sync_api.Page, folder: Path) -> None:
    """No name is wider than its box, or than the label that was kept free of others."""
    page.set_viewport_size({"width": 1400, "height": 900})
    wider = """[...document.querySelectorAll('.diagram g')].filter((group) => {
        const box = group.querySelector('rect');
        return box && group.querySelector('text').getBBox().width > box.getBBox().width;
    }).map((group) => group.textContent)"""
    touching = """[...document.querySelectorAll('.diagram')].flatMap((diagram) => {
        const boxes = [...diagram.querySelectorAll('g text')].map((text) => text.getBBox());
        return boxes.filter((a, i) => boxes.some((b, j) => i < j && a.x < b.x + b.width &&
            b.x < a.x + a.width && a.y + 2 < b.y + b.height && b.y + 2 < a.y + a.height));
    }).length"""
    for path in sorted(folder.glob("*.html")):
        if not path.name.endswith(".zh.html"):
            page.goto(path.as_uri())
            assert page.evaluate(wider) == [], path.name
            assert page.evaluate(touching) == 0, path.name
