"""`python -m question.felt`: whether everything in the model is felt, in tables."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click
import pandas as pd

import twintrack
from question.answers import Answer
from question.felt.claims import TURNS, claim_answers, claim_table, turns, write_turns
from question.felt.constants import constant_answers, constant_effects, whole_yardstick
from question.felt.economy import economy_tables
from question.felt.levers import lever_answers, lever_table
from question.felt.lunch import lunch_answers, lunch_table
from question.felt.mechanism_file import CUT, ID, read_mechanism_file
from question.felt.mechanisms import cells_of, measured_rows, mechanism_answers
from question.felt.rivalry import rivalry_answers, rivalry_table
from question.felt.spreads import Yardstick, yardstick
from question.notes import without_notes
from twintrack.errors import TwinTrackError
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model
from twintrack.resources import atomic_write

PRIOR = "prior"
"""Where worlds come from that are drawn from the ranges alone."""

Given = tuple[Model, pd.DataFrame, Yardstick]
"""The model, the drawn worlds, and the spreads over them."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def main() -> None:
    """Print what constants, levers and mechanisms move, in spreads of worlds, as Markdown."""


def asked_of_worlds(command: Callable[..., tuple[pd.DataFrame, list[Answer]]]) -> Callable[..., None]:
    """Give a command its options; it is called with model, worlds and spreads, gives a table and answers."""

    @click.option(
        "--worlds", default=300, show_default=True, type=click.IntRange(min=3), help="Number of worlds."
    )
    @click.option("--seed", default=1, show_default=True, help="Seed of the draw.")
    @click.option("--prior", is_flag=True, help="Draw from the prior; by default from the posterior.")
    @click.option(
        "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write the whole table here, as CSV."
    )
    @wraps(command)
    def run(worlds: int, seed: int, prior: bool, out: Path | None, **options: Any) -> None:
        try:
            model = twintrack.load()
            drawn = model.draw_worlds(worlds, seed, prior=prior)
            with without_notes():
                stick = yardstick(model, drawn)
                table, answers = command((model, drawn, stick), **options)
            if out is not None:
                atomic_write(out, table.to_csv(index=False, float_format="%.6g"))
        except TwinTrackError as error:
            click.echo(str(error), err=True)
            raise click.exceptions.Exit(error.exit_code) from error
        origin = f"{worlds:,} worlds, {drawn.attrs.get('worlds', 'given')}"
        for answer in answers:
            click.echo(f"## {answer.title} ({origin})\n\n{answer}\n")
        if stick.still:
            click.echo(f"All worlds agree, no effect told: {', '.join(stick.still)}")

    return run


@main.command()
@asked_of_worlds
def constants(given: Given) -> tuple[pd.DataFrame, list[Answer]]:
    """Change every constant by a fifth, one at a time, in the central world."""
    model, worlds, _ = given
    table = constant_effects(model, whole_yardstick(model, worlds))
    return table, constant_answers(table)


@main.command()
@asked_of_worlds
def levers(given: Given) -> tuple[pd.DataFrame, list[Answer]]:
    """Set every lever to nine levels over its range, all else as in the baseline."""
    table = lever_table(*given)
    return table, lever_answers(table)


@main.command()
@click.option("--purse", default=BASELINE, show_default=True, help="The strategy whose public cost all have.")
@asked_of_worlds
def lunch(given: Given, purse: str) -> tuple[pd.DataFrame, list[Answer]]:
    """Put sets of index levers at 1, and compare them with named strategies at equal public cost."""
    table = lunch_table(*given, purse=purse)
    return table, lunch_answers(table)


@main.command()
@click.option("--write/--no-write", default=True, help="Whether what is measured goes into the table.")
@asked_of_worlds
def mechanisms(given: Given, write: bool) -> tuple[pd.DataFrame, list[Answer]]:
    """Cut every mechanism of model/mechanisms.csv, and write what it does into the table."""
    model, worlds, stick = given
    file = read_mechanism_file(model.content / "model" / "mechanisms.csv")
    found = measured_rows(model, worlds, stick, file)
    cells = cells_of(found)
    if write:
        file.write(cells)
    rows = [{ID: row[ID], CUT: row[CUT], **told} for row, told in zip(file.rows, cells, strict=True)]
    return pd.DataFrame(rows), mechanism_answers(file, found)


@main.command()
@click.option("--write/--no-write", default=False, help="Whether the settings go into turns.json.")
@asked_of_worlds
def signs(given: Given, write: bool) -> tuple[pd.DataFrame, list[Answer]]:
    """Tell how often signs hold that papers claim of levers, and find settings in which they turn."""
    model, worlds, _ = given
    further = {} if _origin(worlds) == PRIOR else {_origin(worlds): worlds}
    found = list(turns(model, _prior(model, worlds), further))
    if write:
        write_turns(TURNS, found)
    return claim_table(found), claim_answers(found)


@main.command()
@asked_of_worlds
def economy(given: Given) -> tuple[pd.DataFrame, list[Answer]]:
    """Tell whether users gain what they pay, whether anything jumps, and whether estimates fit in."""
    model, worlds, _ = given
    return economy_tables(model, worlds, _prior(model, worlds))


@main.command()
@asked_of_worlds
def regions(given: Given) -> tuple[pd.DataFrame, list[Answer]]:
    """Compare co-opetition of regions with involution, as strategies and by their levers alone."""
    model, worlds, _ = given
    table = rivalry_table(model, worlds)
    return table, rivalry_answers(table)


def _origin(worlds: pd.DataFrame) -> str:
    return str(worlds.attrs.get("worlds", "given"))


def _prior(model: Model, worlds: pd.DataFrame) -> pd.DataFrame:
    """Give as many worlds of the prior, of the same seed; those that are given if they are from it."""
    if _origin(worlds) == PRIOR:
        return worlds
    seed: int = click.get_current_context().params["seed"]
    return model.draw_worlds(len(worlds), seed, prior=True)


if __name__ == "__main__":
    main(prog_name="python -m question.felt")
