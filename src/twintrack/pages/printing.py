"""Pages as PDF and figures as PNG, by a browser that is installed; nothing is looked up on a network."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from twintrack.errors import TwinTrackError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
BROWSER_VARIABLE = "TWINTRACK_BROWSER"
"""Environment variable that names the browser, where it is none of these."""
LIMIT = 60.0
"""Seconds that the browser may take for a file."""
SHARP = 2
"""Pixels of a picture for each px of the drawing."""

_log = logging.getLogger(__name__)


def find_browser() -> str | None:
    """Give the path of Chromium or a browser made from it; None where there is none."""
    given = os.environ.get(BROWSER_VARIABLE)
    return next(filter(None, map(shutil.which, [given] if given else BROWSERS)), None)


class Printer:
    """Prints with the browser that is installed, or says once that there is none, and prints nothing."""

    def __init__(self) -> None:
        self._browser = find_browser()
        if self._browser is None:
            _log.warning(
                "no PDF and no PNG: there is no Chromium or Chrome; install one, or name it in %s. All pages"
                " and figures (.html, .svg) are there",
                BROWSER_VARIABLE,
            )

    def pdf(self, html: str) -> Iterator[bytes]:
        """Give the page as PDF, on the paper that its styles name; nothing where it cannot be made."""
        yield from self._made(
            html, "page.html", "out.pdf", ["--no-pdf-header-footer", "--print-to-pdf={out}"]
        )

    def png(self, html: str, width: float, height: float, sharp: int = SHARP) -> Iterator[bytes]:
        """Give the top of a page in a window of this size, in px, as a picture; nothing where that fails."""
        options = [f"--window-size={round(width)},{round(height)}", f"--force-device-scale-factor={sharp}"]
        yield from self._made(
            html, "page.html", "out.png", [*options, "--hide-scrollbars", "--screenshot={out}"]
        )

    def _made(self, text: str, name: str, result: str, options: list[str]) -> Iterator[bytes]:
        if self._browser is None:
            return
        with TemporaryDirectory(prefix="twintrack", ignore_cleanup_errors=True) as folder:
            page, out = Path(folder) / name, Path(folder) / result
            page.write_text(text, encoding="utf-8")
            told = [option.format(out=out) for option in options]
            try:
                _run([self._browser, *_quiet(Path(folder)), *told, page.as_uri()])
                yield out.read_bytes()
            except (OSError, TwinTrackError) as error:
                _log.warning("%s could not be made by %s: %s", result, self._browser, error)
                self._browser = None  # it would fail again


def _quiet(folder: Path) -> list[str]:
    """Give the options with which the browser works alone: no window, no network, no profile of the user."""
    options = ["--headless", "--disable-gpu", "--no-first-run", "--disable-extensions", "--disable-sync"]
    options += ["--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND"]
    options.append(f"--user-data-dir={folder / 'profile'}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.append("--no-sandbox")  # root has no sandbox, as in most containers
    return options


def _run(command: list[str]) -> None:
    """Run the browser to its end. Raises OSError, or TwinTrackError for one that fails or takes too long."""
    none = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=none, stdout=none, stderr=none, start_new_session=True) as browser:
        try:
            code = browser.wait(LIMIT)
        except subprocess.TimeoutExpired:
            _end(browser)
            message = f"it took more than {LIMIT:.0f} s"
            raise TwinTrackError(message) from None
        except BaseException:  # of a user who breaks off
            _end(browser)
            raise
    if code:
        message = f"it ended with code {code}"
        raise TwinTrackError(message)


def _end(browser: subprocess.Popen[bytes]) -> None:
    """End the browser with all processes that it began."""
    import signal

    if hasattr(os, "killpg"):
        os.killpg(browser.pid, signal.SIGKILL)
    else:
        browser.kill()
