"""Reports, their briefs, a sheet and the page on validation, opened from files without a network.

Nothing leaves, nothing is wider than its window, and readers who cannot see or use no mouse get all of it.
The main report and that of a plain content stand for all; `make pages` opens every one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opened_page import Opened

from twintrack.inputs.sheets import is_sheet
from twintrack.model import Model
from twintrack.pages.report.page import build_report
from twintrack.pages.sheet.page import build_sheet
from twintrack.pages.validation.page import build_validation

if TYPE_CHECKING:
    from playwright.sync_api import Browser

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SHARED = {"strategy_comparison": "grid_folder", "all_strategies": "overview_folder", "plain": "plain_folder"}
"""Reports that other tests ask for, too, and the fixtures that build them."""
FEW = ("plain", "strategy_comparison")
REPORTS = sorted({*(path.stem for path in (ROOT / "reports").glob("*.yaml")), *SHARED})
WORLDS = 24
"""Enough for every section to say something."""
WIDTHS = (1400, 1100, 768, 390)
LANGUAGES = ("index.html", "index.zh.html")
ACCESSIBLE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}

Built = Callable[[str], Path]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Take all reports where whole pages are asked for, which takes some ten minutes."""
    if "report" in metafunc.fixturenames:
        whole = metafunc.config.getoption("whole_pages")
        metafunc.parametrize("report", REPORTS if whole else FEW)


@pytest.fixture(scope="module")
def built(model: Model, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Built:
    """Folder of a report by its name, with few worlds; each is built once, some for other tests as well."""
    found: dict[str, Path] = {}

    def build(name: str) -> Path:
        if name in SHARED:
            folder: Path = request.getfixturevalue(SHARED[name])
            return folder
        if name not in found:
            text = (ROOT / "reports" / f"{name}.yaml").read_text(encoding="utf-8")
            path = tmp_path_factory.mktemp("definitions") / f"{name}.yaml"
            path.write_text(re.sub(r"worlds: \d+", f"worlds: {WORLDS}", text), encoding="utf-8")
            make = build_sheet if is_sheet(path) else build_report
            found[name] = make(path, tmp_path_factory.mktemp("built") / name, model).parent
        return found[name]

    return build


def test_every_page_opens_alone_and_fits_every_window(browser: Browser, built: Built, report: str) -> None:
    folder = built(report)
    for name in [path.name for path in sorted(folder.glob("*.html"))]:
        opened = Opened(browser, folder / name, WIDTHS[0])
        opened.unfolded()
        wider = {width: opened.sideways(width) for width in WIDTHS}
        assert (name, wider) == (name, dict.fromkeys(WIDTHS, 0))
        assert (name, opened.errors, opened.asked_elsewhere) == (name, [], [])
        opened.page.context.close()


def test_no_word_of_a_figure_is_cut_off_or_lies_on_another(
    browser: Browser, built: Built, report: str
) -> None:
    for name in LANGUAGES:
        opened = Opened(browser, built(report) / name, WIDTHS[0])
        for width in WIDTHS:
            opened.page.set_viewport_size({"width": width, "height": 900})
            assert (name, width, opened.page.evaluate(CUT_OFF)) == (name, width, [])
            assert (name, width, opened.page.evaluate(ON_ANOTHER)) == (name, width, [])
        opened.page.context.close()


def test_every_page_can_be_read_without_seeing_and_without_a_mouse(
    browser: Browser, built: Built, report: str, request: pytest.FixtureRequest
) -> None:
    folder = built(report)
    whole = request.config.getoption("whole_pages")
    for place, path in enumerate(sorted(folder.glob("*.html"))):
        widths = (1400, 390) if whole else ((1400, 390)[place % 2],)
        assert (path.name, _barriers(browser, path, widths)) == (path.name, "")


def test_the_page_on_validation_can_be_read_without_seeing_and_without_a_mouse(
    browser: Browser, model: Model, validation_sections: dict[str, Any], tmp_path: Path
) -> None:
    folder = build_validation(validation_sections, tmp_path / "validation", model).parent
    for name in LANGUAGES:
        assert (name, _barriers(browser, folder / name, (1400, 390))) == (name, "")


def _barriers(browser: Browser, path: Path, widths: tuple[int, ...]) -> str:
    """Say what axe finds on a page at some widths: first as it opens, then with every fold open."""
    told = ""
    for width in widths:
        opened = Opened(browser, path, width)
        for page in (opened.page, opened.unfolded()):
            found = axe.Axe().run(page, options=ACCESSIBLE)
            told += found.generate_report() if found.violations_count else ""
        opened.page.context.close()
    return told


CUT_OFF = """[...document.querySelectorAll('figure.story > svg, .printed > svg')].flatMap((svg) => {
  const sheet = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')]
    .map((text) => [text.getBoundingClientRect(), text.textContent])
    .filter(([at]) => at.width && (at.left < sheet.left - 1 || at.right > sheet.right + 1
      || at.top < sheet.top - 1 || at.bottom > sheet.bottom + 1))
    .map(([, text]) => `${svg.closest('figure')?.id}: ${text}`);
})"""
ON_ANOTHER = """[...document.querySelectorAll('figure.story > svg')].flatMap((svg) => {
  const letters = (text) => {
    const at = text.getBoundingClientRect();
    return { left: at.left, right: at.right, top: at.top + at.height / 4, bottom: at.bottom - at.height / 4 };
  };
  const words = [...svg.querySelectorAll('text')].map((text) => [letters(text), text.textContent]);
  const touch = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return words.flatMap(([at, text], place) => words.slice(place + 1)
    .filter(([other]) => touch(at, other))
    .map(([, other]) => `${svg.closest('figure')?.id}: ${text} | ${other}`));
})"""
"""A quarter of a line's box above its letters, and one below, is empty."""
