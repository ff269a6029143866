"""The measure: how far outcomes are spread between worlds, and differences in relation to that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from question import asked
from twintrack.core import StrategyReference
from twintrack.decisions.robustness import ROUNDING
from twintrack.equations.structure import Array
from twintrack.inputs.content import CENTRAL
from twintrack.inputs.strategies import BASELINE
from twintrack.model import Model
from twintrack.runs.experiment import Experiment

FELT = 0.05
"""From this part of a spread on an effect is felt."""
STRONG = 0.25
"""From this part of a spread on it is worth telling."""
SIGNS = {"higher": 1.0, "lower": -1.0}
"""What a difference is multiplied with, so that more is better, by what is better."""
COST = ("public_cost", "fiscal_balance")
"""How names of outcomes begin that tell what the public pays; they are judged apart."""


@dataclass(frozen=True)
class Yardstick:
    """What effects are measured with.

    Attributes:
        outcomes: Names of the outcomes.
        years: Decimal years.
        spread: Half the distance between the 16 % and the 84 % point over worlds under the baseline strategy,
            shape (outcomes, years), in the outcomes' units. It is the standard deviation where values are
            normally distributed, and far-off worlds do not move it. NaN where all worlds agree.
    """

    outcomes: tuple[str, ...]
    years: tuple[float, ...]
    spread: Array

    @property
    def still(self) -> list[str]:
        """Outcomes and years in which all worlds agree: no effect can be told there."""
        places = np.argwhere(np.isnan(self.spread))
        return [f"{self.outcomes[row]} {self.years[column]:.0f}" for row, column in places]

    def effects(self, differences: Array) -> Array:
        """Give differences of shape (outcomes, years, ...) in spreads; 0 where all worlds agree.

        What is not finite stays so.
        """
        spread = self.spread.reshape(*self.spread.shape, *[1] * (differences.ndim - 2))
        return np.where(np.isnan(spread), 0.0, differences / spread)

    def rows(self, names: Iterable[str]) -> list[int]:
        """Give the places of some outcomes; those that are not measured are passed over."""
        return [self.outcomes.index(name) for name in names if name in self.outcomes]

    @cached_property
    def costs(self) -> list[int]:
        """The places of outcomes that tell what the public pays."""
        return [row for row, name in enumerate(self.outcomes) if name.startswith(COST)]


def judged(model: Model) -> tuple[str, ...]:
    """Give the outcomes that are looked at: all outcomes proper, and of the context what can be better."""
    goals = model.inputs.outcomes.goals
    return tuple(name for name, item in model.outcomes.items() if name in goals or item.better != "neutral")


def yardstick(
    model: Model,
    worlds: pd.DataFrame,
    outcomes: tuple[str, ...] | None = None,
    years: tuple[float, ...] = asked.YEARS,
) -> Yardstick:
    """Measure the spreads over worlds, a row each, under the baseline strategy in the central scenario.

    The judged outcomes are measured if none are named.
    """
    names = judged(model) if outcomes is None else outcomes
    found = simulated(model, {"today": BASELINE}, worlds, outcomes=names, years=years)
    return spreads(names, found["today"], years)


def spreads(outcomes: tuple[str, ...], values: Array, years: tuple[float, ...] = asked.YEARS) -> Yardstick:
    """Give the spreads of values of shape (outcomes, years, worlds)."""
    low, middle, high = np.nanpercentile(values, (16, 50, 84), axis=-1)
    half = (high - low) / 2
    return Yardstick(outcomes, years, np.where(half > ROUNDING * np.abs(middle), half, np.nan))


def simulated(
    model: Model,
    strategies: Mapping[str, StrategyReference],
    worlds: pd.DataFrame,
    scenario: str = CENTRAL,
    outcomes: tuple[str, ...] | None = None,
    years: tuple[float, ...] = asked.YEARS,
) -> dict[str, Array]:
    """Give outcomes, the judged ones if none are named, by strategy, each at its own budget rule.

    Shape (outcomes, years, worlds). Raises InputError with all faults.
    """
    names = judged(model) if outcomes is None else outcomes
    results = Experiment(
        dict(strategies), [scenario], worlds, outputs=names, times=years, model=model
    ).dataset()
    cells = [results[name].squeeze("scenario").transpose("strategy", "time", "world") for name in names]
    stacked = np.stack([cell.to_numpy() for cell in cells], axis=1)
    return dict(zip(strategies, stacked, strict=True))


def medians(values: Array) -> Array:
    """Give medians over the last axis, the worlds; what is not finite does not count."""
    found: Array = np.nanmedian(np.where(np.isfinite(values), values, np.nan), axis=-1)
    return found
