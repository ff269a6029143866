"""`python -m question`: the model's own question, in tables."""

from __future__ import annotations

import click
import pandas as pd

import twintrack
from question.notes import without_notes
from question.sections import SECTIONS
from twintrack.cli.options import read_names
from twintrack.errors import Fault, InputError, TwinTrackError
from twintrack.inputs.validation import FaultList, unknown
from twintrack.model import Model

ORIGINS = ("prior", "posterior")


@click.command("question", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--worlds", default=1000, show_default=True, type=click.IntRange(min=3), help="Number of worlds."
)
@click.option("--seed", default=1, show_default=True, help="Seed of the draw.")
@click.option("--origin", type=click.Choice(ORIGINS), help="Draw from this only; by default from both.")
@click.option("--only", metavar="NAME,...", help=f"These sections only: {', '.join(SECTIONS)}.")
def main(worlds: int, seed: int, origin: str | None, only: str | None) -> None:
    """Print in what share of worlds exploring beats catching up, and what decides it, as Markdown.

    Takes some three minutes on a quiet machine for 1,000 worlds of one origin.
    """
    try:
        names = _sections(only)
        model = twintrack.load()
        drawn = {name: _drawn(model, name, worlds, seed) for name in ([origin] if origin else ORIGINS)}
        with without_notes():
            for name, table in drawn.items():
                _print(model, name, table, names)
    except TwinTrackError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(error.exit_code) from error


def _sections(only: str | None) -> list[str]:
    """Give the names of sections that are asked for. Raises InputError for unknown ones."""
    names = list(read_names(only) or SECTIONS)
    FaultList(
        Fault("--only", unknown("section", name, SECTIONS)) for name in names if name not in SECTIONS
    ).raise_any()
    return names


def _drawn(model: Model, origin: str, worlds: int, seed: int) -> pd.DataFrame:
    """Draw the worlds. Raises InputError where there is no posterior of this model."""
    found = None if origin == "prior" else model.found_posterior
    if found is not None and found.posterior is None:
        raise InputError(Fault("--origin posterior", f"{found.reason}; run `twintrack calibrate`"))
    return model.draw_worlds(worlds, seed, prior=origin == "prior")


def _print(model: Model, origin: str, worlds: pd.DataFrame, names: list[str]) -> None:
    for name in names:
        click.echo(f"computing: {name}, {origin}", err=True)
        for answer in SECTIONS[name](model, worlds):
            click.echo(f"## {answer.title} ({len(worlds):,} worlds, {origin})\n\n{answer}\n")


if __name__ == "__main__":
    main(prog_name="python -m question")
