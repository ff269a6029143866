"""Contests: every two strategies by their paired differences in the same worlds; first places; dominance.

A difference is always turned so that above zero the first strategy does better, and is in the outcome's unit.
Worlds in which some strategy of the table has no number count for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, permutations, product
from typing import Any

import numpy as np
import pandas as pd

from twintrack.decisions import robustness
from twintrack.decisions.compared import Case, Compared
from twintrack.decisions.pairs import bands
from twintrack.equations.structure import Array
from twintrack.errors import TwinTrackError

BANDS = {"low90": 0.05, "low50": 0.25, "median": 0.5, "high50": 0.75, "high90": 0.95}
"""Columns of a distribution over worlds, and which share of the worlds lies below."""

DISCOUNT = "discount_rate"
"""The world parameter whose bands are told apart where it is drawn: equal cost hangs on it."""
DISCOUNT_EDGES = (0.0, 0.02, 0.04, 0.06)

FIRST, SECOND, TIE = "first", "second", "tie"
BEST, SHARED, SAME = "best", "shared", "same"
"""Places: clearly the best; one of those that tie at the head; the choice makes no difference."""


def spread(values: Array) -> dict[str, Array]:
    """Give the columns of BANDS over the first axis, each of the shape of the others; NaN without values."""
    if not len(values):
        return {name: np.full(values.shape[1:], np.nan) for name in BANDS}
    found = np.quantile(values, list(BANDS.values()), axis=0)
    return dict(zip(BANDS, found, strict=True))


def contests(values: pd.DataFrame, better: str) -> pd.DataFrame:
    """Compare every two strategies of a table: a row for each world, a column for each strategy.

    Gives a row for each pair, in the order of the columns: `first`, `second`; the BANDS of the paired
    difference; `share` of worlds in which the first is better, a tie counting one half; `ties`, worlds in
    which both are equal to within a relative 1e-6; `worlds`; `left_out`, worlds without a number;
    `verdict`: FIRST or SECOND for who is clearly better (`robustness.clearly_better`), else TIE.
    """
    finite = robustness.finite_worlds(values)
    pairs = list(combinations(range(values.shape[1]), 2))
    one, other = (np.array([pair[side] for pair in pairs], dtype=int) for side in (0, 1))
    scores = robustness.performance(finite, better).to_numpy(dtype=np.float64)
    lead = scores[:, one] - scores[:, other]
    equal = robustness.equal_values(finite, one, other)
    names = values.columns.to_numpy()
    return pd.DataFrame(
        {
            "first": names[one],
            "second": names[other],
            **spread(lead),
            "share": _shares(lead, equal),
            "ties": equal.sum(axis=0),
            "worlds": len(finite),
            "left_out": len(values) - len(finite),
            "verdict": _verdicts(finite, better, one, other),
        }
    )


def dominance(tables: Mapping[str, tuple[pd.DataFrame, str]]) -> pd.DataFrame:
    """Say which strategy is at least as good as which other in every outcome, and better in one.

    `tables` has, by outcome, values (a row for each world, a column for each strategy) and the direction.
    Gives a row for each ordered pair: `first`, `second`; `share` of the worlds in which the first dominates;
    `dominates`, whether it is clearly better in some outcome and clearly worse in none; `worlds`. Raises
    TwinTrackError without an outcome.
    """
    if not tables:
        raise TwinTrackError("dominance needs at least one outcome with a direction")
    known = np.logical_and.reduce([np.isfinite(table.to_numpy()).all(axis=1) for table, _ in tables.values()])
    cut = {name: (table[known], better) for name, (table, better) in tables.items()}
    names = next(iter(cut.values()))[0].columns.to_numpy()
    one, other = np.array(list(permutations(range(len(names)), 2)), dtype=int).reshape(-1, 2).T
    leads = [_leads(table, better, one, other) for table, better in cut.values()]
    never_worse = np.logical_and.reduce([lead >= 0 for lead in leads])
    better_once = np.logical_or.reduce([lead > 0 for lead in leads])
    clear = [robustness.clearly_better(table, better).to_numpy() for table, better in cut.values()]
    wins = np.logical_or.reduce([matrix[one, other] for matrix in clear])
    loses = np.logical_or.reduce([matrix[other, one] for matrix in clear])
    return pd.DataFrame(
        {
            "first": names[one],
            "second": names[other],
            "share": (never_worse & better_once).mean(axis=0) if known.any() else np.nan,
            "dominates": wins & ~loses,
            "worlds": int(known.sum()),
        }
    )


def first_places(values: pd.DataFrame, better: str) -> pd.DataFrame:
    """Say who stands first: a row for each strategy.

    `share_best` is its share of the worlds in which none is better; `place` is BEST for the one that is
    clearly better than all others, SHARED for those that tie at the head, "" for the rest; SAME for all where
    the choice of strategy does not touch the outcome (`robustness.same_for_all`).
    """
    finite = robustness.finite_worlds(values)
    names = [str(name) for name in values.columns]
    if finite.empty:
        return pd.DataFrame({"strategy": names, "share_best": np.nan, "place": ""})
    if robustness.same_for_all(finite):
        places = [SAME] * len(names)
    else:
        first = robustness.first_place(finite, better)
        word = SHARED if first.best is None else BEST
        places = [word if name in first.names else "" for name in names]
    shares = robustness.share_best(finite, better).to_numpy()
    return pd.DataFrame({"strategy": names, "share_best": shares, "place": places})


def contest_tables(compared: Compared) -> dict[str, pd.DataFrame]:
    """Give all contests, the columns of the case first.

    Tables: `contests`, `first_places`, `dominance`, and `contests_by_discount_rate` where worlds draw one.
    """
    found = {
        "contests": _over_cases(compared, contests),
        "first_places": _over_cases(compared, first_places),
        "dominance": pd.concat(_dominances(compared), ignore_index=True),
    }
    by_rate = list(_by_discount_rate(compared))
    if by_rate:
        found["contests_by_discount_rate"] = pd.concat(by_rate, ignore_index=True)
    return found


def with_case(table: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Give a table with the same values in front of each row."""
    return pd.concat([pd.DataFrame(dict(columns), index=table.index), table], axis=1)


def _over_cases(compared: Compared, measure: Callable[[pd.DataFrame, str], pd.DataFrame]) -> pd.DataFrame:
    tables = [
        with_case(measure(compared.values(case), compared.better(case)), case.columns())
        for case in compared.cases()
    ]
    return pd.concat(tables, ignore_index=True)


def _by_discount_rate(compared: Compared) -> Iterator[pd.DataFrame]:
    """Give the contests of what is looked at first, in bands of the discount rate that worlds draw."""
    if DISCOUNT not in compared.worlds:
        return
    rates = bands(compared.worlds[DISCOUNT], DISCOUNT_EDGES)
    for case in compared.headline_cases():
        values = compared.values(case)
        for band in rates:
            table = contests(values.iloc[band.members], compared.better(case))
            yield with_case(table, {**case.columns(), DISCOUNT: band.label})


def _dominances(compared: Compared) -> Iterator[pd.DataFrame]:
    """Give who dominates in the headline outcomes, by cost, scenario and year."""
    for cost, scenario, year in product(compared.costs, compared.scenarios, compared.years):
        cases = [Case(cost, scenario, name, year) for name in compared.headline]
        tables = {case.outcome: (compared.values(case), compared.better(case)) for case in cases}
        yield with_case(dominance(tables), {"cost": cost, "scenario": scenario, "year": year})


def _shares(lead: Array, equal: Any) -> Array:
    """Give the share of worlds above zero by column, ties counting one half; NaN without worlds."""
    if not len(lead):
        return np.full(lead.shape[1], np.nan)
    found: Array = np.where(equal, 0.5, lead > 0).mean(axis=0)
    return found


def _verdicts(finite: pd.DataFrame, better: str, one: Any, other: Any) -> Any:
    if finite.empty:
        return np.full(len(one), TIE, dtype=object)
    clear = robustness.clearly_better(finite, better).to_numpy()
    return np.where(clear[one, other], FIRST, np.where(clear[other, one], SECOND, TIE))


def _leads(values: pd.DataFrame, better: str, one: Any, other: Any) -> Array:
    """Give by how much one leads another in each world, 0 where they are equal but for rounding.

    `one` and `other` are places of columns, shape (pairs,); the result has the shape (worlds, pairs).
    """
    scores = robustness.performance(values, better).to_numpy(dtype=np.float64)
    equal = robustness.equal_values(values, one, other)
    return np.where(equal, 0.0, scores[:, one] - scores[:, other])
