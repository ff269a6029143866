"""The page with sliders in a browser, opened from a file: moves, undo, links, languages, no network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from twintrack.engines.wasm.module import Module
from twintrack.hands_on.compiled_model import module_for
from twintrack.hands_on.links import read_link
from twintrack.hands_on.page import Worlds, component_page, dashboard_page
from twintrack.hands_on.told import drawn, told_of
from twintrack.model import Model
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGEST = 700_000
READY = "window.twintrack && twintrack.ready && twintrack.answer?.whole && !twintrack.stale()"
LINK = "s=explore_open&c=decoupling&l=failure_tolerance=0.8&w=leader_agility=0.3&p=s%3Dpure_catchup&y=2035"


class Opened:
    """The page in a browser, with what it asked of the network and what went wrong."""

    def __init__(self, browser: Browser, file: Path) -> None:
        self.page: Page = browser.new_context(viewport={"width": 1400, "height": 900}).new_page()
        self.requests: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda told: told.type == "error" and self.faults.append(told.text))
        self.address = file.as_uri()

    def go(self, link: str = "") -> None:
        """Open the page anew with a link, and wait until it stands still."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}#{link}")
        self.wait()

    def wait(self) -> None:
        """Wait for all worlds of what is shown."""
        self.page.wait_for_function(READY, timeout=60_000)

    def tell(self, script: str) -> Any:
        """Run a script on the page."""
        return self.page.evaluate(script)

    @property
    def link(self) -> str:
        """The fragment of the address, once it is written."""
        self.page.wait_for_timeout(200)
        return str(self.tell("location.hash.slice(1)"))


@pytest.fixture(scope="module")
def file(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as a file."""
    path = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    path.write_text(dashboard_page(model)[0], encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def opened(browser: Browser, file: Path) -> Iterator[Opened]:
    """The page in a browser; nothing that a test does may fail on it or ask the network."""
    found = Opened(browser, file)
    yield found
    found.page.close()
    assert found.faults == []
    assert [url for url in found.requests if not re.match("file:|blob:|about:|data:", url)] == []


def test_the_file_is_small_enough_to_be_sent(file: Path) -> None:
    assert file.stat().st_size < LARGEST


def test_a_link_shows_the_numbers_of_the_program(opened: Opened, model: Model) -> None:
    opened.go(LINK)
    found = opened.tell("[...twintrack.curves('capability_index').mine]")
    shown = read_link(model, LINK)
    run = run_strategy(model, shown.strategy, shown.scenario, world=shown.world, representative=True)
    np.testing.assert_allclose(found, run["capability_index"], rtol=1e-9)
    assert "in 2035" in opened.tell("twintrack.verdict.element.innerText")
    again = dict(
        part.split("=", 1) for part in opened.tell("location.hash.slice(1)").split("&") if "=" in part
    )
    assert again["s"] == "explore_open"


def test_the_page_checks_its_numbers_bit_by_bit(opened: Opened) -> None:
    opened.go()
    assert opened.tell("twintrack.same") is True
    assert opened.tell("document.querySelector('.notice').hidden")


def test_a_browser_with_other_numbers_is_told(browser: Browser, model: Model, tmp_path: Path) -> None:
    names, count, values, _ = drawn(model, 4, 1)
    module = module_for(model)
    wrong = {**module.description["check"], "digest": "0123456789abcdef"}
    changed = Module(module.code, {**module.description, "check": wrong})
    path = tmp_path / "page.html"
    path.write_text(component_page(told_of(model), changed, Worlds(names, count, values)), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_function("window.twintrack?.same === false")
    assert "computes other numbers" in page.locator(".notice").inner_text()
    page.close()


def test_twenty_moves_and_twenty_undos_lead_back(opened: Opened) -> None:
    opened.go()
    first = opened.tell("JSON.stringify(twintrack.state)")
    slider = opened.page.locator("#slider-l-catchup_share")
    slider.focus()
    for _ in range(20):
        slider.press("ArrowLeft")
    moved = opened.link
    assert "l=catchup_share%3D0.6" in moved
    undo, redo = opened.page.get_by_text("Undo", exact=True), opened.page.get_by_text("Redo", exact=True)
    for _ in range(20):
        undo.click()
    assert opened.tell("JSON.stringify(twintrack.state)") == first
    assert undo.is_disabled()
    for _ in range(20):
        redo.click()
    assert opened.link == moved


def test_bands_follow_a_drag(opened: Opened) -> None:
    opened.go()
    opened.tell(
        "twintrack.seen = []; const told = twintrack.draw; twintrack.draw = function () {"
        " this.seen.push(this.answer.id); return told.call(this); }; 0"
    )
    box = opened.page.locator("#slider-l-catchup_share").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    opened.page.mouse.move(box["x"] + 0.8 * box["width"], y)
    opened.page.mouse.down()
    for step in range(40):
        opened.page.mouse.move(box["x"] + (0.8 - 0.015 * step) * box["width"], y)
        opened.page.wait_for_timeout(20)
    opened.page.mouse.up()
    opened.wait()
    assert len(set(opened.tell("twintrack.seen"))) >= 5
    assert opened.tell("twintrack.state.l.catchup_share") < 0.35
    assert re.search(r"\d+ of 100 worlds", opened.tell("twintrack.verdict.element.innerText"))


@pytest.mark.parametrize(
    "hostile",
    ["%E0%A4%A", "s=__proto__&l=__proto__=1", "l=catchup_share=1e999", "p=s%3D%3Cscript%3E", "m=0123"],
)
def test_a_hostile_link_leaves_a_page_that_works(hostile: str, opened: Opened) -> None:
    opened.go(hostile)
    assert opened.tell("document.querySelectorAll('.card').length") == 8
    noticed = opened.tell("!document.querySelector('.notice').hidden")
    assert noticed == (hostile != "%E0%A4%A") or noticed


@pytest.mark.parametrize(("width", "language"), [(390, "en"), (390, "zh"), (1000, "en")])
def test_nothing_goes_beyond_the_window(width: int, language: str, opened: Opened) -> None:
    opened.page.set_viewport_size({"width": width, "height": 844})
    opened.go(f"{LINK}&g={language}")
    for tab in ("charts", "levers"):
        opened.tell(f"document.querySelector('.twintrack').dataset.tab = '{tab}'")
        assert opened.tell("document.documentElement.scrollWidth") == width
    opened.page.set_viewport_size({"width": 1400, "height": 900})


def test_every_panel_opens_and_no_word_is_missing(opened: Opened) -> None:
    opened.go(f"{LINK}&g=zh")
    opened.tell(
        "twintrack.lacking = new Set(); const say = twintrack.say; twintrack.say = function (key, values) {"
        " if (!this.data.texts[key]?.[this.state.g]) this.lacking.add(key);"
        " return say.call(this, key, values); };"
        " twintrack.change({ g: 'en' }); twintrack.commit(); 0"
    )
    for fold in opened.page.locator(".panel > summary").all():
        fold.click()
    opened.page.wait_for_selector("svg.map", timeout=60_000)
    opened.page.get_by_text("Show the curves in that world").click()
    opened.wait()
    assert isinstance(opened.tell("twintrack.state.h"), int)
    for name in ("capability_index", "leader_agility", "failure_tolerance"):
        opened.tell(f"twintrack.explain('{name}')")
        assert len(opened.tell("document.querySelector('dialog').innerText")) > 100
        opened.page.keyboard.press("Escape")
    assert opened.tell("[...twintrack.lacking]") == []
