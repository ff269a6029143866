"""A page that is opened from a file without a network, and what it does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PATIENCE = 120_000
"""Ms: a machine that is busy takes half a minute over a page."""


class Opened:
    """A page that was opened without a network, with what it asked for and what went wrong."""

    def __init__(self, browser: Browser, path: Path, width: int) -> None:
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
        self.path, self.width = path, width
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.requests: list[str] = []
        self.errors: list[str] = []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda message: (
                self.errors.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        self.page.goto(path.as_uri())

    @property
    def asked_elsewhere(self) -> list[str]:
        """What was asked for beside the page itself, which is asked for once."""
        asked = [url for url in self.requests if not url.startswith(("data:", "blob:"))]
        return asked[1:] if asked[0] == self.path.as_uri() else asked

    def unfolded(self) -> Page:
        """Open every fold, and wait until what it holds is drawn."""
        self.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        self.wait_for_charts()
        return self.page

    def wait_for_charts(self) -> None:
        """Wait until every chart is drawn."""
        self.page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('.main-svg'))"
        )

    def sideways(self, width: int) -> int:
        """Say by how many px the page is wider than a window of a width."""
        self.page.set_viewport_size({"width": width, "height": 900})
        found: int = self.page.evaluate("document.documentElement.scrollWidth")
        return max(found - width, 0)
