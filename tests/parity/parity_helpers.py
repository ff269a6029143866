"""What the comparisons with other programs share: which strategies, and how far values may differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from twintrack.equations import Equations
from twintrack.equations.structure import Array

ROOT = Path(__file__).resolve().parents[2]
STRATEGIES = sorted(path.stem for path in (ROOT / "strategies").glob("*.yaml"))
FAR_APART = ("catchup_explore_open", "regional_coopetition", "sequenced")
"""The strategy that is furthest from the baseline, one about regions, and the one that switches."""

TOLERANCE = 1e-9
ROUNDED = 1e-4
"""Where a difference of large numbers passes through zero, so small beside its largest value, the last digits
of these numbers are all there is of it."""


def table(equations: Equations, values: dict[str, Array]) -> pd.DataFrame:
    """Give what an engine gives for one run with a column for each element."""
    columns: dict[str, Array] = {}
    for name, array in values.items():
        elements = array.reshape(len(array), -1).T
        columns.update(zip(equations.variables[name].labels, elements, strict=True))
    return pd.DataFrame(columns)


def assert_parity(engine: pd.DataFrame, oracle: pd.DataFrame) -> None:
    """Relative to the value itself; a value that is zero but for rounding, to the largest of its variable."""
    assert set(engine) == set(oracle)
    mine, other = engine.to_numpy(), oracle[engine.columns].to_numpy()
    assert mine.shape == other.shape
    scale = np.maximum(np.abs(other), ROUNDED * np.abs(other).max(axis=0))
    error = (np.abs(mine - other) / np.where(scale > 0, scale, 1.0)).max(axis=0)
    worst = {engine.columns[place]: float(error[place]) for place in np.argsort(error)[-5:]}
    assert error.max() <= TOLERANCE, worst
