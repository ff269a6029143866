"""`twintrack model wasm`: any Vensim model, compiled for browsers and Node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twintrack.cli.options import data_option, integration_option, outside_option, read_names
from twintrack.errors import Fault, InputError

if TYPE_CHECKING:
    from twintrack.engines.labels import Labels


@click.command("wasm", short_help="Compile any Vensim model for browsers and Node.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write: model.wasm, model.json and engine.js.",
)
@click.option("--outputs", metavar="NAME,NAME", help="Variables; by default all.")
@click.option("--series", metavar="NAME,NAME", help="Constants that are to get a value at every time.")
@click.option("--constants", metavar="NAME,NAME", help="Constants that can be set; by default all.")
@data_option
@integration_option
@outside_option
def wasm_command(
    file: Path,
    out: Path,
    outputs: str | None,
    series: str | None,
    constants: str | None,
    data: Sequence[Path],
    integration: str | None,
    allow_outside: bool,
) -> None:
    """Compile the Vensim model FILE to WebAssembly.

    Constants can be set without compiling again. model.json names them, with units and ranges; engine.js
    loads and runs the model on a page, in a worker or in Node.
    """
    import gzip
    from dataclasses import replace

    from twintrack.engines.labels import Labels
    from twintrack.engines.wasm.module import module_of
    from twintrack.equations import load_equations

    equations = load_equations(file, allow_outside=allow_outside, data=data)
    equations = replace(equations, time=equations.time.integrated(integration))
    labels = Labels(equations)
    asked = {"--outputs": outputs, "--series": series, "--constants": constants}
    chosen = _variables(labels, {option: read_names(text) for option, text in asked.items()})
    module = module_of(
        equations, chosen["--outputs"], chosen["--series"] or (), chosen["--constants"], moved={}
    )
    module.write(out)
    inputs, given = len(module.description["inputs"]), len(module.description["outputs"])
    sizes = [f"{len(code) / 1000:,.0f} kB" for code in (module.code, gzip.compress(module.code))]
    click.echo(f"{out}: {inputs} inputs, {given} outputs, {sizes[0]} ({sizes[1]} compressed)")


def _variables(
    labels: Labels, options: Mapping[str, Sequence[str] | None]
) -> dict[str, Sequence[str] | None]:
    """Find the variables that options name, each once. Raises InputError with all that are none."""
    faults: list[Fault] = []
    found: dict[str, Sequence[str] | None] = dict.fromkeys(options)
    for option, names in options.items():
        try:
            found[option] = names and list(dict.fromkeys(name for name, _ in labels.variables(names, option)))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    return found
