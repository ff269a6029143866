"""`python -m bench`: how fast the engine is, beside other programs."""

from __future__ import annotations

from pathlib import Path

import click

from bench.measuring import Json
from bench.report import benchmark
from bench.tables import described, markdown, remarks, rows
from twintrack.cli.options import json_option, read_names
from twintrack.cli.tables import plain_table, print_json, print_table
from twintrack.errors import TwinTrackError


@click.command("bench", context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Measure this model file instead of TwinTrack's own.",
)
@click.option("--only", metavar="NAME,...", help="Measure these sections only.")
@click.option("--quick", is_flag=True, help="Fewer rounds, in a minute or two.")
@click.option("--full", is_flag=True, help="Run PySD with subscripts over the whole horizon.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
@json_option
def main(
    model: Path | None, only: str | None, quick: bool, full: bool, as_markdown: bool, as_json: bool
) -> None:
    """Measure the engine against PySD, Simlin and generated C, in one run on this machine.

    Sections: latency, blocks, ensemble, simlin, pysd, compile, worlds, horizon, process, sir, world, wasm,
    roofline.
    Programs that are not installed are reported as not measured.
    """
    try:
        report = benchmark(model, read_names(only) or (), quick=quick, full=full, tell=_tell)
    except TwinTrackError as error:
        click.echo(str(error), err=True)
        raise click.exceptions.Exit(error.exit_code) from error
    if as_json:
        print_json(report)
    elif as_markdown:
        click.echo(markdown(report), nl=False)
    else:
        _print(report)


def _tell(line: str) -> None:
    click.echo(f"measuring: {line}", err=True)


def _print(report: Json) -> None:
    click.echo(described(report))
    table = plain_table(["", "median", "range"], [])
    table.columns[1].justify = "right"
    table.columns[1].no_wrap = True
    for title, section in rows(report):
        table.add_row(title)
        for what, median, ends in section:
            table.add_row(f"  {what}", median, ends)
        table.add_section()
    print_table(table)
    for line in remarks(report):
        click.echo(line)


if __name__ == "__main__":
    main(prog_name="python -m bench")
