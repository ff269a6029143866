"""A browser for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from twintrack.hands_on.page import dashboard_page
from twintrack.model import Model

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """Chromium without a window."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def dashboard(browser: Browser, model: Model, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The page with sliders, loaded once: what is set, its language, size and colours change on it."""
    path = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    path.write_text(dashboard_page(model, worlds=8)[0], encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    page.wait_for_function("window.twintrack")  # its code is unpacked after the page is loaded
    return page
