"""`python -m question.centre`: the values of the central run, in the middle of the posterior.

Medians of parameters that are taken one by one are together no middle, for history ties parameters to one
another. So the centre starts from these medians and moves as little as brings outcomes of its run to their
medians over worlds. "Little" is measured along the ways in which worlds of the posterior differ. Each round
is a least-squares step of the linearised model (Tarantola 2005, Inverse Problem Theory, chapter 3).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click
import numpy as np
import pandas as pd

import twintrack
from question.answers import Answer
from question.central_values import rounded, write_values
from question.notes import without_notes
from twintrack.calibration.target import Target, prepare_target
from twintrack.equations.structure import Array
from twintrack.formats import number
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.yaml_files import shown
from twintrack.model import Model
from twintrack.resources import POSTERIOR_FILE
from twintrack.worlds.posterior import read_posterior

YEARS = (2024.0, 2030.0, 2040.0)
"""Years in which the headline outcomes of the baseline are brought to their medians."""
COMPARED = (
    "catchup_explore_open",
    "pure_catchup",
    "pure_exploration",
    "explore_open",
    "catchup_open",
    "inward",
    "sequenced",
)
"""Strategies whose leads over the baseline are brought there too, so that a single run ranks as worlds do."""
LEADS = ("capability_index", "ai_income", "own_origin_share")
LEAD_YEARS = YEARS[1:]

SLACK_OF_LEVELS = 0.02
SLACK_OF_LEADS = 0.2
SLACK_OF_HISTORY = 0.3
"""How far from its median each kind may stay: variances, in squared spreads over worlds."""

HELD = ("initial_run_cost", "hardware_growth_factor")
"""Parameters whose central value is evidence of its own, and stays; so does the median of a lognormal one."""

ROUNDS = 8
SHIFT = 0.15
"""Change of a score by which slopes are measured."""
DAMPED = 0.7
FAR = 6.0
"""Places further from the median, in spreads, are not told apart."""
NOISE = 0.02
"""Added to the variance of each score, for a sample knows few directions well."""

Places = Callable[[Array], Array]
"""Takes scores of shape (unknowns, runs), gives places of shape (outcomes, runs): 0 is the median."""


@dataclass(frozen=True)
class Ruler:
    """Medians of outcomes over worlds and their spreads on both sides, shape (outcomes,) each."""

    middle: Array
    below: Array
    above: Array

    def places(self, values: Array) -> Array:
        """Give places of values of shape (outcomes, runs): distances from the median in spreads.

        An outcome that is the same in all worlds has the place 0.
        """
        away = values - self.middle[:, None]
        spread = np.where(away > 0, self.above[:, None], self.below[:, None])
        return np.clip(np.divide(away, spread, out=np.zeros_like(away), where=spread > 0), -FAR, FAR)


def ruler(values: Array) -> Ruler:
    """Give the ruler of values of shape (outcomes, worlds); worlds without a number do not count."""
    low, middle, high = np.nanquantile(values, (0.16, 0.5, 0.84), axis=1)
    return Ruler(middle, middle - low, high - middle)


def centred(start: Array, covariance: Array, slack: Array, places: Places, rounds: int = ROUNDS) -> Array:
    """Move from `start` to where all places are near 0, the least way that the covariance allows.

    Args:
        start: Scores, shape (unknowns,).
        covariance: Of scores over worlds, shape (unknowns, unknowns); a row of zeros holds an unknown.
        slack: Variance that each outcome may keep, shape (outcomes,).
        places: Where outcomes lie.
        rounds: Steps.

    Gives the scores, shape (unknowns,), of the round whose worst place was nearest to 0.
    """
    moved, best, nearest = np.zeros_like(start), start, np.inf
    for _ in range(rounds):
        here, slopes = _linearised(start + moved, places)
        if np.abs(here).max() < nearest:
            nearest, best = float(np.abs(here).max()), start + moved
        reach = covariance @ slopes.T
        wanted = reach @ np.linalg.solve(slopes @ reach + np.diag(slack), slopes @ moved - here)
        moved = moved + DAMPED * (wanted - moved)
    return best


def _linearised(scores: Array, places: Places) -> tuple[Array, Array]:
    """Give places at some scores, and their slopes, shape (outcomes, unknowns)."""
    size = len(scores)
    shifts = SHIFT * np.eye(size)
    runs = np.column_stack([scores, scores[:, None] + shifts, scores[:, None] - shifts])
    found = places(runs)
    return found[:, 0], (found[:, 1 : size + 1] - found[:, size + 1 :]) / (2 * SHIFT)


class Outcomes:
    """What of a run is brought to the middle: levels, leads, and what the observed series read."""

    def __init__(self, model: Model, target: Target) -> None:
        self.model, self.target = model, target
        known = model.strategies
        self.compared = [name for name in COMPARED if name in known]

    def of(self, worlds: pd.DataFrame) -> Array:
        """Give the outcomes in each world, shape (outcomes, worlds)."""
        found = self.model.ensemble(
            [BASELINE, *self.compared],
            worlds=worlds,
            outputs=list(dict.fromkeys([*self.model.headline, *LEADS])),
        ).squeeze("scenario")
        base = found.sel(strategy=BASELINE)
        levels = [base[name].sel(time=year).to_numpy() for name in self.model.headline for year in YEARS]
        leads = [
            (found[name].sel(strategy=other, time=year) - base[name].sel(time=year)).to_numpy()
            for name in LEADS
            for year in LEAD_YEARS
            for other in self.compared
        ]
        columns = {str(name): worlds[name].to_numpy() for name in worlds}
        return np.vstack([levels, leads, self.target.said(columns, len(worlds))])

    @property
    def slack(self) -> Array:
        """How far each may stay from its median, shape (outcomes,)."""
        levels, leads = (
            len(self.model.headline) * len(YEARS),
            len(LEADS) * len(LEAD_YEARS) * len(self.compared),
        )
        points = sum(len(item.values) for item, _ in self.target.observed.placed)
        sizes = (levels, leads, points)
        return np.repeat([SLACK_OF_LEVELS, SLACK_OF_LEADS, SLACK_OF_HISTORY], sizes)


def central_values(model: Model, worlds: pd.DataFrame) -> tuple[dict[str, float], Array]:
    """Give central values of all drawn parameters, and the places of the outcomes at them.

    `worlds` has a row for each world of the posterior and a column for each parameter.
    """
    target = prepare_target(model)
    unknowns, outcomes = target.unknowns, Outcomes(model, target)
    names = unknowns.names
    rule = ruler(outcomes.of(worlds[names]))
    central = pd.DataFrame({name: [model.world[name].value] for name in names})
    scores = unknowns.parameter_scores({name: worlds[name].to_numpy() for name in names})
    start, spread = np.median(scores, axis=1), np.cov(scores) + NOISE * np.eye(len(names))
    held = [name for name in names if name in HELD or model.world[name].distribution == "lognormal"]
    for row in (names.index(name) for name in held):
        start[row] = unknowns.parameter_scores({name: central[name].to_numpy() for name in names})[row, 0]
        spread[row], spread[:, row] = 0.0, 0.0

    def places(runs: Array) -> Array:
        return rule.places(outcomes.of(pd.DataFrame(unknowns.worlds(runs))))

    best = unknowns.worlds(centred(start, spread, outcomes.slack, places)[:, None])
    values = {name: rounded(float(best[name][0]), model.world[name].range) for name in names}
    values |= {name: float(central[name].iloc[0]) for name in held}
    return values, rule.places(outcomes.of(pd.DataFrame([values])))[:, 0]


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--write", is_flag=True, help="Write the values into model/world.yaml and the model file.")
def main(write: bool) -> None:
    """Print central values in the middle of the posterior, as Markdown. Takes a minute.

    Written values make the posterior stale, for it belongs to them: `twintrack calibrate` follows.
    """
    model = twintrack.load()
    worlds = read_posterior(model.content / POSTERIOR_FILE, model.world).frame
    with without_notes():
        values, places = central_values(model, worlds)
    rows = [(name, f"{model.world[name].value:g}", f"{value:g}") for name, value in values.items()]
    click.echo(str(Answer("Central values", ("parameter", "now", "in the middle"), rows)))
    click.echo(f"\nfarthest from its median, in spreads of worlds: {number(np.abs(places).max(), '.2f')}")
    if write:
        for path in write_values(model, values):
            click.echo(f"written: {shown(path)}")


if __name__ == "__main__":
    main()
