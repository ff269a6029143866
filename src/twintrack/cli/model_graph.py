"""`twintrack model graph`: stock-and-flow diagrams of the model."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("graph", short_help="Draw stock-and-flow diagrams.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/model/diagrams"),
    show_default=True,
    help="Folder of the SVG files.",
)
@click.option("--sector", metavar="NAME", help="Draw this sector only.")
def graph_command(out: Path, sector: str | None) -> None:
    """Draw the sectors of the model as SVG: stocks, flows, signed links, levers and inputs from elsewhere."""
    from twintrack.cli.session import open_model
    from twintrack.pages.model.diagrams import write_diagrams

    for path in write_diagrams(open_model(), out, sector):
        click.echo(path)
