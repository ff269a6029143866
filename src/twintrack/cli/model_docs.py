"""`twintrack model docs`: pages with every equation of the model."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("docs", short_help="Write pages with every equation, its source and links.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("build/model"),
    show_default=True,
    help="Folder of the pages.",
)
def docs_command(out: Path) -> None:
    """Write the model as pages: a diagram, the loops and every equation of each sector, in two languages."""
    from twintrack.cli.session import open_model
    from twintrack.pages.model.docs import build_docs

    click.echo(build_docs(open_model(), out))
