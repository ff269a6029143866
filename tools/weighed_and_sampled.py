"""Weighed worlds of the prior beside populations of the sampler: the same forecasts, scored by series.

Both learn from what was complete at an origin, by the likelihood of the calibration to its power. Chance in
the sampler shows in how far two of its populations, from seeds of their own, lie apart.
"""

from __future__ import annotations

from functools import partial

import click
import numpy as np

import twintrack
from twintrack.calibration.courses import chance_of_none
from twintrack.calibration.holdout import learn
from twintrack.calibration.lookahead import Look, Origin, forms_of
from twintrack.calibration.planting import RUNS
from twintrack.calibration.reweighting import Weighed, prior_runs
from twintrack.calibration.sampler import Work
from twintrack.calibration.scoreboard import scored
from twintrack.calibration.strands import chosen_rows
from twintrack.calibration.target import Target, prepare_target
from twintrack.calibration.validate import HOLDOUT
from twintrack.cli.options import seed_option, workers_option
from twintrack.cli.tables import plain_table, print_table
from twintrack.runs.workers import computed_here
from twintrack.worlds.basis import POWER

ORIGINS = (2022.0, 2024.0)
"""Decimal years: the ends of 2021 and of 2023."""

APART = 0.02
"""Scores that differ by less are alike."""

_STREAM = 18

Scores = dict[str, float]


@click.command("weighed-and-sampled")
@seed_option
@click.option("--runs", default=RUNS, show_default=True, metavar="N", type=click.IntRange(1))
@workers_option
def main(seed: int, runs: int, workers: int | None) -> None:
    """Print for each origin how far the scores of both lie apart, and those of two populations."""
    target = prepare_target(twintrack.load())
    forms = {"learnt": forms_of(POWER)["learnt"]}
    look = Look(target.observed, prior_runs(target, runs, seed, workers, tell, tell), seed, forms=forms)
    print_table(plain_table(HEADS, (row(look, target, origin, seed) for origin in ORIGINS)))


HEADS = (
    "end of",
    f"series within {APART:g}",
    "apart (root mean square)",
    "populations apart",
    "effective worlds",
    "lambda, weighed",
    "lambda, sampled",
    "series beyond",
)


def row(look: Look, target: Target, origin: float, seed: int) -> tuple[str, ...]:
    """Give what is told of one origin."""
    tell(f"origin {origin:g}")
    learnt = look.learn(origin)
    weighed = scores(look, learnt)
    found = [sampled(look, target, origin, (seed, _STREAM, number)) for number in range(2)]
    first, second = (one for one, _ in found)
    means = {name: (first[name] + second[name]) / 2 for name in weighed}
    beyond = sorted(name for name in weighed if abs(weighed[name] - means[name]) > APART)
    walks = np.mean([shares for _, shares in found], axis=0)
    return (
        f"{origin - 1:g}",
        f"{len(weighed) - len(beyond)} of {len(weighed)}",
        f"{distance(weighed, means):.3f}",
        f"{distance(first, second):.3f}",
        f"{learnt.learnt['learnt'].effective:,.0f}",
        shares_of(learnt.learnt["learnt"].walks),
        shares_of(walks),
        ", ".join(f"{name} ({weighed[name]:.2f} and {means[name]:.2f})" for name in beyond),
    )


def sampled(look: Look, target: Target, origin: float, seed: tuple[int, ...]) -> tuple[Scores, np.ndarray]:
    """Learn by the sampler: mean score of each series, and the shares of the values of lambda."""
    past = target.with_observed(target.observed.until(origin))
    population = learn(partial(computed_here, Work({"past": past})), "past", past, HOLDOUT, seed)
    count = population.scores.shape[1]
    said = target.said(target.unknowns.worlds(population.scores), count)
    known = said[chosen_rows(target.observed, -np.inf, origin)]
    weights = Weighed(past.likelihood.walk_shares(known) / count)
    own = Look(target.observed, said, look.seed, look.draws, forms=look.forms)
    learnt = Origin(origin, chance_of_none(past.observed.series), {"learnt": weights})
    return scores(own, learnt), weights.walks


def scores(look: Look, learnt: Origin) -> Scores:
    """Give the mean continuous ranked probability score of what was learnt, by series."""
    points = scored(look.predict(learnt))
    names = dict.fromkeys(one.name for one in points)
    return {
        name: float(np.mean([one.scores["learnt"].crps for one in points if one.name == name]))
        for name in names
    }


def distance(one: Scores, other: Scores) -> float:
    """Give the root mean square difference over series."""
    return float(np.sqrt(np.mean([(one[name] - other[name]) ** 2 for name in one])))


def shares_of(walks: np.ndarray) -> str:
    """Write shares of the values of lambda."""
    return ", ".join(f"{share:.0%}" for share in walks)


def tell(text: str) -> None:
    """Say how far the work is."""
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
