"""How strategies compare across the same sampled worlds.

Most functions take a DataFrame of one outcome in one year: a row for each world, a column for each strategy,
in the outcome's own unit. Strategies are compared world by world: bands of two strategies may overlap widely
while one is better in every world. `better` is "higher" or "lower" throughout.

Formulas follow McPhail et al. (2018), "Robustness metrics: how are they calculated, when should they be used
and why do they give different results?", Earth's Future 6, doi:10.1002/2017EF000649, with equal weights for
all worlds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from twintrack.errors import TwinTrackError

if TYPE_CHECKING:
    import xarray as xr

TIE_RANGE = (0.4, 0.6)
"""Two strategies tie when one is better in a share of worlds inside this range."""

ROUNDING = 1e-6
"""Values closer than this share of the largest are equal: closer than that, numerical noise would decide."""

NEGLIGIBLE = 1e-3
"""A median difference below this share of the median level decides nothing: no reader could act on it."""

MEASURES = {
    "laplace": "better",
    "worst_decile": "better",
    "maximin": "better",
    "maximax": "better",
    "hurwicz": "better",
    "regret_max": "lower",
    "regret_p90": "lower",
    "starr": "higher",
    "starr_baseline": "higher",
}
"""Measures of robustness, and whether a good one is "higher", "lower", or what is "better" in the outcome."""

THIRDS = ("low", "middle", "high")


def performance(values: pd.DataFrame, better: str) -> pd.DataFrame:
    """Give the values turned so that more is better: unchanged for "higher", negated for "lower".

    Raises TwinTrackError for any other direction: an outcome without direction cannot be ranked.
    """
    if better == "higher":
        return values
    if better == "lower":
        return -values
    message = f'an outcome that is better "{better}" cannot be ranked; use "higher" or "lower"'
    raise TwinTrackError(message)


def percentiles(values: xr.DataArray) -> xr.DataArray:
    """Give 5, 50 and 95 % points over the dimension world, dimension percentile first."""
    points = np.array([5.0, 50.0, 95.0])
    result = values.quantile(points / 100.0, dim="world", keep_attrs=True, skipna=False)
    return result.rename(quantile="percentile").assign_coords(percentile=points)


def regret(values: pd.DataFrame, better: str) -> pd.DataFrame:
    """Give what each strategy falls short of the best in the same world (Savage 1951), 0 for the best.

    What is within a relative 1e-6 (ROUNDING) of the best counts as equal to it.
    """
    scores = performance(values, better).to_numpy(dtype=np.float64)
    losses = scores.max(axis=1, keepdims=True) - scores
    losses[losses <= _rounding(scores)] = 0.0
    return pd.DataFrame(losses, index=values.index, columns=values.columns)


def same_for_all(values: pd.DataFrame) -> bool:
    """Tell whether the choice of strategy does not touch an outcome, to within 0.1 % (NEGLIGIBLE).

    The medians of all strategies agree, and so do, in the middle world, their values in the same world:
    equal medians alone would hide strategies that win and lose by turns.
    """
    level = NEGLIGIBLE * _level(values)
    middle = values.median()
    spread = regret(values, "higher").max(axis=1)
    return bool(middle.max() - middle.min() <= level and spread.median() <= level)


def share_best(values: pd.DataFrame, better: str) -> pd.Series[float]:
    """Give for each strategy the share of worlds in which none is better.

    Strategies within a relative 1e-6 (ROUNDING) of the best are equal to it: they split that world, so that
    numerical noise makes no winners. Shares sum to one.
    """
    best = (regret(values, better) == 0).astype(float)
    return best.div(best.sum(axis=1), axis=0).mean()


def regret_summary(values: pd.DataFrame, better: str) -> pd.DataFrame:
    """Give one row per strategy, in the outcome's unit.

    Columns: `share_best`; `mean`, `p90` (90th percentile) and `max` of the regret over all worlds; and
    `when_not_best`, its mean over the worlds in which another strategy is better (NaN where there is none).
    """
    losses = regret(values, better)
    return pd.DataFrame(
        {
            "share_best": share_best(values, better),
            "mean": losses.mean(),
            "p90": losses.quantile(0.9),
            "max": losses.max(),
            "when_not_best": losses.where(losses > 0).mean(),
        }
    ).rename_axis("strategy")


def robustness_measures(values: pd.DataFrame, better: str, target: float | None = None) -> pd.DataFrame:
    """Give one row per strategy of how well it does where nobody knows which world is true.

    In the outcome's unit: `laplace`, the mean over worlds; `worst_decile`, the mean of its worst tenth of
    worlds; `maximin` and `maximax`, its worst and best world; `hurwicz`, half of each of these two;
    `regret_max` (minimax regret) and `regret_p90`. Shares of worlds: `starr`, in which it reaches the target
    (Starr 1963; NaN without one), and `starr_baseline`, in which it does at least as well as the first
    column. Of the worlds in which every strategy has a number; all NaN without one.
    """
    finite = finite_worlds(values)
    if finite.empty:
        return pd.DataFrame(np.nan, index=values.columns, columns=list(MEASURES)).rename_axis("strategy")
    scores = performance(finite, better)
    turn = 1.0 if better == "higher" else -1.0
    worst, best = scores.min(), scores.max()
    worst_tenth = np.sort(scores.to_numpy(), axis=0)[: max(1, round(len(scores) / 10))].mean(axis=0)
    losses = regret(finite, better)
    reference = scores.iloc[:, [0]].to_numpy()
    table = pd.DataFrame(
        {
            "laplace": turn * scores.mean(),
            "worst_decile": turn * worst_tenth,
            "maximin": turn * worst,
            "maximax": turn * best,
            "hurwicz": turn * (worst + best) / 2,
            "regret_max": losses.max(),
            "regret_p90": losses.quantile(0.9),
            "starr": np.nan if target is None else (scores >= turn * target).mean(),
            "starr_baseline": (scores >= reference - _rounding(scores.to_numpy())).mean(),
        }
    )
    return table[list(MEASURES)].rename_axis("strategy")


def best_by_measure(table: pd.DataFrame, better: str) -> dict[str, str]:
    """Name the strategy that each measure of `robustness_measures` puts first; of equals the first row."""
    found: dict[str, str] = {}
    for measure, best in MEASURES.items():
        column = table[measure].dropna()
        if not column.empty:
            highest = better == "higher" if best == "better" else best == "higher"
            found[measure] = str(column.idxmax() if highest else column.idxmin())
    return found


def win_shares(values: pd.DataFrame, better: str) -> pd.DataFrame:
    """Give the matrix P(row strategy better than column strategy) over paired worlds.

    Worlds in which the two are equal (to within ROUNDING) count one half for each; the diagonal is 0.5.
    """
    scores = performance(values, better).to_numpy(dtype=np.float64)
    lead = scores[:, :, None] - scores[:, None, :]
    lead[np.abs(lead) <= _rounding(scores)[:, :, None]] = 0.0
    shares = (np.sign(lead).mean(axis=0) + 1) / 2
    return pd.DataFrame(
        shares, index=values.columns.rename("strategy"), columns=values.columns.rename("other")
    )


@dataclass(frozen=True)
class FirstPlace:
    """Who stands first.

    Attributes:
        best: The strategy that is clearly better than every other; None where there is none.
        ties: Those that share the first place where none is best, in the order of the table. Empty as well
            where they beat one another in a circle, each being beaten by some other.
    """

    best: str | None
    ties: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The best, or those that tie."""
        return self.ties if self.best is None else (self.best,)


def first_place(values: pd.DataFrame, better: str) -> FirstPlace:
    """Say which strategy is best, or which tie: the one rule for "best", by `clearly_better`.

    It looks at pairs in the same worlds and at nothing else, so that the order of strategies and how far the
    worst falls behind do not matter. Worlds in which some strategy has no number count for nobody.
    """
    return standing(clearly_better(values, better))


def standing(above: pd.DataFrame) -> FirstPlace:
    """Say who stands first where `above` tells which row strategy is better than which column strategy.

    Best is who is above all others. Else those tie that nobody is above, and if that is one alone, those with
    it that it is not above.
    """
    beats = above.to_numpy(dtype=bool)
    names = [str(name) for name in above.columns]
    wins = beats.sum(axis=1) == len(names) - 1
    if wins.any():
        return FirstPlace(names[int(wins.argmax())])
    tied = np.logical_not(beats.any(axis=0))
    if tied.sum() == 1:
        tied |= ~beats[tied][0]
    return FirstPlace(None, tuple(name for name, first in zip(names, tied.tolist(), strict=True) if first))


def clearly_better(values: pd.DataFrame, better: str) -> pd.DataFrame:
    """Give the matrix of which row strategy is clearly better than which column strategy.

    Clearly: in more than 60 % of the worlds, equals counting one half, and by a median difference of at least
    0.1 % of the median level (NEGLIGIBLE). Of the worlds in which every strategy has a number.
    """
    values = finite_worlds(values)
    scores = np.ascontiguousarray(performance(values, better).to_numpy(dtype=np.float64).T)
    one, other = np.triu_indices(len(scores), 1)
    leads = np.zeros((len(scores), len(scores)))
    leads[one, other] = np.median(scores[one] - scores[other], axis=1)
    leads -= leads.T
    often = win_shares(values, better) > TIE_RANGE[1]
    clear: pd.DataFrame = often & (leads >= NEGLIGIBLE * _level(values))
    return clear


def nearest_rival(values: pd.DataFrame, better: str, best: str) -> str:
    """Give the strategy that `best` beats in the fewest worlds; of equals, the one with the closest values.

    Closest is the smallest absolute median of the paired difference; of equals there the first by name.
    """
    values = values[sorted(map(str, values.columns))]
    wins = win_shares(values, better).loc[best].drop(best)
    distance = values.rsub(values[best], axis=0).median().abs().drop(best)
    order = pd.DataFrame({"wins": wins, "distance": distance}).sort_values(
        ["wins", "distance"], kind="stable"
    )
    return str(order.index[0])


def contenders(values: pd.DataFrame, better: str) -> tuple[str, str]:
    """Give the two strategies between which the first place is decided.

    These are the two that are best in most worlds; where one is best in all of them, the second is the one
    that loses least to it on average. Of equals the first by name.
    """
    table = regret_summary(values[sorted(map(str, values.columns))], better)
    order = table.sort_values(["share_best", "mean"], ascending=[False, True], kind="stable").index
    return str(order[0]), str(order[1])


def paired_difference(values: pd.DataFrame, better: str, first: str, second: str) -> pd.Series[float]:
    """Give how much better `first` is than `second` in each world."""
    scores = performance(values, better)
    return scores[first] - scores[second]


def rank_correlations(difference: pd.Series[float], worlds: pd.DataFrame) -> pd.Series[float]:
    """Give Spearman's rank correlation of a paired difference with each sampled parameter.

    `worlds` has a row for each world and a column for each parameter. Sorted by size, largest first; where
    nothing varies the correlation is 0. A screening measure: it sees monotone influences, one at a time.
    Take the worlds from the results themselves (`results["parameters"].to_pandas()`): others would give
    noise. Raises TwinTrackError where the rows of the two are not called the same.
    """
    if list(difference.index) != list(worlds.index):
        message = "the difference and the worlds have other rows; take both from the same results"
        raise TwinTrackError(message)
    ranks = worlds.rank().to_numpy()
    target = stats.rankdata(difference.to_numpy())
    ranks = ranks - ranks.mean(axis=0)
    target = target - target.mean()
    scale = np.sqrt((ranks**2).sum(axis=0) * (target**2).sum())
    products = target @ ranks
    values = np.divide(products, scale, out=np.zeros_like(products), where=scale > 0)
    result = pd.Series(values, index=worlds.columns, name="rank_correlation")
    return result.reindex(result.abs().sort_values(ascending=False, kind="stable").index)


def noise_level(worlds: int) -> float:
    """Give what rank correlations of 95 % of unrelated parameters stay below: 1.96/sqrt(worlds - 1)."""
    return 1.96 / float(np.sqrt(worlds - 1))


def share_best_by_third(values: pd.DataFrame, better: str, parameter: pd.Series[float]) -> pd.DataFrame:
    """Give the share of worlds each strategy is best in, in each third of a parameter's values.

    Rows are the thirds (low, middle, high), columns `from` and `to` (the parameter's range there), `worlds`
    (their number) and one for each strategy.
    """
    rows: dict[str, dict[str, float]] = {}
    for third, members in thirds(parameter).items():
        inside = parameter.to_numpy()[members]
        shares = share_best(values.iloc[members], better)
        rows[third] = {"from": inside.min(), "to": inside.max(), "worlds": len(members)}
        rows[third] |= {str(name): share for name, share in shares.items()}
    return pd.DataFrame.from_dict(rows, orient="index")


def finite_worlds(values: pd.DataFrame) -> pd.DataFrame:
    """Give the worlds in which every strategy has a finite value."""
    finite: pd.DataFrame = values.loc[np.isfinite(values.to_numpy()).all(axis=1)]
    return finite


def thirds(parameter: pd.Series[float]) -> dict[str, NDArray[np.int64]]:
    """Give the places of the worlds in each third of a parameter's values: low, middle, high."""
    order = np.argsort(parameter.to_numpy(), kind="stable")
    return dict(zip(THIRDS, np.array_split(order, len(THIRDS)), strict=True))


def equal_values(values: pd.DataFrame, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell in which worlds two strategies are equal, to within a relative 1e-6 (ROUNDING) of all of them.

    `one` and `other` are places of columns, shape (pairs,); the result has the shape (worlds, pairs).
    """
    scores = values.to_numpy(dtype=np.float64)
    if not len(scores):
        return np.zeros((0, len(one)), dtype=bool)
    equal: NDArray[np.bool_] = np.abs(scores[:, one] - scores[:, other]) <= _rounding(scores)
    return equal


def _level(values: pd.DataFrame) -> float:
    """Give the median level of an outcome: the largest size of any strategy's median."""
    return float(values.median().abs().max())


def _rounding(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give what counts as equal in each world, shape (worlds, 1)."""
    largest: NDArray[np.float64] = np.abs(scores).max(axis=1, keepdims=True)
    return ROUNDING * largest
