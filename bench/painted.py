"""From a move of a slider to what is painted: `python -m bench.painted`, or with a page's address.

Milliseconds from the input event to the frame after the one in which the curves are drawn, over sixty presses
of an arrow key. The page is opened anew in Chromium, from a file.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twintrack.errors import TwinTrackError
from twintrack.hands_on.page import dashboard_page, write_page
from twintrack.model import load

if TYPE_CHECKING:
    from playwright.sync_api import Page

PRESSES = 60
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
READY = "document.querySelector('.twintrack .card') && document.querySelector('.twintrack input[type=range]')"
WATCH = """() => {
  const slider = document.querySelector('.twintrack input[type=range]');
  window.painted = [];
  slider.addEventListener("input", () => {
    const began = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => window.painted.push(performance.now() - began)));
  }, true);
  slider.focus();
}"""


def painted(page: Page) -> list[float]:
    """Give milliseconds from each press to what is painted, on a page that stands still."""
    page.wait_for_function(READY)
    page.evaluate(WATCH)
    for press in range(PRESSES):
        page.keyboard.press("ArrowLeft" if press // 10 % 2 == 0 else "ArrowRight")
        page.wait_for_function(f"window.painted.length > {press}")
    found: list[float] = page.evaluate("window.painted")
    return found


def main(address: str | None) -> None:
    """Measure a page, by default the dashboard in a file, and print it."""
    from playwright.sync_api import sync_playwright

    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        message = "no Chromium or Chrome is installed"
        raise TwinTrackError(message)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "dashboard.html"
        if address is None:
            write_page(file, dashboard_page(load())[0])
        opened = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = opened.new_page(viewport={"width": 1400, "height": 900})
        page.set_default_timeout(300_000)
        page.goto(address or file.as_uri())
        found = painted(page)
        opened.close()
    middle, late = np.quantile(found, [0.5, 0.95])
    print(f"slider to painted: median {middle:.0f} ms, 95 % within {late:.0f} ms, {PRESSES} moves")  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
