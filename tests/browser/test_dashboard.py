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
from twintrack.runs.experiment import Experiment
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LARGEST = 700_000
READY = "window.twintrack && twintrack.ready && twintrack.answer?.whole && !twintrack.stale()"
POLICY = "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'"
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
    opened.page.wait_for_function("twintrack.same === true")
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
        "twintrack.seen = []; twintrack.root.addEventListener('twintrack-drawn',"
        " ({ detail }) => twintrack.seen.push(detail.answer)); 0"
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
    assert re.search(r"\d+ of 100 futures", opened.tell("twintrack.verdict.element.innerText"))


def test_a_slow_machine_runs_the_one_world_in_a_worker_and_shows_the_same_numbers(
    browser: Browser, file: Path
) -> None:
    opened = Opened(browser, file)
    opened.page.add_init_script(
        "window.asked = []; const post = Worker.prototype.postMessage;"
        "Worker.prototype.postMessage = function (message, ...rest)"
        " { asked.push(message.t); return post.call(this, message, ...rest); };"
        # A clock that runs a hundred times too fast makes any machine a slow one.
        "const now = performance.now.bind(performance); performance.now = () => 100 * now();"
    )
    opened.go()
    slider = opened.page.locator("#slider-l-catchup_share")
    for _ in range(9):
        slider.press("ArrowLeft")
        opened.page.wait_for_timeout(50)
    opened.wait()
    asked = opened.tell("asked")
    shown = opened.tell("[...twintrack.curves('capability_index').mine]")
    own = opened.tell(
        "twintrack.singles.of(twintrack.state, twintrack.outputs())"
        ".then(({ mine }) => [...mine.get('capability_index')])"
    )
    opened.page.close()
    assert "one" in asked
    assert asked[-1] == "one"
    assert shown == own
    assert opened.faults == []


@pytest.mark.parametrize(
    "hostile",
    [
        "%E0%A4%A",
        "s=__proto__&l=__proto__=1&a=constructor",
        "l=catchup_share=1e999",
        "p=s%3D%3Cscript%3E",
        "s=<img src=x onerror=document.body.remove()>",
        "m=0123",
        "s=" + "a" * 30_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_hostile_link_leaves_a_page_that_works(hostile: str, opened: Opened) -> None:
    opened.go(hostile)
    assert opened.tell("document.querySelectorAll('.card').length") == 8
    assert opened.page.locator(".notice li").count() >= 1
    assert opened.tell("document.querySelectorAll('.notice li *, .notice img').length") == 0
    opened.tell("twintrack.open('s=' + 'a'.repeat(1e7)); 0")
    assert "too long" in opened.page.locator(".notice").inner_text()
    assert opened.tell("twintrack.state.s") == "baseline"


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
    opened.page.get_by_text("Show the curves in that future").click()
    opened.wait()
    assert isinstance(opened.tell("twintrack.state.h"), int)
    for name in ("capability_index", "leader_agility", "failure_tolerance"):
        opened.tell(f"twintrack.explain('{name}')")
        assert len(opened.tell("document.querySelector('dialog').innerText")) > 100
        opened.page.keyboard.press("Escape")
    assert opened.tell("[...twintrack.lacking]") == []


def test_the_verdict_names_outcome_year_cost_and_date(opened: Opened) -> None:
    opened.go(LINK)
    told = opened.page.locator(".says").inner_text()
    assert re.match(r"Capability in 2035: ahead of the baseline in \d+ of 100 futures, behind in \d+", told)
    assert re.search(
        r"Public cost as it comes: [\d.,]+ (trn|bn) CNY more than the baseline by 2035.*from 2026", told
    )
    opened.go(f"{LINK}&b=equal")
    assert "At the public cost of the baseline in each future" in opened.page.locator(".says").inner_text()


def test_a_strategy_is_compared_with_another_one(opened: Opened, model: Model) -> None:
    opened.go("s=explore_open&a=pure_catchup")
    pair = {name: model.strategy(name) for name in ("explore_open", "pure_catchup")}
    options: dict[str, Any] = {"seed": 1, "outputs": ["capability_index"], "model": model}
    data = Experiment(pair, ("central",), 200, **options).dataset()["capability_index"]
    mine, other = (data.sel(strategy=name, time=2040).isel(scenario=0) for name in pair)
    assert opened.tell("twintrack.found('capability_index').ahead") == int((mine > other).sum())
    assert "ahead of “Pure catch-up” in" in opened.page.locator(".says").inner_text()
    opened.page.get_by_label("Compare with").select_option("explore_open")
    opened.wait()
    assert "Nothing is changed yet" in opened.page.locator(".says").inner_text()


def test_the_weight_of_a_mix_moves_nothing_without_one(opened: Opened) -> None:
    opened.go()
    opened.tell(
        "for (const kind of ['input', 'change'])"
        " document.querySelector('.weight input').dispatchEvent(new Event(kind))"
    )
    opened.wait()
    assert opened.tell("twintrack.state.x") is None


def test_labels_of_axes_are_whole(opened: Opened) -> None:
    opened.go("s=explore_open&w=leader_agility=0.3&l=catchup_share=0.79&a=explore_open")
    cut = (
        "[...document.querySelectorAll('svg.chart')].flatMap((svg) => [...svg.querySelectorAll('.axis text')]"
        ".filter((text) => text.getBoundingClientRect().left < svg.getBoundingClientRect().left)"
        ".map((text) => text.textContent))"
    )
    assert opened.tell(cut) == []


def test_a_phone_shows_verdict_and_a_chart_at_once(opened: Opened) -> None:
    opened.page.set_viewport_size({"width": 390, "height": 844})
    opened.go(f"{LINK}&g=en")
    box = opened.page.locator(".card.chosen").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844 / 2
    opened.page.locator(".setup").click()
    opened.page.get_by_label("Start from").select_option("pure_catchup")
    opened.wait()
    assert opened.tell("twintrack.state.s") == "pure_catchup"
    opened.page.set_viewport_size({"width": 1400, "height": 900})


def test_every_control_has_a_name_and_is_reached_by_the_keyboard(opened: Opened) -> None:
    opened.go(LINK)
    seen = "(one) => one.checkVisibility() && !one.disabled"
    controls = f"[...twintrack.root.querySelectorAll('button, input, select, summary')].filter({seen})"
    nameless = "(one) => !(one.ariaLabel || one.labels?.length || one.textContent.trim())"
    assert opened.tell(f"{controls}.filter({nameless}).map((one) => one.outerHTML)") == []
    opened.tell("document.body.focus(); window.reached = new Set(); 0")
    count = opened.tell(f"{controls}.length")
    for _ in range(count + 5):
        opened.page.keyboard.press("Tab")
        outline = opened.tell(
            "const at = document.activeElement; reached.add(at);"
            " at === document.body ? 'window' : getComputedStyle(at).outlineStyle"
        )
        assert outline != "none"
    assert opened.tell(f"{controls}.filter((one) => !reached.has(one)).map((one) => one.outerHTML)") == []


def test_a_screen_reader_is_told_what_the_charts_show(opened: Opened) -> None:
    opened.go(LINK)
    said = opened.page.locator(".verdict [role=status]").text_content()
    assert said and said.startswith("Capability in 2035: ahead of")
    names = opened.tell("[...document.querySelectorAll('svg.chart')].map((svg) => svg.ariaLabel)")
    assert all(re.search(r"2035: .*of 100 futures", name) for name in names)


def test_money_is_told_in_the_units_of_its_readers(opened: Opened) -> None:
    """In Chinese it is counted in 亿元 and 万亿元; 十亿元 is no unit there."""
    for language, unit in (("en", "trn CNY"), ("zh", "万亿元")):
        opened.go(f"{LINK}&g={language}")
        opened.tell("for (const one of document.querySelectorAll('.fold, .panel')) one.open = true")
        opened.page.wait_for_selector("svg.map", timeout=60_000)
        opened.wait()
        said = opened.tell("twintrack.root.innerText")
        assert unit in opened.page.locator(".says").inner_text()
        assert "十亿" not in said and "billion CNY per year" not in said
    opened.tell("window.dispatchEvent(new Event('beforeprint')); 0")
    assert "万亿元" in opened.tell("document.querySelector('.sheet').textContent")


def test_a_difference_of_rounding_is_no_change(opened: Opened) -> None:
    """Sums in another order move by 1e-14; that is told in no card, no table and no curve."""
    opened.go("s=explore_open&a=explore_open&l=failure_tolerance=0.8")
    opened.tell(
        "twintrack.noisy = twintrack.curves('capability_index');"
        " twintrack.curves = (name) => ({ ...Object.getPrototypeOf(twintrack).curves.call(twintrack, name),"
        " mine: twintrack.noisy.base.map((value) => value * (1 + 1e-14)), base: twintrack.noisy.base });"
        " twintrack.schedule(false); 0"
    )
    opened.page.locator(".panel > summary").first.click()
    opened.page.locator(".moved-outcomes td").first.wait_for()
    opened.wait()
    assert set(opened.page.locator(".moved-outcomes td:nth-child(5)").all_inner_texts()) == {"no change"}
    assert set(opened.page.locator(".card .numbers").all_inner_texts()) == {"2040: no change"}
    flat = "[...document.querySelector('.lines .mine').getAttribute('d').matchAll(/ ([\\d.]+)/g)]"
    assert opened.tell(f"new Set({flat}.map(([, y]) => y)).size") == 1


@pytest.mark.parametrize(
    ("policy", "works"), [(POLICY, True), (POLICY.replace("'wasm-unsafe-eval' ", ""), False)]
)
def test_the_page_works_under_a_strict_policy(policy: str, works: bool, browser: Browser, file: Path) -> None:
    """Where the policy forbids a part of it, the page says that it cannot run; it is never blank."""
    assert POLICY in (Path(__file__).parents[2] / "docs" / "hands_on.md").read_text(encoding="utf-8")
    headers = {"Content-Security-Policy": f"default-src 'none'; {policy}", "Content-Type": "text/html"}
    page = browser.new_page()
    page.route("http://strict.test/", lambda route: route.fulfill(body=file.read_bytes(), headers=headers))
    page.goto("http://strict.test/")
    bands, refusal = page.locator("svg.chart .bands path"), page.get_by_text("needs a newer browser")
    (bands if works else refusal).first.wait_for(state="attached", timeout=60_000)
    assert (bands.count() > 0, refusal.count() > 0) == (works, not works)
    page.close()


def test_the_printed_sheet_has_two_pages(opened: Opened) -> None:
    opened.go(LINK)
    sheet = opened.page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 2
