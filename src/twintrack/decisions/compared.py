"""What decisions are read off: results of strategies in the same worlds, at own and at equal public cost.

A case is one outcome in one year under one scenario at one cost: a table with a row for each world and a
column for each strategy, which all measures of this room take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from twintrack.inputs.outcomes import Outcome

if TYPE_CHECKING:
    import xarray as xr

OWN, EQUAL, AS_STORED = "own", "equal", "as stored"
"""At own budget; at the baseline's public cost in each world; budgets of both kinds in one ensemble."""

COSTS = (EQUAL, OWN)
"""What is compared first, and second."""

Factors = Mapping[str, tuple[str, str]]
"""Parts of strategies by what is asked about: the one without it, and the one with it."""


@dataclass(frozen=True, order=True)
class Case:
    """One outcome in one year under one scenario at one cost."""

    cost: str
    scenario: str
    outcome: str
    year: float

    def columns(self) -> dict[str, str | float]:
        """Give the case as the first columns of a table."""
        return {"cost": self.cost, "scenario": self.scenario, "outcome": self.outcome, "year": self.year}


@dataclass(frozen=True)
class Compared:
    """Results of strategies in the same worlds.

    Attributes:
        results: By cost, a dataset as `Experiment.dataset` gives it.
        outcomes: The outcomes that are ranked, each with a direction, by name.
        headline: Those of them that are looked at first.
        strategies: The strategies that are compared.
        factors: The parts whose combinations stand among the results; see `factorial`.
        origin: Where the worlds come from: "posterior", "prior" or "given".
        targets: By outcome, what it is to reach in each year, in its unit.
    """

    results: Mapping[str, xr.Dataset]
    outcomes: Mapping[str, Outcome]
    headline: Sequence[str]
    strategies: Sequence[str]
    factors: Factors = field(default_factory=dict)
    origin: str = "posterior"
    targets: Mapping[str, Mapping[float, float]] = field(default_factory=dict)

    @property
    def costs(self) -> list[str]:
        """The costs at which strategies were run, the one that is looked at first before the others."""
        return list(self.results)

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios."""
        return [str(name) for name in self._first["scenario"].to_numpy()]

    @property
    def years(self) -> list[float]:
        """The times that are stored, in decimal years."""
        return [float(year) for year in self._first["time"].to_numpy()]

    @property
    def worlds(self) -> pd.DataFrame:
        """The worlds: a row each, a column for each parameter that varies, in its unit."""
        table = self._first["parameters"]
        index = pd.Index(table["world"].to_numpy(), name="world")
        return pd.DataFrame(table.to_numpy(), index, [str(name) for name in table["parameter"].to_numpy()])

    @property
    def _first(self) -> xr.Dataset:
        return next(iter(self.results.values()))

    def cases(
        self,
        *,
        costs: Sequence[str] | None = None,
        scenarios: Sequence[str] | None = None,
        outcomes: Sequence[str] | None = None,
        years: Sequence[float] | None = None,
    ) -> Iterator[Case]:
        """Give all cases, or those chosen."""
        chosen = (
            self.costs if costs is None else costs,
            self.scenarios if scenarios is None else scenarios,
            list(self.outcomes) if outcomes is None else outcomes,
            self.years if years is None else years,
        )
        return (Case(*cell) for cell in product(*chosen))

    def headline_cases(self) -> Iterator[Case]:
        """Give the cases that are looked at first.

        The headline outcomes in the last year, at the first cost, under the first scenario.
        """
        return self.cases(
            costs=self.costs[:1],
            scenarios=self.scenarios[:1],
            outcomes=self.headline,
            years=self.years[-1:],
        )

    def values(self, case: Case, strategies: Sequence[str] | None = None) -> pd.DataFrame:
        """Give a row for each world and a column for each strategy, in the outcome's unit.

        A strategy has no number (NaN) in worlds in which no factor on its money makes its cost equal.
        """
        names = list(self.strategies if strategies is None else strategies)
        chosen = self.results[case.cost][case.outcome].sel(
            scenario=case.scenario, time=case.year, strategy=names
        )
        table = chosen.transpose("world", "strategy").to_pandas()
        return pd.DataFrame(np.asarray(table), index=table.index, columns=names)

    def better(self, case: Case) -> str:
        """Give "higher" or "lower"."""
        return self.outcomes[case.outcome].better

    def target(self, case: Case) -> float | None:
        """Give what the outcome is to reach in the year of a case, in its unit; None where nobody said so."""
        return self.targets.get(case.outcome, {}).get(case.year)


def ranked(outcomes: Mapping[str, Outcome], names: Sequence[str]) -> dict[str, Outcome]:
    """Give those of some outcomes that have a direction, by name."""
    return {name: outcomes[name] for name in names if outcomes[name].better in ("higher", "lower")}
