"""Made-up truths that are learnt again: coverage, ranks and the joint check, each with what it should be.

What is learnt is kept truth by truth, so that a call that was broken off goes on where it stood.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import click

import twintrack
from twintrack.calibration.evenness import Evenness
from twintrack.calibration.recovery import ACCEPTED, TRUTHS, Recovery, judged
from twintrack.calibration.sampler import BLOCK
from twintrack.calibration.target import prepare_target
from twintrack.calibration.truths import Truths
from twintrack.cli.options import workers_option
from twintrack.cli.tables import plain_table, print_table
from twintrack.worlds.basis import basis_of

Row = tuple[str, str, str, str]


@click.command("recovery")
@click.option(
    "--seed",
    "seeds",
    default=(1,),
    show_default=True,
    metavar="N",
    multiple=True,
    type=click.IntRange(0),
    help="Seed of the truths; named more than once, the truths of all are judged together.",
)
@click.option("--truths", default=TRUTHS, show_default=True, metavar="N", type=click.IntRange(1))
@click.option("--power", default=1.0, show_default=True, metavar="SHARE", help="Power of the likelihood.")
@workers_option
def main(seeds: tuple[int, ...], truths: int, power: float, workers: int | None) -> None:
    """Learn made-up truths again, and print a table of how well."""
    model = twintrack.load()
    described, target = json.dumps(asdict(basis_of(model))), prepare_target(model)
    learnt = [
        one
        for seed in seeds
        for one in Truths(target, seed, power=power).learnt(described, truths, workers, tell, tell)
    ]
    found = judged(learnt, seeds[0])
    click.echo(
        f"{found.truths} made-up truths, {BLOCK} members each, power {power:g}; {found.told:,}"
        f" pairs of truth and parameter are informed; on average {found.directions:.1f} directions are"
    )
    print_table(plain_table(("check", "found", "should be", ""), rows(found)))


def tell(text: str) -> None:
    """Say how far the work is."""
    click.echo(text, err=True)


def rows(found: Recovery) -> Iterator[Row]:
    """Give one row for each check; the last cell is its verdict where there is one."""
    accepted = f"{ACCEPTED[0]:.0%} to {ACCEPTED[1]:.0%}"
    low, high = found.told_chance
    by_chance = f"{accepted}; by chance {low:.1%} to {high:.1%}"
    yield "in 90 % intervals, informed", f"{found.told_inside:.1%}", by_chance, verdict(found.covered)
    yield "in 50 % intervals, informed", f"{found.told_inside_half:.1%}", "50%", ""
    yield "in 90 % intervals, all", f"{found.inside:.1%}", "90%", ""
    yield "in 50 % intervals, all", f"{found.inside_half:.1%}", "50%", ""
    yield _even("ranks, informed", found.ranks)
    yield "lambda in 90 % intervals", f"{found.walks_inside:.1%}", "90%", ""
    yield "lambda in 50 % intervals", f"{found.walks_inside_half:.1%}", "50%", ""
    yield _even("ranks of lambda", found.walks)
    yield _even("joint check by random points (TARP)", found.joint)
    yield "correlation of truths and means, informed", f"{found.correlation:.2f}", "", ""
    if found.worth is not None:
        least, middle = found.worth
        yield (
            "independent worlds that a population is worth",
            f"{least:,.0f} to {middle:,.0f} (median)",
            "",
            "",
        )


def _even(name: str, even: Evenness) -> Row:
    said = f"{even.level + even.distance:.3f} below {even.level:g}"
    return name, said, f"{even.level:g}, at most {even.chance:.3f} off", verdict(even.holds)


def verdict(holds: bool) -> str:
    """Say whether a check is passed."""
    return "passed" if holds else "FAILED"


if __name__ == "__main__":
    main()
