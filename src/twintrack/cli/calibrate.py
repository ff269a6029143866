"""`twintrack calibrate`: learn from history, and keep worlds that agree with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.learning import Lesson, is_usual, read_lesson, with_learning_options
from twintrack.cli.options import check_writable, json_option, seed_option, workers_option
from twintrack.cli.progress import ProgressLine, duration
from twintrack.errors import Fault, TwinTrackError
from twintrack.resources import POSTERIOR_FILE, RANGES_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twintrack.calibration.calibrate import Calibration
    from twintrack.model import Model
    from twintrack.worlds.posterior import PosteriorRecord


_KEPT = "what is done is kept: the same command goes on from there"


@click.command("calibrate", short_help="Learn from 2016-2024; ensembles then draw worlds that agree.")
@seed_option
@click.option(
    "--worlds", type=int, default=2000, show_default=True, help="Equally weighted worlds that are kept."
)
@click.option(
    "--populations", type=int, default=4, show_default=True, help="Samples from seeds of their own."
)
@click.option("--members", type=int, default=8192, show_default=True, help="Size of each population.")
@click.option(
    "--power",
    type=float,
    metavar="SHARE",
    help="Power of the likelihood, above 0, at most 1: a judgement of how far history is to be trusted."
    "  [default: 0.5]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where to write the worlds; needed with --observations, --power, another --until."
    "  [default: model/posterior.parquet of the content]",
)
@with_learning_options
@workers_option
@click.option("--fresh", is_flag=True, help="Begin anew, where a run like this one was broken off.")
@click.option(
    "--only-ranges",
    is_flag=True,
    help="Learn nothing: renew model/posterior_ranges.npz from the posterior that is there.",
)
@json_option
def calibrate_command(**options: Any) -> None:
    """Learn the world parameters from the observed series of model/history.

    Tempered sequential Monte Carlo takes several populations of worlds from the prior to the posterior. A run
    that is broken off goes on where it stood when it is called again. Worlds that other data have taught
    belong to those data: ensembles do not draw from them unasked. With the worlds of the content goes a table
    of what every strategy brings in them (model/posterior_ranges.npz).
    """
    from time import monotonic

    from twintrack.calibration.agreement import agreement
    from twintrack.calibration.calibrate import calibrate
    from twintrack.calibration.publish import publish
    from twintrack.cli.session import open_model

    start, model = monotonic(), open_model()
    if options["only_ranges"]:
        _write_ranges(model, as_json=options["as_json"])
        return
    out = options["out"] or model.content / POSTERIOR_FILE
    asked, lesson = _read(model, out, options)
    try:
        with ProgressLine() as line:
            found = calibrate(
                model,
                asked,
                options["workers"],
                history=lesson.history,
                fresh=options["fresh"],
                tell=lambda text: click.echo(text, err=True),
                show=line.show,
            )
        about = publish(out, model, asked, found, agreement(model, found.target, found.populations))
    except KeyboardInterrupt:
        click.echo(_KEPT, err=True)
        raise
    except OSError as error:
        raise TwinTrackError(f"{error.filename or out}: {error.strerror or error}; {_KEPT}") from error
    found.checkpoints.clear()
    if out.resolve() == (model.content / POSTERIOR_FILE).resolve() and model.posterior is not None:
        _write_ranges(model, as_json=None)
    _print_summary(out, about, monotonic() - start, as_json=options["as_json"])


def _write_ranges(model: Model, *, as_json: bool | None) -> None:
    """Renew what strategies bring in the worlds of the posterior, and say so; None: only on stderr."""
    from twintrack.calibration.publish import publish_ranges

    click.echo("running every strategy in all worlds of the posterior", err=True)
    try:
        about = publish_ranges(model)
    except OSError as error:
        raise TwinTrackError(f"{error.filename or RANGES_FILE}: {error.strerror or error}") from error
    if as_json:
        from dataclasses import asdict

        from twintrack.cli.tables import print_json

        print_json({"ranges": str(model.content / RANGES_FILE), **asdict(about)})
        return
    told = f"{len(about.strategies)} strategies in {about.worlds:,} worlds"
    click.echo(
        f"{model.content / RANGES_FILE}: {told}; representative world: row {about.row}", err=as_json is None
    )


def _read(model: Model, out: Path, options: Mapping[str, Any]) -> tuple[Calibration, Lesson]:
    """Read how and from what to learn. Raises InputError with the faults of all options."""
    from twintrack.calibration.calibrate import Calibration
    from twintrack.calibration.sampler import Settings
    from twintrack.inputs.validation import FaultList
    from twintrack.worlds.basis import POWER

    faults, lesson = FaultList(), Lesson([])
    with faults:
        lesson = read_lesson(model, options["observations"], options["until"])
    settings = Settings(members=options["members"])
    power = POWER if options["power"] is None else options["power"]
    asked = Calibration(
        options["seed"], options["populations"], options["worlds"], settings, power, **lesson.settings
    )
    with faults:
        asked.check(options["workers"])
    usual = is_usual(options["observations"], options["until"]) and power == POWER
    if options["out"] is None and not usual:
        message = f"name a file: other data do not replace {POSTERIOR_FILE.as_posix()} unasked"
        faults.append(Fault("--out", message))
    with faults:
        check_writable(out)
    faults.raise_any()
    return asked, lesson


def _print_summary(out: Path, about: PosteriorRecord, seconds: float, *, as_json: bool) -> None:
    summary, size = about.summary, out.stat().st_size
    if as_json:
        from dataclasses import asdict

        from twintrack.cli.tables import print_json

        print_json({"posterior": str(out), "bytes": size, "seconds": seconds, **asdict(about)})
        return
    click.echo(
        f"{out}: {about.settings['worlds']:,} worlds, {size / 1e6:.1f} MB; {summary['observations']}"
        f" observations of {summary['series']} series, {summary['parameters']} parameters"
    )
    click.echo(
        f"{summary['runs']:,} runs in {duration(seconds)}; log evidence"
        f" {', '.join(f'{value:.2f}' for value in summary['log_evidence'])}"
    )
    click.echo(
        f"medians of the populations differ by at most {summary['largest_deviation']:.3f} posterior standard"
        f" deviations over {len(summary['agreement'])} outcomes and years"
    )
