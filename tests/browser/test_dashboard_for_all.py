"""The page with sliders for readers who cannot see, or use no mouse: axe finds nothing, whatever it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ACCESSIBLE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
READY = "window.twintrack && twintrack.ready && twintrack.answer?.whole && !twintrack.stale()"
LINKS = {
    "first": "",
    "loops": "s=pure_catchup",
    "moved": "s=pure_catchup&x=explore_open=0.5&l=catchup_share=0.6&p=s%3Dexplore_open",
}
OPENED = """for (const fold of document.querySelectorAll('.panel, .row:first-child .more')) fold.open = true;
twintrack.explain(twintrack.state.k[1])"""
LOOPS = "document.querySelector('.tabs .charts').click(); twintrack.panels.show('loops')"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("state", LINKS)
def test_axe_finds_nothing(state: str, language: str, dashboard: Page) -> None:
    dashboard.evaluate("document.querySelector('dialog')?.close()")
    dashboard.evaluate(f"twintrack.open('{LINKS[state]}&g={language}')")
    dashboard.wait_for_function(READY)
    if state == "moved":
        dashboard.evaluate(OPENED)
        dashboard.wait_for_selector("svg.map", state="attached")
        dashboard.wait_for_function(READY)
    if state == "loops":
        dashboard.set_viewport_size({"width": 1400, "height": 900})
        dashboard.evaluate(LOOPS)
        dashboard.locator(".loops button").first.click()
    found = {}
    for width in (1400, 390):
        dashboard.set_viewport_size({"width": width, "height": 900})
        for colours in ("light", "dark"):
            dashboard.emulate_media(color_scheme=colours, reduced_motion="reduce")
            result = axe.Axe().run(dashboard, options=ACCESSIBLE)
            if result.violations_count:
                found[width, colours] = result.generate_report()
    assert found == {}
