"""`twintrack model flatten`: the model without subscripts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from twintrack.cli.options import data_option, outside_option

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("flatten", short_help="Write an equivalent model without subscripts.")
@click.argument("file", required=False, default=None, type=_FILE)
@click.option("--out", required=True, type=_FILE, help="File to write.")
@click.option("--names", type=_FILE, help="Also write the flat name of every element, as JSON.")
@data_option
@outside_option
def flatten_command(
    file: Path | None, out: Path, names: Path | None, data: Sequence[Path], allow_outside: bool
) -> None:
    """Write the model file FILE (by default TwinTrack's own) without subscripts, one equation per element.

    Vensim PLE, which has no subscripts, can open the result.
    """
    import json

    from twintrack.equations.flatten import flatten_file
    from twintrack.errors import Fault, InputError
    from twintrack.resources import MODEL_FILE, atomic_write, content_root

    source = content_root() / MODEL_FILE if file is None else file
    for option, target, taken in (
        ("--out", out, source),
        ("--names", names, source),
        ("--names", names, out),
    ):
        if target is not None and target.resolve() == taken.resolve():
            raise InputError(Fault(option, f"{target} is taken already; name another file"))
    flat = flatten_file(source, allow_outside=allow_outside, data=data)
    texts = {out: flat.text}
    if names is not None:
        texts[names] = json.dumps(flat.names, indent=2, ensure_ascii=False) + "\n"
    for path, text in texts.items():
        try:
            atomic_write(path, text)
        except OSError as error:
            raise InputError(Fault(str(path), f"cannot be written: {error.strerror}")) from error
    click.echo(f"{out}: {len(flat.names)} variables")
