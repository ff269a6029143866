"""Ensembles that are simulated at once and given as one dataset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from twintrack.errors import Fault, InputError
from twintrack.inputs.validation import unknown
from twintrack.runs.plan import Plan, simulate
from twintrack.version import __version__
from twintrack.worlds.drawing import design_faults

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from twintrack.model import Model, StrategyReference


def ensemble(
    model: Model,
    strategies: Sequence[StrategyReference],
    scenarios: Sequence[str],
    *,
    worlds: int | pd.DataFrame,
    seed: int,
    outputs: Sequence[str] | None,
    prior: bool,
) -> xr.Dataset:
    """Simulate strategies under scenarios in many worlds; see `Model.ensemble`."""
    if isinstance(worlds, int | np.integer):
        draws = model.draw_worlds(int(worlds), seed, prior)
        origin = draws.attrs["worlds"]
    else:
        faults = design_faults(None, prior=prior, given=True)
        if faults:
            raise InputError(faults)
        draws, origin = worlds, "given"
    names = list(model.outcomes) if outputs is None else list(outputs)
    variables = model.equations.variables
    _check_names("world parameter", draws.columns, model.world)
    _check_names("variable", names, (label for item in variables.values() for label in item.labels))
    found = {name: [model.at_budget(model.strategy(item), name) for item in strategies] for name in scenarios}
    plan = Plan(
        arrays=model.world_arrays,
        scenarios={name: model.scenario(name).world for name in scenarios},
        strategies={name: {item.name: item for item, _ in items} for name, items in found.items()},
        outputs=names,
    )
    columns = {name: draws[name].to_numpy(dtype=np.float64) for name in draws.columns}
    values = simulate(model.blending_engine("native"), plan, columns, len(draws))
    return dataset(
        values,
        {name: model.catalogue.unit(name) for name in names},
        {
            "scenario": list(plan.scenarios),
            "strategy": plan.strategy_names,
            "world": np.arange(len(draws)),
            "time": model.equations.time.saved,
        },
        [[factor for _, factor in items] for items in found.values()],
    ).assign_attrs(
        model_hash=model.equations.hash,
        version=__version__,
        worlds=origin,
        seed=seed,
    )


def dataset(
    values: Mapping[str, np.ndarray],
    units: Mapping[str, str],
    axes: Mapping[str, Any],
    factors: Sequence[Sequence[float]],
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


def _check_names(kind: str, names: Iterable[str], known: Iterable[str]) -> None:
    """Raise InputError for names that are not among the known ones, all at once."""
    options = list(known)
    faults = [Fault(kind, unknown(kind, name, options)) for name in names if name not in options]
    if faults:
        raise InputError(faults)
