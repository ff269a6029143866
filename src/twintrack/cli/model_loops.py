"""`twintrack model loops`: which named loops drive an outcome when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twintrack.cli.options import (
    changes,
    json_option,
    split_representative,
    tell_changes,
    with_world_options,
)

if TYPE_CHECKING:
    from twintrack.decisions.loops import Loops, Period
    from twintrack.runs.results import Run

LEAST = 0.01
"""Loops that have less than this share in every period are not printed one by one."""


@click.command("loops", short_help="Print which feedback loops drive an outcome when.")
@click.argument("strategy")
@click.option("--outcome", metavar="NAME", help="Outcome or variable; by default the first of the headline.")
@click.option(
    "--every", type=click.FloatRange(min=0.25), default=4.0, show_default=True, help="Years in a period."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV: a row for each period and loop.")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for pictures: the strip of loops under the outcome, and their diagram.",
)
@with_world_options
@json_option
def loops_command(
    strategy: str,
    outcome: str | None,
    every: float,
    as_csv: bool,
    out: Path | None,
    scenario: str,
    **options: Any,
) -> None:
    """Print the share of each named loop in what drives an outcome of STRATEGY, period by period.

    Loops That Matter: a loop is as strong as the product of its link scores. Its share is that among the
    named loops, times how much of the outcome's change comes over the strongest path from it. Loops that
    balance have a minus. Loops that model/loops.yaml does not name count nowhere.
    """
    import numpy as np

    from twintrack.cli.asked import read_both
    from twintrack.cli.session import open_model
    from twintrack.decisions.loops import loops_of
    from twintrack.errors import Fault, InputError
    from twintrack.pages.model.loop_pictures import write_loop_pictures

    if as_csv and options["as_json"]:
        raise InputError(Fault("--csv", "is one form and --json another; take one"))
    model = open_model()
    set_by_hand, representative = split_representative(options["worlds"])
    (plan,), world = read_both(model, (strategy,), options["settings"], set_by_hand)
    run = model.run(plan, scenario, world=world, representative=representative)
    entries = model.inputs.loops.values()
    loops = loops_of(run, (cycle for entry in entries for cycle in entry.cycles))
    titles = {cycle.id: entry.title.en for entry in entries for cycle in entry.cycles}
    named, last = outcome or model.headline[0], float(run.time[-1])
    years = [*np.arange(float(run.time[0]), last - 1e-9, every).tolist(), last]
    found = _Found(run, loops, named, loops.periods(named, years), titles)
    if options["as_json"]:
        from twintrack.cli.tables import print_json

        print_json({**found.told(), **changes(options["settings"], options["worlds"])})
    elif as_csv:
        click.echo("\n".join(found.csv()))
    else:
        tell_changes(options["settings"], options["worlds"])
        found.show()
    if out is not None:
        outside = model.scenario(scenario)
        for path in write_loop_pictures(loops, run, named, [*entries], outside, out):
            click.echo(path, err=options["as_json"] or as_csv)


@dataclass(frozen=True)
class _Found:
    """What drives an outcome in a run, in the forms in which it is printed."""

    run: Run
    loops: Loops
    outcome: str
    periods: Sequence[Period]
    titles: Mapping[str, str]

    @property
    def _order(self) -> list[str]:
        """The loops that are ranked, that with the largest share in any period first."""
        largest = {name: max(abs(p.shares[name]) for p in self.periods) for name in self.loops.ranked}
        return sorted(largest, key=lambda name: -largest[name])

    def told(self) -> dict[str, Any]:
        """Give all as plain data: shares by period, and by saved time."""
        drives, hold = self.loops.drives(self.outcome), self.loops.hold(self.outcome)
        return {
            "model_hash": self.run.catalogue.equations.hash,
            "strategy": self.run.strategy,
            "scenario": self.run.scenario,
            "outcome": self.outcome,
            "periods": [
                {"begin": p.begin, "end": p.end, "strongest": p.leading, "shares": dict(p.shares)}
                for p in self.periods
            ],
            "time": self.loops.times.tolist(),
            "loops": {
                name: {
                    "title": self.titles[name],
                    "score": self.loops.scores[name].tolist(),
                    "share_of_named": self.loops.shares[name].tolist(),
                    "hold": hold[name].tolist(),
                    "drives": drives[name].tolist(),
                }
                for name in self._order
            },
            "not_ranked": self.loops.not_ranked,
        }

    def csv(self) -> list[str]:
        """Give a line for each period and loop, under a heading."""
        lines = ["begin,end,loop,title,share,strongest"]
        for period in self.periods:
            for name in self._order:
                title = self.titles[name].replace('"', '""')
                share, strongest = period.shares[name], int(name == period.leading)
                lines.append(f'{period.begin:g},{period.end:g},{name},"{title}",{share!r},{strongest}')
        return lines

    def show(self) -> None:
        """Print a table: loops down, periods across."""
        from twintrack.cli.tables import plain_table, print_table
        from twintrack.formats import share

        run, periods = self.run, self.periods
        click.echo(f"what drives {self.outcome}: {run.strategy}, scenario {run.scenario}")
        click.echo("share of each named loop; − balances; loops that nobody has named count nowhere")
        head = ["loop", "title", *(f"{p.begin:g}-{p.end:g}" for p in periods)]
        shown = [name for name in self._order if max(abs(p.shares[name]) for p in periods) >= LEAST]
        rows = [
            [name, self.titles[name], *(_signed(p.shares[name], share) for p in periods)] for name in shown
        ]
        table = plain_table(head, [*rows, ["", "strongest", *(p.leading or "none" for p in periods)]])
        for column in table.columns[2:]:
            column.justify, column.no_wrap = "right", True
        print_table(table)
        hidden = len(self._order) - len(shown)
        if hidden:
            click.echo(f"{hidden} more loops have less than {LEAST:.0%} in every period")
        for name, why in self.loops.not_ranked.items():
            click.echo(f"{name} has no share: {why}")


def _signed(value: float, share: Callable[[float], str]) -> str:
    return f"−{share(-value)}" if value < 0 else share(value)
