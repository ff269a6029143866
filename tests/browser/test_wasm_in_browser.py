"""A module on a page and in a worker of a browser gives the bits that it gives in Node."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from wasm_node import Node, NodeModel

from twintrack.engines.wasm.module import module_of
from twintrack.equations import load_equations

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MODEL = Path(__file__).parents[1] / "data" / "arrays.mdl"
MANY = {"sensitivity": np.linspace(1, 2, 90), "base_knowledge": np.linspace(8, 12, 90)}
WORK = """
  import { load } from "./engine.js";
  export async function work(many) {
    const model = await load();
    const found = await model.many(many);
    return model.description.outputs.map(({ name }) => [...found.get(name)].map((x) => (x === x ? x : null)));
  }
"""
WORKER = """
  import { work } from "./work.js";
  onmessage = async ({ data }) => postMessage(await work(data));
"""
IN_WORKER = """(many) => new Promise((done, failed) => {
  const worker = new Worker("./worker.js", { type: "module" });
  worker.onmessage = ({ data }) => done(data);
  worker.onerror = ({ message }) => failed(new Error(message));
  worker.postMessage(many);
})"""
ON_PAGE = "async (many) => (await import('./work.js')).work(many)"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and tells nobody."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Serves the folder of the module."""
    module_of(load_equations(MODEL)).write(tmp_path)
    for name, text in {"work.js": WORK, "worker.js": WORKER, "index.html": "<!doctype html>"}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/index.html"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("where", [ON_PAGE, IN_WORKER], ids=["page", "worker"])
def test_a_browser_gives_the_bits_of_node(
    where: str, address: str, browser: Browser, node: Node, tmp_path: Path
) -> None:
    expected = NodeModel(node, module_of(load_equations(MODEL)), tmp_path / "node").run(MANY)
    page = browser.new_page()
    page.goto(address)
    found = page.evaluate(where, {name: values.tolist() for name, values in MANY.items()})
    page.close()
    for values, (name, wanted) in zip(found, expected.items(), strict=True):
        np.testing.assert_array_equal(np.array(values, float), wanted.ravel(), err_msg=name)
