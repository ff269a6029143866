"""The command line: parse, call the model, print. Nothing is computed here.

Exit codes: 0 good, 1 the work failed, 2 the input is wrong, 130 interrupted. Everything heavy is imported by
the command that needs it, so that `--help` and `check` answer at once.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from twintrack.cli.analyse import analyse_command
from twintrack.cli.calibrate import calibrate_command
from twintrack.cli.content import check_command, explain_command, new_command
from twintrack.cli.dashboard import dashboard_command
from twintrack.cli.encoding import write_what_can_be_written
from twintrack.cli.ensemble import ensemble_command
from twintrack.cli.explain_difference import explain_difference_command
from twintrack.cli.listing import list_command
from twintrack.cli.model import model_group
from twintrack.cli.project import project_command
from twintrack.cli.report import report_command
from twintrack.cli.runs import compare_command, run_command
from twintrack.cli.score import score_command
from twintrack.cli.search import search_command
from twintrack.cli.site import site_command
from twintrack.cli.validate import validate_command
from twintrack.cli.watch import watch_command
from twintrack.cli.whatif import whatif_command
from twintrack.errors import TwinTrackError
from twintrack.formats import DATE_VARIABLE, now
from twintrack.version import __version__

INTERRUPTED = 130


class _Commands(click.Group):
    """A group of commands that turns errors into messages and exit codes."""

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            _check_surroundings()
            return super().main(*args, **options)
        except TwinTrackError as error:
            _fail(str(error), error.exit_code)
        except OSError as error:
            _fail(_told(error))
        except MemoryError:
            _fail("there is not enough memory for this; ask for less at once, or close other programs")
        except ImportError as error:
            _fail(f"a library cannot be loaded, for it is broken or memory is short: {error}")

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


def _check_surroundings() -> None:
    """Raise TwinTrackError where nothing can work: no current folder, no output, a date that is none."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed; libraries write to it without asking
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 (to the end)
            if name == "stdout":
                raise TwinTrackError("the standard output is closed; send it to a file or a terminal")
    write_what_can_be_written()
    try:
        Path.cwd()
    except OSError:
        message = "the current folder is gone or may not be read; change to another one"
        raise TwinTrackError(message) from None
    if os.environ.get(DATE_VARIABLE) == "":  # is as good as unset, but not to all libraries
        del os.environ[DATE_VARIABLE]
    now()


def _told(error: OSError) -> str:
    """Put into words what the system refuses."""
    if error.strerror is None:  # raised by a library
        return f"it cannot go on, perhaps for want of memory: {str(error) or type(error).__name__}"
    return f"{error.filename or 'writing or reading failed'}: {error.strerror}"


def _fail(message: str, code: int = 1) -> NoReturn:
    """Say on stderr what went wrong, and end."""
    with contextlib.suppress(OSError):
        click.echo(message, err=True)
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
    with contextlib.suppress(
        OSError, ValueError
    ):  # what cannot be written must not be tried again at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


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
    analyse_command,
    calibrate_command,
    validate_command,
    project_command,
    score_command,
    list_command,
    explain_command,
    explain_difference_command,
    new_command,
    whatif_command,
    search_command,
    watch_command,
    report_command,
    dashboard_command,
    site_command,
    model_group,
):
    main.add_command(_command)


def program() -> None:
    """Run the command line as a process of its own."""
    try:
        main()
    finally:
        gc.freeze()  # what is left is not searched for garbage at the end, which takes a tenth of a second
