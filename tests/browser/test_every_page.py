"""Reports, their briefs, a sheet and the page on validation, opened from files without a network.

Nothing leaves, nothing is wider than its window, and readers who cannot see or use no mouse get all of it.
The main report and that of a plain content stand for all; `make pages` opens every one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
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
    from playwright.sync_api import Browser, Page

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
READ = (1400, 390)
"""Widths at which pages are read by axe; each at one of them, unless whole pages are asked for."""
LANGUAGES = ("index.html", "index.zh.html")
ACCESSIBLE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
CONTRAST = "color-contrast"
"""The rule that takes axe longest: it looks at what lies under each word. Both languages of a page, all its
widths and folds have the same style sheet, so it reads one of them; `FAINT` reads colours everywhere.
"""

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


def test_every_page_opens_alone_fits_every_window_and_can_be_read_by_all(
    browser: Browser, built: Built, report: str, request: pytest.FixtureRequest
) -> None:
    """Opening a page takes longer than most that is asked of it, so that one opening serves all."""
    whole = request.config.getoption("whole_pages")
    for place, path in enumerate(sorted(built(report).glob("*.html"))):
        for width in READ if whole else (READ[place % 2],):
            _check(Opened(browser, path, width), figures=path.name in LANGUAGES)


def test_the_page_on_validation_draws_all_at_once_and_can_be_read_by_all(
    browser: Browser, model: Model, validation_sections: dict[str, Any], tmp_path: Path
) -> None:
    folder = build_validation(validation_sections, tmp_path / "validation", model).parent
    for name, width in product(LANGUAGES, READ):
        opened = Opened(browser, folder / name, width)
        opened.wait_for_charts()
        _check(opened, figures=False)


def _check(opened: Opened, *, figures: bool) -> None:
    """Ask of a page all that can be asked of it: first as it opens, then with every fold open."""
    name, width = opened.path.name, opened.width
    assert (name, width, _barriers(opened.page, contrast=False)) == (name, width, [])
    if figures:
        _check_figures(opened)
        opened.sideways(width)
    contrast = width == READ[0] and not name.endswith(".zh.html")
    assert (name, width, _barriers(opened.unfolded(), contrast=contrast)) == (name, width, [])
    wider = {other: opened.sideways(other) for other in WIDTHS}
    assert (name, wider) == (name, dict.fromkeys(WIDTHS, 0))
    assert (name, opened.errors, opened.asked_elsewhere) == (name, [], [])
    opened.page.context.close()


def _check_figures(opened: Opened) -> None:
    """No word of a figure is cut off or lies on another one."""
    for width in WIDTHS:
        opened.page.set_viewport_size({"width": width, "height": 900})
        for fault in (CUT_OFF, ON_ANOTHER):
            found = opened.page.evaluate(fault)
            assert (opened.path.name, width, found) == (opened.path.name, width, [])


def _barriers(page: Page, *, contrast: bool) -> list[str]:
    """Say what axe finds on a page as it stands, and which words are faint."""
    rules = {} if contrast else {"rules": {CONTRAST: {"enabled": False}}}
    found = axe.Axe().run(page, options={**ACCESSIBLE, **rules})
    return [*([str(found.generate_report())] if found.violations_count else []), *page.evaluate(FAINT)]


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
FAINT = """(() => {
  const parts = (colour) => (colour.match(/[\\d.]+/g) || []).map(Number);
  const opaque = (colour) => colour.startsWith('rgb(');
  const light = (colour) => {
    const [red, green, blue] = parts(colour)
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at);
      if (backgroundImage !== 'none') return '';
      if (opaque(backgroundColor)) return backgroundColor;
      if (parts(backgroundColor)[3] !== 0) return '';
    }
    return 'rgb(255, 255, 255)';
  };
  const words = (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim().length > 1;
  return [...document.body.querySelectorAll('*:not(svg *):not(script):not(style):not(:disabled)')]
    .filter((element) => [...element.childNodes].some(words) && element.checkVisibility())
    .flatMap((element) => {
      const { color, fontSize, fontWeight } = getComputedStyle(element);
      const below = ground(element);
      if (!opaque(color) || !below) return [];
      const [darker, lighter] = [light(color), light(below)].sort((one, other) => one - other);
      const large = parseFloat(fontSize) >= (fontWeight >= 700 ? 18.66 : 24);
      const enough = (lighter + 0.05) / (darker + 0.05) >= (large ? 3 : 4.5);
      return enough ? [] : [`${color} on ${below}, ${fontSize}: ${element.textContent.trim().slice(0, 40)}`];
    });
})()"""
"""Words whose colour is too near to that of what they stand on, by the formula of WCAG 2.1. It leaves out
what axe sees: words of drawings, half transparent colours, what lies under a word without being around it.
Single signs it leaves out as axe does.
"""
