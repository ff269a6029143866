"""Running a model with PySD, the oracle of the other engines: slow, one run at a time.

One difference is PySD's: a smooth or DELAY N whose initial value is a whole-number literal starts from an
array of integers, and its first step is cut to whole numbers (PySD 3.14). Write such literals as `1.0`.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import warnings
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from twintrack.engines.base import check_inputs
from twintrack.equations import load_equations
from twintrack.equations.structure import Array, Variable
from twintrack.errors import EquationError, Fault, InputError
from twintrack.names import snake
from twintrack.resources import cache_dir


class PysdEngine:
    """An `Engine` made of PySD's own translation of a model file; `runs` must be 1."""

    def __init__(self, path: Path) -> None:
        self.equations = load_equations(path)
        # PySD writes Python beside the file that it reads: it gets a copy.
        folder = tempfile.mkdtemp(dir=cache_dir(), prefix="pysd-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        copy = Path(folder) / "model.mdl"
        copy.write_bytes(Path(path).read_bytes())
        # PySD prints literal arrays into its Python with NumPy's print options: by default 8 digits.
        digits = np.printoptions(precision=17, floatmode="unique", threshold=sys.maxsize)
        with warnings.catch_warnings(), digits:
            warnings.simplefilter("ignore")
            import pysd

            self._model: Any = pysd.read_vensim(str(copy), encoding="utf-8")
        titles = self._model.doc["Real Name"], self._model.doc["Py Name"]
        self._identifiers = {snake(title): name for title, name in zip(*titles, strict=True)}

    def run(
        self,
        constants: Mapping[str, ArrayLike],
        series: Mapping[str, ArrayLike],
        outputs: Sequence[str] | None = None,
        *,
        runs: int = 1,
        time_step: float | None = None,
    ) -> dict[str, Array]:
        """Run the model; see `Engine.run`. Raises InputError when `runs` is not 1."""
        if runs != 1:
            raise InputError(Fault("runs", "PySD computes one run at a time; take another engine"))
        grid = self.equations.time.with_step(time_step)
        inputs = check_inputs(self.equations, constants, series, outputs, runs, grid)
        import pandas as pd

        params: dict[str, Any] = {}
        for name, value in inputs.constants.items():
            params[self._identifiers[name]] = self._array(name, value[..., 0])
        for name, value in inputs.series.items():
            rows = [self._array(name, row) for row in value[..., 0]]
            params[self._identifiers[name]] = pd.Series(rows, index=grid.times)
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            self._model.reload()
            frame = self._model.run(
                params=params,
                return_columns=[self._identifiers[name] for name in inputs.outputs],
                time_step=grid.step,
                saveper=grid.save_step,
                return_timestamps=grid.saved,
                flatten_output=False,
            )
        return {name: self._values(name, frame) for name in inputs.outputs}

    def _array(self, name: str, value: Array) -> Any:
        variable: Variable = self.equations.variables[name]
        if not variable.shape:
            return float(value)
        import xarray as xr

        dims = self._dims(name)
        coordinates = {dim: self._model.components._subscript_dict[dim] for dim in dims}
        return xr.DataArray(value, coordinates, dims)

    def _dims(self, name: str) -> list[str]:
        """Give the names of a variable's axes as PySD spells them."""
        spelled = {snake(dim): dim for dim in self._model.components._subscript_dict}
        return [spelled[dim] for dim in self.equations.variables[name].dims]

    def _values(self, name: str, frame: Any) -> Array:
        title = next(
            column for column in frame.columns if snake(column) == name or column == self._identifiers[name]
        )
        rows = [np.asarray(value, np.float64) for value in frame[title]]
        shape = self.equations.variables[name].shape
        if any(row.shape not in ((), shape) for row in rows):
            message = f"PySD gives it the shape {rows[0].shape} instead of {shape}"
            raise EquationError(message, variable=name, where=self.equations.components[name][0].where)
        return np.stack([np.broadcast_to(row, shape) for row in rows])[..., np.newaxis]
