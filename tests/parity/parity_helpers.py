"""What the comparisons with other programs share: which strategies, and how far values may differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd

from twintrack.engines.base import Blend
from twintrack.engines.registry import batch_engine_of
from twintrack.equations import Equations
from twintrack.equations.structure import Array
from twintrack.inputs.strategies import Strategy
from twintrack.model import Model
from twintrack.runs.arrays import world_arrays
from twintrack.runs.simulating import simulate_variables

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


Asked = Mapping[str, tuple[Strategy, Mapping[str, float] | None]]
"""Runs by their titles: a strategy, and what its world differs in."""


def by_numpy(model: Model, asked: Asked) -> dict[str, pd.DataFrame]:
    """Give what NumPy computes for runs by their titles: those that switch in one call, others in another.

    A call takes as long as one run.
    """
    given = {title: _given(model, *one) for title, one in asked.items()}
    found: dict[str, pd.DataFrame] = {}
    for switches in (False, True):
        runs = {title: run for title, run in given.items() if bool(run.blend) == switches}
        values = _together(model.equations, [*runs.values()]) if runs else {}
        for place, title in enumerate(runs):
            one = {name: array[..., place] for name, array in values.items()}
            found[title] = table(model.equations, one)
    return found


def _together(equations: Equations, runs: Sequence[SimpleNamespace]) -> dict[str, Array]:
    """Run what all switch, or none, in one call."""
    times = len(equations.time.times)
    moved = {name for run in runs for name in run.series}

    def constant(name: str) -> Array:
        shape = equations.variables[name].shape
        return np.stack([np.reshape(run.constants[name], shape) for run in runs], axis=-1)

    def series(name: str, given: Sequence[Mapping[str, Any]]) -> Array:
        shape = (times, *equations.variables[name].shape)
        return np.stack([np.broadcast_to(_fitting(run[name], shape), shape) for run in given], axis=-1)

    first = [{**run.constants, **run.series} for run in runs]
    blend = None
    if runs[0].blend:
        second = [{**start, **run.blend.series} for start, run in zip(first, runs, strict=True)]
        names = {name for run in runs for name in run.blend.series}
        blend = Blend(runs[0].blend.weight, {name: series(name, second) for name in names})
        moved |= names
    return batch_engine_of(equations, "numpy").run(
        {name: constant(name) for name in {name for run in runs for name in run.constants} - moved},
        {name: series(name, first) for name in moved},
        runs=len(runs),
        blend=blend,
    )


def _fitting(value: Any, shape: tuple[int, ...]) -> Array:
    """Give an array of a series, or of a constant, with the axis of times."""
    array = np.asarray(value)
    return array.reshape((-1, *shape[1:]))


class _Recorder:
    """An engine that runs nothing: it keeps what it was given."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations

    def run(self, constants: Any, series: Any, *_: Any, blend: Any, **__: Any) -> dict[str, Array]:
        self.given = SimpleNamespace(constants=constants, series=series, blend=blend)
        return {}


def _given(model: Model, plan: Strategy, world: Mapping[str, float] | None) -> SimpleNamespace:
    """Give the constants, the series and the blend that an engine is to run a strategy with."""
    recorder: Any = _Recorder(model.equations)
    simulate_variables(recorder, world_arrays(model), world or {}, plan, (), {}, 1)
    return cast(SimpleNamespace, recorder.given)
