"""`twintrack run` and `twintrack compare`: simulate strategies and print outcomes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from twintrack.cli.options import (
    changes,
    json_option,
    tell_changes,
    with_world_options,
    years_option,
)

if TYPE_CHECKING:
    from twintrack.runs.results import Run


@click.command("run", short_help="Simulate a strategy, beside the baseline.")
@click.argument("strategy")
@with_world_options
@years_option
@json_option
def run_command(
    strategy: str,
    scenario: str,
    settings: tuple[str, ...],
    worlds: tuple[str, ...],
    all_variables: bool,
    years: tuple[float, ...],
    as_json: bool,
) -> None:
    """Simulate STRATEGY and print its outcomes beside the baseline's."""
    from twintrack.cli.asked import read_both
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json

    model = open_model()
    (plan,), world = read_both(model, (strategy,), settings, worlds)
    run = model.run(plan, scenario, world=world)
    if as_json:
        print_json({**run.to_dict(all_variables=all_variables), **changes(settings, worlds)})
        return
    tell_changes(settings, worlds)
    label = f"{run.strategy}, changed" if settings else run.strategy
    _print({"baseline": run.baseline, label: run}, {"baseline": run.baseline, label: run}, years)


@click.command("compare", short_help="Simulate several strategies in one world.")
@click.argument("strategies", metavar="STRATEGY STRATEGY...", nargs=-1, required=True)
@with_world_options
@years_option
@json_option
def compare_command(
    strategies: tuple[str, ...],
    scenario: str,
    settings: tuple[str, ...],
    worlds: tuple[str, ...],
    all_variables: bool,
    years: tuple[float, ...],
    as_json: bool,
) -> None:
    """Simulate several strategies in the same world; differences are to the first one named.

    Two settings of one strategy stand side by side under names of their own: `twintrack compare
    pure_catchup more=pure_catchup --set more:fiscal_ai_rd=400`.
    """
    if len(strategies) == 1:
        message = "name at least two strategies; `twintrack run` shows one beside the baseline"
        raise click.UsageError(message)
    from twintrack.cli.asked import read_both
    from twintrack.cli.session import open_model
    from twintrack.cli.tables import print_json

    model = open_model()
    plans, world = read_both(model, strategies, settings, worlds)
    comparison = model.compare(plans, scenario, world=world)
    if as_json:
        print_json({**comparison.to_dict(all_variables=all_variables), **changes(settings, worlds)})
        return
    tell_changes(settings, worlds)
    _print(comparison.runs, {**comparison.runs, "baseline": comparison.baseline}, years)


def _print(runs: dict[str, Run], shown: dict[str, Run], years: tuple[float, ...]) -> None:
    """Print the outcomes of what is shown, and the levers in which the runs differ."""
    from twintrack.cli.tables import levers_table, outcomes_table, print_table
    from twintrack.runs.results import Comparison

    reference, *_ = runs
    first = runs[reference]
    outcomes = outcomes_table(shown, years, reference=reference, plain=set(shown) - set(runs))
    comparison = Comparison(runs, first)
    click.echo(f"scenario {first.scenario}, model {first.catalogue.equations.hash[:12]}")
    for label, run in runs.items():
        if run.factor != 1:
            click.echo(
                f"{label}: money levers times {run.factor:.4g}, to cost the public as much as the baseline"
            )
    print_table(outcomes)
    if comparison.differing:
        print_table(levers_table(comparison))
    else:
        click.echo("no lever differs")
