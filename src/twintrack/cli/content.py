"""`twintrack check`, `explain` and `new`: what the files hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twintrack.cli.options import json_option
from twintrack.errors import EquationError, Fault, InputError

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations import Equations


@click.command("check", short_help="Find faults in the files.")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
def check_command(files: tuple[Path, ...]) -> None:
    """Check FILES, or all content, and print every fault with file and line."""
    from twintrack.cli.session import log_to_stderr
    from twintrack.core import Core
    from twintrack.inputs.check import check_content
    from twintrack.inputs.check_files import check_file, content_files
    from twintrack.inputs.validation import FaultList
    from twintrack.resources import POSTERIOR_FILE, RANGES_FILE

    log_to_stderr()
    core = Core()
    root = core.content
    faults = FaultList()
    if files:
        content = core.inputs
        for path in files:
            if hidden := content.strategies.hidden(path):
                click.echo(f"note: {path} takes the place of {hidden}", err=True)
            with faults:
                faults += _posterior(path, core) if path.suffix == ".parquet" else check_file(path, content)
    else:
        equations, wrong = _equations(core)
        faults += [*wrong, *check_content(root, equations)]
        if (root / POSTERIOR_FILE).is_file():
            faults += _posterior(root / POSTERIOR_FILE, core)
        if (root / RANGES_FILE).is_file() and equations is not None:
            with faults:
                _warn_of_ranges(core)
    faults.raise_any()
    _tell_outside(files or [core.inputs.scenario_file(name) for name in core.scenarios], core)
    count = len(files or content_files(root))
    click.echo(f"{count} {'file is' if count == 1 else 'files are'} good")


def _tell_outside(files: Iterable[Path], core: Core) -> None:
    """Tell on stderr which values of scenarios lie outside the range that is thought likely."""
    from twintrack.inputs.yaml_files import read_document, shown
    from twintrack.runs.asked import outside_range

    for path in files:
        if path.suffix in (".yaml", ".yml") and "world" in read_document(path).data:
            for note in outside_range(core.world, core.scenario(str(path)).world):
                click.echo(f"note: {shown(path)}: {note}", err=True)


def _posterior(path: Path, core: Core) -> list[Fault]:
    """Give what is wrong with a posterior; one of another model is good, and only told on stderr."""
    from twintrack.inputs.yaml_files import shown
    from twintrack.worlds.posterior import stale
    from twintrack.worlds.posterior_record import good_record

    try:
        about = good_record(path, core.world)
    except InputError as error:
        return list(error.faults)
    try:
        reasons = stale(about, core)
    except (InputError, EquationError):  # what is wrong with the model is told by itself
        return []
    if reasons:
        message = f"does not belong to this model and is not used: {', and '.join(reasons)}"
        click.echo(f"warning: {shown(path)} {message}; run `twintrack calibrate`", err=True)
    return []


def _warn_of_ranges(core: Core) -> None:
    """Say on stderr that the stored ranges are not used, or lack strategies. Raises InputError if damaged."""
    from twintrack.resources import RANGES_FILE
    from twintrack.runs.ranges import found_ranges, ranged_strategies

    found = found_ranges(core)
    if found.ranges is None:
        click.echo(f"warning: {found.reason}", err=True)
    elif lacking := found.ranges.lacking(ranged_strategies(core).values()):
        message = (
            f"does not have as they are now: {', '.join(lacking)}; run `twintrack calibrate --only-ranges`"
        )
        click.echo(f"warning: {RANGES_FILE.as_posix()} {message}", err=True)


def _equations(core: Core) -> tuple[Equations | None, list[Fault]]:
    """Read the equations; a fault in them must not hide those of other files."""
    from twintrack.inputs.yaml_files import shown
    from twintrack.resources import MODEL_FILE

    try:
        return core.equations, []
    except InputError as error:
        return None, list(error.faults)
    except EquationError as error:
        message = str(error).removeprefix(f"{error.where}: ")
        return None, [Fault(error.where or shown(core.content / MODEL_FILE), message)]


@click.command("explain", short_help="Show an equation, its source, causes and uses.")
@click.argument("name")
@json_option
def explain_command(name: str, as_json: bool) -> None:
    """Show the equation of NAME as it stands in the model, its units, source, causes and uses."""
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json

    explanation = open_model().explain(name)
    if as_json:
        print_json(asdict(explanation))
    else:
        click.echo(explanation)


@click.command("new", short_help="Start a strategy file.")
@click.argument("name")
@click.option("--from", "parent", default="baseline", show_default=True, help="Strategy to start from.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=None,
    help="File to write.  [default: strategies/NAME.yaml]",
)
def new_command(name: str, parent: str, output: Path | None) -> None:
    """Write a strategy file NAME that does what its parent does, ready to edit. Nothing is overwritten."""
    from twintrack.cli.session import open_model
    from twintrack.inputs.strategy_template import start_strategy

    if Path(name).name != name:
        raise InputError(Fault(f'"{name}"', "write a name, not a path; --output says which file to write"))
    path = output or Path("strategies") / f"{name}.yaml"
    start_strategy(path, parent, open_model().inputs)
    click.echo(path)
