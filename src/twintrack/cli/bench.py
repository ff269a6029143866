"""`twintrack bench`: how fast the engine is, beside other programs."""

from __future__ import annotations

from pathlib import Path

import click

from twintrack.cli.options import json_option


@click.command("bench", short_help="Measure the engine beside other programs.")
@click.option(
    "--model",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Measure this model file instead of TwinTrack's own.",
)
@click.option("--only", default="", metavar="NAME,...", help="Measure these sections only.")
@click.option("--quick", is_flag=True, help="Fewer rounds, in a minute or two.")
@click.option("--full", is_flag=True, help="Run PySD with subscripts over the whole horizon.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
@json_option
def bench_command(
    model: Path | None, only: str, quick: bool, full: bool, as_markdown: bool, as_json: bool
) -> None:
    """Measure the engines against PySD, Simlin and generated C, in one run on this machine.

    Sections: latency, blocks, ensemble, simlin, pysd, compile, worlds, horizon, process, sir, world.
    Programs that are not installed are reported as not measured.
    """
    from twintrack.benchmarks.bench import benchmark
    from twintrack.benchmarks.showing import markdown

    names = [name.strip() for name in only.split(",") if name.strip()]
    report = benchmark(model, names, quick=quick, full=full, tell=_tell)
    if as_json:
        from twintrack.cli.tables import print_json

        print_json(report)
    elif as_markdown:
        click.echo(markdown(report), nl=False)
    else:
        _print(report)


def _tell(line: str) -> None:
    click.echo(f"measuring: {line}", err=True)


def _print(report: dict[str, object]) -> None:
    from twintrack.benchmarks.showing import described, remarks, rows
    from twintrack.cli.tables import plain_table, print_table

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
