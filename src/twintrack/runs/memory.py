"""Ensembles in memory: the same parts as those of a store, put together into one dataset."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.equations.structure import Array
from twintrack.runs.manifest import Manifest, origin
from twintrack.runs.parts import Job, part_ranges
from twintrack.runs.prepared import Prepared

if TYPE_CHECKING:
    import xarray as xr


PARAMETERS = "parameters"
"""The coordinate of results with the worlds that they were computed in: dimensions world, parameter."""


def in_memory(prepared: Prepared) -> xr.Dataset:
    """Simulate what is prepared; see `Experiment.dataset`."""
    work, design = prepared.work, prepared.design
    scenarios, strategies = list(work.plan.scenarios), work.plan.strategy_names
    shape = (len(scenarios), len(strategies), design.worlds, len(work.times))
    values = {name: np.empty(shape) for name in work.plan.outputs}
    draws = design.values()
    cells = product(enumerate(scenarios), enumerate(strategies), enumerate(part_ranges(design.worlds)))
    for (row, scenario), (column, strategy), (number, part) in cells:
        worlds = slice(part.start, part.stop)
        job = Job(scenario, strategy, number, design.labels_of(part), draws[:, worlds])
        for name, array in work.values(job).items():
            values[name][row, column, worlds] = array
    labels = design.labels_of(range(design.worlds))
    axes = {"scenario": scenarios, "strategy": strategies, "world": labels, "time": work.times}
    return dataset(values, prepared.manifest, axes, dict(zip(design.names, draws, strict=True)))


def dataset(
    values: Mapping[str, Array], manifest: Manifest, axes: Mapping[str, Any], worlds: Mapping[str, Array]
) -> xr.Dataset:
    """Give outputs of shape (scenario, strategy, world, time) with their units, worlds and factors on money.

    `axes` are the coordinates of these four, in order; `worlds` are the values of each parameter, shape
    (worlds,); all else is in the manifest.
    """
    import xarray as xr

    dims, design, entries = tuple(axes), manifest["design"], manifest["strategies"]
    factors = [
        [entries[strategy]["budget_factor"][scenario] for strategy in axes["strategy"]]
        for scenario in axes["scenario"]
    ]
    return xr.Dataset(
        {name: (dims, array, {"units": manifest["outputs"][name]["unit"]}) for name, array in values.items()},
        coords={
            **axes,
            "budget_factor": (dims[:2], factors),
            "parameter": list(worlds),
            PARAMETERS: (("world", "parameter"), np.stack(list(worlds.values()), axis=-1)),
        },
        attrs={
            "model_hash": manifest["model_hash"],
            "version": manifest["versions"]["twintrack"],
            "worlds": origin(manifest),
            "seed": design.get("seed", "none"),
        },
    )
