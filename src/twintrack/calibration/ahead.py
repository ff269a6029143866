"""Errors beyond what is known, as forecasts, held-out points and projections all draw them.

The discrepancy of a strand goes on from its known residuals, and nothing falls on what is already passed
(`courses`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twintrack.calibration.courses import continued
from twintrack.calibration.discrepancy import Grid, Nodes, drawn_ahead, drawn_anew
from twintrack.calibration.strands import Strand
from twintrack.equations.structure import Array

Draw = Callable[[Strand, int, Array, Nodes, np.random.Generator], Array]


@dataclass(frozen=True)
class Errors:
    """Draws errors of strands for runs.

    Attributes:
        grid: What was summed over in learning.
        walks: Number of the value of lambda of each run, shape (runs,).
        none: Chance of a year without a record.
    """

    grid: Grid
    walks: NDArray[np.int64]
    none: float

    def ahead(self, strand: Strand, known: int, residuals: Array, stream: np.random.Generator) -> Array:
        """Draw residuals of the later points given those of the first, shape (later points, runs).

        `residuals` have shape (known, runs).
        """
        return self._drawn(drawn_ahead, strand, known, residuals, stream)

    def anew(self, strand: Strand, known: int, residuals: Array, stream: np.random.Generator) -> Array:
        """Draw residuals of the first points as if the past happened again, shape (known, runs)."""
        return self._drawn(drawn_anew, strand, known, residuals, stream)

    def published(
        self, strand: Strand, known: int, drawn: Array, stream: np.random.Generator
    ) -> dict[int, Array]:
        """Give the draws of the later points by the number of their series, as these are published.

        `drawn` is what is expected on the strand's scale, shape (later points, runs), of each series in the
        order of time.
        """
        found = {}
        for number, item in enumerate(strand.series):
            own = strand.owners == number
            later = own[known:]
            if not later.any():
                continue
            found[number] = drawn[later]
            if strand.joined:
                before = int(own[:known].sum())
                last = max(strand.ends[:known][own[:known]], default=-np.inf)
                years = strand.ends[known:][later] - last
                found[number] = continued(item, before, drawn[later], years, self.none, stream)
        return found

    def _drawn(
        self, draw: Draw, strand: Strand, known: int, residuals: Array, stream: np.random.Generator
    ) -> Array:
        points = known if draw is drawn_anew else len(strand.times) - known
        found = np.empty((points, len(self.walks)))
        for value in np.unique(self.walks):
            own = self.walks == value
            found[:, own] = draw(strand, known, residuals[:, own], self.grid.nodes[value], stream)
        return found
