"""The strip of loops on the page: it says what the program says, follows a resting slider, works by keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from twintrack.decisions.loops import loops_of
from twintrack.hands_on.page import dashboard_page
from twintrack.model import Model

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

READY = "window.twintrack && twintrack.ready && twintrack.answer?.whole && !twintrack.stale()"
MEASURED = "document.querySelector('svg.strip path') && !document.querySelector('.body.stale')"
SLIDER = "#slider-l-catchup_share"
ASKED = """window.asked = []; const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...rest)
  { if (message.t === "loops") asked.push(message.state); return post.call(this, message, ...rest); };"""


@pytest.fixture(scope="module")
def file(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    path.write_text(dashboard_page(model, worlds=4)[0], encoding="utf-8")
    return path


@pytest.fixture
def page(browser: Browser, file: Path) -> Iterator[Page]:
    """The page in English, with nothing moved; nothing may fail on it."""
    page = browser.new_context(viewport={"width": 1400, "height": 900}, locale="en").new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.add_init_script(ASKED)
    page.goto(file.as_uri())
    page.wait_for_function(READY, timeout=60_000)
    yield page
    page.close()
    assert faults == []


def _told(page: Page) -> str:
    page.wait_for_function(MEASURED, timeout=120_000)
    told = page.locator("svg.strip").get_attribute("aria-label")
    assert told is not None and told == page.locator(".driven > p").first.inner_text()
    return told


def _expected(model: Model, outcome: str) -> str:
    """Say which loop is the strongest in which years of the representative baseline."""
    run = model.run("baseline", representative=True)
    entries = model.inputs.loops.values()
    loops = loops_of(run, (cycle for entry in entries for cycle in entry.cycles))
    titles = {cycle.id: entry.title.en for entry in entries for cycle in entry.cycles}
    years = [*range(int(run.time[0]), int(run.time[-1]) + 1)]
    leading = [period.leading for period in loops.periods(outcome, years)]
    turns = [0, *(place for place in range(1, len(leading)) if leading[place] != leading[place - 1])]
    told = []
    for first, after in pairwise([*turns, len(leading)]):
        name, last = leading[first], years[after - 1]
        when = f"{years[first]}" if years[first] == last else f"{years[first]}–{last}"
        told.append(f"{name} {titles[name]} ({when})")
    return ", ".join(told)


def test_the_strip_says_who_is_strongest_when(page: Page, model: Model) -> None:
    assert page.evaluate("asked") == [], "nothing is measured before it is asked for"
    page.get_by_role("button", name="Which loops drive it, and when").click()
    told = _told(page)
    assert _expected(model, page.evaluate("twintrack.state.o")) in told
    assert page.locator(".unseen[role=status]").last.inner_text() == told
    page.locator(".card button.title").nth(3).click()
    page.wait_for_function(f"{MEASURED} && document.querySelector('svg.strip').ariaLabel !== {told!r}")
    assert _expected(model, page.evaluate("twintrack.state.o")) in _told(page)


def test_the_strip_follows_a_slider_that_rests_and_never_one_that_is_dragged(page: Page) -> None:
    page.evaluate("twintrack.panels.show('loops')")
    _told(page)
    before = page.locator("svg.strip path").first.get_attribute("d")
    slider = page.locator(SLIDER)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.8 * box["width"], y)
    page.mouse.down()
    page.evaluate("asked = []; 0")
    for step in range(30):
        page.mouse.move(box["x"] + (0.8 - 0.02 * step) * box["width"], y)
        page.wait_for_timeout(40)
    page.wait_for_timeout(600)
    assert page.evaluate("asked") == []
    assert page.locator(".panel .body.stale").count() == 1
    page.mouse.up()
    _told(page)
    assert [state["l"] for state in page.evaluate("asked")] == [page.evaluate("twintrack.state.l")]
    assert page.locator("svg.strip path").first.get_attribute("d") != before


def test_a_chain_opens_by_keys_and_leads_to_equations(page: Page, model: Model) -> None:
    page.evaluate("twintrack.panels.show('loops')")
    _told(page)
    button = page.locator(".loops button").first
    button.focus()
    page.keyboard.press("Enter")
    assert page.locator(".loops button").first.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.activeElement === document.querySelector('.loops button')")
    name = re.match(r"\S+", button.inner_text())
    assert name is not None
    cycle = next(c for entry in model.inputs.loops.values() for c in entry.cycles if c.id == name[0])
    links = page.locator(".loop li")
    assert links.count() == len(cycle.variables)
    assert all(
        re.fullmatch(r"[+−] (<1|\d+)%", text) for text in page.locator(".loop li .link").all_inner_texts()
    )
    links.first.locator("button").focus()
    page.keyboard.press("Enter")
    variable = model.equations.variables[cycle.variables[0].split("[")[0]]
    assert variable.equation in page.locator("dialog pre").inner_text()
    page.keyboard.press("Escape")
    page.locator("svg.strip rect").first.click()
    assert (
        page.locator(".loop h3")
        .inner_text()
        .startswith(page.locator("svg.strip rect").first.get_attribute("data-loop") or "-")
    )


def test_the_strip_speaks_chinese(page: Page) -> None:
    page.evaluate("twintrack.open('g=zh')")
    page.evaluate("twintrack.panels.show('loops')")
    assert "最强回路" in _told(page)
    page.locator(".loops button").first.click()
    assert not re.search(
        "[A-Za-z]{4}", page.locator(".loop h3").inner_text() + page.locator(".loops").inner_text()
    )
