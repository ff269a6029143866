"""Outputs that need no computing: what was given, constants of the model, and its control variables."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from twintrack.engines.base import Inputs, blended
from twintrack.equations import Equations
from twintrack.equations.structure import CONTROL_NAMES, Array


class KnownOutputs:
    """Gives such outputs, shape (saves,) + axes + (runs,), read-only."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        # Most variables of a model are constants; what their values look like is worked out once.
        self._constants: dict[tuple[str, int, int], Array] = {}

    def split(self, inputs: Inputs) -> tuple[tuple[str, ...], dict[str, Array]]:
        """Give the names of the outputs that must be computed, and the values of the others.

        A series with second values is known once the stock between the two is computed; see `moved`.
        """
        saves, runs = len(inputs.grid.saved_index), inputs.runs
        known: dict[str, Array] = {}
        computed = []
        for name in inputs.outputs:
            variable = self.equations.variables[name]
            if name in inputs.constants:
                known[name] = np.broadcast_to(inputs.constants[name], (saves, *variable.shape, runs))
            elif name in inputs.second:
                computed.append(inputs.weight)
            elif name in inputs.series:
                rows = inputs.series[name][inputs.grid.saved_index]
                known[name] = np.broadcast_to(rows, (saves, *variable.shape, runs))
            elif name in CONTROL_NAMES:
                known[name] = np.broadcast_to(inputs.grid.controls[name], (saves, runs))
            elif variable.kind == "constant":
                key = (name, saves, runs)
                if key not in self._constants:
                    values = self.equations.defaults[name][..., np.newaxis]
                    self._constants[key] = np.broadcast_to(values, (saves, *variable.shape, runs))
                known[name] = self._constants[key]
            else:
                computed.append(name)
        return tuple(dict.fromkeys(computed)), known

    def moved(self, inputs: Inputs, values: Mapping[str, Array]) -> dict[str, Array]:
        """Give the outputs that are series with second values; `values` holds the stock between the two."""
        saved = inputs.grid.saved_index
        found: dict[str, Array] = {}
        for name in inputs.outputs:
            if name in inputs.second:
                shape = self.equations.variables[name].shape
                weight = values[inputs.weight].reshape(len(saved), *[1] * len(shape), inputs.runs)
                found[name] = blended(inputs.series[name][saved], inputs.second[name][saved], weight)
        return found
