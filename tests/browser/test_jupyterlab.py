"""The widget in JupyterLab goes both ways; an exported notebook works without kernel and network."""

from __future__ import annotations

import html
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from bench.lab_server import PATIENCE, notebook, open_notebook, own_environment, run_cell, served, until
from twintrack.hands_on.links import read_link
from twintrack.model import Model
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SET = "s=pure_catchup&l=catchup_share=0.4&l=knowledge_openness=0.8"
MOVE = f"explorer.link = {SET!r}"
SHOW = """
import json
from pathlib import Path
import twintrack
explorer = twintrack.load().explore("explore_open", worlds=40)
def tell(change=None):
    told = {"link": explorer.link, "curve": list(explorer.run()["capability_index"])}
    Path("new.json").write_text(json.dumps(told))
    Path("new.json").rename("told.json")
explorer.widget.observe(tell, "link")
explorer
"""
EXPORTED = [
    """
import twintrack
model = twintrack.load()
explorer = model.explore("explore_open", worlds=40)
explorer
""",
    MOVE,
    "model.run('explore_open').plot()",
    "model.run('pure_catchup').plot('capability_index')",
]
LARGEST = 800_000
"""Bytes that sliders may add to a notebook as JupyterLab saves it."""
OFFLINE = {"mathjax_url": "", "require_js_url": ""}
"""Options of nbconvert without which its own page asks for two libraries, whatever is on it."""
FIGURES = "[...document.querySelectorAll('[data-twintrack-figure]')]"
LINES = f"{FIGURES}.map((figure) => figure.querySelectorAll('.scatterlayer .js-line').length)"
APP = "document.querySelector('.twintrack')?.twintrack"
CURVE = f"[...{APP}.curves('capability_index').mine]"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which Jupyter reads and writes nothing of the user's."""
    return own_environment(tmp_path)


def told_by_python(folder: Path, part: str) -> dict[str, Any]:
    """Give what the kernel has told since its link had a part."""
    path = folder / "told.json"

    def newest() -> dict[str, Any] | None:
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"link": ""}
        return found if part in found["link"] else None

    found: dict[str, Any] = until(newest)
    return found


def test_sliders_and_python_follow_each_other(
    browser: Browser, tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = tmp_path / "notebooks"
    folder.mkdir()
    path = notebook(folder / "explore.ipynb", [MOVE, SHOW])
    with ExitStack() as stack:
        address = stack.enter_context(served(folder, environment))
        context = browser.new_context(viewport={"width": 1500, "height": 1200})
        stack.callback(context.close)
        page = context.new_page()
        open_notebook(page, address, "explore.ipynb")
        run_cell(page, 1)
        page.wait_for_function(f"{APP}?.ready && {APP}.answer?.whole")
        page.wait_for_function(f"{APP}.same === true")
        before = page.evaluate(CURVE)

        page.locator("#slider-l-catchup_share").press("PageDown")
        told = told_by_python(folder, "catchup_share")
        shown = page.evaluate(CURVE)
        assert shown != before
        np.testing.assert_allclose(shown, told["curve"], rtol=1e-9)

        run_cell(page, 0)
        page.wait_for_function(f"{APP}.state.s === 'pure_catchup'")
        assert page.locator("#slider-l-catchup_share").input_value() == "0.4"
        assert page.evaluate(f"{APP}.state.l") == {"catchup_share": 0.4, "knowledge_openness": 0.8}
        page.wait_for_function(f"!{APP}.stale()")
        told = told_by_python(folder, "pure_catchup")
        np.testing.assert_allclose(page.evaluate(CURVE), told["curve"], rtol=1e-9)

        page.locator("#slider-l-catchup_share").press("PageUp")
        link = told_by_python(folder, "0.5")["link"]

        def saved() -> str | None:
            """The file, saved anew until it has the link: what a kernel tells comes after the move."""
            page.keyboard.press("Control+s")
            page.wait_for_timeout(1000)
            text = path.read_text(encoding="utf-8")
            return text if html.escape(link) in text else None

        text: str = until(saved)
        assert page.locator("iframe").count() == 0, "the page is for where no widget comes up"
        assert len(text) < LARGEST
        assert "widgets" not in json.loads(text)["metadata"]


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A notebook with moved sliders and two figures, as it is after all its cells have run."""
    folder = tmp_path_factory.mktemp("executed")
    path = notebook(folder / "passed_on.ipynb", EXPORTED)
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--inplace", str(path)]
    command += ["--to", "notebook"]
    subprocess.run(command, check=True, env=own_environment(folder), capture_output=True, timeout=PATIENCE)
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def exported(told: dict[str, Any], path: Path, **options: str) -> str:
    """Export a notebook as `jupyter nbconvert --to html` does; give its address."""
    nbconvert, nbformat = pytest.importorskip("nbconvert"), pytest.importorskip("nbformat")
    node = nbformat.reads(json.dumps(told), as_version=4)
    path.write_text(nbconvert.HTMLExporter(**options).from_notebook_node(node)[0], encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def requests(context: BrowserContext) -> list[str]:
    """What pages ask the network for, which answers nothing."""
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "http" in request.url[:4] else None)
    return asked


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(offline=True)
    yield context
    context.close()


def test_an_exported_notebook_shows_what_stood_on_the_sliders(
    context: BrowserContext, requests: list[str], model: Model, executed: dict[str, Any], tmp_path: Path
) -> None:
    """As JupyterLab saves it, without the state of widgets; what nbconvert itself asks for is left out."""
    plain = {**executed, "metadata": {"kernelspec": executed["metadata"]["kernelspec"]}}
    page = context.new_page()
    page.goto(exported(plain, tmp_path / "plain.html", **OFFLINE))
    page.wait_for_selector("iframe")
    frame = page.frames[1]
    frame.wait_for_function("window.twintrack?.answer?.whole && !twintrack.stale()", timeout=1000 * PATIENCE)
    assert frame.locator("#slider-l-catchup_share").input_value() == "0.4"
    found = frame.evaluate("[...twintrack.curves('capability_index').mine]")
    shown = read_link(model, SET)
    run = run_strategy(model, shown.strategy, shown.scenario, world=shown.world, representative=True)
    np.testing.assert_allclose(found, run["capability_index"], rtol=1e-9)
    page.wait_for_function(f"{LINES}.every((count) => count > 0)")
    assert page.evaluate(LINES) == [8, 2], "each panel has the strategy and the baseline"
    assert page.locator("[data-twintrack-plotly]").count() == 1, "the library is there once"
    assert requests == []


def test_where_the_state_of_widgets_is_kept_the_page_stands_for_them_too(
    context: BrowserContext, requests: list[str], executed: dict[str, Any], tmp_path: Path
) -> None:
    """Then the export asks for what shows widgets, here in vain."""
    assert "widgets" in executed["metadata"]
    page = context.new_page()
    page.goto(exported(executed, tmp_path / "kept.html"))
    page.wait_for_selector("iframe")
    page.frames[1].wait_for_function(
        "window.twintrack?.state?.l.catchup_share === 0.4", timeout=1000 * PATIENCE
    )
    assert [url for url in requests if "html-manager" in url]
