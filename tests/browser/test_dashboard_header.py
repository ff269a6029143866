"""The head of the page with sliders: names of strategies are whole, and choices stand in rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LONGEST = "s=explore_open&a=explore_selective&b=equal"
"""Two strategies with long names, and the longer rule of cost."""
CUT = """[...document.querySelectorAll('.choices select')].filter((select) => {
  const own = document.createElement('select');
  own.append(new Option(select.selectedOptions[0].text));
  own.style.width = 'auto';
  select.after(own);
  const needed = own.offsetWidth;
  own.remove();
  return needed > select.offsetWidth && select.checkVisibility();
}).map((select) => select.selectedOptions[0].text)"""
ROWS = """[...document.querySelectorAll('.plans, .settings')].map((group) => {
  const seen = [...group.children].filter((one) => one.checkVisibility());
  return new Set(seen.map((one) => Math.round(one.getBoundingClientRect().bottom))).size;
})"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [1700, 1400, 1240, 1000, 390])
def test_no_choice_is_cut_and_each_kind_has_one_row(width: int, language: str, dashboard: Page) -> None:
    dashboard.set_viewport_size({"width": width, "height": 900})
    dashboard.evaluate(f"twintrack.open('{LONGEST}&g={language}')")
    if width < 760 and not dashboard.evaluate("document.querySelector('header').classList.contains('open')"):
        dashboard.locator(".setup").click()
    assert dashboard.evaluate(CUT) == []
    assert dashboard.evaluate(ROWS) == ([1, 1] if width > 760 else [3, 3])
    assert dashboard.evaluate(WIDER) == 0


@pytest.mark.parametrize("width", [1400, 1000, 800, 390])
def test_a_mixed_strategy_fits_too(width: int, dashboard: Page) -> None:
    dashboard.set_viewport_size({"width": width, "height": 900})
    dashboard.evaluate("twintrack.open('s=explore_open&x=pure_catchup=0.5&g=en')")
    if width > 760:
        assert dashboard.evaluate(ROWS) == [1, 1]
    assert dashboard.evaluate(WIDER) == 0
