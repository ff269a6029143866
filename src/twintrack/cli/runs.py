"""`twintrack run` and `twintrack compare`: simulate strategies and print outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import (
    changes,
    json_option,
    split_representative,
    tell_changes,
    with_world_options,
    years_option,
)

if TYPE_CHECKING:
    from twintrack.inputs.strategies import Strategy
    from twintrack.model import Model
    from twintrack.runs.results import Comparison, Run


@click.command("run", short_help="Simulate a strategy, beside the baseline.")
@click.argument("strategy")
@with_world_options
@years_option
@json_option
def run_command(strategy: str, scenario: str, **options: Any) -> None:
    """Simulate STRATEGY and print its outcomes beside the baseline's."""
    model, (plan,), one_world = _read((strategy,), options)
    run = model.run(plan, scenario, **one_world)
    if options["as_json"]:  # it needs no baseline
        _print_json(run, options)
        return
    label = f"{run.strategy}, changed" if options["settings"] else run.strategy
    runs = {"baseline": run.baseline, label: run}
    _print(runs, runs, options)


@click.command("compare", short_help="Simulate several strategies in one world.")
@click.argument("strategies", metavar="STRATEGY STRATEGY...", nargs=-1, required=True)
@with_world_options
@years_option
@json_option
def compare_command(strategies: tuple[str, ...], scenario: str, **options: Any) -> None:
    """Simulate several strategies in the same world; differences are to the first one named.

    Two settings of one strategy stand side by side under names of their own: `twintrack compare
    pure_catchup more=pure_catchup --set more:fiscal_ai_rd=400`.
    """
    if len(strategies) == 1:
        message = "name at least two strategies; `twintrack run` shows one beside the baseline"
        raise click.UsageError(message)
    model, plans, one_world = _read(strategies, options)
    comparison = model.compare(plans, scenario, **one_world)
    if options["as_json"]:
        _print_json(comparison, options)
        return
    _print(comparison.runs, {**comparison.runs, "baseline": comparison.baseline}, options)


def _read(
    strategies: Sequence[str], options: Mapping[str, Any]
) -> tuple[Model, list[Strategy], dict[str, Any]]:
    """Give the model, strategies with what is set on top, and what says which world. Raises InputError."""
    from twintrack.cli.asked import read_both
    from twintrack.cli.session import open_model

    model = open_model()
    set_by_hand, representative = split_representative(options["worlds"])
    plans, world = read_both(model, strategies, options["settings"], set_by_hand)
    return model, plans, {"world": world, "representative": representative}


def _tell_world(run: Run) -> None:
    """Say which world is shown, and what stands beside its numbers."""
    found = run.ranges
    which = "the representative one" if run.representative else "central values"
    click.echo(f"world: {which}, one of many")
    if found.ranges is None:
        click.echo(f"no ranges over worlds stand beside the numbers: {found.reason}")
        return
    worlds = found.ranges.about.worlds
    click.echo(
        f"5 %, 95 %: so many of the {worlds:,} worlds that agree with history are below; place: where this"
        " one lies among them"
    )


def _print_json(result: Run | Comparison, options: Mapping[str, Any]) -> None:
    from twintrack.cli.tables import print_json

    told = result.to_dict(all_variables=options["all_variables"])
    print_json({**told, **changes(options["settings"], options["worlds"])})


def _equal_cost(run: Run) -> str:
    """Say what the money of a run was multiplied with, and in which world that makes cost equal."""
    but = f" but {', '.join(sorted(run.unscaled))}" if run.unscaled else ""
    where = "in this world" if run.budget == "equal" else f"in the central world of scenario {run.scenario}"
    goal = f"to cost the public as much as the baseline {where} (budget: {run.budget})"
    return f"money levers{but} times {run.factor:.4g}, {goal}"


def _print(runs: dict[str, Run], shown: dict[str, Run], options: Mapping[str, Any]) -> None:
    """Print the outcomes of what is shown, and the levers in which the runs differ."""
    from twintrack.cli.tables import levers_table, outcomes_table, print_table
    from twintrack.formats import date
    from twintrack.runs.results import Comparison

    tell_changes(options["settings"], options["worlds"])
    reference, *_ = runs
    first = runs[reference]
    outcomes = outcomes_table(shown, options["years"], reference=reference, plain=set(shown) - set(runs))
    comparison = Comparison(runs, first)
    click.echo(f"scenario {first.scenario}, model {first.catalogue.equations.hash[:12]}")
    _tell_world(first)
    for label, run in runs.items():
        if run.budget != "own":
            click.echo(f"{label}: {_equal_cost(run)}")
        if run.switch is not None:
            when = "never in this world" if run.switched_at is None else f"in {date(run.switched_at)}"
            click.echo(f"{label}: switches to {run.switch.to} {when}")
    print_table(outcomes)
    if comparison.differing:
        print_table(levers_table(comparison))
    else:
        click.echo("no lever differs")
