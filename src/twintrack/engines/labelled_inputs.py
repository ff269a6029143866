"""What a user gives for variables of a model, as the constants and series that engines take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from twintrack.engines.labels import Labels
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError


class LabelledInputs:
    """Sorts values by name; `times` is the integration grid, shape (steps + 1,)."""

    def __init__(self, labels: Labels, times: Array) -> None:
        self.labels = labels
        self.times = times

    def split(self, values: Mapping[str, Any]) -> tuple[dict[str, Array], dict[str, Array]]:
        """Give constants, shape axes or axes + (runs,), and series, which have the times in front.

        Raises InputError with everything that is wrong.
        """
        constants: dict[str, Array] = {}
        series: dict[str, Array] = {}
        faults: list[Fault] = []
        for label, value in values.items():
            try:
                self._put(label, value, constants, series)
            except (ValueError, TypeError) as error:
                faults.append(Fault(label, str(error)))
        if faults:
            raise InputError(faults)
        return constants, series

    def _put(self, label: str, value: Any, constants: dict[str, Array], series: dict[str, Array]) -> None:
        name, cell = self.labels.find(label)
        if cell is None and name in {**constants, **series}:
            message = "is given twice"
            raise ValueError(message)
        dated = isinstance(value, Mapping) or hasattr(value, "to_dict")  # a pandas Series
        if cell is not None:
            if dated:
                message = "a series can be given for a whole variable only"
                raise ValueError(message)
            constants[name] = self._with_element(name, cell, value, constants)
        elif dated:
            series[name] = self._series(value if isinstance(value, Mapping) else value.to_dict())
        else:
            constants[name] = np.asarray(value, dtype=np.float64)

    def _with_element(
        self, name: str, cell: tuple[int, ...], value: Any, constants: dict[str, Array]
    ) -> Array:
        """Give a constant with another value of one element, shape axes or axes + (runs,)."""
        before = constants.get(name, self.labels.equations.defaults.get(name))
        if before is None:
            message = "an element can be given for a constant only; give the whole variable"
            raise ValueError(message)
        new = np.asarray(value, dtype=np.float64)
        axes = len(cell)
        runs = max(new.shape[-1] if new.ndim else 1, before.shape[-1] if before.ndim > axes else 1)
        wide = before if before.ndim > axes else before[..., np.newaxis]
        result = np.array(np.broadcast_to(wide, (*wide.shape[:-1], runs)))
        result[cell] = new
        return result if runs > 1 else result[..., 0]

    def _series(self, points: Mapping[Any, Any]) -> Array:
        """Read a series off at the times of the grid, as PySD does."""
        dates = np.asarray(sorted(points), dtype=np.float64)
        rows = np.asarray([points[date] for date in sorted(points)], dtype=np.float64)
        if not len(dates):
            message = "a series needs at least one time"
            raise ValueError(message)
        flat = [np.interp(self.times, dates, column) for column in rows.reshape(len(dates), -1).T]
        return np.stack(flat, axis=-1).reshape(len(self.times), *rows.shape[1:])
