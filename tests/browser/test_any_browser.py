"""The page in every browser that is installed, driven by the page itself: the same bits in all."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from twintrack.hands_on.page import dashboard_page
from twintrack.model import Model

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LINK = "s=explore_open&l=failure_tolerance=0.8&w=leader_agility=0.3"
TELL = """<script>(async () => {
  const pause = () => new Promise((done) => setTimeout(done, 50));
  const seen = [];
  addEventListener("error", ({ message }) => seen.push(message));
  const ready = () => window.twintrack?.answer?.whole && !twintrack.stale() && twintrack.same != null;
  for (let i = 0; i < 1000 && !ready(); i++) await pause();
  const words = (values) => [...new BigUint64Array(Float64Array.from(values).buffer)].map(String);
  const names = [...twintrack.data.outcome.keys()].filter((name) => twintrack.state.k.includes(name));
  const curves = names.map((name) => words(twintrack.curves(name).mine));
  const bands = names.map((name) => twintrack.found(name).diff?.map(words));
  const told = { same: twintrack.same, curves, bands, seen };
  await fetch("/told", { method: "POST", body: JSON.stringify(told) });
})();</script>"""
WAIT = 300
"""Seconds that a browser may take to start, load and answer."""


class Handler(BaseHTTPRequestHandler):
    """Serves one page, and takes what it tells."""

    def __init__(self, page: bytes, told: Queue[Any], *args: Any) -> None:
        self.page = page
        self.told = told
        super().__init__(*args)

    def do_GET(self) -> None:
        """Send the page; there is nothing else."""
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        if self.path == "/":
            self.wfile.write(self.page)

    def do_POST(self) -> None:
        """Keep what the page tells."""
        self.told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def told_by(
    model: Model, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[list[str]], dict[str, Any]]]:
    """Opens the page by a command that starts a browser, and gives what the page tells."""
    text = dashboard_page(model, worlds=40)[0].replace("</body>", f"{TELL}</body>")
    told: Queue[Any] = Queue()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, text.encode(), told))
    Thread(target=server.serve_forever, daemon=True).start()

    def ask(command: list[str]) -> dict[str, Any]:
        folder = tmp_path_factory.mktemp("profile")
        words = [word.replace("{profile}", str(folder)) for word in command]
        address = f"http://127.0.0.1:{server.server_port}/#{LINK}"
        with subprocess.Popen(
            [*words, address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                found: dict[str, Any] = told.get(timeout=WAIT)
            finally:
                process.terminate()
        return found

    yield ask
    server.shutdown()
    server.server_close()


def test_all_installed_browsers_compute_the_same_bits(
    chromium: str, told_by: Callable[[list[str]], dict[str, Any]]
) -> None:
    plain = [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--user-data-dir={profile}"]
    expected = told_by(plain)
    assert expected["same"] is True and expected["seen"] == []
    assert len(expected["curves"]) == len(expected["bands"]) > 5
    firefox = shutil.which("firefox-esr") or shutil.which("firefox")
    if firefox:
        assert told_by([firefox, "--headless", "--no-remote", "--profile", "{profile}"]) == expected
