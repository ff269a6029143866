"""What decides: which uncertain parameters move an outcome, and which move the difference of two strategies.

Worlds that agree with history have dependent parameters, for which shares of variance say nothing. PAWN
(Pianosi and Wagener 2015, doi:10.1016/j.envsoft.2015.01.004; 2018 for samples that are given) holds under
dependence: it asks how far the distribution of an output moves when a parameter is known to lie in a slice of
its values. What depends on a parameter only through another one counts as moved by it, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from twintrack.decisions import robustness
from twintrack.decisions.compared import Case, Compared
from twintrack.decisions.contests import with_case
from twintrack.equations.structure import Array

SLICES = 10
"""Slices of equal size in which a parameter is held."""

_PERMUTATIONS = 200
FEWEST = 50
"""Worlds below which nothing is said: slices would hold less than five."""

LEVEL, DIFFERENCE, CONTEST = "level", "difference", "contest"
"""What is moved: a strategy's level, its difference from the first one, that of the two best ones."""


def slices(parameters: Array, number: int = SLICES) -> NDArray[np.int64]:
    """Give the slice of each world along the first axis, by rank: as many worlds in each as can be."""
    ranks = parameters.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return ranks * number // len(parameters)


def pawn(output: Array, held: NDArray[np.int64]) -> Array:
    """Give for each parameter the median over slices of the Kolmogorov-Smirnov distance, shape (parameters,).

    `output` has the shape (worlds,); `held` the slice of each world for each parameter, shape (worlds,
    parameters). The distance is between the output in a slice and in all worlds.
    """
    order = np.argsort(output, kind="stable")
    ordered, inside = output[order], held[order]
    last = np.append(ordered[1:] > ordered[:-1], True)  # distributions step where the output does
    steps = np.arange(1, len(output) + 1)[last] / len(output)
    distances = []
    for number in range(held.max() + 1):
        member = inside == number
        conditional = np.cumsum(member, axis=0)[last] / np.maximum(member.sum(axis=0), 1)
        distances.append(np.abs(conditional - steps[:, np.newaxis]).max(axis=0))
    found: Array = np.median(distances, axis=0)
    return found


@cache
def noise(worlds: int, parameters: int = 1, seed: int = 1) -> float:
    """Give what PAWN of so many parameters that do nothing stays below in 95 % of cases.

    From permutations, as mean and standard deviation of what chance gives, with the normal quantile that so
    many parameters together ask for (Bonferroni).
    """
    rng = np.random.default_rng(seed)
    ordered: Array = np.linspace(0, 1, worlds)
    held = slices(ordered)
    idle = np.stack([rng.permutation(held) for _ in range(_PERMUTATIONS)], axis=1)
    found = pawn(ordered, idle)
    return float(found.mean() + stats.norm.isf(0.05 / parameters) * found.std(ddof=1))


@dataclass(frozen=True)
class Drawn:
    """Parameters that vary in some worlds, ready to be held against many outputs.

    Attributes:
        names: Their names.
        held: The slice of each world, shape (worlds, parameters).
        ranks: Ranks about their middle, each of size one, same shape.
    """

    names: tuple[str, ...]
    held: NDArray[np.int64]
    ranks: Array

    @classmethod
    def of(cls, worlds: pd.DataFrame) -> Drawn:
        """Prepare the parameters that vary: a row for each world, a column for each parameter."""
        values = worlds.to_numpy(dtype=np.float64)
        varied = np.ptp(values, axis=0) > 0 if len(values) else np.zeros(values.shape[1], dtype=bool)
        names = tuple(str(name) for name, keep in zip(worlds, varied, strict=True) if keep)
        return cls(names, slices(values[:, varied]), _unit_ranks(values[:, varied]))


def moved_by(output: Array, drawn: Drawn) -> pd.DataFrame:
    """Rank parameters by how far they move an output, shape (worlds,): a row for each, the strongest first.

    Columns: `parameter`, `pawn` (0 to 1), `noise` (what stays below it may do nothing), `rank_correlation`
    (Spearman; its sign says which way). Empty with fewer than FEWEST worlds, or where the output is the same
    in all.
    """
    if len(output) < FEWEST or np.ptp(output) == 0 or not drawn.names:
        return pd.DataFrame(columns=["parameter", "pawn", "noise", "rank_correlation"])
    table = pd.DataFrame(
        {
            "parameter": drawn.names,
            "pawn": pawn(output, drawn.held),
            "noise": noise(len(output), len(drawn.names)),
            "rank_correlation": _unit_ranks(output[:, np.newaxis])[:, 0] @ drawn.ranks,
        }
    )
    return table.sort_values("pawn", ascending=False, kind="stable", ignore_index=True)


def _unit_ranks(values: Array) -> Array:
    """Give ranks along the first axis about their middle, each column of size one; equals share a rank."""
    if not values.size:
        return values
    ranks = stats.rankdata(values, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    found: Array = np.asarray(ranks / np.sqrt((ranks**2).sum(axis=0)), dtype=np.float64)
    return found


@dataclass(frozen=True)
class Contest:
    """Two strategies between which a case is decided, and by how much the first leads in each world."""

    first: str
    second: str
    lead: pd.Series[float]


def decisive(compared: Compared, case: Case) -> Contest | None:
    """Give the two strategies between which the first place is decided (`robustness.contenders`).

    None where there is only one, where no world has a number for all, or where the choice makes no
    difference.
    """
    values = robustness.finite_worlds(compared.values(case))
    if values.empty or values.shape[1] < 2 or robustness.same_for_all(values):
        return None
    first, second = robustness.contenders(values, compared.better(case))
    return Contest(first, second, lead(compared, case, first, second))


def lead(compared: Compared, case: Case, first: str, second: str) -> pd.Series[float]:
    """Give how much better one strategy is than another in each world, NaN where one has no number."""
    values = compared.values(case, [first, second])
    return robustness.paired_difference(values, compared.better(case), first, second)


def deciders(compared: Compared, contest: Contest, number: int = 2) -> list[str]:
    """Name the parameters that decide most between two strategies, above noise, the strongest first."""
    table = _Worlds(compared.worlds).moved_by(contest.lead)
    return [str(name) for name in table[table["pawn"] > table["noise"]]["parameter"][:number]]


def deciding_tables(compared: Compared) -> dict[str, pd.DataFrame]:
    """Give the table `deciding` for what is looked at first.

    Levels of every strategy; differences of every strategy from the first one, and of the two between which
    the first place is decided. Every parameter has a row, whether it decides or not.
    """
    rows = list(_deciding(compared))
    return {"deciding": pd.concat(rows, ignore_index=True)} if rows else {}


class _Worlds:
    """Worlds against which many outputs are held; what they share is prepared once."""

    def __init__(self, worlds: pd.DataFrame) -> None:
        self._worlds = worlds
        self._drawn: dict[bytes, Drawn] = {}

    def moved_by(self, output: pd.Series[float]) -> pd.DataFrame:
        """Give `moved_by` of an output in the worlds in which it has a number."""
        values = np.asarray(output, dtype=np.float64)
        known = np.isfinite(values)
        key = known.tobytes()
        if key not in self._drawn:
            self._drawn[key] = Drawn.of(self._worlds[known])
        return moved_by(values[known], self._drawn[key])


def _deciding(compared: Compared) -> Iterator[pd.DataFrame]:
    worlds = _Worlds(compared.worlds)
    for case in compared.headline_cases():
        for what, first, second, output in _outputs(compared, case):
            columns = {**case.columns(), "of": what, "first": first, "second": second}
            yield with_case(worlds.moved_by(output), columns)


def _outputs(compared: Compared, case: Case) -> Iterator[tuple[str, str, str, pd.Series[float]]]:
    values = compared.values(case)
    for name in values:
        yield LEVEL, str(name), "", values[name]
    reference, *others = compared.strategies
    for name in others:
        yield DIFFERENCE, name, reference, lead(compared, case, name, reference)
    contest = decisive(compared, case)
    if contest is not None:
        yield CONTEST, contest.first, contest.second, contest.lead
