"""`python -m bench.jupyterlab`: how fast the sliders of `model.explore()` are in JupyterLab, in Chromium.

A move is painted as for the page (`bench.dashboard`): from the slider's event to the frame that shows it,
noted by the same script, while a mouse drags the slider to and fro. The way to Python begins with the event
of a key that moves the slider. Python answers by setting another year, and the way back ends when a frame
shows it. The page itself waits 120 ms before it tells a move, so that a held key does not tell a hundred.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.dashboard import MOVES, SLIDER, Bound, Watched, print_figures
from bench.lab_server import notebook, open_notebook, own_environment, run_cell, served
from bench.measuring import percentile
from twintrack.cli.tables import print_json

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WAYS = 15
"""Moves that are told to Python, one by one."""
CELL = """
import json, time
from pathlib import Path
from urllib.parse import parse_qs
import twintrack
explorer = twintrack.load().explore("explore_open")
heard, moved = [], [None]
def answer(change):
    told = parse_qs(change["new"])
    if told.get("l") == moved[0]:
        return  # the page repeats what it was answered
    moved[0] = told.get("l")
    heard.append(1000 * time.time())
    Path("heard.json").write_text(json.dumps(heard))
    year = 2035 if told.get("y") != ["2035"] else 2038
    kept = [part for part in change["new"].split("&") if not part.startswith("y=")]
    explorer.link = "&".join([*kept, f"y={year}"])
explorer.widget.observe(answer, "link")
explorer
"""
MOUNTED = "(window.twintrack = document.querySelector('.twintrack')?.twintrack)?.answer?.whole"
NOTE_WAY = """() => {
  const year = twintrack.state.y;
  window.way = new Promise((done) => {
    let begun;
    addEventListener("keydown", (event) => (begun = event.timeStamp), { capture: true, once: true });
    const drawn = () => {
      if (twintrack.state.y === year) return;
      removeEventListener("twintrack-drawn", drawn, true);
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done([performance.timeOrigin + begun, performance.now() - begun]);
      port2.postMessage(null);
    };
    addEventListener("twintrack-drawn", drawn, true);
  });
}"""
BOUNDS = {
    "painted": Bound("event to painted, median", "ms", most=40),
    "painted_90": Bound("event to painted, 90 of 100", "ms"),
    "frames": Bound("share of moves that have a frame of their own", "%"),
    "bands": Bound("share of frames of a drag with new bands", "%"),
    "task": Bound("longest task in a drag (0: none over 50 ms)", "ms"),
    "own": Bound("page's thread per move", "ms"),
    "whole": Bound("move to all worlds, median", "ms"),
    "there": Bound("event to Python, median", "ms"),
    "back": Bound("event to Python and back in a painted frame, median", "ms"),
}
"""What is measured, and what is wanted of it."""


def measured(browser: Browser, folder: Path) -> dict[str, float]:
    """Measure the widget in a JupyterLab that works in a folder, in figures named as in BOUNDS."""
    home = folder / "notebooks"
    home.mkdir()
    notebook(home / "sliders.ipynb", [CELL])
    with served(home, own_environment(folder)) as address:
        watched = Watched(browser, width=1500, height=1200)
        open_notebook(watched.page, address, "sliders.ipynb")
        run_cell(watched.page, 0)
        watched.page.wait_for_function(MOUNTED)
        watched.wait()
        found = _moving(watched) | _ways(watched.page, home)
        watched.page.context.close()
    return found


def _moving(watched: Watched) -> dict[str, float]:
    watched.drag(30)  # warms up
    drag = watched.drag(MOVES)
    whole = watched.alone(WAYS)["whole"]
    return {
        "painted": percentile(drag["painted"], 0.5),
        "painted_90": percentile(drag["painted"], 0.9),
        "frames": 100 * len(drag["painted"]) / MOVES,
        "bands": 100 * drag["answers"] / max(1, drag["frames"]),
        "task": max(drag["tasks"], default=0.0),
        "own": drag["costs"]["TaskDuration"],
        "whole": percentile(whole, 0.5),
    }


def _ways(page: Page, home: Path) -> dict[str, float]:
    """Move the slider by keys, and time how Python hears of it and answers."""
    there, back = [], []
    page.locator(SLIDER).focus()
    for _ in range(WAYS):
        page.wait_for_timeout(500)
        page.evaluate(NOTE_WAY)
        page.keyboard.press("ArrowRight")
        begun, whole = page.evaluate("window.way")
        heard = json.loads((home / "heard.json").read_text(encoding="utf-8"))
        there.append(heard[-1] - begun)
        back.append(whole)
    return {"there": percentile(there, 0.5), "back": percentile(back, 0.5)}


@click.command("jupyterlab")
@click.option("--chromium", default="/usr/bin/chromium", show_default=True, help="The browser.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(chromium: str, as_json: bool) -> None:
    """Measure the widget in JupyterLab, in about a minute on a quiet machine."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = measured(browser, Path(folder))
        browser.close()
    if as_json:
        print_json({key: round(value, 2) for key, value in found.items()})
    else:
        print_figures(found, BOUNDS)


if __name__ == "__main__":
    main(prog_name="python -m bench.jupyterlab")
