"""`twintrack project`: register what is expected of every observed series, in one dated file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.learning import with_learning_options
from twintrack.cli.options import json_option, seed_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twintrack.calibration.registered import Registered
    from twintrack.inputs.moments import Moment
    from twintrack.model import Model
    from twintrack.worlds.posterior import Posterior


@click.command("project", short_help="Register what is expected of every observed series, in one dated file.")
@click.option(
    "--at",
    "moments",
    default="2025,2026",
    show_default=True,
    metavar="WHEN,WHEN...",
    help="Periods (2025, 2025H2, 2025Q4, 2025-03) and dates (2026.5, 2026.0, 2026-07-01). 2025 is the year,"
    " 2025.0 its beginning.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("build/projection.json"),
    show_default=True,
    metavar="FILE",
    help="The file, JSON.",
)
@click.option(
    "--posterior",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Worlds that `twintrack calibrate --out` has written, with the same --observations and --until."
    "  [default: model/posterior.parquet of the content]",
)
@with_learning_options
@seed_option
@json_option
def project_command(**options: Any) -> None:
    """Project every observed series under the baseline, and write quantiles and draws to one file.

    The file says when and from what it was made, with digests, and holds all that `twintrack score` needs.
    The same command gives the same digest on any day. A series that is read at a date, and a total, are
    projected to the end of a period; a mean is that of the period, and at a date begins there.
    """
    from twintrack.calibration.register import register
    from twintrack.calibration.registered import write_registered
    from twintrack.calibration.target import prepare_target
    from twintrack.cli.learning import read_lesson
    from twintrack.cli.options import check_writable
    from twintrack.cli.session import open_model
    from twintrack.errors import TwinTrackError
    from twintrack.inputs.validation import FaultList

    model, out = open_model(), options["out"]
    faults = FaultList()
    moments: list[Moment] = []
    with faults:
        moments = _moments(options["moments"])
    with faults:
        check_writable(out)
    with faults:
        lesson = read_lesson(model, options["observations"], options["until"])
    faults.raise_any()
    target = prepare_target(model, history=lesson.history)
    posterior = _posterior(model, options["posterior"], lesson.history)
    projection, notes = register(model, target, posterior, moments, options["seed"])
    try:
        write_registered(out, projection)
    except OSError as error:
        raise TwinTrackError(f"{error.filename or out}: {error.strerror or error}") from error
    for note in notes:
        click.echo(note, err=True)
    _print_summary(out, projection, notes, as_json=options["as_json"])


def _moments(text: str) -> list[Moment]:
    """Read dates and periods. Raises InputError with all that are wrong."""
    from twintrack.errors import Fault
    from twintrack.inputs.moments import read_moment
    from twintrack.inputs.validation import FaultList

    found, faults = [], FaultList()
    for part in filter(None, map(str.strip, text.split(","))):
        try:
            found.append(read_moment(part))
        except ValueError as error:
            faults.append(Fault(f"--at {part}", str(error)))
    if not found and not faults:
        faults.append(Fault("--at", "names no date or period; write for example 2025,2026.5"))
    faults.raise_any()
    return found


def _posterior(model: Model, path: Path | None, history: Sequence[Any]) -> Posterior:
    """Read the worlds. Raises InputError when they are damaged, or were learnt from something else."""
    from twintrack.errors import Fault, InputError
    from twintrack.inputs.yaml_files import shown
    from twintrack.resources import POSTERIOR_FILE
    from twintrack.worlds.basis import basis_of
    from twintrack.worlds.posterior import read_posterior

    path = path or model.content / POSTERIOR_FILE
    posterior = read_posterior(path, model.world)
    others = posterior.about.differences(basis_of(model, history))
    if others:
        message = f"was learnt from something else: {', and '.join(others)}"
        advice = "run `twintrack calibrate`, or name other --observations and --until"
        raise InputError(Fault(shown(path), f"{message}; {advice}"))
    return posterior


def _print_summary(out: Path, projection: Registered, notes: list[str], *, as_json: bool) -> None:
    readings = sum(len(series.projected) for series in projection.series.values())
    if as_json:
        from twintrack.cli.tables import print_json

        told = projection.model_dump(mode="json", exclude={"series", "worlds", "what"})
        counts = {"series": len(projection.series), "readings": readings}
        print_json({"projection": str(out), "bytes": out.stat().st_size, **told, **counts, "left_out": notes})
        return
    click.echo(
        f"{out}: {readings} readings of {len(projection.series)} series, {len(projection.worlds)} draws"
        f" of each; made {projection.made}, seed {projection.seed}"
    )
    click.echo(f"sha256 {projection.sha256} of all but the date")
