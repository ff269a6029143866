"""Free lunches: levers that have no price of their own, all at once, against strategies of the same cost.

Where doing everything beats every strategy that chooses, the model leaves out what everything costs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from question.answers import Answer
from question.felt.levers import index_levers
from question.felt.spreads import SIGNS, Yardstick, judged, simulated
from question.regions import JUDGED
from twintrack.decisions.robustness import ROUNDING
from twintrack.equations.structure import Array
from twintrack.errors import InputError
from twintrack.formats import number
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE, Strategy
from twintrack.model import Model
from twintrack.runs.equal_cost import equal_cost

RANDOM_SETS = 200
POOLS: Mapping[str, bool] = {"with doors": True, "without doors": False}
"""Where sets are taken from: all index levers, or those that are no doors."""

Levers = frozenset[str]
"""A set of levers that are at 1."""


@dataclass(frozen=True)
class Found:
    """What one plan reaches at the purse.

    Attributes:
        factor: What its money is multiplied with.
        values: The judged outcomes in the last year, more being better, shape (outcomes, worlds).
    """

    factor: float
    values: Array


@dataclass
class Table:
    """Plans at one purse in the same worlds; each is simulated once.

    Attributes:
        model: The model.
        worlds: A row for each world.
        purse: The strategy whose public cost in the central world all plans have.
        named: The named strategies that can have that cost.
        sets: What was found for sets of levers; None where a set cannot be paid.
    """

    model: Model
    worlds: pd.DataFrame
    purse: str = BASELINE
    named: dict[str, Found] = field(default_factory=dict)
    sets: dict[Levers, Found | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find what named strategies reach. Raises InputError for an unknown purse."""
        self.model.strategy(self.purse)
        for name in self.model.strategies:
            found = self._found(self.model.strategy(name))
            if found is not None:
                self.named[name] = found

    def of(self, levers: Iterable[str]) -> Found | None:
        """Give what a set of levers at 1 reaches, all else as in the baseline; None if it cannot be paid."""
        key = frozenset(levers)
        if key not in self.sets:
            self.sets[key] = self._found(self.model.strategy(BASELINE, **dict.fromkeys(sorted(key), 1.0)))
        return self.sets[key]

    def best_named(self, outcome: int) -> str:
        """Give the named strategy with the highest mean over worlds."""
        return max(self.named, key=lambda name: float(np.nanmean(self.named[name].values[outcome])))

    def _found(self, plan: Strategy) -> Found | None:
        try:
            scaled, factor = equal_cost(self.model, plan, CENTRAL, self.purse)
        except InputError:
            return None
        values = simulated(self.model, {"plan": scaled}, self.worlds)["plan"][:, -1]
        names = judged(self.model)
        rows = [values[names.index(name)] * SIGNS[self.model.outcomes[name].better] for name in JUDGED]
        return Found(factor, np.stack(rows))


def lunch_table(
    model: Model,
    worlds: pd.DataFrame,
    stick: Yardstick,
    purse: str = BASELINE,
    seed: int = 1,
    random_sets: int = RANDOM_SETS,
) -> pd.DataFrame:
    """Give a row for each set of index levers at 1 and each judged outcome, in the last year.

    The sets are: none; all; the best that a greedy search finds, which adds the lever that raises the mean
    over worlds most until none does; and random ones, of every size with equal chance. All of them and the
    named strategies cost the public as much as `purse` with its own money, in the central world.

    Columns: `set` ("none", "all", "greedy", "random"); `pool`, a key of POOLS; `levers`, with blanks between;
    `size`; `outcome`; `factor` on money, NaN where the set cannot be paid, as all that follows is then;
    `mean`, over worlds; `best`, the named strategy with the best mean, and `best_mean`; `beats_best`, the
    share of worlds in which the set is better than it; `beats_all`, the share in which it is better than
    every named strategy; `lead`, the median lead over the best in spreads. Raises InputError for an unknown
    purse.
    """
    table = Table(model, worlds, purse)
    spread = [stick.spread[stick.outcomes.index(name), -1] for name in JUDGED]
    rows = []
    for kind, pool, levers, outcomes in _sets(table, seed, random_sets):
        for outcome in outcomes:
            rows.append(
                {
                    "set": kind,
                    "pool": pool,
                    "levers": " ".join(levers),
                    "size": len(levers),
                    "outcome": JUDGED[outcome],
                    **_compared(table, table.of(levers), outcome, spread[outcome]),
                }
            )
    return pd.DataFrame(rows)


def greedy(table: Table, pool: Sequence[str], outcome: int) -> list[str]:
    """Give the levers that a greedy search takes, in the order in which it takes them."""
    chosen: list[str] = []
    top = _mean(table.of(chosen), outcome)
    while len(chosen) < len(pool):
        tried = {name: _mean(table.of([*chosen, name]), outcome) for name in pool if name not in chosen}
        best = max(tried, key=lambda name: tried[name])
        if tried[best] <= top:
            break
        chosen, top = [*chosen, best], tried[best]
    return chosen


def lunch_answers(table: pd.DataFrame) -> list[Answer]:
    """Give the sets that were chosen, and what random ones do."""
    best = table.drop_duplicates("outcome")
    named = [(row["outcome"], row["best"], f"{row['best_mean']:.4g}") for row in best.to_dict("records")]
    taken = [
        (str(row["outcome"]), str(row["pool"]), str(row["levers"]))
        for row in table[table["set"] == "greedy"].to_dict("records")
    ]
    return [
        Answer("Best named strategy by mean", ("outcome", "strategy", "mean"), named),
        _chosen(table[table["set"] != "random"]),
        Answer("What the greedy search takes", ("outcome", "pool", "levers"), taken),
        _random(table[table["set"] == "random"]),
    ]


def _chosen(table: pd.DataFrame) -> Answer:
    header = (
        "outcome",
        "set",
        "levers",
        "money times",
        "beats the best named in",
        "beats all named in",
        "lead",
    )
    rows = []
    for row in table.sort_values(["outcome", "pool"], kind="stable").to_dict("records"):
        shares = [number(row[key], ".2f") for key in ("factor", "beats_best", "beats_all", "lead")]
        rows.append((row["outcome"], f"{row['set']} {row['pool']}", str(row["size"]), *shares))
    return Answer("Index levers at 1, at equal public cost", header, rows)


def _random(table: pd.DataFrame) -> Answer:
    header = ("outcome", "pool", "drawn", "can be paid", "beats the best, median", "most")
    rows = []
    for keys, cells in table.groupby(["outcome", "pool"]):
        paid = cells[cells["factor"].notna()]
        told = [number(value, ".2f") for key in ("beats_best", "beats_all") for value in _ends(paid[key])]
        rows.append((*map(str, keys), str(len(cells)), str(len(paid)), *told))
    return Answer("Random sets", (*header, "beats all, median", "most"), rows)


def _ends(values: pd.Series[float]) -> tuple[float, float]:
    return (float(values.median()), float(values.max())) if len(values) else (np.nan, np.nan)


def _sets(table: Table, seed: int, number_of: int) -> Iterator[tuple[str, str, list[str], list[int]]]:
    """Yield kinds of sets, their pools and levers, and the places of the outcomes that they are for."""
    generator = np.random.default_rng(seed)
    every = list(range(len(JUDGED)))
    for pool, doors in POOLS.items():
        levers = index_levers(table.model, doors=doors)
        yield "none", pool, [], every
        yield "all", pool, levers, every
        for outcome in every:
            yield "greedy", pool, greedy(table, levers, outcome), [outcome]
        for _ in range(number_of if levers else 0):
            size = int(generator.integers(1, len(levers), endpoint=True))
            chosen = sorted(generator.choice(len(levers), size, replace=False))
            yield "random", pool, [levers[place] for place in chosen], every


def _mean(found: Found | None, outcome: int) -> float:
    return -np.inf if found is None else float(np.nanmean(found.values[outcome]))


def _compared(table: Table, found: Found | None, outcome: int, spread: float) -> dict[str, object]:
    best = table.best_named(outcome)
    rival = table.named[best].values[outcome]
    sign = SIGNS[table.model.outcomes[JUDGED[outcome]].better]
    told: dict[str, object] = {"best": best, "best_mean": float(np.nanmean(rival)) * sign}
    if found is None:
        return (
            dict.fromkeys(("factor", "mean"), np.nan)
            | told
            | dict.fromkeys(("beats_best", "beats_all", "lead"), np.nan)
        )
    values = found.values[outcome]
    top = np.max([other.values[outcome] for other in table.named.values()], axis=0)
    return {
        "factor": found.factor,
        "mean": float(np.nanmean(values)) * sign,
        **told,
        "beats_best": _beats(values, rival),
        "beats_all": _beats(values, top),
        "lead": float(np.nanmedian(values - rival) / spread),
    }


def _beats(values: Array, rival: Array) -> float:
    """Give the share of worlds in which values are larger than a rival's, by more than rounding."""
    return float((values - rival > ROUNDING * np.maximum(np.abs(values), np.abs(rival))).mean())
