"""`twintrack explain-difference`: why two strategies, or two scenarios, differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import (
    json_option,
    language_option,
    prior_option,
    read_names,
    seed_option,
    workers_option,
    years_option,
)
from twintrack.cli.progress import ProgressLine
from twintrack.errors import Fault, InputError

if TYPE_CHECKING:
    from pandas import DataFrame

    from twintrack.decisions.attribution import Attribution, Runs
    from twintrack.model import Model

FILE, LOOPS_FILE = "parts.csv", "loops.csv"


@click.command("explain-difference", short_help="Why two strategies, or two scenarios, differ.")
@click.argument("strategies", metavar="STRATEGY [STRATEGY]", nargs=-1, required=True)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    default=("central",),
    show_default=True,
    help="Outside world. Given twice, with one STRATEGY: explain the difference of the two.",
)
@click.option("--runs", type=int, default=200, show_default=True, help="Number of worlds.")
@seed_option
@prior_option
@click.option(
    "--cost",
    type=click.Choice(["own", "equal"]),
    default="own",
    show_default=True,
    help="At own budget, or every combination at the baseline's public cost in each world.",
)
@click.option("--outcomes", metavar="NAME,...", help="Outcomes.  [default: those shown first]")
@years_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Keep runs and table there.",
)
@click.option("--resume", is_flag=True, help="Continue runs that were broken off.")
@click.option(
    "--loops/--no-loops",
    "with_loops",
    default=True,
    show_default=True,
    help="Also cut each loop of model/loops.yaml, and tell what goes of the difference of two strategies.",
)
@workers_option
@language_option
@json_option
def explain_difference_command(strategies: tuple[str, ...], **options: Any) -> None:
    """Say what of the difference between two strategies comes from which group of levers.

    Every combination of the groups is run in the same worlds. What a group brings is averaged over all orders
    in which the groups could be changed (exact Shapley values): the means over worlds sum to the difference.

    Then each named loop is cut at one link, in the same worlds: what goes of the difference runs through it.
    """
    from twintrack.cli.session import open_model
    from twintrack.decisions.attribution import Runs, explain_difference, explain_scenarios
    from twintrack.decisions.further_runs import Way
    from twintrack.pages.texts import Texts

    scenarios: tuple[str, ...] = options["scenarios"]
    _check(strategies, scenarios, options)
    model = open_model()
    out: Path | None = options["out"]
    with ProgressLine() as line:
        folder = out / "runs" if out else None
        runs = Runs(
            worlds=options["runs"],
            seed=options["seed"],
            prior=options["prior"],
            cost=options["cost"],
            outcomes=read_names(options["outcomes"]),
            years=options["years"],
            way=Way(folder, options["resume"], options["workers"], line.show),
        )
        if len(strategies) == 2:
            found = explain_difference(model, strategies[0], strategies[1], scenarios[0], runs)
        else:
            found = explain_scenarios(model, strategies[0], scenarios[0], scenarios[1], runs)
    loops = None
    if len(strategies) == 2 and options["with_loops"]:
        click.echo(Texts(options["language"])("told_stage knocking out loops"), err=True)
        loops = _loops(model, (strategies[0], strategies[1]), scenarios[0], runs)
    _tell(model, found, loops, strategies if len(strategies) == 2 else scenarios, options)


def _loops(model: Model, pair: tuple[str, str], scenario: str, runs: Runs) -> DataFrame | None:
    """Cut the loops of the content; None where it names none."""
    from twintrack.decisions.knockouts import loops_of, settings_of

    if not model.inputs.names_loops:
        return None
    return loops_of(model, settings_of(model, pair, scenario, runs))


def _check(strategies: Sequence[str], scenarios: Sequence[str], options: Mapping[str, Any]) -> None:
    """Raise InputError unless two strategies under one scenario are named, or one under two."""
    faults = []
    if (len(strategies), len(scenarios)) not in ((2, 1), (1, 2)):
        message = "name two strategies, or one strategy and --scenario twice"
        faults.append(Fault("explain-difference", message))
    if options["resume"] and options["out"] is None:
        faults.append(Fault("--resume", "continues what is kept in a folder: name it with --out"))
    if faults:
        raise InputError(faults)


def _tell(
    model: Model,
    found: Attribution,
    loops: DataFrame | None,
    between: Sequence[str],
    options: Mapping[str, Any],
) -> None:
    from twintrack.cli.tables import print_json, print_lines
    from twintrack.decisions.analysis import as_csv, plain_rows
    from twintrack.pages.decisions.difference import difference_lines
    from twintrack.resources import atomic_write

    out: Path | None = options["out"]
    if out is not None:
        atomic_write(out / FILE, as_csv(found.table))
        if loops is not None:
            atomic_write(out / LOOPS_FILE, as_csv(loops))
    if options["as_json"]:
        changes = {name: list(names) for name, names in found.changes.items()}
        print_json(
            {
                "between": list(between),
                "changes": changes,
                "residual": found.residual,
                "parts": plain_rows(found.table),
                "loops": [] if loops is None else plain_rows(loops),
            }
        )
        return
    print_lines(difference_lines(model, found, between, loops, options["language"]))
