"""`python -m bench.pages FOLDER`: how soon a built page is seen and complete, in Chromium from a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bench.measuring import Measured
from twintrack.errors import TwinTrackError
from twintrack.pages.printing import BROWSER_VARIABLE, find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDTHS = (1400, 390)
"""Px of the windows: a desk and a phone."""
TITLES = {
    "first_paint": "first words are seen",
    "complete": "complete",
    "folds": "every fold opened and drawn, after that",
}
ENTRIES = """() => {
  const [whole] = performance.getEntriesByType("navigation");
  const [paint] = performance.getEntriesByName("first-contentful-paint");
  return whole.loadEventEnd && paint && [paint.startTime, whole.loadEventEnd];
}"""
"""Ms from the start of the navigation, as the browser notes them; nothing until both are known."""
UNFOLDED = """async () => {
  const start = performance.now();
  document.querySelectorAll("details").forEach((fold) => { fold.open = true; });
  const charts = [...document.querySelectorAll(".chart")];
  const drawn = () => charts.every((chart) => chart.querySelector(".main-svg"));
  while (!drawn()) await new Promise((next) => setTimeout(next, 5));
  return performance.now() - start;
}"""


@click.command("bench.pages", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rounds", type=click.IntRange(1), default=7, show_default=True, help="Openings of each page.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(folder: Path, rounds: int, as_json: bool) -> None:
    """Open each page of FOLDER, a built report, and print when it is seen and when it is complete, in ms.

    Each opening has a browser context of its own, so that nothing is kept from the one before; the browser
    itself is started once, and its first opening is not counted.
    """
    try:
        found = {
            f"{page.name}, {width} px": measured
            for page in sorted(folder.glob("index*.html"))
            for width, measured in _measured(page, rounds)
        }
    except TwinTrackError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(error.exit_code) from error
    if as_json:
        click.echo(json.dumps({name: _json(kinds) for name, kinds in found.items()}, indent=1))
        return
    for name, kinds in found.items():
        click.echo(name)
        for kind, one in kinds.items():
            click.echo(f"  {TITLES[kind]:42}{one.median:7.0f} ms  ({one.low:.0f} to {one.high:.0f})")


def _json(kinds: dict[str, Measured]) -> dict[str, Any]:
    return {kind: one.json() for kind, one in kinds.items()}


def _measured(path: Path, rounds: int) -> Iterator[tuple[int, dict[str, Measured]]]:
    """Give by width when a page is seen, complete and unfolded. Raises TwinTrackError without a browser."""
    from playwright.sync_api import sync_playwright

    found = find_browser()
    if found is None:
        message = f"there is no Chromium or Chrome; install one, or name it in {BROWSER_VARIABLE}"
        raise TwinTrackError(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for width in WIDTHS:
            _opened(browser, path, width)
            times = zip(*(_opened(browser, path, width) for _ in range(rounds)), strict=True)
            yield width, {kind: Measured.of(one) for kind, one in zip(TITLES, times, strict=True)}
        browser.close()


def _opened(browser: Browser, path: Path, width: int) -> Sequence[float]:
    """Open a page once and give ms: until it is seen, until it is complete, and what its folds take."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page: Page = context.new_page()
    page.goto(path.resolve().as_uri())
    first, complete = page.wait_for_function(ENTRIES).json_value()
    folds = page.evaluate(UNFOLDED)
    context.close()
    return [first, complete, folds]


if __name__ == "__main__":
    main(prog_name="python -m bench.pages")
