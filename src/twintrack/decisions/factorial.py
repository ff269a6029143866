"""Portfolio, doors, programmes: what each does, what two or three do together, in all combinations.

Source: Box, Hunter and Hunter (2005), "Statistics for Experimenters", chapter 5, for main effects and
interactions of a full factorial; `shapley` for the average over orders, whose parts sum to the total.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import prod

import numpy as np
import pandas as pd

from twintrack.decisions.compared import Compared, Factors
from twintrack.decisions.contests import spread, with_case
from twintrack.decisions.robustness import performance
from twintrack.decisions.shapley import shapley
from twintrack.equations.structure import Array

EFFECT, TOGETHER, ORDERS, TOTAL = "effect", "together", "averaged over orders", "total"
"""Kinds of rows: a main effect; an interaction; a part of the total; all changes against none."""


def cells(factors: Factors) -> dict[int, str]:
    """Give the strategies of all combinations, parts put together, by mask: bit i stands for factor i."""
    return {
        mask: " + ".join(parts[mask >> place & 1] for place, parts in enumerate(factors.values()))
        for mask in range(1 << len(factors))
    }


def effects(values: Array, factors: Sequence[str]) -> Iterator[tuple[str, str, Array]]:
    """Give each effect in each world, from values of shape (2**factors, worlds), more being better.

    Yields kind, what, and the effect, shape (worlds,). A main effect is the mean over all settings of the
    other factors of what the factor brings; an interaction of two is what one brings with the other less
    without it, so averaged; one of three the same once more.
    """
    masks = np.arange(len(values))
    for number in range(1, len(factors) + 1):
        for chosen in combinations(range(len(factors)), number):
            signs = prod(2.0 * (masks >> place & 1) - 1 for place in chosen)
            effect = np.tensordot(np.asarray(signs), values, axes=1) / (len(values) >> number)
            yield EFFECT if number == 1 else TOGETHER, _named(factors, chosen), effect
    for factor, part in zip(factors, shapley(values), strict=True):
        yield ORDERS, factor, part
    yield TOTAL, _named(factors, range(len(factors))), values[-1] - values[0]


def factorial_table(values: pd.DataFrame, better: str, factors: Factors) -> pd.DataFrame:
    """Give the distribution of every effect over worlds; `values` has a column for each cell.

    Columns: `kind`, `what`, the BANDS of `contests`, `mean` (parts sum to the total in means, not in
    medians), `share` of worlds above zero, `worlds`, `left_out`. Above zero is better.
    """
    scores = performance(values[list(cells(factors).values())], better).to_numpy(dtype=np.float64)
    finite = scores[np.isfinite(scores).all(axis=1)].T
    rows = [
        {
            "kind": kind,
            "what": what,
            **{name: float(value) for name, value in spread(effect).items()},
            "mean": float(effect.mean()) if effect.size else np.nan,
            "share": float((effect > 0).mean()) if effect.size else np.nan,
            "worlds": finite.shape[1],
            "left_out": len(values) - finite.shape[1],
        }
        for kind, what, effect in effects(finite, list(factors))
    ]
    return pd.DataFrame(rows)


def factorial_tables(compared: Compared) -> Mapping[str, pd.DataFrame]:
    """Give the table `factorial` over all cases; none where no factors were asked for."""
    if not compared.factors:
        return {}
    names = list(cells(compared.factors).values())
    tables = [
        with_case(
            factorial_table(compared.values(case, names), compared.better(case), compared.factors),
            case.columns(),
        )
        for case in compared.cases()
    ]
    return {"factorial": pd.concat(tables, ignore_index=True)}


def _named(factors: Sequence[str], chosen: Sequence[int]) -> str:
    return " x ".join(factors[place] for place in chosen)
