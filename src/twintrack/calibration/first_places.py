"""How close the contest between compared strategies is, before and after learning.

An order of means hides close contests. Here strategies meet world by world, each in the same worlds as all
others: how often is each of them first, and by how much? The strategies are those of the report that compares
them; history decides between them as far as it moves these shares.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.calibration.fit import Band
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array
from twintrack.inputs.reports import load_report
from twintrack.runs.experiment import Experiment

if TYPE_CHECKING:
    from twintrack.core import Core

REPORT = Path("reports") / "strategy_comparison.yaml"
"""The report whose strategies are compared, in the folder of the content."""
HORIZONS = (2030.0, 2035.0, 2040.0)
WORLDS = 2000
LEARNT = ("prior", "posterior")
_ENDS = (5, 50, 95)
_COLUMNS = ("outcome", "year", "strategy", "worlds", "first", "margin_p05", "margin_p50", "margin_p95")


@dataclass(frozen=True)
class Standing:
    """A strategy in one contest.

    Attributes:
        strategy: Name.
        first: Share of worlds in which no other is better; equals share a world.
        margin: How much better it is than the best of the others, below 0 where it is worse, in the unit of
            the outcome.
    """

    strategy: str
    first: float
    margin: Band


@dataclass(frozen=True)
class State:
    """One contest before or after learning.

    Attributes:
        leader: The strategy that is first most often.
        standings: All strategies, in the order in which the report has them.
        lead: By how much the first of a world is better than the second of that world, in the unit of the
            outcome.
        relative: The median of that, over the width of the 90 % band of the leader's outcome; None where the
            outcome does not vary.
    """

    leader: str
    standings: tuple[Standing, ...]
    lead: Band
    relative: float | None


@dataclass(frozen=True)
class FirstPlaces:
    """The contest on one outcome at one date.

    Attributes:
        outcome: Name of the outcome.
        year: Decimal year.
        better: "higher" or "lower".
        prior: Before learning.
        posterior: After learning.
    """

    outcome: str
    year: float
    better: str
    prior: State
    posterior: State


def compared_strategies(model: Core) -> list[str]:
    """Name the strategies of the report that compares them; none where there is no such report."""
    path = model.content / REPORT
    if not path.is_file():
        return []
    return [model.strategy(name).name for name in load_report(path, model.inputs).few]


def first_places(
    model: Core, target: Target, scores: Array, seed: int, strategies: Sequence[str], worlds: int = WORLDS
) -> list[FirstPlaces]:
    """Hold strategies against each other in worlds of the prior and of the posterior.

    `scores` is a sample of the posterior, shape (size, worlds). All strategies meet in the same worlds, on
    every headline outcome that is better higher or lower. Fewer than two strategies are no contest.
    """
    if len(strategies) < 2:
        return []
    after = scores[:, :worlds]
    before = np.random.default_rng((seed, 12)).standard_normal(after.shape)
    outcomes = [name for name in model.headline if model.outcomes[name].better != "neutral"]
    values = [_values(model, target.unknowns.worlds(part), strategies, outcomes) for part in (before, after)]
    return [
        contest_of(
            name, year, model.outcomes[name].better, strategies, *(part[name][:, :, at] for part in values)
        )
        for name in outcomes
        for at, year in enumerate(HORIZONS)
    ]


def _values(
    model: Core, worlds: dict[str, Array], strategies: Sequence[str], outcomes: Sequence[str]
) -> dict[str, Array]:
    """Simulate, shape (strategy, world, horizon) for each outcome."""
    import pandas as pd

    frame: pd.DataFrame = pd.DataFrame(worlds)
    asked = Experiment(strategies, worlds=frame, outputs=outcomes, times=HORIZONS, model=model)
    at = asked.dataset().isel(scenario=0).transpose("strategy", "world", "time", ...)
    return {name: at[name].to_numpy() for name in outcomes}


def contest_of(
    outcome: str, year: float, better: str, strategies: Sequence[str], prior: Array, posterior: Array
) -> FirstPlaces:
    """Give the contest of strategies on outcomes of shape (strategy, world) before and after learning."""
    sign = 1.0 if better == "higher" else -1.0
    return FirstPlaces(
        outcome, year, better, _state(strategies, sign * prior), _state(strategies, sign * posterior)
    )


def _state(strategies: Sequence[str], values: Array) -> State:
    """Judge outcomes of shape (strategy, world), the larger the better."""
    shares = shares_of_first(values)
    second, first = np.sort(values, axis=0)[-2:]
    standings = tuple(
        Standing(name, float(shares[row]), _band(values[row] - np.delete(values, row, axis=0).max(axis=0)))
        for row, name in enumerate(strategies)
    )
    leader, lead = int(np.argmax(shares)), _band(first - second)
    low, high = np.percentile(values[leader], (_ENDS[0], _ENDS[-1]))
    relative = lead.p50 / float(high - low) if high > low else None
    return State(strategies[leader], standings, lead, relative)


def shares_of_first(values: Array) -> Array:
    """Give the share of worlds in which each row is the largest; equals share a world."""
    top = values == values.max(axis=0)
    shares: Array = (top / top.sum(axis=0)).mean(axis=1)
    return shares


def _band(values: Array) -> Band:
    return Band(*(float(value) for value in np.percentile(values, _ENDS)))


def first_places_csv(contests: Sequence[Mapping[str, Any]]) -> str:
    """Give contests, as JSON holds them, as CSV: a row for each strategy before and after learning.

    The row without a strategy tells by how much the first of a world is better than the second.
    """
    file = io.StringIO()
    write = csv.writer(file, lineterminator="\n")
    write.writerow(_COLUMNS)
    for item in contests:
        named = [item["outcome"], f"{item['year']:g}"]
        for worlds in LEARNT:
            state = item[worlds]
            for one in state["standings"]:
                write.writerow(
                    [*named, one["strategy"], worlds, f"{one['first']:.4f}", *_ends(one["margin"])]
                )
            write.writerow([*named, "", worlds, "", *_ends(state["lead"])])
    return file.getvalue()


def _ends(band: Mapping[str, float]) -> list[str]:
    return [f"{band[key]:.6g}" for key in ("p05", "p50", "p95")]
