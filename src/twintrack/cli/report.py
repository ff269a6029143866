"""`twintrack report`: build a page from its definition, and say which pages are up to date."""

from __future__ import annotations

from pathlib import Path

import click

from twintrack.cli.progress import ProgressLine
from twintrack.errors import Fault, InputError

DEFAULT_REPORT = "strategy_comparison"
REPORTS = Path("build") / "reports"


@click.command("report", short_help="Build a comparison page.")
@click.argument("report", default=DEFAULT_REPORT)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help=f"Folder of the page.  [default: {REPORTS.as_posix()}/NAME]",
)
@click.option("--if-changed", is_flag=True, help="Only if the page, or what it was made from, has changed.")
@click.option(
    "--state", is_flag=True, help="Build nothing: say of every definition whether its page is up to date."
)
def report_command(report: str, output: Path | None, *, if_changed: bool, state: bool) -> None:
    """Build a comparison page from REPORT: the name of a definition, or the path of a .yaml file.

    Beside the page lie its data, a log with times, and inputs.json: all that it was made from.
    """
    if state:
        _tell_states()
        return
    path = _definition(report)
    folder = output or REPORTS / path.stem
    from twintrack.pages.report.files import up_to_date

    page = folder / "index.html"
    if if_changed and up_to_date(folder):
        click.echo(f"{page} is up to date")
        return
    from twintrack.cli.report_log import kept_log
    from twintrack.cli.session import open_model

    with kept_log(folder, f"twintrack report {report}"), ProgressLine(path.stem) as line:
        from twintrack.pages.report.page import build_report

        page = build_report(path, folder, open_model(), line.show)
    click.echo(page)


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

    return {path.stem: path for path in sorted((content_root() / "reports").glob("*.yaml"))}


def _tell_states() -> None:
    """Say where pages are, and which are not up to date; the exit code is 1 where there is one."""
    from twintrack.cli.report_log import LOG, last_failure
    from twintrack.pages.report.files import up_to_date

    stale = 0
    for name in _definitions():
        folder = REPORTS / name
        if up_to_date(folder):
            click.echo(f"Report: file://{(folder / 'index.html').absolute()}")
            continue
        stale += 1
        failure = last_failure(folder)
        kept = "the page of before was kept" if (folder / "index.html").is_file() else "there is no page"
        told = f"{failure} ({folder / LOG})" if failure else f"not up to date: twintrack report {name}"
        click.echo(f"{name}: {told}; {kept}", err=True)
    if stale:
        click.echo(f"{stale} of {len(_definitions())} reports are not up to date", err=True)
        raise click.exceptions.Exit(1)
