"""Ensembles in memory: the same parts as those of a store, put together into one dataset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.engines.registry import blending_engine_of
from twintrack.equations.structure import Array
from twintrack.runs.parts import Job, part_ranges, part_values
from twintrack.runs.prepared import Prepared
from twintrack.version import __version__

if TYPE_CHECKING:
    import xarray as xr


def in_memory(prepared: Prepared) -> xr.Dataset:
    """Simulate what is prepared; see `Experiment.dataset`."""
    work, design = prepared.work, prepared.design
    scenarios, strategies = list(work.plan.scenarios), work.plan.strategy_names
    shape = (len(scenarios), len(strategies), design.worlds, len(work.times))
    values = {name: np.empty(shape) for name in work.plan.outputs}
    engine, draws = blending_engine_of(work.equations, work.engine), design.values()
    cells = product(enumerate(scenarios), enumerate(strategies), enumerate(part_ranges(design.worlds)))
    for (row, scenario), (column, strategy), (number, part) in cells:
        worlds = slice(part.start, part.stop)
        job = Job(scenario, strategy, number, design.labels_of(part), draws[:, worlds])
        for name, array in part_values(engine, work, job).items():
            values[name][row, column, worlds] = array
    return dataset(
        values,
        work.units,
        {
            "scenario": scenarios,
            "strategy": strategies,
            "world": design.labels_of(range(design.worlds)),
            "time": work.times,
        },
        prepared.factors,
    ).assign_attrs(
        model_hash=work.equations.hash,
        version=__version__,
        worlds=prepared.origin,
        seed=design.described.get("seed", "none"),
    )


def dataset(
    values: Mapping[str, Array],
    units: Mapping[str, str],
    axes: Mapping[str, Any],
    factors: Array | Sequence[Sequence[float]],
) -> xr.Dataset:
    """Give outputs of shape (scenario, strategy, world, time) with their units, and the factors on money.

    `axes` are the coordinates of these four, in order; `factors` has the shape (scenario, strategy).
    """
    import xarray as xr

    dims = tuple(axes)
    return xr.Dataset(
        {name: (dims, array, {"units": units[name]}) for name, array in values.items()},
        coords={**axes, "budget_factor": (dims[:2], factors)},
    )
