"""Printing by an installed browser; what happens without one, and with one that fails or hangs."""

from __future__ import annotations

import logging
import re
import time
from pathlib import Path

import pytest

from twintrack.pages import printing
from twintrack.pages.printing import BROWSER_VARIABLE, Printer, find_browser


@pytest.fixture
def browser(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A browser that writes what it was asked for into the file that it was to make."""
    path = tmp_path / "browser"
    monkeypatch.setenv(BROWSER_VARIABLE, str(path))
    return say(
        path,
        'for word; do case $word in --print-to-pdf=*|--screenshot=*) echo "$@" > "${word#*=}";; esac; done',
    )


def say(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_without_a_browser_one_line_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, str(tmp_path / "none"))
    printer = Printer()
    assert [*printer.pdf("<p>"), *printer.png("<svg>", 3, 2)] == []
    (line,) = caplog.messages
    assert "no PDF and no PNG: there is no Chromium or Chrome" in line and BROWSER_VARIABLE in line


def test_it_is_asked_for_what_is_wanted_and_keeps_off_the_network(browser: Path) -> None:
    assert find_browser() == str(browser)
    (asked,) = Printer().pdf("<p>")
    assert b"--no-pdf-header-footer" in asked and b"--host-resolver-rules=MAP * ~NOTFOUND" in asked
    assert b"--user-data-dir=" in asked and b"file://" in asked
    (asked,) = Printer().png("<svg>", 300.4, 200)
    assert b"--window-size=300,200" in asked


@pytest.mark.parametrize(("script", "told"), [("exit 3", "ended with code 3"), ("exit 0", "No such file")])
def test_a_browser_that_fails_is_told_and_not_asked_again(
    browser: Path, caplog: pytest.LogCaptureFixture, script: str, told: str
) -> None:
    say(browser, script)
    printer = Printer()
    assert [*printer.pdf("<p>"), *printer.pdf("<p>")] == []
    (line,) = caplog.messages
    assert told in line and str(browser) in line


@pytest.mark.slow
def test_a_browser_that_hangs_is_ended_with_all_that_it_began(
    browser: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(printing, "LIMIT", 0.5)
    say(browser, f"(sleep 4; touch {tmp_path / 'late'}) & wait")
    begun = time.monotonic()
    assert list(Printer().pdf("<p>")) == []
    assert "it took more than" in caplog.text
    time.sleep(max(0.0, 4.5 - (time.monotonic() - begun)))
    assert not (tmp_path / "late").exists()


@pytest.mark.slow
@pytest.mark.browser
def test_a_page_becomes_a_pdf_and_a_drawing_a_picture(chromium: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BROWSER_VARIABLE, chromium)
    (pdf,) = Printer().pdf("<style>@page { size: A4 } p { break-after: page }</style><p>one<p>two<p>three")
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) == 3
    (png,) = Printer().png("<body style='background: red'>", 90, 50)
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")) == (180, 100)
