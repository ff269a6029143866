"""`twintrack site`: all pages in one folder for a static host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twintrack.cli.options import bands_option, seed_option

if TYPE_CHECKING:
    from twintrack.model import Model
    from twintrack.pages.site import Part

_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command("site", short_help="Write all pages into a folder for a static host.")
@click.option("--out", type=_FOLDER, default=Path("build/site"), show_default=True, help="Folder to write.")
@click.option(
    "--built",
    type=_FOLDER,
    default=Path("build"),
    show_default=True,
    help="Where reports/ and validation/ were built; what is not there is left out.",
)
@bands_option
@seed_option
def site_command(out: Path, built: Path, worlds: int, seed: int) -> None:
    """Write dashboard, reports, pages of the model, validation and documents as one site.

    Any static host serves it to any number of readers; it also opens from a disk.
    """
    from twintrack.cli.session import open_model
    from twintrack.pages.site import write_site

    parts = list(_parts(open_model(), built, worlds, seed))
    sizes = write_site(out, parts)
    kinds = ", ".join(f"{kind} {size / 1e6:.1f}" for kind, size in sizes.items())
    total = sum(sizes.values()) / 1e6
    click.echo(f"{out / 'index.html'}: {', '.join(one.folder for one in parts)}; {total:.1f} MB ({kinds})")


def _parts(model: Model, built: Path, worlds: int, seed: int) -> Iterator[Part]:
    from twintrack.hands_on.page import dashboard_page, write_page
    from twintrack.pages.model.docs import build_docs
    from twintrack.pages.site import Part, copied, docs_part
    from twintrack.resources import checkout

    def dashboard(folder: Path) -> None:
        text, notes = dashboard_page(model, worlds, seed)
        for note in notes:
            click.echo(f"note: {note}", err=True)
        write_page(folder / "index.html", text)

    def book(folder: Path) -> None:
        build_docs(model, folder)

    yield Part("dashboard", "dashboard", dashboard)
    for page in sorted((built / "reports").glob("*/index.html")):
        yield copied(page.parent, f"reports/{page.parent.name}", "reports", listed=True)
    if (built / "validation" / "index.html").is_file():
        yield copied(built / "validation", "validation", "validation")
    yield Part("model", "model", book)
    root = checkout()
    if root is not None:
        yield docs_part(root)
