"""`python -m bench.dashboard`: how fast the page with sliders is in Chromium.

Moves are those of a mouse. A move is painted when the frame that shows it has been handed on: a message
posted at the end of drawing arrives after it. The slow machine is Chromium's own, which lets the page's
thread work a part of the time; workers go on as before.
"""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bench.measuring import Json, percentile
from twintrack.cli.tables import plain_table, print_json, print_table

if TYPE_CHECKING:
    from playwright.sync_api import Browser, CDPSession, Page

SLIDER = "#slider-l-catchup_share"
READY = "window.twintrack && twintrack.ready && twintrack.answer?.whole && !twintrack.stale()"
WATCH = Path(__file__).with_name("dashboard_watch.js")
LEFT, RIGHT = 0.15, 0.85
"""Where on the slider a drag turns."""
MOVES = 120
"""Moves of a drag: two seconds."""
ALONE = 15
"""Moves that are waited for, one by one."""
MANY = 500
"""Moves after which the heap is looked at again."""


@dataclass(frozen=True)
class Bound:
    """What a figure may be at most, or at least."""

    what: str
    unit: str
    most: float | None = None
    least: float | None = None

    def kept(self, value: float) -> bool:
        """Say whether a figure keeps it."""
        return (self.most is None or value <= self.most) and (self.least is None or value >= self.least)


BOUNDS = {
    "file_kb": Bound("file", "kB", most=700),
    "gzip_kb": Bound("file, gzipped", "kB"),
    "interactive": Bound("navigation to sliders that answer", "ms", most=250),
    "all_at_load": Bound("navigation to all worlds", "ms"),
    "load_task": Bound("longest task while loading", "ms"),
    "painted": Bound("event to painted, median", "ms", most=17),
    "painted_95": Bound("event to painted, 95 of 100", "ms"),
    "own": Bound("page's thread per move", "ms"),
    "layout": Bound("of it styles and layout", "ms"),
    "frames": Bound("share of moves that have a frame of their own", "%"),
    "bands": Bound("share of frames of a drag with new bands", "%", least=50),
    "task": Bound("longest task in a drag (0: none over 50 ms)", "ms", most=50),
    "rough": Bound("move to rough bands, median", "ms", most=35),
    "whole": Bound("move to all worlds, median", "ms", most=150),
    "equal_painted": Bound("at equal cost: event to painted, median", "ms"),
    "equal_whole": Bound("at equal cost: move to all worlds, median", "ms"),
    "slow_painted": Bound("4x slower: event to painted, median", "ms", most=50),
    "slow_painted_95": Bound("4x slower: event to painted, 95 of 100", "ms"),
    "slow_bands": Bound("4x slower: share of frames with new bands", "%"),
    "heap": Bound("heap after 500 moves against before", "%", most=110),
    "nodes": Bound("nodes after 500 moves less those before", "", most=0),
}
"""What is measured, and what is wanted of it."""


class Watched:
    """A page with sliders in a browser of its own, with what its moves cost."""

    def __init__(self, browser: Browser, *, width: int = 1400, height: int = 900) -> None:
        self.page: Page = browser.new_context(viewport={"width": width, "height": height}).new_page()
        self.page.add_init_script(path=WATCH)
        self.devtools: CDPSession = self.page.context.new_cdp_session(self.page)
        self.devtools.send("Performance.enable")

    @classmethod
    def of_file(
        cls, browser: Browser, file: Path, link: str = "", *, width: int = 1400, slower: int = 1
    ) -> Watched:
        """Open a page of the dashboard, and wait until it stands."""
        watched = cls(browser, width=width)
        watched.page.goto(f"{file.as_uri()}#{link}")
        watched.wait()
        watched.devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        return watched

    def wait(self) -> None:
        """Wait for all worlds of what is shown."""
        self.page.wait_for_function(READY, timeout=120_000)

    def seen(self) -> Json:
        """Give what the page has noted, and let it begin anew."""
        found: Json = self.page.evaluate("watched.take()")
        return found

    def drag(self, moves: int) -> Json:
        """Move the slider to and fro, a move a frame; give what was noted, with costs per move."""
        self.page.locator(SLIDER).scroll_into_view_if_needed()
        box = self.page.locator(SLIDER).bounding_box()
        if box is None:
            raise click.ClickException("the page has no slider to be moved")
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + LEFT * box["width"], y)
        self.page.mouse.down()
        before, _ = self._metrics(), self.seen()
        for step in range(moves):
            self.page.mouse.move(box["x"] + _turning(step) * box["width"], y)
            self.page.wait_for_timeout(16)
        found, after = self.seen(), self._metrics()
        self.page.mouse.up()
        self.wait()
        costs = {key: 1000 * (after[key] - before[key]) / moves for key in after}
        return {**found, "costs": costs}

    def alone(self, moves: int) -> Json:
        """Move the slider by keys, each after all worlds of the one before have been drawn."""
        self.page.locator(SLIDER).focus()
        self.page.keyboard.press("ArrowLeft")
        self.wait()
        self.page.wait_for_timeout(300)
        self.seen()
        for _ in range(moves):
            self.page.keyboard.press("ArrowLeft")
            self.wait()
            self.page.wait_for_timeout(100)
        return self.seen()

    def memory(self) -> tuple[float, int]:
        """Give bytes of the heap that are in use, and how many nodes there are."""
        self.devtools.send("HeapProfiler.collectGarbage")
        used = self.devtools.send("Runtime.getHeapUsage")["usedSize"]
        return float(used), int(self.page.evaluate("document.querySelectorAll('*').length"))

    def _metrics(self) -> dict[str, float]:
        found = {one["name"]: one["value"] for one in self.devtools.send("Performance.getMetrics")["metrics"]}
        parts = ("TaskDuration", "LayoutDuration", "RecalcStyleDuration")
        return {key: float(found[key]) for key in parts}


def measured(browser: Browser, text: str, *, loads: int = 5) -> dict[str, float]:
    """Measure a page, given as HTML, in figures named as in BOUNDS."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dashboard.html"
        file.write_text(text, encoding="utf-8")
        raw = file.read_bytes()
        found = {"file_kb": len(raw) / 1e3, "gzip_kb": len(gzip.compress(raw)) / 1e3}
        found |= _loading(browser, file, loads)
        _tell("moves")
        found |= _moving(Watched.of_file(browser, file))
        _tell("moves at equal cost")
        found |= _equal(Watched.of_file(browser, file, "s=explore_open&b=equal"))
        _tell("moves on a slower machine")
        found |= _slowly(Watched.of_file(browser, file, width=390, slower=4))
    return found


def _loading(browser: Browser, file: Path, loads: int) -> dict[str, float]:
    seen = []
    for _ in range(loads):
        watched = Watched.of_file(browser, file)
        seen.append(watched.page.evaluate("watched.loading()"))
        watched.page.close()
    return {
        "interactive": percentile([one["ready"] for one in seen], 0.5),
        "all_at_load": percentile([one["whole"] for one in seen], 0.5),
        "load_task": percentile([one["task"] for one in seen], 0.5),
    }


def _moving(watched: Watched) -> dict[str, float]:
    watched.drag(30)  # warms up
    drag = watched.drag(MOVES)
    costs = drag["costs"]
    alone = watched.alone(ALONE)
    before = watched.memory()
    watched.drag(MANY)
    after = watched.memory()
    watched.page.close()
    return {
        **_painted(drag),
        "own": costs["TaskDuration"],
        "layout": costs["LayoutDuration"] + costs["RecalcStyleDuration"],
        "frames": 100 * len(drag["painted"]) / MOVES,
        "bands": 100 * drag["answers"] / max(1, drag["frames"]),
        "task": max(drag["tasks"], default=0.0),
        "rough": percentile(alone["rough"], 0.5),
        "whole": percentile(alone["whole"], 0.5),
        "heap": 100 * after[0] / before[0],
        "nodes": float(after[1] - before[1]),
    }


def _equal(watched: Watched) -> dict[str, float]:
    alone = watched.alone(5)
    drag = watched.drag(60)
    watched.page.close()
    return {"equal_painted": _painted(drag)["painted"], "equal_whole": percentile(alone["whole"], 0.5)}


def _slowly(watched: Watched) -> dict[str, float]:
    watched.drag(30)
    drag = watched.drag(MOVES)
    watched.page.close()
    slow = {f"slow_{key}": value for key, value in _painted(drag).items()}
    return {**slow, "slow_bands": 100 * drag["answers"] / max(1, drag["frames"])}


def _painted(drag: Json) -> dict[str, float]:
    return {"painted": percentile(drag["painted"], 0.5), "painted_95": percentile(drag["painted"], 0.95)}


def _tell(what: str) -> None:
    click.echo(f"measuring: {what}", err=True)


def _turning(step: int) -> float:
    """Give where the mouse stands at a step: to and fro between the ends."""
    share = step % 80 / 40
    return LEFT + (RIGHT - LEFT) * (share if share <= 1 else 2 - share)


def print_figures(found: dict[str, float], bounds: Mapping[str, Bound]) -> None:
    """Print figures beside what is wanted of them."""
    table = plain_table(["", "measured", "wanted", ""], [])
    for key, bound in bounds.items():
        wanted = f"<= {bound.most:g}" if bound.most is not None else ""
        wanted += f">= {bound.least:g}" if bound.least is not None else ""
        table.add_row(
            bound.what, f"{found[key]:.1f} {bound.unit}", wanted, "" if bound.kept(found[key]) else "missed"
        )
    print_table(table)


@click.command("dashboard")
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Measure this page."
)
@click.option("--chromium", default="/usr/bin/chromium", show_default=True, help="The browser.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(path: Path | None, chromium: str, as_json: bool) -> None:
    """Measure the page of `twintrack dashboard` in Chromium, in about two minutes on a quiet machine."""
    from playwright.sync_api import sync_playwright

    text = path.read_text(encoding="utf-8") if path else _page()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        found = measured(browser, text)
        browser.close()
    if as_json:
        print_json({key: round(value, 2) for key, value in found.items()})
    else:
        print_figures(found, BOUNDS)


def _page() -> str:
    from twintrack.hands_on.page import dashboard_page
    from twintrack.model import Model

    return dashboard_page(Model())[0]


if __name__ == "__main__":
    main(prog_name="python -m bench.dashboard")
