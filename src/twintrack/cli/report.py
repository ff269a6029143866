"""`twintrack report`: build a page from its definition, or say which pages are up to date."""

from __future__ import annotations

import re
from pathlib import Path

import click

from twintrack.cli.progress import ProgressLine
from twintrack.errors import Fault, InputError

DEFAULT_REPORT, DEFAULT_SHEET = "strategy_comparison", "strategy_sheet"
REPORTS = Path("build") / "reports"


@click.command("report", short_help="Build a page that compares strategies, or a sheet of one.")
@click.argument("report", required=False)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help=f"Folder of the page; with --state, of all pages.  [default: {REPORTS.as_posix()}/NAME]",
)
@click.option(
    "--sheet",
    metavar="STRATEGY",
    help="One strategy on a page: what it sets, costs and delivers, where it fails, when to stop.",
)
@click.option(
    "--brief",
    is_flag=True,
    help="Also two pages as PDF and figures as PNG, by an installed Chromium or Chrome.",
)
@click.option("--if-changed", is_flag=True, help="Only if the page, or what it was made from, has changed.")
@click.option(
    "--state", is_flag=True, help="Build nothing: say of every definition whether its page is up to date."
)
def report_command(
    report: str | None,
    output: Path | None,
    sheet: str | None,
    *,
    brief: bool,
    if_changed: bool,
    state: bool,
) -> None:
    """Build a comparison page from REPORT: the name of a definition, or the path of a .yaml file.

    Beside the page lie a brief of two pages, figures with their numbers, data, a log, and a list of all that
    the page was made from.
    """
    if state:
        _tell_states(output or REPORTS)
        return
    path = _definition(report or (DEFAULT_REPORT if sheet is None else DEFAULT_SHEET))
    folder = output or REPORTS / (path.stem if sheet is None else f"{path.stem}_{_plain(sheet)}")
    from twintrack.pages.report.files import up_to_date

    if if_changed and up_to_date(folder) and not brief:
        click.echo(f"{folder / 'index.html'} is up to date")
        return
    from twintrack.cli.report_log import kept_log

    with kept_log(folder, f"twintrack report {path}"), ProgressLine(folder.name) as line:
        page = _built(path, folder, sheet, line, brief=brief)
    click.echo(page)


def _built(path: Path, folder: Path, sheet: str | None, line: ProgressLine, *, brief: bool) -> Path:
    """Build the page that a definition is of. Raises InputError for a brief of a sheet, which is one page."""
    from twintrack.cli.session import open_model
    from twintrack.inputs.sheets import is_sheet

    if sheet is not None or is_sheet(path):
        if brief:
            raise InputError(
                Fault("--brief", "a strategy sheet has none: it is one page; leave the option out")
            )
        from twintrack.pages.sheet.page import build_sheet

        return build_sheet(path, folder, open_model(), line.show, strategy=sheet)
    from twintrack.pages.report.page import build_report

    return build_report(path, folder, open_model(), line.show, printed=brief)


def _plain(strategy: str) -> str:
    """Make a name of a folder from a strategy: a name, a path, a mix or parts."""
    stem = Path(strategy).stem if strategy.endswith((".yaml", ".yml")) else strategy
    return re.sub(r"\W+", "_", stem).strip("_")


def _definition(report: str) -> Path:
    """Find a report's definition. Raises InputError when there is none."""
    from twintrack.names import suggest

    if report.endswith((".yaml", ".yml")):
        path = Path(report)
        if not path.is_file():
            raise InputError(Fault(report, "there is no such file"))
        return path
    known = _definitions()
    if report not in known:
        message = f"no report of this name; known: {', '.join(known)}{suggest(report, known)}"
        raise InputError(Fault(report, message))
    return known[report]


def _definitions() -> dict[str, Path]:
    """Give the definitions of the content by name."""
    from twintrack.resources import content_root

    return _defined(content_root() / "reports")


def _defined(folder: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def _tell_states(pages: Path) -> None:
    """Say where pages are, and which are not up to date; the exit code is 1 where there is one.

    Definitions are those of the current folder, as for make, or those of the content where it has none.
    """
    from twintrack.cli.report_log import LOG, last_failure
    from twintrack.pages.report.files import up_to_date

    known = _defined(Path("reports")) or _definitions()
    stale = 0
    for name in known:
        folder = pages / name
        if up_to_date(folder):
            click.echo(f"Report: file://{(folder / 'index.html').absolute()}")
            continue
        stale += 1
        failure = last_failure(folder)
        kept = "the page of before was kept" if (folder / "index.html").is_file() else "there is no page"
        told = f"{failure} ({folder / LOG})" if failure else f"not up to date: twintrack report {name}"
        click.echo(f"{name}: {told}; {kept}", err=True)
    if stale:
        click.echo(f"{stale} of {len(known)} reports are not up to date", err=True)
        raise click.exceptions.Exit(1)
