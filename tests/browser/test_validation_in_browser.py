"""The page on validation in a real browser, from a file, with the network off."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from twintrack.model import Model
from twintrack.pages.validation.page import build_validation

sync_api = pytest.importorskip("playwright.sync_api")

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_the_page_opens_offline_without_errors_or_sideways_scroll(
    browser: sync_api.Browser, model: Model, validation_sections: dict[str, Any], tmp_path: Path
) -> None:
    folder = build_validation(validation_sections, tmp_path / "validation", model).parent
    for name in ("index.html", "index.zh.html"):
        for width in (1400, 390):
            context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
            page = context.new_page()
            told: list[str] = []
            page.on("pageerror", lambda error, told=told: told.append(str(error)))
            page.on(
                "console",
                lambda message, told=told: told.append(message.text) if message.type == "error" else None,
            )
            page.on("request", lambda request, told=told: told.append(request.url))
            page.goto((folder / name).as_uri())
            page.wait_for_function(
                "[...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('.main-svg'))"
            )
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            expected = [(folder / name).as_uri()]
            assert [text for text in told if not text.startswith(("data:", "blob:"))] == expected
            context.close()
