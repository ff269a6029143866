"""`twintrack model units`: do the units of all equations agree?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twintrack.cli.options import json_option, outside_option
from twintrack.errors import Fault, InputError

if TYPE_CHECKING:
    from twintrack.equations.units import UnitFault, UnitReport


@click.command("units", short_help="Check the units of every equation.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--warnings", is_flag=True, help="Print the warnings too, not only their number.")
@outside_option
@json_option
def units_command(file: Path | None, warnings: bool, allow_outside: bool, as_json: bool) -> None:
    """Check the units of every equation of FILE, or of the model, and print those that do not agree.

    With --json: a list of all faults and warnings.
    """
    from twintrack.cli.tables import print_json
    from twintrack.equations import load_equations
    from twintrack.equations.units import check_units
    from twintrack.resources import MODEL_FILE, content_root

    report = check_units(load_equations(file or content_root() / MODEL_FILE, allow_outside=allow_outside))
    if as_json:
        print_json([asdict(entry) for entry in (*report.faults, *report.warnings)])
        if report.faults:
            raise click.exceptions.Exit(InputError.exit_code)
        return
    for warning in report.warnings if warnings else ():
        click.echo(f"{warning.where}: warning: {_told(warning)}")
    click.echo(_summary(report))
    if report.faults:
        raise InputError(Fault(fault.where, _told(fault)) for fault in report.faults)


def _told(fault: UnitFault) -> str:
    return f"{fault.variable}: {fault.reason}\n    {fault.equation}"


def _summary(report: UnitReport) -> str:
    counts = (
        (report.checked, "equation", " checked"),
        (len(report.units), "unit", ""),
        (len(report.faults), "fault", ""),
        (len(report.warnings), "warning", ""),
    )
    return ", ".join(f"{count} {word}{'' if count == 1 else 's'}{after}" for count, word, after in counts)
