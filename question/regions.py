"""Where a strategy that loses nearly everywhere still wins: a region of the ranges, and one world of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import log

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from question import asked
from question.answers import Answer
from twintrack.decisions.pairs import Band, PairQuestion, bands, directions, pair_table, simulated
from twintrack.decisions.robustness import finite_worlds, paired_difference, rank_correlations
from twintrack.formats import number, signed
from twintrack.model import Model

DECIDED = 0.95
"""From this share of worlds on a contrast counts as decided."""
JUDGED = (asked.LEVEL, "ai_income")
MOST_PARAMETERS = 3
PER_REGION = 20
"""So many worlds a region should hold; fewer parameters span it where there are fewer worlds."""


HEADER = (
    "wins nearly everywhere",
    "against",
    "in",
    "loser wins in",
    "most of all where",
    "share of all worlds",
    "loser wins there in",
    "example",
    "loser's lead there",
    "with these alone",
)


@dataclass(frozen=True)
class Contest:
    """A contrast of one outcome in one year that is decided.

    Attributes:
        winner: The strategy that is better in nearly all worlds.
        loser: The other one.
        outcome: Name of the outcome.
        year: Decimal year.
        lead: How much better the loser is, in the outcome's unit; the index has the labels of the worlds.
        relative: The same over the mean of both levels, so that worlds of large and small sums compare.
    """

    winner: str
    loser: str
    outcome: str
    year: float
    lead: pd.Series[float]
    relative: pd.Series[float]


@dataclass(frozen=True)
class Region:
    """Thirds of the parameters that move a lead most, chosen for the largest share of wins.

    Attributes:
        spans: The third of each parameter, the one that moves the lead most first.
        share: Share of all worlds that lie in the region.
        wins: Share of these with a lead above zero.
        example: Label of the world in it that has the largest lead.
    """

    spans: dict[str, Band]
    share: float
    wins: float
    example: int


def loser_regions(model: Model, worlds: pd.DataFrame) -> list[Answer]:
    """Give a row for each contrast of capability or income that is decided in nearly all worlds."""
    rows = []
    for contest in _decided(model, worlds):
        region = best_region(contest.relative, worlds.loc[contest.lead.index])
        rows.append(_row(model, contest, region, worlds))
    return [Answer("Where the loser wins", HEADER, rows)]


def best_region(lead: pd.Series[float], worlds: pd.DataFrame) -> Region:
    """Find the region in which a lead is above zero most often.

    `lead` has a value for each world, `worlds` the same worlds with a column for each parameter. Of regions
    with equal shares of wins the one with the larger mean lead is taken; regions with less than half of the
    worlds that they would hold at random do not count.
    """
    names = rank_correlations(lead, worlds).index[: _parameters(len(lead))]
    least = len(lead) / 3 ** len(names) / 2
    spans, members = max(
        (region for region in _regions([bands(worlds[name]) for name in names]) if len(region[1]) >= least),
        key=lambda region: _merit(lead.iloc[region[1]]),
    )
    inside = lead.to_numpy()[members]
    return Region(
        dict(zip(names, spans, strict=True)),
        share=len(members) / len(lead),
        wins=float((inside > 0).mean()),
        example=int(lead.index.to_numpy()[members[inside.argmax()]]),
    )


def _decided(model: Model, worlds: pd.DataFrame) -> Iterator[Contest]:
    question = PairQuestion(asked.PAIRS, JUDGED, asked.YEARS)
    results, better = simulated(model, question, worlds), directions(model, question)
    for row in pair_table(results, question, better).to_dict("records"):
        if max(row["share"], 1 - row["share"]) > DECIDED:
            winner, loser = row["first"], row["second"]
            if row["share"] < 1 / 2:
                winner, loser = loser, winner
            cells = results[row["outcome"]].squeeze("scenario").sel(time=row["year"])
            levels = {name: cells.sel(strategy=name).to_numpy() for name in (loser, winner)}
            values = finite_worlds(pd.DataFrame(levels, worlds.index))
            lead = paired_difference(values, better[row["outcome"]], loser, winner)
            yield Contest(winner, loser, row["outcome"], row["year"], lead, lead / values.abs().mean(axis=1))


def _row(model: Model, contest: Contest, region: Region, worlds: pd.DataFrame) -> tuple[str, ...]:
    outcome = model.outcomes[contest.outcome]
    example = {name: worlds[name].loc[region.example] for name in region.spans}
    alone = {
        name: model.run(name, world=example).outcomes[contest.outcome]
        for name in (contest.loser, contest.winner)
    }
    lead = paired_difference(pd.DataFrame(alone), outcome.better, contest.loser, contest.winner)
    return (
        contest.winner,
        contest.loser,
        f"{outcome.title.en} {contest.year:.0f}",
        number(float((contest.lead > 0).mean()), ".3f"),
        "; ".join(f"{name} {band.low:.3g} to {band.high:.3g}" for name, band in region.spans.items()),
        number(region.share, ".3f"),
        number(region.wins, ".2f"),
        f"world {region.example}",
        signed(float(contest.lead.loc[region.example]), outcome.format),
        signed(float(lead.loc[contest.year]), outcome.format),
    )


def _parameters(worlds: int) -> int:
    """Give how many parameters span regions that hold enough worlds: one at least."""
    return min(max(int(log(worlds / PER_REGION, 3)), 1), MOST_PARAMETERS)


def _regions(parted: Sequence[Sequence[Band]]) -> Iterator[tuple[tuple[Band, ...], NDArray[np.int64]]]:
    """Give every combination of thirds and the places of its worlds."""
    for chosen in product(*parted):
        inside = chosen[0].members
        for band in chosen[1:]:
            inside = np.intersect1d(inside, band.members)
        yield chosen, inside


def _merit(leads: pd.Series[float]) -> tuple[float, float]:
    return float((leads > 0).mean()), float(leads.mean())
