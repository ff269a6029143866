"""`twintrack score`: hold a registered projection against observations that came later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import json_option

if TYPE_CHECKING:
    from twintrack.calibration.registered import Registered
    from twintrack.calibration.score import Mean, Scores, SeriesScore

_RIVALS = {"last": "last value", "growth": "last growth", "trend": "trend"}


@click.command("score", short_help="Hold a registered projection against observations that came later.")
@click.argument("projection", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--observations",
    type=click.Path(path_type=Path),
    required=True,
    metavar="TABLE",
    help="A .csv with the columns series, date or period, value, unit, publisher; low and high may be there.",
)
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print a CSV with a row for each series and each scale.")
def score_command(projection: Path, **options: Any) -> None:
    """Score FILE, which `twintrack project` has written, against a table of observations.

    Printed are, by series and together: how many observations lie in the 50 % and 90 % bands, the interval
    scores of both, the weighted interval score (WIS), the CRPS of the draws, and the mean absolute error of
    the median; beside it the errors of three rivals: the last value, the last growth, and the log-linear
    trend. All are on the scale of the series, less is better. Of a series that only bounds the model, the
    share of draws below the observation is given.
    """
    from twintrack.calibration.registered import read_registered
    from twintrack.calibration.score import score, uncovered
    from twintrack.cli.tables import print_json
    from twintrack.inputs.observed_table import read_observations
    from twintrack.inputs.yaml_files import shown

    if options["as_json"] and options["as_csv"]:
        message = "--json and --csv print the same in two forms; leave one out"
        raise click.UsageError(message)
    registered, table = read_registered(projection), options["observations"]
    rows, faults = read_observations(table, registered.series)
    faults += uncovered(registered, rows, shown(table))
    faults.sort(key=lambda fault: int(fault.where.rpartition(":")[2]))
    faults.raise_any()
    scores = score(registered, rows)
    if options["as_json"]:
        print_json({"projection": str(projection), **_origin(registered), **_told(scores)})
    elif options["as_csv"]:
        _print_csv(scores)
    else:
        _print(projection, registered, scores)


def _origin(registered: Registered) -> dict[str, Any]:
    """Give which projection was scored."""
    keys = {"made", "sha256", "version", "seed", "strategy", "origin"}
    return registered.model_dump(mode="json", include=keys)


def _told(scores: Scores) -> dict[str, Any]:
    """Give all scores in what JSON can hold."""
    from dataclasses import asdict

    return {
        "series": [{"measured_in": item.measured_in, **asdict(item)} for item in scores.series],
        "together": {kind: asdict(mean) for kind, mean in scores.together().items()},
        "contests": {rival: asdict(contest) for rival, contest in scores.contests().items()},
    }


def _print_csv(scores: Scores) -> None:
    """Print rows for each series and, with an empty name, for all on one scale."""
    import csv
    import sys

    writer = csv.writer(sys.stdout, lineterminator="\n")
    numbers = ("inside_50", "inside_90", "interval_50", "interval_90", "wis", "crps", "error", "bias")
    writer.writerow(["series", "measured_in", "bound", "points", *numbers, *_RIVALS, "below"])
    for item in scores.series:
        below = item.below if item.mean is None else ""
        cells = _cells(item.mean, numbers)
        writer.writerow([item.name, item.measured_in, _bound(item), len(item.points), *cells, below])
    for kind, mean in scores.together().items():
        writer.writerow(["", kind, "", mean.points, *_cells(mean, numbers), ""])


def _cells(mean: Mean | None, numbers: tuple[str, ...]) -> list[Any]:
    """Give the cells of means and rivals; empty ones where there are none."""
    if mean is None:
        return [""] * (len(numbers) + len(_RIVALS))
    rivals = [mean.rivals[rival] for rival in _RIVALS]
    return [*(getattr(mean, name) for name in numbers), *("" if one is None else one for one in rivals)]


def _bound(item: SeriesScore) -> str:
    return "upper" if item.mean is None else ""


def _print(path: Path, registered: Registered, scores: Scores) -> None:
    from twintrack.cli.tables import plain_table, print_table

    click.echo(f"{path}, made {registered.made}, sha256 {registered.sha256[:12]}, seed {registered.seed}")
    if scores.scored:
        head = ["series", "scale", "points", "in 50 %", "in 90 %", "interval score 50 %", "90 %", "WIS"]
        print_table(plain_table([*head, "CRPS", "error", *_RIVALS.values()], _rows(scores)))
        for line in _sentences(scores):
            click.echo(line)
    if scores.bounds:
        rows = [[item.name, str(len(item.points)), f"{item.below:.0%}"] for item in scores.bounds]
        print_table(plain_table(["upper bound", "points", "draws below the observation"], rows))


def _rows(scores: Scores) -> Iterator[list[str]]:
    for item in scores.scored:
        if item.mean is not None:
            yield [item.name, item.measured_in, *_shown(item.mean)]
    for kind, mean in scores.together().items():
        yield ["all", kind, *_shown(mean)]


def _shown(mean: Mean) -> list[str]:
    from twintrack.formats import MISSING

    numbers = (mean.interval_50, mean.interval_90, mean.wis, mean.crps, mean.error)
    rivals = (mean.rivals[rival] for rival in _RIVALS)
    return [
        *(str(count) for count in (mean.points, mean.inside_50, mean.inside_90)),
        *(f"{number:.3f}" for number in numbers),
        *(MISSING if error is None else f"{error:.3f}" for error in rivals),
    ]


def _sentences(scores: Scores) -> Iterator[str]:
    """Say what holds over all series, whatever their scales."""
    means = scores.together().values()
    points = sum(mean.points for mean in means)
    yield (
        f"coverage: {sum(mean.inside_50 for mean in means)} of {points} observations in the 50 % band,"
        f" {sum(mean.inside_90 for mean in means)} in the 90 % band"
    )
    told = (
        f"{contest.closer} of {contest.series} than the {_RIVALS[rival]}"
        for rival, contest in scores.contests().items()
    )
    yield f"closer (CRPS against absolute error), by series: {', '.join(told)}"
