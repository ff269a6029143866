"""`twintrack report`: build a page from its definition."""

from __future__ import annotations

from pathlib import Path

import click

from twintrack.errors import Fault, InputError

DEFAULT_REPORT = "strategy_comparison"


@click.command("report", short_help="Build a comparison page.")
@click.argument("report", default=DEFAULT_REPORT)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=None,
    help="Folder of the page.  [default: build/reports/NAME]",
)
def report_command(report: str, output: Path | None) -> None:
    """Build a comparison page from REPORT: the name of a definition, or the path of a .yaml file."""
    path = _definition(report)
    from twintrack.cli.session import open_model
    from twintrack.pages.report.page import build_report

    folder = output or Path("build") / "reports" / path.stem
    page = build_report(path, folder, open_model())
    click.echo(page)


def _definition(report: str) -> Path:
    """Find a report's definition. Raises InputError when there is none."""
    from twintrack.names import suggest
    from twintrack.resources import content_root

    if report.endswith((".yaml", ".yml")):
        path = Path(report)
        if not path.is_file():
            raise InputError(Fault(report, "there is no such file"))
        return path
    folder = content_root() / "reports"
    path = folder / f"{report}.yaml"
    if not path.is_file():
        known = sorted(found.stem for found in folder.glob("*.yaml"))
        raise InputError(
            Fault(report, f"no report of this name; known: {', '.join(known)}{suggest(report, known)}")
        )
    return path
