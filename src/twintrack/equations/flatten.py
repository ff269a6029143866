"""An equivalent model file without subscripts: one equation per element, for programs that know no arrays.

Vensim PLE has no subscripts, and PySD runs scalar equations many times faster than arrays.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from twintrack.equations.naming import same_name
from twintrack.equations.source import read_text, scan, scan_macros, without_sketch
from twintrack.equations.structure import Component, Equations, Variable
from twintrack.equations.translate import load_equations
from twintrack.equations.vensim import Printer, UnprintableError, points, quoted, wrapped
from twintrack.equations.xmile import is_xml
from twintrack.errors import EquationError, raise_together
from twintrack.names import join_element

_STARS = "*" * 56
_GROUP = re.compile(r"^\*{3,}\s*\.(?P<name>[^\n*]*?)\s*\*{3,}\s*~(?P<comment>[^|]*)\|", re.MULTILINE)


@dataclass(frozen=True)
class FlatModel:
    """A model without subscripts: the `text` of its file, and the name in it of every element by its label.

    `names` maps "knowledge[home,scale,basic]" to "Knowledge home scale basic", and "budget" to "budget".
    """

    text: str
    names: dict[str, str]


def flatten_file(path: Path, *, allow_outside: bool = False, data: Sequence[Path] = ()) -> FlatModel:
    """Write the model file `path` without subscripts; `allow_outside` and `data` as for `load_equations`.

    Raises EquationError as `load_equations` does, and for elements whose flat names clash and constructs that
    have no form without subscripts; all faults of a kind are told at once.
    """
    equations = load_equations(path, allow_outside=allow_outside, data=data)
    return flatten(equations, read_text(path))


def flatten(equations: Equations, text: str) -> FlatModel:
    """Write a model without subscripts; `text` is the text of its file. Raises what `flatten_file` raises.

    Kept are groups, units, documentation and sources of every element, and the sketch as it stands. Subscript
    ranges and the limits of units and lookups are left out.
    """
    names = flat_names(equations)
    body = _Body(equations, text, names).text()
    sketch = "" if is_xml(text) else without_sketch(text)[1]
    return FlatModel(f"{{UTF-8}}\n{body}{sketch}", names)


def flat_names(equations: Equations) -> dict[str, str]:
    """Give the name without subscripts of every element by its label, in the order of the variables.

    Raises EquationError with every pair of elements that would share a name.
    """
    names: dict[str, str] = {}
    owners: dict[str, str] = {}
    faults = []
    for variable in equations.variables.values():
        for label, elements in zip(variable.labels, product(*variable.elements), strict=True):
            names[label] = " ".join([variable.title, *(element.replace("_", " ") for element in elements)])
            other = owners.setdefault(same_name(names[label]), label)
            if other != label:
                where = equations.components[variable.name][0].where
                message = f'{label} and {other} would both be called "{names[label]}"; rename one'
                faults.append(EquationError(message, variable=variable.name, where=where))
    raise_together(faults)
    return names


class _Body:
    """Writes the equations of a flat model, group by group."""

    def __init__(self, equations: Equations, text: str, names: dict[str, str]) -> None:
        self.equations = equations
        self.names = names
        self.printer = Printer(equations, names)
        self.comments = {match["name"]: _words(match["comment"]) for match in _GROUP.finditer(text)}
        own = [] if is_xml(text) else scan(text, equations.path)
        inner = [entry for macro in scan_macros(text, equations.path) for entry in macro.entries]
        self.entries = {entry.line: entry for entry in [*own, *inner]}

    def text(self) -> str:
        """Give all groups with their equations; the variables of a group stand together."""
        groups: dict[str, list[Variable]] = {}
        for variable in self.equations.variables.values():
            groups.setdefault(variable.group, []).append(variable)
        parts = []
        faults: list[EquationError] = []
        for group, variables in groups.items():
            if group:
                comment = self.comments.get(group, "")
                parts.append(f"{_STARS}\n\t.{group}\n{_STARS}~\n\t\t{comment}\n\t|\n\n")
            for variable in variables:
                try:
                    parts += self._equations(variable)
                except EquationError as error:
                    faults.append(error)
        raise_together(faults)
        return "".join(parts)

    def _equations(self, variable: Variable) -> Iterator[str]:
        """Yield the equations of a variable's elements. Raises EquationError for what has no flat form."""
        owners = self.equations.owners[variable.name]
        components = self.equations.components[variable.name]
        cells = product(*(range(length) for length in variable.shape))
        for owner, cell, elements in zip(owners, cells, product(*variable.elements), strict=True):
            part = components[owner]
            if part.missing:
                continue
            name = quoted(self.names[join_element(variable.name, elements)])
            try:
                equation = self._equation(name, part, cell)
            except UnprintableError as error:
                message = "this construct has no form without subscripts"
                raise EquationError(
                    message, variable=variable.name, construct=str(error), where=part.where
                ) from error
            comment = self._comment(variable, part)
            yield f"{equation}\n\t~\t{variable.units}\n\t~\t{comment}\n\t|\n\n"

    def _equation(self, name: str, part: Component, cell: tuple[int, ...]) -> str:
        if part.table is not None:
            return wrapped(f"{name}{points(self.equations.tables[part.table])}")
        assert part.expression is not None, "a variable is a lookup or has an expression"
        here = dict(zip(part.axes, part.place(cell), strict=True))
        return f"{name}=\n\t{wrapped(self.printer.expression(part.expression, here))}"

    def _comment(self, variable: Variable, part: Component) -> str:
        """Give documentation and source: those of the element's own equation, else the variable's."""
        own = self.entries.get(int(part.where.rpartition(":")[2]))  # none in XMILE
        words = (own and own.documentation) or variable.documentation
        source = (own and own.source) or variable.source
        return _words(f"{words} Source: {source}." if source else words)


def _words(text: str) -> str:
    """Give a comment in lines as Vensim breaks them."""
    lines = textwrap.wrap(" ".join(text.replace("\\", " ").split()), 100, break_on_hyphens=False)
    return "\\\n\t\t".join(lines)
