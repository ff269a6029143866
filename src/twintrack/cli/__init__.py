"""The command line: parse, call the model, print. Nothing is computed here.

Exit codes: 0 good, 1 the work failed, 2 the input is wrong, 130 interrupted. Everything heavy is imported by
the command that needs it, so that `--help` and `check` answer at once.
"""

from __future__ import annotations

import gc
import sys
from typing import Any

import click

from twintrack.cli.calibrate import calibrate_command
from twintrack.cli.content import check_command, explain_command, new_command
from twintrack.cli.ensemble import ensemble_command
from twintrack.cli.listing import list_command
from twintrack.cli.model import model_group
from twintrack.cli.project import project_command
from twintrack.cli.report import report_command
from twintrack.cli.runs import compare_command, run_command
from twintrack.cli.score import score_command
from twintrack.cli.validate import validate_command
from twintrack.errors import TwinTrackError
from twintrack.version import __version__

INTERRUPTED = 130


class _Commands(click.Group):
    """A group of commands that turns errors into messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            # Here and not at exit: a reader that has gone (`| head`) is then met by click, quietly.
            sys.stdout.flush()
        except TwinTrackError as error:
            click.echo(str(error), err=True)
            raise click.exceptions.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            click.echo("interrupted", err=True)
            raise click.exceptions.Exit(INTERRUPTED) from None
        return result


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="twintrack")
def main() -> None:
    """Simulate national strategies for artificial intelligence and compare them.

    A STRATEGY is the name of one (`twintrack list strategies`), the path of a .yaml file, a mix such as
    "0.6 pure_catchup + 0.4 pure_exploration", or parts (`twintrack list parts`) such as
    "portfolio_mix + doors_open".
    """


for _command in (
    check_command,
    run_command,
    compare_command,
    ensemble_command,
    calibrate_command,
    validate_command,
    project_command,
    score_command,
    list_command,
    explain_command,
    new_command,
    report_command,
    model_group,
):
    main.add_command(_command)


def program() -> None:
    """Run the command line as a process of its own."""
    try:
        main()
    finally:
        gc.freeze()  # what is left is not searched for garbage at the end, which takes a tenth of a second
