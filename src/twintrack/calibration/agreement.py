"""Whether populations from different seeds say the same about what planners compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.observations import Z90
from twintrack.calibration.sampler import Population
from twintrack.calibration.target import Target
from twintrack.equations.structure import Array

if TYPE_CHECKING:
    from twintrack.core import Core

AGREED = 0.1
"""Standard deviations of the posterior by which a population may differ from all of them."""

YEARS = (2025.0, 2030.0, 2040.0)

_RUNS = 2048


@dataclass(frozen=True)
class Agreement:
    """An outcome in a year, and how far the populations are from what they say together.

    Attributes:
        outcome: Name of the outcome.
        year: Decimal year.
        median: Of all populations, in the outcome's unit.
        deviations: Median of each population less that of all, in standard deviations of all. The standard
            deviation is that between the 5 and 95 % points, so that far tails do not hide a difference.
    """

    outcome: str
    year: float
    median: float
    deviations: tuple[float, ...]

    @property
    def largest(self) -> float:
        """The largest deviation, whatever its sign."""
        return max(map(abs, self.deviations))


def agreement(model: Core, target: Target, populations: Sequence[Population]) -> list[Agreement]:
    """Compare populations on the headline outcomes of the baseline."""
    rows = np.searchsorted(model.equations.time.saved, YEARS)
    whole = replace(target, equations=model.equations)  # to the model's horizon
    values = [_outcomes(model, whole, population.scores, rows) for population in populations]
    return [
        _compared(name, year, [value[name][place] for value in values])
        for name in model.headline
        for place, year in enumerate(YEARS)
    ]


def _outcomes(model: Core, target: Target, scores: Array, rows: NDArray[np.int64]) -> Mapping[str, Array]:
    """Simulate the baseline, shape (years, runs) for each headline outcome."""
    parts = []
    for start in range(0, scores.shape[1], _RUNS):
        part = scores[:, start : start + _RUNS]
        found = target.outputs(target.unknowns.worlds(part), part.shape[1], model.headline)
        parts.append({name: values[rows] for name, values in found.items()})
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in model.headline}


def _compared(name: str, year: float, samples: Sequence[Array]) -> Agreement:
    together = np.concatenate(samples)
    low, median, high = np.quantile(together, [0.05, 0.5, 0.95])
    spread = (high - low) / (2 * Z90) or 1.0
    deviations = tuple(float((np.median(sample) - median) / spread) for sample in samples)
    return Agreement(name, year, float(median), deviations)
