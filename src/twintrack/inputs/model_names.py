"""Names that files give to variables of the model: whether it has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from twintrack.errors import Fault
from twintrack.inputs.validation import unknown
from twintrack.inputs.yaml_files import read_document
from twintrack.names import split_element, suggest

if TYPE_CHECKING:
    from twintrack.equations import Equations
    from twintrack.inputs.content import Content


def name_fault(name: str, equations: Equations, *, constant: bool = False, whole: bool = False) -> str:
    """Say why a name is no variable of the model; "" when it is.

    With `constant` it must be a constant. An array is named element by element; with `whole` also as a whole.
    """
    try:
        plain, elements = split_element(name)
    except ValueError as error:
        return str(error)
    kind = "constant" if constant else "variable"
    variable = equations.variables.get(plain)
    if variable is None or (constant and variable.kind != "constant"):
        variables = equations.variables.values()
        options = [other.name for other in variables if not constant or other.kind == "constant"]
        if variable is None:
            return unknown(f"{kind} of the model", plain, options)
        wrong = f'"{plain}" is of the kind {variable.kind}, not a constant of the model'
        return f"{wrong}{suggest(plain, options)}"
    if name not in variable.labels and (elements or not whole):
        return f'"{name}" is not one of the elements {", ".join(variable.labels)}'
    return ""


def table_faults(content: Content, equations: Equations) -> Iterator[Fault]:
    """Say which levers, world parameters and outcomes are nothing that the model has, with their lines."""
    tables = (
        ("levers.yaml", "levers", content.levers.levers, True),
        ("world.yaml", "parameters", content.world, True),
        ("outcomes.yaml", "outcomes", content.outcomes.outcomes, False),
    )
    for file, table, names, constant in tables:
        wrong = {name: name_fault(name, equations, constant=constant) for name in names}
        for name, message in wrong.items():
            if message:
                yield Fault(read_document(content.root / "model" / file).where(table, name), message)
