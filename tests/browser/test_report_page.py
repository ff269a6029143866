"""The page in a real browser, from a file, with the network off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from opened_page import Opened

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LANGUAGES = ("index.html", "index.zh.html")


@pytest.mark.parametrize(
    ("report", "name", "width"),
    [
        *zip(["overview_folder"] * 2, LANGUAGES, (1400, 390), strict=True),
        *zip(["report_folder"] * 2, LANGUAGES, (390, 1400), strict=True),
    ],
)
def test_the_page_opens_offline_without_requests_errors_or_sideways_scroll(
    browser: sync_api.Browser, report: str, name: str, width: int, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(report)
    opened = Opened(browser, folder / name, width)
    assert [url for url in opened.requests if not url.startswith(("data:", "blob:"))] == [
        (folder / name).as_uri()
    ]
    assert opened.errors == []
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    opened.page.context.close()


def test_the_story_needs_no_script_and_seven_to_nine_screens(
    browser: sync_api.Browser, grid_folder: Path
) -> None:
    """One drawing of each figure is shown at each width; nothing is drawn before a fold is opened."""
    page = Opened(browser, grid_folder / "index.html", 1400).page
    assert page.evaluate("document.documentElement.scrollHeight") <= 9 * 900
    assert page.evaluate("typeof Plotly") == "undefined"
    for width in (1400, 1100, 768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        shown = page.evaluate(
            """[...document.querySelectorAll('figure.story')].map((figure) =>
                [...figure.querySelectorAll(':scope > svg')].filter((svg) => svg.clientWidth).length)"""
        )
        assert len(shown) >= 7 and set(shown) == {1}
    page.context.close()


def test_every_chart_draws_its_lines(browser: sync_api.Browser, report_folder: Path) -> None:
    page = Opened(browser, report_folder / "index.html", 1400).unfolded()
    empty = page.evaluate(
        """[...document.querySelectorAll('.chart')]
            .filter((chart) => !chart.querySelector('.scatterlayer path.js-line, .barlayer path'))
            .map((chart) => chart.dataset.figure)"""
    )
    assert empty == []
    page.context.close()


def test_the_other_language_is_one_click_away(browser: sync_api.Browser, report_folder: Path) -> None:
    page = Opened(browser, report_folder / "index.html", 1400).page
    page.click("a[hreflang]")
    assert page.url.endswith("index.zh.html")
    page.click("a[hreflang]")
    assert page.url.endswith("index.html")
    page.context.close()


def test_charts_fit_the_paper_in_print_and_the_screen_afterwards(
    browser: sync_api.Browser, report_folder: Path, tmp_path: Path
) -> None:
    page = Opened(browser, report_folder / "index.html", 1400).unfolded()
    widest = "Math.max(...[...document.querySelectorAll('.chart .main-svg')].map((svg) => svg.clientWidth))"
    on_screen = page.evaluate(widest)
    page.set_viewport_size({"width": 700, "height": 900})
    page.emulate_media(media="print")
    page.wait_for_function(f"{widest} <= 700")
    assert page.pdf(path=tmp_path / "page.pdf", format="A4").startswith(b"%PDF")
    page.set_viewport_size({"width": 1400, "height": 900})
    page.emulate_media(media="screen")
    page.wait_for_function(f"{widest} === {on_screen}")
    page.context.close()


@pytest.mark.parametrize("name", LANGUAGES)
@pytest.mark.parametrize("width", [1400, 390])
def test_no_label_of_a_chart_is_cut_off(
    browser: sync_api.Browser, report_folder: Path, name: str, width: int
) -> None:
    page = Opened(browser, report_folder / name, width).unfolded()
    outside = page.evaluate(
        """[...document.querySelectorAll('.chart')].flatMap((chart) => {
          const box = chart.getBoundingClientRect();
          return [...chart.querySelectorAll('.main-svg text')]
            .filter((text) => text.textContent.trim())
            .map((text) => [text.getBoundingClientRect(), text.textContent])
            .filter(([at]) => at.width && (at.left < box.left - 1 || at.right > box.right + 1
              || at.top < box.top - 1 || at.bottom > box.bottom + 1))
            .map(([, text]) => `${chart.dataset.figure}: ${text}`);
        })"""
    )
    assert outside == []
    page.context.close()


def test_a_year_is_read_without_a_separator_and_a_line_with_its_band(
    browser: sync_api.Browser, report_folder: Path
) -> None:
    """The heading of what is read is a year, and each line tells both ends of its band."""
    page = Opened(browser, report_folder / "index.html", 1400).unfolded()
    chart = page.locator(".chart[data-figure^='path-0-']").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    read, bands = [], []
    for share in (0.55, 0.6, 0.65, 0.7, 0.75):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        page.wait_for_timeout(150)
        read += chart.locator(".hoverlayer .legendtitletext").all_text_contents()
        bands += chart.locator(".hoverlayer .legendtext").all_text_contents()
    assert read and all(re.fullmatch(r"20\d\d(\.\d+)?", year) for year in read), read
    numbers = [re.search(r"([\d,.]+) \(([\d,.]+) – ([\d,.]+)\)", text) for text in bands]
    ends = [[float(one.replace(",", "")) for one in found.groups()] for found in numbers if found]
    assert ends and all(low <= middle <= high for middle, low, high in ends), bands
    page.context.close()


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_word_of_the_first_screen_opens_its_meaning(
    browser: sync_api.Browser, grid_folder: Path, name: str
) -> None:
    page = Opened(browser, grid_folder / name, 1400).page
    assert not page.evaluate("document.querySelector('#words').open")
    link = page.locator(".opening a.term").first
    target = link.get_attribute("href")
    assert target is not None
    link.click()
    page.wait_for_function("document.querySelector('#words').open")
    box = page.locator(target).bounding_box()
    assert box is not None and -1 <= box["y"] < 900
    page.context.close()
