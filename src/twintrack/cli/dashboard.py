"""`twintrack dashboard`: the model with sliders, in one file."""

from __future__ import annotations

from pathlib import Path

import click

from twintrack.cli.options import bands_option, seed_option


@click.command("dashboard", short_help="Write a page with sliders that simulates by itself.")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to write, such as dashboard.html.",
)
@bands_option
@seed_option
def dashboard_command(out: Path, worlds: int, seed: int) -> None:
    """Write one page with the model inside: levers, curves, bands and the verdict follow a slider at once.

    It needs no program and no network, and holds both languages. Its links carry everything that is set.
    """
    from twintrack.cli.session import open_model
    from twintrack.hands_on.page import dashboard_page, write_page

    page, notes = dashboard_page(open_model(), worlds, seed)
    for note in notes:
        click.echo(f"note: {note}", err=True)
    write_page(out, page)
    click.echo(f"{out}: {len(page.encode()) / 1000:,.0f} kB, {worlds} worlds")
