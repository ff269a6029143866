"""JupyterLab on this machine for a browser: a server of a folder, notebooks in it, and cells that are run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

TOKEN = "of-this-run"
PATIENCE = 600
"""Seconds after which something hangs; a loaded machine takes long to start a server and a kernel."""


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


def own_environment(folder: Path) -> dict[str, str]:
    """Give an environment in which Jupyter reads and writes nothing of the user's, but below a folder."""
    names = ("JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR", "HOME")
    paths = os.pathsep.join(str(Path(path).resolve()) for path in sys.path if path)
    return {**os.environ, **{name: str(folder / name.lower()) for name in names}, "PYTHONPATH": paths}


@contextmanager
def served(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
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


def open_notebook(page: Page, address: str, name: str) -> None:
    """Open a notebook of a server."""
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{address}lab/tree/{name}?token={TOKEN}")


def until(condition: Callable[[], Any]) -> Any:
    """Wait for something to be, and give it. Raises TimeoutError when it never is."""
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)
    return found


def run_cell(page: Page, place: int) -> None:
    """Run a cell; asked before its kernel is idle, JupyterLab forgets it or asks for a kernel."""
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first.wait_for(state="attached")
    prompt = page.locator(".jp-CodeCell .jp-InputPrompt").nth(place)

    def asked() -> bool:
        page.locator(".jp-CodeCell .cm-content").nth(place).click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(2000)
        return prompt.inner_text().strip() != "[ ]:"

    until(asked)
