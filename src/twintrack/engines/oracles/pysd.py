"""Running a model with PySD, the oracle of the other engines: slow, one run at a time.

PySD spends most of its time on arrays. `FlatPysdEngine` gives it the model without subscripts, which runs
some forty times faster; `PysdEngine` is independent of how this package reads subscripts.

One difference is PySD's: a smooth or DELAY N whose initial value is a whole-number literal starts from an
array of integers, and its first step is cut to whole numbers (PySD 3.14). Write such literals as `1.0`.
"""

from __future__ import annotations

import contextlib
import sys
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from twintrack.engines.base import Engine, Inputs
from twintrack.equations import TimeGrid, load_equations
from twintrack.equations.source import read_text
from twintrack.equations.structure import Array
from twintrack.errors import EquationError
from twintrack.names import snake
from twintrack.resources import work_dir
from twintrack.scratch import scratch_folder


class _Translation:
    """What PySD makes of the text of a model file; names in snake_case."""

    def __init__(self, text: str) -> None:
        # PySD writes Python beside the file that it reads: it gets a copy.
        held = contextlib.ExitStack()
        weakref.finalize(self, held.close)
        copy = held.enter_context(scratch_folder(work_dir() / "pysd")) / "model.mdl"
        copy.write_text(text, encoding="utf-8")
        # PySD prints literal arrays into its Python with NumPy's print options: by default 8 digits.
        digits = np.printoptions(precision=17, floatmode="unique", threshold=sys.maxsize)
        with warnings.catch_warnings(), digits:
            warnings.simplefilter("ignore")
            import pysd

            self.model: Any = pysd.read_vensim(str(copy), encoding="utf-8")
        titles = self.model.doc["Real Name"], self.model.doc["Py Name"]
        self._identifiers = {snake(title): name for title, name in zip(*titles, strict=True)}

    def moving(
        self, weight: str, first: Sequence[Any] | Array, second: Sequence[Any] | Array, grid: TimeGrid
    ) -> Callable[[], Any]:
        """Give a function for PySD that moves between two series of values as far as a stock says."""

        def value() -> Any:
            place = round((self.model.time() - grid.initial) / grid.step)
            # The stock starts from 0, and has no value yet where initial values are computed.
            share = getattr(self.model.components, self._identifiers[weight])() if place else 0.0
            return first[place] + share * (second[place] - first[place])

        return value

    def run(self, given: Mapping[str, Any], wanted: Sequence[str], grid: TimeGrid) -> dict[str, list[Any]]:
        """Give what PySD computes for each variable: a number or an xarray array for each saved time."""
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            self.model.reload()
            frame = self.model.run(
                params={self._identifiers[name]: value for name, value in given.items()},
                return_columns=[self._identifiers[name] for name in wanted],
                time_step=grid.step,
                saveper=grid.save_step,
                return_timestamps=grid.saved,
                flatten_output=False,
            )
        # Columns bear the names that were asked for, or the titles.
        columns = {snake(column): column for column in frame.columns}
        by_identifier = {column: column for column in frame.columns}
        found = {name: by_identifier.get(self._identifiers[name], columns.get(name)) for name in wanted}
        return {name: list(frame[column]) for name, column in found.items()}


class PysdEngine(Engine):
    """An `Engine` made of PySD's own translation of a model file; `runs` must be 1."""

    def __init__(self, path: Path) -> None:
        self.equations = load_equations(path)
        self._pysd = _Translation(read_text(path))

    def _run(self, inputs: Inputs) -> dict[str, Array]:
        import pandas as pd

        given: dict[str, Any] = {}
        for name, value in inputs.constants.items():
            given[name] = self._array(name, value[..., 0])
        for name, value in inputs.series.items():
            rows = [self._array(name, row) for row in value[..., 0]]
            given[name] = pd.Series(rows, index=inputs.grid.times)
            if name in inputs.second:
                others = [self._array(name, row) for row in inputs.second[name][..., 0]]
                given[name] = self._pysd.moving(inputs.weight, rows, others, inputs.grid)
        found = self._pysd.run(given, inputs.outputs, inputs.grid)
        return {name: self._values(name, rows) for name, rows in found.items()}

    def _array(self, name: str, value: Array) -> Any:
        if not self.equations.variables[name].shape:
            return float(value)
        import xarray as xr

        dims = self._dims(name)
        coordinates = {dim: self._subscripts[dim] for dim in dims}
        return xr.DataArray(value, coordinates, dims)

    @property
    def _subscripts(self) -> Mapping[str, Any]:
        ranges: Mapping[str, Any] = self._pysd.model.components._subscript_dict
        return ranges

    def _dims(self, name: str) -> list[str]:
        """Give the names of a variable's axes as PySD spells them."""
        spelled = {snake(dim): dim for dim in self._subscripts}
        return [spelled[dim] for dim in self.equations.variables[name].dims]

    def _values(self, name: str, found: Sequence[Any]) -> Array:
        rows = [np.asarray(value, np.float64) for value in found]
        shape = self.equations.variables[name].shape
        if any(row.shape not in ((), shape) for row in rows):
            message = f"PySD gives it the shape {rows[0].shape} instead of {shape}"
            raise EquationError(message, variable=name, where=self.equations.components[name][0].where)
        return np.stack([np.broadcast_to(row, shape) for row in rows])[..., np.newaxis]


class FlatPysdEngine(Engine):
    """An `Engine` made of PySD's translation of the model without subscripts; `runs` must be 1.

    Variables go in and come out as arrays with the axes of the model file `path`.
    """

    def __init__(self, path: Path) -> None:
        from twintrack.equations.flatten import flatten_file

        self.equations = load_equations(path)
        flat = flatten_file(path)
        self._names = {label: snake(name) for label, name in flat.names.items()}
        self._pysd = _Translation(flat.text)

    def _run(self, inputs: Inputs) -> dict[str, Array]:
        import pandas as pd

        given: dict[str, Any] = {}
        for name, value in inputs.constants.items():
            given.update(zip(self._flat(name), map(float, value[..., 0].ravel()), strict=True))
        second = self._columns(inputs.second)
        for name, column in self._columns(inputs.series).items():
            given[name] = pd.Series(column, index=inputs.grid.times)
            if name in second:
                weight = self._names[inputs.weight]
                given[name] = self._pysd.moving(weight, column, second[name], inputs.grid)
        wanted = [name for output in inputs.outputs for name in self._flat(output)]
        found = self._pysd.run(given, wanted, inputs.grid)
        return {name: self._values(name, found) for name in inputs.outputs}

    def _columns(self, series: Mapping[str, Array]) -> dict[str, Array]:
        """Give the values of each element over time by its flat name."""
        found: dict[str, Array] = {}
        for name, value in series.items():
            found.update(zip(self._flat(name), value[..., 0].reshape(len(value), -1).T, strict=True))
        return found

    def _flat(self, name: str) -> list[str]:
        return [self._names[label] for label in self.equations.variables[name].labels]

    def _values(self, name: str, found: Mapping[str, list[Any]]) -> Array:
        columns = np.asarray([found[element] for element in self._flat(name)], np.float64)
        shape = self.equations.variables[name].shape
        return np.reshape(columns.T, (len(columns[0]), *shape, 1))
