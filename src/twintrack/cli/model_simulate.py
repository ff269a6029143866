"""`twintrack model simulate`: any Vensim model, run once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import (
    data_option,
    integration_option,
    json_option,
    outside_option,
    read_names,
    read_settings,
)
from twintrack.engines.registry import BATCHING
from twintrack.errors import Fault, InputError

if TYPE_CHECKING:
    from twintrack.equations.structure import Array

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("simulate", short_help="Run any Vensim model once.")
@click.argument("file", type=_FILE)
@click.option("--out", type=_FILE, help="CSV file to write.")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Replace a variable: by a number, or by times with numbers (0:60,10:150). May be repeated.",
)
@click.option("--outputs", metavar="NAME,NAME", help="Variables or elements; by default all.")
@click.option(
    "--engine",
    type=click.Choice(["auto", *BATCHING]),
    default="auto",
    show_default=True,
    help="auto: numpy for short runs of small models, else what is quickest when compiled.",
)
@click.option("--time-step", type=float, help="Another TIME STEP; must go evenly into SAVEPER.")
@data_option
@integration_option
@outside_option
@json_option
def simulate_command(
    file: Path,
    out: Path | None,
    settings: Sequence[str],
    outputs: str | None,
    engine: Any,
    time_step: float | None,
    data: Sequence[Path],
    integration: Any,
    allow_outside: bool,
    as_json: bool,
) -> None:
    """Run the Vensim model FILE once.

    The CSV file has a row for each saved time: the first column is the time, the others are all variables,
    one column for each element ("Income[North,Young]"), constants too. With --json the same is printed.
    """
    if out is None and not as_json:
        raise InputError(Fault("--out", "name the file to write, or take --json"))
    if out is not None and out.resolve() == file.resolve():
        raise InputError(Fault("--out", f"{out} is the model itself; name another file"))
    from twintrack.engines.simulator import Simulator

    values = _values(read_settings("--set", settings))
    model = Simulator(file, allow_outside=allow_outside, data=data, integration=integration)
    columns = model.table(values, read_names(outputs), time_step, engine)
    for note in () if integration else model.equations.notes:
        click.echo(f"note: {note}", err=True)
    columns = {name: _without_missing(values) for name, values in columns.items()}
    _tell_not_finite(columns)
    if out is not None:
        _write(out, columns)
    if as_json:
        from twintrack.cli.tables import print_json

        print_json({name: [_finite(value) for value in column] for name, column in columns.items()})
    else:
        click.echo(f"{out}: {len(columns['time'])} times, {len(columns) - 1} columns")


def _without_missing(values: Array) -> Array:
    """Give nan for :NA:, which is a number to compute with and none to show."""
    import numpy as np

    from twintrack.equations.structure import NA

    return np.where(values == NA, np.nan, values)


def _tell_not_finite(columns: Mapping[str, Array]) -> None:
    """Say on stderr from when on values are no finite numbers."""
    import numpy as np

    broken = {name: ~np.isfinite(values) for name, values in columns.items()}
    names = [name for name, rows in broken.items() if rows.any()]
    if names:
        first = min(float(columns["time"][broken[name].argmax()]) for name in names)
        shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
        click.echo(f"note: no finite numbers from time {first:g} on in {shown}", err=True)


def _values(settings: Mapping[str, str]) -> dict[str, float | dict[float, float]]:
    """Read numbers, and times with numbers. Raises InputError with everything that is neither."""
    found: dict[str, float | dict[float, float]] = {}
    faults = []
    for name, text in settings.items():
        try:
            if text.startswith("{"):
                pairs = (part.split(":") for part in text.strip("{}").split(","))
                found[name] = {float(time): float(value) for time, value in pairs}
            else:
                found[name] = float(text)
        except ValueError:
            faults.append(
                Fault(f"--set {name}={text}", "write a number (3.5), or times with numbers (0:60,10:150)")
            )
    if faults:
        raise InputError(faults)
    return found


def _write(out: Path, columns: Mapping[str, Array]) -> None:
    """Write the table with all digits."""
    import csv
    import io

    from twintrack.resources import atomic_write

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*(map(repr, column.tolist()) for column in columns.values()), strict=True))
    try:
        atomic_write(out, text.getvalue())
    except OSError as error:
        raise InputError(Fault(str(out), f"cannot be written: {error.strerror}")) from error


def _finite(value: float) -> float | None:
    """JSON knows no number that is not finite."""
    number = float(value)
    return number if abs(number) < float("inf") else None
