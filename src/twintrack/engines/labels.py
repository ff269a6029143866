"""What a user names and gives: variables and elements by their names in the model file, and their values.

"Population[North,Young]", "population[north, young]" and "Population" are understood; capitals, blanks and
underscores make no difference, as in Vensim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import numpy as np

from twintrack.equations import Equations
from twintrack.equations.naming import same_name
from twintrack.equations.structure import Array
from twintrack.errors import Fault, InputError
from twintrack.names import suggest

Selection = tuple[str, tuple[int, ...] | None]
"""A variable, and the position of one of its elements; None for the whole variable."""


class Labels:
    """The names of one model."""

    def __init__(self, equations: Equations) -> None:
        self.equations = equations
        self._names = {name: name for name in equations.variables}
        self._names |= {same_name(item.title): name for name, item in equations.variables.items()}

    def columns(self, name: str) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Yield the title and the position of each element of a variable that has a value."""
        variable = self.equations.variables[name]
        cells = product(*(range(length) for length in variable.shape))
        parts = self.equations.components[name]
        owners = self.equations.owners[name]
        for title, cell, owner in zip(variable.titles, cells, owners, strict=True):
            if not parts[owner].missing:
                yield title, cell

    def find(self, label: str) -> Selection:
        """Give what a label means. Raises ValueError that says what is wrong with it."""
        written, bracket, rest = label.partition("[")
        if label.strip().startswith('"'):
            end = label.rfind('"') + 1
            written, (_, bracket, rest) = label[:end], label[end:].partition("[")
        name = self._names.get(same_name(written))
        if name is None:
            titles = (item.title for item in self.equations.variables.values() if not item.internal)
            message = f'there is no variable "{written.strip()}"{suggest(written.strip(), titles)}'
            raise ValueError(message)
        if not bracket:
            return name, None
        variable = self.equations.variables[name]
        wanted = [same_name(item) for item in rest.rstrip().removesuffix("]").split(",")]
        if len(wanted) != len(variable.shape):
            message = f"{variable.title} has {len(variable.shape)} subscripts, {len(wanted)} are given"
            raise ValueError(message)
        return name, tuple(
            _position(item, names, titles)
            for item, names, titles in zip(wanted, variable.elements, variable.element_titles, strict=True)
        )

    def variables(self, labels: Iterable[str], where: str) -> list[Selection]:
        """Find variables that have values. Raises InputError with all labels that mean none."""
        faults, found = [], []
        for label in labels:
            try:
                place = self.find(label)
            except ValueError as error:
                faults.append(Fault(where, str(error)))
                continue
            if self.equations.variables[place[0]].kind == "lookup":
                faults.append(Fault(where, f"{label} is a lookup, which has no values of its own"))
            found.append(place)
        if faults:
            raise InputError(faults)
        return found

    def inputs(self, values: Mapping[str, Any], times: Array) -> tuple[dict[str, Array], dict[str, Array]]:
        """Give what stands for variables as constants, shape axes or axes + (runs,), and as series.

        `times` is the integration grid, shape (steps + 1,); series have it in front.

        Raises InputError with everything that is wrong.
        """
        constants: dict[str, Array] = {}
        series: dict[str, Array] = {}
        faults: list[Fault] = []
        for label, value in values.items():
            try:
                self._put(label, value, times, constants, series)
            except (ValueError, TypeError) as error:
                faults.append(Fault(label, str(error)))
        if faults:
            raise InputError(faults)
        return constants, series

    def _put(
        self, label: str, value: Any, times: Array, constants: dict[str, Array], series: dict[str, Array]
    ) -> None:
        name, cell = self.find(label)
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
            series[name] = _series(value if isinstance(value, Mapping) else value.to_dict(), times)
        else:
            constants[name] = np.asarray(value, dtype=np.float64)

    def _with_element(
        self, name: str, cell: tuple[int, ...], value: Any, constants: dict[str, Array]
    ) -> Array:
        """Give a constant with another value of one element, shape axes or axes + (runs,)."""
        before = constants.get(name, self.equations.defaults.get(name))
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


def _position(item: str, names: tuple[str, ...], titles: tuple[str, ...]) -> int:
    for place, (name, title) in enumerate(zip(names, titles, strict=True)):
        if item in (name, same_name(title)):
            return place
    message = f'there is no element "{item}"{suggest(item, titles)}'
    raise ValueError(message)


def _series(points: Mapping[Any, Any], times: Array) -> Array:
    """Read a series off at the times of the grid, as PySD does."""
    dates = np.asarray(sorted(points), dtype=np.float64)
    rows = np.asarray([points[date] for date in sorted(points)], dtype=np.float64)
    if not len(dates):
        message = "a series needs at least one time"
        raise ValueError(message)
    flat = [np.interp(times, dates, column) for column in rows.reshape(len(dates), -1).T]
    return np.stack(flat, axis=-1).reshape(len(times), *rows.shape[1:])
