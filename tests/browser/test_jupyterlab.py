"""The widget in JupyterLab goes both ways; an exported notebook works without kernel and network."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from twintrack.hands_on.links import read_link
from twintrack.model import Model
from twintrack.runs.single import run_strategy

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOKEN = "for-this-test"
PATIENCE = 600
"""Seconds after which something hangs; a loaded machine takes long to start a server and a kernel."""
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
EXPORTED = f"""
import twintrack
explorer = twintrack.load().explore("explore_open", worlds=40)
explorer.link = {SET!r}
explorer.dashboard()
"""
APP = "document.querySelector('.twintrack')?.twintrack"
CURVE = f"[...{APP}.curves('capability_index').mine]"


def notebook(path: Path, cells: Sequence[str]) -> Path:
    """Write a notebook of code cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    made = [
        {
            **{"cell_type": "code", "id": f"cell-{place}", "metadata": {}},
            **{"execution_count": None, "outputs": [], "source": text.strip()},
        }
        for place, text in enumerate(cells)
    ]
    told = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(told), encoding="utf-8")
    return path


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment in which Jupyter reads and writes nothing of the user's."""
    names = ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "HOME")
    paths = os.pathsep.join(str(Path(path).resolve()) for path in sys.path if path)
    return {**os.environ, **{name: str(tmp_path / name.lower()) for name in names}, "PYTHONPATH": paths}


@contextmanager
def served(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    """Serve a folder by JupyterLab; gives its address."""
    options = [
        "--no-browser",
        "--allow-root",
        "--ip=127.0.0.1",
        "--port=0",
        f"--IdentityProvider.token={TOKEN}",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    runtime = Path(environment["JUPYTER_RUNTIME_DIR"])
    with subprocess.Popen(command, cwd=folder, env=environment, **quiet) as process:
        try:
            until(lambda: [*runtime.glob("jpserver-*.json")])
            told = json.loads(next(runtime.glob("jpserver-*.json")).read_text(encoding="utf-8"))
            yield told["url"]
        finally:
            process.kill()  # it holds nothing that must be kept, and may take long to end its kernels


def until(condition: Callable[[], Any]) -> Any:
    """Wait for something to be, and give it."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.1)
    return found


def run_cell(page: Page, place: int) -> None:
    """Run a cell; asked before its kernel is there, JupyterLab forgets it, so that it is asked again."""
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").nth(place)

    def asked() -> bool:
        page.locator(".jp-CodeCell .cm-content").nth(place).click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(2000)
        return prompt.inner_text().strip() != "[ ]:"

    until(asked)


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
    notebook(folder / "explore.ipynb", [MOVE, SHOW])
    with ExitStack() as stack:
        address = stack.enter_context(served(folder, environment))
        context = browser.new_context(viewport={"width": 1500, "height": 1200})
        stack.callback(context.close)
        page = context.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        page.goto(f"{address}lab/tree/explore.ipynb?token={TOKEN}")
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


def test_an_exported_notebook_shows_what_stood_on_the_sliders(
    browser: Browser, model: Model, tmp_path: Path, environment: dict[str, str]
) -> None:
    path = notebook(tmp_path / "passed_on.ipynb", [EXPORTED])
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--execute", "--to", "html", str(path)]
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=PATIENCE)
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(path.with_suffix(".html").as_uri())
    page.wait_for_selector("iframe")
    frame = page.frames[1]
    frame.wait_for_function("window.twintrack?.answer?.whole && !twintrack.stale()")
    assert frame.locator("#slider-l-catchup_share").input_value() == "0.4"
    found = frame.evaluate("[...twintrack.curves('capability_index').mine]")
    frame.wait_for_function("twintrack.same === true")
    context.close()
    shown = read_link(model, SET)
    run = run_strategy(model, shown.strategy, shown.scenario, world=shown.world, representative=True)
    np.testing.assert_allclose(found, run["capability_index"], rtol=1e-9)
