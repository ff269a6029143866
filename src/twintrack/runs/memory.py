"""Ensembles in memory: the same parts as those of a store, put together into one dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.equations.structure import Array
from twintrack.runs.asked import tell_notes
from twintrack.runs.manifest import Manifest, origin
from twintrack.runs.parts import Job, part_ranges
from twintrack.runs.prepared import Prepared

if TYPE_CHECKING:
    import xarray as xr


PARAMETERS = "parameters"
"""The coordinate of results with the worlds that they were computed in: dimensions world, parameter."""


def in_memory(prepared: Prepared, done: Callable[[int], None]) -> xr.Dataset:
    """Simulate what is prepared; see `Experiment.dataset`. `done` is told the runs of each part."""
    work, design = prepared.work, prepared.design
    scenarios, strategies = list(work.plan.scenarios), work.plan.strategy_names
    shape = (len(scenarios), len(strategies), design.worlds, len(work.times))
    values = {name: np.empty(shape) for name in work.plan.outputs}
    factors = constant_factors(prepared.manifest, scenarios, strategies, design.worlds)
    draws = design.values()
    # The strategies of the same worlds follow one another: they share their past.
    cells = product(enumerate(part_ranges(design.worlds)), enumerate(scenarios), enumerate(strategies))
    for (number, part), (row, scenario), (column, strategy) in cells:
        worlds = slice(part.start, part.stop)
        job = Job(scenario, strategy, number, design.labels_of(part), draws[:, worlds], part.start)
        found, own = work.values(job)
        for name, array in found.items():
            values[name][row, column, worlds] = array
        if own is not None:
            factors[row, column, worlds] = own
        done(len(part))
    missing = np.isnan(factors).sum(axis=-1)
    tell_notes(
        unmatched_note(strategy, scenario, int(missing[row, column]), design.worlds)
        for row, scenario in enumerate(scenarios)
        for column, strategy in enumerate(strategies)
        if missing[row, column]
    )
    labels = design.labels_of(range(design.worlds))
    axes = {"scenario": scenarios, "strategy": strategies, "world": labels, "time": work.times}
    parameters = dict(zip(design.names, draws, strict=True))
    return dataset(values, factors, prepared.manifest, axes, parameters)


def unmatched_note(strategy: str, scenario: str, count: int, worlds: int) -> str:
    """Say in how many worlds a strategy cannot cost what the baseline costs."""
    return (
        f"{strategy} under {scenario}: in {count:,} of {worlds:,} worlds ({count / worlds:.1%}) no factor on"
        " its money within the levers' ranges makes it cost what the baseline costs; it has no numbers there,"
        " and comparisons leave these worlds out for all strategies"
    )


def constant_factors(
    manifest: Manifest, scenarios: Sequence[str], strategies: Sequence[str], worlds: int
) -> Array:
    """Give the factors on money that are the same in all worlds, shape (scenario, strategy, world).

    Those of strategies that have one in each world are NaN.
    """
    entries = manifest["strategies"]
    told = [[entries[name]["budget_factor"][scenario] for name in strategies] for scenario in scenarios]
    same = np.array([[np.nan if isinstance(item, str) else item for item in row] for row in told])
    return np.repeat(same[..., np.newaxis], worlds, axis=-1)


def dataset(
    values: Mapping[str, Array],
    factors: Array,
    manifest: Manifest,
    axes: Mapping[str, Any],
    worlds: Mapping[str, Array],
) -> xr.Dataset:
    """Give outputs of shape (scenario, strategy, world, time) with their units, worlds and factors on money.

    `axes` are the coordinates of these four, in order; `factors` has the shape (scenario, strategy, world);
    `worlds` are the values of each parameter, shape (worlds,).
    """
    import xarray as xr

    dims, design, entries = tuple(axes), manifest["design"], manifest["strategies"]
    budgets = [entries[strategy]["budget"] for strategy in axes["strategy"]]
    return xr.Dataset(
        {name: (dims, array, {"units": manifest["outputs"][name]["unit"]}) for name, array in values.items()},
        coords={
            **axes,
            "budget": ("strategy", budgets),
            "budget_factor": (dims[:3], factors),
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
