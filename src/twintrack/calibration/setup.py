"""From the model and its history to what is calibrated."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from twintrack.calibration.observations import end_of, observations
from twintrack.calibration.target import Target
from twintrack.calibration.unknowns import Unknowns
from twintrack.errors import Fault, InputError
from twintrack.inputs.history import SERIES_FILE
from twintrack.inputs.strategies import BASELINE
from twintrack.inputs.yaml_files import shown
from twintrack.runs.arrays import world_arrays

if TYPE_CHECKING:
    from twintrack.core import Core
    from twintrack.equations import Equations


def prepare_target(model: Core, until: float | None = None) -> Target:
    """Give the target of all series of the content's history.

    Runs end at `until`, in decimal years; by default with the last observation. Raises InputError for what is
    wrong with the history, and where there is none.
    """
    history = [*model.inputs.history.values()]
    if not history:
        where = shown(model.inputs.history_folder / SERIES_FILE)
        raise InputError(Fault(where, "there are no observed series to learn from; write them there"))
    last = max(end_of(series, point) for series in history for point in series.points)
    equations = ending(model.equations, last if until is None else until)
    observed = observations(history, equations.time.saved)
    unknowns = Unknowns(model.world, observed)
    variables = tuple(observed.variables(equations))
    return Target(equations, world_arrays(model), model.strategy(BASELINE), unknowns, variables)


def ending(equations: Equations, end: float) -> Equations:
    """Give the model with a horizon that ends at the first saved time not before `end`."""
    time = equations.time
    saves = ceil((end - time.initial) / time.save_step - 1e-9)
    return replace(equations, time=replace(time, final=time.initial + saves * time.save_step))
