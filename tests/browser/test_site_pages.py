"""A whole site with real pages: each opens from a disk without a network, and every link leads somewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from site_links import broken

from twintrack.hands_on.page import dashboard_page, write_page
from twintrack.model import Model
from twintrack.pages.model.docs import build_docs
from twintrack.pages.site import Part, copied, docs_part, write_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

HEAVY = 15_000_000
"""Bytes of a site with one report."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and tells nobody."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(model: Model, report_folder: Path, content: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `twintrack site` writes it, with one report of few worlds."""

    def dashboard(folder: Path) -> None:
        write_page(folder / "index.html", dashboard_page(model, worlds=10)[0])

    def book(folder: Path) -> None:
        build_docs(model, folder)

    parts = [
        Part("dashboard", "dashboard", dashboard),
        copied(report_folder, "reports/report", "reports", listed=True),
        Part("model", "model", book),
        docs_part(content),
    ]
    folder = tmp_path_factory.mktemp("whole") / "site"
    assert sum(write_site(folder, parts).values()) < HEAVY
    return folder


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    """The site as a static host gives it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_every_link_of_all_pages_works(site: Path) -> None:
    assert broken(site) == []


def test_every_page_opens_from_a_disk_without_a_fault_or_a_request(browser: Browser, site: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    told: list[str] = []
    page.on("pageerror", lambda error: told.append(f"{page.url}: {error}"))
    page.on("request", lambda one: one.url.startswith(("file:", "blob:", "data:")) or told.append(one.url))
    page.on("requestfailed", lambda one: one.url.startswith("blob:") or told.append(f"{one.url} failed"))
    pages = sorted(site.rglob("*.html"))
    for path in pages:
        page.goto(path.as_uri())
        assert page.title()
    context.close()
    assert len(pages) > 30 and told == []


def test_figures_of_a_report_are_drawn_by_the_library_that_pages_share(browser: Browser, site: Path) -> None:
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((site / "reports" / "report" / "index.html").as_uri())
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.wait_for_selector(".chart .main-svg", timeout=60_000)
    assert page.evaluate("document.getElementById('library').dataset.src").startswith("../../common/")
    context.close()


def test_a_reader_goes_from_the_front_page_to_each_part(browser: Browser, served: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(served)
    front = page.locator("h2 a, main li a, li a").evaluate_all("links => links.map((link) => link.href)")
    parts = {
        address.removeprefix(served).partition("/")[0] for address in front if address.startswith(served)
    }
    assert parts >= {"dashboard", "reports", "model", "docs"}
    for address in front:
        answer = page.goto(address)
        assert answer is not None and answer.ok, address
    context.close()
    outside = [url for url in asked if not url.startswith((served, "blob:", "data:"))]
    assert outside == []
