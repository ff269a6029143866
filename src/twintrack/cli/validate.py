"""`twintrack validate`: hold the model against history; a page of what speaks for and against it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from twintrack.cli.options import json_option, read_names


@click.command("validate", short_help="Hold the model against history: fit, skill, tests; a page and JSON.")
@click.option("--seed", type=int, default=1, show_default=True, help="Seed of all draws; it is recorded.")
@click.option(
    "--only", metavar="SECTION,SECTION...", help="Compute some sections and print them, without a page."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/validation"),
    show_default=True,
    metavar="DIR",
    help="Folder of the page, validation.json and projection.csv.",
)
@click.option("--workers", type=int, default=None, help="Processes.  [default: one for each processor core]")
@json_option
def validate_command(**options: Any) -> None:
    """Say how well the model reproduces 2016-2024, what the data tell, and what they leave open.

    Sections that were computed before are taken from the cache folder; a run that is broken off goes on where
    it stood when it is called again.
    """
    from twintrack.calibration.validate import Validation, validate
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json

    asked = Validation(
        open_model(),
        options["seed"],
        options["workers"],
        tell=lambda text: click.echo(text, err=True),
        show=lambda text: click.echo(text, err=True),
    )
    only = read_names(options["only"])
    found = validate(asked, only)
    if only is not None:
        print_json(found)
        return
