"""`twintrack model web`: any model with sliders, in one file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from twintrack.cli.options import bands_option, check_writable, data_option, outside_option, seed_option

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("web", short_help="Write any model as a page with sliders.")
@click.argument("file", type=_FILE)
@click.option("--out", required=True, type=_FILE, help="Page to write, such as sir.html.")
@click.option("--options", type=_FILE, help="YAML file that says what can be moved and what is shown.")
@bands_option
@seed_option
@data_option
@outside_option
def web_command(
    file: Path,
    out: Path,
    options: Path | None,
    worlds: int,
    seed: int,
    data: Sequence[Path],
    allow_outside: bool,
) -> None:
    """Write the model FILE as one page that simulates by itself, without any program or network.

    Every constant is a slider, within the limits of the file ([min,max,step] behind its unit) or from half to
    one and a half of itself. Bands show what follows when each number is drawn anew, by default within 10 %
    of its slider.
    """
    from twintrack.errors import Fault, InputError
    from twintrack.hands_on.any_model import model_page
    from twintrack.hands_on.page import write_page
    from twintrack.inputs.page_options import PageOptions, read_page_options

    if out.resolve() in (file.resolve(), options and options.resolve()):
        raise InputError(Fault("--out", f"{out} is taken already; name another file"))
    check_writable(out)
    asked = PageOptions() if options is None else read_page_options(options)
    page = model_page(file, asked, worlds=worlds, seed=seed, data=data, allow_outside=allow_outside)
    for note in page.notes:
        click.echo(f"note: {note}", err=True)
    write_page(out, page.text)
    size = len(page.text.encode()) / 1000
    click.echo(f"{out}: {page.sliders} sliders, {page.outcomes} outcomes, {worlds} worlds, {size:,.0f} kB")
