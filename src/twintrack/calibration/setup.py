"""From the model and its history to what is calibrated."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from twintrack.calibration.observations import observations
from twintrack.calibration.target import Target
from twintrack.calibration.unknowns import Unknowns
from twintrack.errors import Fault, InputError
from twintrack.inputs.history import SERIES_FILE, last_observed
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
    last = last_observed(history)
    if last is None:
        where = shown(model.inputs.history_folder / SERIES_FILE)
        raise InputError(Fault(where, "there are no observed series to learn from; write them there"))
    equations = ending(model.equations, last if until is None else until)
    observed = observations(history, equations.time.saved)
    unknowns = Unknowns(model.world, observed)
    variables = tuple(observed.variables(equations))
    return Target(equations, world_arrays(model), model.strategy(BASELINE), unknowns, variables)


def ending(equations: Equations, end: float) -> Equations:
    """Give the model with a horizon that ends at the first saved time not before `end`."""
    return replace(equations, time=equations.time.until(end))
