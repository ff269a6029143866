"""`twintrack validate`: hold the model against history; a page of what speaks for and against it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import json_option, read_names, seed_option, workers_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twintrack.calibration.validate import Section


@click.command("validate", short_help="Hold the model against history: fit, skill, tests; a page and JSON.")
@seed_option
@click.option(
    "--only", metavar="SECTION,SECTION...", help="Compute some sections and print them, without a page."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build/validation"),
    show_default=True,
    metavar="DIR",
    help="Folder of the page, validation.json and the tables (.csv) that the page links.",
)
@click.option(
    "--power",
    type=float,
    metavar="SHARE",
    help="Power of the likelihood by which forecasts from past years weigh worlds, above 0, at most 1."
    "  [default: 0.5]",
)
@workers_option
@json_option
def validate_command(**options: Any) -> None:
    """Say how well the model reproduces 2016-2024, what the data tell, and what they leave open.

    Sections that were computed before are taken from the cache folder; a run that is broken off goes on where
    it stood when it is called again. The section "planted" takes many minutes and is made by name only: the
    forecasts of "lookahead" with a planted error of the model's growth. So is "family": other countries, each
    learnt from its own history up to the end of 2022 and predicted after it.
    """
    from twintrack.calibration.validate import Validation, validate
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json
    from twintrack.worlds.basis import POWER

    model = open_model()
    asked = Validation(
        model,
        options["seed"],
        options["workers"],
        POWER if options["power"] is None else options["power"],
        tell=lambda text: click.echo(text, err=True),
        show=lambda text: click.echo(text, err=True),
    )
    only = read_names(options["only"])
    found = validate(asked, only)
    if only is not None:
        print_json(found)
        return
    from twintrack.pages.validation.page import build_validation

    page = build_validation(found, options["out"], model, asked.seed)
    if options["as_json"]:
        print_json({"page": str(page), **found})
        return
    _print_summary(found, page)


def _print_summary(found: Mapping[str, Section], page: Path) -> None:
    from twintrack.pages.validation.sections.projection import CSV
    from twintrack.pages.validation.statements import statuses_of
    from twintrack.pages.validation.view import JSON

    fit, years, ahead = found["fit"], found["years"], found["lookahead"]
    said, expected = fit["said"], fit["expected"]
    click.echo(f"{page}; beside it {JSON} and {CSV}")
    prior = next(test for test in ahead["tests"] if test["rival"] == "prior")
    click.echo(
        f"forecasts from past years: what was learnt scores better than the prior in {prior['series_won']} of"
        f" {prior['series']} series (p = {prior['series_p']:.2g})"
    )
    click.echo(
        f"coverage of 90 % bands: {said['inside']} of {said['points']} by parameters alone,"
        f" {expected['inside']} of {expected['points']} with errors"
    )
    click.echo(
        f"from {years['from']:g} on, unseen: closer than the prior in {len(years['beats_prior'])} of"
        f" {years['compared']} series, than the last growth in {len(years['beats_naive'])} of"
        f" {years['compared_naive']}"
    )
    if "field_tests" in found:
        statuses = statuses_of(found["field_tests"]["tests"])
        counts = [f"{count} {status}" for status, count in statuses.items()]
        click.echo(f"tests of the field: {', '.join(counts)}")
