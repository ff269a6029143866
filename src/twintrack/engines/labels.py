"""Finding variables and their elements by the names that the model file gives them.

"Population[North,Young]", "population[north, young]" and "Population" are understood; capitals, blanks and
underscores make no difference, as in Vensim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from twintrack.equations import Equations, Variable
from twintrack.equations.naming import same_name
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

    def title(self, place: Selection) -> str:
        """Give the name of a variable, or of one of its elements, as the file writes it."""
        name, cell = place
        variable: Variable = self.equations.variables[name]
        if cell is None:
            return variable.title
        return next(title for title, other in self.columns(name) if other == cell)


def _position(item: str, names: tuple[str, ...], titles: tuple[str, ...]) -> int:
    for place, (name, title) in enumerate(zip(names, titles, strict=True)):
        if item in (name, same_name(title)):
            return place
    message = f'there is no element "{item}"{suggest(item, titles)}'
    raise ValueError(message)
